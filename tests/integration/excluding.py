# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exclusions on simulated devices in this process, over real TLS, as ``mlav_decryption_exclusion`` makes them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import DECRYPTION_EXCLUSION
from tests.simulator.config import clean, find
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_firewall
from tests.simulator.world import World
from tests.tooling.operations import run_operation

from .committing import options

NAME = "*.paloaltonetworks.com"
DEVICE = "/config/devices/entry[@name='localhost.localdomain']"
SHARED = "/config/shared"


def vsys(number: int) -> str:
    """Where a virtual system stands."""
    return f"{DEVICE}/vsys/entry[@name='vsys{number}']"


def listed(place: str) -> str:
    """The list of exclusions of a place."""
    return f"{place}/ssl-decrypt/ssl-exclude-cert"


def entry(exclude_text: str | None, description: str = "", name: str = NAME) -> str:
    """An entry as XML; ``description`` is XML, too."""
    inner = f"<exclude>{exclude_text}</exclude>" if exclude_text else ""
    inner += f"<description>{description}</description>" if description else ""
    return f"<entry name='{name}'>{inner}</entry>"


def holding(*entries_text: str, more: str = "") -> str:
    """``<ssl-decrypt>`` with these entries."""
    return f"<ssl-decrypt><ssl-exclude-cert>{''.join(entries_text)}</ssl-exclude-cert>{more}</ssl-decrypt>"


def predefined_disabled(name: str) -> str:
    """What switches the predefined exclusion of a name off."""
    tag = "disabled-ssl-exclude-cert-from-predefined"
    return f"<{tag}><member>{name}</member></{tag}>"


def exclude(firewall: Firewall, check: bool = False, **changes: Any) -> dict[str, Any]:
    """Makes an exclusion on a device, or ends it."""
    return run_operation(DECRYPTION_EXCLUSION, options(firewall, **changes), check)


@contextmanager
def firewall_with(*faults: Mapping[str, Any], **changes: Any) -> Iterator[Firewall]:
    """A firewall with two virtual systems and nothing excluded, unless ``firewall`` says otherwise."""
    wanted = {"access": {"ssh": "none"}, **changes}
    if faults:
        wanted["faults"] = {"answers": [dict(fault) for fault in faults]}
    wanted["firewall"] = {"multi_vsys": True, **changes.get("firewall", {})}
    with running_firewall("healthy", wanted) as firewall:
        config = firewall.world.config
        for tree in (config.candidate, config.running):
            find(tree, f"{DEVICE}/vsys")[0].append(ET.fromstring("<entry name='vsys2'><address/></entry>"))
        yield firewall


def put(world: World, place: str, inner: str) -> None:
    """Puts ``<ssl-decrypt>`` with this inside into a place, in the candidate and in the running configuration."""
    for tree in (world.config.candidate, world.config.running):
        node = find(tree, place)[0]
        for old in node.findall("ssl-decrypt"):
            node.remove(old)
        if inner:
            node.append(ET.fromstring(inner))


def entries(world: World, place: str) -> dict[str, tuple[str | None, str | None]]:
    """The exclusions in a place of the candidate: name -> exclude, description."""
    found = find(world.config.candidate, f"{listed(place)}/entry")
    return {entry.get("name", ""): (entry.findtext("exclude"), entry.findtext("description")) for entry in found}


def comparable(tree: ET.Element) -> str:
    """A tree as text, without the candidate's marks and whatever the order of its elements is."""
    return _in_order(clean(tree))


def _in_order(element: ET.Element) -> str:
    inside = "".join(sorted(_in_order(child) for child in element))
    attributes = "".join(f" {name}={value!r}" for name, value in sorted(element.attrib.items()))
    return f"<{element.tag}{attributes}>{element.text or ''}{inside}</>"
