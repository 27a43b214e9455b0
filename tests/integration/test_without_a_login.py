# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence is judged again without a login, and a tech-support file takes the place of an SSH login."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.config import to_text
from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.planted import PLANTED
from tests.simulator.running import running_fleet
from tests.simulator.techsupport import write_archive
from tests.tooling.schemas import validator

from .conftest import PLAYBOOKS, Ansible, Run

DIAGNOSE = PLAYBOOKS / "diagnose.yml"
WITHOUT = PLAYBOOKS / "diagnose_techsupport.yml"
NO_SSH: dict[str, Any] = {"access": {"ssh": "none"}}

COMPARED = ("host", "verdict", "summary", "causes", "history", "missing", "collected_at", "device", "cloud_server")


def same(run: Run, again: Run, names: set[str]) -> None:
    assert set(again.diagnoses) == names
    for name in names:
        before, after = run.diagnoses[name], again.diagnoses[name]
        assert after["source"] == "saved"
        assert {key: after[key] for key in COMPARED} == {key: before[key] for key in COMPARED}
        assert [check["status"] for check in after["checks"]] == [check["status"] for check in before["checks"]]


# --- saved evidence ---


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Path, Fleet]]:
    """A check run over a fleet that saves evidence."""
    folder = tmp_path_factory.mktemp("saved")
    entries: list[Any] = [
        {"name": "fw-1", "scenario": "tls_interception_this_firewall"},
        {"name": "fw-2", "scenario": "clock_skew"},
        {"name": "fw-3", "scenario": "healthy"},
        {"name": "fw-4", "scenario": "unreachable"},
    ]
    with running_fleet(entries, folder / "fleet") as fleet:
        run = Ansible(folder).playbook(
            DIAGNOSE, folder / "fleet" / "inventory.yml", {"mlav_save_evidence": True}, ["--check"]
        )
        yield run, folder, fleet


def test_evidence_is_saved_for_its_owner_alone(saved: tuple[Run, Path, Fleet]) -> None:
    run, _folder, _fleet = saved
    assert run.code == 0, run.output
    assert "changed=1" not in run.output
    files = sorted((run.report_dir / "evidence").iterdir())
    assert [file.name for file in files] == ["fw-1.json", "fw-2.json", "fw-3.json", "fw-4.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    for file in files:
        validator("evidence").validate(json.loads(file.read_text(encoding="utf-8")))


def test_saved_evidence_and_reports_hold_no_secret(saved: tuple[Run, Path, Fleet]) -> None:
    run, _folder, fleet = saved
    secrets = {*PLANTED}
    for firewall in fleet.firewalls.values():
        secrets |= {firewall.password, firewall.api_key}
        # What is planted is really there to be leaked.
        assert all(secret in configuration(firewall) for secret in PLANTED)
    files = [path for path in run.report_dir.rglob("*") if path.is_file()]
    assert len(files) == 7
    texts = [run.output, *(path.read_text(encoding="utf-8") for path in files)]
    assert [secret for secret in secrets if any(secret in text for text in texts)] == []


def configuration(firewall: Firewall) -> str:
    return str(to_text(firewall.world.config.running))


@pytest.mark.parametrize("where", ["inventory", "files"])
def test_saved_evidence_is_judged_as_it_was(where: str, saved: tuple[Run, Path, Fleet], ansible: Ansible) -> None:
    run, folder, fleet = saved
    asked = {name: firewall.statistics()["requests"] for name, firewall in fleet.firewalls.items()}
    playbook, inventory = (
        (DIAGNOSE, folder / "fleet" / "inventory.yml") if where == "inventory" else (WITHOUT, "localhost,")
    )
    again = ansible.playbook(playbook, inventory, {"mlav_evidence": str(run.report_dir / "evidence")})
    assert again.code == 0, again.output
    same(run, again, {"fw-1", "fw-2", "fw-3", "fw-4"})
    assert {name: firewall.statistics()["requests"] for name, firewall in fleet.firewalls.items()} == asked


def test_one_file_needs_no_inventory_of_firewalls(saved: tuple[Run, Path, Fleet], ansible: Ansible) -> None:
    run, _folder, _fleet = saved
    file = run.report_dir / "evidence" / "fw-1.json"
    again = ansible.playbook(DIAGNOSE, "localhost,", {"mlav_evidence": str(file)})
    same(run, again, {"fw-1"})


def test_a_host_without_saved_evidence_says_so_and_stops_nobody(
    saved: tuple[Run, Path, Fleet], ansible: Ansible
) -> None:
    run, _folder, _fleet = saved
    again = ansible.playbook(DIAGNOSE, "fw-1,fw-9,", {"mlav_evidence": str(run.report_dir / "evidence")})
    assert again.code == 0, again.output
    assert again.diagnoses["fw-1"]["verdict"] == "broken"
    assert again.diagnoses["fw-9"]["verdict"] == "undetermined"
    assert "evidence is" in again.diagnoses["fw-9"]["summary"]
    assert "fw-9.json" in again.diagnoses["fw-9"]["summary"]


def test_evidence_of_tech_support_files_is_saved_and_judged_again(
    saved: tuple[Run, Path, Fleet], ansible: Ansible, tmp_path: Path
) -> None:
    _run, _folder, fleet = saved
    files = tmp_path / "files"
    files.mkdir()
    write_archive(fleet.firewalls["fw-1"].world, files / "case-1.tgz")
    (files / "case-2.tgz").write_text("no archive", encoding="utf-8")
    run = ansible.playbook(WITHOUT, "localhost,", {"mlav_techsupport": str(files), "mlav_save_evidence": True})
    assert run.code == 0, run.output
    assert [file.name for file in (run.report_dir / "evidence").iterdir()] == ["case-1.json"]
    assert not [secret for secret in PLANTED if secret in (run.report_dir / "evidence" / "case-1.json").read_text()]
    first = run.diagnoses
    again = ansible.playbook(WITHOUT, "localhost,", {"mlav_evidence": str(run.report_dir / "evidence")})
    [diagnosis] = again.diagnoses.values()
    assert diagnosis["source"] == "saved"
    assert {key: diagnosis[key] for key in COMPARED} == {key: first["fw-1"][key] for key in COMPARED}


def test_saving_needs_a_folder(ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, "fw-1,", {"mlav_save_evidence": True, "mlav_report_dir": ""})
    assert "save_evidence: expected a folder that can be written, got ''." in run.output
    assert "set mlav_report_dir" in run.output


# --- a tech-support file in SSH's place ---


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Fleet]]:
    """A run over firewalls without SSH that may make tech-support files."""
    folder = tmp_path_factory.mktemp("exported")
    reader = {"admins": [{"name": "reader", "role": "custom", "rights": ["op", "config", "log"]}]}
    failing = {"answers": [{"kind": "job_fails", "on": "export", "text": "no space left"}]}
    hanging = {"answers": [{"kind": "job_hangs", "on": "export"}]}
    entries: list[Any] = [
        {"name": "broken", "scenario": "tls_interception", "changes": NO_SSH},
        {"name": "closed", "scenario": "ssh_closed"},
        {"name": "healthy", "scenario": "healthy", "changes": NO_SSH},
        {"name": "behind", "scenario": "tls_interception", "changes": NO_SSH, "panorama": "pano"},
        {
            "name": "lacking",
            "scenario": "cloud_service_missing",
            "changes": {"access": {"ssh": "none", "admin": "reader"}, "firewall": reader},
        },
        {"name": "failing", "scenario": "cloud_service_missing", "changes": {**NO_SSH, "faults": failing}},
        {"name": "hanging", "scenario": "cloud_service_missing", "changes": {**NO_SSH, "faults": hanging}},
        {
            "name": "harmed",
            "scenario": "cloud_service_missing",
            "changes": {**NO_SSH, "firewall": {"model": "PA-440", "sw_version": "11.1.4"}},
        },
    ]
    with running_fleet(entries, folder / "fleet") as fleet:
        given = {"mlav_techsupport_export": True, "mlav_techsupport_timeout": 8}
        run = Ansible(folder).playbook(DIAGNOSE, folder / "fleet" / "inventory.yml", given, ANSIBLE_FORKS="8")
        yield run, fleet


