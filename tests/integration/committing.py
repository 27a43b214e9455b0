# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commits on simulated firewalls in this process, over real TLS, as the module ``mlav_commit`` does it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
from ansible_collections.panops.mlav.plugins.module_utils._tasks import committing, guarding
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_firewall
from tests.simulator.switches import Fault

OWN = {"firewall": {"pending": [{"admin": "admin"}]}}


@contextmanager
def at_the_pace(**changes: Any) -> Iterator[None]:
    """Operations in this process wait moments only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarding, "Pace", partial(Pace, **{"poll_s": 0.02, **changes}))
        yield


def options(firewall: Firewall, **changes: Any) -> dict[str, Any]:
    """The module's options for a firewall."""
    return {
        "provider": firewall.provider(),
        "ca_path": str(firewall.ca_path),
        "host": firewall.name,
        "timeout": 20,
        **changes,
    }


def commit_with(
    given: Mapping[str, Any], check: bool = False, say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """The operation with options that its own specification has validated."""
    operation = committing.COMMIT
    checked = ArgumentSpecValidator(operation.argument_spec).validate(dict(given))
    assert not checked.error_messages, checked.error_messages
    return operation.run(checked.validated_parameters, Context(check, say))


def commit(firewall: Firewall, say: Callable[[str], None] = lambda line: None, **changes: Any) -> dict[str, Any]:
    """Commits on a firewall."""
    return commit_with(options(firewall, **changes), say=say)


def look(firewall: Firewall, **changes: Any) -> dict[str, Any]:
    """The same in check mode."""
    return commit_with(options(firewall, **changes), check=True)


@contextmanager
def firewall_with(*faults: Mapping[str, Any], scenario: str = "healthy", **changes: Any) -> Iterator[Firewall]:
    """A firewall on which ``admin`` has changed something, unless ``firewall`` says otherwise."""
    wanted = {**OWN, "access": {"ssh": "none"}, **changes}
    wanted["switches"] = {"commit_seconds": 0.05, **wanted.get("switches", {})}
    if faults:
        wanted["faults"] = {"answers": [dict(fault) for fault in faults]}
    with running_firewall(scenario, wanted) as firewall:
        yield firewall


def once_queued(firewall: Firewall, *faults: Mapping[str, Any]) -> Callable[[str], None]:
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
        outcome = commit_with(json.load(sys.stdin), say=lambda line: print(line, flush=True))
    print(json.dumps(outcome), flush=True)
