# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known PAN-OS defects: the release is affected and the symptom was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import DEFECTS, Defect, Symptom
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.device_certificate import judge_device_certificate
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import (
    CERTAINTY,
    Finding,
    from_log,
    newest,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace

_BAD_ARGUMENT = 43


@dataclass(frozen=True)
class Seen:
    """A symptom: the check that shows it, its time (None: now), and its words."""

    check: str
    at: datetime | None
    words: str


def _traced(check: str, traces: tuple[Trace, ...]) -> Seen | None:
    return Seen(check, newest(traces), traces[0].text) if traces else None


def _bad_argument(case: Case) -> Seen | None:
    named = tuple(trace for trace in case.timeline.current if trace.curl == _BAD_ARGUMENT)
    return _traced("cloud_response", named)


def _source_fails(case: Case) -> Seen | None:
    """No connection is established from this source."""
    if case.syn_sent:
        return Seen("tcp_connection", None, "SYN_SENT")
    return _traced("tcp_connection", case.timeline.of("bind", "tcp"))


def _loopback(case: Case) -> Seen | None:
    route = case.evidence.service_route.value
    named = route is not None and (route.interface or "").lower().startswith("loopback")
    return _source_fails(case) if named else None


def _explicit_mgt(case: Case) -> Seen | None:
    route = case.evidence.service_route.value
    return _source_fails(case) if route is not None and route.explicit_mgt else None


def _dhcp_name_servers(case: Case) -> Seen | None:
    """No DNS server is configured or pushed, so DHCP provides them."""
    route = case.evidence.service_route.value
    if route is None or not route.complete or route.dns_servers or route.dns_proxy_object:
        return None
    if case.resolves is False:
        return Seen("name_resolution", None, "the name does not resolve")
    return _traced("name_resolution", case.timeline.of("dns"))


def _fetch(case: Case) -> str:
    """The result of the last device certificate fetch if it failed; empty otherwise."""
    found = case.evidence.device_certificate.value
    if found is None or (found.last_fetched_status or "success").strip().lower() == "success":
        return ""
    return f"{found.last_fetched_status}: {found.last_fetched_info or ''}"


def _not_fetched(case: Case) -> Seen | None:
    return Seen("device_certificate", None, words) if (words := _fetch(case)) else None


def _not_renewed(case: Case) -> Seen | None:
    own = judge_device_certificate(case)
    words = own.overdue or (own.fault if "expired" in own.fault else "")
    return Seen("device_certificate", None, words) if words else None


def _fetch_says(*words: str) -> Callable[[Case], Seen | None]:
    def seen(case: Case) -> Seen | None:
        result = _fetch(case)
        matches = result and all(word in result.lower() for word in words)
        return Seen("device_certificate", None, result) if matches else None

    return seen


# Symptoms of defects that have a cause of their own are that cause's rule.
SYMPTOMS: Mapping[Symptom, Callable[[Case], Seen | None]] = {
    "curl_bad_argument": _bad_argument,
    "loopback_source_fails": _loopback,
    "explicit_mgt_fails": _explicit_mgt,
    "dhcp_name_servers_lost": _dhcp_name_servers,
    "certificate_not_renewed": _not_renewed,
    "certificate_not_fetched": _not_fetched,
    "otp_not_valid": _fetch_says("otp is not valid"),
    "certificate_server_not_resolved": _fetch_says("resolve", "certificate.paloaltonetworks.com"),
}


def matching(case: Case) -> tuple[tuple[Defect, Seen], ...]:
    """The defects of this release and model whose symptom is seen; the most certain first."""
    found = [
        (defect, seen)
        for defect in DEFECTS
        if defect.cause == "known_defect"
        and defect.affects(case.release) == "affected"
        and _has_model(case, defect)
        and (seen := SYMPTOMS[defect.symptom](case)) is not None
    ]
    return tuple(sorted(found, key=lambda item: CERTAINTY[item[0].confidence]))


def known_defect(case: Case) -> list[Finding]:
    """One finding, for the most certain defect; its details name the others."""
    found = matching(case)
    if not found:
        return []
    defect, seen = found[0]
    confidence = from_log(case.timeline, defect.confidence) if seen.at is not None else defect.confidence
    fix = defect.fix_for(case.release)
    details = {
        "defect": defect.id,
        "defect_title": defect.title,
        "defect_fix": f"upgrade to PAN-OS {fix} or later" if fix is not None else "ask customer support for a fix",
        "defect_source": defect.source,
        "seen_as": seen.words,
        "also": [other.id for other, _seen in found[1:]],
    }
    return [Finding("known_defect", confidence, ("known_defects", seen.check), details, seen.at)]


def _has_model(case: Case, defect: Defect) -> bool:
    device = case.evidence.device.value
    return defect.models == "all" or (device is not None and device.has_tpm is True)
