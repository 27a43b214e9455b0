# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_remediate`` killed at each step and run again: no second commit, and nothing is left that nobody tells of."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet

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
    our_locks,
    repair,
    run_of_its_own,
    steps,
    wait_until,
)

pytestmark = pytest.mark.usefixtures("quick")

TWICE = "tls_interception_twice"
OVER_API: dict[str, Any] = {"refused_over_api": [], "restart_in_system_log": False}
SWITCHED_OFF: dict[str, Any] = {
    "firewall": {"exclusions": [{"exclude": "no", "description": "Switched off for a test"}]}
}
# Until it is told to end.
ENDLESS: dict[str, Any] = {"switches": {"commit_seconds": 3600.0}}


def locked(firewall: Firewall) -> bool:
    return bool(firewall.world.locks)


def written(firewall: Firewall) -> bool:
    return (exclusion(firewall) or {}).get("exclude") == "yes"


def committed(firewall: Firewall) -> bool:
    return bool(firewall.world.commits)


def restarted(firewall: Firewall) -> bool:
    return bool(firewall.world.restarts)


def verifying(firewall: Firewall) -> bool:
    return exclusion(firewall, "running") is not None and not firewall.world.locks


def taken_back(firewall: Firewall) -> bool:
    return exclusion(firewall, "running") is not None and not written(firewall)


@dataclass(frozen=True)
class Killed:
    """Where a run is killed, and how the next one ends.

    ``commits``: all of both runs.
    """

    at: Callable[[Firewall], bool]
    step: Mapping[str, Any] | None
    commits: int
    ends: str = "repaired"
    done: list[tuple[str, str]] = field(default_factory=list)
    scenario: str = DECRYPTS
    changes: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


SHORT = {"verify_timeout": "1s"}
KILLED = {
    "lock": Killed(locked, fault("hang_after", "request config-lock add"), 1, done=EXCLUDE),
    "write": Killed(written, fault("hang_after", "config set"), 1, done=[("commit", "done")]),
    "switch on": Killed(written, fault("hang_after", "config set"), 1, done=[("commit", "done")], changes=SWITCHED_OFF),
    "commit queued": Killed(committed, fault("hang_after", "commit"), 1, done=[("commit", "done")], changes=ENDLESS),
    "commit followed": Killed(committed, None, 1, done=[("commit", "done")], changes=ENDLESS),
    "lock released": Killed(
        lambda firewall: firewall.world.faults.answers == [],
        fault("hang", "request config-lock remove"),
        1,
        ends="nothing_to_do",
    ),
    "verification": Killed(verifying, None, 1, ends="blocked", scenario=TWICE, given=SHORT),
    "taking back": Killed(
        taken_back, fault("hang_after", "config delete"), 1, ends="blocked", scenario=TWICE, given=SHORT
    ),
    "forced commit": Killed(
        committed, fault("hang_after", "commit"), 1, ends="nothing_to_do", scenario="commit_force_needed"
    ),
    "restart": Killed(
        restarted,
        fault("hang_after", "debug software restart"),
        1,
        done=FORCE,
        scenario="device_server_unavailable",
        changes={"switches": OVER_API, "firewall": {"device_server": {"restart_never_returns": True}}},
        given={"remediate_confidence": "possible"},
    ),
    "restart never sent": Killed(
        lambda firewall: firewall.world.faults.answers == [],
        fault("hang", "debug software restart"),
        1,
        done=[("restart_device_server", "done"), *FORCE],
        scenario="device_server_unavailable",
        changes={"switches": OVER_API},
        given={"remediate_confidence": "possible", "restart_timeout": "2s"},
    ),
    "commit after restart": Killed(
        committed,
        fault("hang_after", "commit"),
        1,
        ends="nothing_to_do",
        scenario="device_server_unavailable",
        changes={"switches": OVER_API},
    ),
}


