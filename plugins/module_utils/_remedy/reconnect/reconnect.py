# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The article's last remedy: restart device-server, then the commit force that it needs, then look whether it helped.

Both halves are guarded. What was interrupted between them goes on with the second: the log and the jobs of the firewall
tell.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import shown
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
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

# For whoever keeps a record: entered before anything is sent, left when the step is over, with its error where it
# failed. What becomes known is put into the mapping.
Journal = Callable[[ReconnectStep], AbstractContextManager[dict[str, Any]]]

DESCRIPTION = "commit force after a restart of device-server, for the MLAV cloud"

# A restart without a commit stands in the way however long ago it was.
_LOOK_BACK = timedelta(days=7)
_EVIDENCE = ("device", "clock", "cloud_status", "commit_state", "system_log")


@dataclass(frozen=True)
class ReconnectOptions:
    """How to reconnect. Times in seconds.

    Attributes:
        allowances: those of the LockedChange.
        restart: ``auto`` leaves the restart out where one has been made and no commit has followed, and does nothing
            where the firewall is connected; ``never`` leaves it out; ``always`` restarts whatever the state is.
        restart_timeout_s: how long device-server may take to answer again.
        verify_timeout_s: how long the firewall may take to connect afterwards.
        description: that of the commit.
        begun: an earlier run's restart of device-server, after which no commit followed; None where there was none.
            It may or may not have sent the command: ``auto`` waits first for as long as one takes.
        advice: how the caller's user runs it again.
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
    """``steps`` is empty where the firewall is connected; ``because`` says why these steps.

    ``wait_first_s``: device-server may be back within this time without the restart that is planned.
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
        """What was asked before a restart does not count after it."""
        last = self.after if self.done else self.plan.status
        return last is not None and last.state == "connected"


class ReconnectFailed(DeviceError):
    """Something failed after device-server was restarted. ``so_far``: what was done; ``cause``: what failed."""

    def __init__(self, so_far: Reconnected, cause: DeviceError) -> None:
        before = "" if isinstance(cause, RestartFailed) else "device-server was restarted: "
        again = "Then run this again: it goes on with the commit force, which has not been completed."
        super().__init__(before + cause.message, " ".join(filter(None, (cause.remedy, again))))
        self.kind = cause.kind
        self.so_far = so_far
        self.cause = cause

    @property
    def data(self) -> Mapping[str, Any]:
        """That of what failed."""
        return self.cause.data


def planned(device: LiveDevice, options: ReconnectOptions) -> ReconnectPlan:
    """What has to be done now. Reads only.

    Raises:
        DeviceError: the firewall does not say whether it is connected.
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
            f"the firewall says {status}. Expected: Cloud connection: connected, or disconnected, or device busy.",
            f"If you know that this word means that it is not connected, {options.advice.again}.",
        )
    if case.restarted is not None and case.commit_after_restart is False and not _hangs(case, options):
        since = f"device-server was restarted at {shown(case.restarted)}, and no commit has followed"
        return ReconnectPlan(("commit_force",), since, status)
    if options.begun is not None and not _hangs(case, options):
        begun = "an earlier run was about to restart device-server"
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
    """How long device-server may still take; nothing where it is not known when that began."""
    if begun.began_at is None:
        return 0.0
    age_s = (options.allowances.pace.now() - begun.began_at).total_seconds()
    return max(0.0, options.restart_timeout_s - max(0.0, age_s))


def _hangs(case: Case, options: ReconnectOptions) -> bool:
    """Busy for longer than a restart may take: that restart is over, and another is needed."""
    if case.state != "busy" or case.restarted is None or case.now is None:
        return False
    return case.now - case.restarted > timedelta(seconds=options.restart_timeout_s)


class _NoStatus(DeviceError):
    """The firewall does not say whether it is connected; carries the class of the problem."""


def _no_status(kind: str, message: str, remedy: str) -> DeviceError:
    error = _NoStatus(message, remedy)
    error.kind = kind
    return error


@contextmanager
def unrecorded(step: ReconnectStep) -> Iterator[dict[str, Any]]:
    """The journal of whoever keeps none."""
    yield {}


def reconnect(
    device: LiveDevice,
    change: LockedChange,
    options: ReconnectOptions,
    say: Callable[[str], None],
    journal: Journal = unrecorded,
) -> Reconnected:
    """Does what is needed, within a locked change, and asks afterwards whether the firewall is connected.

    That it is not connected afterwards is no error: see ``Reconnected.connected``.

    Raises:
        ReconnectFailed: something failed after device-server was restarted, or may have been.
        Blocked, DeviceError: a guard refuses, or something failed; device-server was not restarted. Those of
            ``restart.restart``, ``change.LockedChange.commit`` and ``planned``.
    """
    result = Reconnected(planned(device, options))
    if not result.plan.steps:
        return result
    request = CommitRequest(options.description, force=True)
    committed = change.interrupted(request)
    if committed is not None:
        because = "an interrupted run has sent the commit force"
        result = replace(result, plan=replace(result.plan, steps=("commit_force",), because=because))
        with journal("commit_force") as facts:
            facts.update(committed.facts)
    else:
        say(f"{' and '.join(step.replace('_', ' ') for step in result.plan.steps)}: {result.plan.because}")
        result = _prepared(device, change, options, say, journal, result)
        try:
            # What others did since the lock was taken is not ours to commit.
            change.only_own_changes(())
            with journal("commit_force") as facts:
                committed = change.commit(request)
                facts.update(committed.facts)
        except DeviceError as error:
            if not result.changed:
                raise
            raise ReconnectFailed(result, error) from error
    result = replace(result, done=(*result.done, "commit_force"), committed=committed)
    return replace(result, after=wait_connected(device, options.verify_timeout_s, change.pace, say))


def _prepared(
    device: LiveDevice,
    change: LockedChange,
    options: ReconnectOptions,
    say: Callable[[str], None],
    journal: Journal,
    result: Reconnected,
) -> Reconnected:
    """The first half: a device-server that was restarted and answers. It begins only where the window holds both."""
    allowed = options.allowances
    if "restart_device_server" not in result.plan.steps:
        if result.plan.status.state == "busy":
            wait_for_device_server(device, options.restart_timeout_s, change.pace, say, options.advice)
        return result
    if result.plan.wait_first_s and _is_back(device, change, options, say, result.plan.wait_first_s):
        because = "an earlier run has restarted device-server"
        return replace(result, plan=replace(result.plan, steps=("commit_force",), because=because))
    change.require_window(allowed.restart_min_remaining_s + allowed.commit_min_remaining_s)
    change.require_controller()
    try:
        with journal("restart_device_server") as facts:
            made = restart(device, result.plan.status, options.restart_timeout_s, change.pace, say, options.advice)
            facts.update(transport=made.transport, duration_s=made.duration_s, restarted=made.proven or None)
    except RestartFailed as error:
        if error.restarted is None:
            raise
        so_far = replace(result, done=("restart_device_server",), restarted=error.restarted)
        raise ReconnectFailed(so_far, error) from error
    return replace(result, done=("restart_device_server",), restarted=made)


def _is_back(
    device: LiveDevice, change: LockedChange, options: ReconnectOptions, say: Callable[[str], None], limit_s: float
) -> bool:
    """Whether device-server answers within the limit; where it does not, no restart is on its way."""
    try:
        wait_for_device_server(device, limit_s, change.pace, say, options.advice)
    except DeviceServerNotBack:
        say("an earlier run has not restarted device-server, or not with success")
        return False
    return True
