# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_reconnect`` against simulated firewalls: both halves, guarded, once each, whatever comes between."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._tasks import guarding, reconnecting
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Params
from tests.simulator.fleet import Firewall
from tests.tooling.operations import Say, run_operation, silent

from ..unit.docs.test_returns import documented
from .conftest import Ansible
from .test_restart import LABEL, OVER_API, PACE, fault, quick

BOTH = ["restart_device_server", "commit_force"]
FORCE = ["commit_force"]
DOCUMENTED = {*documented("mlav_reconnect", "RETURN"), "changed", "failed", "msg"}


def arguments(firewall: Firewall, **options: Any) -> dict[str, Any]:
    return {
        "provider": firewall.provider(),
        "ssh": firewall.ssh(),
        "ca_path": str(firewall.ca_path),
        "host": firewall.name,
        "timeout": 20,
        "verify_timeout": "20s",
        **options,
    }


@contextmanager
def at_the_pace(pace: Pace) -> Iterator[None]:
    real: Callable[[Params, Context], Allowances] = guarding.allowances
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconnecting, "allowances", lambda params, context: replace(real(params, context), pace=pace))
        yield


def operate(given: Mapping[str, Any], check: bool = False, say: Say = silent) -> dict[str, Any]:
    """The module's operation; what it does not document it must not return."""
    result = run_operation(reconnecting.RECONNECT, given, check, say)
    assert set(result) <= DOCUMENTED
    return result


def run(given: Mapping[str, Any], pace: Pace = PACE, check: bool = False) -> dict[str, Any]:
    with at_the_pace(pace):
        return operate(given, check)


def reconnect(firewall: Firewall, **options: Any) -> dict[str, Any]:
    return run(arguments(firewall, **options))


def assert_restarts_and_forces(firewall: Firewall, restarts: int, forces: int) -> None:
    """So often, and no lock is left."""
    assert len(firewall.world.restarts) == restarts
    assert [commit.force for commit in firewall.world.commits] == [True] * forces
    assert [lock for lock in firewall.world.locks if lock.admin != "bob"] == []


@pytest.mark.parametrize(
    ("scenario", "changes", "done", "transport"),
    [
        pytest.param("device_server_unavailable", {"switches": OVER_API}, BOTH, "api", id="over the API"),
        pytest.param("device_server_unavailable", {}, BOTH, "ssh", id="over SSH"),
        pytest.param("device_server_unavailable", {"switches": {"restart_asks": True}}, BOTH, "ssh", id="asks"),
        pytest.param("commit_force_needed", {}, FORCE, None, id="restarted already"),
        pytest.param("commit_force_needed_without_trace", {}, BOTH, "ssh", id="restarted without a trace"),
        pytest.param(
            "device_server_unavailable",
            {"switches": OVER_API, "faults": fault("drop_after")},
            BOTH,
            None,
            id="answer lost over the API",
        ),
        pytest.param(
            "device_server_unavailable",
            {"faults": fault("drop_after", via="ssh")},
            BOTH,
            None,
            id="answer lost over SSH",
        ),
    ],
)
def test_reconnects_once(scenario: str, changes: dict[str, Any], done: list[str], transport: str | None) -> None:
    with quick(scenario, changes) as firewall:
        result = reconnect(firewall)
        assert not result.get("failed"), result
        assert (result["changed"], result["connected"], result["done"]) == (True, True, done)
        assert result["outstanding"] == []
        assert result["restarted"] is (done == BOTH)
        assert result["restart_transport"] == transport
        assert isinstance(result["job_id"], int)
        assert (result["status_before"]["state"] != "connected", result["status_after"]["state"]) == (True, "connected")
        assert (result["confirmed"], result["lock_left"]) == (True, None)
        assert_restarts_and_forces(firewall, len(done) - 1, 1)
        again = reconnect(firewall)
        assert (again["changed"], again["connected"], again["done"]) == (False, True, [])
        assert_restarts_and_forces(firewall, len(done) - 1, 1)


