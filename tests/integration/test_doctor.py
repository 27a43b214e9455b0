# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""doctor.yml over a fleet with each fault once: every fault is named, with its fix, and nothing else is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.certificates import Authority
from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, Ansible, Run

DOCTOR = PLAYBOOKS / "doctor.yml"
BY_API: dict[str, Any] = {"access": {"ssh": "none"}}


def without(right: str, ssh: str = "password") -> dict[str, Any]:
    """A firewall whose account lacks this right of the XML API."""
    kept = [other for other in ("op", "config", "log", "export") if other != right]
    return {
        "access": {"ssh": ssh, "admin": "reader"},
        "firewall": {"admins": [{"name": "reader", "role": "custom", "rights": kept}]},
    }


#: name -> (changes of a healthy firewall, the checks that are no pass, a part of what mends the first of them)
FAULTS: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "fw-well": ({}, {}, ""),
    "fw-well-2": ({}, {}, ""),
    "fw-dns": ({}, {"name_resolution": "fail"}, "set mlav_provider.ip_address to an address"),
    "fw-tcp": (
        {"faults": {"unreachable": True}, **BY_API},
        {"tcp": "fail"},
        "Check mlav_provider.ip_address and mlav_provider.port",
    ),
    "fw-ca": ({}, {"tls": "fail"}, "Set mlav_ca_path to the CA certificate that issued it"),
    "fw-self-signed": (
        {"faults": {"certificate": "self_signed"}},
        {"tls": "fail"},
        "Set mlav_ca_path to this certificate, or mlav_cert_fingerprint to its SHA-256 fingerprint (openssl s_client",
    ),
    "fw-name": ({"faults": {"certificate": "wrong_name"}}, {"tls": "fail"}, "to a name in the certificate"),
    "fw-expired": ({"faults": {"certificate": "expired"}}, {"tls": "fail"}, "Renew it on the firewall"),
    "fw-password": (
        {"faults": {"wrong_password": True}},
        {"login": "fail"},
        "Look for a locked account before you try again",
    ),
    "fw-op": (without("op"), {"operational": "warn"}, "enable XML API > Operational Requests in the role of 'reader'"),
    "fw-config": (
        {"switches": {"effective_running": "refused"}, **without("config")},
        {"configuration": "fail"},
        "enable XML API > Configuration in the role of 'reader'",
    ),
    "fw-config-2": (
        {"switches": {"missing_right": "code403"}, **without("config")},
        {"configuration": "warn"},
        "enable XML API > Configuration",
    ),
    "fw-log-2": (without("log"), {"log": "warn"}, "enable XML API > Log"),
    "fw-api": (
        BY_API,
        {"ping": "fail", "devsrv_log": "fail"},
        "Set mlav_ssh (an empty dictionary takes the same login)",
    ),
    "fw-log": (
        without("log", "none"),
        {"log": "fail", "ping": "fail", "devsrv_log": "fail"},
        "enable XML API > Log in the role of 'reader'",
    ),
    "fw-ssh-closed": ({"faults": {"ssh_closed": True}}, {"ssh_tcp": "fail"}, "permit SSH"),
    "fw-key-unknown": ({"faults": {"ssh_host_key": "unknown"}}, {"ssh_known_host": "fail"}, "ssh-keyscan -p "),
    "fw-key-changed": ({"faults": {"ssh_host_key": "changed"}}, {"ssh_host_key": "fail"}, "ssh-keygen -R '["),
    "fw-ssh-password": ({}, {"ssh_login": "fail"}, "Check mlav_ssh.username and mlav_ssh.password"),
    "fw-cli": ({"switches": {"refused_over_ssh": ["tail"]}}, {"devsrv_log": "fail"}, "superreader or devicereader"),
    "fw-clock": ({"firewall": {"clock": {"skew_s": -32400}}}, {"clock": "warn"}, "Set NTP on the firewall"),
    "fw-vault": ({}, {"variables": "fail"}, "Define vault_api_password"),
    "fw-option": ({}, {"options": "fail"}, "ansible-inventory --host fw-option"),
}
CONTROLLER = {"library_jmespath": "fail", "report_dir": "fail", "audit_dir": "fail"}


def told(run: Run) -> dict[str, Any]:
    """The result of the module in a verbose run."""
    [line] = re.findall(r'^ok: \[[^\]]+\] => (\{.*"checks": .*\})$', run.output, re.MULTILINE)
    found: dict[str, Any] = json.loads(line)
    return found


