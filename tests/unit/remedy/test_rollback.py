# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a write is rolled back when what follows fails: what happened in, what is sent and what is left out."""

from __future__ import annotations

from typing import cast

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionPlan, ExclusionState
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.rollback import RolledBackOnFailure

from .fakes import NAME, PLACE, SHARED, FakeDevice, FakeFirewall, FakeJob, with_exclusion

OURS = ExclusionState(True, "panops.mlav: ours")
# The write created the entry, so its rollback removes it, with the elements around it.
ROLLBACK = ExclusionPlan("delete", NAME, PLACE, OURS, None, SHARED.rpartition("/")[0])
REMOVED = [f"delete {PLACE}", f"delete {SHARED.rpartition('/')[0]}"]


class Change:
    """What a rollback uses of a ``LockedChange``."""

    def __init__(self, commit_counts: bool = False, regaining: ExpectedFailure | None = None) -> None:
        self.commit_counts = commit_counts
        self.wrote = False
        self._regaining = regaining

    def regain_lock(self) -> None:
        if self._regaining is not None:
            raise self._regaining


def fail(firewall: FakeFirewall, change: Change, error: BaseException | None) -> list[tuple[str, str]]:
    """Runs a block that ends with ``error``; what is left, and why."""
    left: list[tuple[str, str]] = []
    device = FakeDevice(firewall).live
    within = RolledBackOnFailure(
        device, ROLLBACK, cast(LockedChange, change), lambda where, why: left.append((where, why))
    )
    if error is None:
        with within:
            assert change.wrote
        return left
    with pytest.raises(type(error)) as raised, within:
        raise error
    assert raised.value is error
    return left


@pytest.mark.parametrize(
    "error", [DeviceError("job failed"), Blocked("maintenance_window", "closed"), SystemExit(143), KeyboardInterrupt()]
)
def test_write_is_rolled_back(error: BaseException) -> None:
    firewall, change = FakeFirewall(candidate=with_exclusion()), Change()
    assert fail(firewall, change, error) == []
    assert firewall.sent == REMOVED
    assert firewall.entry(firewall.candidate) is None
    assert not change.wrote


def test_write_stays_after_success() -> None:
    firewall = FakeFirewall(candidate=with_exclusion())
    assert fail(firewall, Change(), None) == []
    assert firewall.sent == []


@pytest.mark.parametrize(
    ("firewall", "change", "left"),
    [
        (
            FakeFirewall(candidate=with_exclusion()),
            Change(commit_counts=True),
            ("candidate", "its commit was sent and may be carried out, so it was not rolled back"),
        ),
        (
            FakeFirewall(candidate=with_exclusion(), jobs=[FakeJob(9, user="bob")]),
            Change(),
            ("candidate", "Commit job 9 of bob is running and may commit it, so it was not rolled back"),
        ),
        (
            FakeFirewall(candidate=with_exclusion(), running=with_exclusion()),
            Change(),
            ("running", "another administrator's commit included it"),
        ),
        (
            FakeFirewall(candidate=with_exclusion()),
            Change(regaining=Blocked("config_lock", "bob holds the config lock of shared")),
            ("candidate", "the rollback failed: bob holds the config lock of shared"),
        ),
        (
            FakeFirewall(candidate=with_exclusion(), errors={"<jobs>": [DeviceError("no answer")]}),
            Change(),
            ("candidate", "the rollback failed: no answer"),
        ),
        (
            FakeFirewall(candidate=with_exclusion(), errors={"delete": [PermissionFailure("no right")]}),
            Change(),
            ("candidate", "the rollback failed: no right"),
        ),
    ],
)
def test_write_that_is_left(firewall: FakeFirewall, change: Change, left: tuple[str, str]) -> None:
    assert fail(firewall, change, DeviceError("job failed")) == [left]
    assert firewall.sent == []
    assert firewall.entry(firewall.candidate) is not None
    assert change.wrote


def test_finished_job_of_another_administrator_is_no_obstacle() -> None:
    jobs = [FakeJob(9, user="bob", status="FIN", result="OK"), FakeJob(10, "Downld")]
    firewall = FakeFirewall(candidate=with_exclusion(), jobs=jobs)
    assert fail(firewall, Change(), DeviceError("job failed")) == []
    assert firewall.sent == REMOVED
