# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repairs killed at any moment, half of them in a container of their own, and run again.

The moment is a number of requests, so that it does not depend on how fast the machine is. ``MLAV_TEST_KILLS`` says how
many; the seed of each is its number, so that one that fails can be tried alone.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.fleet import Firewall

from .processes import process_of
from .repairing import DECRYPTS, NAME, end_jobs, exclusion, firewall_with, options, our_locks, repair

pytestmark = pytest.mark.usefixtures("quick")

KILLS = int(os.environ.get("MLAV_TEST_KILLS", "16"))
MOST_REQUESTS = 75
# A host name, processes and a /proc of its own, as the next job of an automation controller has them.
CONTAINER = ("unshare", "--fork", "--pid", "--uts", "--mount-proc", "--kill-child")
OVER_API: dict[str, Any] = {"switches": {"refused_over_api": [], "restart_in_system_log": False}}
SCENARIOS: dict[str, dict[str, Any]] = {
    DECRYPTS: {},
    "tls_interception_twice": {},
    "commit_force_needed": {},
    "device_server_unavailable": OVER_API,
}


def containers_work() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode == 0


def left_on(firewall: Firewall) -> set[str]:
    """An independent look at what of ours is there, and should not stay."""
    world = firewall.world
    world.refresh()
    found = {"lock"} if our_locks(firewall) else set()
    candidate, running = exclusion(firewall), exclusion(firewall, "running")
    if candidate != running or (running is not None and world.status() != "connected"):
        found.add("exclusion")
    return found


def told_in(record: dict[str, Any]) -> set[str]:
    words = {"lock": "The config lock", "exclusion": NAME}
    return {kind for kind, word in words.items() if any(word in line for line in record["left_behind"])}


def kill_after(firewall: Firewall, requests: int, container: bool, given: dict[str, Any]) -> None:
    """Begins a repair and kills it at that request, or lets it end where it has fewer."""
    before = CONTAINER if container else ()
    with process_of("repairing", options(firewall, **given), before) as process:
        while process.poll() is None and firewall.world.statistics.requests < requests:
            try:
                process.wait(0.005)
            except subprocess.TimeoutExpired:
                continue
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_and_run_again(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    scenario = list(SCENARIOS)[seed % len(SCENARIOS)]
    container = seed // len(SCENARIOS) % 2 == 1
    if container and not containers_work():
        pytest.skip("containers cannot be made here (unshare)")
    given: dict[str, Any] = {
        "audit_dir": str(tmp_path),
        "verify_timeout": "2s",
        "restart_timeout": "5s",
        "remediate_confidence": "possible",
    }
    with firewall_with(scenario=scenario, **SCENARIOS[scenario]) as firewall:
        kill_after(firewall, chance.randint(1, MOST_REQUESTS), container, given)
        commits, restarts = len(firewall.world.commits), len(firewall.world.restarts)
        again = repair(firewall, **given)
        end_jobs(firewall)
        at = f"after {commits} commits and {restarts} restarts: {again}"
        assert again["outcome"] in ("repaired", "nothing_to_do", "blocked", "rolled_back"), at
        assert (again["reason"] is not None) is (again["outcome"] == "blocked"), at
        # One commit repairs it; one more takes an exclusion back that did not help.
        taken_back = scenario == "tls_interception_twice"
        assert len(firewall.world.commits) <= (2 if taken_back else 1), at
        assert len(firewall.world.restarts) <= 1, at
        told, left = told_in(again), left_on(firewall)
        assert left <= told, at
        # The killed run's commit may help after the next run has looked.
        unknown = any(f"{NAME} is committed on" in line and "not known" in line for line in again["left_behind"])
        assert told - left <= ({"exclusion"} if unknown else set()), at
        # A run that finds a commit at work leaves the lock to the next one, and says so.
        assert our_locks(firewall) == [] or ("lock" in told and again["guard"] == "busy"), at
        if not taken_back:
            assert firewall.world.status() == "connected", at
