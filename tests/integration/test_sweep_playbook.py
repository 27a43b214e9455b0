# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sweep.yml as a scheduler or a person runs it: every firewall once in the report, and little asked of the healthy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet
from tests.tooling.schemas import validator

from .conftest import PLAYBOOKS, Ansible, Run
from .test_sweep import STATUS

SWEEP = PLAYBOOKS / "sweep.yml"
# Its device-server stays busy: asking it again and again takes a quarter of a minute.
PATIENT = "fw-ber-1"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Run]]:
    folder = tmp_path_factory.mktemp("demo")
    with running_fleet("demo", folder / "fleet") as fleet:
        run = Ansible(folder).playbook(
            SWEEP, folder / "fleet" / "inventory.yml", {"mlav_hosts": f"all:!{PATIENT}"}, ["-v"]
        )
        yield fleet, run


def test_the_demo_fleet_is_judged_as_if_each_had_been_diagnosed(demo: tuple[Fleet, Run]) -> None:
    fleet, run = demo
    assert run.code == 0, run.output
    expected = {name: f for name, f in fleet.firewalls.items() if f.expect and name != PATIENT}
    told = run.diagnoses
    assert set(told) == set(expected)
    assert run.output.count("Written: ") == 3
    for name, firewall in expected.items():
        result = told[name]
        validator("diagnosis").validate(result)
        cause = result["causes"][0]["id"] if result["causes"] else None
        assert (name, result["verdict"], cause) == (name, firewall.expect["verdict"], firewall.expect["cause"])


def test_the_demo_fleet_is_asked_no_more_than_needed(demo: tuple[Fleet, Run]) -> None:
    fleet, run = demo
    connected = {name for name, result in run.diagnoses.items() if result["verdict"] == "healthy"}
    # Busy at first, so diagnosed in full.
    connected -= {"fw-lon-3"}
    assert {"fw-lon-1", "fw-lon-2", "fw-rom-1", "fw-sto-1"} <= connected
    asked = {name: firewall.statistics() for name, firewall in fleet.firewalls.items()}
    for name in connected - {"fw-sto-1"}:
        assert (name, asked[name]["asked"], asked[name]["tls_handshakes"]) == (name, ["keygen", STATUS], 1)
    # Behind a Panorama, which gave the key.
    assert asked["fw-sto-1"]["asked"] == [STATUS]
    assert asked["fw-osl-2"]["asked"] == ["keygen"]
    assert asked[PATIENT]["asked"] == []
    assert all(numbers["writes"] == [] for numbers in asked.values())
    for name in ("fw-ams-1", "fw-cdg-2", "fw-sto-2", "fw-mil-1"):
        assert asked[name]["asked"].count(STATUS) == 2
        assert len(asked[name]["asked"]) > 4


def test_verbose_output_holds_no_secret(demo: tuple[Fleet, Run]) -> None:
    fleet, run = demo
    secrets = [secret for firewall in fleet.firewalls.values() for secret in (firewall.password, firewall.api_key)]
    assert [secret for secret in secrets if secret in run.output] == []
    assert '"not_connected"' in run.output


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    entries: list[Any] = [
        {"name": "fw-a", "scenario": "healthy"},
        {"name": "fw-b", "scenario": "name_resolution_failed"},
        {"name": "fw-c", "scenario": "healthy"},
        {"name": "fw-d", "scenario": "healthy"},
        {"name": "fw-e", "scenario": "healthy"},
    ]
    with running_fleet(entries, tmp_path_factory.mktemp("fleet")) as running:
        yield running


