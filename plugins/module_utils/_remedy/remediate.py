# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a diagnosis to a connection that is back, or to a refusal: plan, guards, act, verify, and take back what did not
help.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.choice import Choice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit import CommitRequest, Committed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion import ExclusionPlan, undo_plan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion_entry import apply_exclusion, find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.forgotten import tidy_up
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    RECONNECTING,
    Planning,
    Target,
    unbound,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect import ReconnectFailed, reconnect
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Refused
from ansible_collections.panops.mlav.plugins.module_utils._remedy.undoing import UndoneOnFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.verify import wait_connected

# Refusals that running again does not lift.
_FOR_A_PERSON = ("cause", "decrypting_device", "pending_changes")


class NotReconnected(DeviceError):
    """Everything was done, and the firewall is not connected within the limit."""

    kind = "not_reconnected"


class Remediation(Planning):
    """One firewall's remediation."""

    def carry_out(self, plan: Plan) -> None:
        """Takes the plan's steps, and proves that they helped.

        Raises:
            Refused: a guard refused; what had been written was taken back.
            NotReconnected: the steps were taken, and the exclusion was taken back where that is wanted.
            DeviceError: a step failed. ``Record.left_behind`` tells what is left.
        """
        choice = self._choice
        if choice is None:
            raise ValueError("there is a plan without a choice: plan() comes first")
        if not plan.steps:
            self._in_place_already()
            return
        writing, undo = self.exclusion, self._undo
        try:
            if writing is not None and undo is not None:
                self._exclude(plan, writing, undo)
            else:
                self._reconnect(plan, choice)
        except Refused as refusal:
            raise unbound(refusal) from refusal
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

    def look_for_remains(self, act: bool) -> None:
        """What a killed run has left, where this one has not touched the device: its lock, and its exclusion.

        The lock is removed where ``act``, unless another run soon learns from it what became of the killed one.

        Raises:
            DeviceError: the device could not be asked.
        """
        record, unfinished = self._record, self._options.unfinished
        if record.outcome != "nothing_to_do" and record.cause is None:
            # It did not answer, and one more wrong login may lock the account.
            return
        if (
            unfinished.target not in ("", self._target.name)
            and unfinished.target == self._options.preferences.decryption_host
        ):
            self._target = self._decrypter()
        remove = act and (record.outcome == "nothing_to_do" or record.guard in _FOR_A_PERSON)
        for target in {each.name: each for each in (self._firewall, self._target)}.values():
            tidy_up(target.name, target.device, self._options.allowances, record, self._say, act=remove)
        if unfinished.committed and record.outcome == "refused" and self._in_place is None:
            running = find_exclusion(self._target.device, self._wanted()).running
            if running is not None and running.exclude:
                record.left_behind.append(self._committed_in_vain("an earlier run did not come to take it back"))

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

    def _exclude(self, plan: Plan, writing: ExclusionPlan, undo: ExclusionPlan) -> None:
        """Writes and commits the exclusion; ``undo`` takes it back.

        Both were planned from the candidate that the change is bound to, so it is not read again.
        """
        target, record = self._target, self._record
        change = self._locked(target, "exclusion", self._bound(plan), self._known)
        try:
            with change:
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

    def _undone_on_failure(self, undo: ExclusionPlan, change: LockedChange) -> UndoneOnFailure:
        target = self._target
        return UndoneOnFailure(target.device, target.name, undo, change, self._record.left_behind.append)

    def _commit(self, change: LockedChange, step: Step) -> Committed:
        with self._record.step(step) as action:
            committed = change.commit(CommitRequest(f"{step.text} (MLAV)"))
            action.update(committed.facts)
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

    def _reconnect(self, plan: Plan, choice: Choice) -> None:
        target, record = self._target, self._record
        steps = {step.action: step for step in plan.steps}

        def journal(action: str) -> AbstractContextManager[dict[str, Any]]:
            if action not in steps:
                raise Refused(
                    "plan",
                    f"{target.name} needs another step now than was planned: {RECONNECTING[action]}",
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
            outstanding = ", ".join(RECONNECTING[action] for action in error.so_far.outstanding)
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
