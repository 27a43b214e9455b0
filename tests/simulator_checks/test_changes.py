# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The candidate configuration: who changed what, what a commit takes along, and what a snapshot notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulator import Firewall, load, running_firewall
from tests.simulator.interference import interfere
from tests.simulator_checks.api_client import STATUS, Client
from tests.simulator_checks.test_ssh import say, shell

EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>yes</exclude></entry>"
FORCE = "<commit><force></force></commit>"
MINE = "<commit><partial><admin><member>admin</member></admin></partial></commit>"
LIST = "<show><config><list><changes></changes></list></config></show>"
PENDING = "<check><pending-changes/></check>"
FULL = "<check><full-commit-required/></check>"


def write(client: Client) -> None:
    assert client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY).get("status") == "success"


def switch(**values: Any) -> dict[str, Any]:
    return {"switches": values, "firewall": {"pending": [{"admin": "bob"}]}}


@pytest.mark.parametrize(
    ("shape", "path", "texts"),
    [
        ("journal", ".//entry/owner", ["bob"]),
        ("member", "./result/member", ["bob set /config/devices/entry[@name='localhost.localdomain']/vsys/entry"]),
        ("empty", "./result", [None]),
        ("refused", "./msg/line", [" show -> config -> list is unexpected"]),
    ],
)
def test_what_the_list_of_changes_looks_like(shape: str, path: str, texts: list[str | None]) -> None:
    with running_firewall("healthy", switch(change_list=shape)) as firewall:
        found = [node.text for node in Client(firewall).op(LIST).iterfind(path)]
        assert [text and text[: len(texts[0] or "")] for text in found] == texts


@pytest.mark.parametrize(("shape", "text"), [("text", "yes"), ("cdata", "yes"), ("odd", "pending-changes = Y")])
def test_how_pending_changes_are_told(shape: str, text: str) -> None:
    with running_firewall("healthy", switch(pending_answer=shape)) as firewall:
        assert Client(firewall).text(PENDING) == text


def test_where_a_full_commit_is_required_a_partial_one_is_refused() -> None:
    with running_firewall("healthy", switch(full_commit_required=True)) as firewall:
        client = Client(firewall)
        write(client)
        assert client.text(FULL) == "yes"
        assert client.ask(type="commit", cmd=MINE).get("status") == "error"
        assert client.commit().findtext(".//job/result") == "OK"
        assert client.text(FULL) == "no"
        write(client)
        assert firewall.world.commits[-1].partial is False


def test_a_partial_commit_takes_ones_own_changes_alone() -> None:
    with running_firewall("tls_interception_this_firewall", switch()) as firewall:
        client = Client(firewall)
        write(client)
        assert client.commit(MINE).findtext(".//job/result") == "OK"
        assert "Cloud connection: connected" in client.text(STATUS)
        assert [change.admin for change in firewall.world.config.changes] == ["bob"]
        assert not [e for e in firewall.world.config.running.iter("entry") if e.get("name") == "pending-object"]
        commit = firewall.world.commits[-1]
        assert (commit.user, commit.force, commit.partial, commit.admins) == ("admin", False, True, ("admin",))


@pytest.mark.parametrize("cmd", [MINE, FORCE])
def test_what_is_changed_while_a_commit_runs_stays_pending(cmd: str) -> None:
    fault = {"kind": "interfere", "on": "commit", "text": "edit", "after": True, "times": 1}
    changes = {"faults": {"answers": [fault]}, "switches": {"commit_seconds": 0.1}}
    with running_firewall("healthy", changes) as firewall:
        client = Client(firewall)
        write(client)
        assert client.commit(cmd).findtext(".//job/result") == "OK"
        assert client.text(PENDING) == "yes"
        assert [change.admin for change in firewall.world.config.changes] == ["bob"]
        assert client.ask(type="config", action="show", xpath=EXCLUSIONS).get("status") == "success"


CHANGES: dict[str, Callable[[Firewall], object]] = {
    "candidate": lambda firewall: write(Client(firewall)),
    "running": lambda firewall: Client(firewall).commit(),
    "force": lambda firewall: Client(firewall).ask(type="commit", cmd=FORCE),
    "restart": lambda firewall: firewall.world.restart_device_server("admin"),
    "lock": lambda firewall: firewall.world.take_lock("commit", "admin", ""),
    "content": lambda firewall: interfere(firewall.world, "content", "admin"),
    "delete": lambda firewall: firewall.world.config.delete("/config/shared/server-profile", "admin"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_snapshot_notices(what: str) -> None:
    with running_firewall("healthy", switch()) as firewall:
        before = firewall.snapshot()
        CHANGES[what](firewall)
        assert firewall.snapshot() != before


def test_a_snapshot_is_not_changed_by_questions() -> None:
    with running_firewall("tls_interception_this_firewall", switch()) as firewall:
        client, before = Client(firewall), firewall.snapshot()
        for cmd in (STATUS, LIST, PENDING, FULL, "<show><jobs><all/></jobs></show>"):
            client.op(cmd)
        client.logs()
        client.ask(type="config", action="get", xpath=EXCLUSIONS)
        assert firewall.snapshot() == before
        assert hash(firewall.snapshot()) == hash(before)
        assert firewall.world.statistics.writes == []


def test_requests_that_are_meant_to_change_something_are_counted() -> None:
    with running_firewall("healthy", {"switches": {"refused_over_api": []}}) as firewall:
        client = Client(firewall)
        write(client)
        client.commit(FORCE)
        client.op("<request><config-lock><add/></config-lock></request>")
        client.op("<debug><software><restart><process>device-server</process></restart></software></debug>")
        expected = ["config set", "commit", "request config-lock add", "debug software restart"]
        assert firewall.statistics()["writes"] == expected
        with shell(firewall) as channel:
            say(channel, "configure", "# ")
            say(channel, "set shared ssl-decrypt ssl-exclude-cert x exclude yes", "# ")
            say(channel, "exit")
        assert firewall.statistics()["writes"][len(expected) :] == [
            "ssh set shared ssl-decrypt ssl-exclude-cert x exclude yes"
        ]


def test_commits_and_restarts_are_kept() -> None:
    world = load("healthy").world()
    world.commit("carol", force=True)
    world.restart_device_server("dave")
    assert [(commit.user, commit.force) for commit in world.commits] == [("carol", True)]
    assert world.restarts == ["dave"]
