# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ping``: does the cloud server's name resolve from the firewall, and does anything answer there?

Source: KB kA14u000000HDuDCAW, CLI hierarchy; the answer is that of Linux iputils. Lost replies do not prove that
TCP 443 fails: many networks drop ICMP.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import (
    DEFAULT_CLOUD_SERVER,
    CloudStatus,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.route_source import with_source
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import (
    ServiceRoute,
    apply_destination_route,
    dataplane_source,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

_FIRST_LINE = re.compile(
    r"^PING[ \t]+([^\s()]{1,260})[ \t]*\((?:[^\s()]{1,260}[ \t]*\()?([0-9a-fA-F:.]{2,45})\)", re.MULTILINE
)
_STATISTICS = re.compile(
    r"(\d{1,9}) packets transmitted, (\d{1,9}) (?:packets )?received,"
    r"(?:[ \t]*\+\d{1,9} \w{1,20},){0,3}[ \t]*(\d{1,3})(?:\.\d{1,9})?% packet loss"
)
_UNKNOWN_HOST = re.compile(
    r"unknown host|Name or service not known|Temporary failure in name resolution"
    r"|No address associated with hostname|Non-recoverable failure in name resolution",
    re.IGNORECASE,
)
_WRONG_FAMILY = re.compile(r"Address family for hostname not supported", re.IGNORECASE)
_BIND = re.compile(
    r"\bbind(?: icmp socket)?: |Cannot assign requested address|invalid source address|unknown iface", re.IGNORECASE
)
# What a host on the path answers, in the order in which they count: a filter is there though it hides what is behind.
_REFUSALS: tuple[tuple[PingOutcome, re.Pattern[str]], ...] = (
    (
        "filtered",
        re.compile(r"Destination (?:Host|Net) Prohibited|Packet filtered|Administratively prohibited", re.IGNORECASE),
    ),
    ("ttl_exceeded", re.compile(r"Time to live exceeded|Time exceeded: Hop limit", re.IGNORECASE)),
    ("host_unreachable", re.compile(r"Destination Host Unreachable|Address unreachable", re.IGNORECASE)),
    (
        "network_unreachable",
        re.compile(
            r"Network is unreachable|Destination Net (?:Unreachable|Unknown)|Destination unreachable: No route",
            re.IGNORECASE,
        ),
    ),
)
_NAME = re.compile(r"(?=.{1,253}\.?$)(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")


PingOutcome = Literal[
    "answered",
    "lost",
    "unknown_host",
    "bind_failed",
    "wrong_family",
    "network_unreachable",
    "host_unreachable",
    "filtered",
    "ttl_exceeded",
]


@dataclass(frozen=True)
class Ping:
    """One ping of the cloud server from the service route's source.

    ``address`` is what the name resolved to, given even when every reply is lost. ``outcome``:

    - answered, lost (some or all; see ``loss_percent``)
    - unknown_host: the name does not resolve
    - bind_failed: the source address or interface cannot be used
    - wrong_family: the source is of another address family than the name's address; says nothing of the name
    - network_unreachable, host_unreachable: no route there; a router or the firewall itself says so
    - filtered: a filter on the path answers that it prohibits the traffic
    - ttl_exceeded: a routing loop
    """

    host: str
    source: str | None
    outcome: PingOutcome
    address: str | None = None
    transmitted: int | None = None
    received: int | None = None
    loss_percent: int | None = None


def command(host: str, source: str | None, count: int) -> Command:
    """The command for ``host``, options first. Without ``count`` a ping never ends."""
    options = (
        [("inet6", "yes")]
        if any((found := parse_address(item or "")) and found.version == 6 for item in (host, source))
        else []
    )
    options += [("source", source)] if source else []
    options += [("count", str(count)), ("host", host)]
    return Command(
        cli="ping " + " ".join(f"{name} {value}" for name, value in options),
        xml="<ping>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in options) + "</ping>",
        prefer_ssh=True,
        # A second per packet, and time for a resolver that does not answer.
        seconds=30.0 + 2.0 * count,
    )


def parse(text: str, host: str, source: str | None = None) -> Ping:
    """The outcome; an unknown text is Unrecognized, never "unreachable"."""
    first = _FIRST_LINE.search(text)
    found = parse_address(first[2]) if first else None
    resolved = str(found) if found else None
    if _UNKNOWN_HOST.search(text):
        return Ping(host, source, "unknown_host")
    if _WRONG_FAMILY.search(text):
        return Ping(host, source, "wrong_family", resolved)
    if _BIND.search(text):
        return Ping(host, source, "bind_failed", resolved)
    refusal = next((outcome for outcome, words in _REFUSALS if words.search(text)), None)
    statistics = _STATISTICS.search(text)
    if statistics is None:
        if refusal is not None:
            return Ping(host, source, refusal, resolved)
        raise Unrecognized("the answer has neither statistics nor a known error of ping")
    transmitted, received, loss = (int(part) for part in statistics.groups())
    if received == 0 and refusal is not None:
        return Ping(host, source, refusal, resolved, transmitted, received, loss)
    outcome: PingOutcome = "answered" if 0 < transmitted <= received else "lost"
    return Ping(host, source, outcome, resolved, transmitted, received, loss)


def is_host(text: str) -> bool:
    """Whether ``text`` can stand in a command as a host name or an IP address."""
    return parse_address(text) is not None or _NAME.fullmatch(text) is not None


def probe_ping(device: Device, host: str, source: str | None = None, count: int = 3) -> Evidence[Ping]:
    """Pings ``host``, from ``source`` where the service route leaves by a dataplane interface."""

    def ask(recorder: Recorder) -> Ping:
        if not is_host(host):
            raise Unrecognized(
                f"the firewall names {host[:80]!r} as cloud server, which is no host name and no IP address"
            )
        return parse(recorder.run(command(host, source, count)).text, host, source)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[Ping]:
    """Pings from the service route's source, and once more where a destination route names another."""
    route: ServiceRoute | None = session.value("service_route")
    status: CloudStatus | None = session.value("cloud_status")
    override = route.cloud_server_override if route is not None else None
    host = (status.server if status is not None else None) or override or DEFAULT_CLOUD_SERVER
    source, count = dataplane_source(route), session.options.ping_count
    first = probe_ping(session.device, host, source, count)
    if route is None or first.value is None:
        return first
    decided = apply_destination_route(route, first.value.address)
    if decided != route:
        session.found["service_route"] = with_source(session, session.found["service_route"], decided)
        decided = session.value("service_route")
    if dataplane_source(decided) == source:
        return first
    second = probe_ping(session.device, host, dataplane_source(decided), count)
    return replace(second, asked=first.asked + second.asked, duration_ms=first.duration_ms + second.duration_ms)


PROBE = Probe(_ask, "network", needs=("cloud_status", "service_route"))