def not_passed(checks: list[dict[str, Any]], host: str | None) -> dict[str, str]:
    return {
        check["id"]: check["status"]
        for check in checks
        if check["host"] == host and check["status"] not in ("pass", "skipped")
    }


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Run, dict[str, Any]]]:
    """One run over all of them, in check mode, in which jmespath cannot be imported and no report can be written."""
    home = tmp_path_factory.mktemp("doctor")
    entries: list[Any] = [
        {"name": name, "scenario": "healthy", "changes": changes} for name, (changes, *_rest) in FAULTS.items()
    ]
    with running_fleet(entries, home / "fleet") as fleet:
        (home / "other.pem").write_bytes(Authority().pem())
        (home / "broken").mkdir()
        (home / "broken" / "jmespath.py").write_text("raise ImportError('there is no jmespath here')\n")
        (home / "file").write_text("no folder")
        key = fleet.known_hosts.read_text().splitlines()[0].partition(" ")[2]
        with fleet.known_hosts.open("a") as known_hosts:
            # It never started, so it has no key of its own.
            known_hosts.write(f"[127.0.0.1]:{fleet.firewalls['fw-ssh-closed'].ssh_port} {key}\n")
        more = {
            "fw-dns": {"mlav_provider": {**fleet.firewalls["fw-dns"].provider(), "ip_address": "no-such-host.invalid"}},
            "fw-ca": {"mlav_ca_path": str(home / "other.pem")},
            "fw-ssh-password": {"mlav_ssh": {**(fleet.firewalls["fw-ssh-password"].ssh() or {}), "password": "wrong!"}},
            "fw-vault": {
                "mlav_provider": {"username": "admin", "password": "{{ vault_api_password }}"},
                "mlav_ssh": {"password": "{{ vault_ssh_password }}"},
            },
            "fw-option": {"mlav_cert_fingerprint": "zz"},
        }
        (home / "more.json").write_text(json.dumps({"all": {"hosts": more}}))
        run = Ansible(home).playbook(
            DOCTOR,
            home / "fleet" / "inventory.yml",
            {"mlav_report_dir": str(home / "file" / "report"), "mlav_query": "@", "mlav_doctor_sample": "all"},
            ["-v", "--check", "-i", str(home / "more.json")],
            PYTHONPATH=f"{home / 'broken'}",
        )
        yield fleet, run, told(run)


Faulty = tuple[Fleet, Run, dict[str, Any]]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_with_its_fix_and_no_other(name: str, faulty: Faulty) -> None:
    _fleet, _run, found = faulty
    _changes, expected, fix = FAULTS[name]
    assert not_passed(found["checks"], name) == expected
    faults = [check for check in found["checks"] if check["host"] == name and check["status"] in ("fail", "warn")]
    assert all(check["fix"] for check in faults)
    assert not faults or fix in faults[0]["fix"], faults[0]


def test_the_controller_s_faults(faulty: Faulty) -> None:
    _fleet, _run, found = faulty
    assert not_passed(found["checks"], None) == CONTROLLER
    fixes = {check["id"]: check["fix"] for check in found["checks"] if check["host"] is None}
    assert fixes["library_jmespath"] == "pip install 'jmespath>=1.0.0'"
    assert fixes["report_dir"] == "Set mlav_report_dir to a folder that this user can write."


def test_every_undefined_variable_is_named(faulty: Faulty) -> None:
    _fleet, _run, found = faulty
    assert [check["message"] for check in found["checks"] if check["host"] == "fw-vault"] == [
        "mlav_provider.password needs vault_api_password, which is undefined",
        "mlav_ssh.password needs vault_ssh_password, which is undefined",
    ]


def test_what_depends_on_a_fault_is_skipped_with_the_reason(faulty: Faulty) -> None:
    _fleet, _run, found = faulty
    skipped = {(c["host"], c["id"]): c["message"] for c in found["checks"] if c["status"] == "skipped"}
    assert skipped["fw-tcp", "login"] == "not checked: TCP failed"
    assert skipped["fw-ca", "configuration"] == "not checked: TLS failed"
    assert skipped["fw-ssh-closed", "devsrv_log"] == "not checked: SSH port failed"
    assert skipped["fw-key-unknown", "ping"] == "not checked: known_hosts entry failed"
    assert skipped["fw-tcp", "ping"] == "not checked: TCP failed"


def test_a_run_with_faults_fails_and_says_why(faulty: Faulty) -> None:
    _fleet, run, found = faulty
    assert run.code == 2
    assert found["changed"] is found["ready"] is False
    assert "'failed_when'" not in run.output
    assert f'"msg": "{found["summary"]}"' in run.output
    assert found["summary"].startswith(
        "Not ready, 23 firewalls asked: the query cannot be answered; the report cannot be written; "
    )
    assert "; 9 of 23 cannot be asked (fw-" in found["summary"]
    assert "and 6 more), failed: " in found["summary"]
    [failed] = re.findall(r", failed: ([^;]*);", found["summary"])
    assert set(failed.split(", ")) == {"name resolution", "TCP", "TLS", "API login", "variables", "options"}
    lost = "service route and decryption policy, the system log, ping and devsrv.log will be missing on 8 of 23 (fw-"
    assert lost in found["summary"]
    assert found["summary"].endswith(
        "), so tls_interception, service_route_invalid, port_443_blocked and 1 more cannot be proven."
    )


