# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between the collection and a firewall: clear errors that name the option and what would be right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.running import running_firewall, running_fleet

from .conftest import Ansible, Case
from .test_modules import BY, Results, options

LOGIN = ["option provider", "api_key, or username and password"]

#: name -> (changes of the scenario, changes of the options, class of the error, texts in the message)
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str, list[str]]] = {
    "fingerprint of a wrong form": (
        {},
        {"cert_fingerprint": "12:34"},
        "invalid_option",
        ["cert_fingerprint", "12:34", "64"],
    ),
    "fingerprint of another certificate": ({}, {"cert_fingerprint": "ab" * 32}, "tls", ["cert_fingerprint"]),
    "certificate of nobody known": (
        {"faults": {"certificate": "self_signed"}},
        {},
        "tls",
        ["ca_path", "validate_certs"],
    ),
    "certificate of another name": (
        {"faults": {"certificate": "wrong_name"}},
        {},
        "tls",
        ["ca_path", "validate_certs"],
    ),
    "certificate that has expired": ({"faults": {"certificate": "expired"}}, {}, "tls", ["expired", "validate_certs"]),
    "ca_path that is not there": ({}, {"ca_path": "/nowhere/ca.pem"}, "invalid_option", ["ca_path", "/nowhere/ca.pem"]),
    "wrong password": ({"faults": {"wrong_password": True}}, {}, "authentication", ["password", "option provider"]),
    "timeout of a wrong size": ({}, {"timeout": 0}, "invalid_option", ["timeout", "0"]),
    "truncated answer": ({"faults": {"answers": [{"kind": "truncate"}]}}, {}, "malformed", []),
    "page in place of an answer": ({"faults": {"answers": [{"kind": "html"}]}}, {}, "foreign_answer", []),
    "entities in an answer": ({"faults": {"answers": [{"kind": "entity_bomb"}]}}, {}, "malformed", []),
    "answer of 100 MB": ({"faults": {"answers": [{"kind": "huge"}]}}, {}, "oversized", ["too large", "bytes"]),
    "no answer in time": ({"faults": {"answers": [{"kind": "hang"}]}}, {"timeout": 2}, "timeout", ["timeout"]),
    "one byte per second": ({"faults": {"answers": [{"kind": "trickle"}]}}, {"timeout": 2}, "timeout", ["timeout"]),
    "connection closed": ({"faults": {"answers": [{"kind": "drop_before"}]}}, {}, "unreachable", ["without an answer"]),
    "connection cut": ({"faults": {"answers": [{"kind": "drop_middle"}]}}, {}, "malformed", ["cut short"]),
    # The last to start: a port that nobody has yet, no other firewall takes afterwards.
    "closed port": ({"faults": {"unreachable": True}}, {}, "unreachable", ["127.0.0.1"]),
}


#: name -> (changes of the option provider, class of the error, texts in the message)
PROVIDERS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "name that does not resolve": ({"ip_address": "no-such-host.invalid"}, "unreachable", ["no-such-host.invalid"]),
    "port out of range": ({"port": 70000}, "invalid_option", ["provider.port", "70000"]),
    "expired key": (
        {"api_key": "LUFRPT1expired"},
        "authentication",
        ["API key", "option provider", "Invalid Credential"],
    ),
    "no login": ({"password": None, "username": None, "api_key": None}, "invalid_option", LOGIN),
}

#: name -> (the option provider, text in the message)
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "wrong name": ({"prot": 443}, "Supported parameters include"),
    "wrong type": ({"port": "https"}, "provider"),
}

HOST_KEYS = ["unknown", "changed"]


