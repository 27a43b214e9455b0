# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which errors count now and which are over, why, and what is told of those that are."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions, PastCause
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    CONTENT_TEXT,
    NOW,
    PEER_TEXT,
    ago,
    clock,
    curl,
    device,
    devsrv,
    dns_error,
    event,
    firewall,
    http,
    licenses,
    lost,
    reconnected,
    restarted,
    sig,
    status,
    syslog,
)

SECOND = 1 / 60
DAY = 24 * 60
UNTRUSTED = "unable to get local issuer certificate"
EARLY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))


def tls_event(minutes: float, reason: str = UNTRUSTED) -> m.SystemEvent:
    return event("tls_validation_failed", minutes, f"MLAV Server certificate validation failed. {reason}", reason)


# (what, evidence, the causes, the causes that are over)
COUNTS: list[tuple[str, m.EvidenceSet, list[str], list[str]]] = [
    ("as old as the window", firewall(devsrv_log=devsrv(http(500, minutes=DAY))), ["cloud_service_error proven"], []),
    ("a second older", firewall(devsrv_log=devsrv(http(500, minutes=DAY + SECOND))), ["unexplained possible"],
     ["cloud_service_error"]),
    ("in the second of the reconnect", firewall(devsrv_log=devsrv(http(500, minutes=9)), system_log=syslog(
        reconnected(9))), ["cloud_service_error proven"], []),
    ("before the reconnect", firewall(devsrv_log=devsrv(http(500, minutes=9)), system_log=syslog(reconnected(8))),
     ["unexplained possible"], ["cloud_service_error"]),
    ("before the restart", firewall(devsrv_log=devsrv(http(500, minutes=61)), system_log=syslog(restarted(60))),
     ["commit_force_needed proven"], ["cloud_service_error"]),
    ("a line later in one log", firewall(devsrv_log=devsrv(http(500, minutes=5 + SECOND), dns_error(5))),
     ["name_resolution_intermittent proven"], ["cloud_service_error"]),
    ("at one moment in one log", firewall(devsrv_log=devsrv(http(500, minutes=5), dns_error(5))),
     ["name_resolution_intermittent proven", "cloud_service_error proven"], []),
    ("a minute later in the other log", firewall(devsrv_log=devsrv(http(500)), system_log=syslog(tls_event(6))),
     ["cloud_service_error proven", "tls_interception likely"], []),
    ("more than a minute later in the other log",
     firewall(devsrv_log=devsrv(http(500)), system_log=syslog(tls_event(6 + SECOND))),
     ["cloud_service_error proven"], ["tls_interception"]),
    ("a text without a code goes with a code of its theme",
     firewall(devsrv_log=devsrv(sig("x509", 20, UNTRUSTED, ago(9)), curl(PEER_TEXT, 5))),
     ["tls_interception likely"], []),
    ("a code goes with an earlier text without one",
     firewall(devsrv_log=devsrv(curl(PEER_TEXT, 9), sig("x509", 10, "certificate has expired", ago(5)))),
     ["certificate_expired proven"], []),
    ("another code does not", firewall(devsrv_log=devsrv(
        sig("x509", 20, UNTRUSTED, ago(9)), sig("x509", 10, "certificate has expired", ago(5)))),
     ["certificate_expired proven"], ["tls_interception"]),
    ("another HTTP error", firewall(devsrv_log=devsrv(http(403, minutes=9), http(404, minutes=5))),
     ["cloud_service_missing proven"], ["cloud_rejected_request"]),
    ("HTTP 399 is no error", firewall(devsrv_log=devsrv(http(399))), ["unexplained possible"], []),
    ("HTTP 400 is one", firewall(devsrv_log=devsrv(http(400))), ["cloud_rejected_request proven"], []),
    # An error at an unknown time is neither over nor newer.
    ("an unknown time, and a newer error", firewall(devsrv_log=devsrv(sig("http", 500, "", None), dns_error(5))),
     ["name_resolution_intermittent possible", "cloud_service_error possible"], []),
    # A symptom is neither outranked nor outranks.
    ("a newer symptom", firewall(devsrv_log=devsrv(http(500, minutes=9)), system_log=syslog(event("unknown_error", 1))),
     ["cloud_service_error proven"], []),
    # Offsets and times that cannot be.
    ("an offset of many days", firewall(clock=clock(3, 10**6), devsrv_log=devsrv(http(500))),
     ["cloud_service_error proven"], []),
    ("an error in the year 1", firewall(devsrv_log=devsrv(sig("http", 500, "", EARLY))), ["unexplained possible"],
     ["cloud_service_error"]),
    # The codes of the texts of the system log.
    *((f"{reason} (system log)", firewall(system_log=syslog(tls_event(5, reason))), [cause], [])
      for reason, cause in {
          "certificate is not yet valid": "certificate_expired likely",
          "certificate has expired": "certificate_expired proven",
          "another reason": "tls_interception likely",
      }.items()),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "causes", "over"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS])
