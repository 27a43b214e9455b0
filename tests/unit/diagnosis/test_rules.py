# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edges of the rules: how certain a cause is, which comes first, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules import registry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    CONTENT_TEXT,
    NOW,
    ago,
    certificate,
    clock,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    event,
    firewall,
    http,
    interfaces,
    job,
    jobs,
    licenses,
    lost,
    netstat,
    ping,
    policy,
    reconnected,
    restarted,
    rule,
    status,
    stopped,
    syslog,
    unknown_host,
    x509,
)

TWO_JOBS = jobs(
    m.Job(8, "Commit", "ACT", "PEND", "admin", None, None), m.Job(9, "AutoCom", "ACT", "PEND", "admin", None, None)
)
NO_CLOCK = lost("unrecognized")
TCP = "Couldn't connect to server"
REVOKED = event("client_certificate", 5, "MLAV: Revoked Client Certificate.")
AUTHENTICATION = event("authentication", 5, "MLAV: Authentication or Client Certificate failure.")
EXPIRED_BEFORE = event("client_certificate", 9, "MLAV: Expired Client Certificate.")
OLDER_AUTHENTICATION = event("authentication", 30, "MLAV: Authentication failure.")
DOWN = interfaces(m.Interface("ethernet1/5", "down", ("10.1.5.254",)))


def unlicensed(**changes: Any) -> m.EvidenceSet:
    """A release with the defect of article B, and no Threat Prevention licence."""
    return firewall(**{"device": device("10.0.1"), "licenses": licenses()} | changes)


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
    # The cloud's answers.
    ("HTTP 499 is no fault of the cloud", firewall(devsrv_log=devsrv(http(499))), ["cloud_rejected_request proven"]),
    ("no clock, of two answers of one kind the newest counts",
     firewall(clock=NO_CLOCK, devsrv_log=devsrv(http(500, minutes=30), http(503, minutes=1), dns_error(9))),
     ["cloud_service_error possible", "name_resolution_intermittent possible"]),
    ("no clock, of two rejections the newest counts",
     unlicensed(clock=NO_CLOCK,
                devsrv_log=devsrv(http(400, CONTENT_TEXT, 30), http(400, "", 1), dns_error(9))),
     ["unlicensed_content_defect possible", "name_resolution_intermittent possible", "defect_pan_229832 possible"]),
    ("licences only partly understood",
     unlicensed(licenses=ev(m.Licenses(()), problem=m.Problem("unrecognized", "some lines")),
                devsrv_log=devsrv(http(400, CONTENT_TEXT))), ["unlicensed_content_defect likely"]),
    ("of two texts of an authentication failure the newest counts",
     unlicensed(system_log=syslog(event("authentication", 1, "MLAV: Authentication"), stopped(9),
                                  OLDER_AUTHENTICATION)),
     ["unlicensed_content_defect possible", "name_resolution_intermittent possible", "unexplained possible"]),
    ("what is seen now explains an authentication failure",
     unlicensed(system_log=syslog(AUTHENTICATION), ping=unknown_host()), ["name_resolution_failed proven"]),
    ("DNS explains an authentication failure",
     unlicensed(system_log=syslog(AUTHENTICATION), devsrv_log=devsrv(dns_error())),
     ["name_resolution_intermittent possible", "defect_pan_229832 possible"]),
    ("TCP explains an authentication failure",
     unlicensed(system_log=syslog(AUTHENTICATION), devsrv_log=devsrv(curl(TCP))), ["port_443_blocked likely"]),
    ("TLS explains an authentication failure",
     unlicensed(system_log=syslog(AUTHENTICATION), devsrv_log=devsrv(*x509(20))), ["tls_interception likely"]),
    ("a client certificate explains an authentication failure",
     unlicensed(system_log=syslog(AUTHENTICATION, REVOKED)), ["device_certificate_invalid proven"]),
    ("of several rejections the more certain counts",
     firewall(device=lost(), licenses=licenses(), devsrv_log=devsrv(http(400, CONTENT_TEXT), http(403))),
     ["cloud_rejected_request likely", "unlicensed_content_defect possible"]),
    # The way to the cloud.
    ("a route that cannot work explains SYN_SENT",
     firewall(service_route=dataplane(), interfaces=DOWN, ping=ping("lost"), netstat=netstat("SYN_SENT")),
     ["service_route_invalid proven"]),
    ("DNS error, no ping, no fix listed",
     firewall(device=device("10.0.12"), devsrv_log=devsrv(dns_error()), ping=lost()),
     ["name_resolution_failed possible", "name_resolution_intermittent possible", "defect_pan_229832 possible"]),
    ("TCP explains engines that stopped",
     firewall(device=device("10.1.12"), devsrv_log=devsrv(curl(TCP)), system_log=syslog(stopped(5))),
     ["port_443_blocked likely"]),
    ("a client certificate explains engines that stopped",
     firewall(device=device("10.1.12"), system_log=syslog(stopped(5), REVOKED)), ["device_certificate_invalid proven"]),
    # The device certificate.
    ("of two texts of the device certificate the newest counts", firewall(system_log=syslog(EXPIRED_BEFORE, REVOKED)),
     ["device_certificate_invalid proven"]),
    ("a text of expiry, and a certificate that is not yet valid",
     firewall(system_log=syslog(EXPIRED_BEFORE), device_certificate=ev(m.DeviceCertificate(
         "Valid", NOW + timedelta(days=2), NOW + timedelta(days=90)))), ["device_certificate_invalid proven"]),
    *((f"{what} explains the loss beside an expired certificate",
       firewall(device_certificate=certificate("Valid", -3), devsrv_log=devsrv(error)),
       [f"{cause} proven", "device_certificate_invalid possible"])
      for what, error, cause in (("DNS", dns_error(), "name_resolution_intermittent"),
                                 ("HTTP", http(500), "cloud_service_error"))),
    *((f"{what} explains an authentication failure on a fixed release",
       firewall(system_log=syslog(AUTHENTICATION), devsrv_log=devsrv(error)), [cause])
      for what, error, cause in (("DNS", dns_error(), "name_resolution_intermittent proven"),
                                 ("TCP", curl(TCP), "port_443_blocked likely"),
                                 ("TLS", x509(20)[0], "tls_interception likely"),
                                 ("HTTP", http(500), "cloud_service_error proven"))),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "causes"), [row[1:] for row in CAUSES], ids=[row[0] for row in CAUSES])
