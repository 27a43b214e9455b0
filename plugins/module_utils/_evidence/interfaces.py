# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show interface all``: which addresses the firewall has, and which interfaces are up.

Source: CLI hierarchy; the tables as they stand in public recordings of the command. Columns are not aligned in all of
them, names of zones and routers may hold spaces, and the zone's column cuts a name of more than 16 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import (
    members_of,
    number,
    text_of,
    without_prefix,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

COMMAND = Command(cli="show interface all", xml="<show><interface>all</interface></show>", structured=True)

ZONE_WIDTH = 16
_LINE_LIMIT = 400

_HARDWARE_ROW = re.compile(r"^(\S+)[ \t]+\d+[ \t]+(\S+/\S+)[ \t]+[0-9a-fA-F]{2}:")
_LOGICAL_COUNT = re.compile(r"^[ \t]*total configured logical interfaces:[ \t]*(\d{1,6})\b", re.IGNORECASE)
_HARDWARE_COUNT = re.compile(r"^[ \t]*total configured hardware interfaces:", re.IGNORECASE)
_LOGICAL_HEAD = re.compile(r"^[ \t]*name[ \t]+id[ \t]+vsys[ \t]+zone\b", re.IGNORECASE)
# Zone and forwarding stand between: either may be empty, and either may hold spaces.
_LOGICAL_ROW = re.compile(r"^(\S+)[ \t]+\d{1,9}[ \t]+(\d{1,5})[ \t](.*?)[ \t]+\d{1,9}[ \t]+(\S+)[ \t]*$")
# A zone's name has no colon, so the first word with one begins the forwarding (``vr:default``, ``lr:my router``).
_WITH_COLON = re.compile(r"^(.*?)(?:^|[ \t]+)[^\s:]{1,20}:.*$")
_MORE_ADDRESSES = re.compile(r"^[ \t]+([0-9a-fA-F.:]+/\d{1,3})[ \t]*$")
_NO_CONTENT = re.compile(r"[\s\-\u200b]*")


@dataclass(frozen=True)
class Interface:
    """One logical interface of ``show interface all``; addresses without their prefix length.

    Attributes:
        zone: the zone's name, whole where the configuration has it.
        zone_cut: the column of the table may have cut ``zone``: it is a prefix, and matches no other name for certain.
        vsys: number of the virtual system (``1``), within which alone a zone's name is unique; None where not given.
    """

    name: str
    state: str | None
    addresses: tuple[str, ...] = ()
    zone: str | None = None
    zone_cut: bool = False
    vsys: int | None = None


@dataclass(frozen=True)
class Zone:
    """A layer-3 zone as configured: its whole name, its virtual system (``vsys1``) and its interfaces."""

    name: str
    vsys: str
    interfaces: tuple[str, ...]


@dataclass(frozen=True)
class Interfaces:
    """``show interface all``. ``complete``: every row was read; only then does an absent address prove anything.

    ``why_incomplete`` says which rows may be missing.
    """

    entries: tuple[Interface, ...]
    complete: bool = True
    why_incomplete: str = ""


def parse(text: str, result: Element | None = None, truncated: bool = False) -> Interfaces:
    """The logical interfaces; a subinterface has the state of the interface it belongs to.

    ``truncated``: a part of the answer was left out, so that rows may be missing.
    """
    if result is not None and (result.find("ifnet") is not None or result.find("hw") is not None):
        found = _from_tags(result)
    else:
        found = _from_text(text)
    return replace(found, complete=False, why_incomplete="a part of the answer was left out") if truncated else found


def with_zones(found: Interfaces, zones: Iterable[Zone]) -> Interfaces:
    """The same with the whole names of zones, as configured. A zone that the table contradicts changes nothing."""
    known = tuple(zones)
    return replace(found, entries=tuple(_with_zone(entry, known) for entry in found.entries))


def _with_zone(entry: Interface, zones: tuple[Zone, ...]) -> Interface:
    mine = {
        zone.name
        for zone in zones
        if entry.name in zone.interfaces and (entry.vsys is None or zone.vsys == f"vsys{entry.vsys}")
    }
    if len(mine) != 1 or entry.zone is None:
        return entry
    [name] = mine
    same = name == entry.zone or (entry.zone_cut and name.startswith(entry.zone))
    return replace(entry, zone=name, zone_cut=False) if same else entry


