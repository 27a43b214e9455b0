# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All rules: each finds one cause, or several that share their evidence, independently of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules import (
    certificate,
    cloud,
    defects,
    device,
    network,
    tls,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import CERTAINTY, Finding, Rule
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import missing

# (the check that reports a crash of the rule, the rule)
RULES: tuple[tuple[str, Rule], ...] = (
    ("device_server", device.device_server_unavailable),
    ("commit_state", device.commit_force_needed),
    ("service_route", network.service_route_invalid),
    ("name_resolution", network.name_resolution),
    ("icmp_reachability", network.cloud_unreachable),
    ("tcp_connection", network.proxy_unreachable),
    ("tcp_connection", network.port_443_blocked),
    ("tls_validation", tls.certificate_validation),
    ("tls_validation", tls.own_roots),
    ("tls_validation", tls.handshake_cut),
    ("device_certificate", certificate.device_certificate_invalid),
    ("device_certificate", certificate.device_certificate_not_renewed),
    ("cloud_response", cloud.cloud_answer),
    ("known_defects", defects.known_defect),
)

# Of equally certain and equally old findings, a known defect comes first: it names what the others only describe.
_ORDER = {
    "known_defect": -1,
    **{cause_id: place for place, cause_id in enumerate(CATALOGUE) if cause_id != "known_defect"},
}


@dataclass(frozen=True)
class Found:
    """The findings, most certain first, then newest; and the crashes, by the check that reports them."""

    findings: tuple[Finding, ...]
    crashes: dict[str, Exception]


def find_causes(case: Case) -> Found:
    """Runs every rule. Unless the firewall is known to be disconnected, no finding is more than possible."""
    findings: dict[str, Finding] = {}
    crashes: dict[str, Exception] = {}
    for check_id, rule in RULES:
        try:
            found = rule(case)
        except Exception as error:  # a bug in one rule must not hide what the others find
            crashes[check_id] = error
            continue
        for finding in found:
            finding = _weighed(case, finding)
            known = findings.get(finding.cause_id)
            if known is None or CERTAINTY[finding.confidence] < CERTAINTY[known.confidence]:
                findings[finding.cause_id] = finding
    return Found(tuple(sorted(findings.values(), key=_rank)), crashes)


def _weighed(case: Case, finding: Finding) -> Finding:
    """The finding, no more certain than the connection state and its witnesses allow."""
    if case.state != "disconnected" and finding.cause_id != "device_server_unavailable":
        return replace(finding, confidence="possible")
    lacking = missing(case, finding.cause_id, finding.seen is not None) if finding.confidence == "proven" else ()
    return replace(finding, confidence="likely") if lacking else finding


def _rank(finding: Finding) -> tuple[int, timedelta, int]:
    """Current evidence before log lines; of log lines the newest first."""
    age = datetime.max - (finding.seen or datetime.max)
    return CERTAINTY[finding.confidence], age, _ORDER[finding.cause_id]
