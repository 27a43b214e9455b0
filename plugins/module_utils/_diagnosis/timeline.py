# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors of both logs on one time axis: which are current, and which are past.

Times are compared as device-local time. Newer evidence outranks older: an error is past when it is older than the log
window or the last "Reconnect to MLAV cloud", or when a newer error of another family or a live finding shows that the
connection now fails elsewhere. Without the device's clock no error is past.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.moments import DeviceTime
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DevsrvLog, LogSignature, SystemLog

Theme = Literal[
    "bind",
    "dns",
    "proxy",
    "tcp",
    "cut",
    "tls",
    "roots",
    "http",
    "client_certificate",
    "authentication",
    "unknown_error",
    "engines_stopped",
    "other",
]

# An error of these themes shows where the connection fails; the others are symptoms of any cause.
DECISIVE: frozenset[Theme] = frozenset(
    {"bind", "dns", "proxy", "tcp", "cut", "tls", "roots", "http", "client_certificate"}
)

# Both logs report one attempt within moments of each other; their order means nothing.
SAME_ATTEMPT = timedelta(seconds=60)

# One failed handshake may log all of these.
_ENDS_THE_HANDSHAKE: frozenset[Theme] = frozenset({"tls", "cut", "client_certificate"})

# OpenSSL's verification codes, as knowledge-base article kA14u000000HDuDCAW shows them.
UNTRUSTED_CODES = frozenset({18, 19, 20, 21})
VALIDITY_CODES = frozenset({9, 10})

# libcurl's codes and where each one fails. The others name no cause.
_CURL: dict[int, Theme] = {
    5: "proxy",
    6: "dns",
    7: "tcp",
    28: "tcp",
    35: "cut",
    45: "bind",
    51: "tls",
    52: "cut",
    55: "cut",
    56: "cut",
    58: "client_certificate",
    60: "tls",
    77: "roots",
}
# libcurl errors that are known but name no cause: out of memory, a bad argument.
_KNOWN_CURL = frozenset({27, 43})
_PROXY_CONNECT = re.compile(r"proxy connect aborted", re.I)

# The most common errors, in the wordings of several libcurl versions.
_CURL_TEXTS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (6, re.compile(r"(couldn't|could not) resolve host", re.I)),
    (60, re.compile(r"peer certificate cannot be authenticated", re.I)),
    (51, re.compile(r"peer certificate or ssh remote key was not ok", re.I)),
    (7, re.compile(r"(couldn't|could not|failed to) connect", re.I)),
    (28, re.compile(r"timeout was reached|timed out", re.I)),
)

_REASONS = (
    (20, re.compile(r"unable to get local issuer certificate", re.I)),
    (19, re.compile(r"self[- ]signed certificate in certificate chain", re.I)),
    (18, re.compile(r"self[- ]signed certificate", re.I)),
    (21, re.compile(r"unable to verify the first certificate", re.I)),
    (10, re.compile(r"certificate has expired", re.I)),
    (9, re.compile(r"certificate is not yet valid", re.I)),
)


@dataclass(frozen=True)
class Trace:
    """One error of a log; equal lines are merged. Times are device-local, without an offset.

    ``code`` is OpenSSL's or the HTTP status, ``curl`` libcurl's. ``recognized``: the meaning of the line is known.
    """

    theme: Theme
    source: Literal["devsrv_log", "system_log"]
    code: int | None
    text: str
    first: datetime | None
    last: datetime | None
    count: int
    sample: str
    curl: int | None = None
    recognized: bool = True

    @property
    def family(self) -> str:
        """Traces of one family have one cause. A bare ``tls`` goes with any family of tls."""
        if self.theme == "tls":
            if self.code in UNTRUSTED_CODES:
                return "tls:untrusted"
            if self.code in VALIDITY_CODES:
                return "tls:validity"
            return "tls" if self.code is None else "tls:other"
        if self.theme == "http" and self.code is not None:
            return "http:5xx" if self.code >= 500 else f"http:{self.code}"
        return self.theme

    def goes_with(self, other: Trace) -> bool:
        if self.family == other.family:
            return True
        return self.theme == other.theme == "tls" and "tls" in (self.family, other.family)


