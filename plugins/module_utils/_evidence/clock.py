# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show clock``: the device's time beside the controller's.

An abbreviation of a time zone other than UTC and GMT is no certain offset (IST has three); logs may tell it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import YEARS, zone_offset
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

COMMAND = Command(cli="show clock", xml="<show><clock></clock></show>")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(
    r"\b[A-Z][a-z]{2} +([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2})"
    r" +(?:([A-Za-z]{1,6}|[+-]\d{2,4}) +)?(\d{4})\b"
)

# Every offset in use lies between these, at a quarter of an hour.
_WEST, _EAST, _STEP = -12 * 3600, 14 * 3600, 900


@dataclass(frozen=True)
class Clock:
    """The device's clock beside the controller's.

    Attributes:
        device_time: local time of the device, without an offset.
        utc_offset_s: seconds east of UTC, or None where nothing told.
        offset_source: ``clock``, ``devsrv_log``, ``system_log`` or None.
        asked_at: when the controller asked (UTC).
        skew_s: device minus controller in seconds. Where the offset is unknown, the smallest skew that any real
            offset (-12 h to +14 h, in quarter hours) allows.
    """

    device_time: datetime
    utc_offset_s: int | None
    offset_source: str | None
    asked_at: datetime
    skew_s: int


@dataclass(frozen=True)
class Reading:
    """The device's local time, and its offset from UTC where the text tells it for certain."""

    local: datetime
    offset: timedelta | None


def read(text: str) -> Reading | None:
    """``Thu Jul 11 15:16:54 CEST 2024``, with or without the zone; None where no such time is found."""
    found = _TIME.search(text)
    if found is None or found[1].lower() not in _MONTHS or int(found[7]) not in YEARS:
        return None
    try:
        local = datetime(
            int(found[7]),
            _MONTHS.index(found[1].lower()) + 1,
            int(found[2]),
            int(found[3]),
            int(found[4]),
            int(found[5]),
        )
    except ValueError:
        return None
    return Reading(local, zone_offset(found[6]))


def parse(text: str, asked_at: datetime) -> Clock:
    """The clock, compared with ``asked_at`` (UTC)."""
    seen = read(text)
    if seen is None:
        raise Unrecognized("the answer holds no time such as 'Thu Jul 11 15:16:54 CEST 2024'")
    return compare(seen.local, asked_at, seen.offset)


def compare(local: datetime, asked_at: datetime, offset: timedelta | None, source: str = "clock") -> Clock:
    """See model.Clock for what ``skew_s`` means when ``offset`` is not known."""
    ahead = round((local - asked_at.astimezone(timezone.utc).replace(tzinfo=None)).total_seconds())
    if offset is not None:
        seconds = round(offset.total_seconds())
        return Clock(local, seconds, source, asked_at, ahead - seconds)
    nearest = min(_EAST, max(_WEST, round(ahead / _STEP) * _STEP))
    return Clock(local, None, None, asked_at, ahead - nearest)


def has_second_clock(seen: Evidence[Clock]) -> bool:
    """False for an archive, which holds one clock only: there is nothing to compare it with."""
    return not any(asked.transport == "archive" for asked in seen.asked)


def probe_clock(device: Device, now: Callable[[], datetime]) -> Evidence[Clock]:
    """Asks for the time; ``now`` is the controller's, asked just before."""

    def ask(recorder: Recorder) -> Clock:
        asked_at = now()
        return parse(recorder.run(COMMAND).text, asked_at)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[Clock]:
    """``show clock`` names the zone; the time in the system information stands in where it fails."""
    exact = probe_clock(session.device, session.options.now)
    rough = session.found.get("clock")
    return exact if exact.value is not None or rough is None or rough.value is None else rough


PROBE = Probe(_ask, "system")
