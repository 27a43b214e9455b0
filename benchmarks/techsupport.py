# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the diagnosis of tech-support files against gzip, tarfile and unpacking: time, CPU and peak memory.

    .venv/bin/python benchmarks/techsupport.py [--megabytes 25 100 400] [--runs 3]

Archives of a simulated firewall are made in a temporary folder, which needs room for the largest of them unpacked.
Every way runs in a process of its own. Not measured are the start of the interpreter, imports and the making of
archives; the playbook is measured as a whole. Times are medians of the runs, memory is the largest of them. It fails
where a diagnosis does not find the cause. Leaves build/benchmark/techsupport.json. Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "build" / "collections")]

if TYPE_CHECKING:
    from tests.simulator.techsupport_parts import Member
    from tests.simulator.world import World

SCENARIO, CAUSE = "tls_interception", "tls_interception"
MEGABYTE = 1024**2
FILLER_MB = 16
SYSTEM_LOG_MB, CONFIGURATION_MB, ROTATIONS, ROTATION_MB = 80, 30, 10, 20
LARGE_MEMBERS_ARCHIVE_MB = 100
SIDE_BY_SIDE, FORKS = 4, 2
RESULTS = ROOT / "build" / "benchmark" / "techsupport.json"


@dataclass(frozen=True)
class Row:
    """What one way took; of the playbook ``peak_memory_mb`` is that of its largest process.

    ``members`` is "filler" where all but a few small files are other logs, "large" where what is read is large too.
    """

    way: str
    members: str
    archive_mb: float
    unpacked_mb: float
    wall_s: float
    cpu_s: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Made:
    """An archive that was made."""

    path: Path
    members: str
    archive_mb: float
    unpacked_mb: float


# --- the archives ---


def make(path: Path, megabytes: float, large: bool) -> Made:
    """Writes the archive of a simulated firewall, then other logs until it has its size."""
    from tests.simulator.scenario import load
    from tests.simulator.techsupport import Filler
    from tests.simulator.techsupport_parts import LOGS, frozen, members

    world = frozen(load(SCENARIO).world())
    found = members(world)
    unpacked = number = 0
    with path.open("wb") as file, gzip.open(file, "wb", 6) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        for member in enlarged(world, found) if large else found:
            tar.addfile(_info(member.name, len(member.data)), io.BytesIO(member.data))
            unpacked += len(member.data)
        while file.tell() < megabytes * MEGABYTE:
            number += 1
            name, size = f"{LOGS}/pan_task_{number}.log", FILLER_MB * MEGABYTE
            tar.addfile(_info(name, size), Filler(name, size))
            unpacked += size
    packed_mb = path.stat().st_size / MEGABYTE
    return Made(path, "large" if large else "filler", packed_mb, unpacked / MEGABYTE)


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    return info


def enlarged(world: World, found: Iterator[Member]) -> Iterator[Member]:
    """The same files, those that are read grown to what large firewalls have, and more rotations of the log."""
    from tests.simulator.techsupport_parts import LOGS, SAVED, Member

    newest = datetime.fromtimestamp(world.now(), timezone.utc) - timedelta(days=2)
    error = b""
    for member in found:
        if member.name == f"{LOGS}/devsrv.log":
            error = next(line for line in member.data.splitlines() if b"x509" in line)[len("2026-01-01 00:00:00") :]
        if member.name == "tmp/cli/logs/show_log_system.txt":
            older = lines(newest, "{:%Y/%m/%d %H:%M:%S} info     general        general 0  ", b"", SYSTEM_LOG_MB)
            yield replace(member, data=member.data + older)
        elif member.name == f"{SAVED}/running-config.xml":
            yield replace(member, data=member.data.replace(b"<shared>", b"<shared>" + addresses(CONFIGURATION_MB), 1))
        elif not member.name.startswith(f"{LOGS}/devsrv.log."):
            yield member
    for number in range(1, ROTATIONS + 1):
        head = "{:%Y-%m-%d %H:%M:%S}.123 -0400 debug: pan_cfg_work(pan_cfg.c:4711): "
        day = newest - timedelta(days=number)
        yield Member(f"{LOGS}/devsrv.log.{number}", lines(day, head, error, ROTATION_MB))


