# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fills the catalogue's texts with the values of one firewall.

Values come from the device and end up in commands that people paste: only well-formed ones are used (an IP address, a
host name, an interface name). A description in angle brackets takes the place of any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import PAN_229832
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import address_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.tls import skew
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import (
    connected_siblings,
    siblings_are_lost,
)

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9./-]{0,31}", re.ASCII)
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


def values(case: Case, details: Mapping[str, Any]) -> dict[str, str]:
    """The names that a template of the catalogue may use. A finding's ``details`` take precedence."""
    named = {
        "server": server(case),
        "address": case.address or "address unknown",
        "egress": egress(case),
        "source": case.source_address or egress(case),
        "release": brief_name(case.release_text),
        "fix": _fix(case),
        "dns": dns(case),
        "proxy": _proxy(case),
        "proxy_note": f" Also check the configured proxy ({_proxy(case)})." if case.proxy else "",
        "siblings": _siblings(case),
        "serial": _serial(case),
        "exclusion": exclusion(case),
        "router": _router(case),
        "skew": skew(case),
        "restart_time": _restart_time(case),
        "rules": ", ".join(details.get("decrypt_rules", ())),
        "ping": ping_command(case),
        "capture": capture(case),
    }
    # Backticks mark commands: a device's text must not look like one, nor end the sentence.
    return named | {key: brief(value).replace("`", "'").rstrip(".") for key, value in details.items()}


def server(case: Case) -> str:
    known = case.server
    return known if _HOST_NAME.fullmatch(known) or address_of(known) else "<the cloud server>"


def egress(case: Case) -> str:
    """The egress interface: the management interface, or ``ethernet1/5 (10.1.5.254)``."""
    route = case.evidence.service_route.value
    if route is None:
        return "the service-route interface"
    if route.kind == "management":
        return "the management interface"
    interface = route.interface if route.interface and _INTERFACE.fullmatch(route.interface) else None
    source = address_of(route.source_address)
    if interface and source:
        return f"{interface} ({source})"
    return interface or (str(source) if source else "the service-route interface")


def exclusion(case: Case) -> str:
    """What to exclude from decryption: the article's wildcard if it covers the server, else the server."""
    name = server(case)
    return "*.paloaltonetworks.com" if name.lower().endswith(".paloaltonetworks.com") else name


def dns(case: Case) -> str:
    route = case.evidence.service_route.value
    if route is not None and route.dns_proxy_object:
        return f"DNS proxy object {brief_name(route.dns_proxy_object)}"
    servers = [brief_name(name) for name in route.dns_servers] if route is not None else []
    return ", ".join(servers) or "unknown"


def ping_command(case: Case) -> str:
    source = (case.source_address or "<source address>") if case.leaves_by_dataplane else None
    return f"`ping {f'source {source} ' if source else ''}count 3 host {server(case)}`"


def capture(case: Case) -> str:
    """The commands for a packet capture on the egress interface.

    Source: documentation "Take a Packet Capture on the Management Interface".
    """
    if case.leaves_by_dataplane:
        source, destination = case.source_address or "<source address>", case.address or "<cloud server address>"
        diag = "debug dataplane packet-diag"
        return (
            f"`{diag} set filter match source {source} destination {destination} destination-port 443`, "
            f"{_filter_of_proxy(case, source)}"
            f"`{diag} set filter on`, "
            f"`{diag} set capture stage transmit file mlav-tx`, `{diag} set capture stage receive file mlav-rx`, "
            f"`{diag} set capture on`; afterward `{diag} set capture off`, `{diag} set filter off`, "
            f"`{diag} clear all`."
        )
    ends = [end for end in (case.address, _proxy_host(case)) if end]
    expression = " or ".join(f"host {end}" for end in ends) or "port 443"
    commands = f'`tcpdump filter "{expression}" snaplen 0` (stop it with Ctrl-C), then `view-pcap mgmt-pcap mgmt.pcap`'
    if _is_management(case):
        return f"{commands}."
    return f"{commands}, if the management interface is the source; otherwise, a dataplane packet capture."


def _proxy_host(case: Case) -> str | None:
    """The proxy's host, if a capture filter can name it."""
    route = case.evidence.service_route.value
    host = (route.proxy_server if route is not None else None) or ""
    return host if _HOST_NAME.fullmatch(host) or address_of(host) else None


def _filter_of_proxy(case: Case, source: str) -> str:
    """A second filter for a configured proxy; a dataplane filter takes addresses only."""
    route = case.evidence.service_route.value
    if case.proxy is None or route is None:
        return ""
    host = str(found) if (found := address_of(route.proxy_server)) else "<proxy address>"
    port = f" destination-port {route.proxy_port}" if route.proxy_port else ""
    return f"`debug dataplane packet-diag set filter match source {source} destination {host}{port}`, "


def _is_management(case: Case) -> bool:
    route = case.evidence.service_route.value
    return route is not None and route.kind == "management"


def _router(case: Case) -> str:
    """The first hop of the traffic."""
    if _is_management(case):
        return "the default gateway of the management interface"
    if case.leaves_by_dataplane:
        return f"the virtual router of {egress(case)}"
    return "the default gateway of the management interface or the virtual router of the service-route interface"


def _fix(case: Case) -> str:
    fix = PAN_229832.fix_for(case.release)
    return f"{fix} or later" if fix is not None else "10.1.14, 10.2.11, 11.0.5, 11.1.3 or later"


def _proxy(case: Case) -> str:
    if case.evidence.service_route.value is None:
        return "unknown"
    if case.proxy is None:
        return "none"
    return case.proxy if _proxy_host(case) is not None else "<the configured proxy>"


def _siblings(case: Case) -> str:
    """What the other clouds show; empty where they show nothing."""
    connected = connected_siblings(case)
    if connected:
        return f" ({connected[0]} is connected)"
    return " (other clouds are disconnected too)" if siblings_are_lost(case) else ""


def _restart_time(case: Case) -> str:
    """When device-server was restarted, or may have been."""
    restart = case.restarted or case.restart_begun
    return case.time.describe(restart) if restart is not None else "at an unknown time"


def _serial(case: Case) -> str:
    device = case.evidence.device.value
    known = device.serial if device is not None else None
    return known if known and _SERIAL.fullmatch(known) else "<serial number>"
