# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A front end does what its script says, and nothing else."""

from __future__ import annotations

import http.client
import socket
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.simulator import Firewall, FrontEnd, Step, front_end, running_firewall, running_fleet
from tests.simulator.front_end import another_job, hostile_xml, says
from tests.simulator.front_end import http as answers_http
from tests.simulator_checks.api_client import STATUS, Client

INFO = "<show><system><info></info></system></show>"
CLOCK = "<show><clock></clock></show>"
EDIT = {"type": "config", "action": "set", "xpath": "/config/shared", "element": "<address/>"}


@contextmanager
def before(*script: Step, **more: Any) -> Iterator[tuple[Firewall, FrontEnd, Client]]:
    with running_firewall("healthy") as firewall, front_end(firewall, script=script, **more) as front:
        yield firewall, front, Client(firewall, 2, front.port)


@contextmanager
def two(*script: Step, **more: Any) -> Iterator[tuple[FrontEnd, Client]]:
    entries = [{"name": name, "scenario": "healthy", "changes": {"firewall": {"hostname": name}}} for name in "ab"]
    with running_fleet(entries) as fleet:
        a, b = fleet.firewalls["a"], fleet.firewalls["b"]
        with front_end(a, other=b, script=script, **more) as front:
            yield front, Client(a, 2, front.port)


def name(client: Client) -> str:
    return client.op(INFO).findtext(".//hostname") or ""


def test_everything_is_handed_on_without_a_script() -> None:
    with before() as (firewall, front, client):
        assert "Cloud connection: connected" in client.text(STATUS)
        assert client.raw(type="keygen", user=firewall.username, password=firewall.password)[0] == 200
        assert front.labels == ["show mlav cloud-status", "keygen"]
        assert [(item.connection, item.firewall, item.forwarded) for item in front.seen] == [(1, "fw-1", True)] * 2
        assert front.connections == 1
        assert firewall.statistics()["requests"] == 2


def test_an_answer_of_its_own_for_some_requests() -> None:
    step = answers_http(503, on="show clock", at=2, times=2, headers={"Retry-After": "7"})
    with before(step) as (firewall, front, client):
        assert [client.raw(type="op", cmd=CLOCK)[0] for _ in range(4)] == [200, 503, 503, 200]
        assert client.raw(type="op", cmd=INFO)[0] == 200
        assert front.count("show clock") == 4
        assert firewall.statistics()["asked"].count("show clock") == 2


def test_it_says_another_thing_than_the_firewall() -> None:
    with before(says("Another commit/validate is in progress", on="commit", forward=True)) as (
        firewall,
        _front,
        client,
    ):
        answer = client.ask(type="commit", cmd="<commit><force></force></commit>")
        assert answer.get("status") == "error"
        assert [commit.force for commit in firewall.world.commits] == [True]


def test_another_job() -> None:
    with before(Step("commit", forward=True, body=another_job(4))) as (firewall, _front, client):
        answer = client.ask(type="commit", cmd="<commit><force></force></commit>")
        assert answer.findtext("./result/job") == "4"
        assert "jobid 4" in "".join(answer.itertext())
        assert len(firewall.world.commits) == 1


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("how", ["drop", "stall"])
def test_no_answer(how: str, carried_out: bool) -> None:
    step = Step("commit", forward=carried_out, **{how: True})  # type: ignore[arg-type]
    with before(step) as (firewall, front, client):
        client.http.timeout = 0.5
        with pytest.raises(TimeoutError if how == "stall" else ConnectionError):
            client.raw(type="commit", cmd="<commit><force></force></commit>")
        assert len(firewall.world.commits) == int(carried_out)
        assert front.seen[0].forwarded is carried_out


def test_the_address_moves_to_the_other_firewall() -> None:
    with two(Step("show clock", move=True)) as (front, client):
        assert name(client) == "a"
        client.op(CLOCK)
        client.http.close()
        assert name(client) == "b"
        assert [(item.connection, item.firewall) for item in front.seen] == [(1, "a"), (1, "a"), (2, "b")]


def test_both_in_turn_and_one_for_one_request() -> None:
    with two(alternate=True) as (_front, client):
        assert [name(client) for _ in range(3)] == ["a", "b", "a"]
    with two(Step(at=2, to="other")) as (_front, client):
        assert [name(client) for _ in range(3)] == ["a", "b", "a"]


def test_each_connection_ends_with_its_answer() -> None:
    with before(close_each=True) as (_firewall, front, client):
        assert client.raw(type="op", cmd=CLOCK)[0] == 200
        with pytest.raises(http.client.RemoteDisconnected):
            client.raw(type="op", cmd=CLOCK)
        client.http.close()
        assert client.raw(type="op", cmd=CLOCK)[0] == 200
        assert front.connections == 2


def test_surplus_comes_in_the_record_of_the_answer() -> None:
    with before(Step("show clock", surplus=b"more")) as (firewall, front, _client):
        context = ssl.create_default_context(cafile=front.ca_path)
        with (
            socket.create_connection(("127.0.0.1", front.port)) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
        ):
            body = f"type=op&cmd={CLOCK}".encode()
            tls.sendall(
                b"POST /api/ HTTP/1.1\r\nX-PAN-KEY: %s\r\nContent-Length: %d\r\n\r\n%s"
                % (firewall.api_key.encode(), len(body), body)
            )
            assert tls.recv(65536).endswith(b"</response>more")


@pytest.mark.parametrize("kind", ["elements", "attributes", "depth", "text"])
def test_hostile_xml_is_well_formed(kind: Any) -> None:
    body = hostile_xml(kind, 20_000)
    assert 16_000 < len(body) < 24_000
    assert ET.fromstring(body).get("status") == "success"
    with before(Step("show clock", body=body)) as (_firewall, _front, client):
        assert client.raw(type="op", cmd=CLOCK) == (200, body.decode())
