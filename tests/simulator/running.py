# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets for tests: a thread of their own, and a pleasant way in."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .fleet import Firewall, Fleet, FleetEntry, entries_of, read_fleet
from .scenario import load

Entry = str | dict[str, Any] | FleetEntry


def _entries(item: Entry, index: int) -> list[FleetEntry]:
    if isinstance(item, FleetEntry):
        return [item]
    if isinstance(item, dict) and "scenario" in item:
        return entries_of(item, f"fw-{index}")
    return [FleetEntry(f"fw-{index}", load(item))]


class _Thread:
    """An event loop that runs a fleet beside the test."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    def _run(self) -> None:
        # Coverage would follow each of its lines, only to find that none is measured.
        sys.settrace(None)
        self.loop.run_forever()

    def start(self) -> None:
        self.loop.set_exception_handler(lambda _loop, _context: None)  # refused handshakes are part of the game
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.fleet.start(), self.loop).result(120)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._shut_down(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def _shut_down(self) -> None:
        await self.fleet.stop()
        mine = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)


@contextmanager
def running_fleet(fleet: str | Path | Sequence[Entry], directory: Path | None = None) -> Iterator[Fleet]:
    """Run a fleet: the name or path of a fleet file, or a list of scenarios (names, mappings, entries)."""
    if isinstance(fleet, str | Path):
        entries = read_fleet(fleet)
    else:
        entries = [entry for index, item in enumerate(fleet, 1) for entry in _entries(item, index)]
    with tempfile.TemporaryDirectory(prefix="simulator-") as temporary:
        thread = _Thread(Fleet(entries, directory or Path(temporary)))
        try:
            thread.start()
            yield thread.fleet
        finally:
            thread.stop()


@contextmanager
def running_firewall(
    scenario: str | Path | dict[str, Any],
    changes: dict[str, Any] | None = None,
    *,
    name: str = "fw-1",
    panorama: str = "",
    directory: Path | None = None,
) -> Iterator[Firewall]:
    """Run one firewall of a scenario; `changes` are merged over it."""
    with running_fleet([FleetEntry(name, load(scenario, changes), panorama)], directory) as fleet:
        yield fleet.firewalls[name]
