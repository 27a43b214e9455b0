# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another administrator, or the firewall itself, acts at the very moment a request comes: races without luck."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager

from .config_default import VSYS
from .world import OTHER_ADMIN, Refused, World


@contextmanager
def interference(world: World, label: str, via: str, user: str) -> Iterator[None]:
    """Around the request: what its faults of kind `interfere` say is done before and after it."""
    for what in world.faults.take_interference(label, via, after=False):
        interfere(world, what, user)
    yield
    for what in world.faults.take_interference(label, via, after=True):
        interfere(world, what, user)


def interfere(world: World, what: str, user: str) -> None:
    """Do one thing, as far as the firewall lets the other one do it. `user` is whose session is interfered with."""
    other = world.require_admin(OTHER_ADMIN).name
    try:
        if what == "edit":
            edit(world, other)
        elif what == "edit_same":
            edit(world, user)
        elif what in ("config_lock", "commit_lock"):
            world.take_lock(what.removesuffix("_lock"), other, "change window")
        elif what == "commit":
            world.commit(other, force=True)
        elif what == "content":
            world.jobs.add("Content", "Auto update agent", world.now(), world.switches.commit_seconds)
    except Refused:
        pass  # a lock or another job is in his way


def edit(world: World, admin: str) -> None:
    """Change an address object in the candidate; each time to another value."""
    world.check_unlocked(admin)
    element = ET.fromstring(f"<entry name='changed-by-{admin}'><ip-netmask/></entry>")
    element[0].text = f"203.0.113.{10 + len(world.config.changes)}"
    world.config.set(f"{VSYS}/address", [element], admin)
