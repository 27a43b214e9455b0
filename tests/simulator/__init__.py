# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated PAN-OS firewall: a small world with an XML API and an SSH command line."""

from __future__ import annotations

from .archives import write_archives
from .fleet import Firewall, Fleet, FleetEntry
from .front_end import FrontEnd, Step, front_end
from .running import running_firewall, running_fleet
from .scenario import Scenario, load, names
from .techsupport import Layout, archive_bytes, panorama_archive, write_archive
from .world import World

__all__ = [
    "Firewall",
    "Fleet",
    "FleetEntry",
    "FrontEnd",
    "Layout",
    "Scenario",
    "Step",
    "World",
    "archive_bytes",
    "front_end",
    "load",
    "names",
    "panorama_archive",
    "running_firewall",
    "running_fleet",
    "write_archive",
    "write_archives",
]
