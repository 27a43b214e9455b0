# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Past causes: what the logs report that no longer counts, by cause."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.classify import causes_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import PastCause
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import SAME_ATTEMPT, Past, Trace


def past_causes(case: Case, standing: frozenset[str]) -> tuple[PastCause, ...]:
    """One entry per cause, newest first. A current cause is left out, however old some of its traces are."""
    grouped: dict[str, list[Past]] = {}
    for past in case.timeline.past:
        cause_id = _cause_of(case, past.trace)
        if cause_id is not None and cause_id not in standing:
            grouped.setdefault(cause_id, []).append(past)
    entries = [_entry(cause_id, members) for cause_id, members in grouped.items()]
    return tuple(sorted(entries, key=lambda entry: entry.last_seen or datetime.min, reverse=True))


def _entry(cause_id: str, members: list[Past]) -> PastCause:
    newest = max(members, key=lambda past: past.trace.last or datetime.min)
    first = [past.trace.first or past.trace.last for past in members]
    return PastCause(
        id=cause_id,
        code=CATALOGUE[cause_id].code,
        reason=newest.reason,
        first_seen=min((moment for moment in first if moment is not None), default=None),
        last_seen=newest.trace.last,
        # One failure writes several lines: the most frequent one counts the failures best.
        count=max(past.trace.count for past in members),
        sample=newest.trace.sample,
    )


def _cause_of(case: Case, trace: Trace) -> str | None:
    """The most probable cause of a past trace; None for a symptom of any cause."""
    return next(iter(causes_of(case, (_with_code(case, trace),))), None)


def _with_code(case: Case, trace: Trace) -> Trace:
    """curl's text has no x509 code: take the x509 line of the same attempt."""
    if trace.theme != "tls" or trace.code is not None or trace.last is None:
        return trace
    for other in case.traces:
        if other.theme != "tls" or other.code is None or other.last is None:
            continue
        if abs(other.last - trace.last) <= SAME_ATTEMPT:
            return other
    return trace