def lines(day: datetime, head: str, every_hundredth: bytes, megabytes: int) -> bytes:
    """Log lines of one day, again and again; every hundredth has what matters, if anything does."""
    dice = random.Random(str(day))  # noqa: S311
    text = bytearray()
    for second in range(20_000):
        moment = day + timedelta(seconds=second)
        line = f"{head.format(moment)}request {dice.getrandbits(64):016x} of client {dice.randrange(900)} finished\n"
        if every_hundredth and second % 100 == 0:
            line = line[: len("2026-01-01 00:00:00")] + every_hundredth.decode() + "\n"
        text += line.encode()
    return bytes(text * (megabytes * MEGABYTE // len(text) + 1))


def addresses(megabytes: int) -> bytes:
    """Address objects, as the configuration of a large firewall has them."""
    entry = (
        '<entry name="host-{0:06d}"><ip-netmask>10.{1}.{2}.{3}</ip-netmask><description>at {0}</description></entry>\n'
    )
    count = megabytes * MEGABYTE // len(entry.format(0, 100, 100, 100))
    made = (entry.format(n, n >> 16 & 255, n >> 8 & 255, n & 255) for n in range(count))
    return f"<address>{''.join(made)}</address>".encode()


# --- the ways: each runs alone in a process ---


def read_gzip(path: Path, _work: Path) -> None:
    with gzip.open(path) as content:
        while content.read(MEGABYTE):
            pass


def walk_tar(path: Path, _work: Path) -> None:
    with tarfile.open(path, "r|gz") as tar:
        for _member in tar:
            pass


def extract(path: Path, work: Path) -> None:
    with tarfile.open(path) as tar:
        tar.extractall(work / "unpacked", filter="data")


def diagnose(path: Path, _work: Path) -> None:
    from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context
    from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO

    given = {"path": str(path), "diagnose": True, "log_window": "24h", "log_entries": 500, "save_evidence": None}
    check(TECHSUPPORT_INFO.run(given, Context())["diagnoses"], 1)


def diagnose_folder(_path: Path, work: Path) -> None:
    diagnose(work / "unpacked", work)


def only_import(_path: Path, _work: Path) -> None:
    """What the interpreter and the libraries take."""


def run_playbook(path: Path, work: Path) -> None:
    from tests.tooling.environment import environment

    folder, home = work / "side-by-side", work / "home"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number in range(SIDE_BY_SIDE):
        (folder / f"fw-{number}.tgz").symlink_to(path)
    given = {"mlav_techsupport": str(folder), "mlav_report_dir": str(work / "report")}
    env = environment(ANSIBLE_FORKS=str(FORKS), ANSIBLE_HOME=str(home), HOME=str(home))
    ansible = str(Path(sys.executable).with_name("ansible-playbook"))
    playbook = str(ROOT / "playbooks" / "diagnose_techsupport.yml")
    command = [ansible, "-i", "localhost,", "-e", json.dumps(given), playbook]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    check(json.loads((work / "report" / "diagnoses.json").read_text(encoding="utf-8")), SIDE_BY_SIDE)


def check(diagnoses: Sequence[dict[str, Any]], count: int) -> None:
    """Speed is worth nothing where the answer is wrong."""
    found = [next((cause["id"] for cause in item["causes"]), item["verdict"]) for item in diagnoses]
    if found != [CAUSE] * count:
        raise SystemExit(f"the diagnoses are wrong. Expected: {[CAUSE] * count}. Actual: {found}.")


IMPORT, GZIP, WALK, EXTRACT = "import only", "gzip read-through", "tarfile walk", "tarfile extractall"
DIAGNOSIS, FOLDER = "diagnosis", "diagnosis, unpacked folder"
PLAYBOOK = f"playbook, {SIDE_BY_SIDE} archives, {FORKS} forks"
# The unpacked folder is what extractall has left.
WAYS: dict[str, Callable[[Path, Path], None]] = {
    IMPORT: only_import,
    GZIP: read_gzip,
    WALK: walk_tar,
    EXTRACT: extract,
    DIAGNOSIS: diagnose,
    FOLDER: diagnose_folder,
    PLAYBOOK: run_playbook,
}


def measure(way: str, path: Path, work: Path) -> dict[str, float]:
    """One run in this process: seconds of the clock and of CPU, and peak memory in megabytes."""
    if way in (IMPORT, DIAGNOSIS, FOLDER):
        import ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport  # noqa: F401
    own = way != PLAYBOOK
    who = resource.RUSAGE_SELF if own else resource.RUSAGE_CHILDREN
    before, clock = resource.getrusage(who), time.monotonic()
    WAYS[way](path, work)
    wall, after = time.monotonic() - clock, resource.getrusage(who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # ru_maxrss of this process would count what its parent had before this program took its place.
    kilobytes = _status("VmHWM") if own else after.ru_maxrss
    return {"wall_s": wall, "cpu_s": cpu, "peak_memory_mb": kilobytes / 1024}


def _status(field: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:"))


# --- the runs and their table ---


def run_ways(made: Made, work: Path, ways: Sequence[str], runs: int) -> list[Row]:
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(runs):
        shutil.rmtree(work / "unpacked", ignore_errors=True)
        for way in ways:
            arguments = [sys.executable, __file__, "--way", way, "--archive", str(made.path), "--work", str(work)]
            done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
            taken[way].append(json.loads(done.stdout))
    return [
        Row(
            way,
            made.members,
            round(made.archive_mb, 1),
            round(made.unpacked_mb, 1),
            round(statistics.median(run["wall_s"] for run in found), 2),
            round(statistics.median(run["cpu_s"] for run in found), 2),
            round(max(run["peak_memory_mb"] for run in found), 1),
        )
        for way, found in taken.items()
    ]


def table(rows: list[Row]) -> Iterator[str]:
    """The rows of one archive, with ratios of wall time."""
    walls = {row.way: row.wall_s for row in rows}
    first = rows[0]
    yield f"\n{first.archive_mb:.0f} MB, {first.unpacked_mb:.0f} MB unpacked, members: {first.members}\n"
    yield f"| way | wall, s | CPU, s | peak memory, MB | times {GZIP} | times {WALK} |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        ratios = [f"{row.wall_s / walls[base]:.2f}" if walls.get(base) else "" for base in (GZIP, WALK)]
        if row.way == IMPORT:
            ratios = ["", ""]
        yield f"| {row.way} | {row.wall_s:.2f} | {row.cpu_s:.2f} | {row.peak_memory_mb:.0f} | {' | '.join(ratios)} |"


def growth(rows: list[Row]) -> Iterator[str]:
    """How peak memory depends on the size of the archive."""
    imported = max(row.peak_memory_mb for row in rows if row.way == IMPORT)
    measured = [row for row in rows if row.way == DIAGNOSIS]
    yield f"\nPeak memory of the diagnosis above import only ({imported:.0f} MB):\n"
    for row in measured:
        yield f"- {row.archive_mb:.0f} MB, members: {row.members}: {row.peak_memory_mb - imported:.1f} MB"
    alike = sorted((row for row in measured if row.members == "filler"), key=lambda row: row.archive_mb)
    if len(alike) > 1:
        grown = alike[-1].peak_memory_mb - alike[0].peak_memory_mb
        yield f"- growth from {alike[0].archive_mb:.0f} to {alike[-1].archive_mb:.0f} MB: {grown:+.1f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the diagnosis of tech-support files.")
    parser.add_argument("--megabytes", type=float, nargs="+", default=[25, 100, 400], help="sizes of the archives")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY", help=", ".join(WAYS))
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--archive", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.archive, given.work)))
        return
    from tests.tooling.environment import link_collection

    link_collection()
    ways = [way for way in WAYS if way in given.ways]
    if FOLDER in ways and EXTRACT not in ways:
        parser.error(f"--ways has {FOLDER!r} alone. Expected: {EXTRACT!r} with it. Actual: {', '.join(ways)}.")
    print(f"{datetime.now(timezone.utc):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores")
    wanted = [(size, False) for size in sorted(given.megabytes)] + [(LARGE_MEMBERS_ARCHIVE_MB, True)]
    rows: list[Row] = []
    for megabytes, large in wanted:
        with tempfile.TemporaryDirectory(prefix="techsupport-") as folder:
            made = make(Path(folder, "techsupport.tgz"), megabytes, large)
            found = run_ways(made, Path(folder), ways, given.runs)
        print("\n".join(table(found)), flush=True)
        rows += found
    if {IMPORT, DIAGNOSIS} <= set(ways):
        print("\n".join(growth(rows)))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    print(f"\n{RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
