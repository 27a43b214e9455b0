# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a fleet of simulated firewalls: python -m tests.simulator --fleet FILE --directory DIR."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from .archives import write_archives
from .fleet import Fleet, FleetEntry, read_fleet
from .parts import ScenarioError
from .scenario import load, names

SECONDS_BETWEEN_STATISTICS = 1.0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--fleet", help="a fleet file, or the name of one that comes with the simulator")
    what.add_argument("--scenario", action="append", help="a scenario by name or file; may be repeated")
    what.add_argument("--list", action="store_true", help="list the scenarios")
    parser.add_argument("--directory", type=Path, help="where inventory.yml, ca.pem and the rest go")
    parser.add_argument("--archives", type=Path, help="write tech-support archives there, and start nothing")
    parser.add_argument("--pid-file", type=Path, help="where to write the process id")
    return parser.parse_args()


async def run(fleet: Fleet, pid_file: Path | None) -> None:
    """Serve until a signal comes."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(lambda _loop, _context: None)  # refused handshakes are part of the game
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    await fleet.start()
    if pid_file is not None:
        pid_file.write_text(f"{os.getpid()}\n", encoding="utf-8")
    count = len(fleet.firewalls)
    print(f"ready: {count} firewalls, inventory {fleet.directory / 'inventory.yml'}", flush=True)
    (fleet.directory / "ready").write_text(f"{count}\n", encoding="utf-8")
    while not done.is_set():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(done.wait(), SECONDS_BETWEEN_STATISTICS)
        fleet.write_statistics()
    (fleet.directory / "ready").unlink(missing_ok=True)
    await fleet.stop()


def main() -> int:
    """Run the command line."""
    options = arguments()
    if options.list:
        print("\n".join(names()))
        return 0
    if options.directory is None and options.archives is None:
        print("--directory or --archives is needed", file=sys.stderr)
        return 2
    try:
        if options.fleet:
            entries = read_fleet(options.fleet)
        else:
            entries = [FleetEntry(f"fw-{n}", load(s)) for n, s in enumerate(options.scenario, 1)]
    except (ScenarioError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    if options.archives is not None:
        print(f"wrote {len(write_archives(entries, options.archives))} archives to {options.archives}")
        return 0
    asyncio.run(run(Fleet(entries, options.directory), options.pid_file))
    if options.pid_file is not None:
        options.pid_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
