# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a large log while it streams by: the relevant lines, in bounded memory.

Nearly every line of such a log is looked at only to be passed over, so blocks are searched, not lines.
"""

from __future__ import annotations

import gzip
import heapq
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import DATED, Relevance
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.tar_stream import MAX_RATIO, PackedBytes

SYSTEM_LOG_LINES = 5000
PROCESS_LOG_BYTES = 8 * 1024**2
_BLOCK_BYTES = 256 * 1024
# Of a longer line the beginning counts.
_LINE_BYTES = 4096
# What a line takes in memory beside its bytes.
_LINE_OVERHEAD = 48
_BODY_LINES = 5
# The head of a table, or enough of a log that begins with no time to see what it is.
_UNDATED_LINES = 10
# A rotation is some tens of megabytes; what unpacks to more is not one.
_MAX_ROTATION_BYTES = 2 * 1024**3
_RATIO_COUNTS_FROM = 16 * 1024**2

_DATED_LINE = re.compile(rb"^" + DATED.pattern, re.MULTILINE)


class Readable(Protocol):
    """What is read of a log."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""


@dataclass(frozen=True)
class Kept:
    """The part of a text that was kept, and whether some of it was left out."""

    text: str
    truncated: bool = False


def decoded(lines: Iterable[bytes]) -> str:
    """Bytes of another encoding become replacement characters; the texts that matter are ASCII."""
    return b"".join(lines).decode("utf-8", "replace")


def bounded_lines(content: BinaryIO) -> Iterator[bytes]:
    """All lines with their ends; of one that is very long the beginning."""
    begins = True
    while piece := content.readline(_LINE_BYTES):
        ends = piece.endswith(b"\n")
        if begins:
            yield piece if ends or len(piece) < _LINE_BYTES else piece + b"\n"
        begins = ends


def lines_with(pattern: re.Pattern[bytes], content: Readable) -> Iterator[bytes]:
    """The lines that ``pattern`` is found in, and a few others, with their ends; of a long one the beginning."""
    lines = _Lines(content, pattern)
    while line := lines.next():
        yield line
        lines.skip_to(pattern)


def newest_rows(content: Readable, relevance: Relevance) -> Kept:
    """The newest relevant rows, newest first, below the table's head: a row begins with its time.

    Where no line does, it is no table that is known; its beginning is kept for whoever reads the report.
    """
    newest: list[bytes] = []
    head: list[bytes] = []
    truncated = dated = False
    lines = _Lines(content, relevance.pattern)
    while line := lines.next():
        if DATED.match(line) is None:
            if not dated and len(head) < _UNDATED_LINES:
                head.append(line)
            else:
                lines.skip_undated()
            continue
        dated = True
        if relevance.matches(line):
            row = line if line.endswith(b"\n") else line + b"\n"
            if len(newest) < SYSTEM_LOG_LINES:
                heapq.heappush(newest, row)
            else:
                heapq.heappushpop(newest, row)
                truncated = True
        lines.skip()
    return Kept(decoded([*head, *sorted(newest, reverse=True)]), truncated)


def relevant_lines(content: Readable, relevance: Relevance) -> Kept:
    """The relevant lines, those without a time that follow them, and the first and the last with a time.

    The latter two bound the log in time. What stands before the first belongs to an older file; it is kept only where
    no line has a time.
    """
    first = last = b""
    kept: deque[bytes] = deque()
    size = body = 0
    truncated = False
    lines = _Lines(content, relevance.pattern)
    while line := lines.next():
        dated = DATED.match(line) is not None
        if dated:
            if not first:
                kept.clear()
                first = line
            last = line
            body = _BODY_LINES if relevance.matches(line) else 0
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
        if dated and not wanted:
            last = lines.skip() or last
        elif not wanted:
            lines.skip_undated()
    if first and (not kept or kept[0] != first):
        kept.appendleft(first)
    if last and kept[-1] != last:
        kept.append(last)
    return Kept(decoded(kept), truncated)


