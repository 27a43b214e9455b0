# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit record of one firewall's remediation: written before and after each step, so that it also shows how far a
killed run got.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode, utc
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence, Diagnosis, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked, Guard
from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import Action, Outcome, RemediationRecord
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step


@dataclass
class Record:
    """One firewall's record. ``keep`` is called with its data whenever it has changed.

    Attributes:
        outcome: ``running`` until the end, so that a record which stays so is that of a killed run.
        actions: the steps, each with its ``state`` (``planned``, ``begun``, ``done``, ``failed``, ``blocked``).
        guard, reason: the guard that blocked it, and why; ``option`` overrides the guard.
        left_behind: what was changed and not rolled back, and has to be checked on the device.
    """

    host: str
    run_id: str
    now: Callable[[], datetime]
    keep: Callable[[dict[str, Any]], None] = lambda data: None
    outcome: Outcome = "running"
    cause: str | None = None
    confidence: Confidence | None = None
    verdict_before: Verdict | None = None
    summary_before: str = ""
    verdict_after: Verdict | None = None
    summary_after: str = ""
    reason: str | None = None
    guard: Guard | None = None
    option: str | None = None
    error: str | None = None
    actions: list[dict[str, Any]] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    plan: Plan | None = None
    plan_digest: str | None = None

    def __post_init__(self) -> None:
        self.started_at = self.now()
        self.finished_at: datetime | None = None

    def to_data(self) -> dict[str, Any]:
        """As plain data; times are UTC."""
        return dict(encode(self.published()))

    def published(self) -> RemediationRecord:
        """As it stands, in the published form."""
        return RemediationRecord(
            host=self.host,
            cause=self.cause,
            actions=tuple(cast(Action, dict(action)) for action in self.actions),
            verdict_before=self.verdict_before,
            verdict_after=self.verdict_after,
            reason=self.reason,
            guard=self.guard,
            option=self.option,
            outcome=self.outcome,
            error=self.error,
            left_behind=tuple(self.left_behind),
            confidence=self.confidence,
            summary_before=self.summary_before,
            summary_after=self.summary_after,
            run_id=self.run_id,
            started_at=self.started_at,
            finished_at=self.finished_at,
            plan=self.plan,
            plan_digest=self.plan_digest,
        )

    def save(self) -> None:
        """Passes the record to ``keep``."""
        self.keep(self.to_data())

    def diagnosed(self, diagnosis: Diagnosis) -> None:
        """Notes the diagnosis that the plan rests on."""
        self.verdict_before, self.summary_before = diagnosis.verdict, diagnosis.summary
        if diagnosis.causes:
            self.cause, self.confidence = diagnosis.causes[0].id, diagnosis.causes[0].confidence

    def verified(self, diagnosis: Diagnosis) -> None:
        """Notes the diagnosis after the last step."""
        self.verdict_after, self.summary_after = diagnosis.verdict, diagnosis.summary

    def planned(self, plan: Plan) -> None:
        """Notes the plan."""
        self.plan, self.cause, self.confidence = plan, plan.cause, plan.confidence
        self.actions = [
            {"action": step.action, "host": step.host, "state": "planned", "text": step.text} for step in plan.steps
        ]

    @contextmanager
    def step(self, step: Step) -> Iterator[dict[str, Any]]:
        """Notes a step while it is taken, with what is put into the mapping. Errors pass through."""
        action: dict[str, Any] = {"action": step.action, "host": step.host, "state": "begun", "text": step.text}
        action["began_at"] = utc(self.now())
        for place, planned in enumerate(self.actions):
            if planned["state"] == "planned" and (planned["action"], planned["host"]) == (step.action, step.host):
                self.actions[place] = action
                break
        else:
            self.actions.append(action)
        try:
            self.save()
        except ExpectedFailure as error:
            # No step without a record.
            action.update(state="blocked", error=error.message)
            raise
        try:
            yield action
        except ExpectedFailure as error:
            action["state"] = "blocked" if isinstance(error, Blocked) else "failed"
            action["error"] = error.message
            action.update(error.data)
            raise
        except BaseException as error:
            # Interrupted: what was sent may still take effect, so the step stays begun.
            action["error"] = type(error).__name__
            raise
        else:
            action["state"] = "done"
        finally:
            action["ended_at"] = utc(self.now())
            self.save()

    def block(self, blocked: Blocked, prefix: str = "") -> None:
        """Notes the guard that blocked it. ``prefix`` stands before the name of the option that overrides it."""
        self.guard = blocked.guard
        self.option = prefix + blocked.option if blocked.option else None
        override = f"To continue, set the option {self.option}." if self.option else blocked.remedy
        self.reason = f"{blocked.message.rstrip('.')}. {override}".rstrip()

    def failed(self, error: ExpectedFailure) -> None:
        """Notes that a step failed."""
        self.outcome = "failed"
        self.error = f"{error.message.rstrip('.')}. {error.remedy}" if error.remedy else error.message

    def finish(self) -> None:
        """Closes the record. Planned steps that were not begun are dropped."""
        self.finished_at = self.now()
        if self.outcome != "planned":
            self.actions = [action for action in self.actions if action["state"] != "planned"]
        self.save()
