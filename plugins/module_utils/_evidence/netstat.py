# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show netstat``: is there a TCP connection to the cloud server?

Source: KB kA14u000000HDuDCAW. The answer is likely that of Linux net-tools; a row that is not understood is not
counted, and an answer without any understood row says nothing ("no connection" is never concluded from it).

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    CLOUD_PORT,
    Connection,
    Evidence,
    Netstat,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import address, number
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe

COMMAND = Command(
    cli="show netstat numeric-hosts yes numeric-ports yes",
    xml="<show><netstat><numeric-hosts>yes</numeric-hosts><numeric-ports>yes</numeric-ports></netstat></show>",
)

_ROW = re.compile(r"^[ \t]*(tcp6?)[ \t]+\d+[ \t]+\d+[ \t]+(\S+)[ \t]+(\S+)[ \t]+([A-Z][A-Z0-9_]+)\b")


def parse(
    text: str, addresses: tuple[str, ...] = (), proxy_server: str | None = None, proxy_port: int | None = None
) -> Netstat:
    """The TCP connections to ``addresses`` on 443 (any address where there are none), and those to the proxy."""
    rows = [row for line in text.splitlines() if (row := row_of(line))]
    if not rows:
        raise Unrecognized("no row was understood")
    wanted = tuple(dict.fromkeys(str(found) for item in addresses if (found := address(item))))
    return Netstat(
        addresses=wanted,
        port=CLOUD_PORT,
        connections=tuple(row for row in rows if row.foreign_port == CLOUD_PORT and _is_one_of(row, wanted)),
        rows=len(rows),
        proxy_connections=tuple(row for row in rows if _is_proxy(row, proxy_server, proxy_port)),
    )


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
    found = address(host.strip("[]"))
    named = str(found) if found is not None else host if re.fullmatch(r"[0-9a-fA-F:]{8,}", host) else None
    at = 0 if port == "*" else number(port)
    return (named, at) if named is not None and at is not None else None


def _is_one_of(row: Connection, wanted: tuple[str, ...]) -> bool:
    if not wanted or row.foreign_address in wanted:
        return True
    return address(row.foreign_address) is None and any(item.startswith(row.foreign_address) for item in wanted)


def _is_proxy(row: Connection, server: str | None, port: int | None) -> bool:
    """A proxy that is configured by name is recognised by its port alone."""
    if server is None or (port is not None and row.foreign_port != port):
        return False
    found = address(server)
    return row.foreign_address == str(found) if found is not None else port is not None


def probe_netstat(
    device: Device, addresses: tuple[str, ...] = (), proxy_server: str | None = None, proxy_port: int | None = None
) -> Evidence[Netstat]:
    """Asks for the connections; ``addresses`` are what the cloud server's name resolved to."""

    def telling(text: str) -> str:
        marks = (f":{CLOUD_PORT} ", *([f":{proxy_port} "] if proxy_port else []))
        return "\n".join(line for line in text.splitlines() if any(mark in line + " " for mark in marks))

    def ask(recorder: Recorder) -> Netstat:
        return recorder.read(COMMAND, lambda answer: parse(answer.text, addresses, proxy_server, proxy_port), telling)

    return probe(device, ask)