def test_what_counts_now(evidence: m.EvidenceSet, causes: list[str], over: list[str]) -> None:
    found = diagnose(evidence)
    assert [f"{cause.id} {cause.confidence}" for cause in found.causes] == causes
    assert [past.id for past in found.history] == over


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("self signed certificate", 18),
        ("self-signed certificate in certificate chain", 19),
        (UNTRUSTED, 20),
        ("unable to verify the first certificate", 21),
        ("another reason", None),
    ],
)
def test_a_reason_in_words_has_the_code_of_openssl(reason: str, code: int | None) -> None:
    assert diagnose(firewall(system_log=syslog(tls_event(5, reason)))).causes[0].details["x509_code"] == code


WHY: list[tuple[str, m.EvidenceSet, str]] = [
    ("the window", firewall(devsrv_log=devsrv(http(500, minutes=DAY + 1))),
     "last seen 24 hours ago (2026-11-22 05:14:00 UTC-05:00), before the log window of 24 h"),
    ("a reconnect", firewall(devsrv_log=devsrv(http(500, minutes=9)), system_log=syslog(reconnected(8))),
     "before the last reconnect to the MLAV cloud, 8 minutes ago (05:07:00 UTC-05:00)"),
    ("a restart", firewall(devsrv_log=devsrv(http(500, minutes=61)), system_log=syslog(restarted(60))),
     "before the device-server restart 60 minutes ago (04:15:00 UTC-05:00)"),
    ("a newer error", firewall(devsrv_log=devsrv(http(500, minutes=9), dns_error(5))),
     "a newer error followed 5 minutes ago (05:10:00 UTC-05:00): Couldn't resolve host name"),
    ("a newer error of a long text",
     firewall(devsrv_log=devsrv(http(500, minutes=9), dns_error(5, text=f"Couldn't resolve host {200 * 'x'}"))),
     f"a newer error followed 5 minutes ago (05:10:00 UTC-05:00): Couldn't resolve host {137 * 'x'}…"),
    ("the connection", firewall(devsrv_log=devsrv(http(500)), cloud_status=status("connected")),
     "the firewall is connected now"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "reason"), [row[1:] for row in WHY], ids=[row[0] for row in WHY])
def test_why_an_error_is_over(evidence: m.EvidenceSet, reason: str) -> None:
    assert [past.reason for past in diagnose(evidence).history] == [reason]


def test_the_log_window_is_shown_in_hours() -> None:
    found = diagnose(firewall(devsrv_log=devsrv(http(500, minutes=91))), DiagnosisOptions(timedelta(minutes=90)))
    assert [past.reason for past in found.history] == [
        "last seen 91 minutes ago (03:44:00 UTC-05:00), before the log window of 1.5 h"
    ]


