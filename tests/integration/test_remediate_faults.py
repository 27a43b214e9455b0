# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_remediate`` when something fails in the middle: what was written is taken back or told; nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from tests.simulator.fleet import Firewall
from tests.simulator.interference import interfere
from tests.simulator.parts import merge
from tests.simulator.running import running_fleet
from tests.simulator.switches import Fault
from tests.tooling.operations import run_operation

from .committing import fault
from .pace import at_the_pace
from .repairing import (
    DECRYPTS,
    EXCLUDE,
    FORCE,
    NAME,
    QUICK,
    assert_left_clean,
    assert_record_kept,
    exclusion,
    firewall_with,
    options,
    our_locks,
    repair,
    steps,
)

pytestmark = pytest.mark.usefixtures("quick")

TWICE = "tls_interception_twice"
OFF = {"exclude": "no", "description": "Switched off for a test"}
SWITCHED_OFF = {"firewall": {"exclusions": [OFF]}}
OVER_API: dict[str, Any] = {"refused_over_api": []}
TAKE_BACK = [("remove_exclusion", "done"), ("commit", "done")]


def when(said: str, do: Callable[[], object]) -> Callable[[str], None]:
    """Does something the first time that a line of progress tells of it."""
    left = [do]

    def say(line: str) -> None:
        if left and said in line:
            left.pop()()

    return say


# Answers that are lost.


