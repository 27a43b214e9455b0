# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as archives: one tech-support file for each firewall, and what a diagnosis should find in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from .fleet import FleetEntry
from .parts import is_panorama
from .techsupport import write_archive


def write_archives(entries: Sequence[FleetEntry], directory: Path) -> list[Path]:
    """Write NAME.tgz for each firewall, and expected.json; a Panorama gets neither."""
    directory.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    expected = []
    for entry in entries:
        world = entry.scenario.world(entry.name)
        if is_panorama(world.spec):
            continue
        world.access.panorama = bool(entry.panorama)
        written.append(write_archive(world, directory / f"{entry.name}.tgz"))
        expected.append({"name": entry.name, "scenario": entry.scenario.name, "expect": entry.scenario.expect})
    (directory / "expected.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")
    return written
