# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/causes and docs/requests.md from what the code says: ``.venv/bin/python -m tests.tooling.pages``.

A unit test fails when the pages are not what this writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from tests.tooling.environment import COLLECTIONS, ROOT

PAGES = ROOT / "docs" / "causes"
REQUESTS = ROOT / "docs" / "requests.md"
if str(COLLECTIONS) not in sys.path:
    sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import (
    CATALOGUE,
    CauseEntry,
    RemedyEntry,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import ALLOWED, When
from tests.simulator.scenario import load
from tests.tooling import article
from tests.tooling.try_scenario import diagnosis, shown

ACTORS = {
    "firewall_admin": "an administrator of the firewall",
    "network_admin": "an administrator of the network",
    "decryption_admin": "the owner of the device that decrypts",
    "vendor": "customer support",
    "nobody": "nobody: wait",
}


def _filled(text: str) -> str:
    """The catalogue's text with a name in angle brackets wherever a diagnosis puts the firewall's own value."""
    return re.sub(r"\{(\w+)\}", lambda found: f"‹{found[1].replace('_', ' ')}›", text)


def _remedy(remedy: RemedyEntry) -> Iterator[str]:
    yield _filled(remedy.text)
    yield ""
    window = "in a maintenance window" if remedy.needs_maintenance_window else "at any time"
    yield f"Who: {ACTORS[remedy.actor]}. Risk: {remedy.risk}. When: {window}."
    yield ""
    if remedy.module is not None:
        name = remedy.module.rpartition(".")[2]
        yield f"[`panops.mlav.remediate`](../remediation.md) can do this, with the module `{name}`."
        yield ""


def page(cause: CauseEntry) -> str:
    """One cause's page."""
    lines = [
        f"# {cause.id}",
        "",
        f"**{cause.code}**: {cause.title}.",
        "",
        f'The diagnosis says: "{_filled(cause.essence)}". Words in ‹› are the firewall\'s own values.',
        "",
        "## What proves it",
        "",
        _filled(cause.proven_by),
        "",
        "## What rules it out",
        "",
        _filled(cause.ruled_out_by),
        "",
        "## What to do",
        "",
        *_remedy(cause.remedy),
    ]
    for name, variant in cause.variants.items():
        lines += [f"### Variant: {name.replace('_', ' ')}", "", *_remedy(variant)]
    lines += [
        "## What it looks like",
        "",
        "The diagnosis of a simulated firewall, with the checks that the cause rests on:",
        "",
        "```text",
        shown(diagnosis(load(cause.id))),
        "```",
        "",
        "## What the article says",
        "",
        f"{article.SAYS[cause.id]} ([The article]({article.URL}), in our own words.)",
    ]
    return "\n".join(lines).rstrip() + "\n"


def index() -> str:
    """The list of all causes."""
    rows = [f"| [{cause.id}]({cause.id}.md) | {cause.code} | {cause.title} |" for cause in CATALOGUE.values()]
    return "\n".join(["# Causes", "", "| cause | code | in short |", "|---|---|---|", *rows]) + "\n"


WHEN: dict[When, str] = {
    "always": "Every firewall",
    "not_connected": "Only a firewall that is not connected",
    "disconnected": "A firewall that is not connected, or any with `depth: full`",
    "option": "Only where an option asks for it",
    "remediation": "Only by the modules and playbooks that change something",
    "panorama": "A Panorama, by the inventory plugin",
}


def requests_page() -> str:
    """Everything that may be sent, by when it is."""
    lines = [
        "# What is sent to a device",
        "",
        "Nothing else is: a test fails when another request is sent. A word in capitals stands for a value. A passive",
        "HA peer is asked as an active one. A firewall is also asked in full when its status is unknown or busy.",
    ]
    for when, title in WHEN.items():
        lines += ["", f"## {title}", "", "| request | for | costs the device | safe since |", "|---|---|---|---|"]
        for entry in ALLOWED:
            if entry.when == when:
                pattern = entry.pattern.replace("|", "\\|")
                lines.append(f"| `{pattern}` | {entry.purpose} | {entry.cost} | {entry.safe} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {"README.md": index(), **{f"{cause.id}.md": page(cause) for cause in CATALOGUE.values()}}


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    for old in PAGES.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    REQUESTS.write_text(requests_page(), encoding="utf-8")
