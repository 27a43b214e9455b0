# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule returns when it finds a cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import DECISIVE, Timeline, Trace

CERTAINTY: Mapping[Confidence, int] = {"proven": 0, "likely": 1, "possible": 2}


@dataclass(frozen=True)
class Finding:
    """A cause that a rule found.

    Attributes:
        because: check ids; the first one shows this cause, the others follow from it.
        details: facts of this cause, for the result and for the catalogue's templates.
        seen: device time of the newest evidence; None is "now".
        variant: the name of a variant of the catalogue's remedy.
        undecided: the open question between this cause and others, to follow "find out"; empty where none is open.
    """

    cause_id: str
    confidence: Confidence
    because: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    seen: datetime | None = None
    variant: str | None = None
    undecided: str = ""


Rule = Callable[[Case], "list[Finding]"]


def from_log(timeline: Timeline, best: Confidence = "proven") -> Confidence:
    """The confidence of a finding from a log: lower where the newest of several errors cannot be determined."""
    if timeline.ordered:
        return best
    families = {trace.family for trace in timeline.of(*DECISIVE)}
    families -= {"tls"} if any(family.startswith("tls:") for family in families) else set()
    weakest: Confidence = "likely" if len(families) < 2 else "possible"
    return max(best, weakest, key=CERTAINTY.__getitem__)


def newest(traces: tuple[Trace, ...]) -> datetime:
    """The time of the newest trace; one without a time counts as the oldest, not as current."""
    return traces[0].last or datetime.min
