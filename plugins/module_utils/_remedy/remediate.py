# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remediates one firewall, or tells what blocks that: plan, guards, act, verify, and roll back what did not help.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from secrets import token_hex
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import utc
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest, Committed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import HeldLock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange, own_name
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import apply_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionPlan, undo_plan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.rollback import UndoneOnFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Expected, left_behind
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    RECONNECTING,
    Planning,
    Target,
    unbound,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import restart_left
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import reconnect
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import wait_connected
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Choice

# Refusals that running again does not lift.
_FOR_A_PERSON = ("cause", "decrypting_device", "pending_changes")
_ENDED_WELL = ("nothing_to_do", "repaired", "rolled_back")


class NotReconnected(DeviceError):
    """Everything was done, and the firewall is not connected within the limit."""

    kind = "not_reconnected"


class Remediation(Planning):
    """One firewall's remediation."""

    def carry_out(self, plan: Plan) -> None:
        """Takes the plan's steps, and proves that they helped.

        Raises:
            Blocked: a guard refused; what had been written was taken back.
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
        except Blocked as blocked:
            raise unbound(blocked) from blocked
        connected = self._verified() if undo is not None else self._judged()
        if not connected and undo is not None:
            if self._options.rollback:
                self._take_back(undo)
            else:
                self._why.append(("running", "the option rollback is false"))
        if not connected:
            raise NotReconnected(
                f"{self._firewall.name} is not connected {self._options.verify_timeout_s:.0f} s after the remedy: "
                f"{self._record.summary_after}"
            )
        self._record.outcome = "repaired"

    def settle(self, act: bool) -> None:
        """At the end: releases the locks of runs that are over, and notes what the devices hold that a run left there.

        Stale locks are released where ``act``, unless another run soon learns from one what became of its run.
        """
        record, unfinished = self._record, self._options.unfinished
        if record.outcome != "nothing_to_do" and record.cause is None and self._firewall.device.serial is None:
            # It did not answer, and one more wrong login may lock the account.
            if unfinished:
                record.left_behind.append(
                    f"What an earlier run left on {self._firewall.name} is not known: it could not be asked"
                )
            return
        self._tell_of_a_restart()
        act = act and (record.outcome in _ENDED_WELL or record.guard in _FOR_A_PERSON)
        for target in self._devices():
            if act:
                self._release_stale_locks(target)
            record.left_behind += left_behind(
                target.name, target.device, self._options.exclusion, self._expected(target), self._watch
            )

    def _tell_of_a_restart(self) -> None:
        """Without the forced commit that has to follow one, the firewall stays disconnected."""
        record, serial = self._record, self._firewall.device.serial
        left = restart_left(record.actions, serial or "")
        if left is None and record.outcome != "nothing_to_do":
            left = self._options.unfinished.restart_of(serial)
        if not left:
            return
        since = f" at {utc(left.began_at)}" if left.began_at is not None else ""
        record.left_behind.append(
            f"device-server of {self._firewall.name} {'was' if left.made else 'may have been'} restarted{since}, and "
            f"no forced commit is known to have followed. Outstanding: {RECONNECTING['commit_force']}"
        )

    def _devices(self) -> list[Target]:
        """Those where this run or an earlier one may have left something."""
        named, serial = self._options.unfinished.target, self._options.unfinished.target_serial
        devices = {each.name: each for each in (self._firewall, self._target)}
        why = ""
        if named and named not in devices:
            try:
                if named != self._options.preferences.decryption_host:
                    raise Blocked("decrypting_device", "this run does not know how to reach it")
                devices[named] = self._open_decrypter()
            except DeviceError as error:
                why = excerpt(error.message, 300)
        found = devices[named].device.serial if named in devices else None
        if serial and found not in (None, serial):
            why = f"serial number {found} answers there now"
        if why:
            where = f"{named} (serial number {serial})" if serial else named
            self._record.left_behind.append(f"What an earlier run left on {where} is not known: {why}")
        return list(devices.values())

    def _expected(self, target: Target) -> Expected:
        record, unfinished = self._record, self._options.unfinished
        sent = {action["action"] for action in record.actions if action["state"] in ("begun", "done", "failed")}
        wrote = self.exclusion is not None and bool(sent & {"add_exclusion", "remove_exclusion", "commit"})
        written_at = self._written_before(target)
        if self.exclusion is not None and wrote and target is self._target:
            written_at = self.exclusion.xpath
        in_place = self._in_place is not None and record.guard == "decrypting_device"
        runs = "commit" in sent or any(where == "running" for where, _why in self._why)
        in_vain = record.outcome not in _ENDED_WELL and (runs or unfinished.may_run or in_place)
        acted = bool(unfinished) or any(action["action"] != "remove_lock" for action in record.actions)
        return Expected(
            acted=acted,
            written_at=written_at,
            committed_in_vain=in_vain,
            seen=record.verdict_after is not None or not (runs or unfinished.written),
            locks=tuple(self._locks_left),
            jobs=frozenset(self._jobs_sent),
            why=tuple(self._why),
        )

    def _release_stale_locks(self, target: Target) -> None:
        session = PatientSession(target.device.api, self._options.allowances.pace)
        held = HeldLock(
            session, self._options.allowances, token_hex(4), own_name(target.device), self._say, self._watch
        )
        try:
            held.remove_stale()
            self._note_taken_over(target, held.taken_over)
        except DeviceError as error:
            self._why.append(("lock", error.message))

    def _note_taken_over(self, target: Target, locks: Iterable[str]) -> None:
        for lock in locks:
            step = Step("remove_lock", target.name, f"Release the lock of a run that is over: {lock}", False)
            with self._record.step(step):
                pass

    def _in_place_already(self) -> None:
        """The remedy is there: of an earlier run, of another firewall behind the same device. It may need its time."""
        if self._verified():
            self._record.outcome = "repaired"
            return
        target = self._target.name
        remove = "where nobody needs it, remove it with mlav_decryption_exclusion, state absent, and mlav_commit"
        self._why.append(("running", remove))
        raise Blocked(
            "decrypting_device",
            f"{target} excludes {self._options.exclusion} from decryption already, and the traffic is still decrypted. "
            "Look for another device on the way that decrypts",
        )

    def _locked(self, target: Target, purpose: str, allowances: Allowances, own: tuple[str, ...] = ()) -> LockedChange:
        return LockedChange(target.device, allowances, purpose, self._say, known_xpaths=own, watch=self._watch)

    def _exclude(self, plan: Plan, writing: ExclusionPlan, undo: ExclusionPlan) -> None:
        """Writes and commits the exclusion; ``undo`` takes it back.

        Both were planned from the candidate that the change is bound to, so it is not read again. What goes wrong
        within a step, its record included, takes the write back.
        """
        target, record = self._target, self._record
        change = self._locked(target, "exclusion", self._bound(plan), self._known)
        try:
            with change:
                self._note_taken_over(target, change.taken_over)
                with self._undone_on_failure(undo, change):
                    for step in plan.steps:
                        if step.action == "add_exclusion":
                            change.require_window(self._options.allowances.commit_min_remaining_s)
                            change.require_controller()
                            with record.step(step):
                                apply_exclusion(target.device, writing)
                    change.only_own_changes((writing.xpath,))
                    self._commit(change, plan.steps[-1])
        finally:
            self._note_left(change)

    def _undone_on_failure(self, undo: ExclusionPlan, change: LockedChange) -> UndoneOnFailure:
        return UndoneOnFailure(self._target.device, undo, change, lambda where, why: self._why.append((where, why)))

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
            with change, self._undone_on_failure(redo, change):
                with record.step(remove):
                    apply_exclusion(target.device, undo)
                change.only_own_changes((undo.xpath,))
                self._commit(change, commit)
            record.outcome = "rolled_back"
        except DeviceError as error:
            self._why.append(("running", f"it could not be taken back: {error.message}"))
        finally:
            self._note_left(change)

    def _reconnect(self, plan: Plan, choice: Choice) -> None:
        target, record = self._target, self._record
        steps = {step.action: step for step in plan.steps}

        def journal(action: str) -> AbstractContextManager[dict[str, Any]]:
            if action not in steps:
                raise Blocked(
                    "plan",
                    f"{target.name} needs another step now than was planned: {RECONNECTING[action]}",
                    remedy="Run it again.",
                )
            return record.step(steps[action])

        change = self._locked(target, "reconnect", self._bound(plan))
        try:
            with change:
                self._note_taken_over(target, change.taken_over)
                reconnect(
                    target.device,
                    change,
                    self._reconnect_options(choice),
                    self._say,
                    journal,
                )
        finally:
            self._note_left(change)

    def _note_left(self, change: LockedChange) -> None:
        if change.lock_left:
            self._why.append(("lock", change.lock_left))
        self._locks_left += change.locks_left
        if change.job_id is not None:
            self._jobs_sent.add(change.job_id)

    def _verified(self) -> bool:
        """Asks until the firewall is connected or the time is up, then diagnoses anew."""
        options = self._options
        wait_connected(self._firewall.device, options.verify_timeout_s, options.allowances.pace, self._say)
        return self._judged()

    def _judged(self) -> bool:
        _evidence, after = self._judge()
        self._record.verdict_after, self._record.summary_after = after.verdict, after.summary
        return after.verdict in ("healthy", "degraded")
