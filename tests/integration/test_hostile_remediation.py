# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remediate.yml against firewalls behind something that lies: what happened on every device, and what the record says.

All cases run in one playbook, each with firewalls of its own. What a record calls left behind is compared with an
independent look into the simulated firewalls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.front_end import FrontEnd, Step, another_job, front_end, http, says
from tests.simulator.running import running_fleet
from tests.simulator.snapshot import Snapshot

from .conftest import Ansible
from .remediating import OPEN, Remediated, remediate
from .repairing import NAME, exclusion, our_locks

DECRYPTS = "tls_interception_this_firewall"
FORCE = "commit_force_needed"
HUNG = "device_server_unavailable"
BUSY = "Another commit/validate is in progress. Please try again later"
LOCKED = "Configuration is locked by bob"
NOTHING = '<response status="success" code="19"><msg>There are no changes to commit.</msg></response>'
CONNECTED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 113\r\n\r\n"
    b'<response status="success"><result>MLAV cloud\nCloud connection: connected\n'
    b"Current cloud server: x</result></response>"
)
PENDING = {"firewall": {"pending": [{"admin": "bob"}]}}


def fault(kind: str, on: str) -> dict[str, Any]:
    return {"faults": {"answers": [{"kind": kind, "on": on, "times": 1, "via": "api"}]}}


@dataclass(frozen=True)
class Case:
    """What stands in front, and what has to come of it.

    Attributes:
        scenario, changes: the firewall.
        script, alternate, close_each: see ``front_end``. None of them: no front end.
        other: the scenario of a second firewall that the front end may lead to.
        outcome: of the record; a refusal by its guard. Several, where it depends on which firewall is asked first.
        commits: the commits of ours that the firewall may have carried out.
        restarts: of device-server.
        left: what is on the firewall afterwards and has to be in the record: ``lock``, ``exclusion``, ``job``.
    """

    scenario: str
    outcome: str
    script: tuple[Step, ...] = ()
    alternate: bool = False
    close_each: bool = False
    other: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    commits: int = 0
    restarts: int = 0
    left: frozenset[str] = frozenset()

    @property
    def fronted(self) -> bool:
        return bool(self.script or self.alternate or self.close_each)


LEFT = frozenset({"lock", "exclusion"})
LOCK = frozenset({"lock"})
CASES = {
    # A front end that is overloaded is no busy device-server.
    "503-status": Case("healthy", "cause", (http(503, on="show mlav cloud-status", times=0),)),
    "429-status": Case(
        "healthy", "cause", (http(429, on="show mlav cloud-status", times=0, headers={"Retry-After": "1"}),)
    ),
    "503-page": Case("healthy", "cause", (http(503, on="show", times=0),)),
    "503-keygen": Case("healthy", "cause", (http(503, on="keygen", times=0),)),
    "busy-keygen": Case("healthy", "cause", (says("device busy or unavailable", on="keygen", times=0),)),
    "503-busy-form": Case(
        "healthy",
        "cause",
        (
            Step(
                "show mlav cloud-status",
                times=0,
                status=503,
                body="<response status='error'><msg><line>device busy or unavailable</line></msg></response>",
            ),
        ),
    ),
    # It overloads in the middle of a change.
    "503-commit": Case(DECRYPTS, "repaired", (http(503, on="commit", forward=True),), commits=1),
    "503-set": Case(DECRYPTS, "repaired", (http(503, on="config set", forward=True),), commits=1),
    # Another firewall answers at the same address from a moment on.
    "moved-lock": Case(DECRYPTS, "failed", (Step("request config-lock add", move=True),), other=FORCE, left=LOCK),
    "moved-set": Case(DECRYPTS, "failed", (Step("config set", move=True),), other=FORCE, left=LEFT),
    "moved-commit": Case(
        DECRYPTS,
        "failed",
        (Step("commit", forward=True, body="lost", move=True),),
        other=FORCE,
        commits=1,
        left=LEFT | {"job"},
        changes={"switches": {"commit_seconds": 3600.0}},
    ),
    # Two plans ask as well before the change does.
    "moved-before": Case(DECRYPTS, "failed", (Step("check pending-changes", at=5, move=True),), other=FORCE, left=LOCK),
    "moved-force": Case(FORCE, "failed", (Step("check pending-changes", at=7, move=True),), other=FORCE, left=LOCK),
    "alternates": Case(DECRYPTS, "cause|failed", alternate=True, other=DECRYPTS),
    "closes": Case(DECRYPTS, "failed", close_each=True),
    # The answer to the commit is not true.
    "says-busy": Case(DECRYPTS, "repaired", (says(BUSY, on="commit", forward=True),), commits=1),
    "says-locked": Case(DECRYPTS, "repaired", (says(LOCKED, on="commit", forward=True),), commits=1),
    "says-nothing": Case(DECRYPTS, "repaired", (Step("commit", forward=True, body=NOTHING),), commits=1),
    "says-denied": Case(DECRYPTS, "repaired", (http(403, on="commit", forward=True),), commits=1),
    "other-job": Case(DECRYPTS, "repaired", (Step("commit", forward=True, body=another_job(1)),), commits=1),
    "force-busy": Case(FORCE, "repaired", (says(BUSY, on="commit", forward=True),), commits=1),
    "force-other-job": Case(FORCE, "repaired", (Step("commit", forward=True, body=another_job(1)),), commits=1),
    "busy-once": Case(DECRYPTS, "repaired", (says(BUSY, on="commit"),), commits=1),
    # The job's own end is not true.
    "job-fails-with-effect": Case(DECRYPTS, "repaired", changes=fault("job_fails_with_effect", "commit"), commits=1),
    "job-ok-without-effect": Case(DECRYPTS, "failed", changes=fault("job_ok_without_effect", "commit"), commits=1),
    # What comes behind an answer is not the next one.
    "surplus": Case(DECRYPTS, "repaired", (Step("show mlav cloud-status", surplus=CONNECTED),), commits=1),
    "surplus-always": Case(DECRYPTS, "failed", (Step("show", times=0, surplus=CONNECTED),)),
    # A restart whose answer is lost in front of the firewall.
    "restart-503": Case(
        HUNG,
        "repaired",
        (http(503, on="debug software restart", forward=True),),
        changes={"switches": {"refused_over_api": []}},
        commits=1,
        restarts=1,
    ),
}


