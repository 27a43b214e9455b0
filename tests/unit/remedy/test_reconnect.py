# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two halves do when something fails in between. The halves themselves are tried in tests/integration."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, cast

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceError,
    ExpectedFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest, Committed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect import reconnect as under_test
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    Reconnected,
    ReconnectFailed,
    ReconnectOptions,
    ReconnectPlan,
    ReconnectStep,
    reconnect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.restart import (
    DeviceServerNotBack,
    Restarted,
    RestartNotMade,
    RestartUnknown,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
DOWN, UP, BUSY = Status("disconnected"), Status("connected"), Status("busy")
MADE = Restarted(True, "api", 42.0, DOWN)
MAYBE = Restarted(False, None, 42.0, DOWN)
COMMITTED = Committed(True, 17, NOW, NOW, 30.0, (), ())
BOTH: tuple[ReconnectStep, ...] = ("restart_device_server", "commit_force")
FORCE: tuple[ReconnectStep, ...] = ("commit_force",)
WINDOW = Blocked("maintenance_window", "the window closes", "ignore_window")
OTHERS = Blocked("candidate_changed", "somebody changed it", "expected_candidate")


class Steps:
    """Records what is done in which order; ``fails`` names the step that raises."""

    def __init__(self, fails: str = "", error: BaseException | None = None, earlier: Committed | None = None) -> None:
        self.earlier = earlier
        self.log: list[str] = []
        self.facts: dict[str, dict[str, Any]] = {}
        self._fails = fails
        self._error = error

    def note(self, step: str) -> None:
        self.log.append(step)
        if step == self._fails and self._error is not None:
            raise self._error

    @contextmanager
    def journal(self, step: ReconnectStep) -> Iterator[dict[str, Any]]:
        facts: dict[str, Any] = {}
        self.note(f"{step} begun")
        yield facts
        self.facts[step] = facts
        self.note(f"{step} done")

    # What reconnect uses of a LockedChange.
    pace = Pace()

    def require_controller(self) -> None:
        self.note("controller")

    def interrupted(self, request: CommitRequest) -> Committed | None:
        return self.earlier

    def require_window(self, needed_s: float) -> None:
        self.note(f"window {needed_s:g}")

    def only_own_changes(self, xpaths: Collection[str]) -> None:
        assert not xpaths
        self.note("unchanged")

    def commit(self, request: CommitRequest) -> Committed:
        assert request == CommitRequest("why", force=True)
        self.note("commit")
        return COMMITTED


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(steps: Steps, plan: tuple[ReconnectStep, ...] = BOTH, status: Status = DOWN) -> Reconnected:
        def restart(*_args: Any) -> Restarted:
            steps.note("restart")
            return MADE

        def wait(*_args: Any) -> Status:
            steps.note("wait")
            return DOWN

        def wait_connected(*_args: Any) -> Status:
            steps.note("verify")
            return UP

        monkeypatch.setattr(under_test, "plan_reconnect", lambda *args: ReconnectPlan(plan, "it is so", status))
        monkeypatch.setattr(under_test, "restart", restart)
        monkeypatch.setattr(under_test, "wait_for_device_server", wait)
        monkeypatch.setattr(under_test, "wait_connected", wait_connected)
        options = ReconnectOptions(
            Allowances(commit_min_remaining_s=600, restart_min_remaining_s=300), description="why"
        )
        change = cast(LockedChange, steps)
        device = cast(LiveDevice, None)
        return reconnect(device, change, options, lambda line: None, steps.journal)

    return run


WHOLE = [
    "window 900",
    "controller",
    "restart_device_server begun",
    "restart",
    "restart_device_server done",
    "unchanged",
    "commit_force begun",
    "commit",
    "commit_force done",
    "verify",
]


@pytest.mark.parametrize(
    ("plan", "status", "log"),
    [
        (BOTH, DOWN, WHOLE),
        (BOTH, BUSY, WHOLE),
        (FORCE, DOWN, WHOLE[5:]),
        (FORCE, BUSY, ["wait", *WHOLE[5:]]),
        ((), UP, []),
    ],
    ids=["both", "both, busy", "force alone", "force alone, busy", "nothing"],
)
def test_order_of_steps(run: Any, plan: tuple[ReconnectStep, ...], status: Status, log: list[str]) -> None:
    steps = Steps()
    result = run(steps, plan, status)
    assert steps.log == log
    assert result.done == plan
    assert result.outstanding == ()
    assert result.changed is bool(plan)
    assert result.connected
    assert set(steps.facts) == set(plan)
    assert steps.facts.get("commit_force", {"job_id": 17})["job_id"] == 17


def test_commit_of_a_killed_run_is_not_sent_again(run: Any) -> None:
    steps = Steps(earlier=COMMITTED)
    result = run(steps)
    assert steps.log == ["commit_force begun", "commit_force done", "verify"]
    assert (result.done, result.outstanding, result.committed) == (FORCE, (), COMMITTED)
    assert "interrupted" in result.plan.because
    assert steps.facts["commit_force"]["job_id"] == 17


@pytest.mark.parametrize(
    ("fails", "error"),
    [
        ("window 900", WINDOW),
        ("restart", CommandRefused("not taken", "a person has to")),
        ("restart", RestartNotMade("not made", "a person has to")),
    ],
)
def test_error_before_the_restart_is_raised_unchanged(run: Any, fails: str, error: Exception) -> None:
    steps = Steps(fails, error)
    with pytest.raises(type(error)) as raised:
        run(steps)
    assert raised.value is error
    assert "commit" not in steps.log


@pytest.mark.parametrize(
    ("fails", "error", "restarted"),
    [
        ("restart", DeviceServerNotBack("not back", "wait", MADE), MADE),
        ("restart", RestartUnknown("who knows", "look", MAYBE), MAYBE),
        ("unchanged", OTHERS, MADE),
        ("commit", WINDOW, MADE),
        ("commit", DeviceError("job 17 failed"), MADE),
    ],
)
def test_error_after_the_restart_names_outstanding_steps(
    run: Any, fails: str, error: ExpectedFailure, restarted: Restarted
) -> None:
    steps = Steps(fails, error)
    with pytest.raises(ReconnectFailed) as raised:
        run(steps)
    failed = raised.value
    assert failed.cause is error
    assert failed.kind == error.kind
    assert error.message in failed.message
    assert "commit force" in failed.remedy
    assert (failed.so_far.done, failed.so_far.outstanding) == (("restart_device_server",), ("commit_force",))
    assert failed.so_far.restarted is restarted
    assert failed.so_far.changed
    assert "verify" not in steps.log
    assert steps.log.count("commit") == (fails == "commit")


@pytest.mark.parametrize("fails", ["wait", "unchanged", "commit"])
def test_error_without_a_restart_is_raised_unchanged(run: Any, fails: str) -> None:
    error = DeviceError("it failed")
    with pytest.raises(ExpectedFailure) as raised:
        run(Steps(fails, error), FORCE, BUSY)
    assert raised.value is error


@pytest.mark.parametrize("fails", WHOLE)
def test_interruption_passes_through(run: Any, fails: str) -> None:
    steps = Steps(fails, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(steps)
    assert steps.log[-1] == fails
