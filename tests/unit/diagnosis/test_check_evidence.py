# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check shows of the evidence, and what the result says of the device and of the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import CheckEvidence, MissingEvidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    ago,
    curl,
    device,
    devsrv,
    ev,
    event,
    firewall,
    lost,
    netstat,
    pair,
    sig,
    syslog,
    unknown_host,
    x509,
)

CURRENT = m.Asked("less mp-log devsrv.log", "ssh", "")
ROTATED = m.Asked("less mp-log devsrv.log.old", "ssh", "")
ERROR = sig("http", 500, "overload", ago(5), first=ago(65), count=3)
PARSED = [{"code": 500, "text": "overload", "first": "2026-11-23T04:10:00", "last": "2026-11-23T05:10:00", "count": 3}]
EVENT = event("tls_validation_failed", 5, "MLAV Server certificate validation failed.", "unable to get it")
SAID = {"code": None, "text": "unable to get it", "first": "2026-11-23T05:10:00", "last": "2026-11-23T05:10:00"}
HELD = {"entries": [{"feature": "Threat Prevention", "expires": "August 05, 2027", "expired": False}]}
NOT_ASKED = m.Evidence[Any](problem=m.NOT_ASKED)


def log(*asked: m.Asked) -> Any:
    return replace(devsrv(ERROR), asked=asked)


SHOWN: list[tuple[str, m.EvidenceSet, str, list[CheckEvidence]]] = [
    ("a log", firewall(devsrv_log=log(CURRENT)), "cloud_response",
     [CheckEvidence(CURRENT.command, "ssh", PARSED, ERROR.sample)]),
    ("a log of several files", firewall(devsrv_log=log(replace(CURRENT, transport="api"), CURRENT, ROTATED)),
     "cloud_response",
     [CheckEvidence("less mp-log devsrv.log; less mp-log devsrv.log.old", "ssh", PARSED, ERROR.sample)]),
    ("a log of no question", firewall(devsrv_log=log()), "cloud_response",
     [CheckEvidence("", "live", PARSED, ERROR.sample)]),
    ("two logs, each its own", firewall(devsrv_log=devsrv(), system_log=syslog(EVENT)), "tls_validation",
     [CheckEvidence("a command", "ssh", [], ""), CheckEvidence("a command", "ssh", [SAID | {"count": 1}], EVENT.text)]),
    ("a log that was not had", firewall(devsrv_log=m.Evidence(problem=m.Problem("refused", "no"), asked=(CURRENT,))),
     "cloud_response", [CheckEvidence(CURRENT.command, "ssh", None, "")]),
    ("an answer", firewall(), "license", [CheckEvidence("a command", "ssh", HELD, "raw answer")]),
    ("an answer to the second question", firewall(licenses=replace(firewall().licenses, asked=(
        m.Asked("x", "api", "refused"), m.Asked("y", "ssh", "text")))), "license",
     [CheckEvidence("x", "api", None, "refused"), CheckEvidence("y", "ssh", HELD, "text")]),
    ("a value of no question", firewall(licenses=replace(firewall().licenses, asked=())), "license",
     [CheckEvidence("", "live", HELD, "")]),
    ("no value, no question", firewall(licenses=lost()), "license", []),
    ("not asked", firewall(licenses=replace(NOT_ASKED, asked=(m.Asked("x", "api", "y"),))), "license", []),
    ("not asked, but the log was read", firewall(ping=NOT_ASKED, devsrv_log=log(CURRENT)), "name_resolution",
     [CheckEvidence(CURRENT.command, "ssh", [], "")]),
    ("a release without MLAV", firewall(device=ev(m.DeviceInfo(sw_version="9.1.19"))), "license", []),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "check_id", "shown"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
def test_what_a_check_shows(evidence: m.EvidenceSet, check_id: str, shown: list[CheckEvidence]) -> None:
    [check] = [check for check in diagnose(evidence).checks if check.id == check_id]
    assert list(check.evidence) == shown


def test_an_error_that_goes_with_what_is_seen_now_is_shown_with_it() -> None:
    found = diagnose(firewall(netstat=netstat("SYN_SENT"), devsrv_log=devsrv(curl("Couldn't connect to server"))))
    [check] = [check for check in found.checks if check.id == "tcp_connection"]
    assert [shown.raw for shown in check.evidence] == ["raw answer", "Error: curl None Couldn't connect to server"]


def test_a_release_without_mlav_is_shown() -> None:
    found = diagnose(firewall(device=device("9.1.19")))
    assert [check.id for check in found.checks if check.evidence] == ["supported_release"]


def test_what_the_result_says_of_the_device() -> None:
    known = {
        "hostname": "fw-lon-1",
        "serial": "001606000117",
        "model": "PA-850",
        "family": None,
        "sw_version": "11.1.6-h1",
        "app_version": "8868-8828",
        "threat_version": None,
        "av_version": None,
        "wildfire_version": None,
        "wildfire_rt": None,
        "multi_vsys": None,
        "operational_mode": None,
        "management_address": None,
        "uptime_s": 40 * 86400,
        "vm_license": None,
        "ha_state": "passive",
        "device_time": "2026-11-23 05:15:00",
        "clock_skew_s": 3,
    }
    assert diagnose(firewall(high_availability=pair("passive"))).device == known
    unknown = diagnose(firewall(device=lost(), high_availability=lost(), clock=lost())).device
    assert unknown == dict.fromkeys(known)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 23, 10, 15, 0, 9), "2026-11-23T10:15:00Z"),
        (datetime(2026, 11, 23, 10, 15, tzinfo=timezone(timedelta(hours=-5))), "2026-11-23T15:15:00Z"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), "0001-01-01T00:00:00Z"),
    ],
)
def test_when_evidence_was_collected_is_in_utc(moment: datetime, shown: str) -> None:
    assert encode(diagnose(firewall(collected_at=moment)))["collected_at"] == shown


