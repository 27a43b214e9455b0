# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run: what the firewall and the records show in, what is released and reported out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    ExclusionPlan,
    ExclusionState,
    rollback_plan,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Expected, Kind, Traces
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import ExclusionChange, Planned, Run, Target
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Restart, Unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Preferences
from ansible_collections.panops.mlav.plugins.module_utils._remedy.settle import (
    expected_on,
    settle,
    unfollowed_restart,
)

from .fakes import NAME, NOW, PLACE, FakeDevice, FakeFirewall, FakeJob, FakeLock, mark, with_exclusion
from .test_planning import options, run
from .test_planning import planned as plan_of

STALE = mark(until=NOW - timedelta(minutes=5))
FORCE = "Commit force: the whole candidate configuration, with the pending changes of every administrator."
WRITE = ExclusionPlan("create", NAME, PLACE, None, ExclusionState(True, "panops.mlav: ours"))
WHERE = "fw-1 (serial number 001)"


def record(outcome: str = "failed", actions: tuple[tuple[str, str], ...] = (), **changes: Any) -> Record:
    made = Record("fw-1", "run", lambda: NOW)
    made.cause = "tls_interception"
    made.actions = [{"action": action, "state": state, "began_at": "2026-11-25T02:00:00Z"} for action, state in actions]
    for name, value in {"outcome": outcome, **changes}.items():
        setattr(made, name, value)
    return made


def with_change(device: FakeDevice, in_place: bool = False) -> Planned:
    made = plan_of(device=device)
    change = None if in_place else ExclusionChange(WRITE, rollback_plan(WRITE), ())
    return Planned(made.plan, made.target, made.candidate, change, in_place)


@pytest.mark.parametrize(
    ("actions", "outcome", "unfinished", "sentence"),
    [
        ((), "failed", Unfinished(), ""),
        (
            (("restart_device_server", "done"),),
            "failed",
            Unfinished(),
            "device-server of fw-1 was restarted at 2026-11-25T02:00:00Z, and no forced commit is known to have "
            f"followed. Outstanding: {FORCE}",
        ),
        (
            (("restart_device_server", "begun"),),
            "failed",
            Unfinished(),
            "device-server of fw-1 may have been restarted at 2026-11-25T02:00:00Z",
        ),
        ((("restart_device_server", "done"), ("commit_force", "done")), "failed", Unfinished(), ""),
        ((("restart_device_server", "done"), ("commit_force", "failed")), "failed", Unfinished(), "was restarted at"),
        (
            (),
            "blocked",
            Unfinished(restart=Restart(None, True, "001")),
            "device-server of fw-1 was restarted, and no forced commit is known to have followed",
        ),
        # Connected, so the forced commit has followed; or it was another firewall.
        ((), "nothing_to_do", Unfinished(restart=Restart(None, True, "001")), ""),
        ((), "blocked", Unfinished(restart=Restart(None, True, "009")), ""),
        ((("commit_force", "done"),), "failed", Unfinished(restart=Restart(None, True, "001")), ""),
    ],
)
def test_restart_without_its_forced_commit(
    actions: tuple[tuple[str, str], ...], outcome: str, unfinished: Unfinished, sentence: str
) -> None:
    found = unfollowed_restart(run(FakeDevice(), options(unfinished=unfinished)), record(outcome, actions))
    assert found.startswith(sentence) if sentence.startswith("device-server") else sentence in found
    assert bool(found) is bool(sentence)


OTHER_RUN = Unfinished(written=PLACE, written_on="001", may_run=True)


