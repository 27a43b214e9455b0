# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_remediate``: every guard refuses alone, and its option lifts it; every remedy brings it back, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import SCHEMA as PLAN_SCHEMA
from tests.simulator.fleet import Firewall
from tests.simulator.interference import interfere
from tests.simulator.running import running_fleet
from tests.simulator.switches import Fault

from .committing import fault
from .repairing import (
    CLOSED,
    DECRYPTS,
    EXCLUDE,
    FORCE,
    NAME,
    QUICK,
    assert_left_clean,
    assert_record_kept,
    end_jobs,
    exclusion,
    firewall_with,
    options,
    repair,
    steps,
)

pytestmark = pytest.mark.usefixtures("quick")

CREATED = {"exclude": "yes", "description": "panops.mlav: keeps the MLAV cloud out of decryption"}
RESTART = [("restart_device_server", "done"), *FORCE]


def assert_refused(record: Mapping[str, Any], guard: str, option: str | None) -> None:
    told = {name: record[name] for name in ("outcome", "guard", "option", "verdict_after", "error", "left_behind")}
    assert told == {
        "outcome": "blocked",
        "guard": guard,
        "option": option,
        "verdict_after": None,
        "error": None,
        "left_behind": [],
    }
    assert record["changed"] is False
    assert record["verdict_before"] in ("broken", "undetermined")
    assert option is None or f"option {option}." in record["reason"]


def refused(firewall: Firewall, guard: str, option: str | None, **given: Any) -> dict[str, Any]:
    """Refuses, in check mode with the same words, and touches nothing."""
    before = firewall.snapshot()
    looked = repair(firewall, check=True, **given)
    assert (looked["guard"], looked["option"]) == (guard, option)
    assert firewall.world.statistics.writes == []
    record = repair(firewall, **given)
    assert_refused(record, guard, option)
    assert record["actions"] == []
    assert firewall.snapshot() == before
    return record