def test_each_host_s_own_variables_count_and_what_is_wrong_with_one_is_told(fleet: Fleet, ansible: Ansible) -> None:
    """In check mode, with a verdict that fails the run at its end."""
    more = ansible.home / "more.yml"
    first = fleet.firewalls["fw-a"].provider()
    elsewhere = {**first, "ip_address": "192.0.2.1", "password": "{{ own_password }}"}
    of_panorama = {"ip_address": first["ip_address"]}
    more.write_text(
        "all:\n  hosts:\n"
        f"    fw-a: {{mlav_timeout: '{{{{ own_limit }}}}', own_limit: 21,"
        f" own_password: {json.dumps(first['password'])},"
        f" mlav_provider: {json.dumps(elsewhere)}, mlav_panorama: {json.dumps(of_panorama)}}}\n"
        "    fw-c: {mlav_timeout: soon}\n"
        "    fw-d: {mlav_provider: {username: admin, password: '{{ vault_that_is_locked }}'}}\n"
        "    fw-e: {mlav_cert_fingerprint: zz}\n"
    )
    before = fleet.firewalls["fw-d"].statistics()["requests"]
    run = ansible.playbook(
        SWEEP, fleet.directory / "inventory.yml", {"mlav_fail_on": ["broken"]}, ["--check", "-i", str(more)]
    )
    assert run.code == 2, run.output
    assert "fail_on: 1 broken" in run.output
    verdicts = {name: result["verdict"] for name, result in run.diagnoses.items()}
    assert verdicts == {
        "fw-a": "healthy",
        "fw-b": "broken",
        "fw-c": "undetermined",
        "fw-d": "undetermined",
        "fw-e": "undetermined",
    }
    assert "timeout'" in run.diagnoses["fw-c"]["summary"]
    assert "vault_that_is_locked" in run.diagnoses["fw-d"]["summary"]
    assert "cert_fingerprint" in run.diagnoses["fw-e"]["summary"]
    # A template that cannot be rendered is no password to try.
    assert fleet.firewalls["fw-d"].statistics()["requests"] == before


def test_all_connected_and_a_strategy_of_the_user(fleet: Fleet, ansible: Ansible) -> None:
    run = ansible.playbook(
        "panops.mlav.sweep",
        fleet.directory / "inventory.yml",
        {"mlav_hosts": "fw-a,fw-b,fw-c", "mlav_sweep_parallel": "3"},
        ["--limit", "fw-a,fw-c"],
        ANSIBLE_STRATEGY="free",
    )
    assert run.code == 0, run.output
    assert {name: result["verdict"] for name, result in run.diagnoses.items()} == {"fw-a": "healthy", "fw-c": "healthy"}


def test_a_variable_that_cannot_be_used_fails_the_run_after_the_report(fleet: Fleet, ansible: Ansible) -> None:
    run = ansible.playbook(SWEEP, fleet.directory / "inventory.yml", {"mlav_hosts": "fw-a,fw-b", "mlav_depth": "deep"})
    assert run.code == 2, run.output
    verdicts = {name: result["verdict"] for name, result in run.diagnoses.items()}
    assert verdicts == {"fw-a": "healthy", "fw-b": "undetermined"}
    assert "mlav_depth must be one of: auto, full" in run.diagnoses["fw-b"]["summary"]


def test_a_variable_of_one_that_cannot_be_used_does_not_stop_the_others(ansible: Ansible) -> None:
    entries: list[Any] = [
        {"name": "fw-a", "scenario": "name_resolution_failed", "vars": {"mlav_depth": "deep"}},
        {"name": "fw-b", "scenario": "name_resolution_failed"},
    ]
    with running_fleet(entries, ansible.home / "fleet") as running:
        run = ansible.playbook(SWEEP, running.directory / "inventory.yml")
    assert run.code == 2, run.output
    assert {name: found["verdict"] for name, found in run.diagnoses.items()} == {
        "fw-a": "undetermined",
        "fw-b": "broken",
    }


def test_an_option_of_the_sweep_that_cannot_be_used_ends_it(fleet: Fleet, ansible: Ansible) -> None:
    run = ansible.playbook(SWEEP, fleet.directory / "inventory.yml", {"mlav_sweep_parallel": 0})
    assert run.code == 2
    assert "parallel is 0: expected a number from 1 to 500" in run.output
    assert not run.report_dir.exists()


def test_hosts_that_are_not_in_the_play_or_not_at_all(fleet: Fleet, ansible: Ansible) -> None:
    playbook = ansible.home / "site.yml"
    playbook.write_text(
        "- hosts: fw-b\n  connection: local\n  gather_facts: false\n  tasks:\n"
        "    - panops.mlav.mlav_sweep_info:\n        hosts: [fw-c, fw-z, fw-a]\n      register: swept\n"
        "    - ansible.builtin.debug:\n        msg: >-\n"
        "          {{ swept.firewalls | map(attribute='host') | join(' ') }}\n"
        "          {{ swept.firewalls | map(attribute='state') | join(' ') }}\n"
        '    - ansible.builtin.debug:\n        msg: "{{ swept.firewalls[1].error.message }}"\n'
    )
    run = ansible.playbook(playbook, fleet.directory / "inventory.yml")
    assert run.code == 0, run.output
    assert "fw-c fw-z fw-a connected error connected" in run.output
    assert "option hosts has 'fw-z': expected a host of the inventory" in run.output
