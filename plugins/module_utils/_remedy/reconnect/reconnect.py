# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The article's last remedy: restart device-server, commit force, and verify the connection.

Both halves are guarded. After an interruption between them, the system log and the jobs of the firewall show that only
the second half is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import shown
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest, Committed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Restart
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.restart import (
    Advice,
    DeviceServerNotBack,
    Restarted,
    RestartFailed,
    restart,
    wait_for_device_server,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import (
    Status,
    status_of,
    wait_connected,
)

RestartChoice = Literal["auto", "always", "never"]
ReconnectStep = Literal["restart_device_server", "commit_force"]

# Records a step: entered before anything is sent, left when the step is over, with its error where it failed. Results
# are put into the mapping.
Journal = Callable[[ReconnectStep], AbstractContextManager[dict[str, Any]]]

DESCRIPTION = "commit force after a restart of device-server, for the MLAV cloud"

# A restart without a commit keeps the firewall disconnected, however long ago it was.
_LOOK_BACK = timedelta(days=7)
_EVIDENCE = ("device", "clock", "cloud_status", "commit_state", "system_log")


@dataclass(frozen=True)
class ReconnectOptions:
    """How to reconnect. Times in seconds.

    Attributes:
        allowances: those of the LockedChange.
        restart: ``auto`` skips the restart where one was made and no commit has followed, and does nothing where the
            firewall is connected; ``never`` skips it; ``always`` restarts in any state.
        restart_timeout_s: how long device-server may take to answer again.
        verify_timeout_s: how long the firewall may take to connect afterwards.
        description: that of the commit.
        begun: a previous run's restart of device-server that no commit has followed; None where there is none. Its
            command may not have been sent, so ``auto`` first waits for as long as a restart takes.
        advice: how to run it again with the caller's options.
    """

    allowances: Allowances = field(default_factory=Allowances)
    restart: RestartChoice = "auto"
    restart_timeout_s: float = 600.0
    verify_timeout_s: float = 300.0
    description: str = DESCRIPTION
    begun: Restart | None = None
    advice: Advice = field(default_factory=Advice)


@dataclass(frozen=True)
class ReconnectPlan:
    """``steps`` is empty where the firewall is connected; ``because`` is the reason for these steps.

    ``wait_first_s``: device-server may answer within this time without the planned restart.
    """

    steps: tuple[ReconnectStep, ...]
    because: str
    status: Status
    wait_first_s: float = 0.0


@dataclass(frozen=True)
class Reconnected:
    """What was done.

    ``restarted``, ``committed`` and ``after`` (the last status) are None where it did not come to that.
    """

    plan: ReconnectPlan
    done: tuple[ReconnectStep, ...] = ()
    restarted: Restarted | None = None
    committed: Committed | None = None
    after: Status | None = None

    @property
    def outstanding(self) -> tuple[ReconnectStep, ...]:
        """The steps that were not done."""
        return tuple(step for step in self.plan.steps if step not in self.done)

    @property
    def changed(self) -> bool:
        return bool(self.done)

    @property
    def connected(self) -> bool:
        """By the last status; one from before a restart does not count after it."""
        last = self.after if self.done else self.plan.status
        return last is not None and last.state == "connected"


class ReconnectFailed(DeviceError):
    """A step failed after device-server was restarted. ``so_far``: what was done; ``cause``: the error."""

    def __init__(self, so_far: Reconnected, cause: ExpectedFailure) -> None:
        before = "" if isinstance(cause, RestartFailed) else "device-server was restarted: "
        again = "Then run this again: it continues with the commit force, which has not been completed."
        super().__init__(before + cause.message, " ".join(filter(None, (cause.remedy, again))))
        self.kind = cause.kind
        self.so_far = so_far
        self.cause = cause

    @property
    def data(self) -> Mapping[str, Any]:
        """That of the error."""
        return self.cause.data


def plan_reconnect(device: LiveDevice, options: ReconnectOptions) -> ReconnectPlan:
    """The steps that are needed now. Reads only.

    Raises:
        DeviceError: the firewall does not show whether it is connected.
    """
    case = _case(device, options)
    status = status_of(case.evidence.cloud_status)
    if status.problem is not None:
        raise _no_status(status.problem.kind, status.problem.message, status.problem.hint)
    if options.restart == "always":
        return ReconnectPlan(("restart_device_server", "commit_force"), "restart is always", status)
    if status.state == "connected":
        return ReconnectPlan((), "the firewall is connected to the MLAV cloud", status)
    if options.restart == "never":
        return ReconnectPlan(("commit_force",), "restart is never", status)
    if status.state == "other":
        raise _no_status(
            "unrecognized",
            f"expected the connection to be connected or disconnected, or the device busy, got {status}",
            f"If this state means that the firewall is not connected, {options.advice.again}.",
        )
    if case.restarted is not None and case.commit_after_restart is False and not _hangs(case, options):
        since = f"device-server was restarted at {shown(case.restarted)}, and no commit has followed"
        return ReconnectPlan(("commit_force",), since, status)
    if options.begun is not None and not _hangs(case, options):
        begun = "a previous run was about to restart device-server"
        if status.answered:
            return ReconnectPlan(("commit_force",), begun, status)
        left_s = _left_s(options.begun, options)
        return ReconnectPlan(("restart_device_server", "commit_force"), begun, status, left_s)
    return ReconnectPlan(("restart_device_server", "commit_force"), f"the connection is {status}", status)


def _case(device: LiveDevice, options: ReconnectOptions) -> Case:
    pace = options.allowances.pace
    gathering = GatherOptions(
        depth="full",
        subset=parse_subset(_EVIDENCE),
        log_window=_LOOK_BACK,
        busy_pause_s=pace.poll_s,
        now=pace.now,
        sleep=pace.sleep,
    )
    return Case(gather(device, device.options.host, gathering), DiagnosisOptions(log_window=_LOOK_BACK))


def _left_s(begun: Restart, options: ReconnectOptions) -> float:
    """Seconds that device-server may still take; 0 where it is unknown when the restart began."""
    if begun.began_at is None:
        return 0.0
    age_s = (options.allowances.pace.now() - begun.began_at).total_seconds()
    return max(0.0, options.restart_timeout_s - max(0.0, age_s))


def _hangs(case: Case, options: ReconnectOptions) -> bool:
    """device-server has been busy for longer than a restart may take, so another restart is needed."""
    if case.state != "busy" or case.restarted is None or case.now is None:
        return False
    return case.now - case.restarted > timedelta(seconds=options.restart_timeout_s)


class _NoStatus(DeviceError):
    """The firewall does not show whether it is connected; has the kind of the problem."""


def _no_status(kind: str, message: str, remedy: str) -> ExpectedFailure:
    error = _NoStatus(message, remedy)
    error.kind = kind
    return error


@contextmanager
def unrecorded(step: ReconnectStep) -> Iterator[dict[str, Any]]:
    """A journal that records nothing."""
    yield {}


def reconnect(
    device: LiveDevice,
    change: LockedChange,
    options: ReconnectOptions,
    progress: Progress,
    journal: Journal = unrecorded,
) -> Reconnected:
    """Takes the steps that are needed, within a locked change, then waits for the connection.

    A firewall that is not connected afterwards is no error: see ``Reconnected.connected``.

    Raises:
        ReconnectFailed: a step failed after device-server was restarted, or may have been.
        Blocked, DeviceError: a guard blocked it, or a step failed; device-server was not restarted. Those of
            ``restart.restart``, ``LockedChange.commit`` and ``plan_reconnect``.
    """
    result = Reconnected(plan_reconnect(device, options))
    if not result.plan.steps:
        return result
    request = CommitRequest(options.description, force=True)
    committed = change.interrupted(request)
    if committed is not None:
        because = "an interrupted run already sent the commit force"
        result = replace(result, plan=replace(result.plan, steps=("commit_force",), because=because))
        with journal("commit_force") as facts:
            facts.update(committed.facts)
    else:
        progress(f"{' and '.join(step.replace('_', ' ') for step in result.plan.steps)}: {result.plan.because}")
        result = _prepared(device, change, options, progress, journal, result)
        try:
            # Changes of others since the lock was taken are not ours to commit.
            change.only_own_changes(())
            with journal("commit_force") as facts:
                committed = change.commit(request)
                facts.update(committed.facts)
        except ExpectedFailure as error:
            if not result.changed:
                raise
            raise ReconnectFailed(result, error) from error
    result = replace(result, done=(*result.done, "commit_force"), committed=committed)
    return replace(result, after=wait_connected(device, options.verify_timeout_s, change.pace, progress))


def _prepared(
    device: LiveDevice,
    change: LockedChange,
    options: ReconnectOptions,
    progress: Progress,
    journal: Journal,
    result: Reconnected,
) -> Reconnected:
    """The first half, until device-server answers. It starts only where the window has time for both halves."""
    allowed = options.allowances
    if "restart_device_server" not in result.plan.steps:
        if result.plan.status.state == "busy":
            wait_for_device_server(device, options.restart_timeout_s, change.pace, progress, options.advice)
        return result
    if result.plan.wait_first_s and _is_back(device, change, options, progress, result.plan.wait_first_s):
        because = "a previous run has restarted device-server"
        return replace(result, plan=replace(result.plan, steps=("commit_force",), because=because))
    change.require_window(allowed.restart_min_remaining_s + allowed.commit_min_remaining_s)
    change.require_controller()
    try:
        with journal("restart_device_server") as facts:
            made = restart(device, result.plan.status, options.restart_timeout_s, change.pace, progress, options.advice)
            facts.update(transport=made.transport, duration_s=made.duration_s, restarted=made.proven or None)
    except RestartFailed as error:
        if error.restarted is None:
            raise
        so_far = replace(result, done=("restart_device_server",), restarted=error.restarted)
        raise ReconnectFailed(so_far, error) from error
    return replace(result, done=("restart_device_server",), restarted=made)


def _is_back(
    device: LiveDevice, change: LockedChange, options: ReconnectOptions, progress: Progress, limit_s: float
) -> bool:
    """Whether device-server answers within the limit; if not, no restart is under way."""
    try:
        wait_for_device_server(device, limit_s, change.pace, progress, options.advice)
    except DeviceServerNotBack:
        progress("the previous run did not restart device-server, or the restart failed")
        return False
    return True
