# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one run of a command takes, on a simulated fleet of its own whose share is measured beside it."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml

from tests.tooling.environment import BUILD, ROOT, VENV, Failed, environment, stop

HERE = Path(__file__).parent
# Loopback addresses, one for each firewall, as in an estate; a port below those that the system hands out by itself.
FIRST_ADDRESS, PORT, API_KEY = "127.1.0.1", 20443, "benchmark-key"
AT_ONCE = 20
HOSTILE_MB = 5
# The largest fleet that is measured three times: a short run is at the mercy of whatever else the machine does.
REPEATED = 200
SECONDS_TO_START, SECONDS_TO_RUN = 120.0, 1800.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """What one way took for a fleet. CPU is that of the command and all its processes, the simulator apart.

    ``peak_memory_mb`` is that of the process that controls the others.
    """

    way: str
    firewalls: int
    latency_ms: int
    cpu_s_per_firewall: float
    wall_s: float
    requests_per_firewall: float
    handshakes_per_firewall: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Measured:
    """A row, and what the simulator did meanwhile: ``simulator_share`` is its CPU per second of the clock."""

    row: Row
    simulator_share: float


@dataclass(frozen=True)
class Ssh:
    """What SSH adds to a diagnosis, beyond the time that the firewall takes to answer; medians."""

    above_device_s: float
    sessions: float


@dataclass(frozen=True)
class Taken:
    """One command: seconds, megabytes of the process that was started, and those of the largest in its family."""

    wall_s: float
    cpu_s: float
    peak_memory_mb: float
    largest_mb: float


@dataclass(frozen=True)
class Fleet:
    """A simulated fleet that listens, and where its files are."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def inventory(self) -> Path:
        return self.folder / "estate.yml"

    def cpu_s(self) -> float:
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS

    def statistics(self) -> list[dict[str, Any]]:
        """Of every firewall; stops the fleet, which writes the last figures then."""
        stop(self.process)
        found = json.loads((self.folder / "statistics.json").read_text(encoding="utf-8"))
        return list(found.values())


@contextmanager
def simulated(
    firewalls: int,
    latency_ms: int,
    changes: Mapping[str, Any] | None = None,
    hostile: Mapping[str, int] | None = None,
    port: int = PORT,
) -> Iterator[Fleet]:
    """Healthy firewalls with one API key that answer each request that much later.

    ``hostile``: so many of them answer everything with ``HOSTILE_MB`` of that kind of XML.
    """
    faults = {"answers": [{"kind": "slow", "on": "", "ms": latency_ms}]} if latency_ms else {}
    changed = {
        "firewall": {"admins": [{"name": "admin", "api_key": API_KEY}]},
        "access": {"api": "key", "ssh": "none"},
        "faults": faults,
        **(changes or {}),
    }
    entries: list[dict[str, Any]] = []
    address = ip_address(FIRST_ADDRESS)
    for kind, count in {"": firewalls - sum((hostile or {}).values()), **(hostile or {})}.items():
        answers = {"answers": [{"kind": "hostile_xml", "on": "", "text": kind, "mb": HOSTILE_MB}]}
        entry = {"name": f"hostile-{kind}" if kind else "fw", "scenario": "healthy", "count": count, "port": port}
        entries.append(
            {**entry, "address": str(address), "changes": {**changed, **({"faults": answers} if kind else {})}}
        )
        address += count
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        folder = Path(name)
        (folder / "fleet.yml").write_text(yaml.safe_dump({"firewalls": entries}))
        with (folder / "simulator.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "tests.simulator", "--fleet", folder / "fleet.yml", "--directory", folder],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait_until_ready(folder, process)
            _write_estate(folder, port)
            yield Fleet(folder, process)
        finally:
            stop(process)


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not (folder / "ready").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "simulator.log").read_text(encoding="utf-8", errors="replace")
            raise Failed(f"the simulated firewalls did not start:\n{said}")
        time.sleep(0.05)


def _write_estate(folder: Path, port: int) -> None:
    """The inventory as estates have it: an address per host, and what all share in the group."""
    fleet = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
    shared = {
        "ansible_connection": "local",
        "mlav_provider": {"port": port, "api_key": API_KEY},
        "mlav_ca_path": str(folder / "ca.pem"),
    }
    hosts = {firewall["name"]: {"ansible_host": firewall["address"]} for firewall in fleet}
    estate = {"all": {"vars": shared, "hosts": hosts}}
    (folder / "estate.yml").write_text(yaml.safe_dump(estate, sort_keys=False), encoding="utf-8")
    targets = {
        "addresses": [firewall["address"] for firewall in fleet],
        "port": port,
        "api_key": API_KEY,
        "ca_path": str(folder / "ca.pem"),
        "parallel": AT_ONCE,
    }
    (folder / "targets.json").write_text(json.dumps(targets), encoding="utf-8")


class _Memory(threading.Thread):
    """Looks at the peak of a process while it runs: the one that is told at its end counts what its parent had."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self.largest_mb = 0.0
        self.ended = threading.Event()
        self._pid = pid

    def run(self) -> None:
        while not self.ended.wait(0.05):
            self.peak_mb = max(self.peak_mb, _peak_mb(self._pid))
            self.largest_mb = max(self.peak_mb, self.largest_mb, *map(_peak_mb, _below(self._pid)))


