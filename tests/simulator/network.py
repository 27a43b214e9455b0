# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when the firewall looks for its MLAV cloud: the one place where a cause becomes an outcome."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

from .config import find, find_text, members
from .config_default import DEVICE, EXCLUSIONS, SERVICE_ROUTE, SETTING, SYSTEM, VSYS
from .parts import WorldSpec, is_panorama
from .switches import Switches

X509_TEXT = {
    9: "certificate is not yet valid",
    10: "certificate has expired",
    18: "self signed certificate",
    19: "self signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    21: "unable to verify the first certificate",
}
_IDLE_STATES = ("passive", "suspended", "initial", "non-functional")
PREDEFINED = "*.paloaltonetworks.com"
_DECRYPTION_CODE = {"private_ca": 20, "self_signed": 18, "self_signed_chain": 19, "unverifiable": 21}
_MANAGEMENT = re.compile(r"^(mgt|mgmt|management)$", re.IGNORECASE)
_WITH_TPM = re.compile(r"PA-(?:4\d\d|5[1-9]\d|14\d\d|34\d\d|54\d\d|55\d\d|7500)\b")
_FIXED_204216 = {(10, 1): (9, 0), (10, 2): (4, 0)}
_FIXED = {(10, 1): (14, 0), (10, 2): (11, 0), (11, 0): (5, 0), (11, 1): (3, 0)}

Decrypts = Callable[[str, str, str], bool]  # source, destination, host


@dataclass(frozen=True)
class Route:
    """The way that MLAV traffic leaves the firewall."""

    management: bool
    interface: str
    address: str  # the source address without its prefix length; empty means the system's choice
    problem: str = ""  # "" | not_on_firewall | interface_down


@dataclass(frozen=True)
class Outcome:
    """One attempt to connect. kind connected is the only good one."""

    # connected, absent, idle, passive, silent, bad_argument, bind, dns, proxy, unreachable, timeout, refused, cut, tls,
    # client, http
    kind: str
    source: str = ""
    destination: str = ""
    detail: str = ""
    code: int = 0
    defect: bool = field(default=False)

    @property
    def connected(self) -> bool:
        """True when the connection stands."""
        return self.kind == "connected"


def version(text: str) -> tuple[int, int, int, int]:
    """10.1.14-h9 as numbers."""
    numbers = [int(n) for n in re.findall(r"\d+", text)][:4]
    major, minor, patch, hotfix = [*numbers, 0, 0, 0, 0][:4]
    return major, minor, patch, hotfix


def has_mlav(spec: WorldSpec) -> bool:
    """MLAV came with 10.0.0, to firewalls."""
    return not is_panorama(spec) and version(spec.sw_version) >= (10, 0, 0, 0)


def pan_229832_bites(release: str) -> bool:
    """True when the release has the defect; branches without a listed fix: older ones have it."""
    major, minor, patch, hotfix = version(release)
    fixed = _FIXED.get((major, minor))
    return (major, minor) < (10, 1) if fixed is None else (patch, hotfix) < fixed


def pan_204216_bites(release: str) -> bool:
    """True when libcurl is given a bad argument."""
    major, minor, patch, hotfix = version(release)
    return (patch, hotfix) < _FIXED_204216.get((major, minor), (0, 0))


def pan_313623_bites(spec: WorldSpec) -> bool:
    """True where show device-certificate status leaves a file: on models with a TPM, in releases without the fix."""
    if not _WITH_TPM.match(spec.model):
        return False
    major, minor, patch, hotfix = version(spec.sw_version)
    fixed = {(11, 1): (14, {6: 29, 10: 21, 13: 3}), (11, 2): (11, {7: 12, 10: 5}), (12, 1): (7, {})}
    whole, hotfixes = fixed.get((major, minor), (10**6, {}))
    return patch < whole and hotfix < hotfixes.get(patch, 10**6)


def cloud_name(spec: WorldSpec, effective: ET.Element) -> str:
    """The server that the firewall is told to use."""
    return find_text(effective, f"{SETTING}/mlav/cloud-server") or spec.cloud.name


def cloud_addresses(spec: WorldSpec) -> list[str]:
    """What the cloud's name resolves to."""
    return spec.cloud.addresses6 if spec.path.ipv6 else spec.cloud.addresses


