# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes that are over: what the logs say about the past, by cause.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import PAN_229832, UNLICENSED_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import PastCause
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.cloud import threat_prevention
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import SAME_ATTEMPT, Past, Theme, Trace

# Themes that point to one cause whatever the rest of the evidence says.
_BY_THEME: dict[Theme, str] = {
    "bind": "service_route_invalid",
    "proxy": "proxy_unreachable",
    "tcp": "port_443_blocked",
    "cut": "tls_handshake_cut",
    "roots": "trusted_roots_outdated",
    "client_certificate": "device_certificate_invalid",
}


def past_causes(case: Case, standing: frozenset[str]) -> tuple[PastCause, ...]:
    """One entry per cause, newest first. A cause that stands now is not over, however old some of its traces are."""
    grouped: dict[str, list[Past]] = {}
    for past in case.timeline.past:
        cause_id = _cause_of(case, past.trace)
        if cause_id is not None and cause_id not in standing:
            grouped.setdefault(cause_id, []).append(past)
    entries = [_entry(cause_id, members) for cause_id, members in grouped.items()]
    return tuple(sorted(entries, key=lambda entry: entry.last_seen or datetime.min, reverse=True))


def _entry(cause_id: str, members: list[Past]) -> PastCause:
    newest = max(members, key=lambda past: past.trace.last or datetime.min)
    first = [past.trace.first or past.trace.last for past in members]
    return PastCause(
        id=cause_id,
        code=CATALOGUE[cause_id].code,
        reason=newest.reason,
        first_seen=min((moment for moment in first if moment is not None), default=None),
        last_seen=newest.trace.last,
        # One failure writes several lines: the most frequent one counts the failures best.
        count=max(past.trace.count for past in members),
        sample=newest.trace.sample,
    )


def _cause_of(case: Case, trace: Trace) -> str | None:
    """The cause that a trace of the past points to, None for a symptom of any."""
    if trace.theme == "dns":
        if case.resolves is None and case.state != "connected":
            return "name_resolution_failed"
        affected = PAN_229832.affects(case.release) == "affected"
        return "defect_pan_229832" if affected else "name_resolution_intermittent"
    if trace.theme in _BY_THEME:
        return _BY_THEME[trace.theme]
    if trace.theme == "tls":
        trace = _with_code(case, trace)
        if trace.family == "tls:validity":
            return "certificate_expired" if case.clock_right else "clock_skew"
        return "tls_interception"
    if trace.theme == "http":
        return _http_cause(case, trace)
    return None


def _with_code(case: Case, trace: Trace) -> Trace:
    """curl's text has no code: the x509 line of the same attempt has it."""
    if trace.code is not None or trace.last is None:
        return trace
    for other in case.traces:
        if other.theme != "tls" or other.code is None or other.last is None:
            continue
        if abs(other.last - trace.last) <= SAME_ATTEMPT:
            return other
    return trace


def _http_cause(case: Case, trace: Trace) -> str:
    if trace.code is not None and trace.code >= 500:
        return "cloud_service_error"
    if trace.code == 404:
        return "cloud_service_missing"
    defect = UNLICENSED_CONTENT.affects(case.release) == "affected" and threat_prevention(case) is False
    content = "invalid content version" in f"{trace.text} {trace.sample}".lower()
    return "unlicensed_content_defect" if defect and content else "cloud_rejected_request"
