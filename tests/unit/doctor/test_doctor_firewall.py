# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One firewall's checks: what each step met in, statuses, messages and fixes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions, SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._doctor.firewall import STEPS, judge_firewall
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import REFUSED_ELSEWHERE, Check, Patient, Seen
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Clock, Problem

SSH = SshOptions("192.0.2.10", "reader", password="x", known_hosts="/hosts", option="mlav_ssh")
OPTIONS = ConnectionOptions(
    "192.0.2.10", username="reader", password="x", option="mlav_provider", beside="mlav_", ssh=SSH
)
PATIENT = Patient("fw-1", OPTIONS)
NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)


def clock(skew_s: int) -> Seen:
    return Seen(clock=Clock(NOW.replace(tzinfo=None), 0, "clock", NOW, skew_s))


GOOD: dict[str, Seen] = {**{step: Seen() for step in STEPS if step != "export"}, "clock": clock(0)}


def failed(kind: str, message: str = "it failed", hint: str = "", **more: Any) -> Seen:
    return Seen(Problem(kind, message, hint), **more)


def judged(seen: Mapping[Any, Seen], **changes: Any) -> dict[str, Check]:
    options = {name: value for name, value in changes.items() if name not in ("export", "unasked")}
    patient = replace(
        PATIENT, options=replace(OPTIONS, **options), **{k: v for k, v in changes.items() if k not in options}
    )
    return {check.id: check for check in judge_firewall(patient, seen)}


#: (step, what it met, changes of the options, status, message, a part of the fix)
FAULTS: list[tuple[str, Seen, dict[str, Any], str, str, str]] = [
    ("name_resolution", failed("unreachable", "no such name"), {}, "fail", "no such name", "mlav_provider.ip_address"),
    (
        "tcp",
        failed("unreachable", "cannot connect to 192.0.2.10 port 443: Connection refused"),
        {},
        "fail",
        "port 443: Connection refused",
        "mlav_provider.port",
    ),
    ("tcp", failed("timeout"), {}, "fail", "port 443: no answer in time", "permit HTTPS"),
    ("tls", failed("tls", code=18), {}, "fail", "the certificate is self-signed", "Set mlav_ca_path to this"),
    *(
        (
            "tls",
            failed("tls", code=code),
            {},
            "fail",
            "the certificate is issued by an authority that this system does not trust",
            "Set mlav_ca_path to the CA certificate that issued it",
        )
        for code in (2, 19, 20, 21)
    ),
    (
        "tls",
        failed("tls", code=20),
        {"ca_path": "/ca.pem"},
        "fail",
        "the certificate is issued by an authority that mlav_ca_path (/ca.pem) does not trust",
        "mlav_cert_fingerprint",
    ),
    ("tls", failed("tls", code=10), {}, "fail", "the certificate has expired", "Renew it on the firewall"),
    ("tls", failed("tls", code=9), {}, "fail", "the certificate is not valid yet", "Check the clock"),
    ("tls", failed("tls", code=62), {}, "fail", "the certificate names another host", "Set ansible_host"),
    ("tls", failed("tls", code=64), {}, "fail", "the certificate names another host", "Set ansible_host"),
    (
        "tls",
        failed("tls", "the certificate is not the pinned one"),
        {"cert_fingerprint": "ab" * 32},
        "fail",
        "the certificate is not the one in mlav_cert_fingerprint",
        "openssl s_client -connect 192.0.2.10:443",
    ),
    ("tls", failed("tls", "the handshake failed.", "Check the port."), {}, "fail", "the handshake failed", "Check the"),
    ("tls", failed("timeout", "slow", "Raise the option timeout."), {}, "fail", "slow", "Raise mlav_timeout."),
    (
        "tls",
        Seen(),
        {"validate_certs": False},
        "warn",
        "not verified, because mlav_validate_certs is false: anybody on the path can read the login",
        "remove",
    ),
    ("tls", Seen(), {"validate_certs": False, "cert_fingerprint": "ab" * 32}, "pass", "pinned by fingerprint", ""),
    (
        "login",
        failed("authentication"),
        {},
        "fail",
        "mlav_provider.username and mlav_provider.password were refused, tried once",
        "Check both (reader)",
    ),
    ("login", failed("authentication"), {"api_key": "k"}, "fail", "mlav_provider.api_key was refused", "a key of an"),
    ("login", failed("session", "no login: busy", "Wait."), {}, "fail", "no login: busy", "Wait."),
    ("login", failed("unreachable", "reset"), {}, "fail", "reset", "Run the doctor again"),
    *(
        (
            step,
            failed("permission"),
            {},
            "fail",
            f"the account lacks the XML API right {right!r}",
            f"XML API > {right} in",
        )
        for step, right in (("operational", "Operational Requests"), ("configuration", "Configuration"), ("log", "Log"))
    ),
    (
        "log",
        Seen(way="ssh", instead=Problem("permission", "")),
        {},
        "warn",
        "the account lacks the XML API right 'Log'; a diagnosis asks over SSH instead",
        "enable XML API > Log",
    ),
    (
        "ssh_tcp",
        failed("unreachable", "cannot connect to 192.0.2.10 port 22: No route to host"),
        {},
        "fail",
        "port 22: No route to host",
        "mlav_ssh.port",
    ),
    ("ssh_known_host", failed("host_key"), {}, "fail", "no entry in /hosts", "ssh-keyscan 192.0.2.10 >> /hosts"),
    ("ssh_known_host", failed("crash", "oh"), {}, "fail", "oh", "Run the doctor again"),
    ("ssh_host_key", failed("host_key"), {}, "fail", "not the one in /hosts", "ssh-keygen -R '192.0.2.10' -f /hosts"),
    (
        "ssh_host_key",
        Seen(),
        {"ssh": replace(SSH, host_key_checking=False)},
        "warn",
        "not verified, because mlav_ssh.host_key_checking is false",
        "known_hosts",
    ),
    (
        "ssh_login",
        failed("authentication"),
        {},
        "fail",
        "'reader' was refused, with password, tried once",
        "Command Line",
    ),
    (
        "ssh_login",
        failed("authentication", "the firewall shows a banner"),
        {},
        "fail",
        "the firewall asks whether its login banner is accepted",
        "mlav_ssh.accept_banner: true",
    ),
    ("ssh_login", failed("unreachable", "closed"), {}, "fail", "closed", "Run the doctor again"),
    (
        "ping",
        failed("refused", "the CLI does not take it."),
        {},
        "fail",
        "refused: the CLI does not take it",
        "superreader",
    ),
    ("ping", failed("refused"), {"ssh": None}, "fail", "not available over the XML API", "Set mlav_ssh (an empty"),
    ("ping", failed("timeout", "too long", "Raise the option timeout."), {}, "fail", "too long", "Raise mlav_timeout."),
    ("netstat", failed("unrecognized", "no row"), {}, "fail", "no row", "Run the doctor again"),
    ("devsrv_log", Seen(empty=True), {}, "warn", "can be read, and is empty", "tech-support"),
    ("clock", clock(300), {}, "pass", "within 5 minutes of this controller", ""),
    ("clock", clock(-301), {}, "warn", "5 minutes behind this controller", "Set NTP"),
    ("clock", clock(86400), {}, "warn", "1 day ahead of this controller", "Set NTP"),
]


