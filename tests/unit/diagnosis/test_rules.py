# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edges of the rules: how certain a cause is, which comes first, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    certificate,
    curl,
    devsrv,
    dns_error,
    event,
    firewall,
    http,
    jobs,
    lost,
    restarted,
    status,
    syslog,
    x509,
)

TWO_JOBS = jobs(
    m.Job(8, "Commit", "ACT", "PEND", "admin", None, None), m.Job(9, "AutoCom", "ACT", "PEND", "admin", None, None)
)
NO_CLOCK = lost("unrecognised")
TCP = "Couldn't connect to server"
REVOKED = event("client_certificate", 5, "MLAV: Revoked Client Certificate.")

CAUSES: list[tuple[str, m.EvidenceSet, list[str]]] = [
    # Without a clock nothing tells which of several errors is the newest.
    ("no clock, two lines of one TLS error", firewall(clock=NO_CLOCK, devsrv_log=devsrv(*x509(20))),
     ["tls_interception likely"]),
    ("no clock, TCP and HTTP", firewall(clock=NO_CLOCK, devsrv_log=devsrv(curl(TCP, 9), http(500, minutes=5))),
     ["cloud_service_error possible", "port_443_blocked possible"]),
    ("no clock, TLS and HTTP", firewall(clock=NO_CLOCK, devsrv_log=devsrv(*x509(20, 5), http(500, minutes=9))),
     ["tls_interception possible", "cloud_service_error possible"]),
    ("no clock, DNS and HTTP", firewall(clock=NO_CLOCK, devsrv_log=devsrv(dns_error(5), http(500, minutes=9))),
     ["name_resolution_intermittent possible", "cloud_service_error possible"]),
    ("no clock, a client certificate and HTTP",
     firewall(clock=NO_CLOCK, devsrv_log=devsrv(http(500)), system_log=syslog(REVOKED)),
     ["device_certificate_invalid possible", "cloud_service_error possible"]),
    ("no clock, two texts of one kind, the newest counts",
     firewall(clock=NO_CLOCK,
              devsrv_log=devsrv(dns_error(30), dns_error(1, text="Could not resolve host"), http(500, minutes=9))),
     ["name_resolution_intermittent possible", "cloud_service_error possible"]),
    ("the more certain comes first, not the newer",
     firewall(devsrv_log=devsrv(curl(TCP)), device_certificate=certificate("Valid", -3)),
     ["port_443_blocked likely", "device_certificate_invalid possible"]),
    ("busy twice is enough", firewall(cloud_status=status("busy", attempts=2)), ["device_server_unavailable proven"]),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "causes"), [row[1:] for row in CAUSES], ids=[row[0] for row in CAUSES])
def test_causes_and_their_order(evidence: m.EvidenceSet, causes: list[str]) -> None:
    assert [f"{cause.id} {cause.confidence}" for cause in diagnose(evidence).causes] == causes


DETAILS: list[tuple[str, m.EvidenceSet, dict[str, Any]]] = [
    ("busy with jobs", firewall(cloud_status=status("busy", attempts=3), commit_state=TWO_JOBS),
     {"attempts": 3, "job": {"id": 8, "type": "Commit"}}),
    ("restarted, commits run", firewall(system_log=syslog(restarted(60)), commit_state=TWO_JOBS),
     {"restarted_at": "2026-11-23 04:15:00", "since_restart": "the commit job 8 is still running"}),
    ("restarted, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost()),
     {"restarted_at": "2026-11-23 04:15:00", "since_restart": "whether a forced commit has followed is not known"}),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "details"), [row[1:] for row in DETAILS], ids=[row[0] for row in DETAILS])
def test_what_is_told_of_the_first_cause(evidence: m.EvidenceSet, details: dict[str, Any]) -> None:
    assert diagnose(evidence).causes[0].details == details
