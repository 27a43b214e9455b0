# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal does: echo, line editing, the pager, Ctrl-C."""

from __future__ import annotations

import asyncssh

CTRL_C = "\x03"
PAGE = 24


class Closed(Exception):
    """The client has gone, or the session is over."""


class Terminal:
    """Characters in, characters out."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self.process = process
        self.interactive = process.get_terminal_type() is not None
        self.mute = False
        self._buffer = ""

    def write(self, text: str) -> None:
        """Print; a terminal wants a carriage return before each line feed."""
        if self.mute:
            return
        if self.interactive:
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        self.process.stdout.write(text)

    async def key(self) -> str:
        """The next character."""
        while not self._buffer:
            try:
                self._buffer = await self.process.stdin.read(4096)
            except asyncssh.BreakReceived:
                return CTRL_C
            except asyncssh.SignalReceived:
                return CTRL_C
            except asyncssh.TerminalSizeChanged:
                continue
            if not self._buffer:
                raise Closed
        first, self._buffer = self._buffer[0], self._buffer[1:]
        return first

    async def line(self, *, echo: bool = True) -> str:
        """A line, edited with backspace, thrown away by Ctrl-C. What comes together is echoed together."""
        echo = echo and self.interactive
        text = echoed = ""
        while True:
            if echoed and not self._buffer:
                self.write(echoed)
                echoed = ""
            key = await self.key()
            if key in "\r\n":
                if key == "\r" and self._buffer.startswith("\n"):
                    self._buffer = self._buffer[1:]
                if echo:
                    self.write(f"{echoed}\n")
                return text
            if key == CTRL_C:
                self.write(f"{echoed}^C\n")
                return ""
            if key == "\x04" and not text:
                raise Closed
            if key in "\x08\x7f":
                if text and echo:
                    echoed += "\x08 \x08"
                text = text[:-1]
            elif key.isprintable():
                text += key
                if echo:
                    echoed += key

    async def page(self, text: str, *, full_screen: bool = False) -> None:
        """Long output stops at each page until a key comes."""
        if not self.interactive:
            self.write(text)
            return
        lines = text.splitlines(keepends=True)
        shown = 0
        step = PAGE - 1
        while shown < len(lines):
            self.write("".join(lines[shown : shown + step]))
            shown += step
            if shown >= len(lines) and not full_screen:
                return
            over = shown >= len(lines)
            prompt = "(END)" if over else f"lines {max(1, shown - PAGE + 2)}-{min(shown, len(lines))} "
            self.write(prompt)
            key = await self.key()
            self.write("\r" + " " * len(prompt) + "\r")
            if key in ("q", CTRL_C):
                return
            step = 1 if key in "\r\n" else PAGE - 1

    async def until_interrupt(self) -> None:
        """Wait for Ctrl-C."""
        while await self.key() != CTRL_C:
            pass
        self.write("^C\n")