def test_the_same_fault_of_several_firewalls_is_one_line(faulty: Faulty) -> None:
    _fleet, _run, found = faulty
    [line] = [line for line in found["lines"] if line.startswith("✗ ping: not available over the XML API")]
    assert "(fw-api, fw-log)" in line
    assert ". Fix: Set mlav_ssh (an empty dictionary takes the same login)" in line
    assert found["lines"][0] == "Controller"
    assert found["lines"][-1] == found["summary"]
    assert [line for line in found["lines"] if line.startswith("Firewalls (23 of 23 asked")]


def test_a_wrong_password_is_sent_once(faulty: Faulty) -> None:
    fleet, _run, found = faulty
    asked = {name: firewall.statistics() for name, firewall in fleet.firewalls.items()}
    assert asked["fw-password"]["asked"] == ["keygen"]
    assert asked["fw-password"]["ssh_sessions"] == 0
    skipped = {
        c["id"]: c["message"] for c in found["checks"] if c["host"] == "fw-password" and c["status"] == "skipped"
    }
    assert skipped["ssh_login"] == "not checked: API login failed, and SSH would take the same login"
    assert asked["fw-vault"]["requests"] == asked["fw-option"]["requests"] == 0


def test_nothing_is_changed_and_nothing_secret_is_told(faulty: Faulty) -> None:
    fleet, run, _found = faulty
    assert all(firewall.statistics()["writes"] == [] for firewall in fleet.firewalls.values())
    secrets = [secret for firewall in fleet.firewalls.values() for secret in (firewall.password, firewall.api_key)]
    assert [secret for secret in (*secrets, "wrong!") if secret in run.output] == []


def test_a_healthy_sample_passes_and_leaves_nothing(faulty: Faulty, ansible: Ansible) -> None:
    """By its collection name, of a group of three; only two of them are asked."""
    fleet, _run, _found = faulty
    before = fleet.firewalls["fw-clock"].statistics()["requests"]
    window = {"start": "22:00", "duration": "2h", "time_zone": "Europe/London"}
    run = ansible.playbook(
        "panops.mlav.doctor",
        fleet.directory / "inventory.yml",
        {"mlav_hosts": "fw-well,fw-well-2,fw-clock", "mlav_maintenance_window": window, "mlav_query": "@"},
        ["-v"],
    )
    found = told(run)
    assert run.code == 0, run.output
    assert not_passed(found["checks"], None) == {}
    assert {check["host"] for check in found["checks"]} == {None, "fw-well", "fw-well-2"}
    assert {line[0] for line in found["lines"][1:-1]} == {"✓", "-", "F"}
    assert found["summary"] == "Ready, 2 of 3 firewalls asked: a diagnosis can name causes."
    assert {check["id"]: check["status"] for check in found["checks"]}["time_zones"] == "pass"
    assert fleet.firewalls["fw-clock"].statistics()["requests"] == before
    assert not run.report_dir.exists()


def test_no_firewall_is_no_good_answer(ansible: Ansible) -> None:
    run = ansible.playbook(DOCTOR, "fw-1,", {"mlav_hosts": "fw-nowhere"})
    assert run.code == 2, run.output
    assert "Not ready: no firewall in the inventory matches fw-nowhere." in run.output


def test_a_vault_that_is_not_open_is_named(ansible: Ansible) -> None:
    """Neither a password that is tried, nor a crash."""
    sealed = "$ANSIBLE_VAULT;1.1;AES256\n" + "3" * 80
    inventory = ansible.home / "inventory.yml"
    body = "".join(f"      {line}\n" for line in sealed.splitlines())
    inventory.write_text(
        "all:\n  hosts:\n    fw-1: {ansible_host: 127.0.0.1}\n  vars:\n"
        f"    sealed: !vault |\n{body}"
        "    mlav_provider: {username: admin, password: '{{ sealed }}', port: 1}\n"
    )
    run = ansible.playbook(DOCTOR, inventory, {}, ["-v"])
    assert run.code == 2, run.output
    [check] = [check for check in told(run)["checks"] if check["host"] == "fw-1"]
    assert (check["id"], check["status"]) == ("variables", "fail")
    assert check["message"].startswith("mlav_provider.password cannot be rendered: ")
    assert "vault" in check["message"]
    assert "--ask-vault-pass" in check["fix"]
