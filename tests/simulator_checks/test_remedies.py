# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A remedy changes the world, and the connection really comes back, or does not."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.simulator import running_firewall
from tests.simulator_checks.api_client import STATUS, Client

EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>{}</exclude><description>MLAV cloud</description></entry>"
RESTART = "<debug><software><restart><process>device-server</process></restart></software></debug>"


def connected(client: Client) -> bool:
    return "Cloud connection: connected" in client.text(STATUS)


def newest(client: Client) -> str:
    return client.logs("(description contains 'MLAV cloud')")[0].findtext("opaque") or ""


@pytest.mark.parametrize(("exclude", "helps"), [("yes", True), ("no", False)])
def test_exclusion_helps_where_this_firewall_decrypts(exclude: str, helps: bool) -> None:
    with running_firewall("tls_interception_this_firewall") as firewall:
        client = Client(firewall)
        answer = client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format(exclude))
        assert answer.get("code") == "20"
        assert not connected(client)
        assert client.commit().findtext(".//job/result") == "OK"
        assert connected(client) == helps
        assert newest(client).startswith("Reconnect") == helps


def test_exclusion_does_not_help_where_another_device_decrypts() -> None:
    with running_firewall("tls_interception") as firewall:
        client = Client(firewall)
        client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format("yes"))
        client.commit()
        assert not connected(client)
        firewall.world.path.excluded_elsewhere = True
        assert connected(client)
        assert newest(client).startswith("Reconnect")


def test_exclusion_in_other_letters_does_not_help() -> None:
    with running_firewall("tls_interception_this_firewall") as firewall:
        client = Client(firewall)
        element = ENTRY.format("yes").replace("*.palo", "*.Palo")
        client.ask(type="config", action="set", xpath=EXCLUSIONS, element=element)
        client.commit()
        assert not connected(client)


def test_after_a_restart_only_a_forced_commit_helps() -> None:
    with running_firewall("healthy", {"switches": {"refused_over_api": []}}) as firewall:
        client = Client(firewall)
        assert connected(client)
        assert "restarted" in client.text(RESTART)
        assert "device busy or unavailable" in client.text(STATUS)
        firewall.world.busy_until = 0
        assert not connected(client)
        assert client.commit().findtext("msg") == "There are no changes to commit."
        assert not connected(client)
        assert client.commit("<commit><force></force></commit>").findtext(".//job/result") == "OK"
        assert connected(client)


def test_restart_is_kept_from_the_api_by_default() -> None:
    with running_firewall("healthy") as firewall:
        answer = Client(firewall).op(RESTART)
        assert answer.get("code") == "17"
        assert answer.findtext("./msg/line") == " debug not available to xmlapi client"


def test_commit_force_needed_is_cured_by_one() -> None:
    with running_firewall("commit_force_needed") as firewall:
        client = Client(firewall)
        assert not connected(client)
        client.commit("<commit><description>d</description><force></force></commit>")
        assert connected(client)
        assert client.logs("(description contains 'restarted')")


def test_a_failing_job_changes_nothing() -> None:
    faults = {"answers": [{"kind": "job_fails", "on": "commit", "times": 1, "text": "Error: bad reference"}]}
    with running_firewall("tls_interception_this_firewall", {"faults": faults}) as firewall:
        client = Client(firewall)
        client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format("yes"))
        job = client.commit()
        assert job.findtext(".//job/result") == "FAIL"
        assert job.findtext(".//job/details/line") == "Error: bad reference"
        assert not connected(client)
        assert client.text("<check><pending-changes/></check>") == "yes"


def test_candidate_and_running_are_two_things() -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format("yes"))
        entry = f"{EXCLUSIONS}/entry[@name='*.paloaltonetworks.com']"
        got = client.ask(type="config", action="get", xpath=entry)
        assert got.find("./result/entry").get("admin") == "admin"  # type: ignore[union-attr]
        shown = client.ask(type="config", action="show", xpath=entry)
        assert shown.findtext("./msg/line") == "No such node"
        gone = client.ask(type="config", action="delete", xpath=entry)
        assert gone.get("status") == "success"
        absent = client.raw(type="config", action="get", xpath=entry)[1]
        assert absent == '<response status="success" code="7"><result/></response>'


@pytest.mark.parametrize("kind", ["config", "commit"])
def test_locks_of_others(kind: str) -> None:
    changes = {"firewall": {"locks": [{"admin": "bob", "kind": kind}], "pending": [{"admin": "bob"}]}}
    with running_firewall("healthy", changes) as firewall:
        client = Client(firewall)
        held = client.op(f"<show><{kind}-locks><vsys>all</vsys></{kind}-locks></show>")
        assert held.find(f"./result/{kind}-locks/entry").get("name") == "bob"  # type: ignore[union-attr]
        answer = client.ask(type="commit", cmd="<commit/>")
        assert (answer.findtext(".//line") or "").startswith("Configuration is locked by")
        written = client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format("yes"))
        assert (written.get("status") == "error") == (kind == "config")


def test_own_lock_can_be_taken_and_released() -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        taken = client.op("<request><config-lock><add><comment>x</comment></add></config-lock></request>")
        assert taken.get("status") == "success"
        assert client.op("<request><config-lock><remove></remove></config-lock></request>").get("status") == "success"
        assert client.op("<request><config-lock><remove></remove></config-lock></request>").get("status") == "error"


def test_a_second_commit_waits_its_turn() -> None:
    with running_firewall("healthy", {"switches": {"commit_seconds": 30}}) as firewall:
        client = Client(firewall)
        client.ask(type="commit", cmd="<commit><force/></commit>")
        answer = client.ask(type="commit", cmd="<commit><force/></commit>")
        assert (answer.findtext(".//line") or "").startswith("Another commit/validate is in progress")


def test_pushed_values_show_only_in_the_effective_configuration() -> None:
    with running_firewall("healthy_panorama_pushed_route") as firewall:
        client = Client(firewall)
        xpath = "/config/devices/entry[@name='localhost.localdomain']/deviceconfig/system/route"
        assert client.ask(type="config", action="get", xpath=xpath).get("code") == "7"
        short = "<xpath>devices/entry/deviceconfig/system/route</xpath>"
        answer = client.op(f"<show><config><effective-running>{short}</effective-running></config></show>")
        address = answer.find(".//service/entry/source/address")
        assert isinstance(address, ET.Element)
        assert (address.text, address.get("src")) == ("192.0.2.10/24", "tpl")


def test_a_partial_commit_leaves_the_changes_of_others() -> None:
    with running_firewall("tls_interception_this_firewall", {"firewall": {"pending": [{"admin": "bob"}]}}) as firewall:
        client = Client(firewall)
        client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY.format("yes"))
        client.commit("<commit><partial><admin><member>admin</member></admin></partial></commit>")
        assert connected(client)
        assert client.text("<check><pending-changes/></check>") == "yes"
        summary = client.op("<show><config><list><change-summary/></list></config></show>")
        assert [e.text for e in summary.iter("owner")] == ["bob"]
        client.commit()
        assert client.text("<check><pending-changes/></check>") == "no"


def test_force_with_partial_is_refused() -> None:
    with running_firewall("commit_force_needed") as firewall:
        client = Client(firewall)
        answer = client.ask(type="commit", cmd="<commit><force><partial/></force></commit>")
        assert answer.get("status") == "error"
        assert not connected(client)
