# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many simulated firewalls in one sweep: what each costs, what a bad one costs the others, and who is told what."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet
from tests.simulator.switches import Fault
from tests.tooling.operations import run_operation
from tests.tooling.schemas import validator

from .conftest import Ansible, Case
from .test_modules import AS_PROCESS

WITH_KEY: dict[str, Any] = {"access": {"api": "key", "ssh": "none"}}
WITH_PASSWORD: dict[str, Any] = {"access": {"api": "password", "ssh": "none"}}
STATUS = "show mlav cloud-status"
LIMIT_S = 2


def options(firewall: Firewall, **more: Any) -> dict[str, Any]:
    given = {"host": firewall.name, "provider": firewall.provider(), "ca_path": str(firewall.ca_path)}
    return {**given, **more}


def sweep(firewalls: list[dict[str, Any]], **task: Any) -> dict[str, Any]:
    return run_operation(SWEEP_INFO, {"firewalls": firewalls, **task})


def diagnoses(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What a report makes of a sweep."""
    given = {"diagnoses": [], "swept": found["firewalls"], "query": "@"}
    answer: list[dict[str, Any]] = run_operation(REPORT, given)["query_answer"]
    return answer


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["host"]: row for row in found["firewalls"]}


def faulty(kind: str, **more: Any) -> dict[str, Any]:
    return {"faults": {"answers": [{"kind": kind, **more}]}}


#: name -> (changes of a firewall that is reached by password, changes of its options, state, kind, diagnosed further)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str | None, bool]] = {
    "healthy": ({}, {}, "connected", None, False),
    "tags": ({"switches": {"cloud_status_shape": "tags"}}, {}, "connected", None, False),
    "word": ({"switches": {"cloud_connection_word": "connecting"}}, {}, "unknown", None, True),
    "lost": ({"firewall": {"dns": {"mode": "fails"}}}, {}, "disconnected", None, True),
    "busy": (faulty("busy", on=STATUS), {}, "unavailable", None, True),
    "refused": (faulty("refused", on=STATUS), {}, "error", "refused", True),
    "truncated": (faulty("truncate"), {}, "error", "malformed", True),
    "login-page": (faulty("html"), {}, "error", "foreign_answer", False),
    "entities": (faulty("entity_bomb"), {}, "error", "malformed", True),
    "cut": (faulty("drop_middle"), {}, "error", "malformed", True),
    "reset": (faulty("drop_before"), {}, "error", "unreachable", False),
    "hang": (faulty("hang"), {}, "error", "timeout", False),
    "hang-after-login": (faulty("hang", on=STATUS), {}, "error", "timeout", False),
    "trickle": (faulty("trickle"), {}, "error", "timeout", False),
    # Each of the two answers is in time, both together are not.
    "slow-twice": (faulty("slow", ms=700 * LIMIT_S), {}, "error", "timeout", False),
    "patient": (faulty("slow", ms=700 * LIMIT_S), {"timeout": 3 * LIMIT_S}, "connected", None, False),
    "expired-key": ({}, {"api_key": "LUFRPT1expired"}, "error", "authentication", False),
    "session": (faulty("session_timed_out", on=STATUS), {}, "error", "authentication", False),
    "wrong-password": ({"faults": {"wrong_password": True}}, {}, "error", "authentication", False),
    "self-signed": ({"faults": {"certificate": "self_signed"}}, {}, "error", "tls", False),
    "wrong-name": ({"faults": {"certificate": "wrong_name"}}, {}, "error", "tls", False),
    "pinned": ({}, {"cert_fingerprint": "ab" * 32}, "error", "tls", False),
    "no-name": ({}, {"ip_address": "no-such-host.invalid"}, "error", "unreachable", False),
    # The last to start: a port that nobody has yet, no other firewall takes afterwards.
    "closed-port": ({"faults": {"unreachable": True}}, {}, "error", "unreachable", False),
}


@pytest.fixture(scope="module")
def cases() -> Iterator[tuple[dict[str, Firewall], dict[str, Any]]]:
    """All cases in one sweep."""
    entries: list[Any] = [
        {"name": name, "scenario": "healthy", "changes": {**WITH_PASSWORD, **case[0]}} for name, case in CASES.items()
    ]
    with running_fleet(entries) as fleet:
        given = []
        for name, (_scenario, changes, *_rest) in CASES.items():
            own = options(fleet.firewalls[name])
            for option, value in changes.items():
                place = own["provider"] if option in ("api_key", "ip_address") else own
                place[option] = value
            given.append(own)
        yield fleet.firewalls, sweep(given, timeout=LIMIT_S, parallel=50)


@pytest.mark.parametrize("name", CASES)
def test_state_error_and_who_is_diagnosed_further(name: str, cases: tuple[dict[str, Firewall], dict[str, Any]]) -> None:
    _scenario, _options, state, kind, further = CASES[name]
    row = rows(cases[1])[name]
    assert (row["state"], (row["error"] or {}).get("kind")) == (state, kind), row
    assert (name in cases[1]["not_connected"]) is further
    results = [result for result in diagnoses(cases[1]) if result["host"] == name]
    assert [result["verdict"] for result in results] == (
        [] if further else ["healthy" if state == "connected" else "undetermined"]
    )
    for result in results:
        validator("diagnosis").validate(result)
        assert kind is None or result["summary"].startswith("Could not query the firewall: ")


def test_rows_are_in_the_order_given_and_counted(cases: tuple[dict[str, Firewall], dict[str, Any]]) -> None:
    found = cases[1]
    assert [row["host"] for row in found["firewalls"]] == list(CASES)
    states = [case[2] for case in CASES.values()]
    assert found["counts"] == {state: states.count(state) for state in found["counts"]}
    assert sum(found["counts"].values()) == len(CASES)


def test_no_secret_of_any_firewall_comes_out(cases: tuple[dict[str, Firewall], dict[str, Any]]) -> None:
    told = json.dumps(cases[1])
    secrets = [secret for firewall in cases[0].values() for secret in (firewall.password, firewall.api_key)]
    assert [secret for secret in (*secrets, "LUFRPT1expired") if secret in told] == []


def test_a_healthy_firewall_costs_a_handshake_and_two_requests(
    cases: tuple[dict[str, Firewall], dict[str, Any]],
) -> None:
    statistics = cases[0]["healthy"].statistics()
    assert statistics["asked"] == ["keygen", STATUS]
    assert statistics["tls_handshakes"] == 1
    assert statistics["ssh_sessions"] == 0


BAD = {"hang": "timeout", "trickle": "timeout", "drop_before": "unreachable"}


def test_three_bad_firewalls_cost_a_hundred_nothing() -> None:
    entries: list[Any] = [
        *[{"name": f"fw-{number}", "scenario": "healthy", "changes": WITH_KEY} for number in range(97)],
        *[{"name": kind, "scenario": "healthy", "changes": {**WITH_KEY, **faulty(kind)}} for kind in BAD],
    ]
    with running_fleet(entries) as fleet:
        # The bad ones first, where they could hold up all others.
        given = [options(fleet.firewalls[name]) for name in reversed(fleet.firewalls)]
        started = time.monotonic()
        found = sweep(given, timeout=LIMIT_S, parallel=4)
        seconds = time.monotonic() - started
        asked = {name: firewall.statistics() for name, firewall in fleet.firewalls.items()}
    told = rows(found)
    assert {name: told[name]["error"]["kind"] for name in BAD} == BAD
    assert found["counts"]["connected"] == 97
    assert found["not_connected"] == []
    # Far below what a second turn of a bad one would take, on a machine that does much else.
    assert seconds < LIMIT_S + 20
    assert all(told[name]["duration_ms"] < (LIMIT_S + 5) * 1000 for name in BAD)
    healthy = [numbers for name, numbers in asked.items() if name not in BAD]
    assert {(numbers["requests"], numbers["tls_handshakes"]) for numbers in healthy} == {(1, 1)}
    assert max(len(json.dumps(row)) for row in found["firewalls"]) < 1024


def test_a_panorama_is_asked_five_things_at_a_time() -> None:
    entries: list[Any] = [
        {"name": f"fw-{number}", "scenario": "healthy", "panorama": "pano", "changes": WITH_KEY} for number in range(15)
    ]
    with running_fleet(entries) as fleet:
        pano = fleet.firewalls.pop("pano")
        for firewall in fleet.firewalls.values():
            firewall.world.faults.answers.append(Fault(kind="slow", ms=100))
        found = sweep([options(firewall) for firewall in fleet.firewalls.values()], parallel=50)
        assert found["counts"]["connected"] == 15
        assert pano.statistics()["most_concurrent"] == 5


def test_in_the_worker_and_as_a_process(shared_ansible: Ansible) -> None:
    """The same options give the same result; a secret that the firewall tells comes out of neither."""
    told: dict[str, Any] = {"faults": {"answers": [{"kind": "refused", "on": STATUS, "text": "said"}]}}
    entries: list[Any] = [
        {"name": "fw-a", "scenario": "healthy", "changes": WITH_PASSWORD},
        {"name": "fw-b", "scenario": "healthy", "changes": {**WITH_PASSWORD, **told}},
    ]
    with running_fleet(entries) as fleet:
        telling = fleet.firewalls["fw-b"]
        telling.world.faults.answers[0].text = f"said {telling.password} and {telling.api_key}"
        given = {"firewalls": [options(firewall) for firewall in fleet.firewalls.values()]}
        module = "mlav_sweep_info"
        results = shared_ansible.modules(
            {
                "worker": Case(module, given, {"check_mode": True}),
                "process": Case(module, given, AS_PROCESS),
                "wrong": Case(module, {"firewalls": [{**given["firewalls"][0], "sshh": {}}]}),
                "at once": Case(module, {**given, "parallel": 0}),
            }
        )
        secrets = [secret for firewall in fleet.firewalls.values() for secret in (firewall.password, firewall.api_key)]
    assert [secret for secret in secrets if secret in json.dumps(results)] == []
    for name in ("worker", "process"):
        found = results[name]
        assert found["changed"] is False
        assert [row["state"] for row in found["firewalls"]] == ["connected", "error"]
        assert "said ********" in found["firewalls"][1]["error"]["message"]
        assert found["not_connected"] == ["fw-b"]
        assert [result["verdict"] for result in diagnoses(found)] == ["healthy"]
    assert "sshh" in results["wrong"]["msg"]
    assert results["at once"]["error"]["kind"] == "invalid_option"
