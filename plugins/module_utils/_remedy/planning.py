# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning the remediation of one firewall: diagnosis in, ``Planned`` out. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    NotBound,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import may_decrypt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import probe_decryption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.high_availability import probe_high_availability
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    DeviceInfo,
    EvidenceSet,
    HighAvailability,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import probe_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    by_administrator,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.dry_run import blocked_by
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    ExclusionPlan,
    Found,
    Wanted,
    plan_exclusion,
    rollback_plan,
    rollback_uncommitted,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step, require_approved
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    ReconnectOptions,
    plan_reconnect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import (
    Choice,
    Order,
    Preferences,
    turn,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.waiting import wait_for_window

RECONNECTING = {
    "restart_device_server": "Restart the process device-server.",
    "commit_force": "Commit force: the whole candidate configuration, with the pending changes of every administrator.",
}


@dataclass(frozen=True)
class Target:
    """A device with its inventory name."""

    name: str
    device: LiveDevice


@dataclass(frozen=True)
class Options:
    """How to remediate. Times in seconds.

    Attributes:
        exclusion: the host name that is excluded from decryption.
        rollback: roll the exclusion back when the firewall does not reconnect.
        order: the turn that the play has come to; None where it takes all firewalls.
        approved: the approved plan of this firewall, empty where it has none; None where no approval is required.
        unfinished: what previous runs started and did not finish.
    """

    preferences: Preferences
    allowances: Allowances
    exclusion: str
    rollback: bool
    verify_timeout_s: float
    restart_timeout_s: float
    order: Order | None = None
    approved: Mapping[str, Any] | None = None
    unfinished: Unfinished = field(default_factory=Unfinished)

    @property
    def wanted(self) -> Wanted:
        """The exclusion that is wanted on the device that decrypts."""
        return Wanted(name=self.exclusion)

    def written_before(self, device: LiveDevice) -> str:
        """Xpath that a previous run wrote on this very device; empty for none. A replacement device has none of it."""
        return self.unfinished.written if device.serial == self.unfinished.written_on else ""


@dataclass(frozen=True)
class Run:
    """One run for one firewall: the devices, how to diagnose, and the options.

    Attributes:
        firewall: the one that lost the MLAV cloud.
        open_decryption_host: opens ``decryption_host``; called only where the remedy is carried out there.
        diagnose: gathers the firewall's evidence and diagnoses it.
        progress: shows a line of progress.
        watch: what this run has seen of the leases of other runs.
    """

    firewall: Target
    open_decryption_host: Callable[[], Target]
    diagnose: Callable[[], tuple[EvidenceSet, Diagnosis]]
    options: Options
    progress: Progress
    watch: LeaseWatch


@dataclass(frozen=True)
class ExclusionChange:
    """``write`` puts the exclusion into the candidate, ``rollback`` restores what is there now.

    ``known_xpaths``: where a previous run has written it already.
    """

    write: ExclusionPlan
    rollback: ExclusionPlan
    known_xpaths: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """A plan with everything that carrying it out needs, all of it read before anything is changed.

    Attributes:
        plan: what an approver sees.
        target: the device that is changed.
        candidate: its candidate configuration when the plan was made; the change is bound to it.
        exclusion: the change of the configuration; None where the plan has none.
        in_place: the exclusion is running already, so that there is only its effect to wait for.
        reconnect: for a plan that reconnects the firewall; None otherwise.
    """

    plan: Plan
    target: Target
    candidate: CandidateState
    exclusion: ExclusionChange | None = None
    in_place: bool = False
    reconnect: ReconnectOptions | None = None

    @property
    def scope(self) -> CommitScope:
        """What the commit may include."""
        return CommitScope(known_xpaths=() if self.exclusion is None else self.exclusion.known_xpaths)

    def bound(self, allowances: Allowances) -> Allowances:
        """The same allowances, for the candidate that the plan was made for."""
        return replace(allowances, expected_candidate=self.plan.candidate)


def bind_firewall(run: Run) -> None:
    """From the first answer to the last, one device is asked.

    Raises:
        DeviceChanged, NotBound: it cannot be bound. Other errors are left to the diagnosis.
    """
    try:
        run.firewall.device.bind()
    except (DeviceChanged, NotBound):
        raise
    except ExpectedFailure as error:
        run.progress(f"the firewall does not give its serial number: {error.message}")


def decryption_host(run: Run) -> Target:
    """The decryption host, opened and bound. Raises DeviceError."""
    target = run.open_decryption_host()
    target.device.bind()
    return target


def plan(run: Run, evidence: EvidenceSet, choice: Choice, target: Target) -> Planned | None:
    """The plan for the remedy of ``choice`` on ``target``; None where the firewall has reconnected meanwhile.

    Raises:
        Blocked: see ``remedy_selection.turn``; the decryption host is not known to decrypt; or another
            administrator's exclusion is pending.
        DeviceError: the target did not answer a question.
    """
    options, device = run.options, target.device
    info, state = evidence.device.value, evidence.high_availability.value
    target_info, target_state = _read_decryption_host(run, target) if choice.elsewhere else (info, state)
    order = turn(target_state, target.name, options.preferences.allow_unknown_ha)
    candidate = read_candidate(device.api).state
    exclusion, reconnect, in_place = None, None, False
    steps: tuple[Step, ...]
    if choice.kind == "exclusion":
        found = find_exclusion(device, options.wanted)
        steps, exclusion = exclusion_steps(found, options, target)
        in_place = exclusion is None
    else:
        reconnect = _reconnect_options(options, choice, device)
        actions = plan_reconnect(device, reconnect).steps
        steps = tuple(Step(action, target.name, RECONNECTING[action], True) for action in actions)
        if not steps:
            return None
    made = Plan(
        host=run.firewall.name,
        serial=info.serial if info is not None else None,
        sw_version=info.sw_version if info is not None else None,
        cause=choice.cause.id,
        confidence=choice.cause.confidence,
        target=target.name,
        target_serial=target_info.serial if target_info is not None else None,
        order=order,
        steps=steps,
        candidate=candidate.fingerprint,
        pending={admin or "unknown": tuple(xpaths) for admin, xpaths in by_administrator(candidate.pending).items()},
    )
    return Planned(made, target, candidate, exclusion, in_place, reconnect)


def _read_decryption_host(run: Run, target: Target) -> tuple[DeviceInfo | None, HighAvailability | None]:
    info, _clock = probe_device(target.device, run.options.allowances.pace.now)
    if info.problem is not None and info.value is None:
        raise DeviceError(f"{target.name} did not answer: {info.problem.message}", info.problem.hint)
    policy = probe_decryption(target.device).value
    if policy is None or not may_decrypt(policy):
        known = "it has no decrypt rule" if policy is not None else "its decryption policy could not be read"
        raise Blocked(
            "decrypting_device",
            f"{target.name} is not known to decrypt ({known}). decryption_host has to be the device that decrypts "
            f"between {run.firewall.name} and the cloud",
        )
    return info.value, probe_high_availability(target.device).value


def exclusion_steps(found: Found, options: Options, target: Target) -> tuple[tuple[Step, ...], ExclusionChange | None]:
    """The steps for an exclusion that was looked up on ``target``, and the change; none where it is running already.

    Raises:
        Blocked: another administrator's exclusion is pending.
    """
    name, host = options.exclusion, target.name
    wrote_before = found.xpath == options.written_before(target.device)
    left_over = _is_left_over(found, wrote_before)
    write = plan_exclusion(found, options.wanted)
    if write.action == "none" and not left_over:
        if found.running is not None and found.running.exclude:
            return (), None
        raise Blocked("pending_changes", f"{host} has an uncommitted exclusion of {name} by another administrator")
    what = {"name": name, "xpath": write.xpath}
    commit = Step("commit", host, "Commit the exclusion, and nothing else.", True, what)
    known = (write.xpath,) if left_over or wrote_before else ()
    rollback = rollback_plan(write) if write.action != "none" else rollback_uncommitted(found, name)
    change = ExclusionChange(write, rollback, known)
    if write.action == "none":
        return (commit,), change
    text = "Switch on the exclusion of" if write.action == "switch_on" else "Exclude"
    return (Step("add_exclusion", host, f"{text} {name} from decryption.", False, what), commit), change


def _is_left_over(found: Found, wrote_before: bool) -> bool:
    """An exclusion that a previous run of ours wrote and did not commit."""
    candidate, running = found.candidate, found.running
    ours = candidate is not None and (candidate.owned or wrote_before)
    return ours and (running is None or running.exclude is not True)


def _reconnect_options(options: Options, choice: Choice, device: LiveDevice) -> ReconnectOptions:
    return ReconnectOptions(
        allowances=options.allowances,
        restart="auto" if choice.kind == "restart" else "never",
        restart_timeout_s=options.restart_timeout_s,
        verify_timeout_s=options.verify_timeout_s,
        begun=options.unfinished.restart_of(device.serial),
    )


def require_as_agreed(planned: Planned, options: Options) -> None:
    """Raises Blocked where the plan is not the approved one, not for the expected candidate, or not for this turn."""
    made = planned.plan
    expected = options.allowances.expected_candidate
    if expected not in (None, made.candidate):
        raise Blocked(
            "candidate_changed",
            f"the candidate configuration of {made.target} has changed: expected {expected}, got {made.candidate}",
            "expected_candidate",
        )
    if options.approved is not None:
        require_approved(made, options.approved)
    if options.order is not None and options.order != made.order:
        raise Blocked(
            "high_availability",
            f"the HA state of {made.target} has changed since the run started",
            remedy="Run it again.",
        )


def require_guards(planned: Planned, options: Options) -> None:
    """Checks every guard now, without waiting and without a lock. Raises Blocked, DeviceError."""
    require_windows(options.allowances)
    if planned.plan.steps:
        needed_s = remaining_needed_s(planned.plan, options.allowances)
        allowances = replace(planned.bound(options.allowances), commit_min_remaining_s=needed_s)
        blocked = blocked_by(planned.target.device, allowances, planned.candidate, planned.scope)
        if blocked is not None:
            raise unbound(blocked)


def wait_to_start(run: Run, planned: Planned) -> bool:
    """Waits for the maintenance window where that is allowed. True where it had to: the plan is an old one then.

    Raises:
        Blocked: no window opens in time.
    """
    allowances = run.options.allowances
    require_windows(allowances)
    limit = allowances.pace.within(allowances.window_wait_s)
    return wait_for_window(allowances, remaining_needed_s(planned.plan, allowances), limit, run.progress)


def remaining_needed_s(plan: Plan, allowances: Allowances) -> float:
    """Seconds that must be left of the window when the first step starts."""
    restarts = any(step.action == "restart_device_server" for step in plan.steps)
    return allowances.commit_min_remaining_s + (allowances.restart_min_remaining_s if restarts else 0.0)


def require_windows(allowances: Allowances) -> None:
    """Raises Blocked where nobody has set when changes are allowed."""
    if allowances.windows is None and not allowances.ignore_window:
        raise Blocked(
            "maintenance_window",
            "no maintenance window is set. Set maintenance_window, or ignore_window to true",
            "ignore_window",
        )


def unbound(blocked: Blocked) -> Blocked:
    """The candidate is bound by what this run has read, so no option overrides that."""
    if blocked.guard != "candidate_changed":
        return blocked
    return Blocked(blocked.guard, blocked.message, remedy="Run it again.")
