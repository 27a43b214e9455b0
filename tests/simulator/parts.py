# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a simulated firewall and its surroundings, as plain data.

A scenario file fills these; its keys are the field names, and an unknown key is an error.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

API_RIGHTS = ("op", "config", "log", "commit", "export")


class ScenarioError(Exception):
    """A scenario says something that the simulator does not know."""


@dataclass
class Admin:
    """An administrator; empty secrets are filled with random ones at the start."""

    name: str = "admin"
    password: str = ""
    api_key: str = ""
    role: str = "superuser"  # superuser | superreader | custom
    rights: list[str] = field(default_factory=lambda: list(API_RIGHTS))
    cli: bool = True
    public_key: str = ""

    def may(self, right: str) -> bool:
        """True when this administrator's role has the XML-API right."""
        if self.role == "superuser":
            return True
        if self.role == "superreader":
            return right in ("op", "config", "log")
        return right in self.rights

    def may_write(self) -> bool:
        """A reader may read the configuration, never change it."""
        return self.role != "superreader"


@dataclass
class Interface:
    """A dataplane interface, or the management port."""

    name: str = "ethernet1/1"
    address: str = "192.0.2.10/24"
    state: str = "up"  # up | down
    zone: str = "untrust"


@dataclass
class Dns:
    """Name resolution as the firewall sees it. intermittent: fails for the daemon, answers when asked now."""

    servers: list[str] = field(default_factory=lambda: ["192.0.2.53", "192.0.2.54"])
    mode: str = "resolves"  # resolves | fails | intermittent


@dataclass
class Proxy:
    """A configured proxy; it is shown, and changes nothing else unless it fails."""

    server: str = ""
    port: int = 8080
    fails: str = ""  # unresolvable | unreachable | refuses_connect: MLAV uses it, and it fails so


@dataclass
class Path:
    """The network between the service-route interface and the cloud."""

    icmp: str = "answered"  # answered | dropped
    tcp_443: str = "open"  # open | dropped | refused
    tls: str = "open"  # open | refused | closed | reset: what a device on the path does to the handshake
    routing: str = "ok"  # ok | network_unreachable | host_unreachable
    decrypting_device: str = "none"  # none | elsewhere; this firewall decrypts when its own rules say so
    decrypting_firewall: str = (
        ""  # elsewhere is this firewall of the fleet, as long as its running configuration decrypts
    )
    decryption_certificate: str = "private_ca"  # private_ca | self_signed | self_signed_chain | unverifiable
    excluded_elsewhere: bool = False  # the exclusion is committed on the device that decrypts
    management_through_dataplane: bool = False
    ipv6: bool = False


@dataclass
class Cloud:
    """The MLAV cloud."""

    name: str = "ml.service.paloaltonetworks.com"
    addresses: list[str] = field(default_factory=lambda: ["198.51.100.25"])
    addresses6: list[str] = field(default_factory=lambda: ["2001:db8:25::443"])
    http_status: int = 200
    certificate: str = "valid"  # valid | expired | not_yet_valid


@dataclass
class Clock:
    """The device's clock."""

    skew_s: int = 0
    utc_offset: str = "+0000"
    zone: str = "UTC"


@dataclass
class DeviceCertificate:
    """The certificate with which the firewall shows itself to the cloud."""

    status: str = "Valid"  # Valid | Expired | Not found | Revoked | Mismatched serial | Unknown issuer
    days_left: int = 60  # of one that has not expired
    last_fetched: str = "success"


@dataclass
class DeviceServer:
    """The daemon that holds the MLAV connection."""

    state: str = "running"  # running | busy
    restarted_ago: str = ""  # e.g. 3h; without a forced commit since
    restart_takes_s: float = 0.2
    restart_never_returns: bool = False  # it stays busy after a restart
    restart_ineffective: bool = False  # the command answers as usual, and nothing is restarted