class _Lines:
    """Lines with their ends, bounded. Passes quickly over those that cannot matter.

    ``pattern`` is searched in lower-cased blocks (see ``relevant_lines.Relevance``).
    """

    def __init__(self, content: Readable, pattern: re.Pattern[bytes]) -> None:
        self._content = content
        self._pattern = pattern
        self._block = self._lowered = b""
        self._position = 0

    def next(self) -> bytes:
        """The next line, empty at the end."""
        while True:
            begin = self._position
            end = self._block.find(b"\n", begin, begin + _LINE_BYTES) + 1
            if end:
                self._position = end
                return self._block[begin:end]
            if len(self._block) - begin >= _LINE_BYTES:
                return self._pass_long_line()
            if not self._fill():
                self._position = len(self._block)
                return self._block[begin:]

    def skip(self) -> bytes:
        """Passes over lines that do not matter; the next may matter, or is the last.

        Returns:
            The last line with a time among those passed over, empty where there is none.
        """
        last = b""
        while True:
            begin = self._position
            found = self._pattern.search(self._lowered, begin)
            at = len(self._block) if found is None else found.start()
            self._position = max(begin, self._block.rfind(b"\n", begin, at) + 1)
            last = self._last_dated(begin, self._position) or last
            if found is not None:
                return last
            # What stands in the last line may go on in the next block.
            if len(self._block) - self._position >= _LINE_BYTES:
                line = self._pass_long_line()
                last = line if DATED.match(line) else last
            elif not self._fill():
                return last

    def skip_undated(self) -> None:
        """Passes over lines without a time; the next has one, or is the last."""
        self.skip_to(_DATED_LINE)

    def skip_to(self, pattern: re.Pattern[bytes]) -> None:
        """Passes over lines without a match of ``pattern``; the next has one, or is the last."""
        while True:
            begin = self._position
            found = pattern.search(self._block, begin)
            at = len(self._block) if found is None else found.start()
            self._position = max(begin, self._block.rfind(b"\n", begin, at) + 1)
            if found is not None:
                return
            # The match of the last line may go on in the next block.
            if len(self._block) - self._position >= _LINE_BYTES:
                self._pass_long_line()
            elif not self._fill():
                return

    def _pass_long_line(self) -> bytes:
        """Moves behind a line that is not bounded, and gives its beginning."""
        line = self._block[self._position : self._position + _LINE_BYTES] + b"\n"
        while not (end := self._block.find(b"\n", self._position) + 1):
            self._position = len(self._block)
            if not self._fill():
                return line
        self._position = end
        return line

    def _last_dated(self, begin: int, end: int) -> bytes:
        while end > begin:
            start = max(begin, self._block.rfind(b"\n", begin, end - 1) + 1)
            if DATED.match(self._block, start):
                line = self._block[start:end]
                return line if len(line) <= _LINE_BYTES else line[:_LINE_BYTES] + b"\n"
            end = start
        return b""

    def _fill(self) -> bool:
        data = self._content.read(_BLOCK_BYTES)
        if not data:
            return False
        self._block = self._block[self._position :] + data
        self._lowered = self._block.lower()
        self._position = 0
        return True


class PackedLog:
    """A gzipped log, bounded in all and in proportion to what it was packed in."""

    def __init__(self, content: BinaryIO) -> None:
        self._packed = PackedBytes(content)
        self._plain = gzip.GzipFile(fileobj=self._packed, mode="rb")
        self._count = 0

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            MalformedAnswer: it is no log. EOFError, zlib.error, gzip.BadGzipFile: it is cut off or damaged.
        """
        data: bytes = self._plain.read(size)
        self._count += len(data)
        too_dense = self._count > _RATIO_COUNTS_FROM and self._count > MAX_RATIO * self._packed.position
        if self._count > _MAX_ROTATION_BYTES or too_dense:
            raise MalformedAnswer("unpacks to far more than a log can")
        return data
