# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the records of earlier runs tell of steps that were begun and not finished.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# After these the firewall was connected: what came before is over.
_OVER = ("repaired", "nothing_to_do")


@dataclass(frozen=True)
class Unfinished:
    """Steps of earlier runs that another one goes on with.

    Attributes:
        restart: device-server was restarted, and no forced commit was finished since.
        written: xpath of an exclusion that was written, or taken back, and not committed since; empty for none.
    """

    restart: bool = False
    written: str = ""


def unfinished(records: Iterable[Any]) -> Unfinished:
    """What is left of earlier runs, by their records, the newest first; one that is none of ours is passed over.

    A run that was refused or failed early tells nothing, so the one before it counts.
    """
    restart: bool | None = None
    written: str | None = None
    for record in records:
        if not isinstance(record, Mapping):
            continue
        restart = _restart(_actions(record)) if restart is None else restart
        written = _written(record) if written is None else written
        if record.get("outcome") in _OVER or (restart is not None and written is not None):
            break
    return Unfinished(restart is True, written or "")


def _actions(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = record.get("actions")
    return [item for item in actions if isinstance(item, Mapping)] if isinstance(actions, list) else []


def _restart(actions: Iterable[Mapping[str, Any]]) -> bool | None:
    """Whether a restart is left; None where none was made, and no forced commit finished."""
    left: bool | None = None
    for action in actions:
        # One that failed may have happened all the same: device-server did not come back, say.
        happened = action.get("state") in ("begun", "done") or action.get("restarted", False) is not False
        if action.get("action") == "restart_device_server" and happened:
            left = True
        if action.get("action") == "commit_force" and action.get("state") == "done":
            left = False
    return left


def _written(record: Mapping[str, Any]) -> str | None:
    """Where something is left; empty where it was committed, None where nothing was written."""
    left: str | None = None
    for action in _actions(record):
        state = action.get("state")
        if action.get("action") in ("add_exclusion", "remove_exclusion") and state in ("begun", "done", "failed"):
            left = _place(record)
        if action.get("action") == "commit" and state == "done":
            left = ""
    return left


def _place(record: Mapping[str, Any]) -> str:
    plan = record.get("plan")
    steps = plan.get("steps") if isinstance(plan, Mapping) else None
    for step in steps if isinstance(steps, list) else []:
        params = step.get("params") if isinstance(step, Mapping) else None
        if isinstance(params, Mapping) and isinstance(params.get("xpath"), str):
            return str(params["xpath"])
    return ""