@dataclass
class HighAvailability:
    """High availability; an empty state means disabled. The states are the firewall's own words."""

    state: str = (
        ""  # active | passive | active-primary | active-secondary | suspended | initial | non-functional | unknown
    )
    peer_state: str = "active"
    mode: str = "Active-Passive"  # Active-Passive | Active-Active


@dataclass
class Managed:
    """What the Panorama in front has of a firewall; its pair's state is `ha.state`, its address `management`."""

    connected: bool = True
    ipv6: str = ""
    device_groups: list[str] = field(default_factory=lambda: ["branch-offices"])
    template_stack: str = "branch-stack"
    tags: list[str] = field(default_factory=list)
    ha_peer: str = ""  # the serial number of the pair's other unit


@dataclass
class Listing:
    """How a Panorama tells which firewalls it manages: what no official source settles."""

    disconnected: str = "known"  # known | bare; of a firewall that is not connected all that was known, or its serial
    device_groups: str = "answered"  # answered | refused; show devicegroups
    template_stacks: str = (
        "answered"  # answered | templates | refused; templates: refused, but marked in show templates
    )
    tags: str = "config"  # config | devices | nowhere; in mgt-config, or in the answer of show devices


@dataclass
class Licence:
    """One licence."""

    feature: str = "Threat Prevention"
    expires: str = "August 05, 2030"
    expired: str = "no"


@dataclass
class DestinationRoute:
    """A destination service route; it counts where the service has no route of its own."""

    destination: str = ""
    interface: str = ""
    address: str = ""


@dataclass
class ServiceRoute:
    """The service route of Palo Alto Networks Services as configured."""

    kind: str = "default"  # default | management | interface | empty
    interface: str = "ethernet1/1"
    address: str = "192.0.2.10/24"  # or the name of an address object; empty: the interface alone
    spelling: str = "MGT"  # how "management" is written in the configuration
    pushed: bool = False  # by a Panorama template: absent from the device's own tree
    destination_routes: list[DestinationRoute] = field(default_factory=list)


@dataclass
class AddressObject:
    """An address object of vsys1, or with `shared` of all."""

    name: str = "fw-untrust-ip"
    value: str = "192.0.2.10/24"
    shared: bool = False


@dataclass
class DecryptionRule:
    """A decryption rule of this firewall."""

    name: str = "decrypt-outbound"
    action: str = "decrypt"  # decrypt | no-decrypt
    source_zone: list[str] = field(default_factory=lambda: ["any"])
    destination_zone: list[str] = field(default_factory=lambda: ["any"])
    source: list[str] = field(default_factory=lambda: ["any"])
    destination: list[str] = field(default_factory=lambda: ["any"])
    disabled: bool = False


@dataclass
class Exclusion:
    """A decryption exclusion; exclude None leaves the element out."""

    name: str = "*.paloaltonetworks.com"
    exclude: str | None = "yes"
    description: str = ""


@dataclass
class Lock:
    """A configuration or commit lock held by somebody."""

    admin: str = "bob"
    kind: str = "config"  # config | commit
    comment: str = "change window"


@dataclass
class PendingChange:
    """An uncommitted change of somebody: an address object in the candidate."""

    admin: str = "bob"
    name: str = "pending-object"
    value: str = "203.0.113.9"


@dataclass
class RunningJob:
    """A job that runs when the scenario begins."""

    kind: str = "Content"
    seconds: float = 3600.0


@dataclass
class Phase:
    """An earlier state of the world; `world` is a difference from a healthy firewall."""

    ago: str = "2d"
    world: dict[str, Any] = field(default_factory=dict)


