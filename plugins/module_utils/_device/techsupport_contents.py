# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a tech-support file while it streams by: sections, log lines, the connection table, configurations.

Source: PANOS facts "Tech-support archive: layout". The memory that it takes is bounded whatever the archive holds.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import gzip
import heapq
import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.configuration_file import read_configuration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Interest
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport_stream import MAX_RATIO

MERGED = "opt/pancfg/mgmt/saved-configs/.merged-running-config.xml"
RUNNING = "opt/pancfg/mgmt/saved-configs/running-config.xml"
NETSTAT = "tmp/cli/logs/cli_netstat.txt"
SYSTEM_LOG = "tmp/cli/logs/show_log_system.txt"
_COMMANDS = re.compile(r"tmp/cli/techsupport_(?P<device>.+)_(?P<stamp>[0-9]{8}_[0-9]{4})\.txt")
# The live log, devsrv.log.old, devsrv.log.1, devsrv.log.2.gz; one page of the documentation writes devsrvr.log.
_PROCESS_LOG = re.compile(r"var/log/pan/(?P<log>devsrvr?\.log)(?:\.(?P<generation>old|[0-9]{1,3}))?(?P<packed>\.gz)?")

SECTION_BYTES = 1024**2
NETSTAT_BYTES = 4 * 1024**2
SYSTEM_LOG_LINES = 5000
PROCESS_LOG_BYTES = 8 * 1024**2
ALL_PROCESS_LOGS_BYTES = 48 * 1024**2
_LINE_BYTES = 4096
# What a line takes in memory beside its bytes.
_LINE_OVERHEAD = 48
_BLOCK_BYTES = 256 * 1024
_BODY_LINES = 5
# The head of a table, or enough of a log that begins with no time to see what it is.
_UNDATED_LINES = 10
_NAME_LENGTH = 300
_MOST_FAULTS = 200
# A rotation is some tens of megabytes; what unpacks to more is not one.
_MAX_ROTATION_BYTES = 2 * 1024**3
_RATIO_COUNTS_FROM = 16 * 1024**2

_HEADER = re.compile(rb"> ([a-z][ -~]{2,250}?)\s*\Z")
_DATED = re.compile(rb"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d")
# A pattern that in lower case finds in lower-cased text all that it finds otherwise.
_WORDS = re.compile(rb"(?:[\w |]|\[[- ]+\])+")


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""


@dataclass(frozen=True)
class Kept:
    """The part of a text that was kept, and whether some of it was left out."""

    text: str
    truncated: bool = False


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
        self.device_name: str | None = None
        self.written_at: datetime | None = None
        self.faults: dict[str, str] = {}
        self.incomplete = ""

    def wants(self, name: str) -> bool:
        if len(name) > _NAME_LENGTH:
            return False
        known = name in (MERGED, RUNNING, NETSTAT, SYSTEM_LOG)
        return known or _COMMANDS.fullmatch(name) is not None or _PROCESS_LOG.fullmatch(name) is not None

    def read(self, name: str, content: BinaryIO) -> None:
        # Of members of the same name the last counts, as when a tar is unpacked.
        self.faults.pop(name, None)
        self.configurations.pop(name, None)
        self.logs.pop(name, None)
        if name == NETSTAT:
            self.netstat = _beginning(content, NETSTAT_BYTES)
        elif name == SYSTEM_LOG:
            self.system_log = _newest_rows(content, self._interest.system_log)
        elif name in (MERGED, RUNNING):
            try:
                self.configurations[name] = read_configuration(content, name, self._interest.config_paths)
            except MalformedAnswer as error:
                self.faults[name] = error.message
        elif found := _PROCESS_LOG.fullmatch(name):
            self._read_process_log(name, content, found)
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
            self.written_at = datetime.strptime(found["stamp"], "%Y%m%d_%H%M")
        except ValueError:
            self.written_at = None
        for command, section in _sections(content, self._commands):
            known = self.sections.get(command)
            # Some commands are asked twice, and the second time in vain.
            if known is None or not known.text.strip():
                self.sections[command] = section

    def _read_process_log(self, name: str, content: BinaryIO, found: re.Match[str]) -> None:
        try:
            kept = _telling_lines(_Rotation(content) if found["packed"] else content, self._interest.process_log)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.faults[name] = f"{name} is cut off or damaged"
            return
        except MalformedAnswer as error:
            self.faults[name] = f"{name} {error.message}"
            return
        self.logs[name] = LogFile(name, _generation(found), kept)
        while sum(len(item.kept.text) for item in self.logs.values()) > ALL_PROCESS_LOGS_BYTES:
            oldest = max(self.logs.values(), key=lambda item: item.generation)
            del self.logs[oldest.name]
            self.faults[oldest.name] = f"{oldest.name} was left out: the newer generations are large"


