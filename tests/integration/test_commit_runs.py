# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several runs of ``mlav_commit``: at once, and one after another that was killed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from threading import Barrier
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from tests.simulator.config_default import VSYS
from tests.simulator.fleet import Firewall
from tests.simulator.world import World

from .committing import OWN, assert_one_commit, commit, fault, firewall_with, options
from .processes import process_of

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("other", ["admin", "alice"], ids=["same account", "another account"])
def test_second_operator_is_blocked_while_the_first_works(other: str) -> None:
    world = {**OWN["firewall"], "admins": [{"name": "admin"}, {"name": "alice"}]}
    with firewall_with(firewall=world) as firewall, closing(open_device(options(firewall))) as device:
        with LockedChange(
            device, Allowances(pace=Pace(poll_s=0.02)), "first", print, CommitScope(own_changes=True)
        ) as change:
            refused = commit(firewall, provider=provider_of(firewall, other), busy_wait="1s")
            assert (refused["guard"], refused["option"]) == ("config_lock", "take_over_locks")
            assert f"panops.mlav run {change.run}" in refused["msg"]
            assert change.commit(CommitRequest("first")).changed is True
        assert_one_commit(firewall)


def provider_of(firewall: Firewall, name: str) -> dict[str, Any]:
    admin = firewall.world.admin(name)
    assert admin is not None
    return {**firewall.provider(), "username": name, "password": admin.password}


@pytest.mark.parametrize("other", ["admin", "alice"], ids=["same account", "another account"])
def test_two_operators_at_once_commit_once(other: str) -> None:
    world = {**OWN["firewall"], "admins": [{"name": "admin"}, {"name": "alice"}]}
    with firewall_with(firewall=world) as firewall, ThreadPoolExecutor(2) as pool:
        start = Barrier(2)

        def operator(name: str) -> dict[str, Any]:
            start.wait()
            return commit(firewall, provider=provider_of(firewall, name), allow_other_changes=True)

        results = list(pool.map(operator, ["admin", other]))
        assert [result["changed"] for result in results].count(True) == 1
        for result in results:
            assert result["changed"] or not result.get("failed") or result["guard"] == "config_lock", result
        assert_one_commit(firewall)


def run_of_its_own(firewall: Firewall, **given: Any) -> AbstractContextManager[subprocess.Popen[str]]:
    """The operation in a process that can be killed."""
    return process_of("committing", options(firewall, **given))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def locked(world: World) -> bool:
    return bool(world.locks)


def committed(world: World) -> bool:
    return bool(world.commits)


def end_jobs(world: World) -> None:
    for job in world.jobs.all:
        if job.active:
            job.takes = 0


STEPS = [
    pytest.param(fault("hang_after", "request config-lock add"), locked, id="taking the lock"),
    pytest.param(fault("hang", "config get"), locked, id="looking at the candidate"),
    pytest.param(fault("hang_after", "commit"), committed, id="sending the commit"),
    pytest.param(fault("job_hangs", "commit"), committed, id="following the job"),
    pytest.param(fault("hang", "request config-lock remove"), None, id="releasing the lock"),
]


@pytest.mark.parametrize("force", [False, True], ids=["plain", "force"])
@pytest.mark.parametrize(("step", "reached"), STEPS)
def test_next_run_continues_after_a_killed_one(
    step: Mapping[str, Any], reached: Callable[[World], bool] | None, force: bool
) -> None:
    with firewall_with(step) as firewall:
        world = firewall.world
        with run_of_its_own(firewall, force=force) as process:
            until(lambda: reached(world) if reached is not None else not world.faults.answers)
            process.kill()
            process.wait()
        world.faults.answers.clear()
        end_jobs(world)
        lines: list[str] = []
        done = commit(firewall, lines.append, force=force)
        assert (done.get("failed"), done["lock_left"]) == (None, None), done
        assert done["changed"] is True
        assert any("its run has ended" in line for line in lines)
        assert len(done["taken_over"]) == 1
        assert_one_commit(firewall)
        assert world.config.pending is False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_terminated_run_releases_its_lock(number: signal.Signals) -> None:
    with firewall_with(fault("hang", "config get")) as firewall:
        with run_of_its_own(firewall) as process:
            until(lambda: firewall.world.locks and not firewall.world.faults.answers)
            process.send_signal(number)
            process.wait(60)
        assert process.returncode != 0
        assert firewall.world.locks == []
        assert_one_commit(firewall, 0)


def test_later_changes_are_committed_after_an_interrupted_commit() -> None:
    with firewall_with(fault("job_hangs", "commit")) as firewall:
        with run_of_its_own(firewall) as process:
            until(lambda: firewall.world.commits)
            process.kill()
            process.wait()
        end_jobs(firewall.world)
        firewall.world.config.set(f"{VSYS}/address", [Element("entry", {"name": "later"})], "admin")
        done = commit(firewall)
        assert (done["changed"], done["confirmed"]) == (True, True)
        assert_one_commit(firewall, 2)
        assert firewall.world.config.pending is False
