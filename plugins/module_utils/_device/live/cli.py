# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall's CLI over SSH: one operational command in, its answer out.

Source: documentation "Customize the CLI"; netmiko for what a session begins with, centreon-plugins for XML output mode:
the answer is then that of the XML API.
"""

from __future__ import annotations

import re

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope, sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.cli_text import check_cli_text
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    CommandRefused,
    ExpectedFailure,
    InvalidOption,
    OversizedAnswer,
    SessionFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.live.ssh import TERMINAL_WIDTH, SshShell
from ansible_collections.panops.mlav.plugins.module_utils._device.live.terminal import Keep, Terminal
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Watch

_PREPARATION = ("set cli scripting-mode on", f"set cli terminal width {TERMINAL_WIDTH}", "set cli pager off")
_XML_ON = "set cli op-command-xml-output on"
_XML_OFF = "set cli op-command-xml-output off"
_NO_QUESTIONS = "set cli confirmation-prompt off"

_ARGUMENT = re.compile(r"[A-Za-z0-9_:*][A-Za-z0-9._:/*@-]{0,254}")


def safe_argument(value: str) -> str:
    """Gives ``value`` back where it can be an argument of a command: a host name, an address, a file name.

    For what came from a device, a log or a file, where nothing stricter is known of it.

    Raises:
        InvalidOption: it cannot.
    """
    if not _ARGUMENT.fullmatch(value):
        raise InvalidOption(
            f"{excerpt(value, 80)!r} cannot be used in a command: expected a name, an address or a file name"
        )
    return value


class CliSession:
    """One SSH session with the CLI in operational mode. Opens at once. ``watch`` shows its commands.

    Raises:
        DeviceError: the subclass that fits (see ``ssh.SshShell``).
    """

    def __init__(self, options: SshOptions, timeout: float, watch: Watch | None = None) -> None:
        self._timeout = timeout
        self._watch = watch or Watch(None, "", str)
        self._credential = f"the SSH account {options.username!r}"
        deadline = Deadline(timeout, f"the SSH login on {options.host}")
        self._shell: SshShell | None = None
        with self._watch.exchange(lambda: "login and terminal setup"):
            self._shell = SshShell(options, deadline)
            try:
                self._terminal = Terminal(self._shell, deadline)
                for command in _PREPARATION:
                    self._terminal.ask(command, deadline, "newest")
            except BaseException:
                self.close()
                raise

    @property
    def closed(self) -> bool:
        """The session has ended: a call took too long, or the connection was lost."""
        return self._shell is None

    def close(self) -> None:
        """Ends the session."""
        if self._shell is not None:
            self._shell.close()
            self._shell = None

    def run(self, command: Command, keep: Keep | None = None) -> Answer:
        """Asks a command; in XML output mode where it is ``structured``.

        A call that takes too long ends the session: what still comes belongs to nothing.

        Args:
            command: what to ask.
            keep: which part of an answer larger than ``sizes.of_command`` counts; None takes the newest of a log, and
                refuses any other.

        Raises:
            DeviceError: the subclass that fits.
        """
        seconds = self._timeout if command.seconds is None else command.seconds
        deadline = Deadline(seconds, f"the command {command.cli!r} over SSH")
        if command.structured:
            return self._run_structured(command.cli, deadline)
        if command.confirmed:
            # Whether this is taken does not matter: a question that comes all the same is answered.
            self._ask(_NO_QUESTIONS, deadline)
        keep = keep or ("newest" if sizes.is_log(command.cli) else "all")
        text, truncated = self._ask(command.cli, deadline, keep, command.confirmed)
        check_cli_text(text, command.cli, self._credential)
        return Answer(command.cli, "ssh", text, truncated=truncated)

    def _run_structured(self, cli: str, deadline: Deadline) -> Answer:
        switched, _truncated = self._ask(_XML_ON, deadline)
        try:
            check_cli_text(switched, _XML_ON, self._credential)
        except CommandRefused:
            raise
        except ExpectedFailure as error:
            # That is no answer to the command.
            raise SessionFailure(f"cannot switch the CLI to XML output: {error.message}", error.remedy) from error
        text, _truncated = self._ask(cli, deadline)
        self._ask(_XML_OFF, deadline)
        check_cli_text(text, cli, self._credential)
        start, end = text.find("<response"), text.rfind("</response>")
        if start < 0 or end < start:
            raise envelope.malformed(f"the answer to {cli!r} is not XML", text.encode())
        size = sizes.of_command(cli)
        document = envelope.parse(text[start : end + len("</response>")].encode(), sizes.limits(size))
        answer = envelope.check(document, cli, self._credential)
        return Answer(cli, "ssh", answer.text, answer.result)

    def _ask(self, line: str, deadline: Deadline, keep: Keep = "all", confirmed: bool = False) -> tuple[str, bool]:
        if not (line.isprintable() and line.isascii()):
            raise InvalidOption(f"{excerpt(line)!r} is not a command: expected one line of printable ASCII")
        if self._shell is None:
            raise Unreachable("the SSH session has ended")
        try:
            with self._watch.exchange(lambda: line) as exchange:
                text, truncated = self._terminal.ask(line, deadline, keep, confirmed, sizes.of_command(line))
                if self._watch.active:
                    exchange.size = len(text.encode("utf-8", "replace"))
                    exchange.notes = ("truncated",) if truncated else ()
            return text, truncated
        except (CallTimeout, OversizedAnswer, Unreachable, KeyboardInterrupt):
            self.close()
            raise
