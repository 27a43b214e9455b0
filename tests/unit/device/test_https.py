# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are read while they come. What ``post`` does is tested through the API."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CallTimeout, MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.live import https as https_module
from ansible_collections.panops.mlav.plugins.module_utils._device.live.https import HttpsConnection, HttpStream
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.tests.unit.device.servers import NOT_STALLED_S, STALL_S, ApiServer, Reply

FILE = {"Content-Type": "Application/Octet-Stream; charset=x"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
BODY = bytes(range(256)) * 1000


@pytest.fixture
def connection(server: ApiServer, options: Callable[..., ConnectionOptions]) -> Iterator[HttpsConnection]:
    opened = HttpsConnection(options(server), 1000)
    yield opened
    opened.close()


def answering(server: ApiServer, reply: Reply | bytes | str) -> None:
    server.script = lambda request: reply


def writing(*pieces: bytes) -> Reply:
    def write(out: Any) -> None:
        for piece in pieces:
            out.write(piece)

    return Reply(raw=write)


def asking(
    connection: HttpsConnection, max_bytes: int = 1_000_000, seconds: float = 5
) -> AbstractContextManager[HttpStream]:
    return connection.post_stream("/api/", b"type=x", {}, Deadline(seconds, "the export"), True, max_bytes)


def read_to_end(answer: HttpStream, pieces: list[bytes]) -> None:
    while piece := answer.body.read(64):
        pieces.append(piece)


def test_what_comes_before_the_body(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY, 404, {**FILE, "Location": "/elsewhere"}))
    with asking(connection) as answer:
        seen = (answer.status, answer.reason, answer.content_type, answer.length, answer.location)
        assert seen == (404, "Not Found", "application/octet-stream", 256_000, "/elsewhere")
        assert answer.body.read(5) == BODY[:5]


@pytest.mark.parametrize(
    "size", [1000, 4096, 65_536, 300_000, -1], ids=["small", "page", "as buffered", "beyond the end", "all"]
)
def test_reads_are_as_long_as_asked_for_up_to_the_end(
    server: ApiServer, connection: HttpsConnection, size: int
) -> None:
    answering(server, Reply(BODY, headers=FILE))
    with asking(connection) as answer:
        pieces: list[bytes] = []
        while piece := answer.body.read(size):
            pieces.append(piece)
        assert answer.body.read(size) == b""
    assert b"".join(pieces) == BODY
    assert {len(piece) for piece in pieces[:-1]} <= {size}


def test_after_a_complete_body_the_connection_is_used_again(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY, headers=FILE))
    for _ in range(2):
        with asking(connection) as answer:
            # All of it, without asking for what comes after the end.
            assert answer.body.read(len(BODY)) == BODY
    assert (server.connections, connection.handshakes, connection.requests) == (1, 1, 2)


def test_after_a_complete_body_in_chunks_the_connection_is_used_again(
    server: ApiServer, connection: HttpsConnection
) -> None:
    chunks = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    head = {"Transfer-Encoding": "chunked", "Content-Length": str(len(chunks))}
    answering(server, Reply(chunks, headers=head))
    for _ in range(2):
        with asking(connection) as answer:
            assert answer.length is None
            assert answer.body.read() == BODY
    assert server.connections == 1


@pytest.mark.parametrize("close", [False, True], ids=["left early", "the server closes"])
def test_otherwise_the_connection_is_closed(server: ApiServer, connection: HttpsConnection, close: bool) -> None:
    answering(server, Reply(BODY, close=close, headers={"Connection": "close"} if close else {}))
    for _ in range(2):
        with asking(connection) as answer:
            answer.body.read(-1 if close else 10)
    assert (server.connections, len(server.requests)) == (2, 2)


def test_an_error_of_the_reader_closes_the_connection(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY))
    with pytest.raises(KeyboardInterrupt), asking(connection):
        raise KeyboardInterrupt
    with asking(connection) as answer:
        assert answer.body.read() == BODY
    assert server.connections == 2


