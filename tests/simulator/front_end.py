# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in front of a firewall and misbehaves: a load balancer, a proxy, an address that moves to another unit.

TLS ends here. A script says which requests are treated in which way; all others are handed on as they come.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from .fleet import HOST, Firewall
from .http_server import XML, Dropped, HttpRequest, HttpServer, content, head, hostile_xml, read_request
from .xml_api import Answer, failure

__all__ = ["FrontEnd", "Seen", "Step", "another_job", "front_end", "hostile_xml", "http", "says"]

Where = Literal["firewall", "other"]
Body = str | bytes | Callable[[str], str | bytes]

HTML = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>"


@dataclass(frozen=True)
class Step:
    """What happens to some requests.

    on: the beginning of the request's label (`keygen`, `commit`, `show mlav cloud-status`, `config set`, `log get`);
        empty means all.
    at, times: it begins with the `at`-th request that `on` fits, and holds for `times` of them (0: for all
        that follow).
    forward: the firewall carries the request out. A Step that answers nothing of its own does so in any case.
    to: which firewall that is; by default the one that the connection leads to.
    status, headers, body: what is answered in place of the firewall's answer. `body` may be a function that makes it
        from the text of that answer (with `forward`), or from an empty text.
    drop, stall: no answer: the connection is closed, or kept open in silence (after `forward`, carried
        out all the same).
    surplus: further bytes right behind the answer, in the same TLS record as far as they fit.
    close: the connection is closed behind the answer, without having said so.
    move: closes likewise, and every later connection leads to the other firewall.
    """

    on: str = ""
    at: int = 1
    times: int = 1
    forward: bool = False
    to: Where | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    drop: bool = False
    stall: bool = False
    surplus: bytes = b""
    close: bool = False
    move: bool = False

    @property
    def answers(self) -> bool:
        """It has an answer of its own."""
        return self.status is not None or self.body is not None

    def holds(self, label: str, number: int) -> bool:
        """For the `number`-th request (from 1) that `on` fits."""
        return label.startswith(self.on) and self.at <= number and (not self.times or number < self.at + self.times)


@dataclass(frozen=True)
class Seen:
    """One request: the connection that it came on (from 1), the firewall that it led to, and whether that got it."""

    label: str
    connection: int
    firewall: str
    forwarded: bool
    params: Mapping[str, str] = field(repr=False, default_factory=dict)


def http(status: int, body: Body | None = None, on: str = "", **more: Any) -> Step:
    """An HTTP status with a page in HTML, or with another body."""
    kind = {"Content-Type": "text/html" if body is None else XML}
    page = HTML.format(f"{status} Gateway") if body is None else body
    return Step(on, status=status, body=page, headers={**kind, **more.pop("headers", {})}, **more)


def says(text: str, on: str = "", **more: Any) -> Step:
    """PAN-OS's own form of an error, with HTTP 200."""
    return Step(on, body=failure(text).body, **more)


def another_job(number: int) -> Callable[[str], str]:
    """The firewall's answer with another job number in it."""
    return lambda text: re.sub(r"(jobid |<job>)\d+", rf"\g<1>{number}", text)


