# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: is one open now, for how long, and when does the next one open?

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Opening:
    """One concrete opening, in UTC; ``closes`` is the first moment that is outside."""

    opens: datetime
    closes: datetime


class MaintenanceWindows:
    """One or more windows."""

    @classmethod
    def from_option(cls, option: str, value: Sequence[Mapping[str, Any]]) -> MaintenanceWindows:
        """From the option's list of dictionaries. Raises InvalidOption (names option, entry, key, value, expected)."""
        raise NotImplementedError

    def opening_at(self, moment: datetime, needed: timedelta = timedelta(0)) -> Opening | None:
        """The opening that holds ``moment`` (aware) and at least ``needed`` after it; overlapping ones are one."""
        raise NotImplementedError

    def next_opening(self, moment: datetime, needed: timedelta = timedelta(0)) -> Opening | None:
        """The first opening of at least ``needed`` that opens after ``moment``; None where there will be none."""
        raise NotImplementedError