@pytest.mark.parametrize(
    ("made", "unfinished", "why", "in_place", "expected"),
    [
        (record("blocked"), Unfinished(), [], False, Expected()),
        (
            record("failed", (("add_exclusion", "done"), ("commit", "failed"))),
            Unfinished(),
            [],
            False,
            Expected(acted=True, written_at=PLACE, committed_in_vain=True, seen=False),
        ),
        (
            record("failed", (("add_exclusion", "done"), ("commit", "done")), verdict_after="broken"),
            Unfinished(),
            [("running", "the option rollback is false")],
            False,
            Expected(
                acted=True,
                written_at=PLACE,
                committed_in_vain=True,
                why=(("running", "the option rollback is false"),),
            ),
        ),
        (
            record("failed", (("add_exclusion", "failed"),)),
            Unfinished(),
            [],
            False,
            Expected(acted=True, written_at=PLACE),
        ),
        (
            record("repaired", (("add_exclusion", "done"), ("commit", "done")), verdict_after="healthy"),
            Unfinished(),
            [],
            False,
            Expected(acted=True, written_at=PLACE),
        ),
        # The exclusion was running before, and does not help.
        (
            record("blocked", guard="decrypting_device", verdict_after="broken"),
            Unfinished(),
            [("running", "remove it")],
            True,
            Expected(committed_in_vain=True, why=(("running", "remove it"),)),
        ),
        # A previous run wrote and committed it.
        (
            record("blocked", guard="busy"),
            OTHER_RUN,
            [],
            False,
            Expected(acted=True, written_at=PLACE, committed_in_vain=True, seen=False),
        ),
        (record("nothing_to_do"), OTHER_RUN, [], False, Expected(acted=True, written_at=PLACE, seen=False)),
        # Releasing a stale lock is no change.
        (record("blocked", (("remove_lock", "done"),)), Unfinished(), [], False, Expected()),
    ],
)
def test_what_may_be_found(
    made: Record, unfinished: Unfinished, why: list[tuple[Kind, str]], in_place: bool, expected: Expected
) -> None:
    device = FakeDevice()
    target = Target("fw-1", device.live)
    acted = [action for action in made.actions if action["action"] != "remove_lock"]
    planned = with_change(device, in_place) if acted or in_place else None
    traces = Traces(target, planned, why)
    assert expected_on(target, options(unfinished=unfinished), made, traces) == expected


def test_write_on_another_device_is_not_expected_on_this_one() -> None:
    firewall, host = Target("fw-1", FakeDevice().live), Target("fw-9", FakeDevice(serial="009").live)
    made = record("failed", (("add_exclusion", "done"),))
    traces = Traces(host, with_change(FakeDevice()))
    assert expected_on(firewall, options(), made, traces).written_at == ""
    assert expected_on(host, options(), made, traces).written_at == PLACE


def settled(device: FakeDevice, made: Record, act: bool = True, **changes: Any) -> list[str]:
    opts = options(**changes)
    going = run(device, opts)
    settle(going, made, Traces(going.firewall), act)
    return made.left_behind


@pytest.mark.parametrize(
    ("outcome", "guard", "act", "released"),
    [
        ("repaired", None, True, True),
        ("nothing_to_do", None, True, True),
        ("rolled_back", None, True, True),
        ("blocked", "cause", True, True),
        ("blocked", "pending_changes", True, True),
        # The next run learns from the lock what became of this one.
        ("failed", None, True, False),
        ("blocked", "busy", True, False),
        ("repaired", None, False, False),
        ("running", None, False, False),
    ],
)
def test_stale_locks_are_released(outcome: str, guard: str | None, act: bool, released: bool) -> None:
    device = FakeDevice(FakeFirewall(locks=[FakeLock("admin", STALE), FakeLock("bob", "change window")]))
    made = record(outcome, guard=guard)
    left = settled(device, made, act)
    assert [lock.admin for lock in device.firewall.locks] == (["bob"] if released else ["admin", "bob"])
    held = f"admin holds the config lock of shared ({STALE})"
    if released:
        [action] = made.actions
        assert (action["action"], action["state"], action["text"]) == (
            "remove_lock",
            "done",
            f"Release a stale lock: {held}",
        )
        assert left == []
    else:
        assert left == [
            f"The config lock on {WHERE} ({held}). If its run has ended, the next run, or the playbook "
            "panops.mlav.unlock, releases it once its lease has expired"
        ]


