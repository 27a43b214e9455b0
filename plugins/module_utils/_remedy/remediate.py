# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a diagnosis to a connection that is back, or to a refusal: plan, guards, act, verify, and take back what did not
help.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import may_decrypt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import probe_decryption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.device import probe_device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.high_availability import probe_high_availability
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    DeviceInfo,
    EvidenceSet,
    HighAvailability,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.asking import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.candidate import by_administrator
from ansible_collections.panops.mlav.plugins.module_utils._remedy.change import (
    CommitRequest,
    Committed,
    LockedChange,
    candidate_state,
    own_name,
    wait_for_window,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.choice import (
    Choice,
    Order,
    Preferences,
    choose,
    turn,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.earlier import Unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion import (
    ExclusionPlan,
    Found,
    Wanted,
    apply_exclusion,
    find_exclusion,
    plan_exclusion,
    undo_plan,
    undo_uncommitted,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.holding import HeldLock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step, require_approved
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect import (
    ReconnectFailed,
    ReconnectOptions,
    planned,
    reconnect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Refused
from ansible_collections.panops.mlav.plugins.module_utils._remedy.review import review
from ansible_collections.panops.mlav.plugins.module_utils._remedy.undoing import UndoneOnFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.verify import wait_connected


@dataclass(frozen=True)
class Target:
    """A device with its inventory name."""

    name: str
    device: LiveDevice


@dataclass(frozen=True)
class Options:
    """How to remediate.

    Attributes:
        exclusion: the host name that is excluded from decryption.
        rollback: take the exclusion back when the firewall does not reconnect.
        order: the turn that it is now; None where it is everybody's.
        approved: the approved plan of this firewall, empty where it has none; None where no approval is asked for.
        unfinished: what earlier runs have begun and not finished.
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


_RECONNECTING = {
    "restart_device_server": "Restart the process device-server.",
    "commit_force": "Commit force: the whole candidate configuration, every administrator's pending changes included.",
}


# Refusals that running again does not lift.
_FOR_A_PERSON = ("cause", "decrypting_device", "pending_changes")


class NotReconnected(DeviceError):
    """Everything was done, and the firewall is not connected within the limit."""

    kind = "not_reconnected"


class Remediation:
    """One firewall's remediation.

    ``judge`` gathers the firewall's evidence and diagnoses it; ``decrypter`` opens the decryption host, and is called
    only where the remedy is carried out there. ``exclusion`` is the change of the configuration that is planned.
    """

    def __init__(
        self,
        firewall: Target,
        decrypter: Callable[[], Target],
        judge: Callable[[], tuple[EvidenceSet, Diagnosis]],
        options: Options,
        record: Record,
        say: Callable[[str], None],
    ) -> None:
        self._firewall = firewall
        self._decrypter = decrypter
        self._judge = judge
        self._options = options
        self._record = record
        self._say = say
        self._target = firewall
        self._choice: Choice | None = None
        self._in_place: Found | None = None
        self._known: tuple[str, ...] = ()
        self.exclusion: ExclusionPlan | None = None

    def plan(self) -> Plan | None:
        """Diagnoses and plans; None where there is nothing to repair. It reads and changes nothing.

        Raises:
            Refused: see ``choice.choose`` and ``choice.turn``; the plan is not the approved one, or the candidate not
                the expected one; or somebody else's exclusion waits to be committed.
            DeviceError: the device that would be changed could not be asked.
        """
        evidence, diagnosis = self._judge()
        record = self._record
        record.verdict_before, record.summary_before = diagnosis.verdict, diagnosis.summary
        if diagnosis.causes:
            record.cause, record.confidence = diagnosis.causes[0].id, diagnosis.causes[0].confidence
        self._choice = choose(diagnosis, self._options.preferences)
        if self._choice is None:
            return None
        made = self._planned(self._choice, evidence)
        if not made.steps and self._choice.kind != "exclusion":
            # It has connected since it was diagnosed.
            return None
        expected = self._options.allowances.expected_candidate
        if expected not in (None, made.candidate):
            raise Refused(
                "candidate_changed",
                f"the candidate configuration of {made.target} is not the expected one. Expected: {expected}. "
                f"Actual: {made.candidate}",
                "expected_candidate",
            )
        if self._options.approved is not None:
            require_approved(made, self._options.approved)
        if self._options.order is not None and self._options.order != made.order:
            raise Refused(
                "high_availability",
                f"{self._target.name} has changed its high-availability state since the run began",
                remedy="Run it again.",
            )
        record.planned(made)
        return made

    def ask_guards(self, plan: Plan) -> None:
        """Looks whether a guard would refuse now. It reads and changes nothing. Raises Refused."""
        self._require_windows()
        if plan.steps:
            _state, refusal = review(self._target.device, self._bound(plan), known_xpaths=self._known)
            if refusal is not None:
                raise _unbound(refusal)

    def wait_for_window(self, plan: Plan) -> bool:
        """Waits where that is allowed. Returns whether it had to: the plan is an old one then. Raises Refused."""
        self._require_windows()
        allowances = self._options.allowances
        restarts = any(step.action == "restart_device_server" for step in plan.steps)
        needed_s = allowances.commit_needs_s + (allowances.restart_needs_s if restarts else 0.0)
        until = allowances.pace.now() + timedelta(seconds=allowances.window_wait_s)
        return wait_for_window(allowances, needed_s, until, self._say)

    def _require_windows(self) -> None:
        """Nothing is repaired without somebody's having said when."""
        allowances = self._options.allowances
        if allowances.windows is None and not allowances.outside_window:
            raise Refused(
                "maintenance_window",
                "no maintenance window is given. Expected: maintenance_window, or outside_window: true",
                "outside_window",
            )

    def carry_out(self, plan: Plan) -> None:
        """Takes the plan's steps, and proves that they helped.

        Raises:
            Refused: a guard refused; what had been written was taken back.
            NotReconnected: the steps were taken, and the exclusion was taken back where that is wanted.
            DeviceError: a step failed. ``Record.left_behind`` tells what is left.
        """
        choice = self._choice
        assert choice is not None
        if not plan.steps:
            self._in_place_already()
            return
        try:
            undo = self._exclude(plan) if choice.kind == "exclusion" else None
            if undo is None:
                self._reconnect(plan, choice)
        except Refused as refusal:
            raise _unbound(refusal) from refusal
        connected = self._verified() if undo is not None else self._judged()
        if not connected and undo is not None:
            if self._options.rollback:
                self._take_back(undo)
            else:
                self._record.left_behind.append(self._committed_in_vain("rollback is false"))
        if not connected:
            raise NotReconnected(
                f"{self._firewall.name} is not connected {self._options.verify_timeout_s:.0f} s after the remedy: "
                f"{self._record.summary_after}"
            )
        self._record.outcome = "repaired"

    def look_for_remains(self) -> None:
        """What a killed run has left, where this one has not touched the device: its lock, and its exclusion.

        The lock is removed, unless another run soon learns from it what became of the killed one.

        Raises:
            DeviceError: the device could not be asked.
        """
        record, unfinished = self._record, self._options.unfinished
        if record.outcome != "nothing_to_do" and record.cause is None:
            # It did not answer, and one more wrong login may lock the account.
            return
        if unfinished.target and unfinished.target == self._options.preferences.decryption_host:
            self._target = self._decrypter()
        remove = record.outcome == "nothing_to_do" or record.guard in _FOR_A_PERSON
        for target in {each.name: each for each in (self._firewall, self._target)}.values():
            session = PatientSession(target.device.api, self._options.allowances.pace)
            held = HeldLock(session, self._options.allowances, "", own_name(target.device), self._say)
            for lock in held.forgotten(remove):
                record.left_behind.append(
                    f"The configuration lock on {target.name} of a run that was killed: {lock}. A run that is not "
                    "refused removes it."
                )
        if unfinished.committed and record.outcome == "refused":
            running = find_exclusion(self._target.device, self._wanted()).running
            if running is not None and running.exclude:
                record.left_behind.append(self._committed_in_vain("an earlier run did not come to take it back"))

    # -- planning

    def _planned(self, choice: Choice, evidence: EvidenceSet) -> Plan:
        info, state = evidence.device.value, evidence.high_availability.value
        if choice.elsewhere:
            self._target = self._decrypter()
            target_info, target_state = self._look_at_decrypter()
        else:
            target_info, target_state = info, state
        order = turn(target_state, self._target.name, self._options.preferences.allow_unknown_ha)
        candidate = candidate_state(self._target.device)
        return Plan(
            host=self._firewall.name,
            serial=info.serial if info is not None else None,
            sw_version=info.sw_version if info is not None else None,
            cause=choice.cause.id,
            confidence=choice.cause.confidence,
            target=self._target.name,
            target_serial=target_info.serial if target_info is not None else None,
            order=order,
            steps=self._steps(choice),
            candidate=candidate.fingerprint,
            pending={
                admin or "unknown": tuple(xpaths) for admin, xpaths in by_administrator(candidate.pending).items()
            },
        )

    def _look_at_decrypter(self) -> tuple[DeviceInfo | None, HighAvailability | None]:
        device, name = self._target.device, self._target.name
        info, _clock = probe_device(device, self._options.allowances.pace.now)
        if info.problem is not None and info.value is None:
            raise DeviceError(f"{name} could not be asked: {info.problem.message}", info.problem.would_give)
        policy = probe_decryption(device).value
        if policy is None or not may_decrypt(policy):
            known = "it has no decrypt rule" if policy is not None else "its decryption policy could not be read"
            raise Refused(
                "decrypting_device",
                f"{name} is not known to decrypt: {known}. Expected: the device that decrypts between "
                f"{self._firewall.name} and the cloud",
            )
        return info.value, probe_high_availability(device).value

    def _steps(self, choice: Choice) -> tuple[Step, ...]:
        if choice.kind == "exclusion":
            return self._exclusion_steps(self._target.name)
        wanted = planned(self._target.device, self._reconnect_options(choice)).steps
        return tuple(Step(action, self._target.name, _RECONNECTING[action], True) for action in wanted)

    def _exclusion_steps(self, host: str) -> tuple[Step, ...]:
        found = find_exclusion(self._target.device, self._wanted())
        plan = plan_exclusion(found, self._wanted())
        name = self._options.exclusion
        what = {"name": name, "xpath": plan.xpath}
        commit = Step("commit", host, "Commit the exclusion, and nothing else.", True, what)
        self._known = (plan.xpath,) if self._is_left_over(found) or self._wrote_before(found) else ()
        if plan.action == "none" and not self._is_left_over(found):
            if found.running is not None and found.running.exclude:
                self._in_place = found
                return ()
            raise Refused("pending_changes", f"{host} has an uncommitted exclusion of {name} of somebody else")
        self.exclusion = plan
        text = "Switch on the exclusion of" if plan.action == "switch_on" else "Exclude"
        step = Step("add_exclusion", host, f"{text} {name} from decryption.", False, what)
        return (commit,) if plan.action == "none" else (step, commit)

    def _is_left_over(self, found: Found) -> bool:
        """An exclusion that an earlier run of ours wrote and did not commit."""
        candidate, running = found.candidate, found.running
        ours = candidate is not None and (candidate.owned or self._wrote_before(found))
        return ours and (running is None or running.exclude is not True)

    def _wrote_before(self, found: Found) -> bool:
        return found.xpath == self._options.unfinished.written

    def _wanted(self) -> Wanted:
        return Wanted(name=self._options.exclusion)

    # -- acting

    def _in_place_already(self) -> None:
        """The remedy is there: of an earlier run, of another firewall behind the same device. It may need its time."""
        if self._verified():
            self._record.outcome = "repaired"
            return
        target, found = self._target.name, self._in_place
        if found is not None and found.candidate is not None and found.candidate.owned:
            self._record.left_behind.append(
                f"The exclusion of {self._options.exclusion} on {target} is one of this collection. Where nobody needs "
                "it, take it away with mlav_decryption_exclusion, state absent, and mlav_commit."
            )
        raise Refused(
            "decrypting_device",
            f"{target} excludes {self._options.exclusion} from decryption already, and the traffic is still decrypted. "
            "Look for another device on the way that decrypts",
        )

    def _locked(self, target: Target, purpose: str, allowances: Allowances, own: tuple[str, ...] = ()) -> LockedChange:
        return LockedChange(target.device, allowances, purpose, self._say, known_xpaths=own)

    def _bound(self, plan: Plan) -> Allowances:
        """The candidate has to be the one that was looked at when the plan was made."""
        return replace(self._options.allowances, expected_candidate=plan.candidate)

    def _exclude(self, plan: Plan) -> ExclusionPlan:
        """Writes and commits the exclusion. Returns what takes it back."""
        target, wanted, record = self._target, self._wanted(), self._record
        found = find_exclusion(target.device, wanted)
        change = self._locked(target, "exclusion", self._bound(plan), self._known)
        try:
            with change:
                writing = plan_exclusion(found, wanted)
                undo = undo_plan(writing) if writing.action != "none" else undo_uncommitted(found, wanted.name)
                for step in plan.steps:
                    if step.action == "add_exclusion":
                        change.require_window(self._options.allowances.commit_needs_s)
                        with record.step(step), self._undone_on_failure(undo, change):
                            apply_exclusion(target.device, writing)
                with self._undone_on_failure(undo, change):
                    change.only_own_changes((writing.xpath,))
                    self._commit(change, plan.steps[-1])
        finally:
            self._note_lock(change, target)
        return undo

    def _undone_on_failure(self, undo: ExclusionPlan, change: LockedChange) -> UndoneOnFailure:
        target = self._target
        return UndoneOnFailure(target.device, target.name, undo, change, self._record.left_behind.append)

    def _commit(self, change: LockedChange, step: Step) -> Committed:
        with self._record.step(step) as action:
            committed = change.commit(CommitRequest(f"{step.text} (MLAV)"))
            action.update(_told(committed))
        return committed

    def _take_back(self, undo: ExclusionPlan) -> None:
        """Takes the exclusion back, committed as well; what hinders it is noted and hides no other error."""
        target, record = self._target, self._record
        remove = Step("remove_exclusion", target.name, "Take the exclusion back: it did not help.", False)
        commit = Step("commit", target.name, "Commit that.", True)
        change = self._locked(target, "rollback", replace(self._options.allowances, expected_candidate=None))
        redo = undo_plan(undo)
        try:
            with change:
                with record.step(remove), self._undone_on_failure(redo, change):
                    apply_exclusion(target.device, undo)
                with self._undone_on_failure(redo, change):
                    change.only_own_changes((undo.xpath,))
                    self._commit(change, commit)
            record.outcome = "rolled_back"
        except DeviceError as error:
            record.left_behind.append(self._committed_in_vain(f"it could not be taken back: {error.message}"))
        finally:
            self._note_lock(change, target)

    def _committed_in_vain(self, why_not_taken_back: str) -> str:
        return (
            f"The exclusion of {self._options.exclusion} is committed on {self._target.name} and did not help; "
            f"{why_not_taken_back}"
        )

    def _reconnect_options(self, choice: Choice) -> ReconnectOptions:
        options = self._options
        return ReconnectOptions(
            allowances=options.allowances,
            restart="auto" if choice.kind == "restart" else "never",
            restart_timeout_s=options.restart_timeout_s,
            verify_timeout_s=options.verify_timeout_s,
            resume=options.unfinished.restart,
        )

    def _reconnect(self, plan: Plan, choice: Choice) -> None:
        target, record = self._target, self._record
        steps = {step.action: step for step in plan.steps}

        def journal(action: str) -> AbstractContextManager[dict[str, Any]]:
            if action not in steps:
                raise Refused(
                    "plan",
                    f"{target.name} needs another step now than was planned: {_RECONNECTING[action]}",
                    remedy="Run it again.",
                )
            return record.step(steps[action])

        change = self._locked(target, "reconnect", self._bound(plan))
        try:
            with change:
                reconnect(
                    target.device,
                    change,
                    self._reconnect_options(choice),
                    self._say,
                    journal,
                )
        except ReconnectFailed as error:
            outstanding = ", ".join(_RECONNECTING[action] for action in error.so_far.outstanding)
            record.left_behind.append(f"device-server of {target.name} was restarted. Outstanding: {outstanding}")
            raise
        finally:
            self._note_lock(change, target)

    def _note_lock(self, change: LockedChange, target: Target) -> None:
        if change.lock_left:
            self._record.left_behind.append(f"The configuration lock on {target.name}: {change.lock_left}")

    def _verified(self) -> bool:
        """Asks until the firewall is connected or the time is up, then diagnoses anew."""
        options = self._options
        wait_connected(self._firewall.device, options.verify_timeout_s, options.allowances.pace, self._say)
        return self._judged()

    def _judged(self) -> bool:
        _evidence, after = self._judge()
        self._record.verdict_after, self._record.summary_after = after.verdict, after.summary
        return after.verdict in ("healthy", "degraded")


def _unbound(refusal: Refused) -> Refused:
    """What binds the candidate is the look at it when the run began, so no option lifts that."""
    if refusal.guard != "candidate_changed":
        return refusal
    return Refused(refusal.guard, refusal.message, remedy="Run it again.")


def _told(committed: Committed) -> dict[str, Any]:
    return {
        "job_id": committed.job_id,
        "confirmed": committed.confirmed,
        "duration_s": committed.duration_s,
        "warnings": list(committed.warnings),
        "details": list(committed.details),
    }
