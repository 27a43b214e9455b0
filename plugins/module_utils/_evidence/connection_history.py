# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Since when there is no session with the cloud, by the connection tables in mp-monitor.log of a tech-support file.

Source: public excerpts say that the log holds netstat every few minutes. A fact beside the diagnosis, in device time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.connection_tables import (
    MORE_ROWS,
    NO_TIME,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import MONITOR_COMMAND
from ansible_collections.panops.mlav.plugins.module_utils._evidence import clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connections import CLOUD_PORT, Connection, row_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import date_time, lines_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe

COMMAND = Command(cli=MONITOR_COMMAND)


@dataclass(frozen=True)
class ConnectionHistory:
    """The connection tables that ``mp-monitor.log`` of a tech-support file holds, one every few minutes. Device time.

    Attributes:
        samples: tables that were read; ``connected`` of them hold an established session that counts.
        oldest, newest: the times of the first and the last of them.
        last_connected: the newest table with such a session; None where no table has one.
        missing_since: the first table after it, or the first of all; None while the newest table has such a session.
        complete: every table between ``oldest`` and ``newest`` was read.
        addresses: those whose sessions to port 443 count; where there are none, sessions to any address from
            ``source`` do, which need not be the cloud server's.
    """

    samples: int
    connected: int
    oldest: datetime | None
    newest: datetime | None
    last_connected: datetime | None = None
    missing_since: datetime | None = None
    complete: bool = True
    addresses: tuple[str, ...] = ()
    source: str | None = None


@dataclass
class _Table:
    time: datetime | None
    connected: bool = False
    cut: bool = False


def parse(
    text: str, addresses: tuple[str, ...] = (), source: str | None = None, complete: bool = True
) -> ConnectionHistory:
    """The history of sessions to ``addresses``; where there are none, to any address, from ``source`` if that is known.

    A table without a time, or one whose rows were not all kept and show no session, says nothing, and makes the history
    incomplete.
    """
    tables = list(_tables(text, addresses, source))
    if not tables:
        raise Unrecognized("the log holds no connection table")
    told = [(table.time, table.connected) for table in tables if table.time and (table.connected or not table.cut)]
    told.sort(key=lambda item: item[0])
    with_session = [time for time, connected in told if connected]
    last = with_session[-1] if with_session else None
    without = [time for time, _connected in told if last is None or time > last]
    return ConnectionHistory(
        samples=len(told),
        connected=len(with_session),
        oldest=told[0][0] if told else None,
        newest=told[-1][0] if told else None,
        last_connected=last,
        missing_since=without[0] if without else None,
        complete=complete and len(told) == len(tables),
        addresses=addresses,
        source=source,
    )


def _tables(text: str, addresses: tuple[str, ...], source: str | None) -> Iterator[_Table]:
    table: _Table | None = None
    for line in lines_of(text):
        row = row_of(line)
        if row is not None and table is not None:
            table.connected = table.connected or _is_wanted(row, addresses, source)
        elif line == MORE_ROWS and table is not None:
            table.cut = True
        elif (time := _time(line)) is not None or line == NO_TIME:
            if table is not None:
                yield table
            table = _Table(time)
    if table is not None:
        yield table


def _is_wanted(row: Connection, addresses: tuple[str, ...], source: str | None) -> bool:
    if row.foreign_port != CLOUD_PORT or row.state != "ESTABLISHED":
        return False
    if addresses:
        return row.foreign_address in addresses
    return source is None or row.local_address == source


def _time(line: str) -> datetime | None:
    """Naive device time."""
    dated = date_time(line)
    if dated is not None:
        return dated.replace(tzinfo=None)
    seen = clock.read(line)
    return seen.local if seen is not None else None


def probe_connection_history(
    device: Device, addresses: tuple[str, ...] = (), source: str | None = None
) -> Evidence[ConnectionHistory]:
    """Reads the history where there is one; what has none leaves neither a value nor a problem."""

    def ask(recorder: Recorder) -> ConnectionHistory:
        answer = recorder.run(COMMAND)
        return parse(answer.text, addresses, source, not (answer.truncated or answer.notes))

    found = probe(device, ask)
    if found.problem is not None and found.problem.kind == NotObtainable.kind:
        return Evidence()
    return found
