# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rolling back a write to the candidate when a later step fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import apply_exclusion, runs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionPlan

Where = Literal["candidate", "running"]


class RolledBackOnFailure:
    """Rolls a write to the candidate back when the block fails, unless a commit of it counts, or may.

    ``leave`` is called with the reason where it was not rolled back, and the configuration that holds it.
    """

    def __init__(
        self, device: LiveDevice, rollback: ExclusionPlan, change: LockedChange, leave: Callable[[Where, str], None]
    ) -> None:
        self._device = device
        self._rollback = rollback
        self._change = change
        self._leave = leave

    def __enter__(self) -> None:
        self._change.wrote = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> Literal[False]:
        if error is None:
            return False
        if self._change.commit_counts:
            self._leave("candidate", "its commit was sent and may be carried out, so it was not rolled back")
            return False
        try:
            with undisturbed():
                self._change.regain_lock()
                if self._is_in_another_commit():
                    return False
                apply_exclusion(self._device, self._rollback)
        except ExpectedFailure as second:
            self._leave("candidate", f"the rollback failed: {second.message}")
            return False
        self._change.wrote = False
        return False

    def _is_in_another_commit(self) -> bool:
        """Another administrator's commit includes it, or may: a rollback would leave its removal uncommitted."""
        other = next((job for job in read_jobs(self._device.api) if job.active and job.is_commit), None)
        if other is not None:
            self._leave("candidate", f"{other} is running and may commit it, so it was not rolled back")
        elif runs(self._device, self._rollback.before, self._rollback):
            self._leave("running", "another administrator's commit included it")
        else:
            return False
        return True
