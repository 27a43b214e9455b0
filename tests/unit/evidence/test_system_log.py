# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The system log, from the API and as the CLI's table."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import SystemEvent, SystemLog
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_log import (
    EXPRESSION,
    parse,
    probe_system_log,
    with_offset,
)
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FakeDevice, xml

EDT = timezone(timedelta(hours=-4))
TLS = "MLAV Server certificate validation failed. Dest Addr: ml.example.com, Reason: certificate has expired"


def entry(text: str, at: str = "16:07:21", high: str = "", event: str = "general", severity: str = "high") -> str:
    stamp = f"<high_res_timestamp>{high}</high_res_timestamp>" if high else ""
    return (
        f"<entry><receive_time>2023/08/08 {at}</receive_time><time_generated>2023/08/08 {at}</time_generated>{stamp}"
        f"<eventid>{event}</eventid><severity>{severity}</severity><opaque>{escape(text)}</opaque></entry>"
    )


def answer(*entries: str) -> SystemLog:
    result = xml(f"<job><status>FIN</status></job><log><logs count='{len(entries)}'>{''.join(entries)}</logs></log>")
    return parse("", result)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("MLAV cloud error, all machine Learning engines stopped", "engines_stopped", None),
        ("Reconnect to MLAV cloud, enable all machine Learning engines", "reconnected", None),
        (TLS, "tls_validation_failed", "certificate has expired"),
        ("MLAV server certificate authentication failed", "tls_validation_failed", None),
        ("MLAV: Authentication or Client Certificate failure.", "authentication", None),
        ("MLAV: Unknown error.", "unknown_error", None),
        ("MLAV: Client Certificate has expired or is not yet valid.", "client_certificate", None),
        ("MLAV: Device Client Certificate unavailable.", "client_certificate", None),
        ("MLAV: Mismatched Serial number in certificate and payload.", "client_certificate", None),
        ("MLAV: Expired Client Certificate.", "client_certificate", None),
        ("MLAV: Revoked Client Certificate.", "client_certificate", None),
        (
            "MLAV: Reason - Unknown Issuer or Incomplete or Incorrect Certificate chain.",
            "client_certificate",
            "Unknown Issuer or Incomplete or Incorrect Certificate chain.",
        ),
        (
            "Machine Learning engine for Windows Executables stopped, please update your content",
            "content_engine_stopped",
            None,
        ),
        ("Machine Learning engine for MSOffice started", "other", None),
        ("MLAV: something new", "other", None),
        ("Process device-server was restarted by user admin", "device_server_restarted", None),
        ("devsrvr: restarting", "device_server_restarted", None),
    ],
)
def test_kinds(text: str, kind: str, reason: str | None) -> None:
    (event,) = answer(entry(text)).events
    assert (event.kind, event.reason, event.text) == (kind, reason, text)


@pytest.mark.parametrize(
    "text",
    [
        "PANDB: Unknown error.",
        "WFRTSIG: Authentication or Client Certificate failure.",
        "syslog Server certificate validation failed. Dest Addr: 192.0.2.50, Reason: self signed certificate",
        "http server certificate authentication failed",
        "XMLAV: Unknown error.",
        "management-server was restarted",
        "device-server is busy",
        "",
    ],
)
def test_other_clouds_do_not_count(text: str) -> None:
    assert answer(entry(text, event="tls-X509-validation-failed")).events == ()


def test_the_precise_time_gives_the_offset() -> None:
    log = answer(entry("MLAV: Unknown error.", high="2023-08-08T16:07:21.123-04:00"))
    assert log.utc_offset_s == -4 * 3600
    assert log.events[0].time == datetime(2023, 8, 8, 16, 7, 21, 123000, EDT)


def test_without_it_times_are_naive_until_the_offset_is_known() -> None:
    log = answer(entry("MLAV: Unknown error."))
    assert (log.utc_offset_s, log.events[0].time) == (None, datetime(2023, 8, 8, 16, 7, 21))
    assert with_offset(log, -4 * 3600).events[0].time == datetime(2023, 8, 8, 16, 7, 21, tzinfo=EDT)


def test_newest_first_whatever_the_order() -> None:
    early, late = entry("MLAV: Unknown error.", "01:00:00"), entry("MLAV: Unknown error.", "02:00:00")
    assert answer(early, late) == answer(late, early)
    assert [event.time.hour for event in answer(early, late).events if event.time] == [2, 1]


TABLE = f"""Time Severity Subtype Object EventID ID Description
===============================================================================
2023/08/08 16:07:21 high tls tls-X50 0 {TLS}
2017/03/29 12:04:41 high     general        system- 1  The system is starting up.
2017/03/29 12:04:41 info     port    eth1   link-ch 0  Port eth1: Up 1Gb/s Full duplex
2022/09/22 20:30:01 medium   general        general 0  MLAV: Unknown error.
2022/04/22 15:29:53 info     general thing7 general 0  Reconnect to MLAV cloud, enable all machine Learning engines
"""


def test_the_table_of_the_cli() -> None:
    log = parse(TABLE)
    assert log.events[0] == SystemEvent(
        "tls_validation_failed", datetime(2023, 8, 8, 16, 7, 21), "high", TLS, "certificate has expired", "tls-X50"
    )
    assert [(event.kind, event.severity) for event in log.events[1:]] == [
        ("unknown_error", "medium"),
        ("reconnected", "informational"),
    ]


@pytest.mark.parametrize("text", ["", "\n", TABLE.split("2023")[0]])
def test_no_entries_is_a_value(text: str) -> None:
    assert parse(text).events == ()


def test_a_text_that_is_no_table_is_unrecognized() -> None:
    with pytest.raises(Unrecognized):
        parse("Log query failed for a reason of its own\n")


def test_the_query_is_bounded_and_the_cut_is_told() -> None:
    found = '<log><logs count="2">' + entry("MLAV: Unknown error.") + entry("PANDB: Unknown error.") + "</logs></log>"
    device = FakeDevice({"log system": found})
    since = datetime(2023, 8, 7, 16, 0)
    cut, whole = (probe_system_log(device, since, limit).value for limit in (2, 3))
    assert cut is not None
    assert whole is not None
    assert (cut.complete, whole.complete) == (False, True)
    assert [(query.since, query.limit) for query in device.queries] == [(since, 2), (since, 3)]


@pytest.mark.parametrize("part", ["'MLAV'", "'machine Learning'", "'device-server'", "tls-X509-validation-failed"])
def test_the_query_asks_for_every_text(part: str) -> None:
    assert part in EXPRESSION
