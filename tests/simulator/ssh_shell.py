# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line behind SSH."""

from __future__ import annotations

import asyncio
import re

import asyncssh

from . import ops_mlav, ops_system  # noqa: F401  (they fill the command table)
from .commands import CommandError, Reply, Request, from_cli
from .interference import interference
from .parts import Admin
from .ssh_configure import ConfigureMode, curly
from .ssh_terminal import Closed, Terminal
from .switches import ANSWER_FAULTS, CONFIGURATION_WRITES, Fault
from .world import World
from .xml_api import failure, wrap

TEXT_ONLY = ("ping", "traceroute", "tail", "less", "grep")
SESSION_FAULTS = ("slow", "hang", "drop_before", "drop_middle", "drop_after", "hang_after", "trickle")
ENDINGS = ("drop_after", "hang_after")
SETTINGS = ("scripting-mode", "pager", "op-command-xml-output", "confirmation-prompt")


class Shell:
    """One session."""

    def __init__(self, world: World, process: asyncssh.SSHServerProcess[str]) -> None:
        self.world = world
        self.process = process
        self.terminal = Terminal(process)
        name = process.get_extra_info("username")
        self.admin: Admin = world.admin(str(name)) or Admin(str(name))
        self.on = {"scripting-mode": False, "pager": True, "op-command-xml-output": False, "confirmation-prompt": True}
        self.config_format = "default"
        self.vsys = ""
        self.configure: ConfigureMode | None = None

    @property
    def prompt(self) -> str:
        """admin@host> , with the HA state and the vsys where there is one."""
        spec = self.world.spec
        state = f"({spec.ha.state})" if spec.ha.state else ""
        vsys = f" {self.vsys}" if self.vsys else ""
        return f"{self.admin.name}@{spec.hostname}{state}{vsys}{'#' if self.configure else '>'} "

    async def run(self) -> None:
        """Serve until the client leaves."""
        access = self.world.access
        if self.process.command:
            await self._execute(self.process.command)
            return
        if access.motd:
            self.terminal.write(access.motd.rstrip("\n") + "\n")
        self.terminal.write(f"\nNumber of failed attempts since last successful login: {access.failed_attempts}\n\n")
        try:
            while True:
                if self.configure is not None:
                    self.terminal.write("[edit]\n")
                self.terminal.write(self.prompt)
                line = (await self.terminal.line()).strip()
                if self.terminal.interactive and line and not self.on["scripting-mode"]:
                    # Without scripting-mode the line editor draws prompt and command once more.
                    self.terminal.write(f"\r{self.prompt}{line}\n")
                if line in ("exit", "quit", "logout") and self.configure is None:
                    return
                if line:
                    await self._execute(line)
        except Closed:
            return

    async def _execute(self, line: str) -> None:
        writes = self.configure is not None and line.startswith(CONFIGURATION_WRITES)
        self.world.statistics.note(line, "ssh ", writes=writes)
        command, *pipes = re.split(r"\s+\|\s+", line)
        try:
            if await self._setting(command):
                return
            ending = await self._session_fault(command)
            self.terminal.mute = ending is not None
            with interference(self.world, command, "ssh", self.admin.name):
                await self._carry_out(command, pipes)
            if ending is not None:
                await self._end(ending)
        except CommandError as error:
            self._error(error)

    async def _carry_out(self, command: str, pipes: list[str]) -> None:
        if self.configure is not None:
            await self._in_configure(command, pipes)
        elif command == "configure":
            self.configure = ConfigureMode(self.world, self.admin)
            self.terminal.write("Entering configuration mode\n")
        else:
            await self._operational(command, pipes)

    async def _end(self, ending: Fault) -> None:
        if ending.kind == "hang_after":
            await asyncio.sleep(3600)
        self.process.close()
        raise Closed

    async def _setting(self, line: str) -> bool:
        words = line.split()
        if words[:2] == ["set", "cli"] and self.configure is None:
            if len(words) == 4 and words[2] in SETTINGS and words[3] in ("on", "off"):
                self.on[words[2]] = words[3] == "on"
                return True
            if len(words) == 5 and words[2:4] == ["terminal", "width"] and words[4].isdigit():
                if not 1 <= int(words[4]) <= 500:
                    raise CommandError("Invalid syntax.", 17, syntax=True)
                return True
            if len(words) == 4 and words[2] == "config-output-format":
                self.config_format = words[3]
                return True
            raise CommandError("Invalid syntax.", 17, syntax=True)
        if words[:3] == ["set", "system", "setting"] and words[3:4] == ["target-vsys"] and len(words) == 5:
            self.vsys = "" if words[4] == "none" else words[4]
            self.terminal.write(f"Session target vsys changed to {words[4]}\n")
            return True
        return False

    async def _session_fault(self, line: str) -> Fault | None:
        """What comes before the command is carried out; a fault that comes after it is returned."""
        fault = self.world.faults.take(line, "ssh", SESSION_FAULTS)
        if fault is not None and fault.kind in ENDINGS:
            return fault
        if fault is not None:
            if fault.kind in ("drop_before", "drop_middle"):
                self.process.close()
                raise Closed
            await asyncio.sleep(3600 if fault.kind == "hang" else (fault.ms or 1000) / 1000)
        fault = self.world.faults.take(line, "ssh", tuple(k for k in ANSWER_FAULTS if k != "job_fails"))
        if fault is None:
            return None
        if fault.kind == "busy":
            raise CommandError(fault.text or self.world.switches.busy_text)
        if fault.kind == "refused":
            raise CommandError(fault.text or "Invalid syntax.", 17, syntax=True)
        raise CommandError("Session timed out", 22)

    def _error(self, error: CommandError) -> None:
        if self.on["op-command-xml-output"] and not error.syntax:
            self.terminal.write(failure(error.text, error.code).body + "\n")
        elif error.syntax:
            text = error.text if error.text.startswith("Unknown command") else "Invalid syntax."
            self.terminal.write(f"{text}\n")
        else:
            self.terminal.write(f"\nServer error : {error.text.strip()}\n\n")

    async def _operational(self, line: str, pipes: list[str]) -> None:
        for refused in self.world.switches.refused_over_ssh:
            if f"{line} ".startswith(f"{refused} "):
                raise CommandError("Invalid syntax.", 17, syntax=True)
        if line.startswith("check "):
            raise CommandError(f"Unknown command: {line.split()[0]}", 1, syntax=True)
        command, params = from_cli(line)
        request = Request(command, self.admin, "ssh", params)
        if command.path[:3] == ("debug", "software", "restart") and not await self._confirmed():
            return
        reply = command.run(self.world, request)
        await self._show(request, reply, pipes)

    async def _confirmed(self) -> bool:
        if not self.world.switches.restart_asks or not self.on["confirmation-prompt"]:
            return True
        mute, self.terminal.mute = self.terminal.mute, False
        self.terminal.write("Executing this command will restart the process. Do you want to continue? (y or n) ")
        answer = (await self.terminal.line()).strip().lower()
        self.terminal.mute = mute
        return answer in ("y", "yes")

    async def _show(self, request: Request, reply: Reply, pipes: list[str]) -> None:
        text = reply.text
        if self.on["op-command-xml-output"] and request.command.path[0] not in TEXT_ONLY:
            text = wrap(reply, self.world.switches.text_shape).body + "\n"
        elif request.command.path[:2] == ("show", "config") and reply.xml and self.config_format == "default":
            text = curly(reply.xml) if request.command.path[2] != "list" else text
        if text and not text.endswith("\n"):
            text += "\n"
        text = piped(text, pipes)
        wants_pager = (self.on["pager"] or reply.full_screen) and request.command.path[0] not in ("ping", "traceroute")
        if wants_pager and not (reply.then or pipes):
            await self.terminal.page(text, full_screen=reply.full_screen)
        else:
            self.terminal.write(text)
        if reply.then:
            if self.terminal.interactive:
                await self.terminal.until_interrupt()
            self.terminal.write(reply.then)
        elif request.command.path[0] not in TEXT_ONLY:
            self.terminal.write("\n")

    async def _in_configure(self, line: str, pipes: list[str]) -> None:
        assert self.configure is not None
        if line in ("exit", "quit"):
            self.configure = None
            self.terminal.write("Exiting configuration mode\n")
            return
        if line.startswith("run "):
            await self._operational(line[4:].strip(), pipes)
            return
        if line.startswith("check "):
            command, params = from_cli(line)
            self.terminal.write(command.run(self.world, Request(command, self.admin, "ssh", params)).text + "\n")
            return
        async for text in self.configure.execute(line):
            self.terminal.write(piped(text, pipes))


def piped(text: str, pipes: list[str]) -> str:
    """| match X and | except X."""
    lines = text.splitlines(keepends=True)
    for pipe in pipes:
        word, _, pattern = pipe.strip().partition(" ")
        pattern = pattern.strip().strip("\"'")
        if word not in ("match", "except") or not pattern:
            raise CommandError("Invalid syntax.", 17, syntax=True)
        try:
            found = re.compile(pattern, re.IGNORECASE)
        except re.error:
            raise CommandError("Invalid syntax.", 17, syntax=True) from None
        lines = [line for line in lines if bool(found.search(line)) == (word == "match")]
    return "".join(lines)
