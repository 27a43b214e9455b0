# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes behind an answer is never taken for the next one."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import COMMAND, probe_cloud_status
from tests.simulator import FrontEnd, Step, front_end, running_firewall

LIE = b'<response status="success"><result>Cloud connection: disconnected\n</result></response>'
SURPLUS = {
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(LIE), LIE),
    "many answers": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(LIE), LIE) * 200,
    "an answer of 100 KB": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s"
    % (len(LIE) + 100_000, b" " * 100_000, LIE),
    "an answer that will come": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    "one byte": b"\n",
    "no HTTP": b"x" * 20_000,
}


@contextmanager
def session(*script: Step, close_each: bool = False) -> Iterator[tuple[FrontEnd, LiveDevice]]:
    with (
        running_firewall("healthy") as firewall,
        front_end(firewall, script=script, close_each=close_each) as front,
    ):
        device = LiveDevice(ConnectionOptions.from_params({"provider": front.provider(), "ca_path": front.ca_path}))
        yield front, device
        device.close()


@pytest.mark.parametrize("body", [None, "", "x" * 7000, "x" * 200_000], ids=["own", "empty", "7000", "200000"])
@pytest.mark.parametrize("name", SURPLUS)
def test_the_next_question_goes_over_another_connection(name: str, body: str | None) -> None:
    said = None if body is None else f"<response status='success'><result>{body}</result></response>"
    with session(Step("show clock", body=said, surplus=SURPLUS[name])) as (front, device):
        device.api.op("<show><clock></clock></show>")
        assert "Cloud connection: connected" in device.run(COMMAND).text
        device.run(COMMAND)
        assert [item.connection for item in front.seen if "clock" in item.label or "mlav" in item.label] == [1, 2, 2]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none_behind_it_either(status: int) -> None:
    with session(Step("show mlav cloud-status", status=status, body=LIE)) as (_front, device):
        assert probe_cloud_status(device).value is None
        found = probe_cloud_status(device).value
        assert found is not None
        assert found.state == "connected"


def test_an_answer_with_nothing_behind_it_keeps_the_connection() -> None:
    with session() as (front, device):
        for _ in range(5):
            device.run(COMMAND)
        assert front.connections == device.api.handshakes == 1


def test_a_connection_that_the_server_has_ended_is_not_used_for_a_change() -> None:
    with session(close_each=True) as (front, device):
        device.run(COMMAND)
        kept = device.api._connection._socket
        assert kept is None or select.select([kept], [], [], 5)[0]
        device.api.call({"type": "commit", "cmd": "<commit><force></force></commit>"})
        assert front.count("commit") == 1
