# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose configuration lock it is: a lease that a run renews, and that ends with it, whatever became of its process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest, CommitUnfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Mark
from ansible_collections.panops.mlav.plugins.module_utils._tasks.unlocking import UNLOCK
from tests.simulator.fleet import Firewall
from tests.simulator.interference import interfere
from tests.simulator.running import running_fleet
from tests.simulator.switches import Fault
from tests.tooling.operations import run_operation

from .committing import assert_one_commit, commit, firewall_with, options
from .conftest import PLAYBOOKS, Ansible
from .excluding import NAME, exclude

pytestmark = pytest.mark.usefixtures("quick")

NOW = datetime(2026, 11, 28, 22, 0, tzinfo=timezone.utc)
LONG_AGO = "panops.mlav run 0123abcd job awx-17 lease 180s until 2020-01-01T00:00:00Z"
FAR_AWAY = "panops.mlav run 0123abcd job - lease 1s until 2099-01-01T00:00:00Z"
NEVER_SOON = "panops.mlav run 0123abcd job - lease 3600s until 2099-01-01T00:00:00Z"


class Clock:
    """Time that passes only where somebody waits; ``on_sleep`` is called at each wait."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.on_sleep: Any = lambda: None

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.on_sleep()

    def pace(self, **more: Any) -> Pace:
        return Pace(clock=lambda: self.seconds, sleep=self.sleep, **{"poll_s": 10.0, "lease_s": 180.0, **more})


@contextmanager
def changing(firewall: Firewall, clock: Clock, **allowed: Any) -> Iterator[LockedChange]:
    device = open_device(options(firewall))
    try:
        given = Allowances(pace=clock.pace(), **allowed)
        with LockedChange(device, given, "test", print, CommitScope(own_changes=True)) as change:
            yield change
    finally:
        device.close()


def wait(change: LockedChange, then_commit: bool = False, after: Callable[[], None] = lambda: None) -> None:
    after()
    for _wait in range(10):
        change.pace.sleep(10)
    if then_commit:
        change.commit(CommitRequest("done"))


def commit_after(change: LockedChange, event: Callable[[], None]) -> None:
    event()
    change.commit(CommitRequest("done"))


def mark_on(firewall: Firewall) -> Mark:
    [lock] = firewall.world.locks
    mark = Mark.read(lock.comment)
    assert mark is not None, lock.comment
    return mark


@pytest.mark.parametrize("again", ["refused", "kept", "replaced"])
def test_run_renews_its_lock_while_it_waits(again: str) -> None:
    clock = Clock()
    with firewall_with(switches={"lock_again": again}) as firewall, changing(firewall, clock) as change:
        seen = {mark_on(firewall)}
        for _wait in range(36):
            change.pace.sleep(10)
            seen.add(mark_on(firewall))
        # Two lengths of the lease, three renewals in each, the last of which may still be to come.
        assert 5 <= len(seen) - 1 <= 7
        assert {mark.run for mark in seen} == {change.run}
        assert change.commit(CommitRequest("done")).changed is True
        assert_left = firewall
    assert_one_commit(assert_left)


@pytest.mark.parametrize("again", ["refused", "kept", "replaced"])
def test_lock_is_not_released_with_uncommitted_changes(again: str) -> None:
    """Somebody else could commit it. Where the firewall takes no new comment, the lease then runs out."""
    clock = Clock()
    with firewall_with(switches={"lock_again": again}) as firewall:
        with changing(firewall, clock) as change:
            change.wrote = True
            before = mark_on(firewall)
            asked = len(firewall.statistics()["writes"])
            for _wait in range(18):
                change.pace.sleep(10)
            assert (mark_on(firewall) != before) is (again == "replaced")
            writes = firewall.statistics()["writes"][asked:]
            assert writes
            assert set(writes) == {"request config-lock add"}
        assert firewall.world.locks == []


def test_lock_is_taken_by_another_during_its_renewal() -> None:
    clock = Clock()
    with (
        firewall_with(
            {"kind": "interfere", "on": "request config-lock remove", "text": "config_lock", "times": 1, "after": True}
        ) as firewall,
        pytest.raises(Blocked, match="bob holds the config lock"),
        changing(firewall, clock) as change,
    ):
        wait(change)
    assert [lock.admin for lock in firewall.world.locks] == ["bob"]
    assert_one_commit(firewall, 0)


def test_change_during_the_renewal_is_not_committed() -> None:
    clock = Clock()
    with (
        firewall_with(
            {"kind": "interfere", "on": "request config-lock remove", "text": "edit", "times": 1, "after": True}
        ) as firewall,
        pytest.raises(Blocked, match="has changed meanwhile"),
        changing(firewall, clock, allow_other_changes=True) as change,
    ):
        wait(change, then_commit=True)
    assert_one_commit(firewall, 0)


def test_run_without_its_lock_changes_nothing() -> None:
    with firewall_with() as firewall, changing(firewall, Clock()) as change:
        firewall.world.locks.clear()
        asked = len(firewall.statistics()["writes"])
        with pytest.raises(Blocked, match="no longer lists it"):
            change.commit(CommitRequest("done"))
        assert firewall.statistics()["writes"][asked:] == []
    assert_one_commit(firewall, 0)


def test_run_without_its_controller_ends() -> None:
    alive = [True, True, True]
    with firewall_with() as firewall:
        device = open_device(options(firewall))
        given = Allowances(pace=Clock().pace(), controller_alive=lambda: bool(alive and alive.pop()))
        with (
            pytest.raises(Exception, match="ansible-playbook"),
            LockedChange(device, given, "test", print, CommitScope(own_changes=True)) as change,
        ):
            commit_after(change, alive.clear)
        device.close()
        assert firewall.world.locks == []
        assert_one_commit(firewall, 0)


@pytest.mark.parametrize(
    ("comment", "given", "guard"),
    [
        pytest.param(LONG_AGO, {"busy_wait": "0s"}, None, id="over by any clock"),
        pytest.param(FAR_AWAY, {}, None, id="seen not to be renewed"),
        pytest.param(FAR_AWAY, {"busy_wait": "0s"}, "config_lock", id="no time to see it"),
        pytest.param(NEVER_SOON, {"busy_wait": "5m"}, "config_lock", id="a longer lease than the wait"),
        pytest.param("panops.mlav", {}, "config_lock", id="no mark of ours"),
        pytest.param("change window", {}, "config_lock", id="somebody else's"),
    ],
)
@pytest.mark.parametrize("holder", ["admin", "bob"])
def test_locks_that_are_taken_over(comment: str, given: dict[str, Any], guard: str | None, holder: str) -> None:
    with firewall_with() as firewall:
        firewall.world.require_admin(holder)
        firewall.world.take_lock("config", holder, comment)
        lines: list[str] = []
        done = commit(firewall, lines.append, **given)
        assert done.get("guard") == guard, done
        if guard is None:
            assert comment in done["taken_over"][0]
            assert any("its run has ended" in line for line in lines)
        else:
            assert done["taken_over"] == []
            assert [lock.comment for lock in firewall.world.locks] == [comment]


def test_renewed_lock_is_not_taken_over() -> None:
    with firewall_with() as firewall, changing(firewall, Clock()) as first:
        # As a run renews it while the other watches: at the very first look after the first.
        renewed = []

        def say(line: str) -> None:
            if "watching" in line:
                renewed.append(line)
                [lock] = firewall.world.locks
                lock.comment = str(mark_on(firewall).renewed(Pace().now()))

        refused = commit(firewall, say, busy_wait="10m")
        assert (refused["guard"], len(renewed)) == ("config_lock", 1), refused
        assert f"run {first.run}" in refused["msg"]


def test_lock_renewed_during_its_removal_is_not_taken_over() -> None:
    """Its run was late, and is there."""
    with firewall_with(switches={"lock_again": "replaced"}) as firewall:
        firewall.world.take_lock("config", "admin", LONG_AGO)
        live: list[str] = []

        def say(line: str) -> None:
            if "removing a lock" in line:
                [lock] = firewall.world.locks
                lock.comment = str(mark_on(firewall).renewed(Pace().now()))
                live.append(lock.comment)

        refused = commit(firewall, say)
        assert (refused.get("guard"), refused["taken_over"], len(live)) == ("config_lock", [], 1), refused
        assert [lock.comment for lock in firewall.world.locks] == live


@pytest.mark.parametrize("again", ["refused", "kept", "replaced"])
def test_late_run_does_not_retake_its_lock(again: str) -> None:
    """Another run of the same account has taken it over: that one changes the firewall now."""
    clock = Clock()
    with firewall_with(switches={"lock_again": again}) as firewall:

        def taken_over() -> None:
            [lock] = firewall.world.locks
            lock.comment = NEVER_SOON

        with pytest.raises(Blocked, match="run 0123abcd"), changing(firewall, clock) as change:
            wait(change, after=taken_over)
        assert [lock.comment for lock in firewall.world.locks] == [NEVER_SOON]
        assert firewall.world.commits == []


def test_failed_renewal_is_not_nested() -> None:
    """Each wait may take a minute more, and none waits for another."""
    clock = Clock()
    given = Allowances(pace=clock.pace(lease_s=60.0))
    with (
        firewall_with() as firewall,
        closing(open_device(options(firewall))) as device,
        LockedChange(device, given, "test", print, CommitScope(own_changes=True)) as change,
    ):
        firewall.world.faults.answers.append(Fault("html", "show config-locks"))
        for _wait in range(10):
            before = clock.seconds
            change.pace.sleep(10)
            assert clock.seconds - before <= 100
        firewall.world.faults.answers.clear()
    assert_one_commit(firewall, 0)


def test_change_while_the_lock_was_lost_is_not_committed() -> None:
    clock = Clock()
    with firewall_with() as firewall:

        def away() -> None:
            firewall.world.locks.clear()
            interfere(firewall.world, "edit", "admin")

        with (
            pytest.raises(Blocked, match="has changed meanwhile"),
            changing(firewall, clock, allow_other_changes=True) as change,
        ):
            wait(change, then_commit=True, after=away)
    assert_one_commit(firewall, 0)


def unlock(firewall: Firewall, *, check: bool = False, **given: Any) -> dict[str, Any]:
    return run_operation(UNLOCK, options(firewall, **given), check)


@pytest.mark.parametrize("holder", ["admin", "bob"])
def test_only_stale_locks_are_released(holder: str) -> None:
    with firewall_with() as firewall:
        firewall.world.require_admin(holder)
        fates: tuple[tuple[str, dict[str, Any], str | None], ...] = (
            (LONG_AGO, {"busy_wait": "0s"}, "released"),
            (FAR_AWAY, {}, "released"),
            (FAR_AWAY, {"busy_wait": "0s"}, "not_known"),
            (NEVER_SOON, {"busy_wait": "1s"}, "not_known"),
            ("change window", {}, None),
            ("", {}, None),
        )
        for comment, given, fate in fates:
            firewall.world.locks.clear()
            firewall.world.take_lock("config", holder, comment)
            looked = unlock(firewall, check=True)
            assert len(firewall.world.locks) == 1
            assert looked["changed"] is (comment == LONG_AGO)
            done = unlock(firewall, **given)
            listed = {name for name in ("released", "in_use", "not_known") if done[name]}
            assert listed == ({fate} if fate else set()), (comment, done)
            assert done["changed"] is (fate == "released")
            assert len(firewall.world.locks) == (0 if fate == "released" else 1)
        assert unlock(firewall)["changed"] is False


def test_stale_lock_that_cannot_be_released_is_an_error() -> None:
    admins = [{"name": "admin", "role": "deviceadmin"}, {"name": "bob"}]
    with firewall_with(firewall={"admins": admins}) as firewall:
        firewall.world.take_lock("config", "bob", LONG_AGO)
        failed = unlock(firewall)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "stale_lock_stays")
        assert LONG_AGO in failed["msg"]


def test_unlock_a_fleet(ansible: Ansible) -> None:
    entries: list[Any] = [{"name": name, "scenario": "healthy", "changes": {}} for name in ("fw-1", "fw-2", "fw-3")]
    with running_fleet(entries, ansible.home / "fleet") as fleet:
        stale, foreign, free = (fleet.firewalls[name].world for name in ("fw-1", "fw-2", "fw-3"))
        stale.take_lock("config", "admin", LONG_AGO)
        foreign.take_lock("config", "bob", "change window")
        run = ansible.playbook(PLAYBOOKS / "unlock.yml", fleet.directory / "inventory.yml")
        assert run.code == 0, run.output
        assert (stale.locks, len(foreign.locks), free.locks) == ([], 1, [])
        assert run.output.count("Released: ") == 1
        assert "change window" not in run.output
        assert json.dumps(fleet.firewalls["fw-2"].statistics()["writes"]) == "[]"


def test_exclusion_is_bound_to_one_device() -> None:
    """Without a lock of its own, it is sent to the device that answered first or to none."""
    with firewall_with() as firewall:
        done = exclude(firewall, name=NAME)
        assert done["changed"] is True
        asked = firewall.statistics()["asked"]
        assert asked[asked.index("config set") - 1] == "show system info"


@pytest.mark.parametrize("days", [-1, 1], ids=["set back", "set forward"])
def test_limits_do_not_follow_the_wall_clock(days: int) -> None:
    """Whoever looks finds another day each time; a window that is open at any time, and a job that never ends."""
    clock, looked = Clock(), [NOW]

    def another_day() -> datetime:
        looked.append(looked[-1] + timedelta(days=days))
        return looked[-1]

    pace = clock.pace(now=another_day, poll_s=1.0)
    with firewall_with({"kind": "job_hangs", "on": "commit", "times": 1}) as firewall:
        given = Allowances(pace=pace, commit_timeout_s=60.0, busy_wait_s=30.0)
        with pytest.raises(CommitUnfinished, match="60 seconds"), closing(open_device(options(firewall))) as device:
            commit_alone(device, given)
        assert 60 <= clock.seconds < 90
        with pytest.raises(Blocked, match="within 30 seconds"), closing(open_device(options(firewall))) as device:
            commit_alone(device, given)
        assert 90 <= clock.seconds < 120
    assert len(looked) > 2


def test_commit_duration_does_not_follow_the_wall_clock() -> None:
    clock, looked = Clock(), [NOW]

    def another_day() -> datetime:
        looked.append(looked[-1] + timedelta(days=1))
        return looked[-1]

    with firewall_with() as firewall, closing(open_device(options(firewall))) as device:
        given = Allowances(pace=clock.pace(now=another_day, poll_s=1.0))
        with LockedChange(device, given, "test", print, CommitScope(own_changes=True)) as change:
            done = change.commit(CommitRequest("done"))
        assert done.duration_s is not None
        assert done.duration_s < 3600


def commit_alone(device: LiveDevice, given: Allowances) -> None:
    with LockedChange(device, given, "test", print, CommitScope(own_changes=True)) as change:
        change.commit(CommitRequest("done"))