def bare(address: str) -> str:
    """An address without its prefix length."""
    return address.partition("/")[0]


def route_for(spec: WorldSpec, effective: ET.Element, destination: str) -> Route:
    """The service route from the effective configuration; a destination route beats the default alone."""
    source = find(effective, f"{SERVICE_ROUTE}/source")
    for entry in [] if find(effective, SERVICE_ROUTE) else find(effective, f"{SYSTEM}/route/destination/entry"):
        if entry.get("name") == destination:
            source = entry.findall("source")
    interface = (source[0].findtext("interface") or "").strip() if source else ""
    address = bare((source[0].findtext("address") or "").strip()) if source else ""
    if (not interface and not address) or _MANAGEMENT.match(interface):
        return Route(True, "", bare(spec.management.address))
    return _dataplane_route(spec, effective, interface, address)


def _dataplane_route(spec: WorldSpec, effective: ET.Element, interface: str, address: str) -> Route:
    for place in ("/config/shared", VSYS):
        for entry in find(effective, f"{place}/address/entry[@name='{address}']") if address else []:
            address = bare(entry.findtext("ip-netmask") or "")
    if not address:
        found = find(effective, f"{DEVICE}/network/interface/ethernet/entry[@name='{interface}']/layer3/ip/entry")
        address = bare(found[0].get("name", "")) if found else ""
    return Route(False, interface, address, source_problem(spec, address))


def source_problem(spec: WorldSpec, address: str) -> str:
    """Why the address cannot be a source, or nothing."""
    for known in [spec.management, *spec.interfaces]:
        if bare(known.address) == address:
            return "" if known.state == "up" else "interface_down"
    return "not_on_firewall"


def _zone_of(spec: WorldSpec, address: str) -> str:
    return next((i.zone for i in spec.interfaces if bare(i.address) == address), "")


def _contains(values: list[str], address: str) -> bool:
    for value in values:
        if value == "any":
            return True
        try:
            if ipaddress.ip_address(address) in ipaddress.ip_network(value, strict=False):
                return True
        except ValueError:
            continue
    return False


def excluded(switches: Switches, effective: ET.Element, host: str) -> bool:
    """True when an exclusion covers the host: names are case-sensitive, a custom one beats the predefined one."""
    custom = [
        entry.findtext("exclude", switches.missing_exclude_means).strip() == "yes"
        for path in (EXCLUSIONS, f"{VSYS}/ssl-decrypt/ssl-exclude-cert")
        for entry in find(effective, f"{path}/entry")
        if fnmatch.fnmatchcase(host, entry.get("name", ""))
    ]
    return any(custom) if custom else predefined_exclusion(switches, effective, host)


def predefined_exclusion(switches: Switches, effective: ET.Element, host: str) -> bool:
    """True when the predefined list covers the host, and the configuration has not switched that off."""
    disabled = [
        name
        for path in ("/config/shared", VSYS)
        for node in find(effective, f"{path}/ssl-decrypt/disabled-ssl-exclude-cert-from-predefined")
        for name in members(node)
    ]
    return switches.predefined_exclusion and PREDEFINED not in disabled and fnmatch.fnmatchcase(host, PREDEFINED)


def decrypting_rule(spec: WorldSpec, effective: ET.Element, source: str, destination: str) -> str | None:
    """The rule of this firewall that decrypts the traffic, or None."""
    zone = _zone_of(spec, source)
    for rule in find(effective, f"{VSYS}/rulebase/decryption/rules/entry"):
        if rule.findtext("disabled") == "yes":
            continue
        zones = members(rule.find("from"))
        if zones and "any" not in zones and zone not in zones:
            continue
        if _contains(members(rule.find("source")), source) and _contains(
            members(rule.find("destination")), destination
        ):
            return rule.get("name") if rule.findtext("action") == "decrypt" else None
    return None


def intercepted(
    spec: WorldSpec,
    switches: Switches,
    effective: ET.Element,
    route: Route,
    address: str,
    neighbour: Decrypts | None = None,
) -> bool:
    """True when this firewall, the neighbour or another device decrypts the MLAV traffic."""
    passes_dataplane = not route.management or spec.path.management_through_dataplane
    host = cloud_name(spec, effective)
    if passes_dataplane and decrypts(spec, switches, effective, route.address, address, host):
        return True
    if spec.path.decrypting_device != "elsewhere" or spec.path.excluded_elsewhere:
        return False
    return neighbour is None or neighbour(route.address, address, host)


