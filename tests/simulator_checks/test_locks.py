# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks: who may take, hold and remove which, and what does not depend on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import Firewall, running_firewall
from tests.simulator_checks.api_client import Client

EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>yes</exclude></entry>"
READER = {
    "firewall": {"admins": [{"name": "reader", "role": "superreader"}]},
    "access": {"admin": "reader", "ssh": "none"},
}
CUSTOM = {"firewall": {"admins": [{"name": "carol", "role": "custom"}]}, "access": {"admin": "carol", "ssh": "none"}}


def lock(client: Client, kind: str, action: str, inner: str = "") -> tuple[str | None, str]:
    answer = client.op(f"<request><{kind}-lock><{action}>{inner}</{action}></{kind}-lock></request>")
    return answer.get("status"), "".join(answer.itertext())


def held(firewall: Firewall) -> list[tuple[str, str, str]]:
    return [(lock.admin, lock.kind, lock.comment) for lock in firewall.world.locks]


def of_bob(kind: str, **more: Any) -> dict[str, Any]:
    return {**more, "firewall": {**more.get("firewall", {}), "locks": [{"admin": "bob", "kind": kind}]}}


@pytest.mark.parametrize("kind", ["config", "commit"])
def test_a_lock_is_held_once(kind: str) -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        assert lock(client, kind, "add", "<comment>mine &amp; only</comment>")[0] == "success"
        assert held(firewall) == [("admin", kind, "mine & only")]
        shown = client.op(f"<show><{kind}-locks><vsys>all</vsys></{kind}-locks></show>")
        assert shown.findtext(".//comment") == "mine & only"
        assert len(shown.findtext(".//created") or "") == len("2026/03/19 17:00:45")
        status, text = lock(client, kind, "add")
        assert (status, "already" in text) == ("error", True)
        assert lock(client, kind, "remove")[0] == "success"
        assert held(firewall) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("config", "Config for scope shared is currently locked by bob"),
        ("commit", "Commit lock is already held by bob"),
    ],
)
def test_a_lock_of_another_cannot_be_taken(kind: str, text: str) -> None:
    with running_firewall("healthy", of_bob(kind)) as firewall:
        assert lock(Client(firewall), kind, "add") == ("error", text)


@pytest.mark.parametrize("kind", ["config", "commit"])
@pytest.mark.parametrize(
    ("who", "inner", "removed"),
    [
        ({}, "", False),
        ({}, "<admin>bob</admin>", True),
        ({}, "<admin>carol</admin>", False),
        (CUSTOM, "<admin>bob</admin>", False),
        (READER, "<admin>bob</admin>", False),
    ],
)
def test_who_removes_the_lock_of_another(kind: str, who: dict[str, Any], inner: str, removed: bool) -> None:
    with running_firewall("healthy", of_bob(kind, **who)) as firewall:
        status, _text = lock(Client(firewall), kind, "remove", inner)
        assert (status == "success") == removed
        assert (held(firewall) == []) == removed


@pytest.mark.parametrize(("inner", "removed"), [("", True), ("<admin>bob</admin>", False)])
def test_a_firewall_where_a_plain_removal_removes_whoevers_lock(inner: str, removed: bool) -> None:
    changes = of_bob("config", switches={"foreign_config_lock": "plain"})
    with running_firewall("healthy", changes) as firewall:
        lock(Client(firewall), "config", "remove", inner)
        assert (held(firewall) == []) == removed


@pytest.mark.parametrize(("answer", "inner"), [("text", "Success"), ("empty", None), ("xml", None)])
def test_what_a_good_answer_looks_like(answer: str, inner: str | None) -> None:
    with running_firewall("healthy", {"switches": {"lock_answer": answer}}) as firewall:
        said = Client(firewall).op("<request><config-lock><add></add></config-lock></request>")
        assert said.get("status") == "success"
        result = said.find("result")
        assert result is not None
        assert (result.text or "").startswith(inner) if inner else result.text is None
        assert (result.find("lock/status") is not None) == (answer == "xml")
        assert len(held(firewall)) == 1


def test_locks_kept_from_the_api() -> None:
    with running_firewall("healthy", {"switches": {"lock_over_api": "refused"}}) as firewall:
        status, text = lock(Client(firewall), "config", "add")
        assert (status, text) == ("error", " request not available to xmlapi client")
        assert held(firewall) == []


def test_ones_own_lock_stops_neither_change_nor_commit() -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        for kind in ("config", "commit"):
            lock(client, kind, "add")
        assert client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY).get("status") == "success"
        assert client.commit().findtext(".//job/result") == "OK"
        assert len(held(firewall)) == 2


def test_a_firewall_that_releases_the_locks_of_who_commits() -> None:
    changes = of_bob("config", switches={"commit_releases_lock": True, "config_lock_stops_commits": False})
    with running_firewall("healthy", changes) as firewall:
        client = Client(firewall)
        lock(client, "commit", "add")
        assert client.commit("<commit><force/></commit>").findtext(".//job/result") == "OK"
        assert held(firewall) == [("bob", "config", "change window")]


@pytest.mark.parametrize(("stops", "status"), [(True, "error"), (False, "success")])
def test_whether_a_configuration_lock_stops_the_commits_of_others(stops: bool, status: str) -> None:
    changes = of_bob("config", switches={"config_lock_stops_commits": stops})
    with running_firewall("healthy", changes) as firewall:
        assert Client(firewall).ask(type="commit", cmd="<commit><force/></commit>").get("status") == status
