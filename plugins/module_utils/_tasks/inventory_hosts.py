# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts, their variables and their groups from what Panoramas said of firewalls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import ManagedFirewall
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory import PanoramaSource
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_names import Candidate

DIRECT = "mlav_direct"
THROUGH = "mlav_through_panorama"

# A serial number that is a host's name would be its address too where Panorama gives none, and resolvers take numbers
# for IPv4 addresses. No name below this one resolves (RFC 6761).
NOWHERE = ".invalid"

Answering = Callable[[Iterable[str], int, float], frozenset[str]]
Found = Sequence[tuple[PanoramaSource, Sequence[ManagedFirewall]]]


@dataclass(frozen=True)
class Choices:
    """The options of an inventory source beside its Panoramas; ``reach_timeout`` in seconds."""

    reach: str = "auto"
    reach_port: int = 443
    reach_timeout: float = 2.0
    name: str = "hostname"
    disconnected: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.reach_port <= 65535:
            raise InvalidOption(f"option reach_port is {self.reach_port}: expected a number from 1 to 65535")
        if not 0 < self.reach_timeout <= 60:
            raise InvalidOption(f"option reach_timeout is {self.reach_timeout}: expected seconds, above 0 and up to 60")


@dataclass(frozen=True)
class Host:
    """A host of the inventory; all texts in ``variables`` are somebody else's."""

    name: str
    groups: tuple[str, ...]
    variables: dict[str, Any]


@dataclass(frozen=True)
class Managed:
    """A firewall and the Panorama that it is seen through; ``through``: it is reached through it as well."""

    source: PanoramaSource
    firewall: ManagedFirewall
    through: bool = False

    @property
    def candidate(self) -> Candidate:
        """What its name depends on."""
        return Candidate(self.firewall.serial, self.firewall.hostname, self.source.name)


def reached(found: Found, choices: Choices, answering: Answering) -> tuple[Managed, ...]:
    """The firewalls to list, and how each is reached. ``answering``: see ``_device.reachability.answering``."""
    chosen = [managed for managed in _merged(found) if choices.disconnected or managed.firewall.connected is not False]
    answer: frozenset[str] = frozenset()
    if choices.reach == "auto":
        addresses = (managed.firewall.address for managed in chosen if managed.firewall.address is not None)
        answer = answering(addresses, choices.reach_port, choices.reach_timeout)
    return tuple(replace(managed, through=_through(managed, choices, answer)) for managed in chosen)


def hosts(firewalls: Iterable[Managed], names: Mapping[str, str]) -> tuple[Host, ...]:
    """The hosts, sorted by name. ``names``: by serial number; a firewall that has none is left out."""
    made = [_host(names[managed.firewall.serial], managed) for managed in firewalls if managed.firewall.serial in names]
    return tuple(sorted(made, key=lambda host: host.name))


def group_tree(sources: Iterable[PanoramaSource]) -> dict[str, tuple[str, ...]]:
    """The groups that every source of this plugin has, and their child groups."""
    listed = list(sources)
    return {
        DIRECT: (),
        THROUGH: tuple(_through_group(source) for source in listed),
        **{f"panorama_{source.label}": () for source in listed},
    }


def _merged(found: Found) -> list[Managed]:
    """Each firewall once: at the Panorama that is connected with it, else at the first that manages it."""
    best: dict[str, Managed] = {}
    for source, firewalls in found:
        for firewall in firewalls:
            earlier = best.get(firewall.serial)
            if earlier is None or (firewall.connected and not earlier.firewall.connected):
                best[firewall.serial] = Managed(source, firewall)
    return list(best.values())


def _through(managed: Managed, choices: Choices, answer: frozenset[str]) -> bool:
    """Is the firewall reached through its Panorama?"""
    firewall = managed.firewall
    if choices.reach != "auto":
        return choices.reach == "panorama"
    if firewall.address in answer:
        return False
    # Where neither way is open, the address is what somebody can look into.
    return firewall.connected is not False or firewall.address is None


def _host(name: str, managed: Managed) -> Host:
    source, firewall = managed.source, managed.firewall
    groups = firewall.device_groups
    variables: dict[str, Any] = {
        "panorama_name": source.name,
        "panorama_serial": firewall.serial,
        "panorama_hostname": firewall.hostname,
        "panorama_management_address": firewall.address,
        "panorama_model": firewall.model,
        "panorama_family": firewall.family,
        "panorama_sw_version": firewall.sw_version,
        "panorama_app_version": firewall.app_version,
        "panorama_connected": firewall.connected,
        "panorama_multi_vsys": firewall.multi_vsys,
        "panorama_ha_state": firewall.ha_state,
        "panorama_ha_peer": firewall.ha_peer,
        "panorama_device_group": groups[0] if groups else None,
        "panorama_device_groups": None if groups is None else list(groups),
        "panorama_template_stack": firewall.template_stack,
        "panorama_tags": None if firewall.tags is None else list(firewall.tags),
    }
    if firewall.address is not None:
        variables["ansible_host"] = firewall.address
    elif name == firewall.serial:
        variables["ansible_host"] = f"{name}{NOWHERE}"
    if not managed.through:
        return Host(name, (f"panorama_{source.label}", DIRECT), variables)
    variables["mlav_panorama"] = {
        "ip_address": source.options.host,
        "port": source.options.port,
        "serial_number": firewall.serial,
    }
    variables.update({f"mlav_{option}": value for option, value in source.tls.items()})
    return Host(name, (f"panorama_{source.label}", _through_group(source)), variables)


def _through_group(source: PanoramaSource) -> str:
    return f"mlav_through_{source.label}"
