# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The article from its first line to its last: each output and each log line, and what the article says about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.tests.unit.article import article as kb
from ansible_collections.panops.mlav.tests.unit.article.firewall import DATAPLANE, Firewall, Shape, judged
from ansible_collections.panops.mlav.tests.unit.article.rows import (
    API_ALONE,
    LIKELY,
    POSSIBLE,
    Row,
    at,
    broken,
    busy,
    check,
    spread,
    unexplained,
)

# The samples of one case are weeks apart: only so wide a window holds them together.
WEEKS = timedelta(days=30)
UNREAD = ("devsrv_log", "ping")


def in_a(*lines: str, **more: Any) -> Firewall:
    return at("2023-08-28 13:40:00", -4, "EDT", *lines, **more)


def in_b(*lines: str, **more: Any) -> Firewall:
    return at(
        "2020-08-12 15:40:00", 8, "PHT", *lines, **{"release": "10.0.1", "licences": ("WildFire License",), **more}
    )


def after_b_event(**more: Any) -> Firewall:
    old = {"release": "10.0.1", "licences": ("WildFire License",)}
    return at("2020-07-24 21:05:00", 8, "PHT", events=(kb.B_EVENT,), **{**old, **more})


def in_c1(*lines: str, **more: Any) -> Firewall:
    return at("2024-07-26 08:55:00", 9, "JST", *lines, **more)


def in_c2(*lines: str, **more: Any) -> Firewall:
    return at("2022-09-22 20:35:00", 9, "JST", *lines, **{"release": "11.2.3", **more})


def in_d(*lines: str, **more: Any) -> Firewall:
    return at("2022-04-26 07:40:00", -5, "CDT", *lines, **{"release": "10.1.5", **more})


INTERCEPTED: dict[str, Any] = {
    "remedy": (
        "Ask the owner of the device that decrypts",
        "exclude *.paloaltonetworks.com",
        "it has no decrypt rule",
    ),
    "actor": "decryption_admin",
}
UPGRADE: dict[str, Any] = {
    "remedy": ("Upgrade to the currently recommended PAN-OS release",),
    "actor": "firewall_admin",
}
SUPPORT: dict[str, Any] = {"remedy": ("persists, open a support case",), "actor": "vendor"}
FIXED: dict[str, Any] = {"remedy": ("Upgrade to PAN-OS 10.1.14 or later",), "actor": "firewall_admin"}

