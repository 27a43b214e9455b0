# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write to the candidate that is taken back when what follows fails.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import apply_exclusion, runs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionPlan


class UndoneOnFailure:
    """Takes a write back from the candidate when what is done within fails. A commit that counts, or may, keeps it.

    ``leave`` gets told why it was not taken back, and where it is: ``candidate`` or ``running``.
    """

    def __init__(
        self, device: LiveDevice, undo: ExclusionPlan, change: LockedChange, leave: Callable[[str, str], None]
    ) -> None:
        self._device = device
        self._undo = undo
        self._change = change
        self._leave = leave

    def __enter__(self) -> None:
        self._change.wrote = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> Literal[False]:
        if error is None:
            return False
        if self._change.commit_counts:
            self._leave("candidate", "its commit was sent and may be carried out, so it was not taken back")
            return False
        try:
            with undisturbed():
                self._change.regain_lock()
                if self._taken_along():
                    return False
                apply_exclusion(self._device, self._undo)
        except DeviceError as second:
            self._leave("candidate", f"it could not be taken back from the candidate: {second.message}")
            return False
        self._change.wrote = False
        return False

    def _taken_along(self) -> bool:
        """A commit of somebody else has it, or may: taking it back would leave its removal to be committed."""
        other = next((job for job in read_jobs(self._device.api) if job.active and job.is_commit), None)
        if other is not None:
            self._leave("candidate", f"{other} runs and may commit it, so it was not taken back")
        elif runs(self._device, self._undo.before, self._undo):
            self._leave("running", "a commit of somebody else has taken it along")
        else:
            return False
        return True
