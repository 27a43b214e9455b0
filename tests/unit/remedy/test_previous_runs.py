# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of earlier runs, by their records."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Restart, unfinished

RESTARTED = {"action": "restart_device_server", "state": "done"}
FORCED = {"action": "commit_force", "state": "done"}
COMMITTED = {"action": "commit", "state": "done"}
PLACE = "/config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='x']"
PLAN = {"steps": [{"params": {}}, {"params": {"xpath": PLACE}}]}


def acted(*actions: Any, outcome: str = "running", plan: Any = PLAN) -> dict[str, Any]:
    return {"actions": list(actions), "outcome": outcome, "plan": plan}


REFUSED = acted(outcome="blocked", plan=None)


@pytest.mark.parametrize(
    ("records", "left"),
    [
        ([], False),
        ([None, "x", 1, []], False),
        ([{"actions": None}], False),
        ([acted("x", None)], False),
        ([REFUSED], False),
        ([acted(RESTARTED)], True),
        ([acted({**RESTARTED, "state": "begun"})], True),
        ([acted({**RESTARTED, "state": "planned"})], False),
        ([acted({**RESTARTED, "state": "blocked"})], False),
        ([acted({**RESTARTED, "state": "failed"})], False),
        ([acted({**RESTARTED, "state": "failed", "restarted": False})], False),
        ([acted({**RESTARTED, "state": "failed", "restarted": None})], True),
        ([acted({**RESTARTED, "state": "failed", "restarted": True})], True),
        ([acted(RESTARTED, {**FORCED, "state": "failed"})], True),
        ([acted(RESTARTED, FORCED)], False),
        ([REFUSED, acted(RESTARTED)], True),
        ([REFUSED, "no record", acted({**FORCED, "state": "failed"}), acted(RESTARTED)], True),
        ([acted(FORCED), acted(RESTARTED)], False),
        ([REFUSED, acted(outcome="nothing_to_do", plan=None), acted(RESTARTED)], False),
        ([acted(outcome="repaired"), acted(RESTARTED)], False),
    ],
)
def test_restart_without_a_forced_commit(records: list[Any], left: bool) -> None:
    assert (unfinished(records).restart is not None) is left


@pytest.mark.parametrize(
    ("state", "more", "began_at", "made", "expected"),
    [
        ("begun", {}, "2026-11-23T04:15:00Z", False, datetime(2026, 11, 23, 4, 15, tzinfo=timezone.utc)),
        ("done", {}, "2026-11-23T04:15:00Z", True, datetime(2026, 11, 23, 4, 15, tzinfo=timezone.utc)),
        ("failed", {"restarted": True}, "2026-11-23T04:15:00", True, None),
        ("failed", {"restarted": None}, "soon", False, None),
        ("begun", {}, None, False, None),
    ],
)
def test_time_and_serial_number_of_the_restart(
    state: str, more: dict[str, Any], began_at: str | None, made: bool, expected: datetime | None
) -> None:
    action = {**RESTARTED, "state": state, "began_at": began_at, **more}
    found = unfinished([REFUSED, acted(action, plan={**PLAN, "target_serial": "0123"})])
    restart = Restart(expected, made, "0123")
    assert found.restart == restart
    assert (found.restart_of("0123"), found.restart_of(None), found.restart_of("0999")) == (restart, restart, None)
    assert unfinished([acted(action)]).restart_of("0999") == Restart(expected, made)


@pytest.mark.parametrize("action", ["add_exclusion", "remove_exclusion"])
@pytest.mark.parametrize(
    ("state", "then", "place"),
    [
        ("begun", [], PLACE),
        ("done", [], PLACE),
        ("failed", [], PLACE),
        ("planned", [], ""),
        ("blocked", [], ""),
        ("done", [{**COMMITTED, "state": "failed"}], PLACE),
        ("done", [COMMITTED], ""),
    ],
)
def test_write_without_a_commit(action: str, state: str, then: list[Any], place: str) -> None:
    record = acted({"action": action, "state": state}, *then)
    found = unfinished([record])
    assert found == unfinished([REFUSED, record])
    assert (found.restart, found.written) == (None, place)
    assert unfinished([acted(COMMITTED), record]).written == ""
    assert unfinished([acted(outcome="repaired"), record]).written == ""


def test_serial_number_of_the_written_device() -> None:
    plan = {**PLAN, "target": "fw-9", "target_serial": "0123"}
    record = acted({"action": "add_exclusion", "state": "begun"}, plan=plan)
    found = unfinished([REFUSED, record])
    assert (found.written, found.written_on, found.target_serial) == (PLACE, "0123", "0123")
    found = unfinished([acted(COMMITTED, plan=plan), record])
    assert (found.written, found.written_on) == ("", "")


ADDED = {"action": "add_exclusion", "state": "done"}
REMOVED = {"action": "remove_exclusion", "state": "done"}


@pytest.mark.parametrize(
    ("records", "committed"),
    [
        # Whether it was committed after that, its run did not live to tell.
        ([acted(ADDED)], True),
        ([acted(ADDED, COMMITTED)], True),
        ([acted(COMMITTED)], True),
        ([acted(ADDED, COMMITTED, outcome="failed")], True),
        ([REFUSED, acted(ADDED, COMMITTED)], True),
        ([acted(ADDED, COMMITTED, REMOVED)], True),
        ([acted(ADDED, COMMITTED, REMOVED, {**COMMITTED, "state": "failed"}, outcome="failed")], True),
        ([acted(ADDED, COMMITTED, REMOVED, COMMITTED, outcome="rolled_back")], False),
        ([acted(ADDED, COMMITTED, outcome="repaired")], False),
        ([acted(outcome="nothing_to_do"), acted(ADDED, COMMITTED)], False),
    ],
)
def test_exclusion_that_may_be_running(records: list[Any], committed: bool) -> None:
    assert unfinished(records).may_run is committed


@pytest.mark.parametrize(
    ("records", "target"),
    [
        ([acted(plan={"target": "fw-9"})], "fw-9"),
        ([REFUSED, acted(plan={"target": "fw-9"}), acted(plan={"target": "fw-8"})], "fw-9"),
        ([acted(plan={"target": "fw-9"}, outcome="failed")], ""),
        ([{**acted(plan={"target": "fw-9"}, outcome="failed"), "left_behind": ["The config lock"]}], "fw-9"),
        ([acted(outcome="repaired"), acted(plan={"target": "fw-9"})], ""),
        ([acted(plan={"target": 9}), acted(plan=None)], ""),
    ],
)
def test_target_of_a_killed_run(records: list[Any], target: str) -> None:
    assert unfinished(records).target == target


@pytest.mark.parametrize(
    "plan", [None, [], {}, {"steps": None}, {"steps": ["x", {}, {"params": 1}, {"params": {"xpath": 1}}]}]
)
def test_record_without_an_xpath(plan: Any) -> None:
    assert unfinished([acted({"action": "add_exclusion", "state": "done"}, plan=plan)]).written == ""
