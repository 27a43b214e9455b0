# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""diagnose.yml as a scheduler or a person runs it: options in, exit code, files and statistics out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, ROOT, Ansible

DIAGNOSE = PLAYBOOKS / "diagnose.yml"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    entries: list[Any] = [
        {"name": "fw-a", "scenario": "healthy"},
        {"name": "fw-b", "scenario": "name_resolution_failed"},
        {"name": "fw-c", "scenario": "unreachable"},
    ]
    with running_fleet(entries, folder) as running:
        yield running


@pytest.fixture
def inventory(fleet: Fleet) -> Path:
    return fleet.directory / "inventory.yml"


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [([], 0), (["degraded"], 0), (["broken"], 2), (["undetermined"], 2), (["broken", "undetermined"], 2)],
)
def test_fail_on_decides_the_exit_code(fail_on: list[str], code: int, inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, {"mlav_fail_on": fail_on})
    assert run.code == code, run.output
    assert {host: found["verdict"] for host, found in run.diagnoses.items()} == {
        "fw-a": "healthy",
        "fw-b": "broken",
        "fw-c": "undetermined",
    }
    assert "fw-b | broken | name_resolution_failed (proven) | " in run.output


def test_query_is_shown_and_set_as_a_statistic(inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(
        DIAGNOSE, inventory, {"mlav_query": "[?verdict!='healthy'].host"}, ANSIBLE_SHOW_CUSTOM_STATS="1"
    )
    assert run.code == 0, run.output
    assert 'mlav_query: ["fw-b", "fw-c"]' in run.output.replace('\\"', '"')
    statistics = run.output.split("CUSTOM STATS:")[1]
    assert '"mlav_query": [' in statistics or '"mlav_query":["fw-b","fw-c"]' in statistics.replace(" ", "")


def test_check_mode_diagnoses_and_reports(inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, options=["--check", "--diff"])
    assert run.code == 0, run.output
    assert run.diagnoses["fw-b"]["causes"][0]["id"] == "name_resolution_failed"


def test_a_limit_leaves_the_others_out(inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, options=["--limit", "fw-b"])
    assert run.code == 0, run.output
    assert list(run.diagnoses) == ["fw-b"]


def test_the_role_s_main_entry_diagnoses_and_reports(inventory: Path, ansible: Ansible) -> None:
    playbook = ansible.home / "site.yml"
    playbook.write_text(
        "- hosts: all\n  connection: local\n  gather_facts: false\n  serial: 2\n"
        "  roles:\n    - role: panops.mlav.mlav_troubleshoot\n"
    )
    run = ansible.playbook(playbook, inventory)
    assert run.code == 0, run.output
    assert sorted(run.diagnoses) == ["fw-a", "fw-b", "fw-c"]


def test_a_batch_to_come_is_no_failure(inventory: Path, ansible: Ansible) -> None:
    playbook = ansible.home / "site.yml"
    playbook.write_text(
        "- hosts: fw-a:fw-b\n  connection: local\n  gather_facts: false\n  serial: 1\n"
        "  roles:\n    - role: panops.mlav.mlav_troubleshoot\n"
    )
    run = ansible.playbook(playbook, inventory, {"mlav_fail_on": ["undetermined"]})
    assert run.code == 0, run.output
    assert sorted(run.diagnoses) == ["fw-a", "fw-b"]


def test_variables_as_text_and_a_strategy_of_the_user(inventory: Path, ansible: Ansible) -> None:
    """What ``-e name=value`` and surveys give is text; an ansible.cfg may choose a strategy that runs nothing once."""
    text = {"mlav_fail_on": "degraded,broken", "mlav_timeout": "20", "mlav_validate_certs": "true", "mlav_query": ""}
    run = ansible.playbook(DIAGNOSE, inventory, text, ANSIBLE_STRATEGY="free")
    assert run.code == 2, run.output
    assert run.output.count("Written: ") == 3
    assert run.diagnoses["fw-b"]["verdict"] == "broken"


def test_a_firewall_with_an_unusable_variable_is_in_the_report(inventory: Path, fleet: Fleet, ansible: Ansible) -> None:
    more = ansible.home / "more.yml"
    more.write_text("all:\n  hosts:\n    fw-a:\n      mlav_timeout: soon\n")
    run = ansible.playbook(DIAGNOSE, inventory, options=["-i", str(more)])
    assert run.code == 2, run.output
    assert {host: found["verdict"] for host, found in run.diagnoses.items()} == {
        "fw-a": "undetermined",
        "fw-b": "broken",
        "fw-c": "undetermined",
    }


def test_by_name_of_the_collection(inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook("panops.mlav.diagnose", inventory, options=["--limit", "fw-a"])
    assert run.code == 0, run.output
    assert run.diagnoses["fw-a"]["verdict"] == "healthy"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"mlav_depth": "deep"}, "value of mlav_depth must be one of: auto, full, got: deep"),
        ({"mlav_fail_on": ["sick"]}, "value of mlav_fail_on must be one or more of: broken, undetermined"),
        ({"mlav_provider": "fw"}, "mlav_provider"),
        ({"mlav_timeout": "soon"}, "mlav_timeout"),
    ],
)
def test_unusable_variables_stop_before_anything_is_asked(
    variables: dict[str, Any], message: str, inventory: Path, ansible: Ansible
) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, variables)
    assert run.code == 2
    assert message in run.output
    assert not run.report_dir.exists()


def test_an_unusable_option_of_one_firewall_does_not_stop_the_others(fleet: Fleet, ansible: Ansible) -> None:
    inventory = ansible.home / "inventory"
    inventory.mkdir()
    (inventory / "a.yml").write_text((fleet.directory / "inventory.yml").read_text())
    (inventory / "b.yml").write_text("all:\n  hosts:\n    fw-a:\n      mlav_cert_fingerprint: zz\n")
    run = ansible.playbook(DIAGNOSE, inventory)
    assert run.code == 0, run.output
    assert run.diagnoses["fw-a"]["verdict"] == "undetermined"
    assert "cert_fingerprint" in run.diagnoses["fw-a"]["summary"]
    assert run.diagnoses["fw-b"]["verdict"] == "broken"


def test_a_query_that_cannot_be_read_says_so(inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, {"mlav_query": "[?"}, options=["--limit", "fw-a"])
    assert run.code == 2
    assert "expected a JMESPath expression" in run.output


def test_the_most_verbose_output_holds_no_secret(fleet: Fleet, inventory: Path, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, inventory, options=["-vvvv"])
    assert run.code == 0, run.output
    for firewall in fleet.firewalls.values():
        assert firewall.password not in run.output
        assert firewall.api_key not in run.output


def test_the_playbooks_are_those_of_this_checkout() -> None:
    assert (ROOT / "build/collections/ansible_collections/panops/mlav").resolve() == ROOT.resolve()
