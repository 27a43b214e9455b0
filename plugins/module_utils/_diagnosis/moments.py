# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times of a firewall in words: how long ago, then its own time with the zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# Name, length, and the shortest time shown in it, in seconds: 90 minutes are more exact than 1 hour.
_UNITS = (("days", 86400, 172800), ("hours", 3600, 7200), ("minutes", 60, 60), ("seconds", 1, 0))


@dataclass(frozen=True)
class DeviceTime:
    """A firewall's own time. ``now`` has no offset; ``utc_offset_s`` is seconds east of UTC. None where unknown."""

    now: datetime | None
    utc_offset_s: int | None

    @property
    def zone(self) -> str:
        """``UTC``, ``UTC-05:00``; ``firewall time`` where the offset is unknown."""
        if self.utc_offset_s is None:
            return "firewall time"
        hours, minutes = divmod(abs(self.utc_offset_s) // 60, 60)
        sign = "-" if self.utc_offset_s < 0 else "+"
        return f"UTC{sign}{hours:02}:{minutes:02}" if hours or minutes else "UTC"

    def describe(self, moment: datetime) -> str:
        """``8 minutes ago (11:33:35 UTC-05:00)``, to follow a verb; with the date where it is another day's.

        ``moment`` is device-local. Without the firewall's clock: ``at 2026-11-23 11:33:35 UTC-05:00``.
        """
        moment = moment.replace(microsecond=0, tzinfo=None)
        date_and_time = moment.isoformat(sep=" ")
        if self.now is None:
            return f"at {date_and_time} {self.zone}"
        shown = moment.time().isoformat() if moment.date() == self.now.date() else date_and_time
        return f"{_distance(self.now.replace(microsecond=0) - moment)} ({shown} {self.zone})"


def span(seconds: int) -> str:
    """A length of time in one unit, rounded down: ``8 minutes``, ``36 hours``."""
    unit, length = next((unit, length) for unit, length, least in _UNITS if seconds >= least)
    count = seconds // length
    return f"{count} {unit if count != 1 else unit[:-1]}"


def exact_span(seconds: int) -> str:
    """A length of time in one unit and the rest in another: ``5 minutes 1 second``."""
    length = next(length for _unit, length, least in _UNITS if seconds >= least)
    rest = seconds % length
    return f"{span(seconds)} {span(rest)}" if rest else span(seconds)


def _distance(age: timedelta) -> str:
    """``8 minutes ago``, ``in 9 days``, ``just now``."""
    seconds = int(abs(age).total_seconds())
    if not seconds:
        return "just now"
    return f"{span(seconds)} ago" if age > timedelta(0) else f"in {span(seconds)}"
