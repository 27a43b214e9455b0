# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with one question costs that answer: it hides no other, and turns no diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.simulator.parts import API_RIGHTS
from tests.simulator.running import running_fleet
from tests.simulator.scenario import load
from tests.simulator.switches import ANSWER_FAULTS, WIRE_FAULTS

from .diagnosing import Found, assert_safe, diagnose, diagnose_worlds, found

pytestmark = pytest.mark.usefixtures("impatient")

WORLDS = ("healthy", "tls_interception", "name_resolution_failed", "port_443_blocked", "commit_force_needed")
EVERY_WORLD = [(world, "full") for world in WORLDS]

# A question, as the simulator calls it, and the evidence that it gives.
STAGES = {
    # Only of a model or a release that is known is it known that the device certificate may be asked for.
    "show system info": {"device", "device_certificate"},
    "show mlav cloud-status": {"cloud_status"},
    "show high-availability state": {"high_availability"},
    "show device-certificate status": {"device_certificate"},
    "show clock": set(),  # the system information tells the time too
    "request license info": {"licenses"},
    "show system software status": {"software_status"},
    "show jobs all": {"commit_state"},
    "show config effective-running": {"service_route", "decryption"},
    "show interface": {"interfaces"},
    "ping": {"ping"},
    "show netstat": {"netstat"},
    "show url-cloud status": {"siblings"},
    "tail": {"devsrv_log"},
    "log": {"system_log"},
}
# Each leaves the session as it was. A job that fails is none of a diagnosis.
PASSING = ("busy", "refused", "drop_middle", "truncate", "html", "entity_bomb")
# After these nothing more is asked by that way: every further attempt might lock the account.
ENDING = ("key_expired", "session_timed_out")
# A firewall that keeps silent, or that answers after the time limit, costs the time limit. Huge answers cost memory.
WAITING = ("hang", "hang_after", "trickle", "slow", "huge", "hostile_xml", "drop_before", "drop_after", "job_fails")
# Without it the connection's state is not known.
DECISIVE = {"show mlav cloud-status": "undetermined"}


def fault(kind: str, stage: str, **more: Any) -> dict[str, Any]:
    """A scenario's difference: this goes wrong with that question, on a release that may be asked for everything."""
    return {"firewall": {"sw_version": "11.1.14"}, "faults": {"answers": [{"kind": kind, "on": stage, **more}]}}


def at_every_stage(world: str, kind: str, **more: Any) -> dict[str, dict[str, Any]]:
    """The diagnoses of a world, one for each question that the fault can hit, by question."""
    names = {stage: f"fw-{number}" for number, stage in enumerate(STAGES)}
    entries: list[Any] = [
        {"name": name, "scenario": world, "changes": fault(kind, stage, **more)} for stage, name in names.items()
    ]
    with running_fleet(entries) as fleet, ThreadPoolExecutor(len(names)) as pool:
        tasks = {stage: pool.submit(diagnose, fleet.firewalls[name], depth="full") for stage, name in names.items()}
        return {stage: task.result() for stage, task in tasks.items()}


def test_every_kind_of_fault_is_tried() -> None:
    assert {*PASSING, *ENDING, *WAITING} == {*ANSWER_FAULTS, *WIRE_FAULTS}


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("world", ["healthy", "tls_interception"])
def test_a_fault_costs_its_own_answer(world: str, kind: str) -> None:
    expect = load(world).expect
    for stage, diagnosis in at_every_stage(world, kind).items():
        said = found(diagnosis)
        if (kind, stage) == ("busy", "show mlav cloud-status"):
            # A device-server that is busy each time it is asked is unavailable, whatever else there is.
            assert said.causes[0] == ("device_server_unavailable", "proven")
            continue
        assert_safe(diagnosis, expect)
        assert said.verdict == DECISIVE.get(stage, expect["verdict"]), (stage, said)
        # A session that was cut is not opened again for the rest of what only it gives.
        also = {"ping", "devsrv_log"} if kind == "drop_middle" else set()
        assert set(said.missing) <= STAGES[stage] | also, (stage, said)


@pytest.mark.parametrize("kind", ENDING)
@pytest.mark.parametrize("world", ["healthy", "tls_interception"])
def test_what_was_answered_before_the_session_ended_counts(world: str, kind: str) -> None:
    expect = load(world).expect
    for stage, diagnosis in at_every_stage(world, kind, via="api").items():
        assert_safe(diagnosis, expect)
        known = stage not in ("show system info", "show mlav cloud-status")
        assert diagnosis["verdict"] == (expect["verdict"] if known else "undetermined"), stage