OF_OTHERS = {"firewall": {"pending": [{"admin": "bob"}]}}
LOCK = {"firewall": {"locks": [{"admin": "bob", "kind": "config"}]}}
COMMIT_LOCK = {"firewall": {"locks": [{"admin": "bob", "kind": "commit"}]}}
NO_LOCKS: dict[str, Any] = {"switches": {"lock_over_api": "refused"}}
SUSPENDED = {"firewall": {"ha": {"state": "suspended", "peer_state": "active"}}}
LIKELY: dict[str, Any] = {"switches": {"devsrv_log_content": "absent"}}
LIFTED: list[Any] = [
    pytest.param(OF_OTHERS, {}, "pending_changes", {"allow_other_changes": True}, id="changes of others"),
    pytest.param(LOCK, {}, "config_lock", {"take_over_locks": ["bob"]}, id="configuration lock"),
    pytest.param(COMMIT_LOCK, {}, "commit_lock", {"take_over_locks": ["bob"]}, id="commit lock"),
    pytest.param({}, {"maintenance_window": CLOSED}, "maintenance_window", {"ignore_window": True}, id="closed"),
    pytest.param({}, {"maintenance_window": []}, "maintenance_window", {"ignore_window": True}, id="empty windows"),
    pytest.param({}, {"maintenance_window": None}, "maintenance_window", {"ignore_window": True}, id="no window"),
    pytest.param(SUSPENDED, {}, "high_availability", {"allow_unknown_ha": True}, id="state of the pair"),
]
SCENARIOS = {DECRYPTS: EXCLUDE, "commit_force_needed": FORCE, "device_server_unavailable": RESTART}


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(("changes", "given", "guard", "lift"), LIFTED)
def test_each_guard_blocks_and_its_option_overrides_it(
    changes: dict[str, Any], given: dict[str, Any], guard: str, lift: dict[str, Any], scenario: str
) -> None:
    with firewall_with(scenario=scenario, **changes) as firewall:
        refused(firewall, guard, f"mlav_{next(iter(lift))}", **given)
        record = repair(firewall, **given, **lift)
        assert (record["outcome"], record["verdict_after"]) == ("repaired", "healthy")
        assert steps(record) == SCENARIOS[scenario]
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_lock_is_not_given(scenario: str) -> None:
    """That it is not given shows when it is asked for: a check run cannot know."""
    with firewall_with(scenario=scenario, **NO_LOCKS) as firewall:
        before = firewall.snapshot()
        assert_refused(repair(firewall), "config_lock", "mlav_lock")
        assert firewall.snapshot() == before
        assert repair(firewall, lock=False)["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize(
    ("scenario", "kind"), [(DECRYPTS, "Commit"), (DECRYPTS, "Content"), ("commit_force_needed", "Content")]
)
def test_waits_for_another_job(kind: str, scenario: str) -> None:
    with firewall_with(scenario=scenario, firewall={"jobs": [{"kind": kind}]}) as firewall:
        assert "busy_wait" in refused(firewall, "busy", "mlav_busy_wait", busy_wait="0s")["reason"]

        def finish(line: str) -> None:
            if "waiting for" in line:
                firewall.world.jobs.all[-1].takes = 0.0

        assert repair(firewall, finish, busy_wait="1m")["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize(
    ("scenario", "kind", "given"),
    [
        ("device_server_unavailable", "Content", {}),
        # A commit has followed, and whether it was forced is not known.
        ("commit_force_needed", "Commit", {"remediate_confidence": "likely"}),
    ],
)
def test_running_job_that_may_be_the_remedy(scenario: str, kind: str, given: dict[str, Any]) -> None:
    """What it brings is not known before its end, so there is nothing to plan; afterwards it is planned anew."""
    with firewall_with(scenario=scenario, firewall={"jobs": [{"kind": kind}]}) as firewall:
        before = firewall.snapshot()
        record = repair(firewall)
        assert (record["outcome"], record["guard"], record["actions"]) == ("blocked", "busy", [])
        assert firewall.snapshot() == before
        end_jobs(firewall)
        assert repair(firewall, **given)["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


def test_cause_that_is_too_uncertain() -> None:
    with firewall_with(scenario="commit_force_needed", **LIKELY) as firewall:
        refused(firewall, "confidence", "mlav_remediate_confidence")
        assert repair(firewall, remediate_confidence="likely")["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("scenario", ["port_443_blocked", "unexplained", "clock_skew", "name_resolution_failed"])
def test_cause_that_must_be_fixed_manually(scenario: str) -> None:
    """No option lifts it: a person repairs it, and then there is nothing to do."""
    with firewall_with(scenario=scenario) as firewall:
        refused(firewall, "cause", None)
        assert refused(firewall, "cause", None, remediate_confidence="possible")["cause"] is not None


def test_another_device_decrypts(tmp_path: Path) -> None:
    """The exclusion is made on the device that is named for it, and nothing is done on this one."""
    entries: list[Any] = [
        {"name": "fw-behind", "scenario": "tls_interception_by_neighbour", "changes": QUICK},
        {"name": "fw-neighbour", "scenario": "decrypting_neighbour", "changes": QUICK},
        {"name": "fw-clear", "scenario": "healthy", "changes": QUICK},
    ]
    with running_fleet(entries) as fleet:
        behind, neighbour, clear = (fleet.firewalls[name] for name in ("fw-behind", "fw-neighbour", "fw-clear"))
        untouched = [clear.snapshot(), neighbour.snapshot()]
        refused(behind, "decrypting_device", "mlav_decryption_host")
        refused(behind, "decrypting_device", None, **decryption_host(clear))
        assert [clear.snapshot(), neighbour.snapshot()] == untouched
        before = behind.snapshot()
        record = repair(behind, **decryption_host(neighbour), audit_dir=str(tmp_path))
        assert (record["outcome"], record["verdict_after"], steps(record)) == ("repaired", "healthy", EXCLUDE)
        assert {action["host"] for action in record["actions"]} == {"fw-neighbour"}
        assert record["plan"]["target_serial"] == neighbour.serial
        assert behind.snapshot() == before
        assert exclusion(neighbour, "running") == CREATED
        assert_left_clean(neighbour, 1)
        assert_record_kept(tmp_path, record, [behind, neighbour])
        assert repair(behind, **decryption_host(neighbour))["outcome"] == "nothing_to_do"


def decryption_host(firewall: Firewall) -> dict[str, Any]:
    connection = {"provider": firewall.provider(), "ca_path": str(firewall.ca_path), "timeout": 20}
    return {"decryption_host": firewall.name, "decryption_connection": connection}


def test_exclusion_is_in_place_and_does_not_help() -> None:
    with firewall_with(firewall={"exclusions": [{"description": "of the network team"}]}) as firewall:
        firewall.world.path.decrypting_device = "elsewhere"
        firewall.world.path.decryption_certificate = "self_signed_chain"
        before = firewall.snapshot()
        record = repair(firewall, verify_timeout="1s")
        # The diagnosis knows already that this firewall does not decrypt.
        assert (record["outcome"], record["guard"]) == ("blocked", "decrypting_device")
        assert record["left_behind"] == []
        assert firewall.snapshot() == before


# The plan.


def write_plan(folder: Path, *plans: Any) -> dict[str, Any]:
    path = folder / "plan.json"
    path.write_text(json.dumps({"schema": PLAN_SCHEMA, "plans": list(plans)}), encoding="utf-8")
    return {"plan": str(path)}


def planned(firewall: Firewall, folder: Path, **given: Any) -> dict[str, Any]:
    record = repair(firewall, check=True, **given)
    assert (record["outcome"], record["reason"]) == ("planned", None)
    return write_plan(folder, record["plan"])


def other_candidate(firewall: Firewall) -> None:
    interfere(firewall.world, "edit", "admin")
    firewall.world.commit("bob")


def upgraded(firewall: Firewall) -> None:
    firewall.world.spec.sw_version = "11.1.5"


def replaced(firewall: Firewall) -> None:
    firewall.world.spec.serial = "001234567890"


def joined_a_pair(firewall: Firewall) -> None:
    firewall.world.spec.ha.state, firewall.world.spec.ha.peer_state = "active", "passive"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(other_candidate, "candidate was", id="another candidate"),
        pytest.param(upgraded, "sw_version was '11.1.4' and is '11.1.5'", id="another release"),
        pytest.param(replaced, "serial was", id="another device"),
        pytest.param(joined_a_pair, "order was 'first' and is 'second'", id="another turn"),
    ],
)
def test_outdated_plan_blocks_and_a_new_one_does_not(change: Any, named: str, tmp_path: Path) -> None:
    with firewall_with() as firewall:
        approved = planned(firewall, tmp_path)
        change(firewall)
        end_jobs(firewall)
        commits = len(firewall.world.commits)
        record = refused_plan(firewall, **approved)
        assert named in record["reason"]
        record = repair(firewall, **planned(firewall, tmp_path))
        assert (record["outcome"], steps(record)) == ("repaired", EXCLUDE)
        assert record["plan_digest"].startswith("sha256:")
        assert_left_clean(firewall, commits + 1)


