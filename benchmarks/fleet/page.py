# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures as tables, and the ratios that the collection is measured by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.fleet.measuring import AT_ONCE, Measured, Row, Ssh

BEGIN, END = "<!-- begin: written by make benchmark -->", "<!-- end: written by make benchmark -->"
MEGABYTE_IN_KB = 1024
TITLES = {
    "noop_action": "a task that does nothing",
    "diagnosis": "**diagnosis**",
    "diagnosis_full": "diagnosis, `mlav_depth: full`",
    "sweep": "**sweep**",
    "bare_async": "bare asynchronous client, no Ansible",
    "step_modules": "a module for each step",
}


@dataclass(frozen=True)
class Ratio:
    """A figure with its limit."""

    what: str
    value: float
    limit: float

    @property
    def met(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        return f"{self.what}: {self.value:.2f}, at most {self.limit:g}: {'met' if self.met else 'MISSED'}"


def ratios(rows: Sequence[Row], ssh: Ssh | None) -> Iterator[Ratio]:
    """Those that these rows allow."""
    by_key = {(row.way, row.firewalls, row.latency_ms): row for row in rows}
    for (way, firewalls, latency), row in by_key.items():
        at = f"{firewalls} firewalls, {latency} ms"
        noop, bare = by_key.get(("noop_action", firewalls, latency)), by_key.get(("bare_async", firewalls, latency))
        small = by_key.get((way, 200, latency))
        if way == "diagnosis":
            yield Ratio(f"requests of a diagnosis, {at}", row.requests_per_firewall, 4)
        if way in ("diagnosis", "diagnosis_full"):
            yield Ratio(f"TLS handshakes, {way}, {at}", row.handshakes_per_firewall, 1)
        if way == "diagnosis" and firewalls >= 200 and noop:
            ratio = row.cpu_s_per_firewall / noop.cpu_s_per_firewall
            yield Ratio(f"CPU of a diagnosis by that of a task that does nothing, {at}", ratio, 2.5)
        if way in ("diagnosis", "diagnosis_full") and firewalls == 1000 and small:
            grown = (row.peak_memory_mb - small.peak_memory_mb) * MEGABYTE_IN_KB / (firewalls - small.firewalls)
            yield Ratio(f"KB of memory per further firewall, {way}, {latency} ms", grown, 100)
        if way in ("diagnosis", "diagnosis_full", "sweep") and firewalls == 1000 and small:
            growth = row.cpu_s_per_firewall / small.cpu_s_per_firewall
            yield Ratio(f"CPU per firewall of 1000 by that of 200, {way}, {latency} ms", growth, 1.2)
        if way == "sweep" and firewalls == 1000:
            yield Ratio(f"MB of memory of a sweep, {at}", row.peak_memory_mb, 250)
            if latency == 50 and bare:
                yield Ratio(f"time of a sweep by that of a bare client, {at}", row.wall_s / bare.wall_s, 2)
    if ssh is not None:
        yield Ratio("seconds that SSH takes above the time of the device", ssh.above_device_s, 0.5)
        yield Ratio("SSH sessions of a diagnosis", ssh.sessions, 1)


def tables(measured: Sequence[Measured]) -> Iterator[str]:
    """One table for each size and latency."""
    cases = dict.fromkeys((found.row.firewalls, found.row.latency_ms) for found in measured)
    for firewalls, latency in cases:
        yield f"{firewalls} firewalls, {latency} ms until each answer:"
        yield ""
        yield "| way | seconds | CPU ms / firewall | requests | TLS handshakes | peak MB | simulator's CPU |"
        yield "|---|---|---|---|---|---|---|"
        for found in measured:
            row = found.row
            if (row.firewalls, row.latency_ms) == (firewalls, latency):
                yield (
                    f"| {TITLES[row.way]} | {row.wall_s:.1f} | {row.cpu_s_per_firewall * 1000:.1f} "
                    f"| {row.requests_per_firewall:g} | {row.handshakes_per_firewall:g} | {row.peak_memory_mb:.0f} "
                    f"| {found.simulator_share:.0%} |"
                )
        yield ""


def section(measured: Sequence[Measured], ssh: Ssh | None, where_and_when: str) -> str:
    """What stands between the marks in docs/performance.md."""
    rows = [found.row for found in measured]
    lines = [
        BEGIN,
        where_and_when,
        "",
        "Each figure is that of a run on a fresh fleet, up to 200 firewalls the median of three by their CPU. CPU",
        "is that of the command and its processes, memory that of the one that controls them. The simulated",
        "firewalls' own CPU is the last column, in per cent of one core: near 100 %, they would be what is measured.",
        f"Playbooks run with {AT_ONCE} forks; the sweep and the bare client ask {AT_ONCE} at a time.",
        "",
        *tables(measured),
        "What is wanted of them:",
        "",
        *(f"- {ratio}" for ratio in ratios(rows, ssh)),
        "",
        END,
    ]
    return "\n".join(lines)


def replaced(page: str, new: str) -> str:
    """The page with what stands between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no lines {BEGIN} and {END}")
    return f"{before}{new}{after}"
