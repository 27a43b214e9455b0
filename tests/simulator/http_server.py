# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 over TLS in front of the XML API. Written by hand, because it must be able to misbehave on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from .switches import WIRE_FAULTS, Fault
from .xml_api import Answer, XmlApi

LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Login</title></head><body><form method=post>Name<br></form></body></html>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {n} "{f"&{o};" * 10}">' for o, n in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><response status="success"><result>&i;</result></response>'
)
XML = "application/xml; charset=UTF-8"
REASONS = {status.value: status.phrase for status in HTTPStatus}
LARGEST_REQUEST = 16 * 1024 * 1024


@lru_cache(8)
def hostile_xml(kind: str, size: int) -> bytes:
    """A well-formed answer of about `size` bytes that costs its reader much: elements, attributes, depth or text."""
    before, after = b'<response status="success"><result>', b"</result></response>"
    if kind == "elements":
        return before + b"<a/>" * (size // 4) + after
    if kind == "attributes":
        return before + b"<a " + b" ".join(b'a%d=""' % n for n in range(size // 10)) + b"/>" + after
    if kind == "depth":
        return before + b"<a>" * (size // 7) + b"</a>" * (size // 7) + after
    return before + b"A" * size + after


class Dropped(Exception):
    """The connection is to be closed without a word."""


@dataclass
class HttpRequest:
    """One request, read."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]

    @property
    def keep_alive(self) -> bool:
        """True unless the client wants to close."""
        return self.headers.get("connection", "").lower() != "close"


@dataclass
class HttpServer:
    """The listener of one management address."""

    api: XmlApi
    context: ssl.SSLContext
    address: str = "127.0.0.1"
    port: int = 0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen; port 0 is one that the system chooses."""
        self._server = await asyncio.start_server(
            self._connection, self.address, self.port, ssl=self.context, limit=1 << 20
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that it runs in, once it was started."""
        assert self._server is not None
        return self._server.get_loop()

    async def stop(self) -> None:
        """Close the listener and every connection."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            with contextlib.suppress(Exception):
                writer.transport.abort()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.api.world.statistics.tls_handshakes += 1
        try:
            while True:
                request = await read_request(reader, writer)
                if request is None or not await self._answer(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away or does not speak HTTP
        except Dropped:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(Exception):
                writer.close()

    async def _answer(self, request: HttpRequest, writer: asyncio.StreamWriter) -> bool:
        statistics = self.api.world.statistics
        if request.path.rstrip("/") != "/api":
            await send(writer, Answer(LOGIN_PAGE, 404), request.keep_alive, "text/html")
            return request.keep_alive
        label = self.api.label(request.params)
        statistics.requests += 1
        statistics.note(label)
        statistics.concurrent += 1
        statistics.most_concurrent = max(statistics.most_concurrent, statistics.concurrent)
        try:
            return await self._answer_api(request, label, writer)
        finally:
            statistics.concurrent -= 1

    async def _answer_api(self, request: HttpRequest, label: str, writer: asyncio.StreamWriter) -> bool:
        world = self.api.managed.get(request.params.get("target", ""), self.api.world)
        fault = world.faults.take(label, "api", WIRE_FAULTS)
        if fault is not None and fault.kind == "drop_before":
            raise Dropped
        if fault is not None and fault.kind == "hang":
            await asyncio.sleep(3600)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.ms / 1000)
        answer = self.api.handle(request.params, request.headers)
        if fault is not None and fault.kind == "drop_after":
            raise Dropped
        if fault is not None and fault.kind == "hang_after":
            await asyncio.sleep(3600)
        if fault is None or fault.kind == "slow":
            await send(writer, answer, request.keep_alive)
        else:
            await send_badly(writer, answer, fault)
        if answer.sent is not None:
            answer.sent()
        return request.keep_alive


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> HttpRequest | None:
    """The next request on the connection, or None at its end."""
    first = await reader.readline()
    if not first.strip():
        return None
    _method, target, _version = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _read_body(reader, headers)
    path, _, query = target.partition("?")
    params = dict(parse_qsl(query, keep_blank_values=True))
    if "multipart" not in headers.get("content-type", ""):
        params.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return HttpRequest(unquote(path), params, headers)


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
    length = int(headers.get("content-length", "0"))
    if length > LARGEST_REQUEST:
        raise ValueError("too large")
    return await reader.readexactly(length) if length else b""


def head(status: int, length: int, keep_alive: bool, kind: str = XML, filename: str = "") -> bytes:
    """Status line and headers; a file is announced as one."""
    connection = "keep-alive" if keep_alive else "close"
    file = ""
    if filename:
        file = "Content-Description: File Transfer\r\nContent-Transfer-Encoding: binary\r\n"
        file += f"Content-Disposition: attachment; filename={filename}\r\n"
    return (
        f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}\r\nServer: nginx\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {length}\r\nConnection: {connection}\r\n{file}\r\n"
    ).encode()


def content(answer: Answer, kind: str = XML) -> tuple[bytes, str]:
    """The body's bytes and type."""
    if answer.data is not None:
        return answer.data, "application/octet-stream"
    return answer.body.encode(), kind


async def send(writer: asyncio.StreamWriter, answer: Answer, keep_alive: bool, kind: str = XML) -> None:
    """A well-behaved answer."""
    body, kind = content(answer, kind)
    writer.write(head(answer.status, len(body), keep_alive, kind, answer.filename) + body)
    await writer.drain()


async def send_badly(writer: asyncio.StreamWriter, answer: Answer, fault: Fault) -> None:
    """An answer with a fault on the wire."""
    body, kind = content(answer)
    begin = head(answer.status, len(body), True, kind, answer.filename)
    if fault.kind == "drop_middle":
        writer.write(begin + body[: len(body) // 2])
        await writer.drain()
        raise Dropped
    if fault.kind == "truncate":
        half = None if answer.data is None else body[: len(body) // 2]
        text = answer.body[: len(answer.body) // 2]
        await send(writer, Answer(text, data=half, filename=answer.filename), True)
    elif fault.kind == "html":
        await send(writer, Answer(LOGIN_PAGE), True, "text/html")
    elif fault.kind == "entity_bomb":
        await send(writer, Answer(BOMB), True)
    elif fault.kind == "hostile_xml":
        hostile = hostile_xml(fault.text, fault.mb * 1024 * 1024)
        writer.write(head(200, len(hostile), True) + hostile)
        await writer.drain()
    elif fault.kind == "huge":
        await _send_huge(writer, answer, fault.mb)
    elif fault.kind == "trickle":
        writer.write(begin)
        for index in range(len(body)):
            writer.write(body[index : index + 1])
            await writer.drain()
            await asyncio.sleep((fault.ms or 1000) / 1000)


async def _send_huge(writer: asyncio.StreamWriter, answer: Answer, megabytes: int) -> None:
    """A text of that size, or a file that goes on and on after its end."""
    before, after, kind = b'<response status="success"><result>', b"</result></response>", XML
    if answer.data is not None:
        (before, kind), after = content(answer), b""
    length = len(before) + megabytes * 1024 * 1024 + len(after)
    writer.write(head(200, length, True, kind, answer.filename) + before)
    block = b"A" * (1024 * 1024)
    for _ in range(megabytes):
        writer.write(block)
        await writer.drain()
    writer.write(after)
    await writer.drain()
