# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/causes and docs/requests.md from the code.

Run ``.venv/bin/python -m tests.tooling.pages``. A unit test fails when they differ from what this writes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.tooling.environment import COLLECTIONS, ROOT

PAGES = ROOT / "docs" / "causes"
REQUESTS = ROOT / "docs" / "requests.md"
ARTICLE = "https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW"
if str(COLLECTIONS) not in sys.path:
    sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import CauseEntry
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import ALLOWED, When
from ansible_collections.panops.mlav.plugins.module_utils._report.cause_page import Section, cause_page, filled
from tests.simulator.scenario import load
from tests.tooling.try_scenario import diagnosis, shown


def _section(section: Section) -> Iterator[str]:
    yield f"{'#' * section.level} {section.title}"
    yield ""
    for paragraph in section.paragraphs:
        yield paragraph
        yield ""
    if section.module is not None:
        name = section.module.rpartition(".")[2]
        yield f"[`panops.mlav.remediate`](../remediation.md) can do this, with the module `{name}`."
        yield ""


def page(cause: CauseEntry) -> str:
    """One cause's page."""
    lines = [
        f"# {cause.id}",
        "",
        f"**{cause.code}**: {cause.title}.",
        "",
        f'In the summary: "{filled(f"{cause.title}: {cause.essence}")}". Words in ‹› are the firewall\'s own values.',
        "",
        *(line for section in cause_page(cause.id) for line in _section(section)),
        "## What it looks like",
        "",
        "The diagnosis of a simulated firewall, with the checks that show the cause:",
        "",
        "```text",
        shown(diagnosis(load(cause.id))),
        "```",
        "",
        "## What the article says",
        "",
        f"{cause.article} ([The article]({ARTICLE}), in our own words.)",
    ]
    return "\n".join(lines).rstrip() + "\n"


def index() -> str:
    """The list of all causes."""
    rows = [f"| [{cause.id}]({cause.id}.md) | {cause.code} | {cause.title} |" for cause in CATALOGUE.values()]
    return "\n".join(["# Causes", "", "| cause | code | in short |", "|---|---|---|", *rows]) + "\n"


WHEN: dict[When, str] = {
    "always": "Every firewall",
    "not_connected": "Only a firewall that is not connected",
    "disconnected": "A firewall that is not connected, any with `depth: full`; some of it by the doctor",
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