def exports(fleet: Fleet, name: str) -> list[str]:
    return [label for label in fleet.firewalls[name].statistics()["asked"] if label.startswith("export")]


def missing_log(run: Run, name: str) -> dict[str, Any]:
    [found] = [item for item in run.diagnoses[name]["missing"] if item["evidence"] == "devsrv_log"]
    return dict(found)


@pytest.mark.parametrize(("name", "cause"), [("broken", "tls_interception"), ("closed", "cloud_service_error")])
def test_the_log_comes_from_a_tech_support_file(name: str, cause: str, exported: tuple[Run, Fleet]) -> None:
    run, fleet = exported
    assert run.code == 0, run.output
    diagnosis = run.diagnoses[name]
    assert [(found["id"], found["confidence"]) for found in diagnosis["causes"]] == [(cause, "likely")]
    assert diagnosis["source"] == "live"
    assert "devsrv_log" not in {item["evidence"] for item in diagnosis["missing"]}
    transports = {item["transport"] for check in diagnosis["checks"] for item in check["evidence"]}
    assert transports == {"api", "archive"}
    assert f"{name}: tech-support file, job " in run.output
    asked = exports(fleet, name)
    assert asked[0] == "export"
    assert asked[-2:] == ["export get", "export finish"]
    assert set(asked[1:-2]) == {"export status"}


def test_a_connected_firewall_is_not_loaded_with_it(exported: tuple[Run, Fleet]) -> None:
    run, fleet = exported
    assert run.diagnoses["healthy"]["verdict"] == "healthy"
    assert exports(fleet, "healthy") == []


def test_through_panorama_it_is_refused_without_asking(exported: tuple[Run, Fleet]) -> None:
    run, fleet = exported
    assert exports(fleet, "behind") == exports(fleet, "pano") == []
    found = missing_log(run, "behind")
    assert found["kind"] == "not_obtainable"
    assert found["reason"] == (
        "Cannot export tech support via Panorama proxied API connection. Please specify the firewall directly."
    )
    assert "provider.ip_address to the firewall's own address" in found["hint"]


def test_none_is_made_where_it_leaves_a_file_for_good(exported: tuple[Run, Fleet]) -> None:
    run, fleet = exported
    assert exports(fleet, "harmed") == []
    assert "PA-440 with PAN-OS 11.1.4 it fills a partition (PAN-313623)" in missing_log(run, "harmed")["reason"]


def test_what_goes_wrong_is_missing_evidence_and_the_job_is_removed(exported: tuple[Run, Fleet]) -> None:
    run, fleet = exported
    assert missing_log(run, "lacking")["kind"] == "permission"
    assert "XML-API right export" in missing_log(run, "lacking")["hint"]
    assert exports(fleet, "lacking") == ["export"]
    assert "no space left" in missing_log(run, "failing")["reason"]
    assert exports(fleet, "failing")[-1] == "export finish"
    assert missing_log(run, "hanging")["kind"] == "timeout"
    assert "option techsupport_timeout" in missing_log(run, "hanging")["reason"]
    assert exports(fleet, "hanging")[-1] == "export finish"
    assert {run.diagnoses[name]["verdict"] for name in ("lacking", "failing", "hanging")} == {"broken"}
