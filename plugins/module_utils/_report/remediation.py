# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a remediation has done, or would do: one line per firewall, and a page for whoever approves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import (
    OUTCOMES,
    Action,
    Outcome,
    RemediationRecord,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import clean, firewalls
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import plain

_WORDS: dict[Outcome, str] = {
    "failed": "failed",
    "rolled_back": "did not help and was rolled back",
    "running": "was interrupted",
    "blocked": "blocked",
    "planned": "planned",
    "repaired": "repaired",
    "nothing_to_do": "nothing to do",
}
# Places in the configuration with pending changes that a page names, per administrator.
_MAX_PLACES = 10


def with_halted(records: Iterable[RemediationRecord], stopped_by: Sequence[str]) -> list[RemediationRecord]:
    """The records of a run that the failure of ``stopped_by`` has stopped: those that did not begin are blocked."""
    reason = f"Not begun: the remediation of {', '.join(stopped_by)} failed, which stops those after it."
    return [
        replace(record, outcome="blocked", guard="halted", reason=reason, actions=())
        if stopped_by and record.outcome == "planned"
        else record
        for record in records
    ]


def remediation_counts(records: Iterable[RemediationRecord]) -> dict[Outcome, int]:
    """How many firewalls have which outcome, in the order of OUTCOMES."""
    counts = Counter(record.outcome for record in records)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def remediation_headline(records: Sequence[RemediationRecord]) -> str:
    """``MLAV remediation: 3 firewalls, 1 failed, 2 repaired``."""
    counts = [f"{count} {_WORDS[outcome]}" for outcome, count in remediation_counts(records).items() if count]
    return ", ".join([f"MLAV remediation: {firewalls(len(records))}", *counts])


def remediation_lines(records: Sequence[RemediationRecord]) -> list[str]:
    """The headline, and one line per firewall in the order of OUTCOMES."""
    lines = (
        (record.host, _WORDS[record.outcome], record.cause or "-", _what_happened(record))
        for record in _sorted(records)
    )
    return [remediation_headline(records), *(" | ".join(map(clean, line)) for line in lines)]


def remediation_markdown(records: Sequence[RemediationRecord]) -> str:
    """The page: a table of all firewalls, then each one's actions."""
    lines = ["# MLAV remediation", "", plain(remediation_headline(records)), ""]
    lines += ["| firewall | outcome | cause | before | after | what |", "|---|---|---|---|---|---|"]
    lines += map(_row, _sorted(records))
    for record in records:
        if record.actions:
            lines += ["", f"## {plain(record.host)}", "", *_details(record)]
    return "\n".join(lines) + "\n"


def _sorted(records: Iterable[RemediationRecord]) -> list[RemediationRecord]:
    return sorted(records, key=lambda record: OUTCOMES.index(record.outcome))


def _what_happened(record: RemediationRecord) -> str:
    """In a sentence or two."""
    parts = [text for text in (record.reason, record.error) if text]
    if not parts:
        actions = [action["text"] for action in record.actions]
        parts = [*actions, record.summary_after or ("" if actions else record.summary_before)]
    return " ".join(filter(None, [*parts, *(f"LEFT BEHIND: {item}" for item in record.left_behind)]))


def _row(record: RemediationRecord) -> str:
    cells = (
        record.host,
        _WORDS[record.outcome],
        record.cause,
        record.verdict_before,
        record.verdict_after,
        _what_happened(record),
    )
    return f"| {' | '.join(plain(cell) or '-' for cell in cells)} |"


def _details(record: RemediationRecord) -> Iterator[str]:
    for action in record.actions:
        yield from _action(action)
    if record.plan is None:
        return
    for admin, places in record.plan.pending.items():
        yield f"- pending, {plain(admin)}: {plain(', '.join(places[:_MAX_PLACES]))}"
    yield f"- candidate configuration: {plain(record.plan.candidate)}"


def _action(action: Action) -> Iterator[str]:
    job = f", job {action['job_id']}" if action.get("job_id") is not None else ""
    at = f", {action['began_at']}" if action.get("began_at") else ""
    yield f"- {plain(action['host'])}: {plain(action['text'])} **{plain(action['state'])}**{plain(job + at)}"
    if action.get("error"):
        yield f"  - error: {plain(action['error'])}"
    for name, texts in (("warnings", action.get("warnings")), ("details", action.get("details"))):
        if texts:
            yield f"  - {name}: {plain('; '.join(texts))}"
