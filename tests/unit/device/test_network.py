# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CallTimeout, Unreachable
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline, connect
from ansible_collections.panops.mlav.tests.unit.device.servers import listening


@pytest.mark.parametrize(("host", "threads"), [("127.0.0.1", 0), ("localhost", 1)])
def test_only_a_name_is_resolved_in_a_thread(host: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    with listening(lambda connection: None) as port:
        monkeypatch.setattr(threading.Thread, "start", noted)
        connect(host, port, Deadline(5, "connecting")).close()
    assert started == ["panops-resolve"] * threads


@pytest.fixture
def silent() -> Iterator[tuple[str, int]]:
    """An address that never answers, as behind a device that drops the packets."""
    with ExitStack() as opened:
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = opened.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield listener.getsockname()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    def resolved(_host: str, _port: int, *, flags: int = 0, **_more: Any) -> list[Any]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


def test_a_silent_address_leaves_time_for_the_next(silent: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda connection: None) as port:
        resolve_to(monkeypatch, silent, ("127.0.0.1", port))
        with connect("fw", 443, Deadline(1, "connecting")) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)


def test_only_silent_addresses(silent: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, silent, silent)
    with pytest.raises(CallTimeout, match=r"^connecting to fw port 443 took longer than 0\.5 s$"):
        connect("fw", 443, Deadline(0.5, "connecting"))


def test_an_address_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        resolve_to(monkeypatch, deaf.getsockname(), deaf.getsockname())
        with pytest.raises(Unreachable, match=r"^cannot connect to fw port 443: Connection refused$"):
            connect("fw", 443, Deadline(5, "connecting"))
