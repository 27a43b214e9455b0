# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check shows of the evidence that it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import CheckSpec, Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import CheckEvidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, EvidenceSet

# A log is shown as the entries that a check rests on, not whole in every check.
_LOGS = ("devsrv_log", "system_log")


def check_evidence(evidence: EvidenceSet, spec: CheckSpec, outcome: Outcome) -> tuple[CheckEvidence, ...]:
    """What a check shows: the raw answers of its own probes, and of the logs the entries that it rests on."""
    shown: list[CheckEvidence] = []
    for name in spec.fields:
        found: Evidence[Any] = getattr(evidence, name)
        if found.problem is not None and found.problem.kind == NOT_ASKED_KIND:
            continue
        if name in _LOGS and found.value is not None:
            traces = tuple(trace for trace in outcome.traces if trace.source == name)
            shown.append(_log_evidence(evidence, found, traces))
        else:
            shown += _answers(evidence, found)
    return tuple(shown)


def _answers(evidence: EvidenceSet, found: Evidence[Any]) -> Iterable[CheckEvidence]:
    """Every question asked; what was understood goes with the last of them."""
    parsed = encode(found.value)
    if not found.asked:
        return (CheckEvidence("", evidence.source, parsed, ""),) if parsed is not None else ()
    last = len(found.asked) - 1
    return tuple(
        CheckEvidence(asked.command, asked.transport, parsed if place == last else None, asked.raw)
        for place, asked in enumerate(found.asked)
    )


def _log_evidence(evidence: EvidenceSet, found: Evidence[Any], traces: tuple[Trace, ...]) -> CheckEvidence:
    # The lines of a log and of its rotations were put together: which file held which is not kept.
    command = "; ".join(dict.fromkeys(asked.command for asked in found.asked))
    transport = found.asked[-1].transport if found.asked else evidence.source
    parsed = [
        {"code": t.code, "text": t.text, "first": encode(t.first), "last": encode(t.last), "count": t.count}
        for t in traces
    ]
    return CheckEvidence(command, transport, parsed, "\n".join(trace.sample for trace in traces))