def _log_of(name: str) -> str | None:
    found = _PROCESS_LOG.fullmatch(name)
    return found["log"] if found else None


def _generation(found: re.Match[str]) -> int:
    """0 is the live file, which is neither numbered nor packed."""
    if found["generation"] is None:
        return 1 if found["packed"] else 0
    return 1 if found["generation"] == "old" else max(1, int(found["generation"]))


def _lines(content: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; of one that is very long the beginning."""
    begins = True
    while piece := content.readline(_LINE_BYTES):
        ends = piece.endswith(b"\n")
        if begins:
            yield piece if ends or len(piece) < _LINE_BYTES else piece + b"\n"
        begins = ends


class _Lines:
    """Lines with their ends; one that is very long comes in pieces. Passes quickly over those that cannot matter."""

    def __init__(self, content: _Readable, concerns: re.Pattern[bytes]) -> None:
        self._content = content
        self._block = self._searched = b""
        self._position = 0
        # Words are found in lower-cased text several times as fast as by a pattern that ignores case. What is found is
        # looked at again.
        self._lowers = _WORDS.fullmatch(concerns.pattern) is not None
        self._concerns = re.compile(concerns.pattern.lower()) if self._lowers else concerns

    def next(self) -> bytes:
        """The next line, empty at the end."""
        while True:
            begin = self._position
            end = self._block.find(b"\n", begin, begin + _LINE_BYTES) + 1
            if end or len(self._block) - begin >= _LINE_BYTES or not self._fill():
                self._position = end or min(begin + _LINE_BYTES, len(self._block))
                return self._block[begin : self._position]

    def skip(self) -> bytes:
        """Passes over lines that do not matter; the next may matter, or is the last.

        Returns:
            the last line with a time among those passed over, empty where there is none.
        """
        last = b""
        while True:
            begin = self._position
            found = self._concerns.search(self._searched, begin)
            # What stands in the last line may go on in the next block.
            at = len(self._block) if found is None else found.start()
            line = max(begin, self._block.rfind(b"\n", begin, at) + 1)
            self._position = line + (at - line) // _LINE_BYTES * _LINE_BYTES
            last = self._last_dated(begin, self._position) or last
            if found is not None or not self._fill():
                return last

    def _last_dated(self, begin: int, end: int) -> bytes:
        while end > begin:
            line = max(begin, self._block.rfind(b"\n", begin, end - 1) + 1)
            for piece in reversed(range(line, end, _LINE_BYTES)):
                if _DATED.match(self._block, piece):
                    return self._block[piece : min(piece + _LINE_BYTES, end)]
            end = line
        return b""

    def _fill(self) -> bool:
        data = self._content.read(_BLOCK_BYTES)
        if not data:
            return False
        self._block = self._block[self._position :] + data
        self._searched = self._block.lower() if self._lowers else self._block
        self._position = 0
        return True


def _text(lines: list[bytes] | deque[bytes]) -> str:
    """Bytes of another encoding become replacement characters; the texts that matter are ASCII."""
    return b"".join(lines).decode("utf-8", "replace")


def _beginning(content: BinaryIO, limit: int) -> Kept:
    data = content.read(limit + 1)
    return Kept(data[:limit].decode("utf-8", "replace"), len(data) > limit)


def _sections(content: BinaryIO, commands: frozenset[str]) -> Iterator[tuple[str, Kept]]:
    """The wanted sections; each begins with a line ``> command`` and ends before the next."""
    command: str | None = None
    lines: list[bytes] = []
    size = 0
    for line in _lines(content):
        heading = _HEADER.match(line) if line.startswith(b"> ") else None
        if heading is None:
            size += len(line)
            if command is not None and size <= SECTION_BYTES:
                lines.append(line)
            continue
        if command is not None:
            yield command, Kept(_text(lines), size > SECTION_BYTES)
        named = heading[1].decode()
        command = named if named in commands else None
        lines, size = [], 0
    if command is not None:
        yield command, Kept(_text(lines), size > SECTION_BYTES)


def _newest_rows(content: BinaryIO, concerns: re.Pattern[bytes]) -> Kept:
    """The newest rows that matter, newest first, below the table's head: a row begins with its time.

    Where no line does, it is no table that is known; its beginning is kept for whoever reads the report.
    """
    newest: list[bytes] = []
    head: list[bytes] = []
    truncated = dated = False
    lines = _Lines(content, concerns)
    while line := lines.next():
        if _DATED.match(line) is None:
            if not dated and len(head) < _UNDATED_LINES:
                head.append(line)
            continue
        dated = True
        if concerns.search(line):
            row = line if line.endswith(b"\n") else line + b"\n"
            if len(newest) < SYSTEM_LOG_LINES:
                heapq.heappush(newest, row)
            else:
                heapq.heappushpop(newest, row)
                truncated = True
        lines.skip()
    return Kept(_text([*head, *sorted(newest, reverse=True)]), truncated)


def _telling_lines(content: _Readable, concerns: re.Pattern[bytes]) -> Kept:
    """The lines that matter, those without a time that follow them, and the first and the last with a time.

    The latter two bound the log in time.
    """
    first = last = b""
    kept: deque[bytes] = deque()
    size = body = 0
    truncated = False
    lines = _Lines(content, concerns)
    while line := lines.next():
        if _DATED.match(line):
            first = first or line
            last = line
            body = _BODY_LINES if concerns.search(line) else 0
            wanted = body > 0
        else:
            wanted = body > 0 or (not first and len(kept) < _UNDATED_LINES)
            body -= 1
        if wanted:
            kept.append(line)
            size += len(line) + _LINE_OVERHEAD
        while size > PROCESS_LOG_BYTES:
            size -= len(kept.popleft()) + _LINE_OVERHEAD
            truncated = True
        if first and body <= 0:
            last = lines.skip() or last
    if first and (not kept or kept[0] != first):
        kept.appendleft(first)
    if last and kept[-1] != last:
        kept.append(last)
    return Kept(_text(kept), truncated)


class _Rotation:
    """A gzipped log, bounded in all and in proportion to what it was packed in."""

    def __init__(self, content: BinaryIO) -> None:
        self._packed = _Counted(content)
        self._plain = gzip.GzipFile(fileobj=self._packed, mode="rb")
        self._count = 0

    def read(self, size: int) -> bytes:
        data: bytes = self._plain.read(size)
        self._count += len(data)
        too_dense = self._count > _RATIO_COUNTS_FROM and self._count > MAX_RATIO * self._packed.count
        if self._count > _MAX_ROTATION_BYTES or too_dense:
            raise MalformedAnswer("unpacks to far more than a log can")
        return data


class _Counted(io.RawIOBase):
    def __init__(self, content: BinaryIO) -> None:
        super().__init__()
        self._content = content
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._content.read(size)
        self.count += len(data)
        return data
