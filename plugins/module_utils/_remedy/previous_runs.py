# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Previous runs: steps that their records show as started and not finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

# After these outcomes the firewall was connected, so older records do not matter.
_OVER = ("repaired", "nothing_to_do")


Written = Literal["candidate", "committed", "removing", "gone"]
# A commit may have succeeded after its run was killed; an exclusion removed only from the candidate is still running.
_MAY_RUN = ("candidate", "committed", "removing")


@dataclass(frozen=True)
class Restart:
    """A restart of device-server that no forced commit has followed.

    Attributes:
        began_at: when the command was about to be sent, in UTC; None where the record does not have it.
        made: device-server was seen to restart. Otherwise the command may not have been sent.
        serial: of the firewall; empty where the record does not have it.
    """

    began_at: datetime | None
    made: bool
    serial: str = ""


@dataclass(frozen=True)
class Unfinished:
    """Steps of previous runs that the next run continues.

    Attributes:
        restart: of device-server, and no forced commit has finished since; None for none.
        written: xpath of an exclusion that was written or removed, and not committed since; empty for none.
        written_on: serial number of the device with it; empty where the record does not have it.
        may_run: an exclusion was committed, or may have been since its run was killed, is not known to have helped,
            and was not rolled back.
        target: the device that a killed run was changing, or where a run has left something; empty for none.
        target_serial: its serial number; empty where the record does not have it.
    """

    restart: Restart | None = None
    written: str = ""
    written_on: str = ""
    may_run: bool = False
    target: str = ""
    target_serial: str = ""

    def __bool__(self) -> bool:
        return self != Unfinished()

    def restart_of(self, serial: str | None) -> Restart | None:
        """``restart``, unless it was that of another firewall, which this one has replaced."""
        known = self.restart.serial if self.restart is not None else ""
        return None if serial and known and serial != known else self.restart


def unfinished(records: Iterable[Any]) -> Unfinished:
    """What previous runs left unfinished, by their records, the newest first; anything else is skipped.

    A run that was blocked or failed early says nothing about that, so the one before it counts.
    """
    restart: Restart | Literal[False] | None = None
    written: Written | None = None
    place = written_on = target = target_serial = ""
    for record in records:
        if not isinstance(record, Mapping):
            continue
        if record.get("outcome") in _OVER:
            break
        if restart is None:
            restart = restart_left(_actions(record), _planned(record, "target_serial"))
        if written is None:
            written, place = _written(_actions(record)), _place(record)
            written_on = _planned(record, "target_serial")
        if not target and (record.get("outcome") == "running" or record.get("left_behind")):
            target, target_serial = _planned(record, "target"), _planned(record, "target_serial")
    uncommitted = written in ("candidate", "removing")
    return Unfinished(
        restart or None,
        place if uncommitted else "",
        written_on if uncommitted and place else "",
        written in _MAY_RUN,
        target,
        target_serial,
    )


def _actions(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = record.get("actions")
    return [item for item in actions if isinstance(item, Mapping)] if isinstance(actions, list) else []


def restart_left(actions: Iterable[Mapping[str, Any]], serial: str = "") -> Restart | Literal[False] | None:
    """The restart that is left; False where a forced commit followed, None where there was neither."""
    left: Restart | Literal[False] | None = None
    for action in actions:
        # A failed step may have restarted it nevertheless, for example where device-server did not answer again.
        happened = action.get("state") in ("begun", "done") or action.get("restarted", False) is not False
        if action.get("action") == "restart_device_server" and happened:
            made = action.get("state") == "done" or action.get("restarted") is True
            left = Restart(_began(action), made, serial)
        if action.get("action") == "commit_force" and action.get("state") == "done":
            left = False
    return left


def _began(action: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(action.get("began_at")).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _written(actions: Iterable[Mapping[str, Any]]) -> Written | None:
    """How far an exclusion or its rollback got; None where nothing was written."""
    left: Written | None = None
    for action in actions:
        name, state = action.get("action"), action.get("state")
        if name in ("add_exclusion", "remove_exclusion") and state in ("begun", "done", "failed"):
            left = "candidate" if name == "add_exclusion" else "removing"
        if name == "commit" and state == "done":
            left = "gone" if left == "removing" else "committed"
    return left


def _planned(record: Mapping[str, Any], name: str) -> str:
    """A text of the record's plan; empty where it has none."""
    plan = record.get("plan")
    value = plan.get(name) if isinstance(plan, Mapping) else None
    return value if isinstance(value, str) else ""


def _place(record: Mapping[str, Any]) -> str:
    plan = record.get("plan")
    steps = plan.get("steps") if isinstance(plan, Mapping) else None
    for step in steps if isinstance(steps, list) else []:
        params = step.get("params") if isinstance(step, Mapping) else None
        if isinstance(params, Mapping) and isinstance(params.get("xpath"), str):
            return str(params["xpath"])
    return ""
