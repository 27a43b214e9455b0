# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every scenario of the simulator through the real playbook: the diagnosis finds what the scenario was built from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.running import running_fleet
from tests.simulator.scenario import SCENARIOS
from tests.tooling.schemas import validator

from .conftest import PLAYBOOKS, Ansible, Run

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.yml"))


@pytest.fixture(scope="module")
def fleet_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, dict[str, Any]]]:
    """One run of diagnose.yml over a firewall of every scenario."""
    folder = tmp_path_factory.mktemp("scenarios")
    entries: list[Any] = [{"name": name.replace("_", "-"), "scenario": name} for name in NAMES]
    with running_fleet(entries, folder / "fleet") as fleet:
        run = Ansible(folder).playbook(PLAYBOOKS / "diagnose.yml", folder / "fleet" / "inventory.yml")
        yield run, {name: firewall.statistics() for name, firewall in fleet.firewalls.items()}


def test_the_run_ends_well_and_changes_nothing(fleet_run: tuple[Run, dict[str, Any]]) -> None:
    run, _statistics = fleet_run
    assert run.code == 0, run.output
    assert "changed=1" not in run.output
    assert len(run.diagnoses) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_scenario(name: str, fleet_run: tuple[Run, dict[str, Any]]) -> None:
    expected = yaml.safe_load((SCENARIOS / f"{name}.yml").read_text(encoding="utf-8"))["expect"]
    diagnosis = fleet_run[0].diagnoses[name.replace("_", "-")]
    found = {"verdict": diagnosis["verdict"], "cause": next((cause["id"] for cause in diagnosis["causes"]), None)}
    if "decrypts" in expected:
        found["decrypts"] = diagnosis["causes"][0]["details"]["decrypts"]
    assert found == {key: expected[key] for key in found}, json.dumps(
        [
            diagnosis["summary"],
            diagnosis["missing"],
            [(c["id"], c["status"], c["message"]) for c in diagnosis["checks"]],
        ],
        indent=1,
    )


def test_the_results_follow_the_published_schema(fleet_run: tuple[Run, dict[str, Any]]) -> None:
    for diagnosis in fleet_run[0].diagnoses.values():
        validator("diagnosis").validate(diagnosis)


def test_every_firewall_has_its_line_in_the_summary(fleet_run: tuple[Run, dict[str, Any]]) -> None:
    run, _statistics = fleet_run
    for host, diagnosis in run.diagnoses.items():
        assert f"{host} | {diagnosis['verdict']} | " in run.output
    report = (run.report_dir / "report.md").read_text(encoding="utf-8")
    assert all(host in report for host in run.diagnoses)


def test_a_healthy_firewall_costs_one_connection_and_four_requests(fleet_run: tuple[Run, dict[str, Any]]) -> None:
    asked = fleet_run[1]["healthy"]
    assert (asked["tls_handshakes"], asked["ssh_sessions"]) == (1, 0)
    assert asked["requests"] <= 5  # four, and keygen where there is a password


def test_no_secret_leaves(fleet_run: tuple[Run, dict[str, Any]], tmp_path: Path) -> None:
    run, _statistics = fleet_run
    fleet = json.loads((run.report_dir.parent / "fleet" / "fleet.json").read_text(encoding="utf-8"))
    secrets = {firewall[key] for firewall in fleet for key in ("password", "api_key") if firewall.get(key)}
    assert len(secrets) > len(NAMES)
    texts = [run.output, *(path.read_text(encoding="utf-8") for path in run.report_dir.iterdir())]
    assert not [secret for secret in secrets if any(secret in text for text in texts)]