@dataclass
class Ran:
    """One case after the run."""

    case: Case
    record: Mapping[str, Any]
    firewall: Firewall
    front: FrontEnd | None
    other: tuple[Snapshot, Firewall] | None


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Remediated, dict[str, Ran]]]:
    """Every case in one run of the playbook."""
    home = tmp_path_factory.mktemp("hostile")
    entries: list[Any] = []
    for name, case in CASES.items():
        quick = {"switches": {"log_polls": 0, "commit_seconds": 0.2, **case.changes.get("switches", {})}}
        entries.append({"name": name, "scenario": case.scenario, "changes": {**case.changes, **quick}})
        if case.other:
            entries.append({"name": f"{name}-other", "scenario": case.other, "changes": PENDING})
    with running_fleet(entries, home / "fleet") as fleet, ExitStack() as stack:
        fronts = {name: stack.enter_context(_front(name, case, fleet)) for name, case in CASES.items() if case.fronted}
        others = {name: fleet.firewalls[f"{name}-other"] for name, case in CASES.items() if case.other}
        before = {name: other.snapshot() for name, other in others.items()}
        inventory = home / "inventory.json"
        inventory.write_text(json.dumps(_inventory(fleet, fronts)), encoding="utf-8")
        variables = {
            "mlav_maintenance_window": [OPEN],
            "mlav_batches": [len(CASES)],
            "mlav_verify_timeout": "20s",
            "mlav_busy_wait": "20s",
            "mlav_timeout": 5,
            "mlav_remediate_confidence": "likely",
        }
        done = remediate(fleet, Ansible(home), "done", variables, inventory=inventory, ANSIBLE_FORKS="10")
        yield (
            done,
            {
                name: Ran(
                    case,
                    done.records.get(name, {}),
                    fleet.firewalls[name],
                    fronts.get(name),
                    (before[name], others[name]) if name in others else None,
                )
                for name, case in CASES.items()
            },
        )


def _front(name: str, case: Case, fleet: Fleet) -> Any:
    other = fleet.firewalls.get(f"{name}-other")
    return front_end(
        fleet.firewalls[name],
        other=other,
        script=case.script,
        alternate=case.alternate,
        close_each=case.close_each,
    )


def _inventory(fleet: Fleet, fronts: Mapping[str, FrontEnd]) -> dict[str, Any]:
    hosts = {name: (fronts.get(name) or fleet.firewalls[name]).host_vars() for name in CASES}
    return {"all": {"hosts": hosts}}


def found_on(firewall: Firewall) -> set[str]:
    """An independent look: what of ours is on a firewall that should not stay there."""
    world = firewall.world
    world.refresh()
    found = set()
    if our_locks(firewall):
        found.add("lock")
    candidate, running = exclusion(firewall), exclusion(firewall, "running")
    if candidate != running or (running is not None and world.status() != "connected"):
        found.add("exclusion")
    if any(job.active and job.description.startswith("panops") for job in world.jobs.all):
        found.add("job")
    return found


def told_in(record: Mapping[str, Any]) -> set[str]:
    """What the record says is, or may be, left."""
    words = {"lock": "config lock", "exclusion": f"exclusion of {NAME}", "job": "commit job"}
    lines = [line.lower() for line in record["left_behind"]]
    return {kind for kind, word in words.items() if any(word in line for line in lines)}


@pytest.mark.parametrize("name", CASES)
def test_outcome_of_each_story(name: str, ran: tuple[Remediated, dict[str, Ran]]) -> None:
    done, cases = ran
    item = cases[name]
    assert item.record, done.run.output
    record = item.record
    outcome = record["guard"] if record["outcome"] == "blocked" else record["outcome"]
    assert outcome in item.case.outcome.split("|"), record
    world = item.firewall.world
    assert len(world.commits) == item.case.commits, record
    assert len(world.restarts) == item.case.restarts, record


@pytest.mark.parametrize("name", CASES)
def test_leftovers_are_reported(name: str, ran: tuple[Remediated, dict[str, Ran]]) -> None:
    item = ran[1][name]
    found = found_on(item.firewall)
    assert found == item.case.left, item.record
    assert found <= told_in(item.record), item.record
    if not any("unknown" in line for line in item.record["left_behind"]):
        assert told_in(item.record) == found, item.record


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.other])
def test_other_firewall_is_not_changed(name: str, ran: tuple[Remediated, dict[str, Ran]]) -> None:
    item = ran[1][name]
    assert item.other is not None
    before, other = item.other
    assert other.snapshot() == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.scenario == "healthy"])
def test_text_of_a_front_end_is_no_verdict(name: str, ran: tuple[Remediated, dict[str, Ran]]) -> None:
    record = ran[1][name].record
    assert (record["verdict_before"], record["cause"], record["actions"]) == ("undetermined", None, [])


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("moved")])
def test_leftovers_name_the_device(name: str, ran: tuple[Remediated, dict[str, Ran]]) -> None:
    item = ran[1][name]
    assert item.other is not None
    assert any(item.firewall.serial in line and "unknown" in line for line in item.record["left_behind"])
    assert item.other[1].serial in item.record["error"]
