# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time limits and durations while the controller's wall clock is set back or forward by days.

A limit by the wall clock would never pass where that goes back, and would have passed at once where it goes forward.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CallTimeout
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.live import terminal
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import CliSession
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline, connect
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.export import fetch_techsupport
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.tar_stream import Progress
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions, utc_now
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO
from ansible_collections.panops.mlav.tests.unit.device.servers import (
    NOT_STALLED_S,
    STALL_S,
    ApiServer,
    Cli,
    Reply,
    Request,
)
from ansible_collections.panops.mlav.tests.unit.device.test_api import drip
from tests.tooling.operations import run_operation
from tests.tooling.wall_clock import WallClock

Options = Callable[..., ConnectionOptions]
Params = Callable[..., dict[str, Any]]
DAY = timedelta(days=1)
INFO = "<show><system><info></info></system></show>"
OK = "<response status='success'><result>ok</result></response>"
LOG_JOB = "<response status='success' code='19'><result><job>18</job></result></response>"
LOG_PENDING = "<response status='success'><result><job><id>18</id><status>ACT</status></job></result></response>"
LOG_DONE = LOG_PENDING.replace("ACT", "FIN").replace("</job></result>", "</job><log><logs count='0'/></log></result>")
EXPORT_JOB = "<response status='success'><result><job>12</job></result></response>"
EXPORT_PENDING = "<response status='success'><result><job><status>ACT</status></job></result></response>"
EXPORT_DONE = (
    "<response status='success'><result><job><status>FIN</status><result>OK</result></job></result></response>"
)
FILE = Reply(b"the file", headers={"Content-Type": "application/octet-stream"})
CONNECTED = "<![CDATA[MLAV cloud\nCurrent cloud server: ml.example.net\nCloud connection: connected]]>"


