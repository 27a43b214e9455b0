# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One piece of evidence: a value, what was asked for it, and the problem where it could not be collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """One question and its raw, redacted, bounded answer."""

    command: str
    transport: str
    raw: str


@dataclass(frozen=True)
class Problem:
    """Why a piece of evidence could not be collected, and how to obtain it.

    ``kind`` is the kind of a DeviceError, or ``unrecognized`` (an answer in no known form: the raw text is
    kept), ``not_asked`` (not needed at this depth) or ``crash`` (a bug in this collection).
    """

    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Evidence(Generic[T]):
    """One probe's outcome: a value, or the problem that stands in its place. Both, where a value is incomplete."""

    value: T | None = None
    problem: Problem | None = None
    asked: tuple[Asked, ...] = ()
    duration_ms: int = 0


NOT_ASKED = Problem("not_asked", "not asked at this depth")


def not_asked() -> Evidence[T]:
    """The evidence of a probe that did not run."""
    return Evidence(problem=NOT_ASKED)
