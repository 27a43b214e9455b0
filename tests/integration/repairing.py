# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repairs simulated firewalls in this process, over real TLS and SSH, as the module ``mlav_remediate`` does it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from tests.simulator.fleet import Firewall
from tests.simulator.parts import merge
from tests.simulator.planted import PLANTED
from tests.simulator.running import running_firewall
from tests.tooling.operations import Say, run_operation, silent
from tests.tooling.schemas import validator

from . import committing
from .pace import at_the_pace
from .processes import process_of

NAME = "*.paloaltonetworks.com"
OPEN = [{"start": "00:00", "duration": "24h", "time_zone": "UTC"}]
CLOSED = [{"from": "2020-01-04T22:00+00:00", "to": "2020-01-05T02:00+00:00"}]
QUICK: dict[str, Any] = {"switches": {"log_polls": 0, "commit_seconds": 0.05}}
# The scenario in which the exclusion on the firewall itself is the remedy.
DECRYPTS = "tls_interception_this_firewall"
# What is done, as ``steps`` tells it.
EXCLUDE = [("add_exclusion", "done"), ("commit", "done")]
FORCE = [("commit_force", "done")]


def options(firewall: Firewall, **changes: Any) -> dict[str, Any]:
    """The module's options for a firewall, inside its window."""
    own = {"ssh": firewall.ssh(), "maintenance_window": OPEN, "verify_timeout": "20s"}
    return committing.options(firewall, **{**own, **changes})


def repair(firewall: Firewall, say: Say = silent, check: bool = False, **changes: Any) -> dict[str, Any]:
    """The record of a repair; ``changed`` and ``failed`` of the result agree with it."""
    result = run_operation(REMEDIATE, options(firewall, **changes), check, say)
    record: dict[str, Any] = result["remediation"]
    assert result.get("failed", False) is (record["outcome"] in ("failed", "rolled_back")), record
    assert record["outcome"] != "running"
    return {**record, "changed": result["changed"]}


@contextmanager
def firewall_with(
    *faults: Mapping[str, Any], scenario: str = DECRYPTS, name: str = "fw-1", **changes: Any
) -> Iterator[Firewall]:
    """A quick firewall with faults."""
    wanted = merge(QUICK, changes)
    if faults:
        wanted["faults"] = {"answers": [dict(fault) for fault in faults]}
    with running_firewall(scenario, wanted, name=name) as firewall:
        yield firewall


def steps(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was begun, and how it ended; but for the removal of a lock of a run that was killed."""
    return [(action["action"], action["state"]) for action in record["actions"] if action["action"] != "remove_lock"]


def exclusion(firewall: Firewall, which: str = "candidate", name: str = NAME) -> dict[str, str] | None:
    """The exclusion in a configuration of the firewall; None where there is none."""
    world = firewall.world
    world.refresh()
    tree = getattr(world.config, which)
    for entry in tree.findall("shared/ssl-decrypt/ssl-exclude-cert/entry"):
        if entry.get("name") == name:
            return {part.tag: part.text or "" for part in entry}
    return None


def end_jobs(firewall: Firewall) -> None:
    """Lets every job of the firewall be over."""
    for job in firewall.world.jobs.all:
        job.takes = 0.0
    firewall.world.refresh()


def our_locks(firewall: Firewall) -> list[str]:
    """The comments of locks of this collection."""
    return [lock.comment for lock in firewall.world.locks if "panops" in lock.comment]


def assert_left_clean(firewall: Firewall, commits: int) -> None:
    """So many commits were taken; no lock of ours and no change of ours is left."""
    world = firewall.world
    world.refresh()
    assert len(world.commits) == commits, world.commits
    assert our_locks(firewall) == []
    assert [change for change in world.config.changes if change.admin == firewall.username] == []


def assert_record_kept(folder: Path, record: Mapping[str, Any], firewalls: list[Firewall]) -> None:
    """The newest file is this record, fits the published schema, is for its owner alone and holds no secret."""
    file = sorted(path for path in folder.rglob("*.json") if path.parent.name == record["host"])[-1]
    text = file.read_text(encoding="ascii")
    kept = json.loads(text)
    assert kept == {name: value for name, value in record.items() if name != "changed"}
    assert kept["finished_at"] is not None
    assert [f"{error.json_path}: {error.message}" for error in validator("remediation").iter_errors(kept)] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    admins = [admin for firewall in firewalls for admin in firewall.world.spec.admins]
    secrets = [*PLANTED, *(admin.password for admin in admins), *(admin.api_key for admin in admins)]
    assert [secret for secret in secrets if secret in text] == []


def run_of_its_own(firewall: Firewall, **given: Any) -> AbstractContextManager[subprocess.Popen[str]]:
    """The operation in a process that can be killed."""
    return process_of("repairing", options(firewall, **given))


def wait_until(true: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Waits for something that a running process brings about."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        time.sleep(0.01)


if __name__ == "__main__":  # A run of its own, to be killed: the options on standard input, the result on output.
    with at_the_pace():
        outcome = run_operation(REMEDIATE, json.load(sys.stdin))
    print(json.dumps(outcome), flush=True)
