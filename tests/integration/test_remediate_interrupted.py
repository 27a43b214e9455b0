# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remediate.yml does not end well: the first failure stops the rest, and a run is killed in the middle of a commit."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import Ansible, environment
from .remediating import REMEDIATE, Remediated, entry, own_commits, remediate

FAILING = {"faults": {"answers": [{"kind": "job_fails", "on": "commit", "text": "vsys1: rule shadows another"}]}}


@pytest.fixture(scope="module")
def halted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Remediated, Remediated]]:
    """A run that the second of its firewalls stops, and one more."""
    home = tmp_path_factory.mktemp("halted")
    entries: list[Any] = [
        # Fails as well, but when all are planned, which stops nobody.
        entry("fw-0", "tls_interception", mlav_decryption_host="fw-gone"),
        entry("fw-1", "tls_interception_this_firewall"),
        entry("fw-2", "tls_interception_this_firewall", FAILING),
        entry("fw-3", "commit_force_needed"),
        entry("fw-4", "ha_active_commit_force_needed"),
        entry("fw-gone", "unreachable"),
    ]
    with running_fleet(entries, home / "fleet") as fleet:
        listed = remediate(fleet, Ansible(home), "listed", {"mlav_batches": [1, 1, 2]})
        text = remediate(fleet, Ansible(home), "text", {"mlav_batches": "1"})
        yield fleet, listed, text


def test_first_failure_stops_the_rest(halted: tuple[Fleet, Remediated, Remediated]) -> None:
    _fleet, listed, text = halted
    assert listed.run.code == text.run.code == 2, listed.run.output
    ended = {"fw-0": "failed", "fw-2": "failed", "fw-3": "halted", "fw-4": "halted", "fw-gone": "cause"}
    assert listed.outcomes() == {**ended, "fw-1": "repaired"}
    assert text.outcomes() == {**ended, "fw-1": "nothing_to_do"}
    assert listed.touched() == {"fw-1", "fw-2"}
    assert text.touched() == {"fw-2"}


def test_report_names_the_failure_that_stopped_the_rest(halted: tuple[Fleet, Remediated, Remediated]) -> None:
    _fleet, listed, _text = halted
    for host in ("fw-3", "fw-4"):
        assert listed.records[host]["reason"].startswith("Not begun: the remediation of fw-2 failed")
        assert listed.records[host]["actions"] == []
    failed = listed.records["fw-2"]
    assert "rule shadows another" in failed["error"]
    assert "fw-2 | failed | tls_interception" in listed.run.output


def test_failed_firewall_has_nothing_left_behind(halted: tuple[Fleet, Remediated, Remediated]) -> None:
    fleet, listed, _text = halted
    assert listed.records["fw-2"]["left_behind"] == []
    assert "*.paloaltonetworks.com" not in listed.after["fw-2"].candidate
    assert all(firewall.snapshot().locks == () for firewall in fleet.firewalls.values())


@pytest.mark.parametrize(
    ("scenario", "how"),
    [
        ("tls_interception_this_firewall", signal.SIGINT),
        ("tls_interception_this_firewall", signal.SIGKILL),
        ("commit_force_needed", signal.SIGKILL),
    ],
)
def test_a_killed_run_is_taken_up_again(scenario: str, how: signal.Signals, ansible: Ansible) -> None:
    """No second commit while the job runs or after it, and no lock that stays."""
    slow = {"switches": {"commit_seconds": 600.0}}
    entries: list[Any] = [entry("fw-1", scenario, slow)]
    with running_fleet(entries, ansible.home / "fleet") as fleet:
        world = fleet.firewalls["fw-1"].world
        said = kill_while_it_commits(fleet, ansible, how)
        assert len(world.commits) == 1, said
        [record] = [json.loads(file.read_text()) for file in (ansible.home / "killed/audit/fw-1").iterdir()]
        assert record["actions"][-1]["action"].startswith("commit")
        # An interrupted run gives its lock back; a killed one cannot.
        assert len(world.locks) == (0 if how == signal.SIGINT else 1), (
            f"{said}\n{record}\n{world.statistics.asked[-8:]}"
        )
        if how == signal.SIGKILL:
            during = remediate(fleet, ansible, "during", {"mlav_busy_wait": "1s"})
            assert during.run.code == 0, during.run.output
            assert during.outcomes() == {"fw-1": "busy"}
            assert len(world.commits) == 1
        world.jobs.all[-1].takes = 0.0
        for lock in world.locks:
            # As it is minutes later.
            lock.comment = re.sub(r"until \S+", "until 2020-01-01T00:00:00Z", lock.comment)
        again = remediate(fleet, ansible, "again")
        assert again.run.code == 0, again.run.output
        assert again.outcomes()["fw-1"] in ("repaired", "nothing_to_do")
        assert len(world.commits) == len(own_commits(fleet.firewalls["fw-1"])) == 1
        assert world.status() == "connected"
        assert world.locks == []
        assert world.config.changes == []


