# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time limits and TCP connections, for both transports."""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CallTimeout, Unreachable


class Deadline:
    """A total time limit of ``seconds`` for ``what``; ``what`` stands in the message of the CallTimeout."""

    def __init__(self, seconds: float, what: str) -> None:
        self.seconds = seconds
        self.what = what
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, above 0.

        Raises:
            CallTimeout: nothing is left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.exceeded()
        return left

    def exceeded(self) -> CallTimeout:
        """The error of this limit, for a caller that noticed by itself."""
        return CallTimeout(
            f"{self.what} took longer than {self.seconds:g} s",
            remedy="Check the load of the firewall and the network path, or raise the option timeout.",
        )


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Opens a TCP connection, trying every address of ``host`` in turn. Proxies from the environment are not used.

    Raises:
        Unreachable: the name does not resolve, or no address takes a connection.
        CallTimeout: the deadline passed.
    """
    failure: OSError | None = None
    found = resolve(host, port, deadline)
    for tried, (family, kind, protocol, _name, address) in enumerate(found):
        connection = socket.socket(family, kind, protocol)
        try:
            # One that is silent leaves the others their share of the time.
            connection.settimeout(deadline.remaining() / (len(found) - tried))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    if isinstance(failure, TimeoutError):
        raise CallTimeout(
            f"connecting to {host} port {port} took longer than {deadline.seconds:g} s",
            remedy="Check the address, and that no device on the path drops the packets.",
        )
    reason = failure.strerror if failure is not None and failure.strerror else str(failure or "it has no address")
    raise Unreachable(
        f"cannot connect to {host} port {port}: {reason}",
        remedy="Check the address, the port and the routing, and that the management interface permits this service.",
    )


def resolve(host: str, port: int, deadline: Deadline) -> list[Any]:
    """``getaddrinfo``; for a name in a thread of its own: it takes no time limit, and a silent DNS server holds it.

    Raises:
        Unreachable: the name does not resolve.
        CallTimeout: the deadline passed.
    """
    with suppress(OSError, UnicodeError):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    answers: queue.SimpleQueue[list[Any] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="panops-resolve").start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise CallTimeout(
            f"resolving the name {host!r} took longer than {deadline.seconds:g} s",
            remedy="Check the DNS servers of this controller, or use an IP address.",
        ) from None
    if isinstance(answer, list):
        return answer
    reason = getattr(answer, "strerror", None) or str(answer)
    raise Unreachable(
        f"the host name {host!r} does not resolve: {reason}",
        remedy="Check the spelling of the name and the DNS servers of this controller.",
    )
