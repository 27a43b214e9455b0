# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that a world starts with, built from its parts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from . import planted
from .config import Configuration, clean
from .parts import DecryptionRule, Exclusion, Interface, ServiceRoute, WorldSpec

DEVICE = "/config/devices/entry[@name='localhost.localdomain']"
SYSTEM = f"{DEVICE}/deviceconfig/system"
SETTING = f"{DEVICE}/deviceconfig/setting"
VSYS = f"{DEVICE}/vsys/entry[@name='vsys1']"
SERVICE_ROUTE = f"{SYSTEM}/route/service/entry[@name='paloalto-networks-services']"
EXCLUSIONS = "/config/shared/ssl-decrypt/ssl-exclude-cert"


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>"


def _members(tag: str, values: list[str]) -> str:
    return f"<{tag}>{''.join(_leaf('member', v) for v in values)}</{tag}>"


def _source(interface: str, address: str) -> str:
    inner = (_leaf("address", address) if address else "") + (_leaf("interface", interface) if interface else "")
    return f"<source>{inner}</source>"


def route_xml(route: ServiceRoute) -> str:
    """The <route> node, or nothing when everything is at its default."""
    service = ""
    if route.kind == "interface":
        service = _source(route.interface, route.address)
    elif route.kind == "management":
        service = _source(route.spelling, "")
    elif route.kind == "empty":
        service = "<source/>"
    if service:
        service = f"<service><entry name='paloalto-networks-services'>{service}</entry></service>"
    destinations = "".join(
        f"<entry name={quoteattr(d.destination)}>{_source(d.interface, d.address)}</entry>"
        for d in route.destination_routes
    )
    if destinations:
        service += f"<destination>{destinations}</destination>"
    return f"<route>{service}</route>" if service else ""


def _interface_xml(interface: Interface) -> str:
    return (
        f"<entry name={quoteattr(interface.name)}><layer3><ip><entry name={quoteattr(interface.address)}/></ip>"
        f"</layer3>{_leaf('link-state', 'auto')}</entry>"
    )


def _zones_xml(interfaces: list[Interface]) -> str:
    zones: dict[str, list[str]] = {}
    for interface in interfaces:
        zones.setdefault(interface.zone, []).append(interface.name)
    return "".join(
        f"<entry name={quoteattr(zone)}><network>{_members('layer3', names)}</network></entry>"
        for zone, names in zones.items()
    )


def _addresses_xml(spec: WorldSpec, shared: bool) -> str:
    entries = "".join(
        f"<entry name={quoteattr(item.name)}>{_leaf('ip-netmask', item.value)}</entry>"
        for item in spec.address_objects
        if item.shared is shared
    )
    return f"<address>{entries}</address>" if entries or not shared else ""


def _rule_xml(rule: DecryptionRule) -> str:
    return (
        f"<entry name={quoteattr(rule.name)}>"
        + _members("from", rule.source_zone)
        + _members("to", rule.destination_zone)
        + _members("source", rule.source)
        + _members("destination", rule.destination)
        + _members("source-user", ["any"])
        + _members("category", ["any"])
        + _members("service", ["any"])
        + _leaf("action", rule.action)
        + "<type><ssl-forward-proxy/></type>"
        + ("<disabled>yes</disabled>" if rule.disabled else "")
        + "</entry>"
    )


def _exclusion_xml(exclusion: Exclusion) -> str:
    inner = _leaf("exclude", exclusion.exclude) if exclusion.exclude is not None else ""
    inner += _leaf("description", exclusion.description) if exclusion.description else ""
    return f"<entry name={quoteattr(exclusion.name)}>{inner}</entry>"


def _system_xml(spec: WorldSpec) -> str:
    servers = [s for s in spec.dns.servers if s]
    dns = "".join(_leaf(tag, server) for tag, server in zip(("primary", "secondary"), servers, strict=False))
    address, _, _length = spec.management.address.partition("/")
    text = _leaf("hostname", spec.hostname) + _leaf("ip-address", address) + _leaf("netmask", "255.255.255.0")
    text += _leaf("default-gateway", "192.0.2.1") + _leaf("timezone", spec.clock.zone)
    text += f"<dns-setting><servers>{dns}</servers></dns-setting>"
    if spec.proxy.server:
        text += _leaf("secure-proxy-server", spec.proxy.server) + _leaf("secure-proxy-port", str(spec.proxy.port))
    text += _leaf("secure-proxy-password", planted.PROXY_PASSWORD)
    text += "<snmp-setting><access-setting><version><v2c>"
    text += _leaf("snmp-community-string", planted.SNMP_COMMUNITY)
    text += "</v2c></version></access-setting></snmp-setting>"
    if not spec.service_route.pushed:
        text += route_xml(spec.service_route)
    return text