@pytest.mark.parametrize(
    ("firewall", "unfinished", "left"),
    [
        (FakeFirewall(), Unfinished(), []),
        (
            FakeFirewall(candidate=with_exclusion()),
            Unfinished(),
            [f"The exclusion of {NAME} on {WHERE} is not committed, at {PLACE}"],
        ),
        (
            FakeFirewall(running=with_exclusion()),
            Unfinished(),
            [f"The removal of the exclusion of {NAME} on {WHERE} is not committed, at {PLACE}"],
        ),
        (FakeFirewall(candidate=with_exclusion(description="Change 4711")), Unfinished(), []),
        (
            FakeFirewall(candidate=with_exclusion(description="Change 4711")),
            Unfinished(written=PLACE, written_on="001"),
            [f"The exclusion of {NAME} on {WHERE} is not committed, at {PLACE}"],
        ),
        (
            FakeFirewall(candidate=with_exclusion(), running=with_exclusion()),
            Unfinished(may_run=True),
            [f"The exclusion of {NAME} is committed on {WHERE} but did not help"],
        ),
        (
            FakeFirewall(jobs=[FakeJob(7, description="panops.mlav 01234567: x"), FakeJob(8, user="bob")]),
            Unfinished(),
            [f"Commit job 7 of this collection is still running on {WHERE}"],
        ),
        # What cannot be checked matters only where something was changed.
        (FakeFirewall(errors={"config-locks": [DeviceError("no answer")]}), Unfinished(), []),
        (
            FakeFirewall(errors={"config-locks": [DeviceError("no answer")]}),
            Unfinished(may_run=True),
            [f"It is unknown whether the config lock was left behind on {WHERE}: no answer"],
        ),
    ],
)
def test_what_is_left_behind(firewall: FakeFirewall, unfinished: Unfinished, left: list[str]) -> None:
    assert settled(FakeDevice(firewall), record("failed", verdict_after="broken"), unfinished=unfinished) == left


def test_running_exclusion_whose_effect_was_not_seen() -> None:
    firewall = FakeFirewall(candidate=with_exclusion(), running=with_exclusion())
    made = record("failed", (("commit", "begun"),))
    left = settled(FakeDevice(firewall), made)
    assert left == [f"The exclusion of {NAME} is committed on {WHERE} but is not known to have helped"]


@pytest.mark.parametrize(
    ("unfinished", "left"),
    [
        (Unfinished(), []),
        (OTHER_RUN, ["It is unknown what a previous run left behind on fw-1: the firewall did not answer"]),
    ],
)
def test_firewall_that_did_not_answer_is_not_asked_again(unfinished: Unfinished, left: list[str]) -> None:
    firewall = FakeFirewall(errors={"": [DeviceError("it was asked")]})
    assert settled(FakeDevice(firewall, serial=None), record("failed", cause=None), unfinished=unfinished) == left
    assert len(firewall.errors[""]) == 1


@pytest.mark.parametrize(
    ("host", "answers", "serial", "left"),
    [
        ("fw-9", "009", "009", []),
        (
            "fw-9",
            "010",
            "009",
            [
                "It is unknown what a previous run left behind on fw-9 (serial number 009): a device with serial "
                "number 010 answers there now"
            ],
        ),
        (
            None,
            "009",
            "009",
            [
                "It is unknown what a previous run left behind on fw-9 (serial number 009): this run has no connection "
                "to it: it is not the decryption_host"
            ],
        ),
        (
            "fw-9",
            "",
            "",
            ["It is unknown what a previous run left behind on fw-9: no route to host"],
        ),
    ],
)
def test_device_that_a_previous_run_changed(host: str | None, answers: str, serial: str, left: list[str]) -> None:
    opened: list[str] = []

    def open_host() -> Target:
        if not answers:
            raise DeviceError("no route to host")
        opened.append(answers)
        return Target("fw-9", FakeDevice(serial=answers).live)

    opts = options(
        unfinished=Unfinished(target="fw-9", target_serial=serial), preferences=Preferences(decryption_host=host)
    )
    base = run(FakeDevice(), opts)
    going = Run(base.firewall, open_host, base.diagnose, opts, base.progress, base.watch)
    made = record("blocked", guard="busy")
    settle(going, made, Traces(going.firewall), True)
    assert made.left_behind == left
    assert bool(opened) is (host is not None and bool(answers))


def test_traces_keep_why_and_locks() -> None:
    class Change:
        lock_left = "no right"
        locks_left = (Lock("config", "admin", "shared", "", STALE),)
        job_id = 17

    traces = Traces(Target("fw-1", FakeDevice().live))
    traces.note(Change())  # type: ignore[arg-type]
    assert (traces.why, traces.locks, traces.jobs) == ([("lock", "no right")], [*Change.locks_left], {17})
