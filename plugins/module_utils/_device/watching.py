# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows the requests of a session while they run, with the duration and the size of each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.own_secrets import one_line

#: Takes one line, without secrets and on one line. None where nobody watches.
Observer = Callable[[str], None]

_LINE_LIMIT = 500


@dataclass
class Exchange:
    """One request: what its sender knows once the answer is there.

    Attributes:
        size: bytes of the answer; None where it is not known.
        notes: what else is worth a word (``HTTP 503``, ``new connection``).
    """

    size: int | None = None
    notes: tuple[str, ...] = ()


class Watch:
    """Shows what one transport does. Without an observer nothing is composed, measured or redacted."""

    def __init__(self, observer: Observer | None, transport: str, redact: Callable[[str], str]) -> None:
        """Watches one transport.

        Args:
            observer: where the lines go.
            transport: what each line begins with: transport, address and port.
            redact: takes the session's secrets out of a line.
        """
        self._observer = observer
        self._transport = transport
        self._redact = redact

    @property
    def active(self) -> bool:
        """Whether anybody watches."""
        return self._observer is not None

    def over(self, transport: str) -> Watch:
        """The same for another transport of the session."""
        return Watch(self._observer, transport, self._redact)

    def note(self, text: str) -> None:
        """Shows one line, such as a retry and its reason."""
        if self._observer is not None:
            line = one_line(self._redact(f"{self._transport}: {text}"))
            self._observer(visible(line if len(line) <= _LINE_LIMIT else f"{line[:_LINE_LIMIT]}…"))

    def failed(self, error: ExpectedFailure) -> None:
        """Shows that an answer that came is an error."""
        if self._observer is not None:
            self.note(f"the answer is an error ({error.kind}): {error.message}")

    @contextmanager
    def exchange(self, asked: Callable[[], str]) -> Iterator[Exchange]:
        """Shows a request when it begins, and when it ends or fails.

        Args:
            asked: gives the command or the API call in words; called only where somebody watches.
        """
        exchange = Exchange()
        if self._observer is None:
            yield exchange
            return
        what = asked()
        self.note(f"asking: {what}")
        started = time.monotonic()
        try:
            yield exchange
        except BaseException as error:
            self.note(f"failed: {what} ({time.monotonic() - started:.2f} s): {_reason(error)}")
            raise
        size = "size unknown" if exchange.size is None else f"{exchange.size} bytes"
        facts = ", ".join((size, f"{time.monotonic() - started:.2f} s", *exchange.notes))
        self.note(f"answered: {what} ({facts})")


def _reason(error: BaseException) -> str:
    return f"{error.kind}: {error.message}" if isinstance(error, ExpectedFailure) else type(error).__name__
