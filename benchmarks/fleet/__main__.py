# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the playbooks on simulated fleets against Ansible's own floor and a bare asynchronous client.

    make benchmark
    .venv/bin/python -m benchmarks.fleet [--firewalls 50 200 1000] [--latency 0 50] [--ways sweep bare_async]

Leaves build/benchmark/results.json. Where nothing is left out, the tables in docs/performance.md are written anew. The
exit code is 1 where a command fails or a firewall is judged wrongly, 2 where a figure is above its limit. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from benchmarks.fleet.measuring import WAYS, Measured, Ssh, measure, measure_ssh
from benchmarks.fleet.page import ratios, replaced, section
from tests.tooling.environment import BUILD, ROOT, Failed, link_collection

RESULTS = BUILD / "benchmark" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
FIREWALLS, LATENCIES = [50, 200, 1000], [0, 50]


def where_and_when() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")), platform.machine()
    )
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {os.cpu_count()} cores of {model}, {platform.system()}, "
        f"Python {platform.python_version()}, ansible-core {version('ansible-core')}."
    )


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def run(given: argparse.Namespace) -> list[Measured]:
    measured: list[Measured] = []
    for latency in given.latency:
        for firewalls in given.firewalls:
            for way in given.ways:
                print(f"{way:15} {firewalls:5} firewalls {latency:3} ms  ", end="", flush=True)
                found = measure(way, firewalls, latency)
                row = found.row
                print(
                    f"{row.wall_s:7.2f} s  {row.cpu_s_per_firewall * 1000:6.1f} ms CPU  {row.peak_memory_mb:5.0f} MB"
                    f"  {row.requests_per_firewall:5.2f} requests  {row.handshakes_per_firewall:4.2f} handshakes"
                    f"  simulator {found.simulator_share:4.0%}",
                    flush=True,
                )
                measured.append(found)
                RESULTS.write_text(json.dumps([asdict(item.row) for item in measured], indent=1) + "\n")
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.fleet", description="Measures the playbooks on simulated fleets.")
    parser.add_argument("--firewalls", type=int, nargs="+", default=FIREWALLS, help="sizes of the fleets")
    parser.add_argument("--latency", type=int, nargs="+", default=LATENCIES, help="milliseconds until each answer")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    given = parser.parse_args()
    link_collection()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    ssh: Ssh | None = None
    try:
        measured = run(given)
        if "diagnosis_full" in given.ways:
            ssh = measure_ssh()
            print(f"SSH: {ssh.above_device_s:.2f} s above the time of the device, {ssh.sessions:g} sessions")
    except Failed as problem:
        print(f"\nFAILED: {problem}", file=sys.stderr)
        return 1
    found = list(ratios([item.row for item in measured], ssh))
    print("", *found, "", RESULTS.relative_to(ROOT), sep="\n")
    if set(FIREWALLS) <= set(given.firewalls) and set(LATENCIES) <= set(given.latency) and set(WAYS) == set(given.ways):
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(replaced(page, section(measured, ssh, where_and_when())), encoding="utf-8")
        print(PAGE.relative_to(ROOT))
    return 0 if all(ratio.met for ratio in found) else 2


if __name__ == "__main__":
    sys.exit(main())
