# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operational commands of a Panorama about the firewalls that it manages."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from .commands import CommandError, Reply, Request, command
from .network import bare
from .ops_system import leaf
from .parts import is_panorama
from .world import World


def _require_panorama(world: World, request: Request, refused: bool = False) -> None:
    if refused or not is_panorama(world.spec):
        raise CommandError(f" {' -> '.join(request.command.path[:2])} is unexpected", 17)


def _entry(world: World, panorama: World) -> str:
    """One firewall in the Panorama's words; a real answer has more fields."""
    spec, listing = world.spec, panorama.spec.listing
    managed = spec.managed
    state = leaf("serial", spec.serial) + leaf("connected", "yes" if managed.connected else "no")
    if not managed.connected and listing.disconnected == "bare":
        return f"<entry name={quoteattr(spec.serial)}>{state}</entry>"
    fields = {
        "unsupported-version": "no",
        "deactivated": "no",
        "hostname": spec.hostname,
        "ip-address": bare(spec.management.address),
        "ipv6-address": managed.ipv6 or "unknown",
        "mac-addr": "",
        "uptime": "98 days, 23:42:29",
        "family": spec.family,
        "model": spec.model,
        "sw-version": spec.sw_version,
        "app-version": spec.app_version,
        "av-version": spec.av_version,
        "threat-version": spec.threat_version,
        "operational-mode": "normal",
    }
    inner = state + "".join(leaf(tag, text) for tag, text in fields.items())
    tags = managed.tags if listing.tags == "devices" else []
    inner += f"<tag>{''.join(leaf('member', tag) for tag in tags)}</tag>"
    if spec.ha.state:
        inner += f"<ha>{leaf('state', spec.ha.state)}<peer>{leaf('serial', managed.ha_peer)}</peer></ha>"
    inner += leaf("multi-vsys", "yes" if spec.multi_vsys else "no")
    inner += f"<vsys><entry name='vsys1'>{leaf('display-name', 'vsys1')}</entry></vsys>"
    return f"<entry name={quoteattr(spec.serial)}>{inner}</entry>"


def _devices(world: World, firewalls: Iterable[World]) -> Reply:
    return Reply(xml=f"<devices>{''.join(_entry(firewall, world) for firewall in firewalls)}</devices>")


@command("show devices all")
def show_devices_all(world: World, request: Request) -> Reply:
    """Every firewall that is managed."""
    _require_panorama(world, request)
    return _devices(world, world.managed.values())


@command("show devices connected")
def show_devices_connected(world: World, request: Request) -> Reply:
    """Those that are connected."""
    _require_panorama(world, request)
    return _devices(world, [firewall for firewall in world.managed.values() if firewall.spec.managed.connected])


def _holders(tag: str, world: World, holders: dict[str, list[World]], mark: str = "") -> Reply:
    inner = ""
    for name, firewalls in sorted(holders.items()):
        devices = "".join(_entry(firewall, world) for firewall in firewalls)
        inner += f"<entry name={quoteattr(name)}>{mark}<devices>{devices}</devices></entry>"
    return Reply(xml=f"<{tag}>{inner}</{tag}>")


def _stacks(world: World) -> dict[str, list[World]]:
    found: dict[str, list[World]] = {name: [] for name in world.spec.template_stacks}
    for firewall in world.managed.values():
        if firewall.spec.managed.template_stack:
            found.setdefault(firewall.spec.managed.template_stack, []).append(firewall)
    return found


@command("show devicegroups")
def show_devicegroups(world: World, request: Request) -> Reply:
    """The device groups and the firewalls in each."""
    _require_panorama(world, request, world.spec.listing.device_groups == "refused")
    found: dict[str, list[World]] = {}
    for firewall in world.managed.values():
        for group in firewall.spec.managed.device_groups:
            found.setdefault(group, []).append(firewall)
    return _holders("devicegroups", world, found)


@command("show template-stack")
def show_template_stack(world: World, request: Request) -> Reply:
    """The template stacks and the firewalls of each."""
    _require_panorama(world, request, world.spec.listing.template_stacks != "answered")
    return _holders("template-stack", world, _stacks(world))


@command("show templates")
def show_templates(world: World, request: Request) -> Reply:
    """Templates and template stacks, told apart by a mark."""
    _require_panorama(world, request, world.spec.listing.template_stacks == "refused")
    return _holders("templates", world, _stacks(world), leaf("template-stack", "yes"))
