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
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion import ExclusionPlan
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion_entry import apply_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.termination import undisturbed


class UndoneOnFailure:
    """Takes a write back from the candidate when what is done within fails. A commit that counts, or may, keeps it.

    ``host``: the device's inventory name. ``leave`` gets told what stays behind.
    """

    def __init__(
        self, device: LiveDevice, host: str, undo: ExclusionPlan, change: LockedChange, leave: Callable[[str], None]
    ) -> None:
        self._device = device
        self._undo = undo
        self._change = change
        self._leave = leave
        self._what = f"the change at {undo.xpath} on {host}"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> Literal[False]:
        if error is None:
            return False
        if self._change.commit_counts:
            self._leave(f"{self._what}: its commit was sent and may be carried out, so it was not taken back.")
            return False
        try:
            with undisturbed():
                apply_exclusion(self._device, self._undo)
        except DeviceError as second:
            self._leave(f"{self._what} could not be taken back from the candidate: {second.message}")
        return False