@pytest.mark.parametrize("name", KILLED)
def test_killed_and_run_again(name: str, tmp_path: Path) -> None:
    case = KILLED[name]
    with firewall_with(*filter(None, [case.step]), scenario=case.scenario, **case.changes) as firewall:
        world = firewall.world
        given: dict[str, Any] = {"audit_dir": str(tmp_path), **case.given}
        longer = {**given, "verify_timeout": "60s"} if name == "verification" else given
        with run_of_its_own(firewall, **longer) as process:
            wait_until(lambda: case.at(firewall), process)
            process.send_signal(signal.SIGKILL)
            process.wait()
        [kept] = (tmp_path / firewall.name).iterdir()
        assert json.loads(kept.read_text(encoding="ascii"))["outcome"] == "running"
        world.faults.answers.clear()
        if case.ends == "nothing_to_do":
            end_jobs(firewall)
        again = repair(firewall, lambda line: wake(firewall, line), **given)
        assert (again["outcome"], steps(again)) == (case.ends, case.done), again
        assert len(world.commits) == case.commits
        assert len(world.restarts) == (1 if case.scenario == "device_server_unavailable" else 0)
        assert our_locks(firewall) == []
        assert world.config.pending is (name == "taking back")
        assert_record_kept(tmp_path, again, [firewall])
        # What runs now is what a repair needs, or is told of.
        if case.ends == "blocked":
            [left] = again["left_behind"]
            assert NAME in left
            assert exclusion(firewall, "running") is not None
            assert repair(firewall, **given)["left_behind"] == [left]
        else:
            assert again["left_behind"] == []
            assert world.status() == "connected"


def wake(firewall: Firewall, line: str) -> None:
    """What is waited for comes: device-server, or the end of a commit."""
    if "waiting for device-server" in line and firewall.world.restarts:
        firewall.world.spec.device_server.state = "running"
    if "waiting for Commit" in line or line.endswith(": queued"):
        end_jobs(firewall)


@pytest.mark.parametrize("logged", [True, False], ids=["logged", "recorded only"])
def test_restart_that_is_over_when_the_next_run_starts(logged: bool, tmp_path: Path) -> None:
    """The firewall is disconnected, and no longer busy: the forced commit is still to be done, and that is told."""
    restart = fault("hang_after", "debug software restart")
    switches = {**OVER_API, "restart_in_system_log": logged}
    given: dict[str, Any] = {"audit_dir": str(tmp_path)}
    with firewall_with(restart, scenario="device_server_unavailable", switches=switches) as firewall:
        with run_of_its_own(firewall, **given) as process:
            wait_until(lambda: restarted(firewall), process)
            process.kill()
            process.wait()
        firewall.world.faults.answers.clear()
        firewall.world.busy_until = 0.0
        assert firewall.world.status() == "disconnected"
        refused = repair(firewall, **given, maintenance_window=CLOSED)
        assert (refused["outcome"], refused["guard"]) == ("blocked", "maintenance_window" if logged else "confidence")
        assert refused["cause"] == "commit_force_needed"
        assert [line for line in refused["left_behind"] if "lock" not in line] == [
            f"device-server of fw-1 may have been restarted at {began(tmp_path)}, and no forced commit is known to "
            "have followed. Outstanding: Commit force: the whole candidate configuration, with the pending changes "
            "of every administrator."
        ]
        again = repair(firewall, **given, remediate_confidence="possible")
        assert (again["outcome"], steps(again), again["left_behind"]) == ("repaired", FORCE, []), again
        assert (len(firewall.world.restarts), len(firewall.world.commits)) == (1, 1)


def began(folder: Path) -> str:
    """When the first run that is recorded began to restart device-server."""
    record = json.loads(min((folder / "fw-1").iterdir()).read_text(encoding="ascii"))
    [moment] = [item["began_at"] for item in record["actions"] if item["action"] == "restart_device_server"]
    return str(moment)


def test_running_forced_commit_of_a_killed_run_is_not_sent_again() -> None:
    """The lock stays: from it the next run learns which commit was that of the killed one."""
    with firewall_with(fault("job_hangs", "commit"), scenario="commit_force_needed") as firewall:
        with run_of_its_own(firewall) as process:
            wait_until(lambda: committed(firewall), process)
            process.kill()
            process.wait()
        refused = repair(firewall)
        assert (refused["outcome"], refused["guard"]) == ("blocked", "busy")
        assert "The config lock on" in refused["left_behind"][0]
        firewall.world.spec.unexplained = True  # the commit does not help
        end_jobs(firewall)
        taken_up = repair(firewall, remediate_confidence="likely", verify_timeout="1s")
        assert (taken_up["outcome"], steps(taken_up)) == ("failed", FORCE)
        assert_left_clean(firewall, 1)