@dataclass(frozen=True)
class Past:
    """A trace that no longer counts, and the reason."""

    trace: Trace
    reason: str


@dataclass(frozen=True)
class Timeline:
    """``current``: newest first, unknown times last. ``ordered``: false where the newest error cannot be determined."""

    current: tuple[Trace, ...]
    past: tuple[Past, ...]
    ordered: bool

    def of(self, *themes: Theme) -> tuple[Trace, ...]:
        """The current traces of these themes, newest first."""
        return tuple(trace for trace in self.current if trace.theme in themes)

    @property
    def unrecognized(self) -> tuple[Trace, ...]:
        """Current MLAV errors with an unrecognized text or code, newest first."""
        return tuple(trace for trace in self.current if not trace.recognized)


def device_local(moment: datetime | None, utc_offset_s: int | None) -> datetime | None:
    """A device time without its offset; another offset is converted where the device's own is known."""
    if moment is None or moment.tzinfo is None:
        return moment
    if utc_offset_s is not None:
        try:
            return moment.astimezone(timezone(timedelta(seconds=utc_offset_s))).replace(tzinfo=None)
        except (ValueError, OverflowError):
            pass
    return moment.replace(tzinfo=None)


def x509_code(text: str | None) -> int | None:
    """OpenSSL's code for a reason in words; None for unrecognized words."""
    return next((code for code, pattern in _REASONS if text and pattern.search(text)), None)


def _curl_code(signature: LogSignature) -> int | None:
    if signature.code is not None:
        return signature.code
    text = signature.text.replace("\u2019", "'")
    return next((code for code, pattern in _CURL_TEXTS if pattern.search(text)), None)


def _trace_of(signature: LogSignature, utc_offset_s: int | None) -> Trace:
    theme: Theme = "other"
    code, curl, recognized = signature.code, None, True
    if signature.kind == "x509":
        theme, code = "tls", code if code is not None else x509_code(signature.text)
    elif signature.kind == "http":
        recognized = code is not None and code >= 400
        theme = "http" if recognized else "other"
    elif signature.kind == "curl":
        code, curl = None, _curl_code(signature)
        through_proxy = curl == 56 and _PROXY_CONNECT.search(f"{signature.text} {signature.sample}")
        theme = "proxy" if through_proxy else _CURL.get(curl, "other") if curl is not None else "other"
        recognized = curl in _CURL or curl in _KNOWN_CURL
    else:
        recognized = False
    return Trace(
        theme,
        "devsrv_log",
        code,
        signature.text,
        device_local(signature.first, utc_offset_s),
        device_local(signature.last, utc_offset_s),
        signature.count,
        signature.sample,
        curl,
        recognized,
    )


def _traces_of_devsrv(log: DevsrvLog, utc_offset_s: int | None) -> Iterable[Trace]:
    # Errors that match no known signature are listed separately and count too.
    errors = dict.fromkeys((*log.signatures, *log.unrecognized_errors))
    return (_trace_of(signature, utc_offset_s) for signature in errors if signature.kind != "reconnect")


_EVENT_THEMES: dict[str, Theme] = {
    "tls_validation_failed": "tls",
    "client_certificate": "client_certificate",
    "authentication": "authentication",
    "unknown_error": "unknown_error",
    "engines_stopped": "engines_stopped",
}


def _traces_of_system_log(log: SystemLog, utc_offset_s: int | None) -> Iterable[Trace]:
    grouped: dict[tuple[Theme, str], Trace] = {}
    for event in log.events:
        theme = _EVENT_THEMES.get(event.kind)
        if theme is None:
            continue
        moment = device_local(event.time, utc_offset_s)
        code = x509_code(event.reason or event.text) if theme == "tls" else None
        new = Trace(theme, "system_log", code, event.reason or event.text, moment, moment, 1, event.text)
        seen = grouped.get((theme, new.text))
        grouped[(theme, new.text)] = new if seen is None else _joined(seen, new)
    return grouped.values()


