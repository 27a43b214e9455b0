# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Panorama says of the firewalls that it manages: pure parsing of its answers.

Shapes and their sources: docs/panorama.md, section "Sources". Every text of a Panorama is somebody else's: bounded, and
with U+FFFD in place of each character that cannot be seen, so that no text becomes another one by losing some. What it
does not say is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SERIAL

MAX_TEXT = 255
MAX_NAMES = 64

# A Panorama's words for what it does not know.
_NOTHING = frozenset({"", "unknown", "n/a", "none"})


@dataclass(frozen=True)
class ManagedFirewall:
    """One firewall.

    Attributes:
        address: its management address, IPv4 before IPv6; always an IP address.
        connected: is it connected with the Panorama.
        ha_state: its state in an HA pair (``active``, ``passive`` …), in the Panorama's words.
        ha_peer: the serial number of the other unit of the pair.
        device_groups: sorted; a firewall with several virtual systems may be in several.
        tags: sorted; None where the Panorama did not tell the tags of any firewall.
    """

    serial: str
    hostname: str | None = None
    address: str | None = None
    model: str | None = None
    family: str | None = None
    sw_version: str | None = None
    app_version: str | None = None
    connected: bool | None = None
    multi_vsys: bool | None = None
    ha_state: str | None = None
    ha_peer: str | None = None
    device_groups: tuple[str, ...] | None = None
    template_stack: str | None = None
    tags: tuple[str, ...] | None = None


Names = dict[str, tuple[str, ...]]


def devices(result: Element | None) -> tuple[ManagedFirewall, ...]:
    """The answer to ``show devices all``: ``devices/entry``, in the Panorama's order, without device groups and tags.

    An entry without a usable serial number is no firewall that could be asked, and is left out.
    """
    found: dict[str, ManagedFirewall] = {}
    for entry in _entries(result, "devices"):
        serial = _serial_of(entry)
        if serial is not None:
            found.setdefault(serial, _firewall(serial, entry))
    return tuple(found.values())


def device_groups(result: Element | None) -> Names:
    """The answer to ``show devicegroups``: by serial number the device groups of the firewall and its vsys."""
    return _holders(_entries(result, "devicegroups"))


def template_stacks(result: Element | None) -> Names:
    """The answer to ``show template-stack``: by serial number the template stacks."""
    return _holders(_entries(result, "template-stack"))


def stacks_among_templates(result: Element | None) -> Names:
    """The answer to ``show templates``, in which a stack is marked with ``template-stack`` ``yes``."""
    entries = _entries(result, "templates")
    return _holders(entry for entry in entries if _yes_or_no(entry.findtext("template-stack")))


def tags(result: Element | None) -> Names:
    """The configuration ``mgt-config/devices``: by serial number the tags of all virtual systems."""
    found: Names = {}
    for entry in _entries(result, "devices"):
        serial = _serial_of(entry)
        if serial is not None:
            found[serial] = _names(member.text for member in entry.iterfind(".//tags/member"))
    return found


def completed(
    firewalls: Iterable[ManagedFirewall], groups: Names | None, stacks: Names | None, tagged: Names | None
) -> tuple[ManagedFirewall, ...]:
    """The firewalls with what the other answers say of them. None: that could not be had."""
    return tuple(
        replace(
            firewall,
            device_groups=None if groups is None else groups.get(firewall.serial, ()),
            template_stack=next(iter((stacks or {}).get(firewall.serial, ())), None),
            tags=firewall.tags
            if tagged is None
            else _names((*(firewall.tags or ()), *tagged.get(firewall.serial, ()))),
        )
        for firewall in firewalls
    )


def from_data(data: Any) -> ManagedFirewall | None:
    """A firewall from what ``dataclasses.asdict`` made of one, in whoever's hands that was; None for anything else."""
    if not isinstance(data, Mapping):
        return None
    serial = _serial(data.get("serial"))
    if serial is None:
        return None
    return ManagedFirewall(
        serial=serial,
        address=_address(data.get("address")),
        connected=_flag(data.get("connected")),
        multi_vsys=_flag(data.get("multi_vsys")),
        ha_peer=_serial(data.get("ha_peer")),
        device_groups=_list(data.get("device_groups")),
        tags=_list(data.get("tags")),
        **{
            name: _text(data.get(name))
            for name in ("hostname", "model", "family", "sw_version", "app_version", "ha_state", "template_stack")
        },
    )


def _firewall(serial: str, entry: Element) -> ManagedFirewall:
    said = entry.findtext
    tagged = [*entry.iterfind("tag/member"), *entry.iterfind("tags/member")]
    return ManagedFirewall(
        serial=serial,
        hostname=_text(said("hostname")),
        address=_address(said("ip-address")) or _address(said("ipv6-address")),
        model=_text(said("model")),
        family=_text(said("family")),
        sw_version=_text(said("sw-version")),
        app_version=_text(said("app-version")),
        connected=_yes_or_no(said("connected")),
        multi_vsys=_yes_or_no(said("multi-vsys")),
        ha_state=_text(said("ha/state")),
        ha_peer=_serial(said("ha/peer/serial")),
        tags=_names(member.text for member in tagged) or None,
    )


def _entries(result: Element | None, container: str) -> Iterator[Element]:
    if result is not None:
        yield from result.iterfind(f"{container}/entry")


def _holders(holders: Iterable[Element]) -> Names:
    found: dict[str, list[str | None]] = {}
    for holder in holders:
        for entry in holder.iterfind("devices/entry"):
            serial = _serial_of(entry)
            if serial is not None:
                found.setdefault(serial, []).append(holder.get("name"))
    return {serial: _names(names) for serial, names in found.items()}


def _serial_of(entry: Element) -> str | None:
    # An entry that stands for a virtual system has a name of its own, and the serial number beside it.
    return _serial(entry.findtext("serial")) or _serial(entry.get("name"))


def _serial(text: Any) -> str | None:
    said = text.strip() if isinstance(text, str) else ""
    return said if SERIAL.fullmatch(said) and said.lower() not in _NOTHING else None


def _text(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    shown = (character if character.isprintable() else "\ufffd" for character in text.strip(" \t\r\n"))
    said = "".join(shown)[:MAX_TEXT]
    return said if said.lower() not in _NOTHING else None


def _names(texts: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted({name for name in map(_text, texts) if name is not None})[:MAX_NAMES])


def _list(value: Any) -> tuple[str, ...] | None:
    return _names(value) if isinstance(value, (list, tuple)) else None


def _address(text: Any) -> str | None:
    """The address as Python writes it; None for what is no address of one host."""
    address = parse_address(text) if isinstance(text, str) else None
    return str(address) if address is not None and not (address.is_unspecified or address.is_multicast) else None


def _yes_or_no(text: str | None) -> bool | None:
    return {"yes": True, "no": False}.get((text or "").strip().lower())


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