def refused_plan(firewall: Firewall, **given: Any) -> dict[str, Any]:
    before = firewall.snapshot()
    record = repair(firewall, **given)
    assert_refused(record, "plan", "mlav_plan")
    assert firewall.snapshot() == before
    return record


def test_another_cause_than_the_approved_one(tmp_path: Path) -> None:
    with firewall_with(scenario="device_server_unavailable") as firewall:
        approved = planned(firewall, tmp_path)
        firewall.world.spec.device_server.state = "running"
        firewall.world.restart_device_server("bob")
        firewall.world.restarts.clear()
        firewall.world.busy_until = 0.0
        assert "cause was 'device_server_unavailable'" in refused_plan(firewall, **approved)["reason"]
        assert steps(repair(firewall, **planned(firewall, tmp_path))) == FORCE
        assert_left_clean(firewall, 1)


def test_other_steps_or_another_name_than_the_approved_ones(tmp_path: Path) -> None:
    with firewall_with() as firewall:
        approved = planned(firewall, tmp_path)
        assert (
            "the steps were"
            in refused_plan(firewall, **approved, exclusion="ml.service.paloaltonetworks.com")["reason"]
        )
        plan = repair(firewall, check=True)["plan"]
        assert "the approved plan does not include" in refused_plan(firewall, **write_plan(tmp_path))["reason"]
        assert (
            "the approved plan does not include"
            in refused_plan(firewall, **write_plan(tmp_path, {**plan, "host": "x"}))["reason"]
        )
        for steps_ in ([], None, "none", plan["steps"][:1], [*plan["steps"], *plan["steps"]]):
            refused_plan(firewall, **write_plan(tmp_path, {**plan, "steps": steps_}))
        assert repair(firewall, **write_plan(tmp_path, plan))["outcome"] == "repaired"


def test_connected_firewall_needs_no_plan(tmp_path: Path) -> None:
    with firewall_with(scenario="healthy") as firewall:
        before = firewall.snapshot()
        assert repair(firewall, **write_plan(tmp_path))["outcome"] == "nothing_to_do"
        assert firewall.snapshot() == before


@pytest.mark.parametrize("order", ["first", "second"])
@pytest.mark.parametrize(("state", "peer", "turn"), [("passive", "active", "first"), ("active", "passive", "second")])
def test_ha_roles_change_after_planning(state: str, peer: str, turn: str, order: str) -> None:
    with firewall_with(firewall={"ha": {"state": state, "peer_state": peer}}) as firewall:
        before = firewall.snapshot()
        record = repair(firewall, order=order)
        if order == turn:
            assert record["outcome"] == "repaired"
        else:
            assert_refused(record, "high_availability", None)
            assert firewall.snapshot() == before
            assert repair(firewall, order=turn)["outcome"] == "repaired"