def decrypts(
    spec: WorldSpec, switches: Switches, effective: ET.Element, source: str, destination: str, host: str
) -> bool:
    """True when a rule of this firewall decrypts traffic that passes it, and no exclusion covers the server."""
    rule = decrypting_rule(spec, effective, source, destination)
    return rule is not None and not excluded(switches, effective, host)


def attempt(
    spec: WorldSpec,
    switches: Switches,
    effective: ET.Element,
    commit_force_needed: bool,
    neighbour: Decrypts | None = None,
) -> Outcome:
    """What an attempt to connect meets, in the order in which a connection is made.

    `neighbour` says of the decrypting device elsewhere whether it decrypts; without one it always does.
    """
    address = cloud_addresses(spec)[0]
    route = route_for(spec, effective, address)
    source = "2001:db8:7::10" if spec.path.ipv6 else route.address
    early = _before_the_network(spec, switches, route, commit_force_needed)
    if early is not None:
        return early
    if spec.dns.mode == "intermittent" or ("PAN-229832" in spec.defects and pan_229832_bites(spec.sw_version)):
        return Outcome("dns", source, defect="PAN-229832" in spec.defects)
    if spec.dns.mode == "fails":
        return Outcome("dns", source)
    if spec.path.routing != "ok":
        return Outcome("unreachable", source, address, spec.path.routing)
    if spec.proxy.server and spec.proxy.fails:
        return Outcome("proxy", source, "", spec.proxy.fails)
    if spec.path.tcp_443 == "dropped":
        return Outcome("timeout", source, address)
    if spec.path.tcp_443 == "refused":
        return Outcome("refused", source, address)
    if intercepted(spec, switches, effective, route, address, neighbour):
        code = _DECRYPTION_CODE[spec.path.decryption_certificate]
        return Outcome("tls", source, address, X509_TEXT[code], code)
    if spec.path.tls != "open":
        return Outcome("cut", source, address, spec.path.tls)
    if spec.old_roots and spec.device_certificate.status != "Valid":
        return Outcome("tls", source, address, X509_TEXT[20], 20)
    return _with_the_cloud(spec, source, address)


def _before_the_network(spec: WorldSpec, switches: Switches, route: Route, force_needed: bool) -> Outcome | None:
    if not has_mlav(spec):
        return Outcome("absent")
    if force_needed:
        return Outcome("idle")
    if spec.unexplained:
        return Outcome("silent")
    if "PAN-204216" in spec.defects and pan_204216_bites(spec.sw_version):
        return Outcome("bad_argument", defect=True)
    if spec.ha.state in _IDLE_STATES and not switches.passive_connects:
        return Outcome("passive")
    if route.problem:
        return Outcome("bind", route.address, detail=route.problem)
    return None


def _with_the_cloud(spec: WorldSpec, source: str, address: str) -> Outcome:
    code = _validity_code(spec)
    if code:
        return Outcome("tls", source, address, X509_TEXT[code], code)
    if spec.device_certificate.status != "Valid":
        return Outcome("client", source, address, spec.device_certificate.status)
    licensed = any(f.feature.endswith("Threat Prevention") and f.expired != "yes" for f in spec.licences)
    if version(spec.sw_version) < (10, 0, 2, 0) and not licensed:
        return Outcome("http", source, address, "invalid flatbuffer request: invalid content version", 400)
    if spec.cloud.http_status != 200:
        return Outcome("http", source, address, "", spec.cloud.http_status)
    return Outcome("connected", source, address)


def _validity_code(spec: WorldSpec) -> int:
    """OpenSSL's 9 or 10 when the device's clock is outside the certificate's days."""
    day = 86400
    first, last = {
        "valid": (-30 * day, 60 * day),
        "expired": (-90 * day, -1 * day),
        "not_yet_valid": (1 * day, 90 * day),
    }[spec.cloud.certificate]
    if spec.clock.skew_s < first:
        return 9
    return 10 if spec.clock.skew_s > last else 0
