# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults do what they say."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.simulator import running_firewall, running_fleet
from tests.simulator_checks.api_client import STATUS, Client

INFO = "<show><system><info></info></system></show>"


def answers(**fault: Any) -> dict[str, Any]:
    return {"faults": {"answers": [fault]}}


def test_busy_for_some_time() -> None:
    with running_firewall("healthy", answers(kind="busy", on="show mlav cloud-status", times=2)) as firewall:
        client = Client(firewall)
        texts = [client.text(STATUS) for _ in range(3)]
        assert ["busy" in text for text in texts] == [True, True, False]
        assert firewall.statistics()["requests"] == 3
        assert firewall.statistics()["tls_handshakes"] == 1


@pytest.mark.parametrize("place", ["msg_line", "result_text", "member"])
def test_where_busy_stands(place: str) -> None:
    with running_firewall("device_server_unavailable", {"switches": {"busy_place": place}}) as firewall:
        answer = Client(firewall).op(STATUS)
        assert "device busy or unavailable" in "".join(answer.itertext())
        assert (answer.get("status") == "error") == (place == "msg_line")


def test_slow() -> None:
    with running_firewall("healthy", answers(kind="slow", ms=300)) as firewall:
        begin = time.monotonic()
        Client(firewall).op(INFO)
        assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("kind", ["hang", "trickle"])
def test_no_end(kind: str) -> None:
    with running_firewall("healthy", answers(kind=kind)) as firewall:
        client = Client(firewall, timeout=0.3)
        with pytest.raises(TimeoutError):
            client.op(INFO)


@pytest.mark.parametrize("kind", ["drop_before", "drop_middle"])
def test_dropped_connection(kind: str) -> None:
    with (
        running_firewall("healthy", answers(kind=kind)) as firewall,
        pytest.raises((http.client.HTTPException, OSError)),
    ):
        Client(firewall).op(INFO)


@pytest.mark.parametrize("kind", ["truncate", "html"])
def test_not_xml(kind: str) -> None:
    with running_firewall("healthy", answers(kind=kind, times=1)) as firewall:
        client = Client(firewall)
        with pytest.raises(ET.ParseError):
            client.op(INFO)
        assert client.op(INFO).get("status") == "success"


def test_huge_and_bomb() -> None:
    with running_firewall("healthy", answers(kind="huge", mb=3, times=1)) as firewall:
        client = Client(firewall)
        assert len(client.raw(type="op", cmd=INFO)[1]) > 3 * 1024 * 1024
    with running_firewall("healthy", answers(kind="entity_bomb")) as firewall:
        assert "<!ENTITY" in Client(firewall).raw(type="op", cmd=INFO)[1]


@pytest.mark.parametrize("kind", ["self_signed", "wrong_name", "expired"])
def test_bad_certificates(kind: str) -> None:
    with (
        running_firewall("healthy", {"faults": {"certificate": kind}}) as firewall,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        Client(firewall).op(INFO)


def test_expired_key_and_session() -> None:
    with running_firewall("healthy", answers(kind="key_expired", times=1)) as firewall:
        status, body = Client(firewall).raw(type="op", cmd=INFO)
        assert status == 403
        assert "code = '403'" in body
        assert "Invalid Credential" in body
    with running_firewall("healthy", answers(kind="session_timed_out", times=1)) as firewall:
        assert Client(firewall).op(INFO).get("code") == "22"


def test_refused_command() -> None:
    with running_firewall("healthy", answers(kind="refused", on="show system", via="api")) as firewall:
        answer = Client(firewall).op(INFO)
        assert answer.findtext("./msg/line") == " show not available to xmlapi client"


def test_unreachable_port_is_closed() -> None:
    with running_firewall("unreachable") as firewall, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", firewall.api_port), 2)


def test_effective_running_switches() -> None:
    xpath = "<xpath>devices/entry/deviceconfig/system</xpath>"
    for switch, with_xpath, without in (("xpath", True, True), ("whole", False, True), ("refused", False, False)):
        with running_firewall("healthy", {"switches": {"effective_running": switch}}) as firewall:
            client = Client(firewall)
            for inner, good in ((xpath, with_xpath), ("", without)):
                cmd = f"<show><config><effective-running>{inner}</effective-running></config></show>"
                assert (client.op(cmd).get("status") == "success") == good


def test_unknown_commands() -> None:
    with running_firewall("healthy") as firewall:
        client = Client(firewall)
        answer = client.op("<show><license></license></show>")
        assert (answer.get("code"), answer.findtext("./msg/line")) == ("17", " show -> license is unexpected")
        assert client.op("<nonsense/>").get("status") == "error"
        assert client.op("<show>").get("code") == "18"


def test_panorama_refuses_the_archive_and_unknown_serials() -> None:
    with running_fleet([{"name": "a", "scenario": "healthy", "panorama": "pano"}]) as fleet:
        client = Client(fleet.firewalls["a"])
        line = client.ask(type="export", category="tech-support").findtext(".//line") or ""
        assert line.startswith("Cannot export tech support via Panorama")
        client.target = {"target": "000000000000"}
        assert client.op(INFO).get("status") == "error"
        client.target = {}
        assert client.op(INFO).findtext(".//model") == "Panorama"
        serial = fleet.firewalls["a"].serial
        assert client.logs(f"(serial eq {serial}) and (description contains 'MLAV')")


def test_files_of_a_fleet() -> None:
    with running_fleet("demo") as fleet:
        described = json.loads((fleet.directory / "fleet.json").read_text())
        assert len(described) == len(fleet.firewalls) > 25
        text = (fleet.directory / "inventory.yml").read_text()
        assert "mlav_provider" in text
        assert "pano-1" not in text
        assert (fleet.directory / "inventory.yml").stat().st_mode & 0o077 == 0
