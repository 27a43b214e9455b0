# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks as lines for a person: the controller, then the firewalls, one line for the same fault of many. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from ansible_collections.panops.mlav.plugins.module_utils._doctor.conclusion import names
from ansible_collections.panops.mlav.plugins.module_utils._doctor.firewall import TITLES
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import Check, Status

# What needs a person comes first.
MARKS: Mapping[Status, str] = {"fail": "✗", "warn": "!", "pass": "✓", "skipped": "-"}


def lines(checks: Sequence[Check], heading: str, sentence: str) -> tuple[str, ...]:
    """All of it. ``heading`` says which firewalls were asked, ``sentence`` is the conclusion."""
    controller = [check for check in checks if check.host is None]
    firewalls = [check for check in checks if check.host is not None]
    return ("Controller", *map(_line, controller), heading, *_grouped(firewalls), sentence)


def _line(check: Check) -> str:
    return f"{MARKS[check.status]} {check.message}{_fix(check)}"


def _fix(check: Check, whose: str = "") -> str:
    return f". Fix{whose}: {check.fix}" if check.fix and check.status != "pass" else ""


def _key(check: Check) -> Hashable:
    """What is one line: all passes of a check, each fault, all that one reason has kept from being checked."""
    if check.status == "pass":
        return check.id
    if check.status == "skipped":
        return check.message
    return check.id, check.status, check.message


def _grouped(checks: Sequence[Check]) -> Iterator[str]:
    groups: dict[Hashable, list[Check]] = {}
    for check in checks:
        groups.setdefault(_key(check), []).append(check)
    hosts = len({check.host for check in checks})
    order: dict[str, int] = {name: place for place, name in enumerate(TITLES)}
    # By the order of the checks, and what was skipped at the end.
    for group in sorted(groups.values(), key=lambda group: _place(group[0], order)):
        yield _of_group(group, hosts)


def _place(check: Check, order: Mapping[str, int]) -> tuple[bool, int, int]:
    return check.status == "skipped", order[check.id], list(MARKS).index(check.status)


def _of_group(group: Sequence[Check], hosts: int) -> str:
    first = group[0]
    named = list(dict.fromkeys(check.host or "" for check in group))
    titles = ", ".join(dict.fromkeys(TITLES[check.id] for check in group))
    if first.status == "pass":
        messages = {check.message for check in group}
        said = f" {first.message}" if len(messages) == 1 else ""
        return f"{MARKS['pass']} {titles}:{said or ' passed'} ({_all(len(named), hosts)})"
    whose = f" for {first.host}" if len({check.fix for check in group}) > 1 else ""
    return f"{MARKS[first.status]} {titles}: {first.message} ({names(named)}){_fix(first, whose)}"


def _all(number: int, hosts: int) -> str:
    return f"all {hosts}" if number == hosts else f"{number} of {hosts}"
