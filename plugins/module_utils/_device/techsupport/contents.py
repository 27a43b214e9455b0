# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a tech-support file while it streams by: sections, log lines, the connection table, configurations.

Source: the guide to such files in tbortolossi/tsf-anonymizer, for releases 10.2.9 to 12.1.4. The memory that it takes
is bounded whatever the archive holds.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Interest
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.configuration_file import (
    read_configuration,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.connection_tables import (
    sessions_of_tables,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.log_lines import (
    Kept,
    PackedLog,
    Readable,
    bounded_lines,
    decoded,
    newest_rows,
    relevant_lines,
)

MERGED = "opt/pancfg/mgmt/saved-configs/.merged-running-config.xml"
RUNNING = "opt/pancfg/mgmt/saved-configs/running-config.xml"
NETSTAT = "tmp/cli/logs/cli_netstat.txt"
SYSTEM_LOG = "tmp/cli/logs/show_log_system.txt"
DUMP = "tmp/cli/techsupport_"
# techsupport_fw-1_20260609_1000.txt; names without the time, and without the device, occur.
_COMMANDS = re.compile(r"tmp/cli/techsupport_(?:(?P<device>.+)_)?(?P<stamp>[0-9]{8}(?:_[0-9]{4,6})?)\.txt")
# The live log, devsrv.log.old, devsrv.log.1, devsrv.log.2.gz; one page of the documentation writes devsrvr.log.
_PROCESS_LOG = re.compile(r"var/log/pan/(?P<log>devsrvr?\.log)(?:\.(?P<generation>old|[0-9]{1,3}))?(?P<packed>\.gz)?")

MONITOR = "var/log/pan/mp-monitor.log"
PROCESS_LOGS = "var/log/pan/devsrv"
# Connection tables of the last hours or days.
_MONITOR = re.compile(r"var/log/pan/mp-monitor\.log(?:\.(?P<generation>old|[0-9]{1,3}))?(?P<packed>\.gz)?")

SECTION_BYTES = 1024**2
NETSTAT_BYTES = 4 * 1024**2
ALL_PROCESS_LOGS_BYTES = 48 * 1024**2
ALL_MONITORS_BYTES = 4 * 1024**2
_NAME_LENGTH = 300
_MOST_FAULTS = 200

_HEADER = re.compile(rb"[ \t]{0,8}> ([a-z][ -~]{2,250}?)\s*\Z")


@dataclass(frozen=True)
class LogFile:
    """What matters of one generation of a log; 0 is the live file."""

    name: str
    generation: int
    kept: Kept


class Contents:
    """Implements ``techsupport_stream.Reader``.

    Attributes:
        sections: the answers of commands by the command in their heading.
        netstat, system_log: the files of these names; None where there are none.
        configurations: pruned trees by the name of their file.
        logs: generations of devsrv.log by the name of their file.
        monitors: the same of mp-monitor.log.
        device_name, written_at: as the name of the commands' file tells them; local time of the device.
        faults: why a member that would be evidence is none, by its name.
        incomplete: why members may be missing, empty where the archive was read to its end.
    """

    def __init__(self, interest: Interest, commands: frozenset[str]) -> None:
        self._interest = interest
        self._commands = commands
        self.sections: dict[str, Kept] = {}
        self.netstat: Kept | None = None
        self.system_log: Kept | None = None
        self.configurations: dict[str, Element] = {}
        self.logs: dict[str, LogFile] = {}
        self.monitors: dict[str, LogFile] = {}
        self.device_name: str | None = None
        self.written_at: datetime | None = None
        self.faults: dict[str, str] = {}
        self.incomplete = ""

    def wants(self, name: str) -> bool:
        if len(name) > _NAME_LENGTH:
            return False
        known = name in (MERGED, RUNNING, NETSTAT, SYSTEM_LOG)
        return known or any(form.fullmatch(name) for form in (_COMMANDS, _PROCESS_LOG, _MONITOR))

    def read(self, name: str, content: BinaryIO) -> None:
        # Of members of the same name the last counts, as when a tar is unpacked.
        self.faults.pop(name, None)
        self.configurations.pop(name, None)
        self.logs.pop(name, None)
        self.monitors.pop(name, None)
        if name == NETSTAT:
            self.netstat = _beginning(content, NETSTAT_BYTES)
        elif name == SYSTEM_LOG:
            self.system_log = newest_rows(content, self._interest.system_log)
        elif name in (MERGED, RUNNING):
            try:
                self.configurations[name] = read_configuration(
                    content, name, self._interest.config_paths, self._interest.config_extras
                )
            except MalformedAnswer as error:
                self.faults[name] = error.message
        elif found := _PROCESS_LOG.fullmatch(name):
            self._read_process_log(name, content, found)
        elif found := _MONITOR.fullmatch(name):
            self._read_monitor(name, content, found)
        elif found := _COMMANDS.fullmatch(name):
            self._read_commands(content, found)

    def damaged(self, name: str, why: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults[name] = why
        # What stands before a cut is no whole answer, and of a log the newest part is behind it.
        if name == NETSTAT:
            self.netstat = None
        elif name == SYSTEM_LOG:
            self.system_log = None
        self.configurations.pop(name, None)
        self.logs.pop(name, None)
        self.monitors.pop(name, None)

    def cut_off(self, why: str) -> None:
        self.incomplete = self.incomplete or why

    def generations(self, log: str) -> tuple[LogFile, ...]:
        """The live file of ``log`` and its rotations, newest first."""
        mine = [item for item in self.logs.values() if _log_of(item.name) == log]
        return tuple(sorted(mine, key=lambda item: item.generation))

    def _read_commands(self, content: BinaryIO, found: re.Match[str]) -> None:
        self.sections = {}
        self.device_name = found["device"]
        try:
            self.written_at = datetime.strptime(found["stamp"][:13], "%Y%m%d_%H%M")
        except ValueError:
            self.written_at = None
        for command, section in _sections(content, self._commands):
            known = self.sections.get(command)
            # Some commands are asked twice, and the second time in vain.
            if known is None or not known.text.strip():
                self.sections[command] = section

    def _read_process_log(self, name: str, content: BinaryIO, found: re.Match[str]) -> None:
        def keep(log: Readable) -> Kept:
            return relevant_lines(log, self._interest.process_log)

        self._read_log(self.logs, name, content, found, keep, ALL_PROCESS_LOGS_BYTES)

    def _read_monitor(self, name: str, content: BinaryIO, found: re.Match[str]) -> None:
        self._read_log(self.monitors, name, content, found, sessions_of_tables, ALL_MONITORS_BYTES)

    def _read_log(
        self,
        logs: dict[str, LogFile],
        name: str,
        content: BinaryIO,
        found: re.Match[str],
        keep: Callable[[Readable], Kept],
        limit: int,
    ) -> None:
        """Keeps what ``keep`` picks of one generation; ``limit`` bounds all generations together."""
        try:
            kept = keep(PackedLog(content) if found["packed"] else content)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.faults[name] = f"{name} is cut off or damaged"
            return
        except MalformedAnswer as error:
            self.faults[name] = f"{name} {error.message}"
            return
        logs[name] = LogFile(name, _generation(found), kept)
        while sum(len(item.kept.text) for item in logs.values()) > limit:
            oldest = max(logs.values(), key=lambda item: item.generation)
            del logs[oldest.name]
            self.faults[oldest.name] = f"{oldest.name} was left out: the newer generations are large"


def _log_of(name: str) -> str | None:
    found = _PROCESS_LOG.fullmatch(name)
    return found["log"] if found else None


def _generation(found: re.Match[str]) -> int:
    """0 is the live file, which is neither numbered nor packed."""
    if found["generation"] is None:
        return 1 if found["packed"] else 0
    return 1 if found["generation"] == "old" else max(1, int(found["generation"]))


def _beginning(content: BinaryIO, limit: int) -> Kept:
    data = content.read(limit + 1)
    return Kept(data[:limit].decode("utf-8", "replace"), len(data) > limit)


def _sections(content: BinaryIO, commands: frozenset[str]) -> Iterator[tuple[str, Kept]]:
    """The wanted sections; each begins with a line ``> command`` and ends before the next."""
    command: str | None = None
    lines: list[bytes] = []
    size = 0
    after_blank = True
    for line in bounded_lines(content):
        # An indented one, which some files have, stands below an empty line; within an answer it means nothing.
        may_be = line.startswith(b"> ") or (after_blank and line.lstrip(b" \t").startswith(b"> "))
        heading = _HEADER.match(line) if may_be else None
        after_blank = not line.strip()
        if heading is None:
            size += len(line)
            if command is not None and size <= SECTION_BYTES:
                lines.append(line)
            continue
        if command is not None:
            yield command, Kept(decoded(lines), size > SECTION_BYTES)
        named = heading[1].decode()
        command = named if named in commands else None
        lines, size = [], 0
    if command is not None:
        yield command, Kept(decoded(lines), size > SECTION_BYTES)
