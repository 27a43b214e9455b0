# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""type=config of the XML API."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from .commands import CommandError
from .config import BadXpath, to_text
from .parts import Admin
from .world import World

SUCCEEDED = '<response status="success" code="20"><msg>command succeeded</msg></response>'
ABSENT = '<response status="success" code="7"><result/></response>'


def config_action(world: World, admin: Admin, params: Mapping[str, str]) -> str:
    """get, show, set, edit or delete."""
    action, xpath = params.get("action", ""), params.get("xpath", "")
    world.refresh()
    try:
        if action == "get":
            return _found(world.config.get(xpath), counted=True)
        if action == "show":
            return _found(world.config.show(xpath or "/config"), counted=False)
        world.check_unlocked(admin.name)
        return _write(world, admin, action, xpath, params.get("element", ""))
    except BadXpath:
        raise CommandError(f"Invalid xpath: {xpath}", 6) from None


def _found(nodes: list[ET.Element], *, counted: bool) -> str:
    if not nodes and counted:
        return ABSENT
    if not nodes:
        return '<response status="error"><msg><line>No such node</line></msg></response>'
    inner = "".join(to_text(node) for node in nodes)
    if counted:
        mark = f'total-count="{len(nodes)}" count="{len(nodes)}"'
        return f'<response status="success" code="19"><result {mark}>{inner}</result></response>'
    return f'<response status="success"><result>{inner}</result></response>'


def _write(world: World, admin: Admin, action: str, xpath: str, element: str) -> str:
    if action == "delete":
        if world.config.delete(xpath, admin.name):
            return SUCCEEDED
        return '<response status="success" code="7"><msg>Object doesn\'t exist</msg></response>'
    try:
        elements = list(ET.fromstring(f"<x>{element}</x>"))
    except ET.ParseError:
        raise CommandError(" element is malformed", 18) from None
    if not elements:
        raise CommandError(" element is missing", 12)
    for node in elements:
        _check(node)
    if action == "set":
        world.config.set(xpath, elements, admin.name)
    elif action == "edit":
        wanted = xpath.rstrip("/").rsplit("/", 1)[-1].split("[")[0]
        if len(elements) != 1 or (elements[0].tag != wanted and "[" not in xpath):
            raise CommandError(f" {elements[0].tag} does not fit the xpath", 12)
        world.config.edit(xpath, elements[0], admin.name)
    else:
        raise CommandError(f" config -> {action} is unexpected", 17)
    return SUCCEEDED


def _check(node: ET.Element) -> None:
    for entry in node.iter("exclude"):
        if (entry.text or "").strip() not in ("yes", "no"):
            raise CommandError(" exclude is invalid", 12)
    for entry in node.iter("description"):
        if len(entry.text or "") > 1023:
            raise CommandError(" description is invalid, string is too long", 12)
