# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that guard a change (fragment ``panops.mlav.guards``), as ``Allowances``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import LEASE_S, Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import NO_JOB
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context

# The lock of a run counts as in use for at least this many calls of the longest allowed duration.
_CALLS_IN_A_LEASE = 3

_FINGERPRINT = re.compile(r"sha256:[0-9a-f]{64}")


def guards() -> dict[str, Any]:
    """When a change is allowed, and what a commit may include (fragment ``panops.mlav.guards``)."""
    return {
        "maintenance_window": {"type": "list", "elements": "raw"},
        "ignore_window": {"type": "bool", "default": False},
        "window_wait": {"type": "str", "default": "0s"},
        "commit_min_remaining": {"type": "str", "default": "10m"},
        "allow_other_changes": {"type": "bool", "default": False},
        "take_over_locks": {"type": "list", "elements": "str", "default": []},
        "lock": {"type": "bool", "default": True},
        "busy_wait": {"type": "str", "default": "10m"},
        "expected_candidate": {"type": "str"},
        "commit_timeout": {"type": "str", "default": "30m"},
    }


def reconnecting() -> dict[str, Any]:
    """How long the restart and the reconnection may take (fragment ``panops.mlav.guards.reconnecting``)."""
    return {
        "restart_min_remaining": {"type": "str", "default": "5m"},
        "restart_timeout": {"type": "str", "default": "10m"},
        "verify_timeout": {"type": "str", "default": "5m"},
    }


def controller_job(environment: Mapping[str, str]) -> str:
    """The automation controller's job number, such as ``awx-1234``; ``-`` where there is none."""
    number = environment.get("AWX_JOB_ID") or (environment.get("JOB_ID") if "AWX_HOST" in environment else None) or ""
    return f"awx-{number}" if number.isascii() and number.isdigit() and len(number) <= 20 else NO_JOB


def allowances(params: Mapping[str, Any], context: Context) -> Allowances:
    """The allowances that validated parameters give a run.

    Raises:
        InvalidOption: names the option, its value and what was expected.
    """

    def seconds(option: str, lowest: int = 1) -> float:
        return duration(option, params[option], lowest).total_seconds()

    expected = params["expected_candidate"] or None
    if expected is not None and not _FINGERPRINT.fullmatch(expected):
        raise InvalidOption(
            "expected_candidate: expected the fingerprint from a plan or from check mode (sha256: and 64 hexadecimal "
            f"digits), got {expected!r}"
        )
    windows = params["maintenance_window"]
    longest_call_s = float(_CALLS_IN_A_LEASE * params["timeout"])
    return Allowances(
        windows=None if windows is None else MaintenanceWindows.from_option("maintenance_window", windows),
        ignore_window=params["ignore_window"],
        window_wait_s=seconds("window_wait", 0),
        commit_min_remaining_s=seconds("commit_min_remaining", 0),
        # mlav_commit has no such option.
        restart_min_remaining_s=seconds("restart_min_remaining", 0) if "restart_min_remaining" in params else 0.0,
        allow_other_changes=params["allow_other_changes"],
        take_over_locks=tuple(params["take_over_locks"]),
        lock=params["lock"],
        busy_wait_s=seconds("busy_wait", 0),
        expected_candidate=expected,
        commit_timeout_s=seconds("commit_timeout"),
        pace=Pace() if longest_call_s <= LEASE_S else Pace(lease_s=longest_call_s),
        job=controller_job(os.environ),
        controller_alive=context.controller_alive,
    )