def _joined(one: Trace, two: Trace) -> Trace:
    newest = two if two.last is not None and (one.last is None or two.last > one.last) else one
    times = [moment for moment in (one.first, two.first) if moment is not None]
    return replace(newest, first=min(times, default=None), count=one.count + two.count)


def read_traces(
    devsrv_log: DevsrvLog | None, system_log: SystemLog | None, utc_offset_s: int | None
) -> tuple[Trace, ...]:
    """Every error that both logs report."""
    traces: list[Trace] = []
    if devsrv_log is not None:
        traces += _traces_of_devsrv(devsrv_log, utc_offset_s)
    if system_log is not None:
        traces += _traces_of_system_log(system_log, utc_offset_s)
    return tuple(traces)


@dataclass(frozen=True)
class LiveFinding:
    """Where the connection fails right now, and the themes of the log errors that this explains."""

    text: str
    explains: frozenset[Theme]


def judge_time(
    traces: tuple[Trace, ...],
    *,
    time: DeviceTime,
    window: timedelta,
    reconnected: datetime | None,
    connected: bool,
    restarted: datetime | None,
    live: LiveFinding | None,
) -> Timeline:
    """Separates current errors from past ones.

    ``reconnected`` and ``restarted`` are device-local; ``restarted`` only where a restart of device-server still
    blocks the connection.
    """
    if connected:
        over = tuple(Past(trace, "the firewall is connected now") for trace in traces)
        return Timeline((), over, time.now is not None)
    if time.now is None:
        return Timeline(_newest_first(traces), (), False)
    current: list[Trace] = []
    past: list[Past] = []
    for trace in traces:
        reason = _over(trace, time, window, reconnected, restarted)
        if reason is None:
            current.append(trace)
        else:
            past.append(Past(trace, reason))
    kept: list[Trace] = []
    for trace in current:
        reason = _outranked(trace, current, live, time)
        if reason is None:
            kept.append(trace)
        else:
            past.append(Past(trace, reason))
    ordered = all(trace.last is not None for trace in kept if trace.theme in DECISIVE)
    return Timeline(_newest_first(kept), tuple(past), ordered)


def _over(
    trace: Trace, time: DeviceTime, window: timedelta, reconnected: datetime | None, restarted: datetime | None
) -> str | None:
    if trace.last is None or time.now is None:
        return None
    if time.now - trace.last > window:
        return f"last seen {time.describe(trace.last)}, before the log window of {_hours(window)}"
    if reconnected is not None and trace.last < reconnected:
        return f"before the last reconnect to the MLAV cloud, {time.describe(reconnected)}"
    if restarted is not None and trace.theme in DECISIVE and trace.last < restarted:
        return f"before the device-server restart {time.describe(restarted)}"
    return None


def _outranked(trace: Trace, current: Iterable[Trace], live: LiveFinding | None, time: DeviceTime) -> str | None:
    if trace.theme not in DECISIVE or trace.last is None:
        return None
    if live is not None:
        return None if trace.theme in live.explains else f"outranked by the current state: {live.text}"
    for other in current:
        if other.theme not in DECISIVE or other.last is None or other.goes_with(trace):
            continue
        same = other.source == trace.source and not {other.theme, trace.theme} <= _ENDS_THE_HANDSHAKE
        tolerance = timedelta(0) if same else SAME_ATTEMPT
        if other.last - trace.last > tolerance:
            return f"a newer error followed {time.describe(other.last)}: {brief(other.text)}"
    return None


def _newest_first(traces: Iterable[Trace]) -> tuple[Trace, ...]:
    return tuple(sorted(traces, key=lambda trace: trace.last or datetime.min, reverse=True))


def shown(moment: datetime) -> str:
    """A device time as the firewall writes it: ``2026-11-23 05:15:00``."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def brief(text: object, limit: int = 160) -> str:
    """A device's text as one line of at most ``limit`` characters, without control characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def brief_name(text: object) -> str:
    """A name or a single word of the device, at most 60 characters."""
    return brief(text, 60)


def _hours(window: timedelta) -> str:
    return f"{window.total_seconds() / 3600:g} h"