def _peak_mb(pid: int) -> float:
    """0 for a process that has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), default=0.0)
    return 0.0


def _below(pid: int) -> list[int]:
    """A process's children, and theirs."""
    with suppress(OSError):
        children = [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ]
        return [*children, *(below for child in children for below in _below(child))]
    return []


def timed(command: Sequence[str | Path], output: Path) -> Taken:
    """Run a command that has to succeed; what it says goes to the file."""
    with output.open("wb") as said:
        clock = time.monotonic()
        process = subprocess.Popen(  # noqa: S603
            [str(word) for word in command],
            cwd=ROOT,
            env=environment(ANSIBLE_FORKS=str(AT_ONCE)),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        limit = threading.Timer(SECONDS_TO_RUN, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        memory = _Memory(process.pid)
        memory.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        finally:
            limit.cancel()
            memory.ended.set()
        wall = time.monotonic() - clock
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = output.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise Failed(f"{Path(str(command[0])).name} ended with code {process.returncode}:\n{end}")
    return Taken(wall, used.ru_utime + used.ru_stime, memory.peak_mb, memory.largest_mb)


def playbook(fleet: Fleet, path: Path, **variables: str) -> list[str | Path]:
    given = {"mlav_report_dir": str(fleet.folder / "report"), **variables}
    program = VENV / "bin" / "ansible-playbook"
    return [program, "-i", fleet.inventory, path, "-e", json.dumps(given)]


def all_healthy(fleet: Fleet, firewalls: int) -> bool:
    """Speed is worth nothing where the answer is wrong."""
    found = json.loads((fleet.folder / "report" / "diagnoses.json").read_text(encoding="utf-8"))
    return [item["verdict"] for item in found] == ["healthy"] * firewalls


def all_ran(fleet: Fleet, firewalls: int) -> bool:
    """No task of any host failed, which the exit code says."""
    return (fleet.folder / "said.txt").read_text(encoding="utf-8", errors="replace").count(" ok=") == firewalls


def all_connected(fleet: Fleet, firewalls: int) -> bool:
    return (fleet.folder / "said.txt").read_text(encoding="utf-8").strip() == str(firewalls)


PLAYBOOKS = ROOT / "playbooks"
Command = Callable[[Fleet], list[str | Path]]
# How each way runs, and how it is seen that it did its work.
WAYS: dict[str, tuple[Command, Callable[[Fleet, int], bool]]] = {
    "noop_action": (lambda fleet: playbook(fleet, HERE / "noop_action.yml"), all_ran),
    "diagnosis": (lambda fleet: playbook(fleet, PLAYBOOKS / "diagnose.yml"), all_healthy),
    "diagnosis_full": (lambda fleet: playbook(fleet, PLAYBOOKS / "diagnose.yml", mlav_depth="full"), all_healthy),
    "sweep": (
        lambda fleet: playbook(fleet, PLAYBOOKS / "sweep.yml", mlav_sweep_parallel=str(AT_ONCE)),
        all_healthy,
    ),
    "bare_async": (
        lambda fleet: [sys.executable, HERE / "bare_async.py", fleet.folder / "targets.json"],
        all_connected,
    ),
    "step_modules": (lambda fleet: playbook(fleet, HERE / "step_modules.yml"), all_ran),
}


def measure(way: str, firewalls: int, latency_ms: int) -> Measured:
    """The run of a way that took the median CPU; where the fleet is large, there is but one.

    Raises:
        Failed: the command failed, or the firewalls were not judged as they are.
    """
    runs = [_run(way, firewalls, latency_ms) for _run_number in range(3 if firewalls <= REPEATED else 1)]
    return sorted(runs, key=lambda run: run.row.cpu_s_per_firewall)[len(runs) // 2]


def _run(way: str, firewalls: int, latency_ms: int) -> Measured:
    """One run on a fresh fleet."""
    command, done = WAYS[way]
    with simulated(firewalls, latency_ms) as fleet:
        before = fleet.cpu_s()
        taken = timed(command(fleet), fleet.folder / "said.txt")
        simulator = fleet.cpu_s() - before
        if not done(fleet, firewalls):
            raise Failed(f"{way} of {firewalls} firewalls ended well, but not with what it should have found")
        asked = fleet.statistics()
    row = Row(
        way,
        firewalls,
        latency_ms,
        round(taken.cpu_s / firewalls, 5),
        round(taken.wall_s, 2),
        round(sum(one["requests"] for one in asked) / firewalls, 2),
        round(sum(one["tls_handshakes"] for one in asked) / firewalls, 2),
        round(taken.peak_memory_mb, 1),
    )
    return Measured(row, round(simulator / taken.wall_s, 2))


def measure_ssh(runs: int = 5, answer_ms: int = 200) -> Ssh:
    """The same diagnosis with and without SSH, of a firewall that answers each command so much later.

    Raises:
        Failed: as ``measure``.
    """
    slow = {"kind": "slow", "on": "", "via": "ssh", "ms": answer_ms}
    changes = {"access": {"api": "key", "ssh": "key"}, "faults": {"answers": [slow]}}
    with simulated(1, 0, changes) as fleet:
        [firewall] = json.loads((fleet.folder / "fleet.json").read_text(encoding="utf-8"))
        with_ssh = {
            "host": firewall["address"],
            "port": firewall["ssh_port"],
            "username": firewall["username"],
            "key_file": str(fleet.folder / "id_ed25519"),
            "known_hosts": str(fleet.folder / "known_hosts"),
        }
        command = playbook(fleet, PLAYBOOKS / "diagnose.yml", mlav_depth="full")
        longer = [*command, "-e", json.dumps({"mlav_ssh": with_ssh})]
        above = []
        for _run in range(runs):
            without = timed(command, fleet.folder / "said.txt")
            above.append(timed(longer, fleet.folder / "said.txt").wall_s - without.wall_s)
            if not all_healthy(fleet, 1):
                raise Failed("a healthy firewall was judged otherwise over SSH")
        [asked] = fleet.statistics()
    # Settings of the session are answered at once.
    typed = [label for label in asked["asked"] if label.startswith("ssh ") and not label.startswith("ssh set cli ")]
    return Ssh(
        round(statistics.median(above) - len(typed) / runs * answer_ms / 1000, 2),
        round(asked["ssh_sessions"] / runs, 2),
    )
