# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    ForeignAnswer,
    MalformedAnswer,
    NotObtainable,
    Overloaded,
    OversizedAnswer,
    PermissionFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport import export as techsupport_export
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.export import fetch_techsupport
from ansible_collections.panops.mlav.tests.unit.device.servers import NOT_STALLED_S, STALL_S, ApiServer, Reply, Request

Options = Callable[..., ConnectionOptions]

LOG = "2023-08-28 13:21:23.813 -0400 Error: MLAV cannot connect\n" * 2000
STARTED = (
    '<response status="success" code="19"><result><msg><line>Exec job enqueued with jobid 12</line></msg>'
    "<job>12</job></result></response>"
)
REMOVED = '<response status="success"><msg>Job 12 removed.</msg></response>'
DROPPED = Reply(raw=lambda out: None)


def archive(logs: str = LOG) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in (("./tmp/cli/dump.txt", "> show clock\n"), ("./var/log/pan/devsrv.log", logs)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


ARCHIVE = archive()
FILE = Reply(ARCHIVE, headers={"Content-Type": "application/octet-stream", "Content-Description": "File Transfer"})


def job(status: str = "ACT", progress: str = "0", result: str = "PEND", more: str = "<details/><warnings/>") -> str:
    return (
        "<response status='success'><result><job><tenq>2012/06/14 10:11:09</tenq><id>12</id><user/><type>Exec</type>"
        f"<status>{status}</status><stoppable>no</stoppable><result>{result}</result><tfin/>"
        f"<progress>{progress}</progress>{more}<resultfile>//tmp/techsupport.tgz</resultfile></job></result></response>"
    )


DONE = job("FIN", "10:12:39", "OK")


def error(text: str, code: str = "") -> str:
    attribute = f" code='{code}'" if code else ""
    return f"<response status='error'{attribute}><msg><line>{text}</line></msg></response>"


Answer = Reply | bytes | str


class Firewall:
    """Scripts a server's export: the status answers in turn, the last one for ever."""

    def __init__(self, server: ApiServer) -> None:
        self.start: Answer = STARTED
        self.statuses: list[Answer] = [DONE]
        self.get: Answer = FILE
        self.finish: Answer = error("job 12 not found", "7")
        server.script = self.answer

    def answer(self, request: Request) -> Answer:
        action = request.fields.get("action")
        if action == "status":
            return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {None: self.start, "get": self.get, "finish": self.finish}[action]


class Timer:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def firewall(server: ApiServer) -> Firewall:
    return Firewall(server)


@pytest.fixture
def api(server: ApiServer, options: Options) -> Iterator[XmlApi]:
    opened = XmlApi(options(server))
    yield opened
    opened.close()


def devsrv_log(stream: BinaryIO, size: int | None) -> tuple[str, int | None]:
    with tarfile.open(fileobj=stream, mode="r|gz") as tar:
        for member in tar:
            if member.name.removeprefix("./") == "var/log/pan/devsrv.log":
                file = tar.extractfile(member)
                assert file is not None
                text = file.read().decode()
    while stream.read(65_536):
        pass
    return text, size


def fetch(
    api: XmlApi,
    limit_s: float = 1200,
    consume: Callable[[BinaryIO, int | None], Any] = devsrv_log,
    said: list[str] | None = None,
    timer: Timer | None = None,
) -> Any:
    timer = timer or Timer()
    say = (said if said is not None else []).append
    return fetch_techsupport(api, limit_s, say, consume, timer.sleep, timer.clock)


def failing(api: XmlApi, limit_s: float = 1200, **changes: Any) -> ExpectedFailure:
    with pytest.raises(ExpectedFailure) as caught:
        fetch(api, limit_s, **changes)
    return caught.value


# --- when all goes well ---


def test_the_requests_in_their_order(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [job(), job(progress="60"), DONE]
    assert fetch(api) == (LOG, len(ARCHIVE))
    export = {"type": "export", "category": "tech-support"}
    asked = {**export, "job-id": "12"}
    assert [request.fields for request in server.requests] == [
        export,
        {**asked, "action": "status"},
        {**asked, "action": "status"},
        {**asked, "action": "status"},
        {**asked, "action": "get"},
        {**asked, "action": "finish"},
    ]
    assert {request.path for request in server.requests} == {"/api/"}
    assert {request.headers["x-pan-key"] for request in server.requests} == {"THE-api-KEY-1"}
    assert server.connections == 1


@pytest.mark.parametrize("answer", [REMOVED, error("no such job", "17"), "<html>", Reply(b"", 500), DROPPED])
def test_whether_the_job_is_still_there_at_the_end_does_not_matter(
    server: ApiServer, firewall: Firewall, api: XmlApi, answer: Answer
) -> None:
    firewall.finish = answer
    assert fetch(api)[0] == LOG
    # What was dropped with a connection that had been kept is sent once more.
    assert server.sent("action")[2:] == ["get", *["finish"] * (2 if answer is DROPPED else 1)]


def test_the_pauses_grow(firewall: Firewall, api: XmlApi) -> None:
    timer = Timer()
    firewall.statuses = [*[job()] * 7, DONE]
    fetch(api, timer=timer)
    assert timer.pauses == [1, 2, 4, 8, 15, 15, 15, 15]


def test_it_tells_how_far_it_is(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    said: list[str] = []
    told = ["0", "5", "", "40", "10:12:39", "101", "\u0664\u0660", "-1", "9" * 5000, "100"]
    firewall.statuses = [*(job(progress=text) for text in told), DONE]
    fetch(api, said=said)
    # Asked after 1, 3, 7, 15, 30, 45, ... seconds.
    assert said == [
        "tech-support file, job 12, 0 s of at most 1200 s",
        "tech-support file, job 12, 30 s of at most 1200 s",
        "tech-support file, job 12, 60 s of at most 1200 s",
        "tech-support file, job 12, 90 s of at most 1200 s",
    ]


@pytest.mark.parametrize(
    ("progress", "shown"), [("0", ", 0 %"), (" 40 ", ", 40 %"), ("100", ", 100 %"), ("007", ", 7 %")]
)
def test_a_percentage_is_shown_where_there_is_one(firewall: Firewall, api: XmlApi, progress: str, shown: str) -> None:
    said: list[str] = []
    firewall.statuses = [*[job(progress=progress)] * 5, DONE]
    fetch(api, said=said)
    assert said[1:] == [f"tech-support file, job 12{shown}, 30 s of at most 1200 s"]


def test_a_large_file_is_read_as_it_comes(firewall: Firewall, api: XmlApi) -> None:
    sent = 0
    piece, pieces = b"x" * 65_536, 1024

    def pour(out: Any) -> None:
        nonlocal sent
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: "
        out.write(f"{head}{len(piece) * pieces}\r\n\r\n".encode())
        for _ in range(pieces):
            out.write(piece)
            sent += len(piece)

    def count(stream: BinaryIO, size: int | None) -> tuple[int, int, int]:
        largest = received = len(stream.read(10_000))
        time.sleep(0.3)
        ahead = sent
        while chunk := stream.read(10_000):
            largest = max(largest, len(chunk))
            received += len(chunk)
        assert size == received
        return largest, received, ahead

    firewall.get = Reply(raw=pour)
    largest, received, ahead = fetch(api, consume=count)
    assert (largest, received) == (10_000, 67_108_864)
    # What is in flight stays in the buffers of the two sockets.
    assert ahead < 20_000_000


def test_a_size_that_is_not_told(firewall: Firewall, api: XmlApi) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{len(ARCHIVE):x}\r\n".encode() + ARCHIVE + b"\r\n0\r\n\r\n"
    firewall.get = Reply(raw=lambda out: out.write(head + chunk))
    assert fetch(api) == (LOG, None)


def test_it_sleeps_and_looks_at_the_clock_by_itself(firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [DONE]
    started = time.monotonic()
    assert fetch_techsupport(api, 60, lambda line: None, devsrv_log)[0] == LOG
    assert time.monotonic() - started >= 1


# --- not to be had ---


def test_through_panorama_nothing_is_asked(server: ApiServer, firewall: Firewall, options: Options) -> None:
    api = XmlApi(options(server, provider={"serial_number": "0123456789"}))
    refused = failing(api)
    assert type(refused) is NotObtainable
    assert refused.message == (
        "Cannot export tech support via Panorama proxied API connection. Please specify the firewall directly."
    )
    assert "provider.ip_address" in refused.remedy
    assert server.connections == 0


STARTS: list[tuple[Answer, type[ExpectedFailure], str]] = [
    (error("Unauthorized request", "16"), PermissionFailure, "Unauthorized request"),
    (error("export not available to xmlapi client", "17"), CommandRefused, "not available to xmlapi client"),
    (error("device busy or unavailable"), DeviceBusy, "device busy"),
    (Reply(b"<html>Forbidden</html>", 403), ForeignAnswer, "HTTP 403 Forbidden to type=export category=tech-support"),
    (Reply(error("Invalid Credential", "403").encode(), 403), AuthenticationFailure, "the API key"),
    ("<html><body>Login</body></html>", ForeignAnswer, "<html>"),
    ("<response status='success'><result/></response>", MalformedAnswer, "expected a number, got ''"),
    (STARTED.replace(">12<", ">12/../1<"), MalformedAnswer, "got '12/../1'"),
    (STARTED.replace(">12<", ">\u0661\u0662<"), MalformedAnswer, "expected a number"),
    (STARTED.replace(">12<", f">{'1' * 900}<"), MalformedAnswer, f"got '{'1' * 40}\u2026'"),
    (STARTED.replace(">12<", ">THE-api-KEY-1<"), MalformedAnswer, "got '********'"),
    (error("no", "7"), MalformedAnswer, "expected a number"),
]


@pytest.mark.parametrize(("answer", "expected", "told"), STARTS)
def test_a_job_that_does_not_start(
    server: ApiServer, firewall: Firewall, api: XmlApi, answer: Answer, expected: type[ExpectedFailure], told: str
) -> None:
    firewall.start = answer
    said: list[str] = []
    failed = failing(api, said=said)
    assert type(failed) is expected
    assert told in failed.message
    assert (server.sent("action"), said) == ([None], [])


def test_a_role_without_the_right_is_told_which(firewall: Firewall, api: XmlApi) -> None:
    firewall.start = error("Unauthorized request", "16")
    assert failing(api).remedy == "Give the account's admin role the XML-API right export."


def test_a_second_job_is_never_started(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    fetch(api)
    # The connection is kept, and the server drops it when the next job is to be started.
    firewall.start = DROPPED
    failed = failing(api)
    assert type(failed) is Unreachable
    assert "may or may not have been made" in failed.message
    assert server.sent("action").count(None) == 2


JOBS: list[tuple[str, str]] = [
    (
        job("FIN", "10:12:39", "FAIL", "<details><line>disk full</line><line>giving up</line></details>"),
        "job 12: disk full; giving up; expected result OK, got FAIL",
    ),
    (
        job("FIN", "1", "FAIL", "<details>plain</details><warnings><line>slow disk</line></warnings>"),
        "job 12: plain; slow disk; expected result OK, got FAIL",
    ),
    (job("FIN", "1", "FAIL"), "job 12: no details; expected result OK, got FAIL"),
    (job("FIN", "1", ""), "job 12: no details; expected result OK, got none"),
    (job("FIN", "1", "F" * 900), f"got {'F' * 20}\u2026"),
    (
        job("FIN", "1", "FAIL", f"<details><line>{'x ' * 95}THE-api-KEY-1 {'y' * 9000}</line></details>"),
        f"job 12: {'x ' * 95}********",
    ),
]


@pytest.mark.parametrize(("answer", "told"), JOBS)
def test_a_job_that_fails(server: ApiServer, firewall: Firewall, api: XmlApi, answer: str, told: str) -> None:
    firewall.statuses = [job(), answer]
    failed = failing(api)
    assert type(failed) is DeviceError
    assert told in failed.message
    assert "THE-api" not in failed.message
    assert len(failed.message) < 400
    assert server.sent("action") == [None, "status", "status", "finish"]


def test_a_job_that_is_gone(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [error("job 12 not found", "7")]
    failed = failing(api)
    assert type(failed) is DeviceError
    assert failed.message == "the firewall lost the job 12 of a tech-support file"
    assert server.sent("action") == [None, "status", "finish"]


def test_a_job_that_never_ends(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [job(progress="40")]
    timer = Timer()
    failed = failing(api, 40, timer=timer)
    assert type(failed) is CallTimeout
    assert failed.message == (
        "the export of the tech-support file of 127.0.0.1 took too long: "
        "expected at most 40 s (option techsupport_timeout), got job 12, 40 % after 40 s"
    )
    assert "techsupport_timeout" in failed.remedy
    assert timer.pauses == [1, 2, 4, 8, 15, 10]
    assert server.sent("action") == [None, *["status"] * 5, "finish"]


def test_a_firewall_that_falls_silent_has_the_same_limit(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [Reply(raw=lambda out: time.sleep(STALL_S))]
    started = time.monotonic()
    with pytest.raises(CallTimeout) as caught:
        fetch_techsupport(api, 0.5, lambda line: None, devsrv_log, sleep=lambda seconds: None)
    assert "got job 12 after " in caught.value.message
    assert time.monotonic() - started < NOT_STALLED_S
    assert server.sent("action") == [None, "status", "finish"]


def test_a_last_failure_beyond_the_limit_is_told_as_the_limit(firewall: Firewall, api: XmlApi) -> None:
    timer = Timer()
    busy = error("device busy or unavailable")
    firewall.statuses = [busy, busy, busy, Reply(raw=lambda out: timer.sleep(100))]
    failed = failing(api, 20, timer=timer)
    assert type(failed) is CallTimeout
    assert "expected at most 20 s (option techsupport_timeout)" in failed.message


def test_a_download_that_does_not_end_has_the_same_limit(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    def drip(out: Any) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 900\r\n\r\n")
        for _ in range(20 * STALL_S):
            out.write(b"x")
            time.sleep(0.05)

    firewall.get = Reply(raw=drip)
    started = time.monotonic()
    with pytest.raises(CallTimeout, match="option techsupport_timeout"):
        fetch_techsupport(api, 0.5, lambda line: None, lambda stream, size: stream.read(), sleep=lambda seconds: None)
    assert time.monotonic() - started < NOT_STALLED_S
    assert server.sent("action") == [None, "status", "get", "finish"]


# --- while it waits ---

PASSING: dict[str, tuple[Answer, type[ExpectedFailure]]] = {
    "busy": (error("device busy or unavailable"), DeviceBusy),
    "HTTP 503": (Reply(b"<html>later</html>", 503), Overloaded),
    "dropped": (DROPPED, Unreachable),
    "cut": (Reply(raw=lambda out: out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<resp")), MalformedAnswer),
    "no job": ("<response status='success'><result/></response>", MalformedAnswer),
    "silence": (Reply(raw=lambda out: time.sleep(1)), CallTimeout),
}


@pytest.mark.parametrize("kind", PASSING)
def test_a_status_that_cannot_be_had_now_and_then_is_passed_over(
    server: ApiServer, firewall: Firewall, options: Options, kind: str
) -> None:
    answer, _ = PASSING[kind]
    # What was dropped with a connection that had been kept is sent once more at once.
    three = [answer] * (4 if kind == "dropped" else 3)
    firewall.statuses = [job(), *three, job(), *three, DONE]
    said: list[str] = []
    assert fetch(XmlApi(options(server, timeout=0.3)), said=said)[0] == LOG
    assert server.sent("action").count(None) == 1
    # Asked after 1, 3, 7, 15, 30, 45, 60, 75, 90 seconds, and it speaks also while it gets no answer.
    assert [line.partition("job 12, ")[2] for line in said] == [
        "0 s of at most 1200 s",
        "0 %, 30 s of at most 1200 s",
        "0 %, 60 s of at most 1200 s",
    ]


@pytest.mark.parametrize("kind", PASSING)
def test_a_status_that_stays_away_is_given_up(
    server: ApiServer, firewall: Firewall, options: Options, kind: str
) -> None:
    answer, expected = PASSING[kind]
    firewall.statuses = [answer]
    timer = Timer()
    assert type(failing(XmlApi(options(server, timeout=0.3)), timer=timer)) is expected
    assert timer.pauses == [1, 2, 4, 8]
    assert server.sent("action")[-1] == "finish"


@pytest.mark.parametrize(
    ("answer", "expected", "cleaned"),
    [
        (error("Session timed out", "22"), AuthenticationFailure, []),
        (Reply(error("Invalid Credential", "403").encode(), 403), AuthenticationFailure, []),
        (error("Unauthorized request", "16"), PermissionFailure, ["finish"]),
        (error("export not available to xmlapi client", "17"), CommandRefused, ["finish"]),
    ],
)
def test_what_does_not_pass_ends_it_at_once(
    server: ApiServer,
    firewall: Firewall,
    api: XmlApi,
    answer: Answer,
    expected: type[ExpectedFailure],
    cleaned: list[str],
) -> None:
    firewall.statuses = [answer]
    assert type(failing(api)) is expected
    # A session that has ended can clean up nothing.
    assert server.sent("action") == [None, "status", *cleaned]


def test_a_status_is_asked_again_on_a_connection_that_had_been_closed(
    server: ApiServer, firewall: Firewall, api: XmlApi
) -> None:
    firewall.statuses = [job(), DROPPED, DONE]
    timer = Timer()
    assert fetch(api, timer=timer)[0] == LOG
    assert timer.pauses == [1, 2]
    assert server.sent("action") == [None, "status", "status", "status", "get", "finish"]


# --- the file ---

GETS: dict[str, tuple[Answer, type[ExpectedFailure], str]] = {
    "refused": (error("export not available to xmlapi client", "17"), CommandRefused, "not available to xmlapi client"),
    "error": (error("Job THE-api-KEY-1 failed", "11"), DeviceError, "Job ******** failed (code 11)"),
    "session": (error("Session timed out", "22"), AuthenticationFailure, "the session timed out"),
    "no right": (Reply(error("no right", "403").encode(), 403), PermissionFailure, "no right"),
    "page": (Reply(b"<html>no</html>", 403), ForeignAnswer, "HTTP 403 Forbidden"),
    "error page": (Reply(b"<html>THE-api-KEY-1</html>", 500), ForeignAnswer, "HTTP 500 Internal Server Error to"),
    "credential": (Reply(error("Invalid Credential", "403").encode(), 403), AuthenticationFailure, "the API key"),
    "login page": (
        Reply(b"<html>Login THE-api-KEY-1</html>", headers={"Content-Type": "text/html"}),
        ForeignAnswer,
        "<html>Login ********",
    ),
    "another type": (
        Reply(REMOVED.encode(), headers={"Content-Type": "Text/Plain; charset=x"}),
        MalformedAnswer,
        "returned no file: expected application/octet-stream, got text/plain",
    ),
    "no type": (
        Reply(raw=lambda out: out.write(b"HTTP/1.1 200 OK\r\n\r\n" + REMOVED.encode())),
        MalformedAnswer,
        "got no type",
    ),
    "dropped": (DROPPED, Unreachable, "closed the connection without an answer"),
    "not http": (Reply(raw=lambda out: out.write(b"SSH-2.0-x\r\n\r\n")), MalformedAnswer, "does not answer in HTTP"),
    "cut": (
        Reply(
            raw=lambda out: out.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(ARCHIVE), ARCHIVE[:-20])
            )
        ),
        MalformedAnswer,
        "was cut short",
    ),
}


@pytest.mark.parametrize("kind", GETS)
def test_a_file_that_cannot_be_had(server: ApiServer, firewall: Firewall, api: XmlApi, kind: str) -> None:
    firewall.get, expected, told = GETS[kind]
    failed = failing(api)
    assert type(failed) is expected
    assert told in failed.message
    assert "THE-api" not in failed.message + failed.remedy
    gets = ["get"] * (2 if kind == "dropped" else 1)
    assert server.sent("action") == [None, "status", *gets, *["finish"][: expected is not AuthenticationFailure]]


def test_a_file_that_is_too_large(
    server: ApiServer, firewall: Firewall, api: XmlApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(techsupport_export, "MAX_FILE_BYTES", len(ARCHIVE) - 1)
    failed = failing(api)
    assert type(failed) is OversizedAnswer
    assert f"expected at most {len(ARCHIVE) - 1} bytes" in failed.message
    assert server.sent("action") == [None, "status", "get", "finish"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), ValueError("no archive"), MalformedAnswer("no archive")])
def test_whatever_the_reader_raises_comes_out_and_the_job_is_removed(
    server: ApiServer, firewall: Firewall, api: XmlApi, interruption: BaseException
) -> None:
    def consume(stream: BinaryIO, _size: int | None) -> None:
        stream.read(10)
        raise interruption

    # More than the client has read by then.
    firewall.get = Reply(b"x" * 1_000_000, headers={"Content-Type": "application/octet-stream"})
    with pytest.raises(type(interruption)) as caught:
        fetch(api, consume=consume)
    assert caught.value is interruption
    assert server.sent("action") == [None, "status", "get", "finish"]
    # The rest of the file is not taken for the next answer.
    assert server.connections == 2


def test_an_interruption_while_it_waits_removes_the_job(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_techsupport(api, 60, lambda line: None, devsrv_log, sleep=interrupt)
    assert server.sent("action") == [None, "finish"]


def test_a_session_that_has_ended_is_not_asked(server: ApiServer, firewall: Firewall, api: XmlApi) -> None:
    firewall.statuses = [error("Session timed out", "22")]
    failing(api)
    asked = len(server.requests)
    assert type(failing(api)) is AuthenticationFailure
    assert len(server.requests) == asked


def test_a_firewall_that_cannot_be_reached(server: ApiServer, options: Options) -> None:
    server.close()
    assert type(failing(XmlApi(options(server)))) is Unreachable