@pytest.fixture(params=[-DAY, DAY], ids=["back", "forward"])
def wall(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """Started by the test, once its servers and their certificates are there."""
    return WallClock(monkeypatch, request.param)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 9000\r\n\r\n"
BODY = Reply(raw=drip(HEAD))


def jobs(start: str, pending: str, done: str, polls: int, file: Reply = FILE) -> Callable[[Request], Reply | str]:
    """A job that has ended after so many questions."""
    left = [polls]

    def script(request: Request) -> Reply | str:
        action = request.fields.get("action")
        if action == "get" and request.fields["type"] == "export":
            return file
        if action not in ("get", "status"):
            return start if action is None else OK
        left[0] -= 1
        return pending if left[0] >= 0 else done

    return script


def log_script(polls: int) -> Callable[[Request], Reply | str]:
    return jobs(LOG_JOB, LOG_PENDING, LOG_DONE, polls)


def export_script(polls: int, file: Reply = FILE) -> Callable[[Request], Reply | str]:
    return jobs(EXPORT_JOB, EXPORT_PENDING, EXPORT_DONE, polls, file)


def exported(api: XmlApi, limit_s: float) -> bytes:
    return fetch_techsupport(api, limit_s, lambda line: None, lambda stream, size: stream.read())


@pytest.fixture
def passes(wall: WallClock) -> Callable[[Callable[[], object]], None]:
    """Runs what is to end by its time limit, soon and not at once."""

    def run(work: Callable[[], object]) -> None:
        wall.start()
        started = time.monotonic()
        with pytest.raises(CallTimeout):
            work()
        assert 0.2 < time.monotonic() - started < NOT_STALLED_S

    return run


Passes = Callable[[Callable[[], object]], None]


def test_a_call_of_the_xml_api_ends(server: ApiServer, options: Options, passes: Passes) -> None:
    server.script = lambda request: BODY
    passes(lambda: XmlApi(options(server, timeout=0.3)).op(INFO))


def test_all_calls_of_a_session_end_together(server: ApiServer, options: Options, passes: Passes) -> None:
    def calls() -> None:
        api = XmlApi(options(server), Deadline(0.3, "asking"))
        for _ in range(20 * STALL_S):
            api.op(INFO)
            time.sleep(0.05)

    passes(calls)


def test_the_search_in_a_log_ends(server: ApiServer, options: Options, passes: Passes) -> None:
    server.script = log_script(10_000)
    passes(lambda: XmlApi(options(server, timeout=0.3)).system_log(SystemLogQuery("(a)", None, 10)))


def test_the_wait_for_a_techsupport_file_ends(server: ApiServer, options: Options, passes: Passes) -> None:
    server.script = export_script(10_000)
    passes(lambda: exported(XmlApi(options(server)), 0.3))


def test_the_download_of_a_techsupport_file_ends(server: ApiServer, options: Options, passes: Passes) -> None:
    server.script = export_script(0, BODY)
    passes(lambda: exported(XmlApi(options(server)), 1.5))


def test_a_command_over_ssh_ends(cli: Cli, ssh_params: dict[str, Any], options: Options, passes: Passes) -> None:
    cli.answers["ping host x"] = [piece for _ in range(20 * STALL_S) for piece in ("64 bytes\n", 0.05)]
    ssh = ConnectionOptions.from_params({"provider": {"ip_address": "a", "api_key": "k"}, "ssh": ssh_params}).ssh
    assert ssh is not None
    opened = CliSession(ssh, NOT_STALLED_S)
    passes(lambda: opened.run(Command("ping host x", seconds=0.4)))


class Flood:
    """A shell that prints without an end."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Takes what comes."""

    def receive(self, seconds: float) -> bytes | None:
        return b"x" * 1024


def test_the_login_over_ssh_ends(passes: Passes) -> None:
    passes(lambda: terminal.Terminal(Flood(), Deadline(0.3, "the login")))


def test_the_resolving_of_a_name_ends(monkeypatch: pytest.MonkeyPatch, passes: Passes) -> None:
    over = threading.Event()

    def resolve(*_asked: Any, flags: int = 0, **_more: Any) -> list[Any]:
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        over.wait(STALL_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    passes(lambda: connect("fw", 443, Deadline(0.3, "connecting")))
    over.set()


def test_a_sweep_ends(server: ApiServer, params: Params, wall: WallClock) -> None:
    server.script = lambda request: BODY
    wall.start()
    started = time.monotonic()
    swept = run_operation(SWEEP_INFO, {"firewalls": [{"host": "fw", **params(server, timeout=1)}]})
    [row] = swept["firewalls"]
    assert row["error"]["kind"] == "timeout"
    assert 0.9 < time.monotonic() - started < NOT_STALLED_S


# --- and nothing ends before its time ---


@pytest.fixture
def patient(server: ApiServer, options: Options, wall: WallClock) -> Iterator[XmlApi]:
    api = XmlApi(options(server, timeout=STALL_S))
    wall.start()
    yield api
    api.close()


def test_a_call_has_all_its_time(server: ApiServer, patient: XmlApi) -> None:
    assert [patient.op(INFO).text for _ in range(3)] == ["ok"] * 3


def test_a_search_has_all_its_time(server: ApiServer, patient: XmlApi) -> None:
    server.script = log_script(2)
    assert patient.system_log(SystemLogQuery("(a)", None, 10)).result is not None


def test_an_export_has_all_its_time(server: ApiServer, patient: XmlApi) -> None:
    server.script = export_script(1)
    assert exported(patient, STALL_S) == b"the file"


def test_a_command_over_ssh_has_all_its_time(cli: Cli, ssh_params: dict[str, Any], wall: WallClock) -> None:
    cli.answers["ping host x"] = ["64 bytes\n", 0.1, "64 bytes\n"]
    ssh = ConnectionOptions.from_params({"provider": {"ip_address": "a", "api_key": "k"}, "ssh": ssh_params}).ssh
    assert ssh is not None
    wall.start()
    opened = CliSession(ssh, STALL_S)
    assert opened.run(Command("ping host x")).text.count("64 bytes") == 2
    opened.close()


# --- durations ---


def test_how_long_a_probe_took(server: ApiServer, options: Options, wall: WallClock) -> None:
    server.script = lambda request: f"<response status='success'><result>{CONNECTED}</result></response>"
    device = LiveDevice(options(server))
    wall.start()
    evidence = gather(device, "fw", GatherOptions(subset=frozenset({"cloud_status"})))
    device.close()
    assert evidence.cloud_status.value is not None
    assert 0 <= evidence.cloud_status.duration_ms < NOT_STALLED_S * 1000
    # That the evidence was collected then and there is for the wall clock to say.
    assert wall.looks > 0
    assert abs(evidence.collected_at.timestamp() - time.time()) > DAY.total_seconds() / 2


@pytest.mark.parametrize(("passed", "lines"), [(1.9, 0), (2.1, 1)])
def test_how_often_progress_is_told(
    passed: float, lines: int, monkeypatch: pytest.MonkeyPatch, wall: WallClock
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    wall.start()
    said: list[str] = []
    progress = Progress(said.append, "file.tgz", None)
    now[0] += passed
    progress.at(1)
    progress.at(2)
    assert len(said) == lines


def test_the_wall_clock_of_these_tests_is_the_one_that_the_collection_reads(wall: WallClock) -> None:
    before = utc_now()
    wall.start()
    assert abs(utc_now() - before) > DAY / 2
    assert abs(utc_now() - before) > DAY * 3 / 2
