# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show interface all``: which addresses the firewall has, and which interfaces are up.

Source: CLI hierarchy; the table as it stands in public recordings of the command.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, Interface, Interfaces
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognised, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.reading import members_of, text_of, without_prefix

COMMAND = Command(cli="show interface all", xml="<show><interface>all</interface></show>", structured=True)

_HARDWARE_ROW = re.compile(r"^(\S+)[ \t]+\d+[ \t]+(\S+/\S+)[ \t]+[0-9a-fA-F]{2}:")
_LOGICAL_ROW = re.compile(r"^(\S+)[ \t]+\d+[ \t]+\d+[ \t]+(?:(\S+)[ \t]+)?(\S+)[ \t]+\d+[ \t]+(\S+)[ \t]*$")
_MORE_ADDRESSES = re.compile(r"^[ \t]+([0-9a-fA-F.:]+/\d{1,3})[ \t]*$")


def parse(text: str, result: Element | None = None) -> Interfaces:
    """The logical interfaces; a subinterface has the state of the interface it belongs to."""
    if result is not None and (result.find("ifnet") is not None or result.find("hw") is not None):
        return _from_tags(result)
    return _from_text(text)


def _from_tags(result: Element) -> Interfaces:
    states = {text_of(entry, "name"): text_of(entry, "state") for entry in result.findall("hw/entry")}
    return Interfaces(
        tuple(
            Interface(name, _state(states, name), _addresses(entry), text_of(entry, "zone"))
            for entry in result.findall("ifnet/entry")
            if (name := text_of(entry, "name"))
        )
    )


def _addresses(entry: Element) -> tuple[str, ...]:
    written = [text_of(entry, "ip") or ""]
    for tag in ("addr", "addr6", "dyn-addr"):
        written += [*members_of(entry, tag), text_of(entry, tag) or ""]
    return tuple(dict.fromkeys(found for item in written if (found := without_prefix(item))))


def _state(states: dict[str | None, str | None], name: str) -> str | None:
    return states.get(name) or states.get(name.partition(".")[0])


def _from_text(text: str) -> Interfaces:
    states: dict[str | None, str | None] = {}
    found: list[Interface] = []
    for line in text.splitlines():
        if hardware := _HARDWARE_ROW.match(line):
            words = hardware[2].split("/")
            states[hardware[1]] = words[2] if len(words) > 2 else None
        elif logical := _LOGICAL_ROW.match(line):
            plain = without_prefix(logical[4])
            found.append(Interface(logical[1], None, (plain,) if plain else (), logical[2]))
        elif found and (more := _MORE_ADDRESSES.match(line)) and (plain := without_prefix(more[1])):
            last = found.pop()
            found.append(Interface(last.name, None, (*last.addresses, plain), last.zone))
    if not found:
        raise Unrecognised("no row names an interface and its address")
    return Interfaces(
        tuple(Interface(item.name, _state(states, item.name), item.addresses, item.zone) for item in found)
    )


def probe_interfaces(device: Device) -> Evidence[Interfaces]:
    """Asks for all interfaces."""

    def ask(recorder: Recorder) -> Interfaces:
        answer = recorder.run(COMMAND)
        return parse(answer.text, answer.result)

    return probe(device, ask)
