# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The system log: what the firewall reported about MLAV, and about restarts of device-server.

Source: documentation "System Log Messages", "System Log Fields"; KB kA14u000000HDuDCAW. Other clouds write the same
family of texts (``PANDB: …``, ``WFRTSIG: …``): only texts that name MLAV or its engines count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import Relevance
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import Clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import (
    YEARS,
    aware,
    date_time,
    lines_of,
    text_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

RESTARTS = "(description contains 'device-server') or (description contains 'devsrvr')"

# Whether "contains" looks at case is not known, so the spellings of the documented texts are all asked for.
EXPRESSION = (
    "(description contains 'MLAV') or (description contains 'Machine Learning') "
    "or (description contains 'machine Learning') or (eventid eq tls-X509-validation-failed) "
    f"or {RESTARTS}"
)

# For sources that cannot evaluate the expression.
RELEVANT = Relevance(re.compile(rb"mlav|machine learning|device[- ]server|devsrvr"))

# The description field has at most 512 bytes.
_TEXT_LIMIT = 512
_LINE_LIMIT = 2048

_ABOUT_MLAV = re.compile(r"\bMLAV\b|machine learning engine", re.IGNORECASE)
_RESTART = re.compile(
    r"(?:device[- ]server|devsrvr)\b.{0,200}\b(?:re)?start|\b(?:re)?start\w*\b.{0,200}(?:device[- ]server|devsrvr)\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\bReason(?:\s*:|\s+-)\s*(\S.*)")
_KINDS: tuple[tuple[SystemEventKind, re.Pattern[str]], ...] = (
    ("engines_stopped", re.compile(r"MLAV cloud error", re.IGNORECASE)),
    ("reconnected", re.compile(r"Reconnect to MLAV cloud", re.IGNORECASE)),
    (
        "tls_validation_failed",
        re.compile(r"Server certificate (?:validation|authentication) failed", re.IGNORECASE),
    ),
    ("authentication", re.compile(r"MLAV: Authentication or Client Certificate failure", re.IGNORECASE)),
    (
        "client_certificate",
        re.compile(r"MLAV: .*(?:Client Certificate|Serial number in certificate|Certificate chain)", re.IGNORECASE),
    ),
    ("unknown_error", re.compile(r"MLAV: Unknown error", re.IGNORECASE)),
    ("content_engine_stopped", re.compile(r"Machine Learning engine for .* stopped", re.IGNORECASE)),
)

_ROW = re.compile(r"(\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2})\s+(info|informational|low|medium|high|critical)\s+(.*)")
_HEADER = re.compile(r"\s*(?:Time\s+Severity\b.*|=+)?\s*")


SystemEventKind = Literal[
    "engines_stopped",
    "reconnected",
    "tls_validation_failed",
    "client_certificate",
    "authentication",
    "unknown_error",
    "content_engine_stopped",
    "device_server_restarted",
    "other",
]


@dataclass(frozen=True)
class SystemEvent:
    """One system-log entry that concerns MLAV or device-server; ``reason`` is the text after "Reason"."""

    kind: SystemEventKind
    time: datetime | None
    severity: str
    text: str
    reason: str | None = None
    event_id: str | None = None


@dataclass(frozen=True)
class SystemLog:
    """Newest first. ``complete`` is false where the limit cut the list."""

    events: tuple[SystemEvent, ...]
    complete: bool = True
    utc_offset_s: int | None = None


def parse(text: str, result: Element | None = None, limit: int = 0) -> SystemLog:
    """Newest first. ``limit``: how many entries were asked for; as many or more make the log incomplete."""
    if result is not None and (result.tag in ("log", "logs") or next(result.iter("logs"), None) is not None):
        rows = [_from_entry(entry) for entry in result.iter("entry")]
    else:
        rows = _from_table(text)
    events = [event for row in rows if row is not None and (event := _event(*row)) is not None]
    offset = next((found for row in rows if row and row[0] and (found := row[0].utcoffset()) is not None), None)
    events.sort(key=lambda event: event.time.replace(tzinfo=None) if event.time else datetime.min, reverse=True)
    return SystemLog(
        tuple(events), not limit or len(rows) < limit, round(offset.total_seconds()) if offset is not None else None
    )


def with_offset(log: SystemLog, utc_offset_s: int) -> SystemLog:
    """The same log with aware times, for the offset that another source told."""
    return replace(log, events=tuple(replace(event, time=aware(event.time, utc_offset_s)) for event in log.events))


_Row: TypeAlias = "tuple[datetime | None, str, str, str | None]"


def _from_entry(entry: Element) -> _Row:
    time = date_time(text_of(entry, "high_res_timestamp"))
    if time is None or time.tzinfo is None:
        time = date_time(text_of(entry, "time_generated")) or date_time(text_of(entry, "receive_time")) or time
    return time, text_of(entry, "severity") or "", text_of(entry, "opaque") or "", text_of(entry, "eventid")


def _from_table(text: str) -> list[_Row]:
    """Rows of ``Time Severity Subtype Object EventID ID Description``; the object may be empty."""
    rows: list[_Row] = []
    strange = False
    for raw in lines_of(text):
        line = raw[:_LINE_LIMIT].strip()
        found = _ROW.match(line)
        words = found[3].split() if found else []
        at = next((index for index, word in enumerate(words) if index >= 2 and word.isdigit()), None)
        if found is None or at is None:
            strange = strange or not _HEADER.fullmatch(line)
            continue
        severity = "informational" if found[2] == "info" else found[2]
        rows.append((date_time(found[1]), severity, " ".join(words[at + 1 :]), words[at - 1]))
    if strange and not rows:
        raise Unrecognized("no row of the system log was understood")
    return rows


def _event(time: datetime | None, severity: str, text: str, event_id: str | None) -> SystemEvent | None:
    told = redact(" ".join(text.split()))[:_TEXT_LIMIT]
    if _ABOUT_MLAV.search(told):
        kind: SystemEventKind = next((kind for kind, pattern in _KINDS if pattern.search(told)), "other")
    elif _RESTART.search(told):
        kind = "device_server_restarted"
    else:
        return None
    reason = _REASON.search(told)
    return SystemEvent(kind, time, severity, told, reason[1].strip() if reason else None, event_id)


def probe_system_log(
    device: Device, since: datetime | None, limit: int = 500, expression: str = EXPRESSION
) -> Evidence[SystemLog]:
    """Asks for MLAV's entries since ``since`` (device-local time), at most ``limit``; ``expression`` asks for fewer."""

    def ask(recorder: Recorder) -> SystemLog:
        answer = recorder.system_log(SystemLogQuery(expression, since, limit))
        found = parse(answer.text, answer.result, limit)
        return replace(found, complete=found.complete and not answer.truncated)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[SystemLog]:
    return probe_system_log(session.device, _since(session), session.options.log_entries)


def _since(session: Session) -> datetime | None:
    """The beginning of the log window, device-local; None where the device's time is not known."""
    seen: Clock | None = session.value("clock")
    if seen is None:
        return None
    # No log is older, and what is subtracted must leave a date.
    return seen.device_time - min(session.options.log_window, seen.device_time - datetime(YEARS[0], 1, 1))


PROBE = Probe(_ask, "logs", needs=("clock",))
