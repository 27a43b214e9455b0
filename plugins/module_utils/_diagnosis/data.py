# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagnosis as plain data, in the shape of docs/schema/diagnosis.schema.json.

This is a private module: it may change in any release. The published schema is the contract.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import CheckSpec, Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import CheckEvidence, Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, EvidenceSet

# A log is shown as the entries that a check rests on, not whole in every check.
_LOGS = ("devsrv_log", "system_log")


def to_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """The result as JSON-able data, keys in the published order. ``collected_at`` is UTC with ``Z``."""
    data = {entry.name: plain(getattr(diagnosis, entry.name)) for entry in fields(diagnosis)}
    data["collected_at"] = utc(diagnosis.collected_at)
    return data


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second; a time without an offset is taken as UTC."""
    with suppress(OverflowError):
        moment = moment.astimezone(timezone.utc) if moment.tzinfo is not None else moment
    return f"{moment.replace(tzinfo=None, microsecond=0).isoformat()}Z"


def plain(value: Any) -> Any:
    """Dataclasses to dicts, tuples to lists, times to ISO 8601; anything that JSON does not have to text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return str(value)


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
    parsed = plain(found.value)
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
        {"code": t.code, "text": t.text, "first": plain(t.first), "last": plain(t.last), "count": t.count}
        for t in traces
    ]
    return CheckEvidence(command, transport, parsed, "\n".join(trace.sample for trace in traces))