def test_causes_and_their_order(evidence: m.EvidenceSet, causes: list[str]) -> None:
    assert [f"{cause.id} {cause.confidence}" for cause in diagnose(evidence).causes] == causes


BEGUN = DiagnosisOptions(restart_begun=ago(60).replace(microsecond=0))
BY_RECORD = "a previous run may have restarted device-server"
BY_LOG = "device-server was restarted"


@pytest.mark.parametrize(
    ("evidence", "options", "causes", "restart", "since"),
    [
        (firewall(), BEGUN, ["commit_force_needed possible"], BY_RECORD, "no commit since"),
        (firewall(), DiagnosisOptions(), ["unexplained possible"], "", ""),
        (firewall(commit_state=TWO_JOBS), BEGUN, ["commit_force_needed possible"], BY_RECORD,
         "commit job 8 is running"),
        (firewall(commit_state=lost()), BEGUN, ["commit_force_needed possible"], BY_RECORD,
         "commits since are unknown"),
        (firewall(commit_state=jobs(job(minutes=30))), BEGUN, ["unexplained possible"], "", ""),
        (firewall(commit_state=jobs(job(minutes=90))), BEGUN, ["commit_force_needed possible"], BY_RECORD,
         "no commit since"),
        (firewall(devsrv_log=devsrv(http(500, "", 9))), BEGUN, ["cloud_service_error proven"], "", ""),
        (firewall(system_log=syslog(restarted(120))), BEGUN, ["commit_force_needed proven"], BY_LOG,
         "no commit since"),
        (firewall(system_log=syslog(reconnected(50))), BEGUN, ["unexplained possible"], "", ""),
        (firewall(cloud_status=status("busy", attempts=3)), BEGUN, ["device_server_unavailable proven"], "", ""),
        (firewall(cloud_status=status("connected")), BEGUN, [], "", ""),
    ],
)  # fmt: skip
def test_a_restart_that_only_a_previous_run_recorded(
    evidence: m.EvidenceSet, options: DiagnosisOptions, causes: list[str], restart: str, since: str
) -> None:
    found = diagnose(evidence, options)
    assert [f"{cause.id} {cause.confidence}" for cause in found.causes] == causes
    details = found.causes[0].details if found.causes else {}
    [check] = [check for check in found.checks if check.id == "commit_state"]
    assert (restart in ("", BY_LOG)) or (check.status, restart in check.message.lower()) == ("warn", True)
    assert (details.get("restart", ""), details.get("since_restart", "")) == (restart, since)


