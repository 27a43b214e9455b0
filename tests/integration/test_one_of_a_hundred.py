# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""diagnose.yml over a hundred firewalls, three of which are out of order: each of these costs itself alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, Ansible, Run

DIAGNOSE = PLAYBOOKS / "diagnose.yml"
ALONE = "fw-001"
HEALTHY = [f"fw-{number:03}" for number in range(1, 98)]
LIMIT_S = 3
OUT_OF_TIME = f"took longer than {LIMIT_S} s"

#: host -> (fault, class of the error, text of the reason)
FAULTY = {
    "fw-hanging": ("hang", "timeout", OUT_OF_TIME),
    "fw-trickling": ("trickle", "timeout", OUT_OF_TIME),
    "fw-resetting": ("drop_before", "unreachable", "closed the connection without an answer"),
}


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """One that is healthy, for all hosts that are, and the faulty ones."""
    access = {"ssh": "none"}
    entries: list[Any] = [{"name": ALONE, "scenario": "healthy", "changes": {"access": access}}]
    entries += [
        {
            "name": name,
            "scenario": "healthy",
            "changes": {"access": access, "faults": {"answers": [{"kind": kind}]}},
            "vars": {"mlav_timeout": LIMIT_S},
        }
        for name, (kind, _class, _reason) in FAULTY.items()
    ]
    with running_fleet(entries) as running:
        yield running


@pytest.fixture(scope="module")
def runs(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """A run with one healthy firewall alone, and one with the hundred, the faulty ones first."""
    folder = tmp_path_factory.mktemp("hundred")
    hosts = {name: fleet.firewalls[name].host_vars() for name in FAULTY}
    hosts |= dict.fromkeys(HEALTHY, fleet.firewalls[ALONE].host_vars())
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    homes = [folder / "alone", folder / "together"]
    for home in homes:
        home.mkdir()
    alone, together = (Ansible(home) for home in homes)
    return alone.playbook(DIAGNOSE, inventory, options=["--limit", ALONE]), together.playbook(DIAGNOSE, inventory)


def judged(diagnosis: dict[str, Any]) -> dict[str, Any]:
    """A diagnosis without what differs from one moment, or one name in the inventory, to the next."""
    kept = {part: diagnosis[part] for part in ("verdict", "summary", "causes", "history", "missing", "cloud_server")}
    return {**kept, "checks": {check["id"]: check["status"] for check in diagnosis["checks"]}}


def test_all_are_in_the_report(runs: tuple[Run, Run]) -> None:
    _alone, together = runs
    assert together.code == 0, together.output
    assert sorted(together.diagnoses) == sorted([*HEALTHY, *FAULTY])


def test_the_others_are_judged_as_without_the_faulty_ones(runs: tuple[Run, Run]) -> None:
    alone, together = runs
    expected = judged(alone.diagnoses[ALONE])
    assert expected["verdict"] == "healthy"
    found = together.diagnoses
    assert [name for name in HEALTHY if judged(found[name]) != expected] == []


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_one_is_told_with_its_own_error(name: str, runs: tuple[Run, Run], fleet: Fleet) -> None:
    _kind, error, reason = FAULTY[name]
    diagnosis = runs[1].diagnoses[name]
    assert fleet.firewalls[name].statistics()["requests"] > 0
    assert (diagnosis["verdict"], diagnosis["causes"]) == ("undetermined", [])
    assert reason in diagnosis["summary"]
    assert {missing["kind"] for missing in diagnosis["missing"]} == {error}
    # Byte by byte, an answer would have taken minutes.
    assert diagnosis["duration_ms"] < 60_000
