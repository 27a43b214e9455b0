# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between the collection and a firewall: clear errors that name the option and what would be right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulator.running import running_firewall

from .conftest import Ansible
from .test_modules import AS_PROCESS, options

UNVERIFIED = ["ca_path", "validate_certs"]
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
    "closed port": ({"faults": {"unreachable": True}}, {}, "unreachable", ["127.0.0.1"]),
    "wrong password": ({"faults": {"wrong_password": True}}, {}, "authentication", ["password", "option provider"]),
    "timeout of a wrong size": ({}, {"timeout": 0}, "invalid_option", ["timeout", "0"]),
    "truncated answer": ({"faults": {"answers": [{"kind": "truncate"}]}}, {}, "malformed", []),
    "page in place of an answer": ({"faults": {"answers": [{"kind": "html"}]}}, {}, "malformed", []),
    "entities in an answer": ({"faults": {"answers": [{"kind": "entity_bomb"}]}}, {}, "malformed", []),
    "answer of 100 MB": ({"faults": {"answers": [{"kind": "huge"}]}}, {}, "malformed", ["too large", "bytes"]),
    "no answer in time": ({"faults": {"answers": [{"kind": "hang"}]}}, {"timeout": 2}, "timeout", ["timeout"]),
    "one byte per second": ({"faults": {"answers": [{"kind": "trickle"}]}}, {"timeout": 2}, "timeout", ["timeout"]),
    "connection closed": ({"faults": {"answers": [{"kind": "drop_before"}]}}, {}, "unreachable", ["without an answer"]),
    "connection cut": ({"faults": {"answers": [{"kind": "drop_middle"}]}}, {}, "malformed", ["cut short"]),
}


@pytest.mark.parametrize("case", CASES)
def test_error(case: str, ansible: Ansible) -> None:
    world, changes, kind, texts = CASES[case]
    with running_firewall("healthy", world) as firewall:
        result = ansible.module("mlav_status_info", options(firewall, **changes))
    assert result["failed"] is True
    assert result["error"]["kind"] == kind, result
    assert [text for text in texts if text not in result["msg"]] == []
    assert "Traceback" not in result["msg"]


@pytest.mark.parametrize(
    ("provider", "kind", "texts"),
    [
        ({"ip_address": "no-such-host.invalid"}, "unreachable", ["no-such-host.invalid"]),
        ({"port": 70000}, "invalid_option", ["provider.port", "70000"]),
        ({"api_key": "LUFRPT1expired"}, "authentication", ["API key", "option provider", "Invalid Credential"]),
        (
            {"password": None, "username": None, "api_key": None},
            "invalid_option",
            LOGIN,
        ),
    ],
)
def test_provider(provider: dict[str, Any], kind: str, texts: list[str], ansible: Ansible) -> None:
    with running_firewall("healthy") as firewall:
        given = options(firewall)
        given["provider"] = {**given["provider"], **provider}
        result = ansible.module("mlav_status_info", given)
    assert result["error"]["kind"] == kind, result
    assert [text for text in texts if text not in result["msg"]] == []
    assert "LUFRPT1expired" not in result["msg"]


@pytest.mark.parametrize(
    ("provider", "message"),
    [
        ({"prot": 443}, "Supported parameters include"),
        ({"port": "https"}, "provider"),
    ],
)
@pytest.mark.parametrize("task", [{}, AS_PROCESS], ids=["worker", "process"])
def test_wrong_types_and_names(provider: dict[str, Any], message: str, task: dict[str, Any], ansible: Ansible) -> None:
    result = ansible.module("mlav_status_info", {"provider": provider}, task=task)
    assert result["failed"] is True
    assert message in result["msg"]


@pytest.mark.parametrize(("fault", "word"), [("unknown", "unknown"), ("changed", "changed")])
def test_host_keys_are_verified(fault: str, word: str, ansible: Ansible) -> None:
    with running_firewall("port_443_blocked", {"faults": {"ssh_host_key": fault}}) as firewall:
        result = ansible.module("mlav_ping_info", options(firewall))
        assert result["failed"] is True
        assert result["error"]["kind"] == "host_key"
        assert word in result["msg"]
        assert "known_hosts" in result["msg"]
        given = options(firewall)
        given["ssh"]["host_key_checking"] = False
        assert ansible.module("mlav_ping_info", given)["ping"]["outcome"] == "answered"


def test_a_banner_is_accepted_only_when_told_to(ansible: Ansible) -> None:
    access = {"access": {"ssh": "keyboard_interactive", "banner": True}}
    with running_firewall("port_443_blocked", access) as firewall:
        given = options(firewall)
        assert ansible.module("mlav_ping_info", given)["ping"]["outcome"] == "answered"
        given["ssh"]["accept_banner"] = False
        refused = ansible.module("mlav_ping_info", given)
    assert refused["error"]["kind"] == "authentication"
    assert "accept_banner" in refused["msg"]


def test_a_key_without_the_log_right_is_missing_evidence(ansible: Ansible) -> None:
    with running_firewall("key_without_log_right") as firewall:
        diagnosis = ansible.module("mlav_diagnosis_info", options(firewall, depth="full"))["diagnosis"]
    missing = {item["evidence"]: item for item in diagnosis["missing"]}
    assert missing["system_log"]["kind"] == "permission"
    assert missing["system_log"]["would_give"]


@pytest.mark.parametrize("task", [{}, AS_PROCESS], ids=["worker", "process"])
def test_a_missing_library_comes_with_its_pip_command(task: dict[str, Any], tmp_path: Path, ansible: Ansible) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "asyncssh.py").write_text("raise ImportError('No module named asyncssh')\n")
    with running_firewall("port_443_blocked") as firewall:
        result = ansible.module("mlav_ping_info", options(firewall), task=task, PYTHONPATH=str(hidden))
    assert result["failed"] is True
    assert result["error"]["kind"] == "missing_library", result
    assert "pip install 'asyncssh[bcrypt]'" in result["msg"]