class FrontEnd(HttpServer):
    """Listens in front of one or two firewalls of a running fleet; `front_end` makes it."""

    def __init__(
        self,
        firewall: Firewall,
        other: Firewall | None,
        script: Sequence[Step],
        alternate: bool,
        close_each: bool,
    ) -> None:
        doors = [_door(item) for item in (firewall, other) if item is not None]
        super().__init__(doors[0].api, doors[0].context)
        self.script = list(script)
        self.seen: list[Seen] = []
        self.connections = 0
        self.leads_to: Where = "firewall"
        self._firewalls = [item for item in (firewall, other) if item is not None]
        self._doors = doors
        self._alternate = alternate
        self._close_each = close_each
        self._met = [0] * len(script)

    def provider(self) -> dict[str, Any]:
        """Connection options that lead through here."""
        return {**self._firewalls[0].provider(), "ip_address": HOST, "port": self.port}

    def host_vars(self) -> dict[str, Any]:
        """The variables of the firewall's host in an inventory, leading through here."""
        return {**self._firewalls[0].host_vars(), "mlav_provider": self.provider()}

    @property
    def ca_path(self) -> str:
        """The file of the authority that signed this server's certificate."""
        return str(self._firewalls[0].ca_path)

    def count(self, label: str = "") -> int:
        """How many requests came whose label begins so."""
        return sum(item.label.startswith(label) for item in self.seen)

    @property
    def labels(self) -> list[str]:
        """The labels of all requests, in their order."""
        return [item.label for item in self.seen]

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number, where = self.connections, self.leads_to
        self._writers.add(writer)
        try:
            while (request := await read_request(reader, writer)) is not None:
                if not await self._treat(request, writer, number, where) or self._close_each:
                    break
                if self._alternate:
                    where = "other" if where == "firewall" else "firewall"
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away or does not speak HTTP
        except Dropped:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _treat(self, request: HttpRequest, writer: asyncio.StreamWriter, connection: int, where: Where) -> bool:
        """Answers one request; whether the connection stays open."""
        label = self.api.label(request.params)
        step = self._step(label)
        where = step.to or where
        forward = step.forward or not (step.answers or step.drop or step.stall)
        index = min(("firewall", "other").index(where), len(self._doors) - 1)
        self.seen.append(Seen(label, connection, self._firewalls[index].name, forward, request.params))
        if not (step.answers or step.drop or step.stall or step.surplus):
            stays = await self._doors[index]._answer(request, writer)
        else:
            answer = self._carried_out(self._doors[index], label, request) if forward else Answer("")
            if step.drop:
                raise Dropped
            if step.stall:
                await asyncio.sleep(3600)
            writer.write(_wire(step, answer, request.keep_alive) + step.surplus)
            await writer.drain()
            stays = request.keep_alive
        if step.move:
            self.leads_to = "other"
        return stays and not (step.close or step.move)

    def _step(self, label: str) -> Step:
        found = Step()
        for index, step in enumerate(self.script):
            if not label.startswith(step.on):
                continue
            self._met[index] += 1
            if found == Step() and step.holds(label, self._met[index]):
                found = step
        return found

    @staticmethod
    def _carried_out(door: HttpServer, label: str, request: HttpRequest) -> Answer:
        door.api.world.statistics.requests += 1
        door.api.world.statistics.note(label)
        return door.api.handle(request.params, request.headers)


def _door(firewall: Firewall) -> HttpServer:
    """The server of the address that a firewall is asked at: its own, or its Panorama's."""
    server = (firewall.panorama or firewall).servers[0]
    assert isinstance(server, HttpServer)
    return server


def _wire(step: Step, answer: Answer, keep_alive: bool) -> bytes:
    """The bytes of an answer."""
    body = content(answer)[0] if step.body is None else step.body
    if callable(body):
        body = body(answer.body)
    data = body.encode() if isinstance(body, str) else body
    status = answer.status if step.status is None else step.status
    headers = dict(step.headers)
    start = head(status, len(data), keep_alive, headers.pop("Content-Type", XML)).removesuffix(b"\r\n")
    return start + b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items()) + b"\r\n" + data


def _share_logins(firewall: Firewall, other: Firewall) -> None:
    """What one unit of a pair takes, the other takes."""
    for admin in other.world.spec.admins:
        twin = firewall.world.admin(admin.name)
        if twin is not None:
            admin.password, admin.api_key = twin.password, twin.api_key


@contextmanager
def front_end(
    firewall: Firewall,
    *,
    other: Firewall | None = None,
    script: Sequence[Step] = (),
    alternate: bool = False,
    close_each: bool = False,
    same_logins: bool = True,
) -> Iterator[FrontEnd]:
    """Run a front end before a firewall that is running.

    Args:
        firewall: where connections lead; behind a Panorama, its Panorama is what stands behind here.
        other: another firewall, for `Step.to`, `Step.move` and `alternate`.
        script: the first step that holds for a request decides; it may be changed while it runs (`front.script`),
            as long as steps are only replaced.
        alternate: the requests of one connection go to both firewalls in turn.
        close_each: each connection is closed behind its first answer, without having said so.
        same_logins: the other firewall takes the same passwords and keys.
    """
    if other is not None and same_logins:
        _share_logins(firewall, other)
    front = FrontEnd(firewall, other, script, alternate, close_each)
    # In the loop of the firewalls, so that all that changes a world does it in one thread.
    loop = _door(firewall).loop
    asyncio.run_coroutine_threadsafe(front.start(), loop).result(30)
    try:
        yield front
    finally:
        asyncio.run_coroutine_threadsafe(front.stop(), loop).result(30)
