# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role in a play of the user's own, and variables that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import Ansible
from .remediating import OPEN, Remediated, entry, leaked, own_commits, remediate

FAILING_ONCE = {"faults": {"answers": [{"kind": "job_fails", "on": "commit", "times": 1, "text": "no memory left"}]}}


def play_of(folder: Path, **play: Any) -> Path:
    """A playbook of one play over all hosts."""
    playbook = folder / "site.yml"
    whole = {"hosts": "all", "connection": "local", "gather_facts": False, **play}
    playbook.write_text(json.dumps([whole]), encoding="utf-8")
    return playbook


def test_main_entry_point_remediates(ansible: Ansible) -> None:
    """Diagnoses and records are left, one firewall is changed at a time, a pair's passive member first."""
    entries: list[Any] = [
        entry("fw-1", "ha_active_commit_force_needed"),
        entry("fw-2", "ha_passive_commit_force_needed"),
        entry("fw-3", "tls_interception_this_firewall"),
        entry("fw-4", "healthy"),
    ]
    role = {"role": "panops.mlav.mlav_troubleshoot", "mlav_remediate": True}
    with running_fleet(entries, ansible.home / "fleet") as fleet:
        done = remediate(fleet, ansible, "done", playbook=play_of(ansible.home, roles=[role]))
        assert done.run.code == 0, done.run.output
        repaired = dict.fromkeys(("fw-1", "fw-2", "fw-3"), "repaired")
        assert done.outcomes() == {**repaired, "fw-4": "nothing_to_do"}
        assert {host: found["verdict"] for host, found in done.run.diagnoses.items()} == {
            **dict.fromkeys(repaired, "broken"),
            "fw-4": "healthy",
        }
        times = sorted(time for host in repaired for time in own_commits(fleet.firewalls[host]))
        assert len(times) == 3
        assert all(ended <= began for (_began, ended), (began, _ended) in pairwise(times))
        assert times[-1] == own_commits(fleet.firewalls["fw-1"])[0]
        assert done.recap("changed") == {"fw-1": 1, "fw-2": 1, "fw-3": 1, "fw-4": 0}


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Remediated, Remediated]]:
    """The entry point ``remediate`` as AWX runs it: the login in the environment. The first commit's job fails."""
    home = tmp_path_factory.mktemp("scheduled")
    entries: list[Any] = [entry("fw-1", "commit_force_needed", FAILING_ONCE, mlav_maintenance_window=OPEN)]
    task = {"ansible.builtin.import_role": {"name": "panops.mlav.mlav_troubleshoot", "tasks_from": "remediate"}}
    with running_fleet(entries, home / "fleet") as fleet:
        firewall = fleet.firewalls["fw-1"]
        variables = firewall.host_vars()
        for login in (variables["mlav_provider"], variables["mlav_ssh"]):
            del login["username"], login["password"]
        inventory = home / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": {"fw-1": variables}}}), encoding="utf-8")
        login = {"ANSIBLE_NET_USERNAME": firewall.username, "ANSIBLE_NET_PASSWORD": firewall.password}
        play = play_of(home, tasks=[task], serial=1)
        first, second = (
            remediate(fleet, Ansible(home), name, None, ["-vvv"], play, inventory, **login)
            for name in ("first", "second")
        )
        yield fleet, first, second


def test_entry_point_remediate_reports_a_failure(scheduled: tuple[Fleet, Remediated, Remediated]) -> None:
    """Also where the one that fails is the only one."""
    _fleet, first, _second = scheduled
    assert first.run.code == 2, first.run.output
    record = first.records["fw-1"]
    assert record["outcome"] == "failed"
    assert "no memory left" in record["error"]
    assert record["left_behind"] == []
    assert first.after["fw-1"].locks == ()


def test_entry_point_remediate_reconnects(scheduled: tuple[Fleet, Remediated, Remediated]) -> None:
    fleet, first, second = scheduled
    assert second.run.code == 0, second.run.output
    assert second.outcomes() == {"fw-1": "repaired"}
    assert second.recap("changed") == {"fw-1": 1}
    assert len(fleet.firewalls["fw-1"].world.commits) == 2
    assert leaked(fleet, first, second) == []


UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "fw-confidence": ({"mlav_remediate_confidence": "sure"}, "value of mlav_remediate_confidence must be one of"),
    "fw-busy": ({"mlav_busy_wait": "soon"}, "busy_wait is 'soon': expected"),
    "fw-window": ({"mlav_maintenance_window": {"starts": "22:00", "duration": "4h"}}, "maintenance_window"),
    "fw-neighbour": ({"mlav_decryption_host": "nowhere"}, "mlav_decryption_host has to be a host of the inventory"),
    "fw-plan": ({"mlav_plan": __file__}, "plan: expected a plan.json that a --check run wrote, got "),
    "fw-no-plan": ({"mlav_plan": "/nowhere/plan.json"}, "a --check run wrote, got '/nowhere/plan.json' ("),
    "fw-lock": ({"mlav_lock": "perhaps"}, "mlav_lock"),
}


def test_invalid_variables_do_not_stop_other_hosts(ansible: Ansible) -> None:
    """Each says its name and what would be right; the run fails."""
    entries: list[Any] = [
        entry(name, "tls_interception_this_firewall", **variables) for name, (variables, _said) in UNUSABLE.items()
    ]
    with running_fleet([*entries, entry("fw-good", "commit_force_needed")], ansible.home / "fleet") as fleet:
        done = remediate(fleet, ansible, "done")
        assert done.run.code == 2, done.run.output
        assert done.touched() == {"fw-good"}
        assert done.outcomes() == {**dict.fromkeys(UNUSABLE, "failed"), "fw-good": "repaired"}
        failed = {host for host, count in done.recap("failed").items() if count}
        assert failed == set(UNUSABLE)
        assert [said for _given, said in UNUSABLE.values() if said not in done.run.output.replace('\\"', '"')] == []