TABLE: dict[str, Row] = {
    # 2.2 the two outputs of `show mlav cloud-status`
    "status: disconnected": unexplained(in_a(), remedy=("Capture packets", "less mp-log devsrv.log", "support case")),
    "status: busy": busy(
        in_a(status=kb.BUSY),
        remedy=("debug software restart process device-server", "`commit force`", "maintenance window"),
        actor="firewall_admin",
        details={"attempts": 4},
    ),
    # A
    "A: devsrv.log": broken(
        in_a(*kb.A), "tls_interception", details={"x509_code": 20, "decrypts": "elsewhere"}, **INTERCEPTED
    ),
    "A: system log": broken(
        at("2023-08-08 16:10:00", -4, "EDT", events=(kb.A_EVENT,)),
        "tls_interception",
        details={"x509_code": 20},
        **INTERCEPTED,
    ),
    "A: both": broken(in_a(*kb.A, events=(kb.A_EVENT,)), "tls_interception", window=WEEKS, **INTERCEPTED),
    "A: system log, no SSH": broken(
        at("2023-08-08 16:10:00", -4, "EDT", events=(kb.A_EVENT,)),
        "tls_interception",
        shapes=API_ALONE,
        missing=UNREAD,
        **INTERCEPTED,
    ),
    "A: metadata line alone": unexplained(in_a(kb.A_METADATA)),
    "A: version line alone": unexplained(in_a(kb.A_VERSION)),
    "A: depth line alone": unexplained(in_a(kb.A_DEPTH)),
    "A: code line alone": unexplained(in_a(kb.A_BASIC)),
    "A: x509 line alone": unexplained(in_a(kb.A_X509)),
    "A: code line and query": broken(in_a(kb.A_BASIC, kb.A_CURL), "tls_interception", details={"x509_code": 20}),
    "A: x509 line and query": broken(in_a(kb.A_X509, kb.A_CURL), "tls_interception", details={"x509_code": 20}),
    "A: query line alone": broken(in_a(kb.A_CURL), "tls_interception", details={"x509_code": None}, **INTERCEPTED),
    # B
    "B: devsrv.log": broken(in_b(*kb.B), "unlicensed_content_defect", details={"http_code": 400}, **UPGRADE),
    "B: both": broken(in_b(*kb.B, events=(kb.B_EVENT,)), "unlicensed_content_defect", window=WEEKS, **UPGRADE),
    "B: answer line alone": broken(in_b(kb.B_ANSWER), "unlicensed_content_defect", **UPGRADE),
    "B: code line alone": broken(in_b(kb.B_CODE), "cloud_rejected_request"),
    **{
        f"B: {name} line alone": unexplained(in_b(line))
        for name, line in {
            "version": kb.B_VERSION,
            "parse": kb.B_PARSE,
            "metadata": kb.B_METADATA,
            "model": kb.B_MODEL,
            "tries": kb.B_TRIES,
            "reconnect": kb.B_RECONNECT,
        }.items()
    },
    "B: system log, no SSH": Row(
        after_b_event(),
        "broken",
        (("unlicensed_content_defect", POSSIBLE),),
        summary=("Find out what devsrv.log reports",),
        missing=UNREAD,
        shapes=API_ALONE,
        **UPGRADE,
    ),
    "B: system log, nothing in devsrv.log": Row(
        after_b_event(),
        "broken",
        (("unlicensed_content_defect", POSSIBLE), ("unexplained", POSSIBLE)),
        **UPGRADE,
    ),
    "B: system log, certificate not known either": Row(
        after_b_event(certificate="Unknown"),
        "broken",
        (("device_certificate_invalid", POSSIBLE), ("unlicensed_content_defect", POSSIBLE)),
        summary=("Find out what devsrv.log reports",),
        missing=UNREAD,
        shapes=API_ALONE,
    ),
    "B: system log on a later release": Row(
        after_b_event(release="10.0.2"),
        "broken",
        (("device_certificate_invalid", POSSIBLE), ("unexplained", POSSIBLE)),
    ),
    # C
    "C: system log, no SSH": Row(
        in_c2(events=(kb.C_EVENT,)),
        "broken",
        summary=("cause unknown: ping and devsrv.log are missing",),
        missing=UNREAD,
        shapes=API_ALONE,
    ),
    "C: system log, no devsrv.log": Row(
        in_c2(events=(kb.C_EVENT,), files=None),
        "broken",
        summary=("cause unknown: devsrv.log is missing",),
        missing=("devsrv_log",),
    ),
    "C: system log, nothing in devsrv.log": unexplained(
        in_c2(events=(kb.C_EVENT,)), details={"errors": ["MLAV: Unknown error."]}
    ),
    # C1
    "C1: devsrv.log": broken(in_c1(*kb.C1), "cloud_service_missing", details={"http_code": 404}, **SUPPORT),
    # C2
    "C2: devsrv.log": broken(in_c2(*kb.C2), "cloud_service_error", details={"http_code": 500}, **SUPPORT),
    "C2: both": broken(in_c2(*kb.C2, events=(kb.C_EVENT,)), "cloud_service_error", **SUPPORT),
    "C2: code line alone": broken(in_c2(kb.C2_CODE), "cloud_service_error", **SUPPORT),
    "C2: answer line alone": broken(in_c2(kb.C2_ANSWER), "cloud_service_error", **SUPPORT),
    # D
    "D: devsrv.log": broken(in_d(*kb.D), "defect_pan_229832", **FIXED),
    "D: system log": broken(
        at("2022-04-22 15:35:00", -5, "CDT", events=(kb.D_EVENT,), release="10.1.5"),
        "defect_pan_229832",
        LIKELY,
        **FIXED,
    ),
    "D: both": broken(in_d(*kb.D, events=(kb.D_EVENT,)), "defect_pan_229832", window=WEEKS, **FIXED),
    # E
    "E: restarted by hand": broken(
        at("2023-08-28 13:40:00", -4, "EDT", events=(f"2023/08/28 13:20:00 info general general 0 {kb.E_RESTART}",)),
        "commit_force_needed",
        remedy=("Run `commit force`", "maintenance window"),
        actor="firewall_admin",
        summary=("restarted 20 minutes ago (13:20:00 UTC-04:00)",),
    ),
}


@pytest.mark.parametrize(("name", "shape"), spread(TABLE))
def test_the_article(name: str, shape: Shape) -> None:
    check(TABLE[name], shape)


def test_every_line_of_the_article_has_its_row() -> None:
    told = "\n".join(text for row in TABLE.values() for text in (*(row.firewall.files or ()), *row.firewall.events))
    samples = (*kb.A, *kb.B, *kb.C1, *kb.C2, *kb.D, kb.A_EVENT, kb.B_EVENT, kb.C_EVENT, kb.D_EVENT, kb.E_RESTART)
    assert [line for line in samples if line not in told] == []


@pytest.mark.parametrize(
    ("firewall", "command"),
    [
        (in_a(), f"ping count 3 host {kb.SERVER}"),
        (in_a(system=DATAPLANE), f"ping source 10.1.5.254 count 3 host {kb.SERVER}"),
    ],
)
def test_the_procedure_asks_what_the_article_asks(firewall: Firewall, command: str) -> None:
    _found, device = judged(firewall)
    steps = ["show mlav cloud-status", command, "show netstat numeric-hosts yes numeric-ports yes"]
    assert [asked for asked in device.asked if asked in steps or asked.startswith("ping")] == steps


def test_a_busy_answer_that_recovers_is_no_fault() -> None:
    found, _device = judged(in_a(status=(kb.BUSY, kb.DISCONNECTED.replace(": dis", ": "))))
    assert (found.verdict, found.causes) == ("healthy", ())
