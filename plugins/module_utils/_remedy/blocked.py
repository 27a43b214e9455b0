# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guard that blocks a change: nothing was changed, and the error names the option that overrides the guard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure

# Each name is the value of ``guard`` in results.
Guard = Literal[
    "cause",
    "confidence",
    "decrypting_device",
    "plan",
    "candidate_changed",
    "high_availability",
    "maintenance_window",
    "busy",
    "config_lock",
    "commit_lock",
    "pending_changes",
    "full_commit_required",
    "owner",
    "halted",
]


class Blocked(ExpectedFailure):
    """A guard blocks the change.

    ``option``: the module option (without the role's prefix) that overrides the guard; empty where none does.
    """

    kind = "blocked"

    def __init__(self, guard: Guard, reason: str, option: str = "", remedy: str = "") -> None:
        super().__init__(reason, remedy)
        self.guard = guard
        self.option = option

    @property
    def data(self) -> Mapping[str, Any]:
        """``guard`` and ``option``."""
        return {"guard": self.guard, "option": self.option}
