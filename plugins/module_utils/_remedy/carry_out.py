# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a plan: act, verify, and roll back what did not help."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import apply_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionPlan, rollback_plan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.rollback import RolledBackOnFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Traces
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    RECONNECTING,
    ExclusionChange,
    Planned,
    Run,
    unbound,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    ReconnectOptions,
    reconnect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import wait_connected
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record


@dataclass(frozen=True)
class Carried:
    """How it ended. ``why`` is empty where the firewall is connected again (``repaired``)."""

    outcome: Literal["repaired", "rolled_back", "failed"]
    why: str = ""


@dataclass(frozen=True)
class _Act:
    """What every step needs: the run, its plan, and where it is written down (``record``, ``traces``)."""

    run: Run
    planned: Planned
    record: Record
    traces: Traces

    def locked(self, purpose: str, allowances: Allowances, scope: CommitScope | None = None) -> LockedChange:
        run = self.run
        return LockedChange(self.planned.target.device, allowances, purpose, run.progress, scope, run.watch)

    def rolled_back_on_failure(self, rollback: ExclusionPlan, change: LockedChange) -> RolledBackOnFailure:
        return RolledBackOnFailure(self.planned.target.device, rollback, change, self.traces.keep)


def carry_out(run: Run, planned: Planned, record: Record, traces: Traces) -> Carried:
    """Takes the steps of the plan and verifies that they helped. Rolls the exclusion back where they did not.

    ``record`` and ``traces`` are written while it goes on, so that they are right whenever it is interrupted.

    Raises:
        Blocked: a guard blocked it; what had been written was rolled back.
        DeviceError: a step failed.
    """
    act = _Act(run, planned, record, traces)
    if planned.in_place:
        return _wait_for_effect(act)
    change = planned.exclusion
    try:
        if change is not None:
            _exclude(act, change)
        elif planned.reconnect is not None:
            _reconnect(act, planned.reconnect)
    except Blocked as blocked:
        raise unbound(blocked) from blocked
    if change is None:
        return Carried("repaired") if _diagnose(act) else Carried("failed", _not_connected(act))
    if _verify(act):
        return Carried("repaired")
    if not run.options.rollback:
        traces.keep("running", "the option rollback is false")
        return Carried("failed", _not_connected(act))
    return Carried("rolled_back" if _roll_back(act, change.rollback) else "failed", _not_connected(act))


def _not_connected(act: _Act) -> str:
    return (
        f"{act.run.firewall.name} is not connected {act.run.options.verify_timeout_s:.0f} s after the remediation: "
        f"{act.record.summary_after}"
    )


def _wait_for_effect(act: _Act) -> Carried:
    """The exclusion is running: a previous run, or that for another firewall, has made it. It may need its time."""
    if _verify(act):
        return Carried("repaired")
    remove = "if no firewall needs it, remove it with mlav_decryption_exclusion, state absent, and mlav_commit"
    act.traces.keep("running", remove)
    raise Blocked(
        "decrypting_device",
        f"{act.planned.target.name} already excludes {act.run.options.exclusion} from decryption, but the traffic is "
        "still decrypted. Look for another decrypting device in the path",
    )


def _exclude(act: _Act, exclusion: ExclusionChange) -> None:
    """Writes and commits the exclusion.

    It was planned from the candidate that the change is bound to, so it is not read again. An error within a step,
    also one of its record, rolls the write back.
    """
    planned, allowances = act.planned, act.run.options.allowances
    change = act.locked("exclusion", planned.bound(allowances), planned.scope)
    try:
        with change:
            note_taken_over(act.record, planned.target.name, change.taken_over)
            with act.rolled_back_on_failure(exclusion.rollback, change):
                for step in planned.plan.steps:
                    if step.action == "add_exclusion":
                        change.require_window(allowances.commit_min_remaining_s)
                        change.require_controller()
                        with act.record.step(step):
                            apply_exclusion(planned.target.device, exclusion.write)
                change.only_own_changes((exclusion.write.xpath,))
                _commit(act, change, planned.plan.steps[-1])
    finally:
        act.traces.note(change)


def _commit(act: _Act, change: LockedChange, step: Step) -> None:
    with act.record.step(step) as action:
        action.update(change.commit(CommitRequest(f"{step.text} (MLAV)")).facts)


def _roll_back(act: _Act, rollback: ExclusionPlan) -> bool:
    """Rolls the exclusion back, and commits that. What prevents it is noted, and hides no other error."""
    name = act.planned.target.name
    remove = Step("remove_exclusion", name, "Roll the exclusion back: it did not help.", False)
    commit = Step("commit", name, "Commit the rollback.", True)
    change = act.locked("rollback", replace(act.run.options.allowances, expected_candidate=None))
    try:
        with change, act.rolled_back_on_failure(rollback_plan(rollback), change):
            with act.record.step(remove):
                apply_exclusion(act.planned.target.device, rollback)
            change.only_own_changes((rollback.xpath,))
            _commit(act, change, commit)
    except ExpectedFailure as error:
        act.traces.keep("running", f"the rollback failed: {error.message}")
        return False
    finally:
        act.traces.note(change)
    return True


def _reconnect(act: _Act, options: ReconnectOptions) -> None:
    planned = act.planned
    steps = {step.action: step for step in planned.plan.steps}

    def journal(action: str) -> AbstractContextManager[dict[str, Any]]:
        if action not in steps:
            raise Blocked(
                "plan",
                f"{planned.target.name} now needs a step that was not planned: {RECONNECTING[action]}",
                remedy="Run it again.",
            )
        return act.record.step(steps[action])

    change = act.locked("reconnect", planned.bound(act.run.options.allowances))
    try:
        with change:
            note_taken_over(act.record, planned.target.name, change.taken_over)
            reconnect(planned.target.device, change, options, act.run.progress, journal)
    finally:
        act.traces.note(change)


def note_taken_over(record: Record, host: str, locks: tuple[str, ...]) -> None:
    """Records that stale locks were released."""
    for lock in locks:
        with record.step(Step("remove_lock", host, f"Release a stale lock: {lock}", False)):
            pass


def _verify(act: _Act) -> bool:
    """Waits until the firewall is connected or the time is up, then diagnoses it again."""
    options = act.run.options
    wait_connected(act.run.firewall.device, options.verify_timeout_s, options.allowances.pace, act.run.progress)
    return _diagnose(act)


def _diagnose(act: _Act) -> bool:
    _evidence, after = act.run.diagnose()
    act.record.verified(after)
    return after.verdict in ("healthy", "degraded")