def test_switched_on_exclusion_without_a_record_blocks() -> None:
    """It carries no mark of ours, so it may be somebody else's."""
    with firewall_with(fault("hang_after", "config set"), **SWITCHED_OFF) as firewall:
        with run_of_its_own(firewall) as process:
            wait_until(lambda: written(firewall), process)
            process.kill()
            process.wait()
        record = repair(firewall)
        assert (record["outcome"], record["guard"]) == ("blocked", "pending_changes")
        assert NAME in record["reason"]
        assert our_locks(firewall) == []
        assert firewall.world.commits == []


def test_check_mode_after_an_interrupted_run(tmp_path: Path) -> None:
    with firewall_with(fault("hang_after", "config set"), **SWITCHED_OFF) as firewall:
        with run_of_its_own(firewall, audit_dir=str(tmp_path)) as process:
            wait_until(lambda: written(firewall), process)
            process.kill()
            process.wait()
        kept = sorted(tmp_path.rglob("*"))
        before = firewall.snapshot()
        planned = repair(firewall, check=True, audit_dir=str(tmp_path))
        assert (planned["outcome"], steps(planned)) == ("planned", [("commit", "planned")]), planned
        assert (sorted(tmp_path.rglob("*")), firewall.snapshot()) == (kept, before)
        nowhere = tmp_path / "nowhere"
        assert repair(firewall, check=True, audit_dir=str(nowhere))["guard"] == "pending_changes"
        assert not nowhere.exists()


def test_killed_while_changing_the_decryption_host(tmp_path: Path) -> None:
    entries: list[Any] = [
        {"name": "fw-behind", "scenario": "tls_interception_by_neighbour", "changes": QUICK},
        {
            "name": "fw-neighbour",
            "scenario": "decrypting_neighbour",
            "changes": {**QUICK, "faults": {"answers": [fault("hang", "request config-lock remove")]}},
        },
    ]
    with running_fleet(entries) as fleet:
        behind, neighbour = (fleet.firewalls[name] for name in ("fw-behind", "fw-neighbour"))
        given: dict[str, Any] = {
            "audit_dir": str(tmp_path),
            "decryption_host": neighbour.name,
            "decryption_connection": {"provider": neighbour.provider(), "ca_path": str(neighbour.ca_path)},
        }
        with run_of_its_own(behind, **given) as process:
            wait_until(lambda: neighbour.world.faults.answers == [], process)
            process.kill()
            process.wait()
        assert len(our_locks(neighbour)) == 1
        unreached = repair(behind, check=True, audit_dir=str(tmp_path))
        [left] = unreached["left_behind"]
        assert left.startswith(
            f"It is unknown what a previous run left behind on fw-neighbour (serial number {neighbour.serial})"
        )
        record = repair(behind, **given)
        assert (record["outcome"], record["left_behind"]) == ("nothing_to_do", [])
        assert_left_clean(neighbour, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize(
    ("at", "step", "kept"),
    [
        pytest.param(locked, fault("hang_after", "request config-lock add"), False, id="lock"),
        pytest.param(written, fault("hang_after", "config set"), False, id="write"),
        pytest.param(committed, None, True, id="commit"),
    ],
)
def test_terminated(
    number: signal.Signals, at: Callable[[Firewall], bool], step: Mapping[str, Any] | None, kept: bool, tmp_path: Path
) -> None:
    """The lock is released; a write is taken back, unless its commit is on its way, which the record then tells."""
    with firewall_with(*filter(None, [step]), **ENDLESS) as firewall:
        with run_of_its_own(firewall, audit_dir=str(tmp_path)) as process:
            wait_until(lambda: at(firewall), process)
            process.send_signal(number)
            process.wait(60)
        assert process.returncode != 0
        firewall.world.faults.answers.clear()
        assert our_locks(firewall) == []
        assert (exclusion(firewall) is not None) is kept
        [file] = (tmp_path / firewall.name).iterdir()
        record = json.loads(file.read_text(encoding="ascii"))
        assert record["outcome"] == "running"
        # The exclusion, and the job that may yet commit it.
        assert len(record["left_behind"]) == (2 if kept else 0)
        end_jobs(firewall)
        again = repair(firewall, lambda line: wake(firewall, line), audit_dir=str(tmp_path))
        assert again["outcome"] == ("nothing_to_do" if kept else "repaired")
        assert_left_clean(firewall, 1)
