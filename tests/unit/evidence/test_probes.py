# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every question, put to a simulated firewall: one row each. And what holds for the table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES, PROBES
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import STAGES
from tests.simulator.scenario import load
from tests.tooling.try_scenario import evidence


@dataclass(frozen=True)
class Row:
    """A scenario, a part of the value that a firewall of it leads to, and what that part is."""

    scenario: str
    part: Callable[[Any], object]
    expected: object


ROWS = {
    "device": Row("tls_interception", lambda found: (found.model, found.sw_version), ("PA-850", "11.1.4")),
    "cloud_status": Row("tls_interception", lambda found: found.state, "disconnected"),
    "clock": Row("tls_interception", lambda found: (found.utc_offset_s, found.skew_s), (-14400, 0)),
    "high_availability": Row("passive_ha", lambda found: found.state, "passive"),
    "device_certificate": Row("device_certificate_not_renewed", lambda found: found.status, "Valid"),
    "licenses": Row("tls_interception", lambda found: found.entries[0].feature, "Threat Prevention"),
    "interfaces": Row("tls_interception", lambda found: found.entries[0].addresses, ("192.0.2.10",)),
    "commit_state": Row("tls_interception", lambda found: found.jobs[0].type, "WildFire"),
    "software_status": Row("tls_interception", lambda found: found.processes[0].state, "running"),
    "service_route": Row("service_route_invalid", lambda found: found.kind, "dataplane"),
    "ping": Row("name_resolution_failed", lambda found: found.outcome, "unknown_host"),
    "netstat": Row("port_443_blocked", lambda found: {row.state for row in found.connections}, {"SYN_SENT"}),
    "siblings": Row("tls_interception", lambda found: found.url_cloud.state, "disconnected"),
    "devsrv_log": Row("tls_interception", lambda found: found.signatures[0].kind, "curl"),
    "system_log": Row("tls_interception", lambda found: found.events[0].kind, "tls_validation_failed"),
    "decryption": Row("tls_interception", lambda found: [zone.name for zone in found.zones], ["untrust", "trust"]),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_firewall_is_asked(name: str) -> None:
    row = ROWS[name]
    assert row.part(getattr(evidence(load(row.scenario)), name).value) == row.expected


def test_every_question_has_a_row() -> None:
    assert set(ROWS) == set(EVIDENCE_NAMES)


def test_what_a_question_needs_is_asked_before() -> None:
    late = [(name, need) for name, probe in PROBES.items() for need in probe.needs if need not in _before(name)]
    assert late == []


def test_questions_are_asked_stage_by_stage() -> None:
    stages = [probe.stage for probe in PROBES.values()]
    assert stages == sorted(stages, key=STAGES.index)


def _before(name: str) -> tuple[str, ...]:
    return EVIDENCE_NAMES[: EVIDENCE_NAMES.index(name)]
