# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source address of a service route that names none: from an address object, or from the interface's own address.

Source: documentation "Service Routes": an address object, a template variable, or an interface whose address comes by
DHCP or PPPoE may stand there; the interface and its address then tell the source. An object of the configuration
counts first, then the table of interfaces, then the configured address of the interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Asked, Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interfaces import Interfaces
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import text_of, without_prefix
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import (
    ServiceRoute,
    probe_service_route,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

_SHARED_OBJECTS = "shared/address"
_VSYS = "devices/entry/vsys"
_VSYS_OBJECTS = f"{_VSYS}/entry/address"
_INTERFACES = "devices/entry/network/interface"
_OBJECT_ADDRESS = "entry/ip-netmask"
# Below ``_INTERFACES``, the places of addresses. A subinterface is a unit.
_ADDRESSES = (
    "ethernet/entry/layer3/ip",
    "ethernet/entry/layer3/units/entry/ip",
    "aggregate-ethernet/entry/layer3/ip",
    "aggregate-ethernet/entry/layer3/units/entry/ip",
    "loopback/ip",
    "loopback/units/entry/ip",
    "vlan/ip",
    "vlan/units/entry/ip",
    "tunnel/units/entry/ip",
)
# All that is looked at; a large configuration may hold more of it than is kept.
READ = (
    f"{_SHARED_OBJECTS}/{_OBJECT_ADDRESS}",
    f"{_VSYS_OBJECTS}/{_OBJECT_ADDRESS}",
    *(f"{_INTERFACES}/{path}" for path in _ADDRESSES),
)
# What may stand between the quotes of a path: the characters of an object's name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}")

Origin = Literal["address_object", "template_variable", "interface"]


def lacks_source(route: ServiceRoute | None) -> bool:
    """Whether all that is not known of the route is the address of its source."""
    return route is not None and route.kind == "undetermined" and bool(route.interface or route.configured_source)


def from_object(route: ServiceRoute, addresses: Iterable[str]) -> ServiceRoute:
    """The route with the address of its address object; as it was where the object has not exactly one address."""
    found = tuple(dict.fromkeys(addresses))
    return _with(route, found[0], "address_object") if len(found) == 1 else route


def from_interface(route: ServiceRoute, listed: Interfaces | None) -> ServiceRoute:
    """The route with the only IPv4 address of its interface, as a complete table of interfaces shows it.

    Where the interface has several, or none, the reason says so, and the route stays undetermined.
    """
    if route.interface is None or listed is None or not listed.complete:
        return route
    entry = next((item for item in listed.entries if item.name == route.interface), None)
    if entry is None:
        return replace(route, reason=_because(route, "which was not found"))
    return _from_addresses(route, entry.addresses)


def from_configured(route: ServiceRoute, interfaces: Element | None) -> ServiceRoute:
    """The same from ``devices/entry/network/interface``, where the table of interfaces does not tell."""
    if route.interface is None or interfaces is None:
        return route
    written = _written(interfaces, route.interface)
    if not written:
        return route
    plain = [without_prefix(item) for item in written]
    if None in plain:
        return replace(route, reason=_because(route, "whose configured address is a name"))
    return _from_addresses(route, (item for item in plain if item))


def _written(interfaces: Element, name: str) -> list[str]:
    """What is configured as addresses of an interface."""
    found: list[str] = []
    for entry in interfaces.iterfind(".//entry"):
        if entry.get("name") == name:
            found += [item.get("name", "") for path in ("layer3/ip/entry", "ip/entry") for item in entry.iterfind(path)]
    return found


def _from_addresses(route: ServiceRoute, addresses: Iterable[str]) -> ServiceRoute:
    found = [item for item in dict.fromkeys(addresses) if (parsed := parse_address(item)) and parsed.version == 4]
    if len(found) == 1:
        return _with(route, found[0], _origin(route))
    told = f"which has several addresses ({', '.join(found[:4])})" if found else "which has no IPv4 address now"
    return replace(route, reason=_because(route, told))


def _origin(route: ServiceRoute) -> Origin:
    """What the interface's address stands in for."""
    return "template_variable" if (route.configured_source or "").startswith("$") else "interface"


def _because(route: ServiceRoute, told: str) -> str:
    source = f"the source address is {route.configured_source} of" if route.configured_source else "the source is"
    return f"{source} interface {route.interface}, {told}"


def _with(route: ServiceRoute, source: str, origin: Origin) -> ServiceRoute:
    return replace(route, kind="dataplane", source_address=source, resolved_from=origin, reason="")


def probe_source(device: Device, route: ServiceRoute, listed: Interfaces | None) -> Evidence[ServiceRoute]:
    """The route with its source where that can be found. What could not be read leaves it as it is, undetermined."""
    asked: list[Asked] = []
    decided = route
    name = route.configured_source
    if name is not None and _NAME.fullmatch(name):
        addresses = probe(device, lambda recorder: _object_addresses(recorder, name))
        asked += addresses.asked
        decided = from_object(route, addresses.value or ())
    if lacks_source(decided):
        decided = from_interface(decided, listed)
    if lacks_source(decided) and decided.reason == route.reason and route.interface is not None:
        tree = probe(device, _configured_interfaces)
        asked += tree.asked
        decided = from_configured(decided, tree.value)
    return Evidence(decided, None, tuple(asked))


def _object_addresses(recorder: Recorder, name: str) -> tuple[str, ...]:
    """The addresses of the objects of this name. One that is no single address counts as one that is not known."""
    found: list[str] = []
    for path in (f"{_SHARED_OBJECTS}/entry[@name='{name}']", f"{_VSYS_OBJECTS}/entry[@name='{name}']"):
        node, _notes = recorder.effective_config(path, ("ip-netmask",))
        if node is not None:
            plain = without_prefix(text_of(node, "ip-netmask") or "")
            if plain is None:
                raise Unrecognized(f"the address object {name} is no IP address")
            found.append(plain)
    return tuple(found)


def _configured_interfaces(recorder: Recorder) -> Element:
    node, _notes = recorder.effective_config(_INTERFACES, _ADDRESSES)
    if node is None:
        raise Unrecognized("the configuration has no interfaces")
    return node


def with_source(session: Session, known: Evidence[ServiceRoute], route: ServiceRoute) -> Evidence[ServiceRoute]:
    """The evidence with ``route`` as its value, and its source's address where that is to be found."""
    if lacks_source(route):
        found = probe_source(session.device, route, session.value("interfaces"))
        route = found.value or route
        known = replace(known, asked=known.asked + found.asked, duration_ms=known.duration_ms + found.duration_ms)
    return replace(known, value=route)


def _ask(session: Session) -> Evidence[ServiceRoute]:
    """The service route; the table of interfaces, asked before, may name the address of its source."""
    found = probe_service_route(session.device)
    return found if found.value is None else with_source(session, found, found.value)


PROBE = Probe(_ask, "network")
