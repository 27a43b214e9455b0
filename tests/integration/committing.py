# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commits on simulated firewalls in this process, over real TLS, as the module ``mlav_commit`` does it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_firewall
from tests.simulator.switches import Fault
from tests.tooling.operations import Say, run_operation, silent

from .pace import at_the_pace

OWN = {"firewall": {"pending": [{"admin": "admin"}]}}


def options(firewall: Firewall, **changes: Any) -> dict[str, Any]:
    """The module's options for a firewall."""
    return {
        "provider": firewall.provider(),
        "ca_path": str(firewall.ca_path),
        "host": firewall.name,
        "timeout": 20,
        **changes,
    }


def commit(firewall: Firewall, say: Say = silent, **changes: Any) -> dict[str, Any]:
    """Commits on a firewall."""
    return run_operation(COMMIT, options(firewall, **changes), say=say)


def look(firewall: Firewall, **changes: Any) -> dict[str, Any]:
    """The same in check mode."""
    return run_operation(COMMIT, options(firewall, **changes), check=True)


@contextmanager
def firewall_with(*faults: Mapping[str, Any], scenario: str = "healthy", **changes: Any) -> Iterator[Firewall]:
    """A firewall on which ``admin`` has changed something, unless ``firewall`` says otherwise."""
    wanted = {**OWN, "access": {"ssh": "none"}, **changes}
    wanted["switches"] = {"commit_seconds": 0.05, **wanted.get("switches", {})}
    if faults:
        wanted["faults"] = {"answers": [dict(fault) for fault in faults]}
    with running_firewall(scenario, wanted) as firewall:
        yield firewall


def fault(kind: str, on: str, times: int = 1, via: str = "api", **more: Any) -> dict[str, Any]:
    """A fault that passes after ``times``."""
    return {"kind": kind, "on": on, "times": times, "via": via, **more}


def once_queued(firewall: Firewall, *faults: Mapping[str, Any]) -> Say:
    """Lets faults begin when the commit is queued."""

    def say(line: str) -> None:
        if line.endswith(": queued"):
            firewall.world.faults.answers += [Fault(**fault) for fault in faults]

    return say


def assert_one_commit(firewall: Firewall, commits: int = 1) -> None:
    """So many commits were taken, and no lock of ours is left."""
    assert len(firewall.world.commits) == commits
    assert [lock for lock in firewall.world.locks if "panops" in lock.comment] == []


if __name__ == "__main__":  # A run of its own, to be killed: the options on standard input, what it says on output.
    with at_the_pace():
        outcome = run_operation(COMMIT, json.load(sys.stdin), say=lambda line: print(line, flush=True))
    print(json.dumps(outcome), flush=True)
