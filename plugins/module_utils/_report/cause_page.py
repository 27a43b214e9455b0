# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cause's page, as values: what proves it, what rules it out, what to do. docs/causes shows the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import CauseEntry, RemedyEntry

ACTORS = {
    "firewall_admin": "an administrator of the firewall",
    "network_admin": "an administrator of the network",
    "decryption_admin": "the owner of the device that decrypts",
    "vendor": "customer support",
    "nobody": "nobody: wait",
}


@dataclass(frozen=True)
class Section:
    """``level``: 2 for a section, 3 for a variant of "What to do". ``module``: the module that can do it."""

    level: int
    title: str
    paragraphs: tuple[str, ...]
    module: str | None = None


def cause_page(cause_id: str) -> tuple[Section, ...]:
    """The sections of the page; none for an id that is not in the catalogue."""
    cause = CATALOGUE.get(cause_id)
    return tuple(_sections(cause)) if cause is not None else ()


def _sections(cause: CauseEntry) -> Iterator[Section]:
    yield Section(2, "What proves it", (filled(cause.proven_by),))
    yield Section(2, "What rules it out", (filled(cause.ruled_out_by),))
    yield _remedy(2, "What to do", cause.remedy)
    for name, variant in cause.variants.items():
        yield _remedy(3, f"Variant: {name.replace('_', ' ')}", variant)


def _remedy(level: int, title: str, remedy: RemedyEntry) -> Section:
    window = "in a maintenance window" if remedy.needs_maintenance_window else "at any time"
    who = f"Who: {ACTORS[remedy.actor]}. Risk: {remedy.risk}. When: {window}."
    return Section(level, title, (filled(remedy.text), who), remedy.module)


def filled(text: str) -> str:
    """The catalogue's text, with a name in angle brackets where a diagnosis has the firewall's own value."""
    return re.sub(r"\{(\w+)\}", lambda found: f"‹{found[1].replace('_', ' ')}›", text)
