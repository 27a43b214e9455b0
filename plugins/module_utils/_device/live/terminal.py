# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dialogue with a CLI in a shell: where an answer begins, and where it ends.

An answer begins after the echo of its command. It ends at a prompt that is one: the exact prompt learned at login, at
the end of what came, and given again after an empty line. Text that only looks like the prompt is followed by more
text instead, wherever the network cuts it. Source: netmiko and scrapli_community for the forms of the prompt.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import OversizedAnswer, Unreachable
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.sizes import STATUS_BYTES

Keep = Literal["newest", "first", "all"]

# A device that does not answer the confirming empty line is taken at its word after this silence.
_SILENCE_SECONDS = 0.5
# No prompt is longer; only this much of the end is searched for one.
_PROMPT_BYTES = 1024

# The high-availability state and the vsys, which stands behind the name or apart: they may change within a session.
_STATE = rb"(?:-vsys\d{1,3})?(?:\([\w.-]+\))?(?: [\w.-]+)?"
# An account of a directory may be written corp\name or name@domain.
_ANY_PROMPT = re.compile(rb"(?:\A|\n)([^\s<>#]+@[\w.-]+?)" + _STATE + rb">\s*\Z")
# How PAN-OS asks whether a command is really wanted.
_QUESTION = re.compile(rb"\(y or n\)[ \t]*\Z", re.IGNORECASE)
_CONTROL = re.compile(
    rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,256}(?:\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b[=>]|[\x00\x07\x08]"
)
_LINE_END = re.compile(rb"\r+\n?")
# What may go on in the next piece: a line end, a control sequence. Looked for in the last bytes only, since a device
# may send nothing else.
_UNFINISHED = re.compile(rb"(?:\r+|\x1b[^A-Za-z\x1b]{0,256})\Z")
_UNFINISHED_BYTES = 257


class Shell(Protocol):
    """What is needed of ``ssh.SshShell``."""

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Sends all of ``data``."""

    def receive(self, seconds: float) -> bytes | None:
        """What came; None where nothing came in that time; empty at the end of the connection."""


class Terminal:
    """One shell, from login on. Reads up to the first prompt at once.

    Raises:
        CallTimeout: no prompt came.
        Unreachable: the connection ended.
    """

    def __init__(self, shell: Shell, deadline: Deadline) -> None:
        self._shell = shell
        self._prompt = _ANY_PROMPT
        self._unfinished = b""
        self._start("newest")
        found = self._read(deadline, None)
        self._prompt = re.compile(rb"(?:\A|\n)" + re.escape(found.group(1)) + _STATE + rb">\s*\Z")

    def ask(
        self, command: str, deadline: Deadline, keep: Keep, confirmed: bool = False, max_bytes: int = STATUS_BYTES
    ) -> tuple[str, bool]:
        """Sends one line. Where it is ``confirmed``, one question "(y or n)" that follows is answered with yes.

        Returns:
            The text between the echo and the prompt, and whether some of it was left out: more than ``max_bytes`` are
            never kept; ``keep`` tells which.

        Raises:
            OversizedAnswer: ``keep`` is ``all``, and there are more. What still comes belongs to nothing.
            CallTimeout: no prompt came.
            Unreachable: the connection ended.
        """
        self._start(keep, max_bytes)
        self._shell.send(command.encode() + b"\n", deadline)
        self._read(deadline, command.encode(), confirmed)
        content = bytes(self._buffer) if self._first is None else self._first
        return content.decode("utf-8", "replace").strip("\n"), self._truncated

    def _start(self, keep: Keep, max_bytes: int = STATUS_BYTES) -> None:
        self._keep = keep
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._first: bytes | None = None
        self._truncated = False

    def _read(self, deadline: Deadline, echo: bytes | None, confirmed: bool = False) -> re.Match[bytes]:
        """Reads one answer into the buffer, without echo and prompts; gives the prompt."""
        echoed = echo is None
        confirming = False
        while True:
            if echo is not None and not echoed:
                echoed = self._drop_echo(echo)
            prompt = self._prompt_at_end()
            if prompt is None:
                asked = confirmed and echoed and _QUESTION.search(self._buffer[-_PROMPT_BYTES:]) is not None
                left = deadline.remaining()
                if not self._receive(min(_SILENCE_SECONDS, left) if asked else left, deadline) and asked:
                    self._shell.send(b"y\n", deadline)
                    confirmed = False
                continue
            if not confirming:
                self._shell.send(b"\n", deadline)
                confirming = True
            elif self._confirmed(prompt):
                return prompt
            came = self._receive(min(_SILENCE_SECONDS, deadline.remaining()), deadline)
            # Where the echo has not come yet, this may be a late prompt of an earlier command.
            if not came and echoed:
                self._drop(prompt)
                return prompt

    def _confirmed(self, prompt: re.Match[bytes]) -> bool:
        """Drops the prompt and the one right before it; without one before it, nothing."""
        whole = len(self._buffer)
        last = bytes(self._buffer[whole - len(prompt.group()) :])
        self._drop(prompt)
        before = self._prompt_at_end()
        if before is None:
            self._buffer += last
            return False
        self._drop(before)
        return True

    def _drop(self, prompt: re.Match[bytes]) -> None:
        del self._buffer[len(self._buffer) - len(prompt.group()) :]

    def _drop_echo(self, echo: bytes) -> bool:
        at = self._buffer.find(echo)
        line_end = self._buffer.find(b"\n", at + len(echo)) if at >= 0 else -1
        if line_end < 0:
            return False
        del self._buffer[:line_end]
        return True

    def _prompt_at_end(self) -> re.Match[bytes] | None:
        end = bytes(self._buffer[-_PROMPT_BYTES:])
        # A line that is cut here does not begin here.
        return self._prompt.search(end if len(self._buffer) <= _PROMPT_BYTES else b"." + end)

    def _receive(self, seconds: float, deadline: Deadline) -> bool:
        """Takes in what comes within ``seconds``; False where nothing came."""
        data = self._shell.receive(seconds)
        if data is None:
            return False
        if not data:
            raise Unreachable(f"the firewall closed the SSH connection during {deadline.what}")
        data = self._unfinished + data
        unfinished = _UNFINISHED.search(data, max(0, len(data) - _UNFINISHED_BYTES))
        self._unfinished = unfinished.group() if unfinished else b""
        data = data[: len(data) - len(self._unfinished)]
        self._buffer += _LINE_END.sub(b"\n", _CONTROL.sub(b"", data))
        self._bound()
        return True

    def _bound(self) -> None:
        excess = len(self._buffer) - self._max_bytes
        if excess <= 0:
            return
        if self._keep == "all":
            raise OversizedAnswer(f"the answer is too large: expected at most {self._max_bytes} bytes")
        self._truncated = True
        if self._keep == "newest":
            del self._buffer[:excess]
            return
        if self._first is None:
            self._first = bytes(self._buffer[: self._max_bytes])
        # Only the prompt is still looked for.
        del self._buffer[: len(self._buffer) - 2 * _PROMPT_BYTES]
