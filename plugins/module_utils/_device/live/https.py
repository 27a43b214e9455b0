# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One kept-alive HTTPS connection: POST in, a bounded body out, whole or as it comes, within a total time limit.

Proxies from the environment are not used: a management interface is addressed directly, and an administrator's key
does not belong in the hands of a proxy that nobody chose for it. Redirects are not followed, for the same reason.
"""

from __future__ import annotations

import http.client
import io
import select
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    ExpectedFailure,
    MalformedAnswer,
    OversizedAnswer,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline, connect
from ansible_collections.panops.mlav.plugins.module_utils._device.live.tls import DeadlineSocket, wrap
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class HttpAnswer:
    """An answer's status and body; ``location`` is where a redirect points, ``retry_after`` the header of that name."""

    status: int
    reason: str
    body: bytes
    location: str | None = None
    retry_after: str | None = None


@dataclass(frozen=True)
class HttpStream:
    """An answer whose body is still coming.

    Attributes:
        content_type: the media type alone, in lower case; empty where the server names none.
        length: the announced size of the body in bytes, None where there is none.
        body: gives b"" at the complete end only. A read raises MalformedAnswer where the body is cut short,
            OversizedAnswer where it is larger than was allowed, CallTimeout after the deadline, and raises it again
            when read on.
        location: where a redirect points.
        retry_after: the header of that name, as it came.
    """

    status: int
    reason: str
    content_type: str
    length: int | None
    body: BinaryIO
    location: str | None = None
    retry_after: str | None = None


class _Stale(Exception):
    """The server had closed the kept-alive connection before it took the request."""


class ConnectionLost(Exception):
    """The connection that a request was meant for has ended; nothing was sent over another.

    ``unanswered``: the request was sent and got no answer.
    """

    def __init__(self, unanswered: bool) -> None:
        super().__init__()
        self.unanswered = unanswered


