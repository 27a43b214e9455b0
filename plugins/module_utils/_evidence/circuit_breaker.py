# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No further questions to a device that cannot be reached, or that does not accept the login."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    ExpectedFailure,
    ForeignAnswer,
    HostKeyFailure,
    MissingLibrary,
    Overloaded,
    OversizedAnswer,
    PermissionFailure,
    SessionFailure,
    TlsFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    Device,
    SystemLogQuery,
)

T = TypeVar("T")

Circuit = Literal["api", "ssh", "any"]

# The next attempt would fail for the same reason, and one more failed login may lock the account.
_PERMANENT = (AuthenticationFailure, TlsFailure, HostKeyFailure, Unreachable, MissingLibrary)
# The same for the very first question only; later on it may have been a single bad answer.
_PERMANENT_AT_FIRST = (*_PERMANENT, CallTimeout, Overloaded, PermissionFailure, SessionFailure)


class CircuitBreaker:
    """Implements ``interface.Device`` over another one; after certain failures it raises them again, unasked.

    - The very first question fails for want of a connection or of rights, or the first two get answers that are not
      PAN-OS's: no further questions at all.
    - A command over SSH fails for want of a connection: no further ones over SSH.
    - The service in front of the firewall stays overloaded: no further questions over the same transport.
    - An answer is too large: no further questions at all.
    """

    def __init__(self, device: Device, watch: Callable[[str], None]) -> None:
        """``watch`` is shown when the breaker opens, and why a command is asked again."""
        self._device = device
        self._watch = watch
        self._answered = False
        self._foreign = 0
        self._open: dict[str, ExpectedFailure] = {}

    def run(self, command: Command) -> Answer:
        """See ``interface.Device``."""
        if command.retry_reason:
            self._watch(f"retrying: {command.cli}: {command.retry_reason}")
        return self._ask(lambda: self._device.run(command), "ssh" if command.prefer_ssh else "api")

    def effective_config(self, path: str) -> Answer:
        """See ``interface.Device``."""
        return self._ask(lambda: self._device.effective_config(path))

    def system_log(self, query: SystemLogQuery) -> Answer:
        """See ``interface.Device``."""
        return self._ask(lambda: self._device.system_log(query))

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """See ``interface.Device``. It may be read in another way than over SSH: the device knows."""
        return self._ask(lambda: self._device.process_log(name, lines), "any")

    def close(self) -> None:
        """See ``interface.Device``."""
        self._device.close()

    def _ask(self, ask: Callable[[], T], circuit: Circuit = "api") -> T:
        failure = self._open.get("all") or self._open.get(circuit)
        if failure is not None:
            raise failure
        try:
            answer = ask()
        except ExpectedFailure as error:
            self._note(error, circuit)
            raise
        self._answered = True
        return answer

    def _note(self, error: ExpectedFailure, circuit: Circuit) -> None:
        self._foreign += isinstance(error, ForeignAnswer)
        if isinstance(error, OversizedAnswer) or (
            not self._answered and (isinstance(error, _PERMANENT_AT_FIRST) or self._foreign > 1)
        ):
            self._trip("all", error)
        elif not self._answered and self._foreign:
            pass  # It may be one bad answer, and the firewall's own may follow.
        elif isinstance(error, Overloaded):
            # It was asked several times already.
            self._trip(circuit, error)
        elif circuit == "ssh" and isinstance(error, _PERMANENT):
            self._trip("ssh", error)
        else:
            # Even a refusal is an answer of a device that accepts the login.
            self._answered = True

    def _trip(self, circuit: Literal["all", "api", "ssh", "any"], error: ExpectedFailure) -> None:
        self._open[circuit] = error
        over = {"all": "", "any": " for process logs", "api": " over the XML API", "ssh": " over SSH"}[circuit]
        self._watch(f"circuit breaker: no further questions{over} ({error.kind})")