DETAILS: list[tuple[str, m.EvidenceSet, str, dict[str, Any]]] = [
    ("busy with jobs", firewall(cloud_status=status("busy", attempts=3), commit_state=TWO_JOBS),
     "device_server_unavailable", {"attempts": 3, "job": {"id": 8, "type": "Commit"}}),
    ("restarted, commits run", firewall(system_log=syslog(restarted(60)), commit_state=TWO_JOBS),
     "commit_force_needed",
     {"restart": "device-server was restarted", "restarted_at": "2026-11-23 04:15:00",
      "since_restart": "commit job 8 is running"}),
    ("restarted, jobs not known", firewall(system_log=syslog(restarted(60)), commit_state=lost()),
     "commit_force_needed",
     {"restart": "device-server was restarted", "restarted_at": "2026-11-23 04:15:00",
      "since_restart": "commits since are unknown"}),
    ("two answers", firewall(devsrv_log=devsrv(http(500, "", 9), http(503, "overload", 5))),
     "cloud_service_error", {"http_code": 503, "text": "overload"}),
    ("two rejections, no clock", firewall(clock=NO_CLOCK, devsrv_log=devsrv(http(403, "", 9), http(401, "", 5))),
     "cloud_rejected_request", {"http_code": 401, "text": ""}),
    ("an authentication failure alone", unlicensed(system_log=syslog(OLDER_AUTHENTICATION, AUTHENTICATION)),
     "unlicensed_content_defect", {"http_code": None, "text": AUTHENTICATION.text}),
    ("SYN_SENT", firewall(netstat=netstat("SYN_SENT")), "port_443_blocked", {"seen_as": "SYN_SENT"}),
    ("two TCP errors", firewall(devsrv_log=devsrv(curl(TCP, 9), curl("Timeout was reached", 5))),
     "port_443_blocked", {"seen_as": "Timeout was reached"}),
    ("two TCP errors, no ping", firewall(devsrv_log=devsrv(curl(TCP, 9), curl("Failed to connect", 5)), ping=lost()),
     "cloud_unreachable", {"reason": "Failed to connect"}),
    ("a clock that is ahead", firewall(clock=clock(172800), devsrv_log=devsrv(*x509(10))),
     "clock_skew", {"x509_code": 10, "validity": "expired", "skew": "2 days ahead", "clock_skew_s": 172800}),
    ("a clock that is behind", firewall(clock=clock(-172800), devsrv_log=devsrv(*x509(9))),
     "clock_skew", {"x509_code": 9, "validity": "not yet valid", "skew": "2 days behind", "clock_skew_s": -172800}),
    ("a clock that is off, and no x509 code", firewall(clock=clock(172800), devsrv_log=devsrv(x509(20)[1])),
     "clock_skew", {"validity": "expired or not yet valid", "skew": "2 days ahead", "clock_skew_s": 172800}),
    ("two x509 codes, no clock", firewall(clock=NO_CLOCK, devsrv_log=devsrv(*x509(10, 9), *x509(9, 5))),
     "clock_skew", {"x509_code": 9, "validity": "not yet valid", "skew": "off by an unknown amount"}),
    ("an own rule decrypts",
     firewall(decryption=policy(rule()), service_route=dataplane(), devsrv_log=devsrv(*x509(20))), "tls_interception",
     {"decrypts": "this_firewall", "decrypts_why": "rule decrypt-all", "decrypt_rules": ["decrypt-all"],
      "x509_code": 20, "reason": "x509 code 20: unable to get local issuer certificate"}),
    ("two texts of the device certificate", firewall(system_log=syslog(EXPIRED_BEFORE, REVOKED)),
     "device_certificate_invalid", {"device_certificate_status": "Valid", "reason": REVOKED.text}),
    ("two texts of an authentication failure", firewall(system_log=syslog(OLDER_AUTHENTICATION, AUTHENTICATION)),
     "device_certificate_invalid", {"device_certificate_status": "Valid", "reason": AUTHENTICATION.text}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "cause_id", "details"), [row[1:] for row in DETAILS], ids=[row[0] for row in DETAILS]
)
def test_details_of_a_cause(evidence: m.EvidenceSet, cause_id: str, details: dict[str, Any]) -> None:
    assert {cause.id: cause.details for cause in diagnose(evidence).causes}[cause_id] == details


BECAUSE: list[tuple[str, m.EvidenceSet, str, tuple[str, ...]]] = [
    ("who decrypts is known", firewall(devsrv_log=devsrv(*x509(20))),
     "tls_interception", ("tls_validation", "decryption_policy")),
    ("who decrypts is not known", firewall(devsrv_log=devsrv(*x509(20)), decryption=lost()),
     "tls_interception", ("tls_validation",)),
    ("the certificate's own date", firewall(device_certificate=certificate("Valid", -3)),
     "device_certificate_invalid", ("device_certificate",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "cause_id", "because"), [row[1:] for row in BECAUSE], ids=[row[0] for row in BECAUSE]
)
def test_which_checks_show_a_cause(evidence: m.EvidenceSet, cause_id: str, because: tuple[str, ...]) -> None:
    assert {cause.id: cause.because for cause in diagnose(evidence).causes}[cause_id] == because


def broken(_case: Case) -> list[Finding]:
    """A rule with a bug."""
    raise ValueError("a bug")


@pytest.mark.parametrize("check_id", [check_id for check_id, _rule in registry.RULES])
def test_a_check_reports_a_rule_that_crashes(check_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RULES", ((check_id, broken),))
    found = diagnose(firewall())
    errors = {check.id: check.message for check in found.checks if check.status == "error"}
    assert errors == {check_id: "This check crashed because of a bug in this collection (ValueError: a bug)."}
    assert (found.verdict, found.cause_confidence, found.causes) == ("broken", "unknown", ())


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [(firewall(cloud_status=status("connected")), "healthy"), (firewall(device=device("9.1.19")), "not_applicable")],
)
def test_no_rule_runs_where_there_is_nothing_to_explain(
    evidence: m.EvidenceSet, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "RULES", (("license", broken),))
    found = diagnose(evidence)
    assert found.verdict == verdict
    assert "error" not in {check.status for check in found.checks}
