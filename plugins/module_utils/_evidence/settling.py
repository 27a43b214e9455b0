# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times, once everything is collected: the device's clock, a log and its offset from UTC complete each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from ansible_collections.panops.mlav.plugins.module_utils._evidence import clock, devsrv_log, system_log
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import Clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.device_certificate import with_days_left
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Session

# An offset of a log line older than this may belong to the other half of the year.
_FRESH = timedelta(days=1)


def settle_times(session: Session) -> None:
    """Gives the clock the offset that a log has, and the logs the offset that the clock has."""
    seen: Clock | None = session.value("clock")
    if seen is not None and seen.utc_offset_s is None:
        seen = _with_log_offset(session, seen)
    if seen is not None and not clock.has_second_clock(session.found["clock"]):
        seen = replace(seen, skew_s=0)
        missing = Problem(
            "not_obtainable", "clock skew cannot be measured from a tech-support file", "Query the firewall itself."
        )
        session.found["clock"] = replace(session.found["clock"], problem=missing)
    if seen is None:
        return
    session.found["clock"] = replace(session.found["clock"], value=seen)
    certificate = session.value("device_certificate")
    if certificate is not None:
        left = with_days_left(certificate, seen)
        session.found["device_certificate"] = replace(session.found["device_certificate"], value=left)
    if seen.utc_offset_s is not None:
        for name, with_offset in (("devsrv_log", devsrv_log.with_offset), ("system_log", system_log.with_offset)):
            log = session.value(name)
            if log is not None:
                session.found[name] = replace(session.found[name], value=with_offset(log, seen.utc_offset_s))


def time_of_techsupport(session: Session) -> datetime | None:
    """The time of a tech-support file (UTC, or local where the offset is not known); None for a live firewall."""
    seen: Clock | None = session.value("clock")
    if seen is None or clock.has_second_clock(session.found["clock"]):
        return None
    return (seen.device_time - timedelta(seconds=seen.utc_offset_s or 0)).replace(tzinfo=timezone.utc)


def _with_log_offset(session: Session, seen: Clock) -> Clock:
    offsets: list[tuple[timedelta, str, int]] = []
    lines, events = session.value("devsrv_log"), session.value("system_log")
    if lines is not None and lines.utc_offset_s is not None and lines.newest is not None:
        offsets.append((_age(seen, lines.newest), "devsrv_log", lines.utc_offset_s))
    if events is not None and events.utc_offset_s is not None:
        newest = next((event.time for event in events.events if event.time is not None), None)
        if newest is not None:
            offsets.append((_age(seen, newest), "system_log", events.utc_offset_s))
    if not offsets or min(offsets)[0] > _FRESH:
        return seen
    _distance, source, offset = min(offsets)
    return clock.compare(seen.device_time, seen.asked_at, timedelta(seconds=offset), source)


def _age(seen: Clock, time: datetime) -> timedelta:
    return abs(seen.device_time - time.replace(tzinfo=None))
