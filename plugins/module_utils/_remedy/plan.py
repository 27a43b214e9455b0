# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would be done to one firewall, as data that a person can approve and a later run can be bound to.

This is a private module: it may change in any release. The keys of a plan are a contract (``SCHEMA``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Order

SCHEMA = "panops.mlav/plan/1"


@dataclass(frozen=True)
class Step:
    """One action.

    Attributes:
        action: ``add_exclusion``, ``commit``, ``restart_device_server`` or ``commit_force``; in a record also
            ``remove_exclusion`` and ``remove_lock``, which are never planned.
        host: where.
        text: what it does, for a person.
        disruptive: it needs the maintenance window.
        params: what exactly, as plain data; empty but for ``add_exclusion`` and ``commit`` (``name``, ``xpath``).
    """

    action: str
    host: str
    text: str
    disruptive: bool
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Attributes:
    host, serial, sw_version, cause, confidence: the firewall that lost the cloud, and why.
    target, target_serial: the device that is changed; the firewall itself but for a decryption host.
    order: ``first``, ``second`` (the active member of an HA pair comes after its peer) or ``alone`` (its state is not
        known).
    steps: in their order.
    candidate: fingerprint of the target's candidate configuration when the plan was made.
    pending: changes that wait on the target now, per administrator.
    """

    host: str
    serial: str | None
    sw_version: str | None
    cause: str
    confidence: str
    target: str
    target_serial: str | None
    order: Order
    steps: tuple[Step, ...]
    candidate: str
    pending: Mapping[str, tuple[str, ...]]

    def to_data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("steps", "pending")},
            "steps": [{**vars(step), "params": dict(step.params)} for step in self.steps],
            "pending": {admin: list(xpaths) for admin, xpaths in self.pending.items()},
        }


# What an approver has approved. The text of a step and what is pending may read otherwise in a later release.
_BINDING = ("host", "serial", "sw_version", "cause", "target", "target_serial", "order", "candidate")


def require_approved(now: Plan, approved: Mapping[str, Any]) -> None:
    """Raises Blocked where the plan that would be carried out now is not the one that was approved.

    ``approved`` is empty where nothing was.
    """
    if not approved:
        raise Blocked("plan", f"nothing was approved for {now.host}, which would now be repaired", "plan")
    current = now.to_data()
    differences = [
        f"{name} was {_shown(approved.get(name))} and is {_shown(current[name])}"
        for name in _BINDING
        if approved.get(name) != current[name]
    ]
    if _bare(approved.get("steps")) != _bare(current["steps"]):
        differences.append(f"the steps were {_told(approved.get('steps'))} and are {_told(current['steps'])}")
    if differences:
        raise Blocked("plan", f"the plan that was approved no longer holds: {'; '.join(differences)}.", "plan")


def _bare(steps: Any) -> Any:
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        return None
    return [(step.get("action"), step.get("host"), step.get("params")) for step in steps]


def _told(steps: Any) -> str:
    return ", ".join(str(action)[:40] for action, _host, _params in _bare(steps) or []) or "none"


def _shown(value: Any) -> str:
    return repr(value)[:100]