# The candidate.


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_candidate_changes_between_planning_and_lock(scenario: str) -> None:
    with firewall_with(scenario=scenario) as firewall:
        firewall.world.faults.answers.append(Fault(**fault("interfere", "request config-lock add", text="edit")))
        firewall.world.require_admin("bob")
        record = repair(firewall)
        assert_refused(record, "candidate_changed", None)
        assert [change.admin for change in firewall.world.config.changes] == ["bob"]
        assert_left_clean(firewall, 0)
        # Another run looks at the candidate as it is now.
        assert_refused(repair(firewall), "pending_changes", "mlav_allow_other_changes")
        firewall.world.config.revert()
        assert repair(firewall)["outcome"] == "repaired"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_expected_candidate(scenario: str) -> None:
    """``expected_candidate`` binds as a plan does, and does not stand in the way of what comes after our own change."""
    with firewall_with(scenario=scenario) as firewall:
        looked_at = repair(firewall, check=True)["plan"]["candidate"]
        refused(firewall, "candidate_changed", "mlav_expected_candidate", expected_candidate="sha256:" + 64 * "0")
        assert repair(firewall, expected_candidate=looked_at)["outcome"] == "repaired"


# Every remedy.


OFF = {"exclude": "no", "description": "Switched off for a test"}


@pytest.mark.parametrize(
    ("scenario", "changes", "done", "entry"),
    [
        pytest.param(DECRYPTS, {}, EXCLUDE, CREATED, id="excluded"),
        pytest.param("tls_interception_exclusion_off", {}, EXCLUDE, {**OFF, "exclude": "yes"}, id="switched on"),
        pytest.param(
            "tls_interception_predefined_disabled",
            {},
            EXCLUDE,
            CREATED,
            id="predefined one disabled",
        ),
        pytest.param("ha_passive_tls_interception", {}, EXCLUDE, CREATED, id="passive"),
        pytest.param("ha_active_tls_interception", {}, EXCLUDE, CREATED, id="active"),
        pytest.param("commit_force_needed", {}, FORCE, None, id="forced"),
        pytest.param("ha_active_commit_force_needed", {}, FORCE, None, id="forced, active"),
        pytest.param("device_server_unavailable", {}, RESTART, None, id="restarted over SSH"),
        pytest.param(
            "device_server_unavailable", {"switches": {"refused_over_api": []}}, RESTART, None, id="restarted"
        ),
    ],
)
def test_reconnects_once(
    scenario: str, changes: dict[str, Any], done: list[Any], entry: dict[str, str] | None, tmp_path: Path
) -> None:
    with firewall_with(scenario=scenario, **changes) as firewall:
        before = firewall.snapshot()
        looked = repair(firewall, check=True, audit_dir=str(tmp_path))
        assert (looked["outcome"], looked["reason"], looked["changed"]) == ("planned", None, True)
        assert [action["state"] for action in looked["actions"]] == ["planned"] * len(done)
        assert firewall.snapshot() == before
        assert firewall.world.statistics.writes == []
        assert list(tmp_path.iterdir()) == []

        record = repair(firewall, audit_dir=str(tmp_path))
        assert (record["outcome"], record["error"], record["left_behind"]) == ("repaired", None, [])
        # While device-server does not answer, whether it is connected cannot be told.
        told = "undetermined" if record["cause"] == "device_server_unavailable" else "broken"
        assert (record["verdict_before"], record["verdict_after"]) == (told, "healthy")
        assert (steps(record), record["changed"]) == (done, True)
        assert record["cause"] == firewall.expect["cause"]
        assert record["actions"][-1]["job_id"] == firewall.world.jobs.all[-1].number
        assert record["actions"][-1]["confirmed"] is True
        assert exclusion(firewall, "running") == exclusion(firewall) == entry
        assert [commit.force for commit in firewall.world.commits] == [done != EXCLUDE]
        assert len(firewall.world.restarts) == len([step for step in done if step[0].startswith("restart")])
        assert_left_clean(firewall, 1)
        assert_record_kept(tmp_path, record, [firewall])

        before = firewall.snapshot()
        again = repair(firewall, audit_dir=str(tmp_path))
        assert (again["outcome"], again["changed"], again["actions"]) == ("nothing_to_do", False, [])
        assert firewall.snapshot() == before
        assert_record_kept(tmp_path, again, [firewall])
        assert len(list((tmp_path / firewall.name).iterdir())) == 2


def test_progress() -> None:
    with firewall_with() as firewall:
        lines: list[str] = []
        repair(firewall, lines.append)
        assert all(line.startswith("fw-1: ") for line in lines)
        told = "\n".join(lines)
        assert "queued" in told
        assert "waiting for the connection to the MLAV cloud" in told
        assert firewall.password not in told


def test_failed_run_leaves_its_record(tmp_path: Path) -> None:
    with firewall_with(fault("job_fails", "commit", text=f"bad value {NAME}")) as firewall:
        record = repair(firewall, audit_dir=str(tmp_path))
        assert record["outcome"] == "failed"
        assert_record_kept(tmp_path, record, [firewall])
        refusal = repair(firewall, audit_dir=str(tmp_path), maintenance_window=CLOSED)
        assert_record_kept(tmp_path, refusal, [firewall])
        assert options(firewall)["maintenance_window"] != CLOSED
