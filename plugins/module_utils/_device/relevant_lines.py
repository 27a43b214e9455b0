# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which lines of a log are relevant."""

from __future__ import annotations

import re
from dataclasses import dataclass

DATED = re.compile(rb"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d")
DATED_TEXT = re.compile(DATED.pattern.decode())


@dataclass(frozen=True)
class Relevance:
    """A line is relevant where ``pattern`` is found in it, in lower case.

    Plain words in lower-cased text are found several times as fast as by a pattern that ignores case.
    """

    pattern: re.Pattern[bytes]

    def matches(self, line: str | bytes) -> bool:
        """Whether the line is relevant by itself."""
        data = line.encode("utf-8", "replace") if isinstance(line, str) else line
        return self.pattern.search(data.lower()) is not None

    def part_of(self, text: str, bounds: bool = False) -> str:
        """The relevant lines of a log, each with the lines without a time that follow it.

        Args:
            text: the log. One without any time is no log that could be sorted out, and stays whole.
            bounds: keep the first and the last line with a time as well: they bound the log in time.
        """
        lines = text.split("\n")
        dated = [number for number, line in enumerate(lines) if DATED_TEXT.match(line)]
        if not dated:
            return text
        ends = (dated[0], dated[-1]) if bounds else ()
        begins = frozenset(dated)
        kept: list[str] = []
        relevant = False
        for number, line in enumerate(lines):
            relevant = self.matches(line) or (relevant and number not in begins)
            if relevant or number in ends:
                kept.append(line)
        return "\n".join(kept)