def test_worker_without_its_controller_changes_nothing(ansible: Ansible) -> None:
    """ansible-playbook is killed while its worker waits for a job to end, and the worker is not."""
    with running_fleet([entry("fw-1", "tls_interception_this_firewall")], ansible.home / "fleet") as fleet:
        firewall = fleet.firewalls["fw-1"]
        world = firewall.world
        job = world.jobs.add("Content", "Auto update agent", world.now(), 3600.0)
        before = firewall.snapshot()

        def waits() -> bool:
            return world.statistics.asked[-2:] == ["show jobs", "show jobs"]

        run, _until = begin(fleet, ansible, {"mlav_report_dir": str(ansible.home / "killed")}, waits)
        try:
            workers = children(run.pid)
            assert workers
            os.kill(run.pid, signal.SIGKILL)
            job.takes = 0.0
            until = time.monotonic() + 120
            while any(map(alive, workers)):
                assert time.monotonic() < until
                time.sleep(0.05)
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
        after = firewall.snapshot()
        assert (after.candidate, after.commits, after.locks) == (before.candidate, (), ())
        assert firewall.statistics()["writes"] == []
        [file] = (ansible.home / "killed/audit/fw-1").iterdir()
        record = json.loads(file.read_text(encoding="ascii"))
        assert "ansible-playbook" in record["error"], record
        again = remediate(fleet, ansible, "killed")
        assert again.outcomes() == {"fw-1": "repaired"}, again.run.output
        assert len(world.commits) == 1


def begin(
    fleet: Fleet, ansible: Ansible, given: dict[str, str], reached: Callable[[], bool]
) -> tuple[subprocess.Popen[bytes], float]:
    """Begins a run, and waits until it has come so far. Gives the process, and when that wait would have ended."""
    command = ["-i", str(fleet.directory / "inventory.yml"), str(REMEDIATE), "-e", json.dumps(given)]
    run = subprocess.Popen(
        [str(Path(sys.executable).with_name("ansible-playbook")), *command],
        cwd=ansible.home,
        env=environment(ansible.home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while not reached():
        assert run.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    return run, until


def kill_while_it_commits(fleet: Fleet, ansible: Ansible, how: signal.Signals) -> str:
    """Ends a run with its workers once the commit's job is there. Gives what it said, when none of them is left."""
    given = {"mlav_report_dir": str(ansible.home / "killed")}
    run, until = begin(fleet, ansible, given, lambda: bool(fleet.firewalls["fw-1"].world.commits))
    try:
        workers = children(run.pid)
        assert workers
        os.killpg(run.pid, how)
        if how == signal.SIGKILL:
            for worker in workers:
                os.kill(worker, how)
        said, _nothing = run.communicate(timeout=60)
        # ansible-playbook does not wait for its workers.
        while any(map(alive, workers)):
            assert time.monotonic() < until
            time.sleep(0.05)
        return said.decode()
    finally:
        run.kill()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def alive(pid: int) -> bool:
    """Neither gone nor waiting for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
