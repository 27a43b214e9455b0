# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit record cannot be written, at each of its saves: nothing goes on, and the result tells what is left."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks import files, remediating
from tests.simulator.fleet import Firewall

from .repairing import DECRYPTS, NAME, exclusion, firewall_with, our_locks, repair

pytestmark = pytest.mark.usefixtures("quick")

HUNG: dict[str, Any] = {"switches": {"refused_over_api": []}}
SCENARIOS = {
    DECRYPTS: {},
    "commit_force_needed": {},
    "device_server_unavailable": HUNG,
    "tls_interception_twice": {},
}


@contextmanager
def failing_at(number: int, reason: int) -> Iterator[list[int]]:
    """From the save of this number on, the disk is full, or read-only, or the folder is another's."""
    saved: list[int] = []
    real = files.replace_file

    def replace_file(path: str, content: bytes, mode: int) -> None:
        saved.append(len(saved) + 1)
        if len(saved) >= number:
            raise OSError(reason, "it cannot be written")
        real(path, content, mode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remediating, "replace_file", replace_file)
        yield saved


def left_on(firewall: Firewall, helped: bool) -> set[str]:
    """An independent look at what of ours is there, and should not stay."""
    found = {"lock"} if our_locks(firewall) else set()
    candidate, running = exclusion(firewall), exclusion(firewall, "running")
    if candidate != running or (running is not None and not helped):
        found.add("exclusion")
    return found


def told_in(record: dict[str, Any]) -> set[str]:
    lines = record["left_behind"]
    words = {"lock": "The config lock", "exclusion": NAME}
    return {kind for kind, word in words.items() if any(word in line for line in lines)}


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=["full", "read-only", "permission"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_record_lost_at_each_save(scenario: str, reason: int, tmp_path: Path) -> None:
    """Only the last save comes when all is done: it changes nothing that was."""
    given: dict[str, Any] = {"verify_timeout": "1s", "remediate_confidence": "likely"}
    with failing_at(1_000, reason) as saved, firewall_with(scenario=scenario, **SCENARIOS[scenario]) as firewall:
        whole = repair(firewall, audit_dir=str(tmp_path / "whole"), **given)
    saves = range(1, len(saved) + 1) if reason == errno.ENOSPC else (1, len(saved) // 2, len(saved))
    for number in saves:
        with failing_at(number, reason), firewall_with(scenario=scenario, **SCENARIOS[scenario]) as firewall:
            record = repair(firewall, audit_dir=str(tmp_path / f"{number}"), **given)
            at = f"save {number} of {len(saved)}: {record}"
            assert record["outcome"] == "failed", at
            assert "cannot be written" in record["error"], at
            assert told_in(record) == left_on(firewall, helped=record["verdict_after"] == "healthy"), at
            assert our_locks(firewall) == [], at
            if record["verdict_after"] is None:
                assert not any("did not help" in line for line in record["left_behind"]), at
            done = [action["action"] for action in record["actions"] if action["state"] == "done"]
            planned = [action["action"] for action in whole["actions"]]
            assert done == planned[: len(done)], at
            commits = sum(action.startswith("commit") for action in done)
            assert len(firewall.world.commits) == commits, at