@dataclass
class WorldSpec:
    """Everything that a scenario's `firewall` section can say."""

    hostname: str = "fw"
    sw_version: str = "11.1.4"
    model: str = "PA-850"
    family: str = "800"
    vm_license: str = ""  # VM-50, VM-100 … of a PA-VM
    serial: str = ""
    multi_vsys: bool = False
    app_version: str = "8868-8828"
    threat_version: str = "8868-8828"
    av_version: str = "4875-5393"
    wildfire_version: str = "889843-893745"
    admins: list[Admin] = field(default_factory=list)
    licences: list[Licence] = field(
        default_factory=lambda: [Licence("Threat Prevention"), Licence("Advanced WildFire License")]
    )
    management: Interface = field(default_factory=lambda: Interface("mgmt", "192.0.2.7/24", "up", ""))
    interfaces: list[Interface] = field(
        default_factory=lambda: [
            Interface("ethernet1/1", "192.0.2.10/24", "up", "untrust"),
            Interface("ethernet1/2", "10.1.2.1/24", "up", "trust"),
        ]
    )
    dns: Dns = field(default_factory=Dns)
    proxy: Proxy = field(default_factory=Proxy)
    path: Path = field(default_factory=Path)
    cloud: Cloud = field(default_factory=Cloud)
    configured_cloud: str = ""  # deviceconfig/setting/mlav/cloud-server
    clock: Clock = field(default_factory=Clock)
    device_certificate: DeviceCertificate = field(default_factory=DeviceCertificate)
    device_server: DeviceServer = field(default_factory=DeviceServer)
    ha: HighAvailability = field(default_factory=HighAvailability)
    service_route: ServiceRoute = field(default_factory=ServiceRoute)
    address_objects: list[AddressObject] = field(default_factory=list)
    decryption_rules: list[DecryptionRule] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    disabled_predefined: list[str] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)
    pending: list[PendingChange] = field(default_factory=list)
    jobs: list[RunningJob] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)  # PAN-229832, PAN-204216; bite only on affected releases
    old_roots: bool = False  # the trusted roots are those that ran out at the end of 2023
    unexplained: bool = False  # disconnected for a reason that leaves no trace
    since: str = "2h"  # how long the present state has lasted
    connected_since: str = "6d"  # the oldest connection in the log
    history: list[Phase] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)  # of a Panorama; they can be written, and nothing is pushed
    template_stacks: list[str] = field(default_factory=list)
    managed: Managed = field(default_factory=Managed)  # of a firewall behind a Panorama
    listing: Listing = field(default_factory=Listing)  # of a Panorama


def is_panorama(spec: WorldSpec) -> bool:
    """True for a management server: a virtual one or an M-series appliance."""
    return spec.model == "Panorama" or spec.model.startswith("M-")


def seconds(text: str) -> float:
    """'90s', '15m', '2h' or '3d' in seconds."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    if not text or text[-1] not in units:
        raise ScenarioError(f"a duration such as 2h was expected, got {text!r}")
    return float(text[:-1]) * units[text[-1]]


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def build(cls: type[T], data: dict[str, Any], where: str = "") -> T:
    """A dataclass from a scenario's mapping; unknown keys are errors, so that typing mistakes show."""
    hints = _hints(cls)  # type: ignore[arg-type]
    names = {f.name for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if not isinstance(data, dict):
        raise ScenarioError(f"{where or cls.__name__}: a mapping was expected, got {data!r}")
    unknown = sorted(set(data) - names)
    if unknown:
        raise ScenarioError(f"{where or cls.__name__}: unknown {unknown}; known: {sorted(names)}")
    values = {key: _convert(hints[key], value, f"{where}{key}: ") for key, value in data.items()}
    return cls(**values)


def _convert(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    origin = typing.get_origin(hint)
    if origin is list:
        (inner,) = typing.get_args(hint)
        if not isinstance(value, list):
            raise ScenarioError(f"{where}a list was expected, got {value!r}")
        return [_convert(inner, item, where) for item in value]
    if origin in (types.UnionType, typing.Union):
        return value
    if hint is str and not isinstance(value, str):
        raise ScenarioError(f"{where}text was expected (quote it), got {value!r}")
    if hint in (int, bool) and not isinstance(value, int):
        raise ScenarioError(f"{where}{hint.__name__} was expected, got {value!r}")
    if hint is float:
        return float(value)
    return value


def merge(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Mappings merge, everything else replaces."""
    result = dict(base)
    for key, value in extra.items():
        old = result.get(key)
        result[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result
