# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole state of a firewall that a change could change, to be compared: nothing was touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .config import Change, clean, to_text

if TYPE_CHECKING:
    from .world import Commit, World


@dataclass(frozen=True)
class Snapshot:
    """Equal when nothing differs. Configurations without marks; jobs with number, kind, user and result."""

    candidate: str
    running: str
    pushed: str
    changes: tuple[Change, ...]
    jobs: tuple[tuple[int, str, str, str], ...]
    locks: tuple[tuple[str, str, str], ...]
    commits: tuple[Commit, ...]
    restarts: tuple[str, ...]


def take_snapshot(world: World) -> Snapshot:
    """The state as it is now."""
    config = world.config
    return Snapshot(
        to_text(clean(config.candidate)),
        to_text(clean(config.running)),
        to_text(clean(config.pushed)),
        tuple(config.changes),
        tuple((job.number, job.kind, job.user, job.result) for job in world.jobs.all),
        tuple((lock.admin, lock.kind, lock.comment) for lock in world.locks),
        tuple(world.commits),
        tuple(world.restarts),
    )
