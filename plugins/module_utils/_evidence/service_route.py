# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of "Palo Alto Networks Services" out of the firewall, as the effective configuration says it.

Source: CLI hierarchy (configure), documentation "Service Routes" and "Destination Service Route". No entry means the
management interface, unless a destination route matches; an entry is overridden by none. An empty source, an address
object, a template variable and an interface alone are undetermined here; ``route_source`` looks for their address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Device,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import number, text_of, without_prefix
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe

PATH = "devices/entry/deviceconfig"
SERVICE = "paloalto-networks-services"

# What is kept as raw text: deviceconfig holds secrets too.
_TELLING = (
    "system/route",
    "system/dns-setting",
    "system/secure-proxy-server",
    "system/secure-proxy-port",
    "system/inline-cloud-proxy",
    "setting/mlav",
)
# All that ``parse`` looks at, below PATH.
READ = (
    *_TELLING,
    "system/ip-address",
    "system/ipv6-address",
    "system/panorama",
    "system/panorama-server",
)
_MANAGEMENT = re.compile(r"mgt|mgmt|management", re.IGNORECASE)


@dataclass(frozen=True)
class DestinationRoute:
    """``address`` without its prefix length where it is one, else as configured (an address object, a variable)."""

    destination: str
    interface: str | None
    address: str | None


@dataclass(frozen=True)
class ServiceRoute:
    """The way of "Palo Alto Networks Services", as configured.

    Attributes:
        kind: ``management``, ``dataplane``, or ``undetermined`` (``reason`` says why).
        interface: source interface; None for the management interface.
        source_address: source address without its prefix length.
        origin: ``default`` (no entry), ``local``, ``template`` (pushed) or ``destination`` (a destination route wins).
        explicit_mgt: the management interface was chosen by name: no destination route overrides that.
        resolved_from: what gave ``source_address`` where the route itself names none; None where it does.
        configured_source: the name in place of an address (``fw-untrust-ip``, ``$branch-ip``), resolved or not.
        complete: values pushed by Panorama are included.
        proxy_server, proxy_port: the management proxy. Whether MLAV honours it is not known.
        inline_cloud_proxy: ``deviceconfig system inline-cloud-proxy`` as configured, None where absent.
        dns_servers: as configured; ``dns_proxy_object`` stands in their place where one is used.
        cloud_server_override: ``deviceconfig setting mlav cloud-server``.
        panorama_managed: the configuration names a Panorama or carries pushed values.
    """

    kind: Literal["management", "dataplane", "undetermined"]
    interface: str | None = None
    source_address: str | None = None
    origin: Literal["default", "local", "template", "destination"] = "default"
    reason: str = ""
    complete: bool = True
    destination_routes: tuple[DestinationRoute, ...] = ()
    proxy_server: str | None = None
    proxy_port: int | None = None
    dns_servers: tuple[str, ...] = ()
    dns_proxy_object: str | None = None
    cloud_server_override: str | None = None
    panorama_managed: bool = False
    explicit_mgt: bool = False
    resolved_from: Literal["address_object", "template_variable", "interface"] | None = None
    configured_source: str | None = None
    inline_cloud_proxy: str | None = None


@dataclass(frozen=True)
class _Source:
    kind: Literal["management", "dataplane", "undetermined"]
    interface: str | None = None
    address: str | None = None
    reason: str = ""
    configured: str | None = None