class HttpsConnection:
    """Talks to one server.

    ``requests`` and ``handshakes`` count what was sent and opened; ``received`` is the size of the last answer's body
    in bytes, as far as it was read.
    """

    def __init__(self, options: ConnectionOptions, max_bytes: int) -> None:
        self._options = options
        self._max_bytes = max_bytes
        self._socket: DeadlineSocket | None = None
        self.requests = 0
        self.handshakes = 0
        self.received = 0

    def post(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
        repeatable: bool,
        max_bytes: int | None = None,
        on: int | None = None,
    ) -> HttpAnswer:
        """Sends one request.

        Args:
            path: absolute path; never with anything secret in it.
            body: the whole body.
            headers: further headers.
            deadline: the limit of the whole call, connecting included.
            repeatable: the request only reads: it is sent once more when the server closed the kept-alive connection.
            max_bytes: the largest body that is read; None takes the connection's.
            on: send it over the connection of this number (``handshakes`` when it was opened) or not at all.

        Raises:
            ConnectionLost: that connection has ended. A request that is not ``repeatable`` was not sent.
            Unreachable, TlsFailure, CallTimeout: see ``network.connect`` and ``tls.wrap``.
            OversizedAnswer: the answer is larger than ``max_bytes``.
            MalformedAnswer: it is truncated or not HTTP.
        """
        limit = max_bytes or self._max_bytes
        with self.post_stream(path, body, headers, deadline, repeatable, limit, on) as answer:
            return HttpAnswer(answer.status, answer.reason, answer.body.read(), answer.location, answer.retry_after)

    @contextmanager
    def post_stream(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
        repeatable: bool,
        max_bytes: int,
        on: int | None = None,
    ) -> Iterator[HttpStream]:
        """Sends one request, and gives its answer while the body is still coming.

        The connection is kept for the next request where the body was read to its end and nothing came behind it. A
        body that has neither a length nor chunks ends with the connection, so that a cut cannot be told from its end.

        Args:
            path, body, headers, repeatable, on: see ``post``.
            deadline: the limit of the whole, the reading of the body included.
            max_bytes: the largest body that is read.

        Raises:
            DeviceError: as ``post``, before the body; what reading the body raises: see ``HttpStream``.
        """
        connection, response = self._asked(path, body, headers, deadline, repeatable, on)
        reader = _Body(response, deadline, max_bytes, self._where)
        buffered = io.BufferedReader(reader, _CHUNK)
        try:
            reader.refuse_if_too_large(response.length or 0)
            yield HttpStream(
                response.status,
                response.reason,
                (response.getheader("Content-Type") or "").partition(";")[0].strip().lower(),
                response.length,
                buffered,
                response.getheader("Location"),
                response.getheader("Retry-After"),
            )
        finally:
            keep = reader.complete and not response.will_close and self._socket is None
            buffered.close()
            response.close()
            self.received = reader.received
            if keep and not connection.spent:
                self._socket = connection
            else:
                connection.close()

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def _where(self) -> str:
        return f"{self._options.host} port {self._options.port}"

    def _asked(
        self,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
        repeatable: bool,
        on: int | None,
    ) -> tuple[DeadlineSocket, http.client.HTTPResponse]:
        try:
            return self._exchange(path, body, headers, deadline, on)
        except _Stale:
            if not repeatable:
                raise Unreachable(
                    f"{self._where} closed the connection while a change was sent; the change may or may not "
                    "have been made",
                    remedy="Check the state of the firewall before you run this again.",
                ) from None
            if on is not None:
                raise ConnectionLost(unanswered=True) from None
        try:
            return self._exchange(path, body, headers, deadline, None)
        except _Stale as error:  # pragma: no cover - a fresh connection is never stale
            raise Unreachable(f"{self._where} closed the connection") from error

    def _exchange(
        self, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline, on: int | None
    ) -> tuple[DeadlineSocket, http.client.HTTPResponse]:
        """Sends a request, and reads its answer up to the body. The connection is the caller's until it is put back."""
        kept, connection = self._connected(deadline, on)
        client = http.client.HTTPConnection(self._options.host, self._options.port)
        client.sock = connection
        client.auto_open = 0
        try:
            self.requests += 1
            client.request("POST", path, body, dict(headers))
            return connection, client.getresponse()
        except TimeoutError:
            connection.close()
            raise deadline.exceeded() from None
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            connection.close()
            if kept:
                raise _Stale from error
            raise Unreachable(f"{self._where} closed the connection without an answer") from error
        except (http.client.HTTPException, OSError) as error:
            connection.close()
            raise self._not_http(error) from error
        except BaseException:
            connection.close()
            raise

    def _connected(self, deadline: Deadline, on: int | None) -> tuple[bool, DeadlineSocket]:
        """The connection, and whether it was kept from an earlier call."""
        kept, self._socket = self._socket, None
        if kept is not None:
            # An idle connection has nothing to say. If it can be read, the server has closed it, or has sent what would
            # be taken for the next answer: nothing is sent on it, so that a change after a long pause is never lost in
            # a dead connection. What is decrypted already, poll does not see.
            poll = select.poll()
            poll.register(kept, select.POLLIN)
            if not kept.pending() and not poll.poll(0) and on in (None, self.handshakes):
                kept.deadline = deadline
                return True, kept
            kept.close()
        if on is not None:
            raise ConnectionLost(unanswered=False)
        opened = wrap(connect(self._options.host, self._options.port, deadline), self._options, deadline)
        opened.deadline = deadline
        self.handshakes += 1
        return False, opened

    def _not_http(self, error: Exception) -> MalformedAnswer:
        return MalformedAnswer(
            f"{self._where} does not answer in HTTP ({type(error).__name__})",
            remedy=f"Check that {self._options.option}.port is the port of the web interface and API.",
        )


class _Body(io.RawIOBase):
    """The bytes of a body as they come."""

    def __init__(self, response: http.client.HTTPResponse, deadline: Deadline, max_bytes: int, where: str) -> None:
        super().__init__()
        self._response = response
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._where = where
        self.received = 0
        self._failure: ExpectedFailure | None = None

    @property
    def complete(self) -> bool:
        """The body was read to its end, so that the next answer follows on the connection."""
        # Some Pythons leave a body open whose last byte was read.
        ended = self._response.length == 0 or (self._response.length is None and self._response.isclosed())
        return ended and self._failure is None

    def refuse_if_too_large(self, size: int) -> None:
        if size > self._max_bytes:
            raise OversizedAnswer(
                f"the answer of {self._where} is too large: expected at most {self._max_bytes} bytes, got {size} "
                "or more"
            )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._failure is not None:
            raise self._failure
        try:
            chunk = self._read(len(buffer))
        except ExpectedFailure as error:
            self._failure = error
            raise
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _read(self, size: int) -> bytes:
        try:
            chunk = self._response.read1(size)
            # More than was asked for: http.client takes a negative size of a chunk for one.
            if len(chunk) > size or (size and not chunk and self._response.length):
                raise http.client.IncompleteRead(b"", self._response.length)
        except TimeoutError:
            raise self._deadline.exceeded() from None
        except (http.client.HTTPException, OSError) as error:
            raise MalformedAnswer(f"the answer of {self._where} was cut short ({type(error).__name__})") from error
        self.received += len(chunk)
        self.refuse_if_too_large(self.received)
        return chunk
