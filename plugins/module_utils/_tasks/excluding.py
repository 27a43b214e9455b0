# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of mlav_decryption_exclusion: adds, changes or removes an exclusion in the candidate configuration."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import fromstring, indent, tostring

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DEFAULT_CLOUD_SERVER
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import (
    apply_exclusion,
    entry_xml,
    find_exclusion,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.effective import in_effect
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    MAX_DESCRIPTION,
    ExclusionPlan,
    ExclusionState,
    Found,
    Wanted,
    plan_exclusion,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION, ask_firewall

_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9_])?")
# Similar names that a result lists.
_SIMILAR = 5


def _wanted(params: Params) -> Wanted:
    """An empty option counts as not set."""
    return Wanted(
        name=params["name"],
        location=params["location"],
        vsys=params["vsys"] or None,
        template=params["template"] or None,
        template_stack=params["template_stack"] or None,
        description=params["description"] or None,
        exclude=params["exclude"],
        state=params["state"],
        any_owner=params["any_owner"],
    )


def _test_hostname(params: Params) -> str:
    value: str = params["test_hostname"]
    if not _HOST_NAME.fullmatch(value):
        raise InvalidOption(
            f"test_hostname: expected a host name without wildcard, such as {DEFAULT_CLOUD_SERVER}, "
            f"got {excerpt(value, 80)!r}"
        )
    return value


def _state_data(state: ExclusionState | None) -> Result | None:
    if state is None:
        return None
    return {"exclude": state.exclude, "description": excerpt(state.description, MAX_DESCRIPTION)}


def _text(name: str, state: ExclusionState | None) -> str:
    if state is None:
        return ""
    shown = ExclusionState(state.exclude, excerpt(state.description, MAX_DESCRIPTION))
    entry = fromstring(entry_xml(name, shown))  # noqa: S314 - built here
    indent(entry)
    return tostring(entry, encoding="unicode") + "\n"


def exclusion_diff(plan: ExclusionPlan) -> Result:
    """The entry before and after, for Ansible's ``--diff``."""
    header = f"candidate {plan.xpath}"
    return {
        "before_header": header,
        "before": _text(plan.name, plan.before),
        "after_header": header,
        "after": _text(plan.name, plan.after),
    }


def _similar(found: Found) -> list[str]:
    return [excerpt(name, 80) for name in found.similar[:_SIMILAR]]


def _warnings(found: Found, wanted: Wanted) -> list[str]:
    if not found.similar:
        return []
    return [
        f"The firewall ({found.location}) also has {', '.join(_similar(found))}. PAN-OS compares names "
        f"case-sensitively, so this is another entry than {wanted.name}, and was not changed."
    ]


def _in_effect(device: LiveDevice, hostname: str, found: Found, wanted: Wanted) -> bool | None:
    if wanted.location in ("template", "template_stack"):
        return None  # a Panorama decrypts nothing itself
    return in_effect(device, hostname, None if found.location == "shared" else found.location)


def _exclude(params: Params, context: Context) -> Result:
    wanted, hostname = _wanted(params), _test_hostname(params)

    def ask(device: LiveDevice, params: Params) -> Result:
        if not context.check_mode:
            device.bind()
        found = find_exclusion(device, wanted)
        plan = plan_exclusion(found, wanted)
        if not context.check_mode:
            apply_exclusion(device, plan)
        changed = plan.action != "none"
        committed = found.running == plan.after
        return {
            "changed": changed,
            "action": plan.action,
            "host": params["host"] or device.options.host,
            "location": found.location,
            "xpath": found.xpath,
            "before": _state_data(plan.before),
            "after": _state_data(plan.after),
            "diff": exclusion_diff(plan),
            "committed": committed,
            "pending": not committed,
            "predefined_disabled": found.predefined_disabled,
            "similar": _similar(found),
            # In check mode the test shows nothing about the time after the change.
            "in_effect": None if changed and context.check_mode else _in_effect(device, hostname, found, wanted),
            "warnings": _warnings(found, wanted),
        }

    return ask_firewall(params, context, ask)


_OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "default": "*.paloaltonetworks.com"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "exclude": {"type": "bool", "default": True},
    "location": {
        "type": "str",
        "choices": ["auto", "shared", "vsys", "template", "template_stack"],
        "default": "auto",
    },
    "vsys": {"type": "str"},
    "template": {"type": "str"},
    "template_stack": {"type": "str"},
    "description": {"type": "str"},
    "any_owner": {"type": "bool", "default": False},
    "test_hostname": {"type": "str", "default": DEFAULT_CLOUD_SERVER},
}

DECRYPTION_EXCLUSION = Operation("mlav_decryption_exclusion", {**CONNECTION, **_OPTIONS}, _exclude)
