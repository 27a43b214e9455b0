# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of mp-monitor.log: the TCP sessions to port 443 of each connection table in it, with the table's time.

The log holds the answer of netstat every few minutes, among much else. Its exact form is not published: a table begins
with netstat's heading or with a row, and its time is the last one that stands above it.
"""

from __future__ import annotations

import re
from collections import deque

from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.log_lines import (
    Kept,
    Readable,
    decoded,
    lines_with,
)

NO_TIME = "no time"
MORE_ROWS = "more rows"

MAX_TABLES = 4096
_MAX_ROWS = 200
_MAX_BYTES = 2 * 1024**2
_LINE_BYTES = 200

_DATED = re.compile(rb"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d|[A-Z][a-z]{2} +[A-Z][a-z]{2} +\d{1,2} +\d\d:\d\d:\d\d ")
_HEAD = re.compile(rb"\s*Proto +Recv-Q +Send-Q")
_ROW = re.compile(rb"\s*(?:tcp|udp)6? +\d+ +\d+ +\S+ +\S+")
# A line without any of them says nothing; a log has millions of those at worst.
_TELLING = re.compile(rb"Proto +Recv-Q|(?:tcp|udp)6? +\d|" + _DATED.pattern)
_SESSION = re.compile(rb"\s*tcp6? +\d+ +\d+ +\S+ +\S+:443 +ESTABLISHED\b")


def sessions_of_tables(content: Readable) -> Kept:
    """For each table its time on a line, and below it its established sessions to port 443. The newest tables."""
    tables: deque[list[bytes]] = deque()
    size = 0
    truncated = within = False
    time = NO_TIME.encode()
    for line in lines_with(_TELLING, content):
        is_row = _ROW.match(line) is not None
        if _HEAD.match(line) or (is_row and not within):
            tables.append([time + b"\n"])
            size += len(time)
            within = True
        elif not is_row and (dated := _DATED.search(line[:_LINE_BYTES])):
            time, within = line[dated.start() : dated.start() + 40].strip(), False
        if is_row and within and _SESSION.match(line) and len(tables[-1]) <= _MAX_ROWS:
            more = len(tables[-1]) == _MAX_ROWS
            tables[-1].append(MORE_ROWS.encode() + b"\n" if more else line[:_LINE_BYTES].strip() + b"\n")
            size += len(tables[-1][-1])
        while len(tables) > MAX_TABLES or size > _MAX_BYTES:
            size -= sum(map(len, tables.popleft()))
            truncated = True
    return Kept(decoded(line for table in tables for line in table), truncated)