EXPLAINED: list[tuple[str, m.EvidenceSet, dict[str, str | None]]] = [
    ("a check that warns or passes is explained by none", firewall(ping=unknown_host()),
     {"tcp_connection": None, "engine_events": None}),
    ("a release without MLAV explains all that is not judged", firewall(device=device("9.1.19")),
     {"device_access": None, "supported_release": None, "device_server": "supported_release",
      "commit_state": "supported_release"}),
    ("what is only possible explains no symptom", firewall(clock=lost(), devsrv_log=devsrv(*x509(20), ERROR)),
     {"cloud_connection": None, "tls_validation": None, "cloud_response": "tls_validation"}),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "by"), [row[1:] for row in EXPLAINED], ids=[row[0] for row in EXPLAINED])
def test_which_check_explains_another(evidence: m.EvidenceSet, by: dict[str, str | None]) -> None:
    assert {check.id: check.blocked_by for check in diagnose(evidence).checks if check.id in by} == by


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (
            firewall(devsrv_log=devsrv(lines=0)),
            MissingEvidence(
                "devsrv_log",
                "empty",
                "devsrv.log is empty",
                "Diagnose again in 15 minutes: device-server logs each connection attempt.",
            ),
        ),
        (
            firewall(service_route=ev(m.ServiceRoute("undetermined", reason="no source"))),
            MissingEvidence(
                "service_route",
                "undetermined",
                "no source",
                "Check the source address under Device > Setup > Services > Service Route Configuration.",
            ),
        ),
        (firewall(ping=lost("refused", "no", "Set ssh")), MissingEvidence("ping", "refused", "no", "Set ssh")),
    ],
)
def test_missing_evidence_and_its_hint(evidence: m.EvidenceSet, missing: MissingEvidence) -> None:
    assert diagnose(evidence).missing == (missing,)
