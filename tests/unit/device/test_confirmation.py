# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A question of the CLI is answered for the one command that was sent as confirmed, and once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CallTimeout
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.live.terminal import Terminal

PROMPT = "admin@fw-1> "
ASKED = "Executing this command will restart the process. Do you want to continue? (y or n) "


class Shell:
    """Prints what ``on`` says to each line, in pieces of ``size`` bytes."""

    def __init__(self, on: Callable[[str], str], size: int = 1000) -> None:
        self._on = on
        self._size = size
        self._out = PROMPT.encode()
        self.lines: list[str] = []

    def send(self, data: bytes, deadline: Deadline) -> None:
        line = data.decode().rstrip("\n")
        if line:
            self.lines.append(line)
        self._out += (line + "\n" + self._on(line)).encode()

    def receive(self, seconds: float) -> bytes | None:
        piece, self._out = self._out[: self._size], self._out[self._size :]
        return piece or None


def asks_once(line: str) -> str:
    return {"restart": ASKED, "y": f"restarted\n{PROMPT}"}.get(line, PROMPT)


def limit() -> Deadline:
    return Deadline(0.3, "the test")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_question_is_answered(size: int) -> None:
    shell = Shell(asks_once, size)
    text, truncated = Terminal(shell, limit()).ask("restart", Deadline(10, "the test"), "newest", confirmed=True)
    assert shell.lines == ["restart", "y"]
    assert text.endswith("restarted")
    assert not truncated


def test_no_other_command_is_confirmed() -> None:
    shell = Shell(asks_once)
    with pytest.raises(CallTimeout):
        Terminal(shell, limit()).ask("restart", limit(), "newest")
    assert shell.lines == ["restart"]


def test_a_second_question_is_not_answered() -> None:
    shell = Shell(lambda line: PROMPT if not line else ASKED)
    with pytest.raises(CallTimeout):
        Terminal(shell, limit()).ask("restart", limit(), "newest", confirmed=True)
    assert shell.lines == ["restart", "y"]


@pytest.mark.parametrize("text", ["", "really (y or n) is a text\n", "Process restarted (y or n)\n"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_text_that_goes_on_is_no_question(text: str, size: int) -> None:
    shell = Shell(lambda line: (text if line else "") + PROMPT, size)
    answer, _truncated = Terminal(shell, limit()).ask("restart", Deadline(10, "the test"), "newest", confirmed=True)
    assert shell.lines == ["restart"]
    assert answer == text.strip()
