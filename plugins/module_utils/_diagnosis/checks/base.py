# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks' common shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Status
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace, brief
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, Problem, T

# These say that the answer cannot be had here; the rest say that asking went wrong.
_NOT_HERE = frozenset({NOT_ASKED_KIND, "refused", "not_obtainable"})


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    Attributes:
        risk: what will break a connected firewall's connection, in a few words; empty for nothing.
        traces: the log entries that it relies on.
    """

    status: Status
    message: str
    risk: str = ""
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True)
class CheckSpec:
    """One check.

    Attributes:
        fields: the evidence shown with it, raw; of the two logs, the entries that it relies on.
        needs: the checks that this one directly depends on.
    """

    id: str
    title: str
    run: Callable[[Case], Outcome]
    fields: tuple[str, ...]
    needs: tuple[str, ...] = ()


def lacking(evidence: Evidence[T], what: str) -> Outcome:
    """The outcome of a check without its evidence: skipped where it is unavailable here, else an error."""
    problem = evidence.problem
    if problem is None:
        return Outcome("error", f"{what} could not be collected; no reason is known.")
    if problem.kind == NOT_ASKED_KIND:
        return Outcome("skipped", f"{what}: not collected at this depth.")
    status: Status = "skipped" if problem.kind in _NOT_HERE else "error"
    return Outcome(status, f"{what} could not be collected: {explained(problem)}")


def explained(problem: Problem) -> str:
    """Why evidence could not be collected and how to obtain it, as sentences."""
    parts = (brief(part, 600).rstrip(". ") for part in (problem.message, problem.hint))
    return " ".join(f"{part}." for part in parts if part)


def quoted(text: object) -> str:
    """A device's words as one line in quotes, without a period at their end."""
    return f'"{brief(text).rstrip(".")}"'


def compare(expected: object, got: object) -> str:
    """``expected X, got Y``, to end a sentence with. ``got``: ``quoted``, where it is the device's words."""
    return f"expected {brief(expected)}, got {brief(got, 170)}"
