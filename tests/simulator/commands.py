# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of operational commands: one table for both the XML API and the command line."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

from .parts import Admin
from .switches import Switches
from .world import World


class CommandError(Exception):
    """An answer that says no. `syntax` errors look different on the command line."""

    def __init__(self, text: str, code: int = 0, syntax: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.syntax = syntax


@dataclass
class Reply:
    """A good answer. Without `xml` the API wraps the text as the scenario's switch says."""

    text: str = ""
    xml: str | None = None
    shape: str = ""
    code: int = 0
    then: str = ""  # what the command line prints after Ctrl-C; the command runs until then
    full_screen: bool = False  # less: waits for q


@dataclass
class Request:
    """A command that has been understood."""

    command: Command
    admin: Admin
    via: str
    params: dict[str, str] = field(default_factory=dict)
    through_panorama: bool = False

    @property
    def label(self) -> str:
        """What statistics and faults call it."""
        return " ".join(self.command.path)


Handler = Callable[[World, Request], Reply]


@dataclass(frozen=True)
class Command:
    """One row of the table."""

    path: tuple[str, ...]
    run: Handler
    values: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    positional: str = ""
    required: frozenset[str] = frozenset()


TABLE: dict[tuple[str, ...], Command] = {}
PREFIXES: set[tuple[str, ...]] = set()


def command(
    path: str, values: str = "", flags: str = "", positional: str = "", required: str = ""
) -> Callable[[Handler], Handler]:
    """Enter a handler into the table."""

    def register(run: Handler) -> Handler:
        key = tuple(path.split())
        TABLE[key] = Command(
            key,
            run,
            frozenset(values.split()),
            frozenset(flags.split()),
            positional,
            frozenset(required.split()),
        )
        PREFIXES.update(key[:length] for length in range(1, len(key) + 1))
        return run

    return register


def from_xml(text: str) -> tuple[Command, dict[str, str]]:
    """Understand the cmd of an API request."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        raise CommandError(f" {text.strip()[:60]} is malformed", 18) from None
    path: tuple[str, ...] = (root.tag,)
    if path not in PREFIXES:
        raise CommandError(f" {root.tag} is unexpected", 17)
    node = root
    while True:
        child = next((c for c in node if (*path, c.tag) in PREFIXES), None)
        if child is None:
            break
        path, node = (*path, child.tag), child
    found = TABLE.get(path)
    if found is None:
        missing = [*path, *(c.tag for c in list(node)[:1])]
        raise CommandError(f" {' -> '.join(missing)} is unexpected", 17)
    params = {e.tag: (e.text or "").strip() for e in node.iter() if e is not node}
    if found.positional and (node.text or "").strip():
        params[found.positional] = (node.text or "").strip()
    allowed = found.values | found.flags | {"member", found.positional}
    for name in params:
        if name not in allowed:
            raise CommandError(f" {' -> '.join((*path, name))} is unexpected", 17)
    for name in found.required - set(params):
        raise CommandError(f" {' -> '.join(path)} needs to have non NULL value ({name})", 17)
    return found, params


def tokens(line: str) -> list[str]:
    """Words of a command line; quotes keep words together."""
    return [a or b or c for a, b, c in re.findall(r'"([^"]*)"|\'([^\']*)\'|(\S+)', line)]


def from_cli(line: str) -> tuple[Command, dict[str, str]]:
    """Understand a line typed at the operational prompt."""
    words = tokens(line)
    length = max((n for n in range(1, len(words) + 1) if tuple(words[:n]) in PREFIXES), default=0)
    if length == 0:
        raise CommandError(f"Unknown command: {words[0]}", 1, syntax=True)
    found = TABLE.get(tuple(words[:length]))
    if found is None:
        raise CommandError("Invalid syntax.", 17, syntax=True)
    params: dict[str, str] = {}
    rest = words[length:]
    while rest:
        word = rest.pop(0)
        if word in found.values and rest:
            params[word] = rest.pop(0)
            # "subtype equal general": the word between is part of the log filter's grammar.
            if params[word] in ("equal", "contains") and rest:
                params[word] = rest.pop(0)
        elif word in found.flags:
            params[word] = ""
        elif found.positional and found.positional not in params:
            params[found.positional] = word
        else:
            raise CommandError("Invalid syntax.", 17, syntax=True)
    if found.required - set(params):
        raise CommandError("Invalid syntax.", 17, syntax=True)
    return found, params


def refuse_over_api(request: Request, switches: Switches) -> None:
    """Raise for the families that this firewall keeps from the API."""
    family = request.command.path[0]
    refused = switches.refused_over_api
    if request.through_panorama:
        refused = [*refused, *switches.refused_through_panorama]
    if family in refused or any(f" {request.label} ".startswith(f" {name} ") for name in refused):
        raise CommandError(switches.refusal.format(family=family), 17)
