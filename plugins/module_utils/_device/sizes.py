# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How large an answer may be, by what was asked: a status has no megabytes, a configuration may.

What is larger is hostile or broken, and is refused before it costs memory or time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# A state, a list of licenses or locks, a job's number.
STATUS_BYTES = 256 * 1024
# A line or an entry for each connection, interface or job.
TABLE_BYTES = 4 * 1024 * 1024
# The end of a log.
LOG_BYTES = 8 * 1024 * 1024
# A configuration, 5000 entries of the system log, or all firewalls of a Panorama.
WHOLE_BYTES = 32 * 1024 * 1024

# By the first words of an operational command; the others are a status.
_LARGER = {
    "show interface": TABLE_BYTES,
    "show jobs all": TABLE_BYTES,
    "show netstat": TABLE_BYTES,
    "tail": LOG_BYTES,
    "show log": LOG_BYTES,
    "show config": WHOLE_BYTES,
    "show devices": WHOLE_BYTES,
    "show devicegroups": WHOLE_BYTES,
    "show template-stack": WHOLE_BYTES,
    "show templates": WHOLE_BYTES,
}
MAX_TAGS = 1_000_000
MAX_ATTRIBUTES = 200_000
MAX_DEPTH = 200
_DEPTH_OF_A_TABLE = 50

_TAG = re.compile(r"<([a-z-]+)/?>")


@dataclass(frozen=True)
class Limits:
    """Of one answer in XML. ``tags`` counts each "<": an element has one or two."""

    size: int
    tags: int
    attributes: int
    depth: int


def limits(size: int) -> Limits:
    """What an answer of at most ``size`` bytes may hold.

    A tag of PAN-OS's answers takes at least ten bytes with what is in it, an attribute forty. 5000 entries of the
    system log, the most that is asked for, have about 300 000 tags.
    """
    depth = MAX_DEPTH if size > TABLE_BYTES else _DEPTH_OF_A_TABLE
    return Limits(size, min(size // 10, MAX_TAGS), min(size // 40, MAX_ATTRIBUTES), depth)


ANY = limits(WHOLE_BYTES)


def of_command(words: str) -> int:
    """Bytes of the answer to a command of the CLI."""
    return next((size for begin, size in _LARGER.items() if f"{words} ".startswith(f"{begin} ")), STATUS_BYTES)


def of_request(fields: Mapping[str, str]) -> int:
    """Bytes of the answer to a request of the XML API."""
    kind, action = fields.get("type"), fields.get("action")
    if kind == "op":
        return of_command(" ".join(_TAG.findall(fields.get("cmd", "")[:200])))
    if (kind == "config" and action in ("get", "show")) or (kind == "log" and action == "get"):
        return WHOLE_BYTES
    return STATUS_BYTES


def is_log(words: str) -> bool:
    """Of a log a part is worth something: it is cut, where other answers are refused."""
    return of_command(words) == LOG_BYTES