@pytest.mark.parametrize("kind", ["drop_after", "hang_after", "truncate"])
@pytest.mark.parametrize("scenario", [DECRYPTS, "commit_force_needed", "device_server_unavailable"])
def test_commit_whose_answer_is_lost_is_not_sent_again(scenario: str, kind: str) -> None:
    with firewall_with(fault(kind, "commit"), scenario=scenario) as firewall:
        record = repair(firewall, timeout=1)
        assert (record["outcome"], record["left_behind"]) == ("repaired", [])
        assert record["actions"][-1]["job_id"] == firewall.world.jobs.all[-1].number
        assert firewall.statistics()["asked"].count("commit") == 1
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("kind", ["drop_after", "hang_after", "truncate"])
@pytest.mark.parametrize("changes", [{}, SWITCHED_OFF], ids=["created", "switched on"])
def test_write_whose_answer_is_lost_is_found_in_the_candidate(kind: str, changes: dict[str, Any]) -> None:
    with firewall_with(fault(kind, "config set"), **changes) as firewall:
        record = repair(firewall, timeout=1)
        assert (record["outcome"], steps(record)) == ("repaired", EXCLUDE)
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("kind", ["drop_before", "refused", "busy"])
def test_write_that_failed(kind: str) -> None:
    with firewall_with(fault(kind, "config set")) as firewall:
        before = firewall.snapshot()
        record = repair(firewall)
        assert (record["outcome"], record["left_behind"]) == ("failed", [])
        assert steps(record) == [("add_exclusion", "failed")]
        assert firewall.snapshot() == before
        assert repair(firewall)["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


def test_commit_that_is_not_found_is_reported() -> None:
    with firewall_with(fault("drop_before", "commit")) as firewall:
        record = repair(firewall)
        assert record["outcome"] == "failed"
        [left] = record["left_behind"]
        assert NAME in left
        assert "may be carried out" in left
        assert exclusion(firewall) is not None
        assert firewall.statistics()["asked"].count("commit") == 1
        assert our_locks(firewall) == []
        # It was not taken, so the next run takes it up.
        again = repair(firewall)
        assert (again["outcome"], steps(again)) == ("repaired", [("commit", "done")])
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("right", ["commit", "config"])
def test_account_without_the_right(right: str) -> None:
    rights = [item for item in ("op", "config", "log", "commit") if item != right]
    admins = [{"name": "deployer", "role": "custom", "rights": rights}]
    with firewall_with(firewall={"admins": admins}, access={"admin": "deployer"}) as firewall:
        before = firewall.snapshot()
        record = repair(firewall)
        assert (record["outcome"], record["left_behind"]) == ("failed", [])
        assert record["actions"] == [] or record["actions"][-1]["state"] == "failed"
        after = firewall.snapshot()
        assert (after.candidate, after.running, after.locks) == (before.candidate, before.running, ())
        assert_left_clean(firewall, 0) if right == "config" else None


# Jobs.


@pytest.mark.parametrize("changes", [{}, SWITCHED_OFF], ids=["created", "switched on"])
def test_failed_commit_leaves_the_candidate_as_it_was(changes: dict[str, Any], tmp_path: Path) -> None:
    said = "vsys1: rule shadows another\nCommit failed"
    with firewall_with(fault("job_fails", "commit", text=said), **changes) as firewall:
        before = firewall.snapshot()
        record = repair(firewall, audit_dir=str(tmp_path))
        assert (record["outcome"], record["verdict_after"]) == ("failed", None)
        assert "vsys1: rule shadows another" in record["error"]
        assert record["actions"][-1]["details"] == said.splitlines()
        assert record["actions"][-1]["job_id"] == firewall.world.jobs.all[-1].number
        assert steps(record) == [("add_exclusion", "done"), ("commit", "failed")]
        assert record["left_behind"] == []
        after = firewall.snapshot()
        assert (after.candidate, after.running, after.locks) == (before.candidate, before.running, ())
        assert after.candidate == after.running
        assert_record_kept(tmp_path, record, [firewall])
        assert repair(firewall, audit_dir=str(tmp_path))["outcome"] == "repaired"
        assert len(firewall.world.commits) == 2
        assert our_locks(firewall) == []


def test_failed_forced_commit() -> None:
    with firewall_with(fault("job_fails", "commit", text="not today"), scenario="commit_force_needed") as firewall:
        record = repair(firewall)
        assert (record["outcome"], record["left_behind"]) == ("failed", [])
        assert "not today" in record["error"]
        assert_left_clean(firewall, 1)


@pytest.mark.parametrize("ends", ["good", "bad"])
def test_commit_that_never_ends_is_reported_and_waited_for(ends: str) -> None:
    with firewall_with(fault("job_hangs", "commit")) as firewall:
        record = repair(firewall, commit_timeout="1s")
        job = firewall.world.jobs.all[-1]
        assert (record["outcome"], record["actions"][-1]["job_id"]) == ("failed", job.number)
        waits, runs = record["left_behind"]
        assert NAME in waits
        assert f"job {job.number}" in runs
        assert exclusion(firewall) is not None
        assert our_locks(firewall) == []
        # Its end is waited for, and it is not sent again before.
        refused = repair(firewall, busy_wait="0s")
        assert (refused["outcome"], refused["guard"], len(refused["left_behind"])) == ("blocked", "busy", 2)
        assert len(firewall.world.commits) == 1
        job.failure = [] if ends == "good" else ["it was too much"]

        def end() -> None:
            job.takes = 0.0

        again = repair(firewall, when("waiting for", end), busy_wait="1m")
        assert again["outcome"] == "repaired"
        # Where the first has done it, nothing is left to be committed.
        assert (again["actions"][-1]["job_id"] is None) is (ends == "good")
        assert again["changed"] is (ends == "bad")
        assert_left_clean(firewall, 1 if ends == "good" else 2)


# The restart.


def test_device_server_does_not_answer_again(tmp_path: Path) -> None:
    server = {"state": "busy", "restart_never_returns": True}
    with firewall_with(scenario="device_server_unavailable", firewall={"device_server": server}) as firewall:
        record = repair(firewall, restart_timeout="1s", audit_dir=str(tmp_path))
        assert (record["outcome"], steps(record)) == ("failed", [("restart_device_server", "failed")])
        [left] = record["left_behind"]
        assert "device-server of fw-1 was restarted" in left
        assert "Commit force" in left
        assert (len(firewall.world.restarts), firewall.world.locks) == (1, [])
        assert_record_kept(tmp_path, record, [firewall])


@pytest.mark.parametrize("ssh", [True, False], ids=["both refuse", "no SSH"])
def test_restart_command_is_refused(ssh: bool) -> None:
    given: dict[str, Any] = {} if ssh else {"ssh": None}
    switches = {"refused_over_ssh": ["debug"]}
    with firewall_with(scenario="device_server_unavailable", switches=switches) as firewall:
        before = firewall.snapshot()
        record = repair(firewall, **given)
        assert (record["outcome"], record["left_behind"]) == ("failed", [])
        assert steps(record) == [("restart_device_server", "failed")]
        assert "debug software restart process device-server" in record["error"]
        assert firewall.snapshot() == before


NOW = datetime.now(timezone.utc).replace(second=0, microsecond=0)
HOUR = timedelta(hours=1)


def until(minutes: int) -> dict[str, Any]:
    begins, ends = NOW - timedelta(hours=1), NOW + timedelta(minutes=minutes)
    return {"maintenance_window": [{"from": f"{begins:%Y-%m-%dT%H:%MZ}", "to": f"{ends:%Y-%m-%dT%H:%MZ}"}]}


def later(happened: Callable[[], object], minutes: int = 55) -> Any:
    """The clock is put on when something has happened."""
    return at_the_pace(now=lambda: NOW + timedelta(minutes=minutes if happened() else 0))


@pytest.mark.parametrize("logged", [True, False], ids=["logged", "recorded only"])
def test_window_closes_between_restart_and_commit(logged: bool, tmp_path: Path) -> None:
    switches = {**OVER_API, "restart_in_system_log": logged}
    with firewall_with(scenario="device_server_unavailable", switches=switches) as firewall:
        kept: dict[str, Any] = {"audit_dir": str(tmp_path)}
        with later(lambda: firewall.world.restarts):
            record = repair(firewall, **until(60), **kept)
            assert (record["outcome"], record["changed"]) == ("failed", True)
            assert steps(record) == [("restart_device_server", "done"), ("commit_force", "blocked")]
            assert record["actions"][-1]["guard"] == "maintenance_window"
            assert "Outstanding: Commit force" in record["left_behind"][0]
            # Where the log does not tell, the cause is another one now, which a person has to allow.
            refused = repair(firewall, **until(60), **kept, remediate_confidence="possible")
            assert refused["outcome"] == "blocked"
            assert (len(firewall.world.restarts), len(firewall.world.commits)) == (1, 0)
        firewall.world.spec.device_server.state = "busy"
        with at_the_pace():
            # However long the tests took until here.
            longer = {**kept, "restart_timeout": "12h"}
            again = repair(firewall, when("commit force", lambda: wake(firewall)), **until(600), **longer)
        assert (again["outcome"], steps(again)) == ("repaired", FORCE)
        assert len(firewall.world.restarts) == 1
        assert_left_clean(firewall, 1)


def test_window_too_short_for_a_restart() -> None:
    """In check mode, too."""
    with (
        firewall_with(scenario="device_server_unavailable", switches=OVER_API) as firewall,
        at_the_pace(now=lambda: NOW),
    ):
        for check in (True, False):
            record = repair(firewall, check=check, **until(12))
            assert (record["guard"], record["option"]) == ("maintenance_window", "mlav_ignore_window"), record
            assert "for the 900 seconds" in record["reason"]
        assert (firewall.world.restarts, firewall.world.commits) == ([], [])
        assert repair(firewall, check=True, restart_min_remaining="0s", **until(12))["reason"] is None


def wake(firewall: Firewall) -> None:
    firewall.world.spec.device_server.state = "running"


def test_steps_change_after_planning() -> None:
    """Somebody forces a commit while we wait for the lock, so that a restart would be needed, which nobody has seen."""
    server = {"state": "busy", "restarted_ago": "5m"}
    with firewall_with(
        scenario="device_server_unavailable", firewall={"device_server": server}, switches={"commit_seconds": 0.0}
    ) as firewall:
        world = firewall.world
        world.require_admin("bob")
        world.faults.answers.append(Fault(**fault("interfere", "request config-lock add", text="commit")))
        record = repair(firewall, restart_timeout="1h")
        assert (record["outcome"], record["guard"], record["actions"]) == ("blocked", "plan", [])
        assert "Run it again." in record["reason"]
        assert (world.restarts, [commit.user for commit in world.commits], world.locks) == ([], ["bob"], [])


def test_firewall_reconnects_while_it_is_planned() -> None:
    with firewall_with(scenario="commit_force_needed", switches={"commit_seconds": 0.0}) as firewall:
        firewall.world.require_admin("bob")
        firewall.world.faults.answers.append(Fault(**fault("interfere", "config get", text="commit")))
        record = repair(firewall)
        assert (record["outcome"], record["actions"], record["changed"]) == ("nothing_to_do", [], False)
        assert [commit.user for commit in firewall.world.commits] == ["bob"]


def test_cause_changes_during_the_wait_for_the_window() -> None:
    """What was planned for the device that decrypts is forgotten: the new remedy is this firewall's own."""
    logged = {"switches": {"restart_in_system_log": True, "software_status": "start_time"}}
    entries: list[Any] = [
        {"name": "fw-behind", "scenario": "tls_interception_by_neighbour", "changes": merge(QUICK, logged)},
        {"name": "fw-neighbour", "scenario": "decrypting_neighbour", "changes": QUICK},
    ]
    with running_fleet(entries) as fleet:
        behind, neighbour = fleet.firewalls.values()
        before = neighbour.snapshot()

        def somebody_mends_and_restarts() -> None:
            behind.world.spec.path.decrypting_device = "none"
            behind.world.neighbour = None
            behind.world.restart_device_server("bob")

        with later(lambda: behind.world.restarts, minutes=61):
            result = run_operation(
                REMEDIATE,
                options(
                    behind,
                    decryption_host=neighbour.name,
                    decryption_connection={"provider": neighbour.provider(), "ca_path": str(neighbour.ca_path)},
                    maintenance_window=[
                        {"from": f"{NOW + HOUR:%Y-%m-%dT%H:%MZ}", "to": f"{NOW + 3 * HOUR:%Y-%m-%dT%H:%MZ}"}
                    ],
                    window_wait="2h",
                    restart_timeout="20s",
                ),
                say=when("waiting for the maintenance window", somebody_mends_and_restarts),
            )
        record = result["remediation"]
        assert (record["outcome"], record["cause"], steps(record)) == ("repaired", "commit_force_needed", FORCE), record
        assert {action["host"] for action in record["actions"]} == {behind.name}
        assert "diff" not in result
        assert neighbour.snapshot() == before


# It did not help.


@pytest.mark.parametrize("changes", [{}, SWITCHED_OFF], ids=["created", "switched on"])
def test_exclusion_that_does_not_help_is_rolled_back_exactly(changes: dict[str, Any], tmp_path: Path) -> None:
    with firewall_with(scenario=TWICE, **changes) as firewall:
        before = firewall.snapshot()
        given: dict[str, Any] = {"verify_timeout": "1s", "audit_dir": str(tmp_path)}
        record = repair(firewall, **given)
        assert (record["outcome"], record["verdict_after"], record["left_behind"]) == ("rolled_back", "broken", [])
        assert steps(record) == [*EXCLUDE, *TAKE_BACK]
        assert "is not connected" in record["error"]
        after = firewall.snapshot()
        assert (after.candidate, after.running) == (before.candidate, before.running)
        assert exclusion(firewall, "running") == (OFF if changes else None)
        assert_left_clean(firewall, 2)
        assert_record_kept(tmp_path, record, [firewall])
        expected = repair(firewall, check=True)["plan"]["candidate"]
        assert repair(firewall, **given, expected_candidate=expected)["outcome"] == "rolled_back"
        assert_left_clean(firewall, 4)


def test_rollback_on_the_decryption_host() -> None:
    """It decrypts, but not this traffic."""
    entries: list[Any] = [
        {"name": "fw-behind", "scenario": "tls_interception_by_neighbour", "changes": QUICK},
        {"name": "fw-neighbour", "scenario": "decrypting_neighbour", "changes": QUICK},
        {"name": "fw-other", "scenario": "decrypting_neighbour", "changes": QUICK},
    ]
    with running_fleet(entries) as fleet:
        behind, neighbour, other = fleet.firewalls.values()
        before = {firewall.name: firewall.snapshot() for firewall in fleet.firewalls.values()}
        record = repair(
            behind,
            verify_timeout="1s",
            decryption_host=other.name,
            decryption_connection={"provider": other.provider(), "ca_path": str(other.ca_path)},
        )
        assert (record["outcome"], record["left_behind"]) == ("rolled_back", [])
        assert {action["host"] for action in record["actions"]} == {other.name}
        after = other.snapshot()
        assert (after.candidate, after.running) == (before[other.name].candidate, before[other.name].running)
        assert_left_clean(other, 2)
        assert all(firewall.snapshot() == before[firewall.name] for firewall in (behind, neighbour))


def test_without_rollback_the_exclusion_stays_and_is_reported() -> None:
    with firewall_with(scenario=TWICE) as firewall:
        record = repair(firewall, verify_timeout="1s", rollback=False)
        assert (record["outcome"], steps(record)) == ("failed", EXCLUDE)
        [left] = record["left_behind"]
        assert NAME in left
        assert "did not help" in left
        assert exclusion(firewall, "running") is not None
        assert_left_clean(firewall, 1)


def locked_by_bob(firewall: Firewall) -> None:
    interfere(firewall.world, "config_lock", "admin")


def edited_by_bob(firewall: Firewall) -> None:
    interfere(firewall.world, "edit", "admin")


@pytest.mark.parametrize(
    ("hinder", "said"),
    [
        pytest.param(locked_by_bob, "bob holds the config lock", id="lock"),
        pytest.param(edited_by_bob, "changed-by-bob", id="changes"),
    ],
)
def test_rollback_is_blocked(hinder: Callable[[Firewall], None], said: str) -> None:
    with firewall_with(scenario=TWICE) as firewall:
        record = repair(firewall, when("waiting for the connection", lambda: hinder(firewall)), verify_timeout="1s")
        assert (record["outcome"], steps(record)) == ("failed", EXCLUDE)
        [left] = record["left_behind"]
        assert NAME in left
        assert said in left
        assert exclusion(firewall, "running") is not None
        assert len(firewall.world.commits) == 1
        assert our_locks(firewall) == []


def test_window_closes_before_the_rollback() -> None:
    with firewall_with(scenario=TWICE) as firewall, later(lambda: firewall.world.commits and not firewall.world.locks):
        record = repair(firewall, verify_timeout="1s", **until(60))
        assert (record["outcome"], steps(record)) == ("failed", EXCLUDE)
        assert "no maintenance window is open" in record["left_behind"][0]
        assert exclusion(firewall, "running") is not None
        assert_left_clean(firewall, 1)


def test_commit_of_the_rollback_fails() -> None:
    """The candidate is then as what runs, so that nobody commits half of it by chance."""
    with firewall_with(scenario=TWICE) as firewall:

        def fail() -> None:
            firewall.world.faults.answers.append(Fault(**fault("job_fails", "commit", text="not today")))

        record = repair(firewall, when("waiting for the connection", fail), verify_timeout="1s")
        assert (record["outcome"], steps(record)) == (
            "failed",
            [*EXCLUDE, ("remove_exclusion", "done"), ("commit", "failed")],
        )
        [left] = record["left_behind"]
        assert NAME in left
        assert "not today" in left
        assert exclusion(firewall) == exclusion(firewall, "running")
        assert exclusion(firewall) is not None
        assert our_locks(firewall) == []
        assert firewall.world.config.pending is False


# Others at the same time.


@pytest.mark.parametrize(
    ("text", "given"),
    [
        pytest.param("edit_same", {}, id="our account elsewhere"),
        pytest.param("edit", {"lock": False}, id="nobody is kept out"),
    ],
)
def test_another_administrator_edits_between_write_and_commit(text: str, given: dict[str, Any]) -> None:
    with firewall_with(fault("interfere", "config set", text=text, after=True)) as firewall:
        record = repair(firewall, **given)
        assert (record["outcome"], record["guard"], record["option"]) == ("blocked", "candidate_changed", None)
        assert "changed-by-" in record["reason"]
        assert record["left_behind"] == []
        assert exclusion(firewall) is None
        others = [change for change in firewall.world.config.changes if "address" in change.xpath]
        assert len(others) == 1
        assert firewall.world.config.pending
        assert firewall.world.commits == []
        assert our_locks(firewall) == []


def test_lock_keeps_others_out() -> None:
    with firewall_with(fault("interfere", "config set", text="edit", after=True)) as firewall:
        assert repair(firewall)["outcome"] == "repaired"
        assert_left_clean(firewall, 1)


def test_window_closes_between_write_and_commit() -> None:
    with firewall_with() as firewall, later(lambda: exclusion(firewall) is not None):
        before = firewall.snapshot()
        record = repair(firewall, **until(60))
        assert (record["outcome"], record["guard"]) == ("blocked", "maintenance_window")
        assert steps(record) == [("add_exclusion", "done"), ("commit", "blocked")]
        after = firewall.snapshot()
        assert (after.candidate, after.running, after.commits) == (before.candidate, before.running, ())
        assert our_locks(firewall) == []


@pytest.mark.parametrize("scenario", [DECRYPTS, "commit_force_needed"])
@pytest.mark.parametrize("other", ["admin", "alice"], ids=["same account", "another account"])
def test_two_operators_at_once(other: str, scenario: str, tmp_path: Path) -> None:
    admins = [{"name": "admin"}, {"name": "alice"}]
    with firewall_with(scenario=scenario, firewall={"admins": admins}) as firewall, ThreadPoolExecutor(2) as pool:
        start = Barrier(2)

        def operator(name: str, folder: str) -> dict[str, Any]:
            admin = firewall.world.require_admin(name)
            login = {"username": name, "password": admin.password}
            given = options(
                firewall,
                provider={**firewall.provider(), **login},
                ssh={**(firewall.ssh() or {}), **login},
                audit_dir=str(tmp_path / folder),
            )
            start.wait()
            return run_operation(REMEDIATE, given)

        running = [pool.submit(operator, name, folder) for name, folder in (("admin", "1"), (other, "2"))]
        results = [task.result() for task in running]
        records = [result["remediation"] for result in results]
        assert [result["changed"] for result in results].count(True) == 1, records
        guards = {"config_lock", "candidate_changed", "pending_changes", "busy", "confidence"}
        for result, record in zip(results, records, strict=True):
            # What the other run works on, which cannot be told from what a run left before its lease is over.
            # The one that repaired may see the lock that the other has taken after it.
            words = ("The config lock on", *((NAME, "Commit job") if record["outcome"] == "blocked" else ()))
            assert all(any(word in line for word in words) for line in record["left_behind"])
            assert (record["outcome"] in ("repaired", "nothing_to_do")) is (record["guard"] not in guards), record
            assert record["outcome"] == "repaired" or not result["changed"]
        assert [commit.force for commit in firewall.world.commits] == [scenario != DECRYPTS]
        assert firewall.world.locks == []
        assert firewall.world.status() == "connected"


# This computer.


def test_record_cannot_be_written_anymore(tmp_path: Path) -> None:
    """What was committed stays in the candidate as well, and the result tells of it."""
    with firewall_with() as firewall:
        folder = tmp_path / "audit"

        def lose() -> None:
            shutil.rmtree(folder)
            folder.write_text("full", encoding="utf-8")

        record = repair(firewall, when(": done", lose), audit_dir=str(folder))
        assert record["outcome"] == "failed"
        assert "audit_dir cannot be written" in record["error"]
        assert NAME in record["left_behind"][0]
        assert exclusion(firewall) == exclusion(firewall, "running")
        assert exclusion(firewall) is not None
        assert_left_clean(firewall, 1)


def test_record_cannot_be_written_at_first(tmp_path: Path) -> None:
    with firewall_with() as firewall:
        folder = tmp_path / "audit"

        def lose() -> None:
            shutil.rmtree(folder)
            folder.write_text("full", encoding="utf-8")
            job.takes = 0.0

        job = firewall.world.jobs.add("Content", "Auto update agent", firewall.world.now(), 3600.0)
        before = firewall.snapshot()
        record = repair(firewall, when("waiting for", lose), audit_dir=str(folder))
        assert (record["outcome"], record["left_behind"]) == ("failed", [])
        after = firewall.snapshot()
        assert (after.candidate, after.commits, after.locks) == (before.candidate, (), ())