@pytest.mark.parametrize("restart", ["auto", "never"])
def test_connected_firewall_is_only_read(restart: str) -> None:
    with quick("healthy", {"firewall": {"pending": [{"admin": "bob"}]}}) as firewall:
        before = firewall.snapshot()
        result = reconnect(firewall, restart=restart)
        assert (result["changed"], result["connected"], result["done"], result["restarted"]) == (False, True, [], False)
        assert firewall.snapshot() == before
        assert not any("request" in asked or "debug" in asked for asked in firewall.statistics()["asked"])


def test_restart_always_restarts_a_connected_firewall() -> None:
    with quick("healthy") as firewall:
        result = reconnect(firewall, restart="always")
        assert (result["connected"], result["done"]) == (True, BOTH)
        assert_restarts_and_forces(firewall, 1, 1)


def test_fails_with_another_cause() -> None:
    with quick("port_443_blocked") as firewall:
        result = reconnect(firewall, verify_timeout="1s")
        assert (result["failed"], result["changed"], result["connected"]) == (True, True, False)
        assert (result["done"], result["outstanding"]) == (BOTH, [])
        assert result["status_after"]["state"] == "disconnected"
        assert result["error"]["kind"] == "not_connected"
        assert "mlav_diagnosis_info" in result["msg"]
        assert_restarts_and_forces(firewall, 1, 1)


# What comes to nothing before anything is done.


@pytest.mark.parametrize(
    ("changes", "options", "kind"),
    [
        pytest.param({}, {"ssh": None}, "refused", id="no SSH"),
        pytest.param({"switches": {"refused_over_ssh": ["debug"]}}, {}, "refused", id="refused by both"),
        pytest.param(
            {"firewall": {"device_server": {"restart_ineffective": True}}}, {}, "restart_not_made", id="without effect"
        ),
        pytest.param(
            {"switches": OVER_API, "faults": fault("drop_before")}, {}, "restart_not_made", id="never arrived"
        ),
        pytest.param(
            {"firewall": {"admins": [{"name": "ro", "role": "superreader"}]}, "access": {"admin": "ro"}},
            {"lock": False},
            "restart_not_made",
            id="no right",
        ),
    ],
)
def test_failed_restart_is_not_followed_by_a_commit(
    changes: dict[str, Any], options: dict[str, Any], kind: str
) -> None:
    with quick("unexplained", changes) as firewall:
        before = firewall.snapshot()
        result = reconnect(firewall, **options)
        assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, False, kind)
        assert "debug software restart process device-server" in result["error"]["remedy"]
        assert replace(firewall.snapshot(), restarts=()) == before


OTHERS = {"firewall": {"pending": [{"admin": "bob"}]}}
LOCKED = {"firewall": {"locks": [{"admin": "bob"}]}}
CLOSED = {"maintenance_window": [{"from": "2020-01-01T00:00Z", "to": "2020-01-01T04:00Z"}]}


@pytest.mark.parametrize(
    ("changes", "options", "guard", "lifted"),
    [
        pytest.param(OTHERS, {}, "pending_changes", {"allow_other_changes": True}, id="changes of others"),
        pytest.param(LOCKED, {}, "config_lock", {"take_over_locks": ["bob"]}, id="lock"),
        pytest.param({}, CLOSED, "maintenance_window", {"ignore_window": True}, id="window"),
    ],
)
def test_guard_blocks_before_the_restart(
    changes: dict[str, Any], options: dict[str, Any], guard: str, lifted: dict[str, Any]
) -> None:
    with quick("device_server_unavailable", changes) as firewall:
        before = firewall.snapshot()
        result = reconnect(firewall, **options)
        assert (result["failed"], result["changed"]) == (True, False)
        assert (result["guard"], result["option"]) == (guard, next(iter(lifted)))
        assert firewall.snapshot() == before
        assert reconnect(firewall, **options, **lifted)["connected"]
        assert_restarts_and_forces(firewall, 1, 1)


def window(begins: datetime, ends: datetime) -> dict[str, Any]:
    return {"maintenance_window": [{"from": f"{begins:%Y-%m-%dT%H:%MZ}", "to": f"{ends:%Y-%m-%dT%H:%MZ}"}]}