@pytest.mark.parametrize("kind", ["hang", "hang_after", "trickle"])
@pytest.mark.parametrize("stage", ["show mlav cloud-status", "show netstat"])
def test_silence_costs_the_time_limit_of_one_question(kind: str, stage: str) -> None:
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, fault(kind, stage, via="api"), timeout=2).items():
        assert_safe(diagnosis, load(world).expect)
        assert set(found(diagnosis).missing) == STAGES[stage]
        # A second question in silence would make it four seconds; a busy machine adds to both.
        assert diagnosis["duration_ms"] < 60_000


@pytest.mark.parametrize(("times", "verdict"), [(1, "usual"), (3, "usual"), (4, "undetermined")])
def test_a_busy_firewall_is_asked_four_times(times: int, verdict: str) -> None:
    changes = fault("busy", "show mlav cloud-status", times=times)
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, changes).items():
        expect = (
            load(world).expect if verdict == "usual" else {"verdict": verdict, "cause": "device_server_unavailable"}
        )
        assert_safe(diagnosis, expect)
        assert diagnosis["verdict"] == expect["verdict"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_connection_that_is_closed_once_is_opened_anew(kind: str) -> None:
    changes = fault(kind, "show jobs all", times=1, via="api")
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, changes).items():
        assert (diagnosis["verdict"], diagnosis["missing"]) == (load(world).expect["verdict"], [])


def test_slow_answers_change_nothing() -> None:
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, fault("slow", "", ms=60)).items():
        assert (diagnosis["verdict"], diagnosis["missing"]) == (load(world).expect["verdict"], [])


NO_SSH = {
    "healthy": Found("healthy"),
    # The system log tells it; devsrv.log may hold something newer.
    "tls_interception": Found("broken", (("tls_interception", "likely"),)),
    "name_resolution_failed": Found("broken"),
    "port_443_blocked": Found("broken"),
    "commit_force_needed": Found("broken", (("commit_force_needed", "likely"),)),
}


@pytest.mark.parametrize("panorama", ["", "pano-1"])
def test_without_ssh(panorama: str) -> None:
    _compare(diagnose_worlds(EVERY_WORLD, {"access": {"ssh": "none"}}, panorama), NO_SSH, {"ping", "devsrv_log"})


@pytest.mark.parametrize("code", ["code16", "code403"])
@pytest.mark.parametrize("right", ["op", "config", "log"])
@pytest.mark.parametrize("ssh", ["none", "password"])
def test_a_role_that_lacks_a_right(right: str, code: str, ssh: str) -> None:
    rights = [name for name in API_RIGHTS if name != right]
    changes = {
        "firewall": {"admins": [{"name": "reader", "role": "custom", "rights": rights}]},
        "access": {"admin": "reader", "ssh": ssh},
        "switches": {"missing_right": code},
    }
    for (world, _depth), diagnosis in diagnose_worlds(EVERY_WORLD, changes).items():
        expect = load(world).expect
        assert_safe(diagnosis, expect)
        if ssh == "password":
            assert diagnosis["verdict"] == expect["verdict"], diagnosis["summary"]
        elif right == "op":
            assert diagnosis["verdict"] == "undetermined"
            assert "right" in diagnosis["missing"][0]["hint"]


@pytest.mark.parametrize("ssh", ["none", "password"])
def test_through_panorama(ssh: str) -> None:
    results = diagnose_worlds(EVERY_WORLD, {"access": {"ssh": ssh}}, "pano-1")
    for (world, _depth), diagnosis in results.items():
        assert_safe(diagnosis, load(world).expect)
        if ssh == "password":
            assert (diagnosis["verdict"], diagnosis["missing"]) == (load(world).expect["verdict"], [])


def _compare(results: Mapping[Any, dict[str, Any]], expected: Mapping[str, Found], missing: set[str]) -> None:
    for (world, _depth), diagnosis in results.items():
        assert_safe(diagnosis, load(world).expect)
        said = found(diagnosis)
        assert said.verdict == expected[world].verdict, (world, said)
        strong = tuple(cause for cause in said.causes if cause[1] != "possible")
        assert strong == expected[world].causes, (world, said)
        assert set(said.missing) == missing, (world, said)
