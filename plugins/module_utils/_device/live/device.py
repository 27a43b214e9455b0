# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live firewall: the XML API first, the CLI over SSH for what the API does not take, then a tech-support file.

Source: CLI hierarchy; documentation "Retrieve Logs". Which commands the API takes may depend on release and role.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    NotObtainable,
    OversizedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import CliSession, safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.live.terminal import Keep
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor, excerpt
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Observer

SSH_REMEDY = "Set the option ssh, so that the firewall's CLI can be asked."

# Gives a process log and its rotations, newest file first, from a tech-support file that is fetched through the
# session; the error is why the log itself could not be had. Raises a DeviceError.
Techsupport = Callable[[XmlApi, ExpectedFailure], tuple[Answer, ...]]

# These first words have many commands, of which the API may take one and refuse another.
_WIDE_WORDS = frozenset({"show", "request", "test", "check", "set", "debug"})
_SYSTEM_INFO = Command("show system info")
_SERIAL = re.compile(r"^serial:[ \t]*(\S+)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_NO_FILE = re.compile(r"no such file|cannot open|does not exist|not found", re.IGNORECASE)
_SHORT_TEXT = 300


class LiveDevice:
    """Implements ``interface.Device``. Opens connections when they are first needed: one to the API, one by SSH.

    ``observer`` takes a line for each request while it runs (see ``watching``); None where nobody watches.
    ``techsupport`` is asked at most once; None where no tech-support file may be made. ``limit``: see ``api.XmlApi``.
    ``serial`` is that of the device which the sessions are bound to; None where they are not.
    """

    def __init__(
        self,
        options: ConnectionOptions,
        techsupport: Techsupport | None = None,
        limit: Deadline | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.options = options
        self.api = XmlApi(options, limit, observer)
        self._cli: CliSession | None = None
        self._cli_failure: ExpectedFailure | None = None
        self._refused: dict[str, ExpectedFailure] = {}
        self.serial: str | None = None
        self._techsupport = techsupport
        self._exported: tuple[Answer, ...] | ExpectedFailure | None = None

    @property
    def redactor(self) -> Redactor:
        """Masks this session's own secrets, and whatever looks like one; for raw answers that are kept."""
        return self.api.redactor

    @property
    def login_failure(self) -> ExpectedFailure | None:
        """Why there is no SSH session; whoever catches this very error knows that his command was not sent."""
        return self._cli_failure

    def close(self) -> None:
        """Ends the connections."""
        self.api.close()
        self._end_cli()

    def _end_cli(self) -> None:
        if self._cli is not None:
            self._cli.close()
            self._cli = None

    def bind(self) -> str:
        """Binds both sessions to the device that answers now (``api.XmlApi.bind``), and gives its serial number.

        Raises:
            DeviceChanged: they are bound to another one.
            NotBound: it does not tell its serial number.
            DeviceError: the subclass that fits.
        """
        if self.serial is None:
            serial = self.api.serial()
            self.api.bind(serial)
            # Over the connection that has just named the device: there has to be one that outlives an answer.
            self.api.serial()
            self.serial = serial
            self._end_cli()
        return self.serial

    def run(self, command: Command) -> Answer:
        """Asks an operational command on the first transport that takes it.

        Raises:
            CommandRefused: no transport takes it; ``remedy`` says what would.
            DeviceError: the subclass that fits. Where the API does not take the command and SSH fails, it is SSH's.
        """
        if command.prefer_ssh and self.options.ssh is not None:
            try:
                cli = self._ssh()
            except ExpectedFailure as failure:
                return self._run_api(command, failure)
            return self._run_cli(cli, command)
        return self._run_api(command, None)

    def _run_cli(self, cli: CliSession, command: Command, keep: Keep | None = None) -> Answer:
        try:
            return cli.run(command, keep)
        except OversizedAnswer as error:
            self.api.oversized = error
            raise

    def effective_config(self, path: str) -> Answer:
        """See ``api.XmlApi.effective_config``."""
        return self.api.effective_config(path)

    def candidate_config(self, path: str) -> Answer:
        """See ``api.XmlApi.candidate_config``."""
        return self.api.candidate_config(path)

    def system_log(self, query: SystemLogQuery) -> Answer:
        """Asks the system log; as the CLI's table by SSH where the API does not give it."""
        try:
            return self.api.system_log(query)
        except (CommandRefused, PermissionFailure) as refusal:
            self._require_ssh(refusal)
            self.api.watch.note("retrying over SSH: the system log")
        since = f" start-time equal {query.since:%Y/%m/%d@%H:%M:%S}" if query.since is not None else ""
        cli = f'show log system direction equal backward{since} query equal "{query.expression}"'
        answer = self._run_cli(self._ssh(), Command(cli), keep="first")
        return _first_lines(answer, query.limit)

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """Reads the end of a management-plane log and of its last rotation (see ``interface.Device``).

        Raises:
            NotObtainable: the firewall has no such log.
            CommandRefused: only SSH gives it, and the option ``ssh`` is not set.
            DeviceError: the subclass that fits; that of the tech-support file where one was asked for.
        """
        count = min(max(lines, 1), 65535)
        try:
            newest = self._tail(name, count)
        except NotObtainable:
            raise
        except ExpectedFailure as error:
            if self._techsupport is None:
                raise
            return self._from_techsupport(self._techsupport, error)
        try:
            return (newest, self._tail(f"{name}.old", count))
        except (CommandRefused, NotObtainable):
            return (newest,)
        except ExpectedFailure as error:
            return (replace(newest, notes=(*newest.notes, f"{name}.old could not be read: {error.message}")),)

    def _from_techsupport(self, techsupport: Techsupport, reason: ExpectedFailure) -> tuple[Answer, ...]:
        """Making a file takes the firewall minutes, so the outcome is kept, also a failure."""
        if self._exported is None:
            try:
                self._exported = techsupport(self.api, reason)
            except ExpectedFailure as error:
                directly = f"Or let the log be read without a tech-support file, which failed: {reason.message}."
                remedy = " ".join(filter(None, (error.remedy, directly, reason.remedy)))
                self._exported = type(error)(error.message, remedy)
                raise self._exported from error
        if isinstance(self._exported, ExpectedFailure):
            raise self._exported
        return self._exported

    def _tail(self, name: str, lines: int) -> Answer:
        """That a file is not there may come as an answer and as an error."""
        try:
            answer = self.run(_tail(name, lines))
        except ExpectedFailure as error:
            if error.kind == DeviceError.kind and _NO_FILE.search(error.message):
                raise _no_log(name, error.message) from error
            raise
        if len(answer.text) <= _SHORT_TEXT and _NO_FILE.search(answer.text):
            raise _no_log(name, answer.text)
        return answer

    def _run_api(self, command: Command, ssh_failure: ExpectedFailure | None) -> Answer:
        family = _family(command.cli)
        refusal = self._refused.get(family)
        if refusal is None and command.xml is None:
            refusal = CommandRefused(f"the XML API has no form of {command.cli!r}")
        if refusal is None and command.xml is not None:
            try:
                answer = self.api.op(command.xml, command.seconds, command.cli)
                return Answer(command.cli, "api", answer.text, answer.result)
            except (CommandRefused, PermissionFailure) as error:
                self._refused[family] = refusal = error
        if refusal is not None:
            self._require_ssh(refusal)
            self.api.watch.note(f"retrying over SSH: {command.cli}")
        if ssh_failure is not None:
            raise ssh_failure
        cli = self._ssh()
        if command.confirmed and self.serial is not None:
            # A change: the API tells whether it may still be made, and the session whether it is the same device.
            if self.api.guard is not None:
                self.api.guard()
            self._require_serial(cli)
        return self._run_cli(cli, command)

    def _require_ssh(self, refusal: ExpectedFailure) -> None:
        if self.options.ssh is None:
            raise type(refusal)(refusal.message, " ".join(filter(None, (refusal.remedy, SSH_REMEDY)))) from refusal

    def _ssh(self) -> CliSession:
        """The SSH session, opened when first needed. A login that failed is not tried again: accounts get locked."""
        if self._cli_failure is not None:
            raise self._cli_failure
        if self.api.oversized is not None:
            raise self.api.oversized
        if self.options.ssh is None:
            raise CommandRefused("SSH may not be used", SSH_REMEDY)
        if self._cli is None or self._cli.closed:
            try:
                ssh = self.options.ssh
                self._cli = CliSession(
                    ssh, self.options.timeout, self.api.watch.over(f"SSH {ssh.host} port {ssh.port}")
                )
            except ExpectedFailure as error:
                self._cli_failure = type(error)(self.redactor.redact_message(error.message), error.remedy)
                raise self._cli_failure from error
            if self.serial is not None:
                self._require_serial(self._cli)
        return self._cli

    def _require_serial(self, cli: CliSession) -> None:
        """Raises DeviceChanged where the session leads to another device than the one that this one is bound to."""
        found = _SERIAL.search(cli.run(_SYSTEM_INFO, keep="first").text)
        if found is None or found.group(1) != self.serial:
            self._end_cli()
            raise DeviceChanged(
                "another device answers over SSH: serial number "
                f"{excerpt(found.group(1), 64) if found else 'not told'} in place of {self.serial}",
                "Let the options provider and ssh lead to the same firewall.",
            )


def open_device(
    params: Mapping[str, Any], techsupport: Techsupport | None = None, observer: Observer | None = None
) -> LiveDevice:
    """A live firewall from a module's parameters; connects when first asked. The others: see ``LiveDevice``.

    Raises:
        InvalidOption: see ``options.ConnectionOptions.from_params``.
    """
    return LiveDevice(ConnectionOptions.from_params(params), techsupport, observer=observer)


def _family(cli: str) -> str:
    """The words that a refusal stands for: ``ping``, ``show netstat``."""
    words = cli.split()
    return " ".join(words[: 2 if words and words[0] in _WIDE_WORDS else 1])


def _tail(name: str, lines: int) -> Command:
    safe = safe_argument(name)
    return Command(
        cli=f"tail lines {lines} mp-log {safe}",
        xml=f"<tail><lines>{lines}</lines><mp-log>{safe}</mp-log></tail>",
        prefer_ssh=True,
    )


def _no_log(name: str, said: str) -> NotObtainable:
    return NotObtainable(
        f"the firewall has no log {name}: {excerpt(said)}",
        "Generate a tech-support file, and look into it for the log.",
    )


def _first_lines(answer: Answer, entries: int) -> Answer:
    """The table's head and its first ``entries`` lines."""
    lines = answer.text.split("\n")
    kept = lines[: entries + 2]
    return replace(answer, text="\n".join(kept), truncated=answer.truncated or len(kept) < len(lines))
