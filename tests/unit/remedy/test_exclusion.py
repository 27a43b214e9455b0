# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is planned for an exclusion, and what takes it back."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import entry_xml
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    DESCRIPTION,
    MAX_DESCRIPTION,
    OWNER_MARK,
    ExclusionState,
    Found,
    Wanted,
    marked,
    plan_exclusion,
    rollback_plan,
)

NAME = "*.paloaltonetworks.com"
LIST = "/config/shared/ssl-decrypt/ssl-exclude-cert"
XPATH = f"{LIST}/entry[@name='{NAME}']"
OURS = ExclusionState(True, DESCRIPTION)
OURS_OFF = ExclusionState(False, DESCRIPTION)
THEIRS = ExclusionState(True, "Change 4711")
THEIRS_OFF = ExclusionState(False, "Change 4711")
THEIRS_SILENT = ExclusionState(None, "")


def found(candidate: ExclusionState | None, lacking: str = "") -> Found:
    return Found("shared", XPATH, candidate, lacking=lacking)


def wanted(**options: Any) -> Wanted:
    return Wanted(NAME, **options)


MARKED = ExclusionState(True, f"{OWNER_MARK} Change 12")
OFF: dict[str, Any] = {"exclude": False}
ABSENT: dict[str, Any] = {"state": "absent"}
OTHER: dict[str, Any] = {"description": "Change 12"}
ANY: dict[str, Any] = {"any_owner": True}


@pytest.mark.parametrize(
    ("before", "options", "action", "after"),
    [
        (None, {}, "create", OURS),
        (None, OTHER, "create", MARKED),
        (None, OFF, "create", OURS_OFF),
        (None, ABSENT, "none", None),
        (OURS, {}, "none", OURS),
        (OURS, OTHER, "update", MARKED),
        (OURS, OFF, "switch_off", OURS_OFF),
        (OURS, ABSENT, "delete", None),
        (OURS_OFF, {}, "switch_on", OURS),
        (OURS_OFF, OTHER, "switch_on", MARKED),
        (MARKED, {}, "none", MARKED),
        (MARKED, OTHER, "none", MARKED),
        (THEIRS, {}, "none", THEIRS),
        (THEIRS, OTHER, "none", THEIRS),
        (THEIRS, {**OTHER, **ANY}, "update", MARKED),
        (THEIRS, ANY, "none", THEIRS),
        (THEIRS, {**OFF, **ANY}, "switch_off", THEIRS_OFF),
        (THEIRS, {**ABSENT, **ANY}, "delete", None),
        (THEIRS_OFF, {}, "switch_on", THEIRS),
        (THEIRS_OFF, OTHER, "switch_on", THEIRS),
        (THEIRS_OFF, OFF, "none", THEIRS_OFF),
        (THEIRS_SILENT, {}, "switch_on", ExclusionState(True, "")),
        (THEIRS_SILENT, {**OFF, **ANY}, "switch_off", ExclusionState(False, "")),
    ],
)
def test_planned_change(
    before: ExclusionState | None, options: dict[str, Any], action: str, after: ExclusionState | None
) -> None:
    plan = plan_exclusion(found(before), wanted(**options))
    assert (plan.action, plan.before, plan.after) == (action, before, after)
    assert (plan.name, plan.xpath) == (NAME, XPATH)


UNMARKED = [THEIRS, THEIRS_OFF, THEIRS_SILENT, ExclusionState(True, " panops.mlav: not first")]


@pytest.mark.parametrize(
    ("before", "options"),
    # One that is switched off already needs no switching off.
    [pair for pair in product(UNMARKED, (OFF, ABSENT)) if pair != (THEIRS_OFF, OFF)],
)
def test_other_owners_entry_is_blocked_without_any_owner(before: ExclusionState, options: dict[str, Any]) -> None:
    with pytest.raises(Blocked) as refused:
        plan_exclusion(found(before), wanted(**options))
    assert (refused.value.guard, refused.value.option) == ("owner", "any_owner")
    assert NAME in refused.value.message
    assert "shared" in refused.value.message
    assert plan_exclusion(found(before), wanted(**options, any_owner=True)).action in ("delete", "switch_off")


STATES = (None, OURS, OURS_OFF, MARKED, THEIRS, THEIRS_OFF, THEIRS_SILENT)
WISHES = tuple({**a, **b} for a, b in product(({}, OFF, ABSENT), ({}, OTHER)))


