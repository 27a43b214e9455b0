# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configuration mode of the command line."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from dataclasses import dataclass

from .commands import CommandError, tokens
from .config import clean, find
from .config_default import DEVICE, VSYS
from .parts import Admin
from .world import NOTHING_TO_COMMIT, Refused, World

ENTRIES = {"ssl-exclude-cert", "service", "destination", "zone", "rules", "ethernet", "users", "vsys", "tag"}
LEAVES = {
    "exclude",
    "description",
    "interface",
    "hostname",
    "ip-netmask",
    "fqdn",
    "cloud-server",
    "primary",
    "secondary",
    "action",
    "disabled",
    "timezone",
}


def xpath_of(words: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """The xpath that words of a set or delete command mean, and the leaves with their values."""
    if not words:
        raise CommandError("Invalid syntax.", 17, syntax=True)
    if words[0] in ("shared", "mgt-config"):
        path, rest = "/config", list(words)
    elif words[0] in ("deviceconfig", "network", "vsys"):
        path, rest = DEVICE, list(words)
    else:
        path, rest = VSYS, list(words)
    leaves: list[tuple[str, str]] = []
    while rest:
        word = rest.pop(0)
        top_address = word == "address" and path in (VSYS, "/config/shared")
        if (word in ENTRIES or top_address) and rest:
            path += f"/{word}/entry[@name='{rest.pop(0)}']"
        elif (word in LEAVES or (word == "address" and not top_address)) and not top_address:
            leaves.append((word, rest.pop(0) if rest else ""))
        else:
            path += f"/{word}"
    return path, leaves


def curly(xml: str) -> str:
    """Configuration in the command line's default format."""

    def lines(node: ET.Element, depth: int) -> list[str]:
        pad = "  " * depth
        name = node.get("name") if node.tag == "entry" else node.tag
        if node.findall("member"):
            return [f"{pad}{name} [ {' '.join(m.text or '' for m in node.findall('member'))} ];"]
        if len(node) == 0:
            return [f"{pad}{name} {node.text};" if (node.text or "").strip() else f"{pad}{name};"]
        inner = [line for child in node for line in lines(child, depth + 1)]
        return [f"{pad}{name} {{", *inner, f"{pad}}}"]

    root = clean(ET.fromstring(f"<x>{xml}</x>"))
    return "\n".join(line for child in root for line in lines(child, 0)) + "\n"


@dataclass
class ConfigureMode:
    """What one administrator does after `configure`."""

    world: World
    admin: Admin

    async def execute(self, line: str) -> AsyncIterator[str]:
        """Run one line; the output may come in pieces."""
        words = tokens(line)
        try:
            if words[0] == "commit":
                async for text in self._commit(words[1:]):
                    yield text
            elif words[0] in ("set", "delete"):
                yield self._write(words[0], words[1:])
            elif words[0] == "show":
                path, _ = xpath_of(words[1:]) if len(words) > 1 else ("/config", [])
                yield curly(
                    "".join(ET.tostring(n, encoding="unicode") for n in find(self.world.config.candidate, path))
                )
            elif words[0] == "revert":
                self.world.config.revert()
                yield "Config reverted\n"
            elif words[0] in ("top", "up", "edit"):
                yield ""
            else:
                raise CommandError(f"Unknown command: {words[0]}", 1, syntax=True)
        except Refused as error:
            raise CommandError(error.text, error.code) from None

    def _write(self, action: str, words: list[str]) -> str:
        if not self.admin.may_write():
            raise CommandError("Unauthorized request", 16)
        self.world.check_unlocked(self.admin.name)
        path, leaves = xpath_of(words)
        config = self.world.config
        if action == "delete":
            for name in [leaf for leaf, _ in leaves] or [""]:
                if not config.delete(f"{path}/{name}" if name else path, self.admin.name):
                    return "Object doesn't exist\n"
            return ""
        if not leaves:
            parent, _, last = path.rpartition("/")
            element = ET.Element(last.split("[")[0])
            if "@name='" in last:
                element.set("name", last.split("@name='")[1].rstrip("']"))
            config.set(parent, [element], self.admin.name)
            return ""
        elements = []
        for name, value in leaves:
            if not value or (name == "exclude" and value not in ("yes", "no")):
                raise CommandError("Invalid syntax.", 17, syntax=True)
            element = ET.Element(name)
            element.text = value
            elements.append(element)
        config.set(path, elements, self.admin.name)
        return ""

    async def _commit(self, words: list[str]) -> AsyncIterator[str]:
        rest, force, partial, text, admins = list(words), False, False, "", []
        while rest:
            word = rest.pop(0)
            if word == "force":
                force = True
            elif word == "partial":
                partial = True
            elif word == "description" and rest:
                text = rest.pop(0)
            elif word == "admin" and rest:
                admins.append(rest.pop(0))
            else:
                raise CommandError("Invalid syntax.", 17, syntax=True)
        if not self.admin.may_write():
            raise CommandError("Unauthorized request", 16)
        job = self.world.commit(self.admin.name, force=force, partial=partial, admins=admins or None, text=text)
        if job is None:
            yield f"\n{NOTHING_TO_COMMIT}\n"
            return
        yield f"\nCommit job {job.number} is in progress. Use Ctrl+C to return to command prompt\n"
        yield "...."
        while job.active:
            await asyncio.sleep(0.05)
            self.world.refresh()
            yield f".{job.progress(self.world.now())}%"
        yield ".100%\n" if job.result == "OK" else "\n"
        yield "".join(line + "\n" for line in job.details())
        if job.result != "OK":
            yield "Commit failed\n"
