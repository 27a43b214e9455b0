# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for one firewall, as data that a person can approve and a later run is bound to.

The keys of a plan are a contract (``SCHEMA``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import Shape, Text, Words
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Order

SCHEMA = "panops.mlav/plan/1"


#: What a plan holds. A record also has ``remove_exclusion`` and ``remove_lock``, which are never planned.
PLANNED_ACTIONS = ("add_exclusion", "commit", "restart_device_server", "commit_force")


@dataclass(frozen=True)
class Step:
    """One action."""

    action: Annotated[str, Words("plannedAction")]
    host: Annotated[str, "The device."]
    text: Annotated[str, "What it does, in words."]
    disruptive: Annotated[bool, "It needs the maintenance window."]
    params: Annotated[
        Mapping[str, Any],
        "What exactly; empty but for add_exclusion and commit (name, xpath).",
    ] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What would be done for one firewall."""

    __shape__ = Shape(SCHEMA)

    host: Annotated[str, "The firewall that lost the cloud."]
    serial: str | None
    sw_version: str | None
    cause: str
    confidence: Confidence
    target: Annotated[str, "The device that is changed: the firewall itself, or the one that decrypts."]
    target_serial: str | None
    order: Annotated[
        Order,
        "second: the active peer of an HA pair, which comes after the other. alone: a peer whose state is not known "
        "(mlav_allow_unknown_ha), one at a time.",
    ]
    steps: Annotated[tuple[Step, ...], "In order."]
    candidate: Annotated[
        str,
        Text(pattern=r"^sha256:[0-9a-f]{64}$", example=f"sha256:{64 * '0'}"),
        "Fingerprint of the target's candidate configuration when the plan was made.",
    ]
    pending: Annotated[
        Mapping[str, tuple[str, ...]],
        "Places in the configuration with pending changes, per administrator (unknown where that is not known).",
    ]


# What was approved. The text of a step, and of what is pending, may change in a later release.
_BINDING = ("host", "serial", "sw_version", "cause", "target", "target_serial", "order", "candidate")


def require_approved(now: Plan, approved: Mapping[str, Any]) -> None:
    """Raises Blocked where the plan now is not the approved one; ``approved`` is empty where there is none."""
    if not approved:
        raise Blocked("plan", f"the approved plan does not include {now.host}, which would now be remediated", "plan")
    current = encode(now)
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
