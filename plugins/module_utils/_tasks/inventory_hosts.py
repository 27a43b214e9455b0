# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts, their variables and their groups from what Panoramas said of firewalls.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.panorama_answers import ManagedFirewall
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory import PanoramaSource

DIRECT = "mlav_direct"
THROUGH = "mlav_through_panorama"

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62})")
# Names with a meaning of their own.
_TAKEN = frozenset({"all", "ungrouped", "localhost", DIRECT, THROUGH})

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
            raise InvalidOption(f"option reach_port is {self.reach_port}. Expected: a number from 1 to 65535.")
        if not 0 < self.reach_timeout <= 60:
            raise InvalidOption(
                f"option reach_timeout is {self.reach_timeout}. Expected: seconds, above 0 and up to 60."
            )


@dataclass(frozen=True)
class Host:
    """A host of the inventory; all texts in ``variables`` are somebody else's."""

    name: str
    groups: tuple[str, ...]
    variables: dict[str, Any]


@dataclass(frozen=True)
class Managed:
    """A firewall and the Panorama that it is seen through."""

    source: PanoramaSource
    firewall: ManagedFirewall


def hosts(found: Found, choices: Choices, answering: Answering) -> tuple[Host, ...]:
    """The hosts, by name. ``answering``: see ``_device.reachability.answering``."""
    chosen = [managed for managed in _merged(found) if choices.disconnected or managed.firewall.connected is not False]
    names = _names(chosen, choices.name)
    answer: frozenset[str] = frozenset()
    if choices.reach == "auto":
        addresses = (managed.firewall.address for managed in chosen if managed.firewall.address is not None)
        answer = answering(addresses, choices.reach_port, choices.reach_timeout)
    made = [_host(names[managed.firewall.serial], managed, _through(managed, choices, answer)) for managed in chosen]
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


def _names(chosen: Sequence[Managed], by: str) -> dict[str, str]:
    """By serial number a name that no other firewall has, whatever the order; the serial number where none fits."""
    serials = {managed.firewall.serial for managed in chosen}
    if by == "serial":
        return {serial: serial for serial in serials}
    taken = _TAKEN | {serial.lower() for serial in serials}
    plain = {
        managed.firewall.serial: _usable(managed.firewall.hostname, taken) or managed.firewall.serial
        for managed in chosen
    }
    # Files are named after hosts, and not every file system tells FW-1 from fw-1.
    times = Counter(name.lower() for name in plain.values())
    return {
        serial: name if times[name.lower()] == 1 else _with_serial(name, serial, times)
        for serial, name in plain.items()
    }


def _usable(name: str | None, taken: frozenset[str]) -> str | None:
    fits = name is not None and _HOST_NAME.fullmatch(name) and name.lower() not in taken
    return name if fits else None


def _with_serial(name: str, serial: str, times: Counter[str]) -> str:
    longer = f"{name}_{serial}"
    return serial if longer.lower() in times else longer


def _through(managed: Managed, choices: Choices, answer: frozenset[str]) -> bool:
    """Is the firewall reached through its Panorama?"""
    firewall = managed.firewall
    if choices.reach != "auto":
        return choices.reach == "panorama"
    if firewall.address in answer:
        return False
    # Where neither way is open, the address is what somebody can look into.
    return firewall.connected is not False or firewall.address is None


def _host(name: str, managed: Managed, through: bool) -> Host:
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
    if not through:
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
