# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks' common shape.

This is a private module: it may change in any release.
"""

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
        degrades: on a connected firewall this will break the connection next.
        traces: the log entries that it rests on.
    """

    status: Status
    message: str
    degrades: bool = False
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True)
class CheckSpec:
    """One check.

    Attributes:
        fields: what of the evidence set is shown with it, raw; the two logs are shown as the entries it rests on.
        needs: the checks without which this one cannot succeed, directly.
    """

    id: str
    title: str
    run: Callable[[Case], Outcome]
    fields: tuple[str, ...]
    needs: tuple[str, ...] = ()


def lacking(evidence: Evidence[T], what: str) -> Outcome:
    """The outcome of a check whose evidence could not be had: skipped where it cannot be, else an error."""
    problem = evidence.problem
    if problem is None:
        return Outcome("error", f"{what} gave neither an answer nor a reason.")
    if problem.kind == NOT_ASKED_KIND:
        return Outcome("skipped", f"Not asked: {what}.")
    status: Status = "skipped" if problem.kind in _NOT_HERE else "error"
    return Outcome(status, f"{what} could not be collected: {told(problem)}")


def told(problem: Problem) -> str:
    """Why something could not be had and what would give it, as sentences."""
    parts = (brief(part, 600).rstrip(". ") for part in (problem.message, problem.hint))
    return " Needed: ".join(f"{part}." for part in parts if part)


def compare(expected: object, actual: object) -> str:
    return f"Expected: {brief(expected)} Actual: {brief(actual)}"