def test_a_body_is_shut_when_its_time_is_over(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY))
    with asking(connection) as answer:
        body = answer.body
        body.read(10)
    with pytest.raises(ValueError, match="closed"):
        body.read(10)


def test_a_question_in_between_has_a_connection_of_its_own(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY))
    with asking(connection) as answer:
        assert answer.body.read(10) == BODY[:10]
        answering(server, "second")
        assert connection.post("/api/", b"type=y", {}, Deadline(5, "it"), True).body == b"second"
        assert answer.body.read() == BODY[10:]
    assert connection.post("/api/", b"type=y", {}, Deadline(5, "it"), True).body == b"second"
    assert server.connections == 2


CUT = {
    "a length": writing(HEAD, b"Content-Length: 500\r\n\r\n", b"x" * 400),
    "a chunk": writing(HEAD, b"Transfer-Encoding: chunked\r\n\r\n200\r\n", b"x" * 400),
    "between chunks": writing(HEAD, b"Transfer-Encoding: chunked\r\n\r\n190\r\n", b"x" * 400, b"\r\n"),
    "a negative chunk": writing(HEAD, b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", b"x" * 400),
}


@pytest.mark.parametrize("kind", CUT)
def test_a_body_that_is_cut_short_never_ends_quietly(server: ApiServer, connection: HttpsConnection, kind: str) -> None:
    answering(server, CUT[kind])
    with asking(connection) as answer:
        for _ in range(3):
            with pytest.raises(MalformedAnswer, match="was cut short"):
                read_to_end(answer, [])
    assert len(server.requests) == 1
    answering(server, "next")
    assert connection.post("/api/", b"type=y", {}, Deadline(5, "it"), True).body == b"next"


def test_a_negative_chunk_gives_no_more_than_was_asked_for(
    server: ApiServer, connection: HttpsConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https_module, "_CHUNK", 1000)
    answering(server, writing(HEAD, b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", b"x" * 20_000))
    with asking(connection) as answer, pytest.raises(MalformedAnswer, match="was cut short"):
        answer.body.read(100)


def test_gunzip_sees_that_a_body_is_cut(server: ApiServer, connection: HttpsConnection) -> None:
    packed = gzip.compress(b"line\n" * 100_000)
    answering(server, writing(HEAD, f"Content-Length: {len(packed)}\r\n\r\n".encode(), packed[:-100]))
    with asking(connection) as answer, pytest.raises(MalformedAnswer, match="was cut short"):
        gzip.GzipFile(fileobj=answer.body).read()


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large(server: ApiServer, connection: HttpsConnection, announced: bool) -> None:
    length = b"Content-Length: 256000\r\n" if announced else b""
    answering(server, writing(HEAD, length, b"\r\n", BODY))
    pieces: list[bytes] = []
    with pytest.raises(MalformedAnswer) as caught, asking(connection, 100_000) as answer:
        read_to_end(answer, pieces)
    assert "expected at most 100000 bytes" in caught.value.message
    received = len(b"".join(pieces))
    assert received == 0 if announced else 0 < received <= 100_000


def test_as_much_as_is_allowed(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY))
    with asking(connection, len(BODY)) as answer:
        assert answer.body.read() == BODY


def test_the_deadline_is_that_of_the_whole_body(server: ApiServer, connection: HttpsConnection) -> None:
    def drip(out: Any) -> None:
        out.write(HEAD + b"Content-Length: 900\r\n\r\n")
        for _ in range(20 * STALL_S):
            out.write(b"x")
            time.sleep(0.05)

    answering(server, Reply(raw=drip))
    start = time.monotonic()
    with asking(connection, seconds=0.5) as answer:
        for _ in range(2):
            with pytest.raises(CallTimeout, match=r"the export took longer than 0\.5 s"):
                answer.body.read(100)
    assert time.monotonic() - start < NOT_STALLED_S


def test_a_slow_reader_has_the_same_deadline(server: ApiServer, connection: HttpsConnection) -> None:
    answering(server, Reply(BODY))
    with asking(connection, seconds=0.4) as answer:
        answer.body.read(100)
        time.sleep(0.5)
        with pytest.raises(CallTimeout):
            answer.body.read()
