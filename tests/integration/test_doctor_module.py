# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation behind mlav_doctor_info on single firewalls, and what the doctor's page says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._doctor.controller import LibraryFact
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import find
from ansible_collections.panops.mlav.plugins.module_utils._tasks import doctor_facts
from ansible_collections.panops.mlav.plugins.module_utils._tasks.doctor import DOCTOR_INFO
from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.running import running_fleet
from tests.tooling.doc_samples import samples
from tests.tooling.operations import run_operation

from .conftest import ROOT, Ansible, Case
from .test_doctor import BY_API, not_passed, without
from .test_modules import AS_PROCESS


def options(firewall: Firewall, **more: Any) -> dict[str, Any]:
    given = {"host": firewall.name, "provider": firewall.provider(), "ca_path": str(firewall.ca_path)}
    return {**given, **({"ssh": ssh} if (ssh := firewall.ssh()) else {}), **more}


def doctor(**given: Any) -> dict[str, Any]:
    return run_operation(DOCTOR_INFO, given)


def status(found: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["status"] for check in found["checks"] if check["host"] is not None}


@pytest.fixture(scope="module")
def few() -> Iterator[dict[str, Firewall]]:
    entries: list[Any] = [
        {"name": "api", "scenario": "healthy", "changes": BY_API},
        {"name": "reader", "scenario": "healthy", "changes": without("export", "none")},
        {"name": "ssh", "scenario": "healthy", "changes": {"access": {"ssh": "key", "api": "key"}}},
        {"name": "behind", "scenario": "healthy", "panorama": "pano"},
        {"name": "mixed", "scenario": "healthy", "changes": {"switches": {"netstat_api": "refused"}}},
        *(
            {"name": f"no-{right}", "scenario": "healthy", "changes": without(right)}
            for right in ("op", "config", "log")
        ),
    ]
    with running_fleet(entries) as fleet:
        yield fleet.firewalls


def test_over_the_api_only_causes_cannot_be_proven(few: dict[str, Firewall]) -> None:
    found = doctor(**options(few["api"]))
    assert not found["ready"]
    assert found["summary"] == (
        "Not ready, 1 firewall asked: over the API only, ping and devsrv.log will be missing, so tls_interception, "
        "service_route_invalid, port_443_blocked and 1 more cannot be proven."
    )
    fixes = {check["id"]: check["fix"] for check in found["checks"]}
    assert fixes["ping"].startswith("Set ssh (an empty dictionary takes the same login)")


def test_a_tech_support_file_takes_the_place_of_the_log(few: dict[str, Firewall]) -> None:
    before = few["api"].statistics()["asked"].count("export")
    found = doctor(**options(few["api"]), techsupport_export=True)
    assert found["ready"]
    assert {name: status(found)[name] for name in ("export", "ping", "devsrv_log")} == {
        "export": "pass",
        "ping": "warn",
        "devsrv_log": "warn",
    }
    assert found["summary"].startswith(
        "Ready with gaps, 1 firewall asked: over the API only, ping will be missing, so "
    )
    assert few["api"].statistics()["asked"].count("export") == before


def test_the_right_to_export_is_asked_for_where_it_is_needed(few: dict[str, Firewall]) -> None:
    assert status(doctor(**options(few["reader"])))["export"] == "skipped"
    found = doctor(**options(few["reader"]), techsupport_export=True)
    assert (status(found)["export"], status(found)["devsrv_log"]) == ("fail", "fail")


@pytest.mark.parametrize("name", ["ssh", "behind", "mixed"])
def test_another_way_to_a_healthy_firewall_is_good_as_well(name: str, few: dict[str, Firewall]) -> None:
    found = doctor(**options(few[name]))
    assert found["ready"], found["lines"]
    assert set(status(found).values()) == {"pass", "skipped"}


