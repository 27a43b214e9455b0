# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan on a firewall in memory: what happens in, outcome, record and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._remedy import carry_out as under_test
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.carry_out import Carried, carry_out
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitFailed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Traces
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import Planned, Run, Target, plan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import ReconnectOptions
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record

from .fakes import NAME, NOW, Clock, FakeDevice, FakeFirewall, FakeJob, FakeLock, mark, with_exclusion
from .test_planning import choice, evidence, options
from .test_remedy_selection import diagnosis

NOT_CONNECTED = "fw-1 is not connected 300 s after the remediation: The summary."
WRITTEN = ["add_exclusion done", "commit done"]
ROLLED_BACK = [*WRITTEN, "remove_exclusion done", "commit done"]


class World:
    """A run on one firewall; ``connects`` says whether the remedy helps."""

    def __init__(
        self, firewall: FakeFirewall, monkeypatch: pytest.MonkeyPatch, connects: bool = True, **changes: Any
    ) -> None:
        self.clock = Clock()
        self.device = FakeDevice(firewall)
        allowances = Allowances(pace=self.clock.pace(), ignore_window=True, commit_timeout_s=60.0, busy_wait_s=0.0)
        self.options = options(**{"allowances": allowances, **changes})
        self.lines: list[str] = []
        verdict: Verdict = "healthy" if connects else "broken"

        def diagnose() -> tuple[EvidenceSet, Diagnosis]:
            return evidence(), diagnosis(verdict=verdict)

        def not_called() -> Target:
            raise AssertionError

        self.target = Target("fw-1", self.device.live)
        watch = LeaseWatch(allowances.pace)
        self.run = Run(self.target, not_called, diagnose, self.options, self.lines.append, watch)
        self.record = Record("fw-1", "run", lambda: NOW)
        self.traces = Traces(self.target)
        self.waited: list[float] = []
        monkeypatch.setattr(under_test, "wait_connected", lambda _device, limit_s, *_how: self.waited.append(limit_s))

    @property
    def firewall(self) -> FakeFirewall:
        return self.device.firewall

    def planned(self) -> Planned:
        made = plan(self.run, evidence(), choice("exclusion"), self.target)
        assert made is not None
        self.record.planned(made.plan)
        return made

    def carry_out(self, planned: Planned | None = None) -> Carried:
        return carry_out(self.run, planned or self.planned(), self.record, self.traces)

    @property
    def actions(self) -> list[str]:
        return [f"{action['action']} {action['state']}" for action in self.record.actions]


def test_exclusion_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch)
    assert world.carry_out() == Carried("repaired")
    assert world.actions == WRITTEN
    running = world.firewall.entry(world.firewall.running)
    assert running == {"exclude": "yes", "description": "panops.mlav: keeps the MLAV cloud out of decryption"}
    assert (world.firewall.locks, world.waited) == ([], [300.0])
    assert (world.record.verdict_after, world.traces.why, world.traces.jobs) == ("healthy", [], {1})


def test_left_over_exclusion_is_committed_and_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(candidate=with_exclusion()), monkeypatch)
    assert world.carry_out() == Carried("repaired")
    assert world.actions == ["commit done"]
    assert [sent for sent in world.firewall.sent if sent.startswith("set")] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, None),
        (("no", "Change 4711"), {"exclude": "no", "description": "Change 4711"}),
    ],
)
def test_exclusion_that_does_not_help_is_rolled_back(
    before: tuple[str, str] | None, after: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    firewall = FakeFirewall()
    if before is not None:
        firewall = FakeFirewall(candidate=with_exclusion(*before), running=with_exclusion(*before))
    world = World(firewall, monkeypatch, connects=False)
    assert world.carry_out() == Carried("rolled_back", NOT_CONNECTED)
    assert world.actions == ROLLED_BACK
    assert (firewall.entry(firewall.candidate), firewall.entry(firewall.running)) == (after, after)
    assert (firewall.locks, world.traces.why, world.traces.jobs) == ([], [], {1, 2})


def test_without_rollback_the_exclusion_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch, connects=False, rollback=False)
    assert world.carry_out() == Carried("failed", NOT_CONNECTED)
    assert world.actions == WRITTEN
    assert world.traces.why == [("running", "the option rollback is false")]


def test_rollback_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(errors={"delete": [PermissionFailure("no right")]}), monkeypatch, connects=False)
    assert world.carry_out() == Carried("failed", NOT_CONNECTED)
    assert world.actions == [*WRITTEN, "remove_exclusion failed"]
    assert world.traces.why == [("running", "the rollback failed: no right")]
    assert world.firewall.entry(world.firewall.running) is not None