def _shared_secrets_xml() -> str:
    """Server profiles and a certificate, as many firewalls have them."""
    return (
        "<server-profile>"
        f"<ldap><entry name='ldap-1'>{_leaf('bind-password', planted.LDAP_BIND_PASSWORD)}</entry></ldap>"
        f"<radius><entry name='radius-1'><server><entry name='r1'>{_leaf('secret', planted.RADIUS_SECRET)}</entry>"
        "</server></entry></radius></server-profile>"
        f"<certificate><entry name='portal'>{_leaf('private-key', planted.PRIVATE_KEY)}</entry></certificate>"
    )


def _ike_xml() -> str:
    return (
        "<ike><gateway><entry name='branch-1'><authentication><pre-shared-key>"
        f"{_leaf('key', planted.PRE_SHARED_KEY)}</pre-shared-key></authentication></entry></gateway></ike>"
    )


def _decrypt_xml(spec: WorldSpec) -> str:
    text = ""
    if spec.exclusions:
        text += f"<ssl-exclude-cert>{''.join(_exclusion_xml(e) for e in spec.exclusions)}</ssl-exclude-cert>"
    if spec.disabled_predefined:
        text += _members("disabled-ssl-exclude-cert-from-predefined", spec.disabled_predefined)
    return f"<ssl-decrypt>{text}</ssl-decrypt>" if text else ""


def _device(system: str, setting: str, network: str, vsys: str) -> str:
    return (
        "<devices><entry name='localhost.localdomain'>"
        f"<deviceconfig><system>{system}</system><setting>{setting}</setting></deviceconfig>"
        f"{network}{vsys}</entry></devices>"
    )


def _templates_xml(kind: str, names: list[str]) -> str:
    device = "<devices><entry name='localhost.localdomain'><vsys><entry name='vsys1'/></vsys></entry></devices>"
    entries = "".join(f"<entry name={quoteattr(name)}><config>{device}<shared/></config></entry>" for name in names)
    return f"<{kind}>{entries}</{kind}>" if names else ""


def default_configuration(spec: WorldSpec, dirty_attributes: bool = True) -> Configuration:
    """Running, candidate and pushed trees of a world at its start."""
    rules = "".join(_rule_xml(rule) for rule in spec.decryption_rules)
    vsys = (
        f"<vsys><entry name='vsys1'>{_addresses_xml(spec, shared=False)}"
        f"<zone>{_zones_xml(spec.interfaces)}</zone>"
        f"<rulebase><security><rules/></security><decryption><rules>{rules}</rules></decryption></rulebase>"
        "</entry></vsys>"
        + _templates_xml("template", spec.templates)
        + _templates_xml("template-stack", spec.template_stacks)
    )
    network = (
        f"<network><interface><ethernet>{''.join(_interface_xml(i) for i in spec.interfaces)}</ethernet></interface>"
        f"{_ike_xml()}</network>"
    )
    setting = "<config><rematch>yes</rematch></config>"
    if spec.configured_cloud:
        setting += f"<mlav>{_leaf('cloud-server', spec.configured_cloud)}</mlav>"
    version = ".".join(spec.sw_version.split("-")[0].split(".")[:2]) + ".0"
    users = "".join(
        f"<entry name={quoteattr(a.name)}>{_leaf('phash', planted.PHASH)}<permissions><role-based>"
        f"<superuser>yes</superuser></role-based></permissions></entry>"
        for a in spec.admins
    )
    running = ET.fromstring(
        f"<config version='{version}' urldb='paloaltonetworks'><mgt-config><users>{users}</users></mgt-config>"
        f"<shared>{_addresses_xml(spec, shared=True)}{_shared_secrets_xml()}{_decrypt_xml(spec)}</shared>"
        f"{_device(_system_xml(spec), setting, network, vsys)}</config>"
    )
    pushed_route = route_xml(spec.service_route) if spec.service_route.pushed else ""
    pushed = ET.fromstring(f"<config>{_device(pushed_route, '', '', '')}</config>" if pushed_route else "<config/>")
    configuration = Configuration(clean(running), clean(pushed), dirty_attributes=dirty_attributes)
    for change in spec.pending:
        element = ET.fromstring(f"<entry name={quoteattr(change.name)}>{_leaf('ip-netmask', change.value)}</entry>")
        configuration.set(f"{VSYS}/address", [element], change.admin)
    return configuration