@pytest.mark.parametrize("lacking", ["", LIST])
@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("options", WISHES)
def test_rollback_restores_the_previous_entry(
    before: ExclusionState | None, options: dict[str, Any], lacking: str
) -> None:
    plan = plan_exclusion(found(before, lacking), wanted(**options, any_owner=True))
    undo = rollback_plan(plan)
    assert (undo.before, undo.after, undo.xpath, undo.name) == (plan.after, plan.before, plan.xpath, plan.name)
    assert (undo.action == "none") is (plan.action == "none")
    assert undo.around == plan.around == (lacking if plan.action == "create" else "")
    # A second run finds what the first one left, and has nothing to do.
    again = plan_exclusion(found(plan.after), wanted(**options, any_owner=True))
    assert (again.action, again.after) == ("none", plan.after)
    assert replace(rollback_plan(undo), action=plan.action) == plan


def test_entry_xml() -> None:
    text = entry_xml(NAME, ExclusionState(True, f"{OWNER_MARK} a < b & 'c'"))
    assert text == (
        f"<entry name=\"{NAME}\"><description>{OWNER_MARK} a &lt; b &amp; 'c'</description>"
        "<exclude>yes</exclude></entry>"
    )
    assert entry_xml(NAME, ExclusionState(False)) == f'<entry name="{NAME}"><exclude>no</exclude></entry>'


@pytest.mark.parametrize(
    ("given", "description"),
    [
        ("Change 12", f"{OWNER_MARK} Change 12"),
        (f"{OWNER_MARK} mine", f"{OWNER_MARK} mine"),
        ("  spaced  ", f"{OWNER_MARK} spaced"),
        (" ", OWNER_MARK),
    ],
)
def test_description_is_marked_once(given: str, description: str) -> None:
    assert marked(given) == description
    assert marked(marked(given)) == description


@pytest.mark.parametrize(
    "options",
    [
        {"location": "vsys", "vsys": "vsys255"},
        {"location": "template", "template": "branch offices-2"},
        {"location": "template", "template": "b", "vsys": "vsys2"},
        {"location": "template_stack", "template_stack": "branch-stack.x"},
        {"name": "ml.service.paloaltonetworks.com"},
        {"name": "a"},
        {"name": "ml-*.paloaltonetworks.com"},
        {"description": "x" * (MAX_DESCRIPTION - len(OWNER_MARK) - 1)},
    ],
)
def test_valid_values(options: dict[str, Any]) -> None:
    assert Wanted(**{"name": NAME, **options}).state == "present"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "*"}, "name"),
        ({"name": "*."}, "name"),
        ({"name": "*.*"}, "name"),
        ({"name": "a b.example"}, "name"),
        ({"name": "x'] | //entry[@name='y"}, "name"),
        ({"name": 'x"y'}, "name"),
        ({"name": "a.example\n"}, "name"),
        ({"name": "a" * 300}, "name"),
        ({"location": "vsys"}, "vsys"),
        ({"vsys": "vsys2"}, "vsys"),
        ({"location": "shared", "vsys": "vsys2"}, "vsys"),
        ({"location": "vsys", "vsys": "vsys0"}, "vsys"),
        ({"location": "vsys", "vsys": "root"}, "vsys"),
        ({"location": "vsys", "vsys": "vsys1']"}, "vsys"),
        ({"location": "template"}, "template"),
        ({"template": "branch"}, "template"),
        ({"location": "template", "template": "x']/y[@name='z"}, "template"),
        ({"location": "template", "template": "a/b"}, "template"),
        ({"location": "template_stack", "template": "branch"}, "template"),
        ({"location": "template", "template": "a", "template_stack": "b"}, "template_stack"),
        ({"location": "template_stack"}, "template_stack"),
        ({"description": "two\nlines"}, "description"),
        ({"description": "bell\a"}, "description"),
        ({"description": "x" * (MAX_DESCRIPTION - len(OWNER_MARK))}, "description"),
    ],
)
def test_invalid_value(options: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidOption, match=r": expected |not set$") as invalid:
        Wanted(**{"name": NAME, **options})
    assert invalid.value.message.startswith(f"location is {named}" if set(options) == {"location"} else named)
