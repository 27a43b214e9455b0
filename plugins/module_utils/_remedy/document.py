# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A remediation's record and the plan file, as docs/schema publishes them: for the report, and for other programs.

The published schemas are the contract.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import decoder
from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import LeftOut, Shape, UtcSeconds
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Guard
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import PLANNED_ACTIONS, Plan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA

SCHEMA = "panops.mlav/remediation/1"

Outcome = Literal["failed", "rolled_back", "running", "blocked", "planned", "repaired", "nothing_to_do"]
ActionName = Literal[
    "add_exclusion", "remove_exclusion", "remove_lock", "commit", "restart_device_server", "commit_force"
]
ActionState = Literal["planned", "begun", "done", "failed", "blocked"]

#: In the order of a report: what needs a person first.
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

#: The vocabularies of plans and records, by their names in the published schemas.
WORDS: Mapping[str, Collection[str]] = {"plannedAction": PLANNED_ACTIONS}


class _ActionTaken(TypedDict):
    action: ActionName
    host: Annotated[str, "The device."]
    state: ActionState
    text: Annotated[str, "What it does, in words."]


class Action(_ActionTaken, total=False):
    """One action on one device. Further keys are facts of that action alone."""

    began_at: str
    ended_at: str
    error: str
    job_id: Annotated[int | None, "null where there was nothing to commit."]
    confirmed: Annotated[bool | None, "The commit was seen to end well."]
    duration_s: float | None
    warnings: list[str]
    details: list[str]


@dataclass(frozen=True, kw_only=True)
class RemediationRecord:
    """What was done to one firewall. remediation.json is a list of them. Within version 1 keys are only added."""

    __shape__ = Shape(SCHEMA)

    host: str
    cause: Annotated[str | None, "The cause that was found; null where there is none."]
    actions: Annotated[tuple[Action, ...], "What was done, in order."]
    verdict_before: Verdict | None
    verdict_after: Annotated[Verdict | None, "null where nothing was done."]
    reason: Annotated[str | None, "Why a guard blocked it, and the variable that overrides the guard; null for none."]
    guard: Guard | None = None
    option: Annotated[str | None, "The variable that overrides the guard."] = None
    outcome: Annotated[Outcome, "running is the record of a run that was interrupted."]
    error: str | None = None
    left_behind: Annotated[tuple[str, ...], "What was changed and could not be rolled back."] = ()
    confidence: Confidence | None = None
    summary_before: str = ""
    summary_after: str = ""
    run_id: str = ""
    started_at: Annotated[UtcSeconds | None, LeftOut()] = None
    finished_at: UtcSeconds | None = None
    plan: Plan | None = None
    plan_digest: Annotated[str | None, "SHA-256 of the file that held the approved plan."] = None


@dataclass(frozen=True)
class PlanDocument:
    """What a run with --check would do, per firewall; a later run can be bound to it (mlav_plan).

    Within version 1 keys are only added.
    """

    __shape__ = Shape(PLAN_SCHEMA)

    plans: tuple[Plan, ...]


def not_recorded(host: str, message: str) -> RemediationRecord:
    """The record of a firewall whose task ended without one."""
    return RemediationRecord(
        host=host,
        cause=None,
        actions=(),
        verdict_before=None,
        verdict_after=None,
        reason=None,
        outcome="failed",
        error=message,
    )


#: Reads a record, without unseen characters (``characters.visible``). Raises Misfit, which names the place.
read_record = decoder(RemediationRecord, WORDS, visible)