def _from_tags(result: Element) -> Interfaces:
    states = {text_of(entry, "name"): text_of(entry, "state") for entry in result.findall("hw/entry")}
    entries: list[Interface] = []
    unread = 0
    for entry in result.findall("ifnet/entry"):
        name = text_of(entry, "name")
        if name is None:
            unread += 1
            continue
        addresses, all_read = _addresses(entry)
        unread += not all_read
        zone, vsys = text_of(entry, "zone"), number(text_of(entry, "vsys"))
        entries.append(Interface(name, _state(states, name), addresses, zone, False, vsys))
    why = ""
    if result.find("ifnet") is None:
        why = "the answer has no list of logical interfaces"
    elif unread:
        why = f"{unread} of its entries were not recognized"
    return Interfaces(tuple(entries), not why, why)


def _addresses(entry: Element) -> tuple[tuple[str, ...], bool]:
    """The addresses, and whether all that is written there was understood."""
    written = [text_of(entry, "ip") or ""]
    for tag in ("addr", "addr6", "dyn-addr"):
        written += [*members_of(entry, tag), text_of(entry, tag) or ""]
    read = {item: without_prefix(item) for item in written if item and item != "N/A"}
    return tuple(dict.fromkeys(found for found in read.values() if found)), None not in read.values()


def _state(states: dict[str | None, str | None], name: str) -> str | None:
    return states.get(name) or states.get(name.partition(".")[0])


def _from_text(text: str) -> Interfaces:
    states: dict[str | None, str | None] = {}
    found: list[Interface] = []
    counted: int | None = None
    within = False
    unread = 0
    for whole in text.splitlines():
        line = whole[:_LINE_LIMIT]
        if count := _LOGICAL_COUNT.match(line):
            counted, within = number(count[1]), True
        elif _LOGICAL_HEAD.match(line):
            within = True
        elif _HARDWARE_COUNT.match(line):
            within = False
        elif hardware := _HARDWARE_ROW.match(line):
            words = hardware[2].replace("[n/a]", "-").split("/")
            states[hardware[1]] = words[2] if len(words) > 2 else None
        elif (logical := _LOGICAL_ROW.match(line)) and (entry := _entry(logical)) is not None:
            found.append(entry)
        elif found and (more := _MORE_ADDRESSES.match(line)) and (plain := without_prefix(more[1])):
            found[-1] = replace(found[-1], addresses=(*found[-1].addresses, plain))
        elif within and not _NO_CONTENT.fullmatch(line):
            unread += 1
    if not found:
        raise Unrecognized("no row names an interface and its address")
    why = _why_incomplete(len(found), counted, unread)
    return Interfaces(tuple(replace(item, state=_state(states, item.name)) for item in found), not why, why)


def _why_incomplete(rows: int, counted: int | None, unread: int) -> str:
    if unread:
        return f"{unread} lines of the table were not recognized"
    if counted is None:
        return "the table does not say how many interfaces there are"
    return "" if counted == rows else f"the table counts {counted} interfaces, and {rows} were read"


def _entry(row: re.Match[str]) -> Interface | None:
    plain = without_prefix(row[4])
    if plain is None and row[4] != "N/A":
        return None
    zone = _zone(row[3])
    cut = zone is not None and len(zone) >= ZONE_WIDTH
    return Interface(row[1], None, (plain,) if plain else (), zone, cut, number(row[2]))


def _zone(between: str) -> str | None:
    """The zone in ``Internet Edge    vr:default``; None where the forwarding stands alone (``ha``, ``N/A``)."""
    named = _WITH_COLON.match(between)
    # A forwarding without a colon is one word.
    zone = named[1] if named else between.strip().rpartition(" ")[0]
    return zone.strip() or None


def probe_interfaces(device: Device) -> Evidence[Interfaces]:
    """Asks for all interfaces."""

    def ask(recorder: Recorder) -> Interfaces:
        answer = recorder.run(COMMAND)
        return parse(answer.text, answer.result, answer.truncated)

    return probe(device, ask)


PROBE = Probe(lambda session: probe_interfaces(session.device), "system")
