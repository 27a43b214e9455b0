# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files: a short YAML becomes a world."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import yaml_text
from .parts import ScenarioError, WorldSpec, build, merge
from .switches import Access, Faults, Switches
from .world import World

SCENARIOS = Path(__file__).parent / "scenarios"
FLEETS = Path(__file__).parent / "fleets"
PANORAMA = "panorama"
SECTIONS = ("name", "description", "expect", "firewall", "switches", "faults", "access")


@dataclass
class Scenario:
    """One scenario, read but not yet alive."""

    name: str
    description: str = ""
    expect: dict[str, Any] = field(default_factory=dict)
    firewall: dict[str, Any] = field(default_factory=dict)
    switches: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)
    access: dict[str, Any] = field(default_factory=dict)

    def world(self, hostname: str = "", now: Callable[[], float] = time.time) -> World:
        """A fresh world of this scenario, with a clock of the caller's own where one is given.

        `hostname` is for a firewall whose scenario names none.
        """
        data = copy.deepcopy(self.firewall)
        if hostname:
            data.setdefault("hostname", hostname)
        return World(
            spec=build(WorldSpec, data, f"{self.name}: firewall: "),
            switches=build(Switches, copy.deepcopy(self.switches), f"{self.name}: switches: "),
            faults=build(Faults, copy.deepcopy(self.faults), f"{self.name}: faults: "),
            access=build(Access, copy.deepcopy(self.access), f"{self.name}: access: "),
            now=now,
        )


def load(source: str | Path | dict[str, Any], changes: dict[str, Any] | None = None) -> Scenario:
    """A scenario by name, by file or from a mapping; `changes` are merged over it."""
    if isinstance(source, dict):
        data = source
    elif source == PANORAMA:
        data = vars(panorama_scenario())
    else:
        path = SCENARIOS / f"{source}.yml" if not str(source).endswith(".yml") else Path(source)
        if not path.is_file():
            path = SCENARIOS / path.name
        if not path.is_file():
            raise ScenarioError(f"no scenario {source}; there are: {', '.join(names())}")
        data = yaml_text.load(path.read_text(encoding="utf-8"))
    data = merge({"name": "unnamed", **data}, changes or {})
    unknown = sorted(set(data) - set(SECTIONS))
    if unknown:
        raise ScenarioError(f"{data['name']}: unknown sections {unknown}")
    return Scenario(**data)


def names() -> list[str]:
    """All scenarios that are there."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yml"))


def panorama_scenario(model: str = "Panorama") -> Scenario:
    """A Panorama in front of firewalls; it has no connection to the MLAV cloud of its own."""
    firewall: dict[str, Any] = {
        "model": model,
        "family": "pc" if model == "Panorama" else "m",
        "interfaces": [],
        "licences": [],
        "templates": ["branch"],
        "template_stacks": ["branch-stack"],
    }
    return Scenario(PANORAMA, "A Panorama in front of firewalls", {}, firewall, access={"ssh": "none"})