def parse(deviceconfig: Element, complete: bool = True) -> ServiceRoute:
    """The route from ``devices/entry/deviceconfig``; ``complete``: values pushed by Panorama are in it."""
    system = deviceconfig.find("system")
    if system is None:
        raise Unrecognized("the configuration has no deviceconfig/system")
    management = {found for tag in ("ip-address", "ipv6-address") if (found := _plain(text_of(system, tag)))}
    services = system.findall("route/service/entry")
    entry = next((item for item in services if item.get("name") == SERVICE), None)
    source = _Source("management") if entry is None else _source(entry.find("source"), management)
    servers = system.find("dns-setting/servers")
    return ServiceRoute(
        kind=source.kind,
        interface=source.interface,
        source_address=source.address,
        origin=_origin(entry, system.find("route/service")),
        reason=source.reason,
        complete=complete,
        destination_routes=tuple(_destination(item) for item in system.findall("route/destination/entry")),
        proxy_server=text_of(system, "secure-proxy-server"),
        proxy_port=number(text_of(system, "secure-proxy-port")),
        dns_servers=tuple(found for tag in ("primary", "secondary") if (found := text_of(servers, tag))),
        dns_proxy_object=text_of(system, "dns-setting/dns-proxy-object"),
        cloud_server_override=text_of(deviceconfig, "setting/mlav/cloud-server"),
        inline_cloud_proxy=text_of(system, "inline-cloud-proxy"),
        explicit_mgt=entry is not None and _is_management(text_of(entry, "source/interface")),
        configured_source=source.configured,
        panorama_managed=_is_pushed(deviceconfig) or next(system.iter("panorama-server"), None) is not None,
    )


def apply_destination_route(route: ServiceRoute, resolved: str | None) -> ServiceRoute:
    """The route that counts for the resolved address: a destination route for it overrides the default alone."""
    if route.origin != "default":
        return route
    wanted = parse_address(resolved or "")
    for item in route.destination_routes:
        if wanted is not None and parse_address(item.destination.partition("/")[0]) == wanted:
            source = _classify(item.interface, item.address, set())
            return replace(
                route,
                kind=source.kind,
                interface=source.interface,
                source_address=source.address,
                origin="destination",
                reason=source.reason,
                configured_source=source.configured,
            )
    return route


def _source(source: Element | None, management: set[str]) -> _Source:
    if source is None:
        return _Source("undetermined", reason="the entry has no IPv4 source")
    return _classify(text_of(source, "interface"), text_of(source, "address"), management)


def _classify(interface: str | None, configured: str | None, management: set[str]) -> _Source:
    if _is_management(interface):
        return _Source("management", address=_plain(configured))
    named = None if interface is None or interface.lower() == "any" else interface
    if configured is None:
        reason = "the source is empty" if interface is None else f"interface {interface} is given without an address"
        return _Source("undetermined", named, reason=reason)
    plain = without_prefix(configured)
    if plain is None:
        what = "template variable" if configured.startswith("$") else "address object"
        return _Source("undetermined", named, None, f"the source address is the {what} {configured}", configured)
    if named is None and plain in management:
        return _Source("management", address=plain)
    return _Source("dataplane", named, plain)


def _is_management(interface: str | None) -> bool:
    return interface is not None and _MANAGEMENT.fullmatch(interface) is not None


def _origin(entry: Element | None, services: Element | None) -> Literal["default", "local", "template"]:
    if entry is None:
        return "default"
    return "template" if _is_pushed(entry) or _is_pushed(services, deep=False) else "local"


def _plain(configured: str | None) -> str | None:
    return without_prefix(configured) if configured else None


def _destination(entry: Element) -> DestinationRoute:
    configured = text_of(entry, "source/address")
    return DestinationRoute(entry.get("name", ""), text_of(entry, "source/interface"), _plain(configured) or configured)


def _is_pushed(element: Element | None, deep: bool = True) -> bool:
    """Values that a template pushed carry ``ptpl`` (its name) and ``src="tpl"``."""
    if element is None:
        return False
    return any(item.get("ptpl") or item.get("src") == "tpl" for item in (element.iter() if deep else (element,)))


def probe_service_route(device: Device) -> Evidence[ServiceRoute]:
    """Reads ``deviceconfig`` once. A configuration that cannot be read is a problem, never the default route."""

    def ask(recorder: Recorder) -> ServiceRoute:
        node, notes = recorder.effective_config(PATH, _TELLING)
        if node is None:
            raise Unrecognized("the effective configuration has no deviceconfig")
        return parse(node, PUSHED_VALUES_MAY_BE_MISSING not in notes)

    return probe(device, ask)


def dataplane_source(route: ServiceRoute | None) -> str | None:
    """The source address where the route leaves by a dataplane interface."""
    return route.source_address if route is not None and route.kind == "dataplane" else None