def test_files_of_the_controller_that_cannot_be_used(few: dict[str, Firewall], tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    given = options(few["ssh"])
    for changes, check_id, skipped in (
        ({"ca_path": str(tmp_path / "none.pem")}, "ca_file", "tls"),
        ({"ca_path": str(tmp_path / "empty.pem")}, "ca_file", "tls"),
        ({"ssh": {**given["ssh"], "key_file": str(tmp_path / "none")}}, "key_file", "ssh_login"),
        ({"ssh": {**given["ssh"], "key_file": str(tmp_path / "empty.pem")}}, "key_file", "ssh_login"),
        ({"ssh": {**given["ssh"], "known_hosts": str(tmp_path / "none")}}, "known_hosts_file", "ssh_host_key"),
    ):
        found = doctor(**{**given, **changes})
        assert not_passed(found["checks"], None) == {check_id: "fail"}
        assert not_passed(found["checks"], "ssh") == {}
        assert (status(found)[skipped], status(found)["devsrv_log"]) == ("skipped", "skipped")


def test_a_login_that_was_refused_is_not_tried_at_the_next_firewall(few: dict[str, Firewall]) -> None:
    names = ("api", "reader", "mixed")
    before = {name: few[name].statistics()["asked"].count("keygen") for name in names}
    given = [options(few[name]) for name in names]
    for entry in given:
        entry["provider"] |= {"username": "admin", "password": "the same wrong one"}
    found = doctor(firewalls=given)
    tried = [few[name].statistics()["asked"].count("keygen") - before[name] for name in names]
    assert sorted(tried) == [0, 0, 1]
    messages = [check["message"] for check in found["checks"] if check["id"] == "login"]
    assert sorted("has refused the same user name and password" in message for message in messages) == [
        False,
        True,
        True,
    ]


def test_in_the_worker_and_as_a_process(few: dict[str, Firewall], shared_ansible: Ansible) -> None:
    given = {**options(few["mixed"]), "report_dir": "/"}
    results = shared_ansible.modules(
        {
            "worker": Case("mlav_doctor_info", given, {"check_mode": True}),
            "process": Case("mlav_doctor_info", given, AS_PROCESS),
            "wrong": Case("mlav_doctor_info", {**given, "sample": "few"}),
        }
    )
    assert results["worker"]["checks"] == results["process"]["checks"]
    assert results["worker"]["ready"] is True
    assert results["wrong"]["msg"] == "sample: expected a number of firewalls, or all, got 'few'"


def test_without_asyncssh_no_command_line_is_asked(few: dict[str, Firewall], monkeypatch: pytest.MonkeyPatch) -> None:
    there = doctor_facts.libraries()
    missing = {**there, "asyncssh": LibraryFact(error="No module named 'asyncssh'")}
    monkeypatch.setattr(doctor_facts, "libraries", lambda: missing)
    before = few["ssh"].statistics()["ssh_sessions"]
    found = doctor(**options(few["ssh"]))
    assert not_passed(found["checks"], None) == {"library_asyncssh": "fail"}
    assert not_passed(found["checks"], "ssh") == {}
    assert status(found)["ping"] == status(found)["ssh_tcp"] == "skipped"
    assert few["ssh"].statistics()["ssh_sessions"] == before
    assert "SSH cannot be used on this controller" in found["summary"]


# --- the page ---

PAGE = ROOT / "docs" / "doctor.md"
SAMPLE: list[Any] = [
    {"name": "fw-lon-1", "scenario": "healthy"},
    {"name": "fw-lon-2", "scenario": "healthy", "changes": {"faults": {"certificate": "self_signed"}}},
    {"name": "fw-par-1", "scenario": "healthy", "changes": without("log", "none")},
    {"name": "fw-par-2", "scenario": "healthy", "changes": {"faults": {"ssh_host_key": "unknown"}}},
]
_VERSION = re.compile(r"(ansible-core|Python|pan-os-python|pan-python|asyncssh) [\w.]+")


def sample_output(fleet: Fleet) -> list[str]:
    """The lines for these firewalls, as if each had an address and the usual ports."""
    given = [options(firewall) for firewall in fleet.firewalls.values()]
    found = doctor(firewalls=given, role_variables=True, out_of=312)
    text = "\n".join(found["lines"]).replace(str(fleet.directory / "ca.pem"), "/etc/pki/firewalls.pem")
    text = text.replace(str(fleet.known_hosts), "/root/.ssh/known_hosts").replace("reader", "mlav-reader")
    for number, firewall in enumerate(fleet.firewalls.values()):
        address = f"192.0.2.{10 + number}"
        text = text.replace(f"127.0.0.1:{firewall.api_port}", f"{address}:443")
        text = text.replace(f"-p {firewall.ssh_port} 127.0.0.1", address)
    return text.splitlines()


def test_the_sample_of_the_page_is_a_real_one() -> None:
    with running_fleet(SAMPLE) as fleet:
        real = sample_output(fleet)
    [block] = [sample.text for sample in samples(PAGE) if sample.language == "text"]
    assert [_VERSION.sub(r"\1 N", line) for line in block.splitlines()] == [
        _VERSION.sub(r"\1 N", line) for line in real
    ]


def test_what_the_page_says_is_sent_is_what_is_sent(few: dict[str, Firewall]) -> None:
    for firewall in few.values():
        if firewall.name != "pano":
            doctor(**options(firewall), techsupport_export=True)
    text = PAGE.read_text(encoding="utf-8").partition("## What it sends")[2]
    words = re.findall(r"`([^`]+)`", text.partition("\n## ")[0])
    told = {find(word) for word in words if not word.startswith("mlav_")}
    sent = {find(label.removeprefix("ssh ")) for firewall in few.values() for label in firewall.statistics()["asked"]}
    assert sent == told