@pytest.fixture(scope="module")
def results(shared_ansible: Ansible) -> Results:
    """What the modules answer, by case, all in one run; every firewall that is out of order is one of its own."""
    worlds = {
        "healthy": ("healthy", {}),
        "banner": ("port_443_blocked", {"access": {"ssh": "keyboard_interactive", "banner": True}}),
        "no log right": ("key_without_log_right", {}),
        **{f"{fault} host key": ("port_443_blocked", {"faults": {"ssh_host_key": fault}}) for fault in HOST_KEYS},
        **{case: ("healthy", world) for case, (world, *_rest) in CASES.items()},
    }
    names = {world: f"fw-{number}" for number, world in enumerate(worlds)}
    entries: list[Any] = [
        {"name": names[world], "scenario": scenario, "changes": changes}
        for world, (scenario, changes) in worlds.items()
    ]
    with running_fleet(entries) as fleet:

        def given(world: str, **more: Any) -> dict[str, Any]:
            return options(fleet.firewalls[names[world]], **more)

        def with_ssh(world: str, **ssh: Any) -> dict[str, Any]:
            usual = given(world)
            return {**usual, "ssh": {**usual["ssh"], **ssh}}

        status, ping = "mlav_status_info", "mlav_ping_info"
        provider = given("healthy")["provider"]
        return shared_ansible.modules(
            {
                **{case: Case(status, given(case, **changes)) for case, (_world, changes, *_rest) in CASES.items()},
                **{
                    case: Case(status, given("healthy", provider={**provider, **changes}))
                    for case, (changes, *_rest) in PROVIDERS.items()
                },
                **{
                    f"{case} {by}": Case(status, {"provider": wrong}, task)
                    for case, (wrong, _message) in WRONG.items()
                    for by, task in BY.items()
                },
                **{f"{fault} host key": Case(ping, given(f"{fault} host key")) for fault in HOST_KEYS},
                **{
                    f"{fault} host key, unchecked": Case(ping, with_ssh(f"{fault} host key", host_key_checking=False))
                    for fault in HOST_KEYS
                },
                "banner": Case(ping, given("banner")),
                "banner refused": Case(ping, with_ssh("banner", accept_banner=False)),
                "no log right": Case("mlav_diagnosis_info", given("no log right", depth="full")),
            }
        )


@pytest.mark.parametrize("case", CASES)
def test_error(case: str, results: Results) -> None:
    _world, _changes, kind, texts = CASES[case]
    result = results[case]
    assert result["failed"] is True
    assert result["error"]["kind"] == kind, result
    assert [text for text in texts if text not in result["msg"]] == []
    assert "Traceback" not in result["msg"]


@pytest.mark.parametrize("case", PROVIDERS)
def test_provider(case: str, results: Results) -> None:
    _changes, kind, texts = PROVIDERS[case]
    result = results[case]
    assert result["error"]["kind"] == kind, result
    assert [text for text in texts if text not in result["msg"]] == []
    assert "LUFRPT1expired" not in result["msg"]


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("by", BY)
def test_wrong_types_and_names(case: str, by: str, results: Results) -> None:
    result = results[f"{case} {by}"]
    assert result["failed"] is True
    assert WRONG[case][1] in result["msg"]
    assert bool(result.get("ansible_job_id")) == (by == "process")


@pytest.mark.parametrize("fault", HOST_KEYS)
def test_host_keys_are_verified(fault: str, results: Results) -> None:
    result = results[f"{fault} host key"]
    assert result["failed"] is True
    assert result["error"]["kind"] == "host_key"
    assert fault in result["msg"]
    assert "known_hosts" in result["msg"]
    assert results[f"{fault} host key, unchecked"]["ping"]["outcome"] == "answered"


def test_a_banner_is_accepted_only_when_told_to(results: Results) -> None:
    assert results["banner"]["ping"]["outcome"] == "answered"
    refused = results["banner refused"]
    assert refused["error"]["kind"] == "authentication"
    assert "accept_banner" in refused["msg"]


def test_a_key_without_the_log_right_is_missing_evidence(results: Results) -> None:
    missing = {item["evidence"]: item for item in results["no log right"]["diagnosis"]["missing"]}
    assert missing["system_log"]["kind"] == "permission"
    assert missing["system_log"]["hint"]


@pytest.fixture(scope="module")
def without_asyncssh(tmp_path_factory: pytest.TempPathFactory, shared_ansible: Ansible) -> Results:
    """What the module answers where asyncssh is not installed, by where it runs."""
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "asyncssh.py").write_text("raise ImportError('No module named asyncssh')\n")
    with running_firewall("port_443_blocked") as firewall:
        return shared_ansible.modules(
            {by: Case("mlav_ping_info", options(firewall), task) for by, task in BY.items()}, PYTHONPATH=str(hidden)
        )


@pytest.mark.parametrize("by", BY)
def test_a_missing_library_comes_with_its_pip_command(by: str, without_asyncssh: Results) -> None:
    result = without_asyncssh[by]
    assert result["failed"] is True
    assert result["error"]["kind"] == "missing_library", result
    assert "pip install 'asyncssh[bcrypt]'" in result["msg"]
