# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes on the path to the cloud: service route, name resolution, routing, proxy, TCP."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.classify import causes_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import PAN_229832
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import UNREACHABLE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding, from_log, newest
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import DECISIVE, Trace
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import connected_siblings

_DEFECT_SHOWN = ("known_defects", "name_resolution")


def service_route_invalid(case: Case) -> list[Finding]:
    if case.route_fault is not None:
        confidence: Confidence = "possible" if case.route_fault_is_normal else "proven"
        return [Finding("service_route_invalid", confidence, ("service_route",), {"reason": case.route_fault})]
    failed = case.timeline.of("bind")
    if not failed:
        return []
    best: Confidence = "possible" if case.ha_inactive is not None else "likely"
    details = {"reason": failed[0].text, "curl_code": failed[0].curl}
    confidence = from_log(case.timeline, best)
    return [Finding("service_route_invalid", confidence, ("service_route",), details, newest(failed))]


def name_resolution(case: Case) -> list[Finding]:
    """``Couldn't resolve host name``: by whether the name resolves now, and by the release.

    Source: knowledge-base article kA14u000000HDuDCAW.
    """
    if case.resolves is False:
        return [Finding("name_resolution_failed", "proven", ("name_resolution",))]
    failed = case.timeline.of("dns")
    if failed:
        return _could_not_resolve(case, failed)
    return _engines_stopped(case)


def _could_not_resolve(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    causes, seen = causes_of(case, failed), newest(failed)
    if case.resolves is None:
        return [
            Finding(cause, "possible", ("name_resolution",), seen=seen, undecided="whether the name resolves now")
            for cause in causes
        ]
    if causes == ("defect_pan_229832",):
        return [_pan_229832(case, "proven", _DEFECT_SHOWN, seen)]
    if len(causes) == 1:
        return [Finding(causes[0], from_log(case.timeline), ("name_resolution",), seen=seen)]
    fixed = f"whether PAN-OS {case.release_text} has the fix for {PAN_229832.id}"
    because = {"defect_pan_229832": _DEFECT_SHOWN}
    return [
        Finding(cause, "possible", because.get(cause, ("name_resolution",)), seen=seen, undecided=fixed)
        for cause in causes
    ]


def _pan_229832(case: Case, best: Confidence, because: tuple[str, ...], seen: datetime) -> Finding:
    """The defect also loses the URL cloud: other clouds that are connected make it less certain."""
    connected = connected_siblings(case)
    if connected:
        best = "likely" if best == "proven" else "possible"
    details = {"defect": PAN_229832.id, "connected_siblings": list(connected)}
    return Finding("defect_pan_229832", from_log(case.timeline, best), because, details, seen)


def _engines_stopped(case: Case) -> list[Finding]:
    """``All engines stopped`` alone: the event reports that the cloud was lost, not why."""
    stopped = case.timeline.of("engines_stopped")
    explained = case.timeline.of(*DECISIVE - {"dns"}) or case.live is not None
    restarted = case.restarted is not None and not case.error_after_restart
    if not stopped or explained or restarted or not case.resolves:
        return []
    affected = PAN_229832.affects(case.release)
    if affected == "affected":
        checks = ("known_defects", "engine_events", "name_resolution")
        return [_pan_229832(case, "likely", checks, newest(stopped))]
    undecided = "" if case.log_was_read else "what devsrv.log reports"
    because = ("name_resolution", "engine_events")
    return [Finding("name_resolution_intermittent", "possible", because, seen=newest(stopped), undecided=undecided)]


def cloud_unreachable(case: Case) -> list[Finding]:
    ping = case.evidence.ping.value
    if ping is None or ping.outcome not in UNREACHABLE or case.established:
        return []
    details = {"reason": UNREACHABLE[ping.outcome]}
    return [Finding("cloud_unreachable", "proven", ("icmp_reachability",), details)]


def proxy_unreachable(case: Case) -> list[Finding]:
    """A proxy is configured and does not answer: the connection table shows it, or curl names the proxy."""
    failed = case.timeline.of("proxy")
    if failed:
        # curl may name a proxy where none is known to be configured: pushed values may be missing.
        best: Confidence = "proven" if case.proxy is not None else "likely"
        details = {"seen_as": failed[0].text, "curl_code": failed[0].curl}
        confidence = from_log(case.timeline, best)
        return [Finding("proxy_unreachable", confidence, ("tcp_connection",), details, newest(failed))]
    if case.proxy is None or not case.syn_sent_to_proxy or case.route_fault is not None or case.resolves is False:
        return []
    # Other services use the proxy too.
    confidence = "proven" if case.live is not None else "possible"
    return [Finding("proxy_unreachable", confidence, ("tcp_connection",), {"seen_as": "SYN_SENT"})]


def port_443_blocked(case: Case) -> list[Finding]:
    """SYN_SENT proves it; a log line is older than the table. A fault earlier on the path explains both."""
    live = case.live
    explained = case.route_fault is not None or case.resolves is False or bool(cloud_unreachable(case))
    if explained or case.established or proxy_unreachable(case):
        return []
    if case.syn_sent:
        confidence: Confidence = "proven" if live is not None else "possible"
        return [Finding("port_443_blocked", confidence, ("tcp_connection",), {"seen_as": "SYN_SENT"})]
    failed = case.timeline.of("tcp")
    if not failed:
        return []
    causes, text, seen = causes_of(case, failed), failed[0].text, newest(failed)
    details = {"port_443_blocked": {"seen_as": text}, "cloud_unreachable": {"reason": text}}
    if len(causes) > 1:
        undecided = "whether the cloud server answers a ping"
        return [
            Finding(cause, "possible", ("tcp_connection",), details[cause], seen, undecided=undecided)
            for cause in causes
        ]
    return [Finding(causes[0], from_log(case.timeline, "likely"), ("tcp_connection",), details[causes[0]], seen)]