CONNECTED: dict[str, Any] = {"cloud_status": status("connected")}
OVER = "the firewall is connected now"


def past(cause_id: str, code: str, first: float | None, last: float | None, count: int, sample: str) -> PastCause:
    times = [None if minutes is None else NOW - timedelta(minutes=minutes) for minutes in (first, last)]
    return PastCause(cause_id, code, OVER, times[0], times[1], count, sample)


TOLD: list[tuple[str, m.EvidenceSet, list[PastCause]]] = [
    ("several lines of one cause, and another",
     firewall(**CONNECTED, devsrv_log=devsrv(
         sig("http", 500, "", ago(30), first=ago(90), count=2), sig("http", 503, "busy", ago(20), count=5),
         sig("http", 404, "", ago(10), count=3))),
     [past("cloud_service_missing", "MLAV0302", 10, 10, 3, "Error: http 404 "),
      past("cloud_service_error", "MLAV0303", 90, 20, 5, "Error: http 503 busy")]),
    ("events of the system log, put together", firewall(**CONNECTED, system_log=syslog(
        tls_event(20), tls_event(10), tls_event(30))),
     [past("tls_interception", "MLAV0102", 30, 10, 3, tls_event(10).text)]),
    ("events of which one has no time", firewall(**CONNECTED, system_log=syslog(
        m.SystemEvent("tls_validation_failed", None, "high", tls_event(20).text, UNTRUSTED), tls_event(20))),
     [past("tls_interception", "MLAV0102", 20, 20, 2, tls_event(20).text)]),
    ("a line without a time", firewall(**CONNECTED, devsrv_log=devsrv(sig("http", 500, "", None), dns_error(5))),
     [past("name_resolution_intermittent", "MLAV0104", 5, 5, 1, dns_error(5).sample),
      past("cloud_service_error", "MLAV0303", None, None, 1, "Error: http 500 ")]),
    ("curl's text within a minute of a code", firewall(**CONNECTED, devsrv_log=devsrv(
        sig("x509", 10, "certificate has expired", ago(9)), curl(PEER_TEXT, 8))),
     [past("certificate_expired", "MLAV0106", 9, 8, 1, curl(PEER_TEXT, 8).sample)]),
    ("curl's text, later than that", firewall(**CONNECTED, devsrv_log=devsrv(
        sig("x509", 10, "certificate has expired", ago(9)), curl(PEER_TEXT, 8 - SECOND))),
     [past("tls_interception", "MLAV0102", 8 - SECOND, 8 - SECOND, 1, curl(PEER_TEXT, 8).sample),
      past("certificate_expired", "MLAV0106", 9, 9, 1, "Error: x509 10 certificate has expired")]),
    ("an HTTP error beside curl's text is no code of it", firewall(**CONNECTED, devsrv_log=devsrv(
        http(500, minutes=9), sig("x509", 10, "certificate has expired", None), curl(PEER_TEXT, 9))),
     [past("cloud_service_error", "MLAV0303", 9, 9, 1, "Error: http 500 "),
      past("tls_interception", "MLAV0102", 9, 9, 1, curl(PEER_TEXT, 9).sample),
      past("certificate_expired", "MLAV0106", None, None, 1, "Error: x509 10 certificate has expired")]),
    ("curl's text before the code, and another answer", firewall(**CONNECTED, devsrv_log=devsrv(
        http(500, minutes=9), curl(PEER_TEXT, 8), sig("x509", 10, "certificate has expired", ago(9)))),
     [past("certificate_expired", "MLAV0106", 9, 8, 1, curl(PEER_TEXT, 8).sample),
      past("cloud_service_error", "MLAV0303", 9, 9, 1, "Error: http 500 ")]),
    ("two codes at one moment", firewall(**CONNECTED, devsrv_log=devsrv(
        sig("x509", 10, "certificate has expired", ago(9)), sig("x509", 20, UNTRUSTED, ago(9)))),
     [past("certificate_expired", "MLAV0106", 9, 9, 1, "Error: x509 10 certificate has expired"),
      past("tls_interception", "MLAV0102", 9, 9, 1, f"Error: x509 20 {UNTRUSTED}")]),
    ("the clock is not known", firewall(**CONNECTED, clock=lost(), devsrv_log=devsrv(
        sig("x509", 10, "certificate has expired", ago(9)))),
     [past("clock_skew", "MLAV0003", 9, 9, 1, "Error: x509 10 certificate has expired")]),
    ("the name was not pinged", firewall(**CONNECTED, ping=lost(), devsrv_log=devsrv(dns_error(5))),
     [past("name_resolution_intermittent", "MLAV0104", 5, 5, 1, dns_error(5).sample)]),
    ("TCP", firewall(**CONNECTED, devsrv_log=devsrv(curl("Timeout was reached"))),
     [past("port_443_blocked", "MLAV0101", 5, 5, 1, curl("Timeout was reached").sample)]),
    ("HTTP 499", firewall(**CONNECTED, devsrv_log=devsrv(http(499))),
     [past("cloud_rejected_request", "MLAV0301", 5, 5, 1, "Error: http 499 ")]),
    ("a rejected content version, with a licence", firewall(**CONNECTED, device=device("10.0.1"), devsrv_log=devsrv(
        http(400, CONTENT_TEXT))),
     [past("cloud_rejected_request", "MLAV0301", 5, 5, 1, f"Error: http 400 {CONTENT_TEXT}")]),
    ("a rejected content version, licenses unknown", firewall(
        **CONNECTED, device=device("10.0.1"), licenses=lost(), devsrv_log=devsrv(http(400, CONTENT_TEXT))),
     [past("unlicensed_content_defect", "MLAV0202", 5, 5, 1, f"Error: http 400 {CONTENT_TEXT}")]),
    ("another rejection on a release with that defect", firewall(
        **CONNECTED, device=device("10.0.1"), licenses=licenses(), devsrv_log=devsrv(http(400))),
     [past("cloud_rejected_request", "MLAV0301", 5, 5, 1, "Error: http 400 ")]),
    ("a rejected content version on a release without the defect", firewall(
        **CONNECTED, licenses=licenses(), devsrv_log=devsrv(http(400, CONTENT_TEXT))),
     [past("cloud_rejected_request", "MLAV0301", 5, 5, 1, f"Error: http 400 {CONTENT_TEXT}")]),
    ("symptoms alone", firewall(**CONNECTED, system_log=syslog(event("unknown_error", 5))), []),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "history"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_past_causes(evidence: m.EvidenceSet, history: list[PastCause]) -> None:
    assert list(diagnose(evidence).history) == history


ERRORS: list[tuple[str, m.EvidenceSet, list[str]]] = [
    ("a reconnect by force is none", firewall(devsrv_log=devsrv(sig("reconnect", None, "force_reconnect", ago(5)))),
     []),
    ("a line that is not in the article", firewall(devsrv_log=devsrv(sig("other", None, "Failed to open file", ago(
        5)))), ["Failed to open file"]),
    ("an answer that is no error", firewall(devsrv_log=devsrv(http(302))), ["Error: http 302"]),
    ("each once, the newest first, five at most", firewall(devsrv_log=devsrv(*(
        sig("other", None, text, ago(minutes))
        for text, minutes in (("a", 9), ("b", 8), ("c", 7), ("d", 6), ("e", 5), ("f", 4), ("f", 3))))),
     ["f", "e", "d", "c", "b"]),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "errors"), [row[1:] for row in ERRORS], ids=[row[0] for row in ERRORS])
def test_which_errors_go_with_an_unexplained_loss(evidence: m.EvidenceSet, errors: list[str]) -> None:
    assert {cause.id: cause.details for cause in diagnose(evidence).causes} == {"unexplained": {"errors": errors}}