@pytest.mark.parametrize("left_m", [14, 16])
def test_window_needs_time_for_both_steps(left_m: int) -> None:
    """A restart needs 5 minutes and a commit 10."""
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    open_ = window(now - timedelta(hours=1), now + timedelta(minutes=left_m))
    with quick("device_server_unavailable") as firewall:
        result = run(arguments(firewall, **open_), replace(PACE, now=lambda: now))
        assert result.get("guard") == ("maintenance_window" if left_m < 15 else None)
        assert_restarts_and_forces(firewall, int(left_m > 15), int(left_m > 15))


# What happens between the halves.


def outstanding(result: Mapping[str, Any]) -> None:
    assert (result["failed"], result["changed"], result["connected"]) == (True, True, False)
    assert (result["done"], result["outstanding"]) == (["restart_device_server"], FORCE)
    assert "commit force" in result["msg"]


def test_window_closes_between_the_steps() -> None:
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    open_ = window(now - timedelta(hours=1), now + timedelta(hours=1))
    with quick("device_server_unavailable") as firewall:

        def clock() -> datetime:
            return now + timedelta(minutes=55) if firewall.world.restarts else now

        result = run(arguments(firewall, **open_), replace(PACE, now=clock))
        outstanding(result)
        assert (result["guard"], result["option"]) == ("maintenance_window", "ignore_window")
        assert_restarts_and_forces(firewall, 1, 0)
        assert reconnect(firewall, **CLOSED, ignore_window=True)["done"] == FORCE
        assert_restarts_and_forces(firewall, 1, 1)


def test_device_server_does_not_answer_in_time() -> None:
    changes = {"firewall": {"device_server": {"restart_never_returns": True}}}
    with quick("device_server_unavailable", changes) as firewall:
        result = reconnect(firewall, restart_timeout="1s")
        outstanding(result)
        assert (result["error"]["kind"], result["restarted"]) == ("device_server_not_back", True)
        assert_restarts_and_forces(firewall, 1, 0)
        firewall.world.spec.device_server.state = "running"
        assert reconnect(firewall)["done"] == FORCE
        assert_restarts_and_forces(firewall, 1, 1)


def test_commit_fails() -> None:
    faults = {"answers": [{"kind": "job_fails", "on": "commit", "times": 1, "text": "Error: bad reference"}]}
    with quick("device_server_unavailable", {"faults": faults}) as firewall:
        result = reconnect(firewall)
        outstanding(result)
        assert "Error: bad reference" in result["msg"]
        assert isinstance(result["job_id"], int)
        assert_restarts_and_forces(firewall, 1, 1)
        again = reconnect(firewall)
        assert (again["done"], again["connected"]) == (FORCE, True)
        assert_restarts_and_forces(firewall, 1, 2)


def test_candidate_changes_during_the_restart() -> None:
    faults = {"answers": [{"kind": "interfere", "on": LABEL, "text": "edit_same", "via": "ssh"}]}
    with quick("device_server_unavailable", {"faults": faults}) as firewall:
        result = reconnect(firewall)
        outstanding(result)
        assert result["guard"] == "candidate_changed"
        assert_restarts_and_forces(firewall, 1, 0)


def test_answer_to_the_commit_is_lost() -> None:
    with quick("device_server_unavailable", {"faults": fault("drop_after", "commit", times=1)}) as firewall:
        result = reconnect(firewall)
        assert (result["connected"], result["done"]) == (True, BOTH)
        assert_restarts_and_forces(firewall, 1, 1)


def interrupted(firewall: Firewall) -> Pace:
    """Ctrl-C at the first pause after the restart."""

    def sleep(seconds: float) -> None:
        if firewall.world.restarts:
            raise KeyboardInterrupt
        PACE.sleep(seconds)

    return replace(PACE, sleep=sleep)


@pytest.mark.parametrize("logged", [True, False])
@pytest.mark.parametrize("restart", ["auto", "never"])
def test_interrupted_between_the_steps_and_run_again(logged: bool, restart: str) -> None:
    """Where the system log tells nothing, the restart is repeated, unless the person says that there was one."""
    changes = {"switches": {"restart_in_system_log": logged}, "firewall": {"device_server": {"restart_takes_s": 1}}}
    with quick("unexplained", changes) as firewall:
        firewall.world.spec.unexplained = False
        with pytest.raises(KeyboardInterrupt):
            run(arguments(firewall, restart="always"), interrupted(firewall))
        assert_restarts_and_forces(firewall, 1, 0)
        again = reconnect(firewall, restart=restart)
        assert again["connected"]
        assert again["done"] == (FORCE if logged or restart == "never" else BOTH)
        assert_restarts_and_forces(firewall, len(again["done"]), 1)


