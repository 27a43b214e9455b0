# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wall clock of this process that somebody sets, again and again, while code of the collection runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pytest

PLUGINS = "ansible_collections.panops.mlav.plugins."


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Moved(datetime, metaclass=_AnyDatetime):
    """What the collection takes for ``datetime``."""

    read: ClassVar[Callable[[], float]]

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _Moved:
        return cls.fromtimestamp(cls.read(), tz)

    @classmethod
    def utcnow(cls) -> _Moved:
        return cls.fromtimestamp(cls.read(), timezone.utc).replace(tzinfo=None)

    @classmethod
    def today(cls) -> _Moved:
        return cls.fromtimestamp(cls.read())


class WallClock:
    """From ``start`` on, every look at the time of day sets it by ``step`` more; ``looks`` counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: timedelta) -> None:
        self.looks = 0
        self._step = step.total_seconds()
        self._monkeypatch = monkeypatch
        self._time = time.time

    def start(self) -> None:
        """Modules of the collection that are imported later keep the real ``datetime``: import first."""
        self._monkeypatch.setattr(_Moved, "read", self.read, raising=False)
        self._monkeypatch.setattr(time, "time", self.read)
        self._monkeypatch.setattr(time, "time_ns", lambda: int(self.read() * 1e9))
        for name, module in list(sys.modules.items()):
            if name.startswith(PLUGINS) and getattr(module, "datetime", None) is datetime:
                self._monkeypatch.setattr(module, "datetime", _Moved)

    def read(self) -> float:
        """Seconds since 1970, as far as anybody can tell."""
        self.looks += 1
        return self._time() + self.looks * self._step
