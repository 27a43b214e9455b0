# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit record: kept before and after every step, and told in a report."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import SCHEMA, RemediationRecord, read_record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._report.remediation import (
    remediation_lines,
    remediation_markdown,
    with_halted,
)

from .test_remedy_selection import PLAN

NOW = datetime(2026, 11, 25, 1, 2, 3, tzinfo=timezone.utc)
COMMIT = PLAN.steps[1]


def record(kept: list[dict[str, Any]]) -> Record:
    return Record("fw-1", "run-1", lambda: NOW, kept.append)


def states(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(action["action"], action["state"]) for action in data["actions"]]


def test_record_is_saved_before_and_after_a_step() -> None:
    kept: list[dict[str, Any]] = []
    made = record(kept)
    made.planned(PLAN)
    with made.step(PLAN.steps[0]):
        assert states(kept[-1]) == [("add_exclusion", "begun"), ("commit", "planned")]
        assert kept[-1]["outcome"] == "running"
    with made.step(COMMIT) as action:
        action["job_id"] = 17
    made.outcome = "repaired"
    made.finish()
    assert states(kept[-1]) == [("add_exclusion", "done"), ("commit", "done")]
    assert kept[-1]["actions"][1]["job_id"] == 17
    assert kept[-1]["finished_at"] == "2026-11-25T01:02:03Z"


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (DeviceError("the job failed"), "failed", "the job failed"),
        (Blocked("busy", "a commit runs"), "blocked", "a commit runs"),
        (KeyboardInterrupt(), "begun", "KeyboardInterrupt"),
    ],
)
def test_failed_step_and_dropped_steps(error: BaseException, state: str, said: str) -> None:
    kept: list[dict[str, Any]] = []
    made = record(kept)
    made.planned(PLAN)
    with pytest.raises(type(error)), made.step(PLAN.steps[0]):
        raise error
    assert kept[-1]["actions"][0]["state"] == state
    assert kept[-1]["actions"][0]["error"] == said
    made.outcome = "failed"
    made.finish()
    assert states(kept[-1]) == [("add_exclusion", state)]


def test_what_is_kept_reads_back_as_the_published_record() -> None:
    kept: list[dict[str, Any]] = []
    made = record(kept)
    made.planned(PLAN)
    with made.step(COMMIT) as action:
        action.update(job_id=17, restarted=True, warnings=["careful"])
    made.finish()
    assert encode(read_record(kept[-1])) == kept[-1]
    assert kept[-1]["actions"][0]["restarted"] is True


def test_a_step_that_was_not_planned_stands_at_the_end() -> None:
    kept: list[dict[str, Any]] = []
    made = record(kept)
    made.planned(PLAN)
    for step in (*PLAN.steps, Step("remove_exclusion", "fw-1", "Take it back.", False), COMMIT):
        with made.step(step):
            pass
    assert [action for action, _state in states(kept[-1])] == ["add_exclusion", "commit", "remove_exclusion", "commit"]


def test_reason_names_the_variable_that_overrides_the_guard() -> None:
    made = record([])
    made.block(Blocked("busy", "a commit runs", "busy_wait"), "mlav_")
    assert made.reason == "a commit runs. To continue, set the option mlav_busy_wait."
    assert (made.guard, made.option) == ("busy", "mlav_busy_wait")
    made.block(Blocked("cause", "For a person."), "mlav_")
    assert (made.reason, made.option) == ("For a person.", None)


def step(**more: Any) -> dict[str, Any]:
    return {"action": "commit", "host": "fw-1", "state": "done", "text": "Commit.", **more}


def published(host: str, outcome: str, **more: Any) -> RemediationRecord:
    data = {
        "schema": SCHEMA,
        "host": host,
        "cause": "tls_interception",
        "actions": [],
        "verdict_before": "broken",
        "verdict_after": None,
        "reason": None,
        "outcome": outcome,
        **more,
    }
    return read_record(data)


def test_remaining_firewalls_are_halted_after_a_failure() -> None:
    records = [
        published("fw-1", "repaired"),
        published("fw-2", "rolled_back"),
        published("fw-3", "planned", actions=[step(state="planned")]),
        published("fw-4", "blocked", reason="No.", guard="busy"),
        published("fw-5", "nothing_to_do"),
    ]
    halted = with_halted(records, ["fw-2"])
    assert [(item.outcome, item.guard) for item in halted] == [
        ("repaired", None),
        ("rolled_back", None),
        ("blocked", "halted"),
        ("blocked", "busy"),
        ("nothing_to_do", None),
    ]
    assert halted[2].reason == "Not begun: the remediation of fw-2 failed, which stops those after it."
    assert halted[2].actions == ()
    assert with_halted(records, []) == records


def test_summary_lists_failures_first() -> None:
    records = [
        published("fw-1", "nothing_to_do", cause=None, summary_before="Connected."),
        published("fw-2", "repaired", actions=[step()], summary_after="Connected now."),
        published("fw-3", "blocked", reason="Somebody\x1b[31m holds a lock."),
        published("fw-4", "failed", error="It failed.", left_behind=["the exclusion"]),
    ]
    assert remediation_lines(records) == [
        "MLAV remediation: 4 firewalls, 1 failed, 1 blocked, 1 repaired, 1 nothing to do",
        "fw-4 | failed | tls_interception | It failed. LEFT BEHIND: the exclusion",
        "fw-3 | blocked | tls_interception | Somebody\ufffd[31m holds a lock.",
        "fw-2 | repaired | tls_interception | Commit. Connected now.",
        "fw-1 | nothing to do | - | Connected.",
    ]


def test_page_escapes_device_text() -> None:
    action = step(state="failed", job_id=17, began_at="2026-11-25T01:02:03Z", details=["<script>|x"])
    page = remediation_markdown([published("fw-1", "failed", error="a | b", actions=[action], plan=encode(PLAN))])
    assert "| fw-1 | failed | tls\\_interception | broken | - | a \\| b |" in page
    assert "- fw-1: Commit. **failed**, job 17, 2026-11-25T01:02:03Z" in page
    assert "  - details: \\<script\\>\\|x" in page
    assert f"- candidate configuration: {PLAN.candidate}" in page
