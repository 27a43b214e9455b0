# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in the middle of a change: lost answers, other administrators, jobs and restarts that end badly."""

from __future__ import annotations

import http.client
from typing import Any

import pytest

from tests.simulator import running_firewall
from tests.simulator.parts import ScenarioError
from tests.simulator_checks.api_client import STATUS, Client
from tests.simulator_checks.test_ssh import read_until, shell

EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>yes</exclude></entry>"
FORCE = "<commit><force></force></commit>"
INFO = "<show><system><info></info></system></show>"
PENDING = "<check><pending-changes/></check>"
RESTART = "<debug><software><restart><process>device-server</process></restart></software></debug>"
LOST = (http.client.HTTPException, OSError)


def answers(**fault: Any) -> dict[str, Any]:
    return {"faults": {"answers": [fault]}, "switches": {"refused_over_api": []}}


def write(client: Client) -> str | None:
    return client.ask(type="config", action="set", xpath=EXCLUSIONS, element=ENTRY).get("status")


@pytest.mark.parametrize("kind", ["drop_after", "hang_after"])
def test_a_commit_is_carried_out_though_its_answer_is_lost(kind: str) -> None:
    with running_firewall("commit_force_needed", answers(kind=kind, on="commit", times=1)) as firewall:
        with pytest.raises(LOST):
            Client(firewall, timeout=0.4).ask(type="commit", cmd=FORCE)
        assert [job.kind for job in firewall.world.jobs.all][-1] == "Commit"
        client = Client(firewall)
        client.wait(str(firewall.world.jobs.all[-1].number))
        assert firewall.world.status() == "connected"


def test_a_write_is_carried_out_though_its_answer_is_lost() -> None:
    with running_firewall("healthy", answers(kind="drop_after", on="config set", times=1)) as firewall:
        with pytest.raises(LOST):
            write(Client(firewall))
        assert firewall.world.config.get(f"{EXCLUSIONS}/entry")


@pytest.mark.parametrize("asks", [False, True])
def test_a_restart_over_ssh_is_carried_out_though_its_answer_is_lost(asks: bool) -> None:
    changes = answers(kind="drop_after", on="debug software restart", via="ssh", times=1)
    changes["switches"]["restart_asks"] = asks
    with running_firewall("healthy", changes) as firewall, shell(firewall) as channel:
        pid = firewall.world.pid
        channel.send("debug software restart process device-server\n")
        if asks:
            read_until(channel, "(y or n) ")
            channel.send("y\n")
        rest = b""
        while data := channel.recv(65536):
            rest += data
        assert b"was restarted" not in rest
        assert firewall.world.pid != pid


def other_edit(firewall: Any) -> list[str]:
    return [change.admin for change in firewall.world.config.changes]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("what", "admin"), [("edit", "bob"), ("edit_same", "admin")])
def test_somebody_edits_at_the_very_moment(what: str, admin: str, after: bool) -> None:
    fault = answers(kind="interfere", on="check pending-changes", text=what, times=1, after=after)
    with running_firewall("healthy", fault) as firewall:
        client = Client(firewall)
        assert client.text(PENDING) == ("no" if after else "yes")
        assert client.text(PENDING) == "yes"
        assert other_edit(firewall) == [admin]
        assert firewall.world.admin(admin) is not None


def test_each_interference_changes_something_else() -> None:
    with running_firewall(
        "healthy", answers(kind="interfere", on="show system info", text="edit", times=2)
    ) as firewall:
        client, candidates = Client(firewall), set()
        for _ in range(3):
            client.op(INFO)
            candidates.add("".join(n.text or "" for n in firewall.world.config.candidate.iter("ip-netmask")))
        assert len(candidates) == 2
        assert other_edit(firewall) == ["bob", "bob"]


@pytest.mark.parametrize(("what", "refused"), [("config_lock", True), ("commit_lock", False)])
def test_somebody_takes_a_lock_at_the_very_moment(what: str, refused: bool) -> None:
    with running_firewall("healthy", answers(kind="interfere", on="config set", text=what, times=1)) as firewall:
        assert (write(Client(firewall)) == "error") == refused
        assert [(lock.admin, f"{lock.kind}_lock") for lock in firewall.world.locks] == [("bob", what)]


@pytest.mark.parametrize(
    ("what", "text"), [("commit", "Another commit/validate is in progress"), ("content", "You cannot commit while an")]
)
def test_another_job_begins_at_the_very_moment(what: str, text: str) -> None:
    with running_firewall("healthy", answers(kind="interfere", on="commit", text=what, times=1)) as firewall:
        answer = Client(firewall).ask(type="commit", cmd=FORCE)
        assert (answer.findtext(".//line") or "").startswith(text)


def test_my_configuration_lock_keeps_the_other_away() -> None:
    with running_firewall("healthy", answers(kind="interfere", on="config set", text="edit", times=1)) as firewall:
        client = Client(firewall)
        client.op("<request><config-lock><add><comment>x</comment></add></config-lock></request>")
        assert write(client) == "success"
        assert other_edit(firewall) == ["admin"]


def test_an_unknown_interference_is_an_error() -> None:
    with pytest.raises(ScenarioError, match="config_lock"):
        running_firewall("healthy", answers(kind="interfere", text="lock")).__enter__()


def test_a_job_says_what_it_warns_of_and_why_it_fails() -> None:
    changes = answers(kind="job_fails", on="commit", text="vsys1: bad reference\nCommit failed", times=1)
    changes["switches"]["commit_warnings"] = ["Interface ae1 has no members", "Rule r1 shadows rule r2"]
    with running_firewall("healthy", changes) as firewall:
        client = Client(firewall)
        jobs = [client.commit(FORCE) for _ in range(2)]
        assert [job.findtext(".//job/result") for job in jobs] == ["FAIL", "OK"]
        assert [e.text for e in jobs[0].iterfind(".//details/line")] == ["vsys1: bad reference", "Commit failed"]
        for job in jobs:
            warned = [e.text for e in job.iterfind(".//warnings/line")]
            assert warned == changes["switches"]["commit_warnings"]


def test_a_restart_cures_a_busy_device_server() -> None:
    with running_firewall("device_server_unavailable", {"switches": {"refused_over_api": []}}) as firewall:
        client = Client(firewall)
        client.op(RESTART)
        firewall.world.busy_until = 0
        assert "Cloud connection: disconnected" in client.text(STATUS)
        client.commit(FORCE)
        assert "Cloud connection: connected" in client.text(STATUS)


def test_a_restart_from_which_device_server_does_not_return() -> None:
    server = {"firewall": {"device_server": {"restart_never_returns": True}}, "switches": {"refused_over_api": []}}
    with running_firewall("healthy", server) as firewall:
        client = Client(firewall)
        client.op(RESTART)
        firewall.world.busy_until = 0
        assert "device busy" in client.text(STATUS)


def test_a_restart_that_does_nothing() -> None:
    server = {"firewall": {"device_server": {"restart_ineffective": True}}, "switches": {"refused_over_api": []}}
    with running_firewall("healthy", server) as firewall:
        client, pid = Client(firewall), firewall.world.pid
        assert "restarted" in client.text(RESTART)
        assert "Cloud connection: connected" in client.text(STATUS)
        assert firewall.world.pid == pid
