# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to gather and how hard to try."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import unwatched


def utc_now() -> datetime:
    """The controller's time."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class GatherOptions:
    """How to gather.

    Attributes:
        depth: ``auto`` stops at the status where the firewall is connected; ``full`` asks everything.
        subset: names of evidence (see ``subset.parse_subset``), the only ones that are asked at any depth; None: all.
        log_window: how far back the system log is read.
        log_lines: lines of devsrv.log and of each of its rotations.
        log_entries: the most entries of the system log, 1-5000.
        busy_retries, busy_pause_s: how often, and after how many seconds, a busy device is asked for the status again.
        ping_count: packets of the ping.
        source: ``techsupport`` where the device is an archive, ``saved`` where it replays what an earlier run recorded.
        watch: takes a line about a question that is asked again or not at all; shown at -vvv.
        now, sleep: the controller's clock; replaced in tests, by the archive's own time, and by that of a recording.
    """

    depth: Literal["auto", "full"] = "auto"
    subset: frozenset[str] | None = None
    log_window: timedelta = timedelta(hours=24)
    log_lines: int = 5000
    log_entries: int = 500
    busy_retries: int = 3
    busy_pause_s: float = 5.0
    ping_count: int = 3
    source: Literal["live", "techsupport", "saved"] = "live"
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    watch: Callable[[str], None] = unwatched

    def wants(self, name: str) -> bool:
        """Whether ``name`` is to be gathered."""
        return self.subset is None or name in self.subset