def test_failed_commit_leaves_the_candidate_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(commits=["FAIL"]), monkeypatch)
    with pytest.raises(CommitFailed, match="commit job 1 failed"):
        world.carry_out()
    assert world.actions == ["add_exclusion done", "commit failed"]
    assert world.firewall.entry(world.firewall.candidate) is None
    assert (world.firewall.locks, world.waited, world.traces.why) == ([], [], [])


def test_change_of_another_administrator_after_planning_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch)
    planned = world.planned()
    world.firewall.candidate = with_exclusion(description="theirs")
    with pytest.raises(Blocked) as blocked:
        world.carry_out(planned)
    assert (blocked.value.guard, blocked.value.option) == ("candidate_changed", "")
    assert blocked.value.remedy == "Run it again."
    assert world.actions == ["add_exclusion planned", "commit planned"]
    assert [sent for sent in world.firewall.sent if "lock" not in sent] == []


def test_stale_lock_is_taken_over_and_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = FakeLock("admin", mark(until=NOW - timedelta(minutes=5)))
    world = World(FakeFirewall(locks=[stale]), monkeypatch)
    assert world.carry_out() == Carried("repaired")
    assert world.actions == [*WRITTEN, "remove_lock done"]


def test_running_job_blocks_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(jobs=[FakeJob(3, user="bob")]), monkeypatch)
    with pytest.raises(Blocked, match="Commit job 3 of bob runs"):
        world.carry_out()
    assert world.firewall.sent == []


@pytest.mark.parametrize("connects", [True, False])
def test_exclusion_that_is_running_is_only_waited_for(connects: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    firewall = FakeFirewall(candidate=with_exclusion(), running=with_exclusion())
    world = World(firewall, monkeypatch, connects=connects)
    if connects:
        assert world.carry_out() == Carried("repaired")
    else:
        with pytest.raises(Blocked) as blocked:
            world.carry_out()
        assert (blocked.value.guard, blocked.value.message) == (
            "decrypting_device",
            f"fw-1 already excludes {NAME} from decryption, but the traffic is still decrypted. Look for another "
            "decrypting device in the path",
        )
        assert [kind for kind, _why in world.traces.why] == ["running"]
    assert (firewall.sent, world.waited) == ([], [300.0])


@pytest.mark.parametrize(
    ("connects", "carried"), [(True, Carried("repaired")), (False, Carried("failed", NOT_CONNECTED))]
)
def test_reconnection(connects: bool, carried: Carried, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch, connects=connects)
    seen: list[Any] = []

    def reconnect(_device: Any, change: Any, wanted: ReconnectOptions, _progress: Any, journal: Any) -> None:
        with journal("commit_force") as facts:
            facts.update(job_id=9)
        seen.append((wanted, [lock.admin for lock in world.firewall.locks]))
        assert change.wrote is False

    monkeypatch.setattr(under_test, "reconnect", reconnect)
    planned = reconnection(world)
    assert world.carry_out(planned) == carried
    assert seen == [(planned.reconnect, ["admin"])]
    assert world.actions == ["commit_force done"]
    assert world.record.actions[0]["job_id"] == 9
    # What reconnects waits for the connection itself.
    assert (world.waited, world.firewall.locks) == ([], [])


def reconnection(world: World) -> Planned:
    made = replace(world.planned().plan, steps=(Step("commit_force", "fw-1", "Commit force.", True),))
    world.record.planned(made)
    options = ReconnectOptions(world.options.allowances, "never")
    return Planned(made, world.target, cast(Any, None), reconnect=options)


def test_step_that_was_not_planned_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch)

    def reconnect(_device: Any, _change: Any, _wanted: Any, _progress: Any, journal: Any) -> Status:
        with journal("restart_device_server"):
            raise AssertionError

    monkeypatch.setattr(under_test, "reconnect", reconnect)
    with pytest.raises(Blocked) as blocked:
        world.carry_out(reconnection(world))
    assert (blocked.value.guard, blocked.value.message, blocked.value.remedy) == (
        "plan",
        "fw-1 now needs a step that was not planned: Restart the process device-server.",
        "Run it again.",
    )
    assert world.actions == ["commit_force planned"]


def test_lock_that_cannot_be_released_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(errors={"<remove>": [PermissionFailure("no right")]}), monkeypatch)
    assert world.carry_out() == Carried("repaired")
    assert world.traces.why == [("lock", "no right")]
    assert [lock.admin for lock in world.traces.locks] == ["admin"]


def test_record_that_cannot_be_written_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(FakeFirewall(), monkeypatch)
    planned = world.planned()

    def keep(_data: dict[str, Any]) -> None:
        raise DeviceError("disk full")

    world.record.keep = keep
    with pytest.raises(ExpectedFailure, match="disk full"):
        world.carry_out(planned)
    assert [sent for sent in world.firewall.sent if sent.startswith("set")] == []
    assert world.firewall.locks == []