@pytest.mark.parametrize(("step", "met", "changes", "status", "message", "fix"), FAULTS)
def test_what_a_step_met(step: str, met: Seen, changes: dict[str, Any], status: str, message: str, fix: str) -> None:
    check = judged({**GOOD, step: met}, **changes)[step]
    assert (check.host, check.status, check.message) == ("fw-1", status, message)
    assert fix in check.fix
    assert bool(check.fix) is (status != "pass")


def test_all_answered() -> None:
    checks = judged(GOOD)
    assert {check.status for name, check in checks.items() if name != "export"} == {"pass"}
    assert checks["export"].message == "not needed: mlav_techsupport_export is not set"


def test_no_answer_is_never_a_pass() -> None:
    assert {check.status for check in judged({}).values()} == {"skipped"}
    for step in GOOD:
        seen = {name: met for name, met in GOOD.items() if name != step}
        assert judged(seen)[step].status == "skipped", step


#: (the last steps that were taken, the step that failed, a step that depends on it, why that is skipped)
ROOTS: list[tuple[str, str, str]] = [
    ("name_resolution", "clock", "name resolution failed"),
    ("tcp", "log", "TCP failed"),
    ("tls", "export", "TLS failed"),
    ("login", "netstat", "API login failed"),
    ("ssh_tcp", "devsrv_log", "SSH port failed"),
    ("ssh_known_host", "ping", "known_hosts entry failed"),
    ("ssh_host_key", "ssh_login", "SSH host key failed"),
    ("ssh_login", "ping", "SSH login failed"),
    ("operational", "clock", "operational requests failed"),
]


@pytest.mark.parametrize(("root", "step", "reason"), ROOTS)
def test_what_is_skipped_names_the_root(root: str, step: str, reason: str) -> None:
    before = STEPS[: STEPS.index(root)]
    seen = {name: Seen() for name in before} | {root: failed("unreachable")}
    check = judged(seen, export=True)[step]
    assert (check.status, check.message, check.fix) == ("skipped", f"not checked: {reason}", "")


def test_a_login_that_another_firewall_refused_is_not_tried() -> None:
    seen = {**{name: Seen() for name in ("name_resolution", "tcp", "tls")}, "login": failed(REFUSED_ELSEWHERE, "fw-9")}
    checks = judged(seen)
    reason = "not checked: fw-9 has refused the same user name and password, and more attempts may lock the account"
    assert {checks[step].message for step in ("login", "operational", "netstat")} == {reason}
    assert checks["login"].status == "skipped"


def test_what_the_controller_cannot_use_is_the_reason() -> None:
    seen = {"name_resolution": Seen(), "tcp": Seen()}
    checks = judged(seen, unasked={"tls": "mlav_ca_path cannot be used"})
    assert checks["tls"].message == checks["login"].message == "not checked: mlav_ca_path cannot be used"


def test_a_tech_support_file_instead_of_the_log() -> None:
    refused = failed("refused")
    seen = {**GOOD, "export": Seen(), "ping": refused, "devsrv_log": refused}
    checks = judged(seen, ssh=None, export=True)
    assert {name: checks[name].status for name in ("ping", "devsrv_log", "export")} == {
        **{"ping": "warn", "devsrv_log": "warn", "export": "pass"}
    }
    assert checks["devsrv_log"].message.endswith("; a diagnosis takes it from a tech-support file instead")
    # It does not go through a Panorama, nor without the right.
    through = judged(seen, ssh=None, export=True, serial_number="0123")
    without = judged({**seen, "export": failed("permission")}, ssh=None, export=True)
    assert through["devsrv_log"].status == without["devsrv_log"].status == "fail"
