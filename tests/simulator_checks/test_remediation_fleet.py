# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet to be remedied: what it expects of each firewall can be had from the firewall, or cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import get_args

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Guard
from ansible_collections.panops.mlav.plugins.module_utils._tasks import judging
from tests.integration.diagnosing import diagnose
from tests.simulator import Firewall, Fleet, running_fleet
from tests.simulator.fleet import entries_of, read_fleet
from tests.simulator.parts import ScenarioError
from tests.simulator_checks.api_client import Client
from tests.simulator_checks.test_neighbour import exclude

ENTRIES = {entry.name: entry for entry in read_fleet("remediation")}
EXPECTED = {name: entry.scenario.expect["remediation"] for name, entry in ENTRIES.items()}
FORCE = "<commit><force></force></commit>"
NO_GUARD_OF_THIS_FIREWALL = ("plan", "candidate_changed", "full_commit_required", "owner", "halted")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running_fleet("remediation") as fleet:
        yield fleet


def cure(fleet: Fleet, firewall: Firewall) -> None:
    """What the remedy of the cause comes to."""
    cause = EXPECTED[firewall.name]["cause"]
    if cause == "tls_interception":
        host = ENTRIES[firewall.name].variables.get("mlav_decryption_host", firewall.name)
        exclude(fleet.firewalls[host]).commit()
    elif cause is not None:
        if cause == "device_server_unavailable":
            firewall.world.restart_device_server("admin")
            firewall.world.busy_until = 0
        client = Client(firewall)
        firewall.world.faults.answers.clear()
        client.commit(FORCE)


def test_every_guard_that_a_firewall_can_make_say_no_has_one() -> None:
    refusals = {expected["guard"] for expected in EXPECTED.values()} - {None}
    assert refusals == set(get_args(Guard)) - set(NO_GUARD_OF_THIS_FIREWALL)


def test_the_diagnosis_is_the_expected_one(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "GatherOptions", partial(GatherOptions, busy_pause_s=0.02))
    firewalls = list(fleet.firewalls.values())
    with ThreadPoolExecutor(8) as pool:
        diagnoses = dict(zip(ENTRIES, pool.map(diagnose, firewalls), strict=True))
    for name, diagnosis in diagnoses.items():
        expect = ENTRIES[name].scenario.expect
        causes = diagnosis["causes"]
        assert diagnosis["verdict"] == expect["verdict"], name
        assert [cause["id"] for cause in causes][:1] == ([expect["cause"]] if expect["cause"] else []), name
        assert EXPECTED[name]["cause"] == expect["cause"], name
        if "decrypts" in expect:
            assert causes[0]["details"]["decrypts"] == expect["decrypts"], name
        if expect["cause"]:
            likely = EXPECTED[name]["guard"] == "confidence"
            assert causes[0]["confidence"] == ("likely" if likely else "proven"), name


CURED = [name for name, expected in EXPECTED.items() if expected["verdict_after"] == "healthy"]


@pytest.mark.parametrize("name", CURED)
def test_the_remedy_helps(name: str) -> None:
    with running_fleet([ENTRIES[name], *([ENTRIES["fw-neighbour"]] if name == "fw-behind" else [])]) as fleet:
        firewall = fleet.firewalls[name]
        assert (firewall.world.status() == "connected") == (EXPECTED[name]["cause"] is None)
        cure(fleet, firewall)
        assert firewall.world.status() == "connected"


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name].get("rolled_back")])
def test_the_remedy_does_not_help(name: str) -> None:
    with running_fleet([ENTRIES[name]]) as fleet:
        firewall = fleet.firewalls[name]
        cure(fleet, firewall)
        assert firewall.world.status() == "disconnected"


def test_variables_and_expectations_reach_the_files(fleet: Fleet) -> None:
    described = {item["name"]: item for item in json.loads((fleet.directory / "fleet.json").read_text())}
    hosts = yaml.safe_load((fleet.directory / "inventory.yml").read_text())["all"]["children"]["firewalls"]["hosts"]
    assert described.keys() == hosts.keys() == ENTRIES.keys()
    for name, entry in ENTRIES.items():
        assert described[name]["expect"] == entry.scenario.expect
        assert described[name]["vars"] == entry.variables
        assert hosts[name].items() >= entry.variables.items()
        assert "mlav_provider" in hosts[name]
    assert hosts["fw-behind"]["mlav_decryption_host"] == "fw-neighbour"
    assert "mlav_maintenance_window" not in hosts["fw-no-window"]


def test_an_unknown_key_of_an_entry_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.yml"
    file.write_text("firewalls:\n  - {name: a, scenario: healthy, variables: {}}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"odd.yml: unknown \['variables'\]"):
        read_fleet(file)
    [entry] = entries_of({"scenario": "healthy", "expect": {"verdict": "broken"}}, "fw-9")
    assert (entry.name, entry.scenario.expect) == ("fw-9", {"verdict": "broken", "cause": None})
