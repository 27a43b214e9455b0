# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the lines of a log to the causes that write them: one answer for the rules and for the history.

One line often has several causes. Whether the name resolves, the release and the clock separate them here; the rules
decide how certain each one is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import PAN_229832, UNLICENSED_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Theme, Trace

Traces = tuple[Trace, ...]

_CONTENT_VERSION = "invalid content version"
_THREAT_PREVENTION = "threat prevention"
_CURL_TIMED_OUT = 28

# HTTP answers that have one cause, by their status.
_BY_STATUS = {404: "cloud_service_missing"}


def causes_of(case: Case, traces: Traces) -> tuple[str, ...]:
    """The causes that lines of one family can come from, the most probable first; none for a symptom of any cause."""
    found = _BY_THEME.get(traces[0].theme)
    if found is None:
        return ()
    return (found,) if isinstance(found, str) else found(case, traces)


def _dns(case: Case, _traces: Traces) -> tuple[str, ...]:
    """By whether the name resolves now, and by the release. A connected firewall resolves it."""
    later = {
        "affected": ("defect_pan_229832",),
        "fixed": ("name_resolution_intermittent",),
        "unknown": ("name_resolution_intermittent", "defect_pan_229832"),
    }[PAN_229832.affects(case.release)]
    unknown = case.resolves is None and case.state != "connected"
    return ("name_resolution_failed", *later) if unknown else later


def _tcp(case: Case, traces: Traces) -> tuple[str, ...]:
    """A missing route causes the same error: only a ping separates the two. A timeout had a route."""
    if case.evidence.ping.value is None and not any(trace.curl == _CURL_TIMED_OUT for trace in traces):
        return ("port_443_blocked", "cloud_unreachable")
    return ("port_443_blocked",)


def _tls(case: Case, traces: Traces) -> tuple[str, ...]:
    if traces[0].family != "tls:validity":
        return ("tls_interception",)
    by_clock = {True: ("certificate_expired",), False: ("clock_skew",), None: ("clock_skew", "certificate_expired")}
    return by_clock[case.clock_right]


def _http(case: Case, traces: Traces) -> tuple[str, ...]:
    status = traces[0].code
    if status is not None and status >= 500:
        return ("cloud_service_error",)
    if status in _BY_STATUS:
        return (_BY_STATUS[status],)
    if status == 400 and any(_CONTENT_VERSION in f"{trace.text} {trace.sample}".lower() for trace in traces):
        return _content_version(case)
    return ("cloud_rejected_request",)


def _content_version(case: Case) -> tuple[str, ...]:
    affected = UNLICENSED_CONTENT.affects(case.release)
    if affected == "fixed" or threat_prevention(case):
        return ("cloud_rejected_request",)
    if affected == "affected":
        return ("unlicensed_content_defect",)
    return ("cloud_rejected_request", "unlicensed_content_defect")


_BY_THEME: Mapping[Theme, str | Callable[[Case, Traces], tuple[str, ...]]] = {
    "bind": "service_route_invalid",
    "dns": _dns,
    "proxy": "proxy_unreachable",
    "tcp": _tcp,
    "cut": "tls_handshake_cut",
    "tls": _tls,
    "roots": "trusted_roots_outdated",
    "http": _http,
    "client_certificate": "device_certificate_invalid",
}


def threat_prevention(case: Case) -> bool | None:
    """Whether the firewall has an (Advanced) Threat Prevention license; None where unknown or expired."""
    licenses = case.evidence.licenses
    if licenses.value is None or licenses.problem is not None:
        return None
    held = [entry for entry in licenses.value.entries if _THREAT_PREVENTION in entry.feature.lower()]
    if not held:
        return False
    return None if all(entry.expired for entry in held) else True
