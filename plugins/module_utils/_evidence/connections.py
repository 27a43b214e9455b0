# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row of a table of TCP connections, as ``show netstat`` and ``mp-monitor.log`` have it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import number

CLOUD_PORT = 443

_ROW = re.compile(r"^[ \t]*(tcp6?)[ \t]+\d+[ \t]+\d+[ \t]+(\S+)[ \t]+(\S+)[ \t]+([A-Z][A-Z0-9_]+)\b")


@dataclass(frozen=True)
class Connection:
    """A row of ``show netstat``; ``state`` is its own word (``ESTABLISHED``, ``SYN_SENT``), port 0 stands for any.

    An IPv6 address may be the beginning of one: the table cuts it.
    """

    protocol: str
    local_address: str
    local_port: int
    foreign_address: str
    foreign_port: int
    state: str


def row_of(line: str) -> Connection | None:
    """A row of the table, None where it is none."""
    found = _ROW.match(line)
    if found is None:
        return None
    local, foreign = _endpoint(found[2]), _endpoint(found[3])
    return Connection(found[1], *local, *foreign, found[4]) if local and foreign else None


def _endpoint(text: str) -> tuple[str, int] | None:
    """``10.0.0.1:443`` and ``2001:db8::1:443``. A long IPv6 address may be cut by the width of its column."""
    host, _colon, port = text.rpartition(":")
    found = parse_address(host.strip("[]"))
    named = str(found) if found is not None else host if re.fullmatch(r"[0-9a-fA-F:]{8,}", host) else None
    at = 0 if port == "*" else number(port)
    return (named, at) if named is not None and at is not None else None
