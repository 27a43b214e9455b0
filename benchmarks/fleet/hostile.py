# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sweep in which some firewalls answer hostile XML, beside the same sweep without them.

    .venv/bin/python -m benchmarks.fleet.hostile [--firewalls 200] [--hostile 20] [--runs 3]

Both are run in turn, and the medians compared. The exit code is 1 where a command fails or a firewall is judged
wrongly, 2 where a figure is above its limit. Linux only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.fleet.measuring import AT_ONCE, PLAYBOOKS, PORT, Fleet, Taken, playbook, simulated, timed
from benchmarks.fleet.page import Ratio
from tests.tooling.environment import Failed, link_collection

KINDS = ("elements", "attributes", "depth", "text")
# What two runs of the very same differ by on a machine that others use as well.
NOISE = 1.25
MOST_MB = 150


@dataclass(frozen=True)
class Swept:
    """One sweep: what it took, milliseconds for each honest firewall, and requests of each hostile one."""

    taken: Taken
    honest_ms: tuple[int, ...]
    hostile_requests: tuple[int, ...]


def sweep(firewalls: int, hostile: int, port: int = PORT) -> Swept:
    """Sweeps so many firewalls, of which so many are hostile.

    Raises:
        Failed: the command failed, an honest firewall is not healthy, or a hostile one is anything but undetermined.
    """
    kinds = {kind: len(range(start, hostile, len(KINDS))) for start, kind in enumerate(KINDS)}
    with simulated(firewalls, 0, hostile={kind: count for kind, count in kinds.items() if count}, port=port) as fleet:
        command = playbook(fleet, PLAYBOOKS / "sweep.yml", mlav_sweep_parallel=str(AT_ONCE))
        taken = timed(command, fleet.folder / "said.txt")
        found = _found(fleet)
        asked = {one["name"]: one for one in json.loads((fleet.folder / "fleet.json").read_text(encoding="utf-8"))}
        counts = dict(zip(asked, fleet.statistics(), strict=True))
    bad = [item for item in found if item["host"].startswith("hostile-")]
    good = [item for item in found if item not in bad]
    if len(bad) != hostile or any(item["verdict"] != "undetermined" or item["causes"] for item in bad):
        raise Failed("a hostile firewall was judged by what it sent")
    if any("too large" not in item["summary"] for item in bad):
        raise Failed("a hostile firewall's answer was not refused for its size")
    if len(good) != firewalls - hostile or any(item["verdict"] != "healthy" for item in good):
        raise Failed("a healthy firewall was judged otherwise")
    requests = tuple(counts[item["host"]]["requests"] for item in bad)
    return Swept(taken, tuple(_milliseconds(item) for item in good), requests)


def _found(fleet: Fleet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((fleet.folder / "report" / "diagnoses.json").read_text(encoding="utf-8"))
    return found


def _milliseconds(diagnosis: dict[str, Any]) -> int:
    return max(check["duration_ms"] or 0 for check in diagnosis["checks"])


def ratios(without: Sequence[Swept], beside: Sequence[Swept]) -> Iterator[Ratio]:
    """Of the sweeps with hostile firewalls to those without."""
    yield Ratio("MB of the largest process", max(run.taken.largest_mb for run in beside), MOST_MB)
    honest = [statistics.median(statistics.mean(run.honest_ms) for run in runs) for runs in (without, beside)]
    yield Ratio("time of an honest firewall beside hostile ones by that without them", honest[1] / honest[0], NOISE)
    wall = [statistics.median(run.taken.wall_s for run in runs) for runs in (without, beside)]
    yield Ratio("seconds of the sweep by those without hostile ones", wall[1] / wall[0], NOISE)
    cpu = [statistics.median(run.taken.cpu_s for run in runs) for runs in (without, beside)]
    yield Ratio("CPU of the sweep by that without hostile ones", cpu[1] / cpu[0], NOISE)
    yield Ratio("requests to a hostile firewall", max(max(run.hostile_requests) for run in beside), 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.fleet.hostile", description="A sweep beside hostile firewalls.")
    parser.add_argument("--firewalls", type=int, default=200, help="how many in all")
    parser.add_argument("--hostile", type=int, default=20, help="how many of them answer hostile XML")
    parser.add_argument("--runs", type=int, default=3, help="how often each sweep is run")
    given = parser.parse_args()
    link_collection()
    without: list[Swept] = []
    beside: list[Swept] = []
    try:
        for _run in range(given.runs):
            for runs, hostile in ((without, 0), (beside, given.hostile)):
                runs.append(sweep(given.firewalls, hostile))
                taken = runs[-1].taken
                print(
                    f"{given.firewalls:4} firewalls, {hostile:3} hostile  {taken.wall_s:6.2f} s"
                    f"  {taken.cpu_s:6.2f} s CPU"
                    f"  {taken.largest_mb:5.0f} MB  {statistics.mean(runs[-1].honest_ms):6.1f} ms an honest one",
                    flush=True,
                )
    except Failed as problem:
        print(f"\nFAILED: {problem}", file=sys.stderr)
        return 1
    found = list(ratios(without, beside))
    print("", *found, sep="\n")
    return 0 if all(ratio.met for ratio in found) else 2


if __name__ == "__main__":
    sys.exit(main())
