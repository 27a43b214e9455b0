# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for one firewall, as data that a person can approve and a later run is bound to.

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
    """One planned step.

    Attributes:
        action: ``add_exclusion``, ``commit``, ``restart_device_server`` or ``commit_force``; in a record also
            ``remove_exclusion`` and ``remove_lock``, which are never planned.
        host: the device.
        text: what it does, in words.
        disruptive: it needs the maintenance window.
        params: the details, as plain data; only ``add_exclusion`` and ``commit`` have some (``name``, ``xpath``).
    """

    action: str
    host: str
    text: str
    disruptive: bool
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Attributes:
    host, serial, sw_version, cause, confidence: the firewall that lost the MLAV cloud, and why.
    target, target_serial: the device that is changed: the decryption host, or the firewall itself.
    order: ``first``, ``second`` (the active peer of an HA pair comes after the passive one) or ``alone`` (its HA state
        is unknown).
    steps: in order.
    candidate: fingerprint of the target's candidate configuration when the plan was made.
    pending: pending changes on the target, per administrator.
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


# What was approved. The text of a step, and of what is pending, may change in a later release.
_BINDING = ("host", "serial", "sw_version", "cause", "target", "target_serial", "order", "candidate")


def require_approved(now: Plan, approved: Mapping[str, Any]) -> None:
    """Raises Blocked where the plan now is not the approved one; ``approved`` is empty where there is none."""
    if not approved:
        raise Blocked("plan", f"the approved plan does not include {now.host}, which would now be remediated", "plan")
    current = now.to_data()
    differences = [
        f"{name} was {_shown(approved.get(name))} and is {_shown(current[name])}"
        for name in _BINDING
        if approved.get(name) != current[name]
    ]
    if _bare(approved.get("steps")) != _bare(current["steps"]):
        differences.append(f"the steps were {_actions(approved.get('steps'))} and are {_actions(current['steps'])}")
    if differences:
        raise Blocked("plan", f"the approved plan no longer applies: {'; '.join(differences)}", "plan")


def _bare(steps: Any) -> Any:
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        return None
    return [(step.get("action"), step.get("host"), step.get("params")) for step in steps]


def _actions(steps: Any) -> str:
    return ", ".join(str(action)[:40] for action, _host, _params in _bare(steps) or []) or "none"


def _shown(value: Any) -> str:
    return repr(value)[:100]
