# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One kept-alive HTTPS connection: POST in, a bounded body out, each call within its total time limit.

Proxies from the environment are not used: a management interface is addressed directly, and an administrator's key
does not belong in the hands of a proxy that nobody chose for it. Redirects are not followed, for the same reason.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import http.client
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer, Unreachable
from ansible_collections.panops.mlav.plugins.module_utils._device.network import Deadline, connect
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.tls import DeadlineSocket, wrap

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class HttpAnswer:
    """An answer's status and body; ``location`` is where a redirect points."""

    status: int
    reason: str
    body: bytes
    location: str | None = None


class _Stale(Exception):
    """The server had closed the kept-alive connection before it took the request."""


class HttpsConnection:
    """Talks to one server. ``requests`` and ``handshakes`` count what was sent and opened."""

    def __init__(self, options: ConnectionOptions, max_bytes: int) -> None:
        self._options = options
        self._max_bytes = max_bytes
        self._socket: DeadlineSocket | None = None
        self.requests = 0
        self.handshakes = 0

    def post(
        self, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline, repeatable: bool
    ) -> HttpAnswer:
        """Sends one request.

        Args:
            path: absolute path; never with anything secret in it.
            body: the whole body.
            headers: further headers.
            deadline: the limit of the whole call, connecting included.
            repeatable: the request only reads: it is sent once more when the server closed the kept-alive connection.

        Raises:
            Unreachable, TlsFailure, CallTimeout: see ``network.connect`` and ``tls.wrap``.
            MalformedAnswer: the answer is larger than ``max_bytes``, truncated or not HTTP.
        """
        try:
            return self._exchange(path, body, headers, deadline)
        except _Stale:
            if not repeatable:
                raise Unreachable(
                    f"{self._where} closed the connection while a change was sent; it may or may not have been made",
                    remedy="Look at the state of the firewall before you run this again.",
                ) from None
        try:
            return self._exchange(path, body, headers, deadline)
        except _Stale as error:  # pragma: no cover - a fresh connection is never stale
            raise Unreachable(f"{self._where} closed the connection") from error

    def close(self) -> None:
        """Ends the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def _where(self) -> str:
        return f"{self._options.host} port {self._options.port}"

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> HttpAnswer:
        kept, connection = self._connected(deadline)
        client = http.client.HTTPConnection(self._options.host, self._options.port)
        client.sock = connection
        client.auto_open = 0
        try:
            self.requests += 1
            client.request("POST", path, body, dict(headers))
            response = client.getresponse()
        except TimeoutError:
            self.close()
            raise deadline.exceeded() from None
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            self.close()
            if kept:
                raise _Stale from error
            raise Unreachable(f"{self._where} closed the connection without an answer") from error
        except (http.client.HTTPException, OSError) as error:
            self.close()
            raise self._not_http(error) from error
        except BaseException:
            self.close()
            raise
        answered = False
        try:
            content = self._read(response, deadline)
            answered = True
        except TimeoutError:
            raise deadline.exceeded() from None
        except (http.client.HTTPException, OSError) as error:
            raise MalformedAnswer(f"the answer of {self._where} was cut short ({type(error).__name__})") from error
        finally:
            if not answered or response.will_close:
                self.close()
        return HttpAnswer(response.status, response.reason, content, response.getheader("Location"))

    def _connected(self, deadline: Deadline) -> tuple[bool, DeadlineSocket]:
        """The connection, and whether it was kept from an earlier call."""
        if self._socket is not None:
            # An idle connection has nothing to say. If it can be read, the server has closed it: nothing is sent on it,
            # so that a change after a long pause is never lost in a dead connection.
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            if not poll.poll(0):
                self._socket.deadline = deadline
                return True, self._socket
            self.close()
        opened = connect(self._options.host, self._options.port, deadline)
        self._socket = wrap(opened, self._options, deadline)
        self._socket.deadline = deadline
        self.handshakes += 1
        return False, self._socket

    def _read(self, response: http.client.HTTPResponse, deadline: Deadline) -> bytes:
        if response.length is not None and response.length > self._max_bytes:
            raise self._too_large(response.length)
        content = bytearray()
        while chunk := response.read1(_CHUNK):
            content += chunk
            if len(content) > self._max_bytes:
                raise self._too_large(len(content))
            deadline.remaining()
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return bytes(content)

    def _too_large(self, size: int) -> MalformedAnswer:
        return MalformedAnswer(
            f"the answer of {self._where} is too large. "
            f"Expected: at most {self._max_bytes} bytes. Actual: {size} or more."
        )

    def _not_http(self, error: Exception) -> MalformedAnswer:
        return MalformedAnswer(
            f"{self._where} does not answer in HTTP ({type(error).__name__})",
            remedy="Check that provider.port is the port of the web interface and API.",
        )
