# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show netstat``: is there a TCP connection to the cloud server?

Source: KB kA14u000000HDuDCAW. The answer is likely that of Linux net-tools; a row that is not understood is not
counted, and an answer without any understood row says nothing ("no connection" is never concluded from it).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connection_history import (
    ConnectionHistory,
    probe_connection_history,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connections import CLOUD_PORT, Connection, row_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.ping import Ping
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import ServiceRoute, dataplane_source
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import DeviceInfo

COMMAND = Command(
    cli="show netstat numeric-hosts yes numeric-ports yes",
    xml="<show><netstat><numeric-hosts>yes</numeric-hosts><numeric-ports>yes</numeric-ports></netstat></show>",
)


@dataclass(frozen=True)
class Netstat:
    """The connections that matter: to ``addresses`` on ``port`` (to any address on it where ``addresses`` is empty).

    ``rows`` counts every row that was understood. ``proxy_connections`` are those to the configured proxy: they carry
    other traffic too, and whether MLAV honours the proxy is not known, so they prove nothing by themselves.
    ``history``: earlier tables, which a tech-support file alone holds.
    """

    addresses: tuple[str, ...]
    port: int
    connections: tuple[Connection, ...]
    rows: int
    proxy_connections: tuple[Connection, ...] = ()
    history: ConnectionHistory | None = None


def parse(
    text: str, addresses: tuple[str, ...] = (), proxy_server: str | None = None, proxy_port: int | None = None
) -> Netstat:
    """The TCP connections to ``addresses`` on 443 (any address where there are none), and those to the proxy."""
    rows = [row for line in text.splitlines() if (row := row_of(line))]
    if not rows:
        raise Unrecognized("no row was understood")
    wanted = tuple(dict.fromkeys(str(found) for item in addresses if (found := parse_address(item))))
    return Netstat(
        addresses=wanted,
        port=CLOUD_PORT,
        connections=tuple(row for row in rows if row.foreign_port == CLOUD_PORT and _is_one_of(row, wanted)),
        rows=len(rows),
        proxy_connections=tuple(row for row in rows if _is_proxy(row, proxy_server, proxy_port)),
    )


def _is_one_of(row: Connection, wanted: tuple[str, ...]) -> bool:
    if not wanted or row.foreign_address in wanted:
        return True
    return parse_address(row.foreign_address) is None and any(item.startswith(row.foreign_address) for item in wanted)


def _is_proxy(row: Connection, server: str | None, port: int | None) -> bool:
    """A proxy that is configured by name is recognised by its port alone."""
    if server is None or (port is not None and row.foreign_port != port):
        return False
    found = parse_address(server)
    return row.foreign_address == str(found) if found is not None else port is not None


def probe_netstat(
    device: Device, addresses: tuple[str, ...] = (), proxy_server: str | None = None, proxy_port: int | None = None
) -> Evidence[Netstat]:
    """Asks for the connections; ``addresses`` are what the cloud server's name resolved to."""

    def relevant(text: str) -> str:
        marks = (f":{CLOUD_PORT} ", *([f":{proxy_port} "] if proxy_port else []))
        return "\n".join(line for line in text.splitlines() if any(mark in line + " " for mark in marks))

    def ask(recorder: Recorder) -> Netstat:
        return recorder.read(COMMAND, lambda answer: parse(answer.text, addresses, proxy_server, proxy_port), relevant)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[Netstat]:
    """The connections to the address that the ping found; a tech-support file also tells of earlier ones."""
    ping: Ping | None = session.value("ping")
    route: ServiceRoute | None = session.value("service_route")
    addresses = (ping.address,) if ping is not None and ping.address is not None else ()
    found = probe_netstat(
        session.device,
        addresses,
        route.proxy_server if route is not None else None,
        route.proxy_port if route is not None else None,
    )
    if found.value is None or session.options.source == "live":
        return found
    info: DeviceInfo | None = session.value("device")
    managed = route is not None and route.kind == "management" and info is not None
    source = info.management_address if info is not None and managed else dataplane_source(route)
    past = probe_connection_history(session.device, addresses, source)
    return replace(
        found,
        value=replace(found.value, history=past.value),
        problem=found.problem or past.problem,
        asked=found.asked + past.asked,
    )


PROBE = Probe(_ask, "network", needs=("ping",))
