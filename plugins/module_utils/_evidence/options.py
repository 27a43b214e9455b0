# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to gather and how hard to try.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from difflib import get_close_matches
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import unwatched

# What a piece of evidence rests on.
_NEEDS: dict[str, tuple[str, ...]] = {
    "ping": ("cloud_status", "service_route"),
    "netstat": ("ping",),
    "siblings": ("cloud_status",),
    "system_log": ("clock",),
    "decryption": ("service_route",),
    "device_certificate": ("device", "cloud_status"),
}


def utc_now() -> datetime:
    """The controller's time."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class GatherOptions:
    """How to gather.

    Attributes:
        depth: ``auto`` stops at the status where the firewall is connected; ``full`` asks everything.
        subset: names of evidence (see ``parse_subset``); None is all of them. Nothing else is asked at any depth.
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


def parse_subset(names: Iterable[str]) -> frozenset[str]:
    """``all``, names, and ``!name`` for what to leave out; only exclusions imply ``all``.

    What a name rests on comes with it; what rests on an excluded name is left out with it. Raises InvalidOption.
    """
    wanted = [name.strip() for name in names]
    excluded = {_known(name.lstrip("! ")) for name in wanted if name.startswith("!")}
    included = {_known(name) for name in wanted if not name.startswith("!")}
    if not included or "all" in included:
        included = set(EVIDENCE_NAMES)
    left_out = excluded | {name for name in EVIDENCE_NAMES if _rests_on(name) & excluded}
    chosen = included - left_out
    if not chosen or "all" in excluded:
        raise InvalidOption(f"gather_subset {', '.join(wanted)} leaves nothing to gather. Known: {_list()}.")
    return frozenset(chosen.union(*(_rests_on(name) for name in chosen)))


def _rests_on(name: str) -> set[str]:
    direct = _NEEDS.get(name, ())
    return set(direct).union(*(_rests_on(item) for item in direct))


def _known(name: str) -> str:
    if name == "all" or name in EVIDENCE_NAMES:
        return name
    near = get_close_matches(name, (*EVIDENCE_NAMES, "all"), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InvalidOption(f"gather_subset has {name!r}, which is not known.{hint} Known: {_list()}.")


def _list() -> str:
    return ", ".join(("all", *sorted(EVIDENCE_NAMES)))