def killed(given: dict[str, Any], at: str) -> None:
    """Runs in a process of its own, which dies without a word when it says ``at``."""

    def say(line: str) -> None:
        if at in line:
            os.kill(os.getpid(), signal.SIGKILL)

    with at_the_pace(PACE):
        operate(given, say=say)


@pytest.mark.parametrize(
    ("at", "forces", "then"),
    [("waiting for device-server", 0, FORCE), ("queued", 1, [])],
    ids=["between the halves", "while the commit runs"],
)
def test_killed_and_run_again(at: str, forces: int, then: list[str]) -> None:
    """No second restart, no second commit, no lock: where the commit was queued, its end is waited for."""
    with quick("device_server_unavailable", {"switches": {**OVER_API, "commit_seconds": 2}}) as firewall:
        process = multiprocessing.get_context("spawn").Process(target=killed, args=(arguments(firewall), at))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert (len(firewall.world.restarts), len(firewall.world.commits)) == (1, forces)
        assert len(firewall.world.locks) == 1
        again = reconnect(firewall)
        assert (again["done"], again["connected"]) == (then, True)
        assert_restarts_and_forces(firewall, 1, 1)


def test_two_runs_at_once() -> None:
    """Whoever comes second is refused by the lock of the first, or finds the firewall connected."""
    with quick("device_server_unavailable") as firewall, at_the_pace(PACE), ThreadPoolExecutor(2) as pool:
        results = list(pool.map(operate, [arguments(firewall)] * 2))
        assert sorted(result["changed"] for result in results) == [False, True]
        second = next(result for result in results if not result["changed"])
        assert second.get("guard", "config_lock") == "config_lock"
        assert_restarts_and_forces(firewall, 1, 1)


# Check mode and the module itself.


@pytest.mark.parametrize(
    ("scenario", "changes", "options", "would", "guard"),
    [
        pytest.param("healthy", {}, {}, [], None, id="connected"),
        pytest.param("device_server_unavailable", {}, {}, BOTH, None, id="both"),
        pytest.param("commit_force_needed", {}, {}, FORCE, None, id="force alone"),
        pytest.param("unexplained", OTHERS, {}, BOTH, "pending_changes", id="changes of others"),
        pytest.param("unexplained", LOCKED, {}, BOTH, "config_lock", id="lock"),
        pytest.param("unexplained", {}, CLOSED, BOTH, "maintenance_window", id="window"),
    ],
)
def test_check_mode_changes_nothing(
    scenario: str, changes: dict[str, Any], options: dict[str, Any], would: list[str], guard: str | None
) -> None:
    with quick(scenario, changes) as firewall:
        before = firewall.snapshot()
        result = run(arguments(firewall, **options), check=True)
        assert not result.get("failed"), result
        assert (result["changed"], result["would"], result["done"]) == (bool(would), would, [])
        assert (result["blocked"] or {}).get("guard") == guard
        assert firewall.snapshot() == before
        assert firewall.world.statistics.writes == []


def test_progress() -> None:
    lines: list[str] = []
    with quick("device_server_unavailable") as firewall:
        with at_the_pace(PACE):
            operate(arguments(firewall), say=lines.append)
        told = "\n".join(lines)
        assert all(line.startswith(f"{firewall.name}: ") for line in lines)
        assert "restart device server and commit force" in told
        assert "waiting for device-server" in told


def test_module_in_a_playbook(ansible: Ansible) -> None:
    with quick("commit_force_needed") as firewall:
        result = ansible.module("mlav_reconnect", arguments(firewall))
        assert not result.get("failed"), result
        assert (result["changed"], result["done"], result["connected"]) == (True, FORCE, True)
        assert_restarts_and_forces(firewall, 0, 1)
