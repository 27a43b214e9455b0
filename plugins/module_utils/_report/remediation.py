# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that repairs has done, or would do: one line per firewall, and a page for whoever approves.

Records come as data (``panops.mlav/remediation/1``) and hold text from devices: every string is cleaned here.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import clean, firewalls
from ansible_collections.panops.mlav.plugins.module_utils._report.markdown import plain

Data = Mapping[str, Any]

#: In the order of a report, what needs a person first, with what each says.
OUTCOMES = {
    "failed": "failed",
    "rolled_back": "did not help and was taken back",
    "running": "was interrupted",
    "blocked": "blocked",
    "planned": "planned",
    "repaired": "repaired",
    "nothing_to_do": "nothing to do",
}


def with_halted(records: Iterable[Data], stopped_by: Sequence[str]) -> list[dict[str, Any]]:
    """The records of a run that ``stopped_by`` have stopped: those that were not begun say so.

    A firewall that merely could not be planned has failed as well, and stops nobody.
    """
    told = [dict(record) for record in records]
    if not stopped_by:
        return told
    for record in told:
        if record.get("outcome") == "planned":
            record.update(
                outcome="blocked",
                guard="halted",
                reason=f"Not begun: the remediation of {', '.join(stopped_by)} failed, which stops those after it.",
                actions=[],
            )
    return told


def remediation_headline(records: Sequence[Data]) -> str:
    """The first line of a report."""
    counts = [
        f"{count} {said}"
        for outcome, said in OUTCOMES.items()
        if (count := sum(record.get("outcome") == outcome for record in records))
    ]
    return f"MLAV remediation: {firewalls(len(records))}" + (f", {', '.join(counts)}" if counts else "")


def remediation_lines(records: Sequence[Data]) -> list[str]:
    """The headline, and one line per firewall in the order of OUTCOMES."""
    lines = [remediation_headline(records)]
    for outcome, said in OUTCOMES.items():
        lines += [
            f"{clean(record.get('host'))} | {said} | {clean(record.get('cause')) or '-'} | {clean(_told(record))}"
            for record in records
            if record.get("outcome") == outcome
        ]
    return lines


def _told(record: Data) -> str:
    """What happened, in a sentence or two."""
    parts = [str(record.get(name)) for name in ("reason", "error") if record.get(name)]
    if not parts:
        actions = [str(action.get("text", "")) for action in record.get("actions") or []]
        parts = [" ".join(actions)] if actions else []
        parts.append(str(record.get("summary_after") or ("" if actions else record.get("summary_before") or "")))
    parts += [f"LEFT BEHIND: {item}" for item in record.get("left_behind") or []]
    return " ".join(filter(None, parts))


def remediation_markdown(records: Sequence[Data]) -> str:
    """The page: a table of all firewalls, then each one's steps."""
    lines = ["# MLAV remediation", "", plain(remediation_headline(records)), ""]
    lines += ["| firewall | outcome | cause | before | after | what |", "|---|---|---|---|---|---|"]
    for outcome, said in OUTCOMES.items():
        lines += [
            "| "
            + " | ".join(
                plain(value) or "-"
                for value in (
                    record.get("host"),
                    said,
                    record.get("cause"),
                    record.get("verdict_before"),
                    record.get("verdict_after"),
                    _told(record),
                )
            )
            + " |"
            for record in records
            if record.get("outcome") == outcome
        ]
    for record in records:
        if record.get("actions"):
            lines += ["", f"## {plain(record.get('host'))}", "", *_steps(record)]
    return "\n".join(lines) + "\n"


def _steps(record: Data) -> Iterator[str]:
    for action in record.get("actions") or []:
        job = f", job {action['job_id']}" if action.get("job_id") is not None else ""
        at = f", {action['began_at']}" if action.get("began_at") else ""
        what = f"{plain(action.get('host'))}: {plain(action.get('text'))}"
        yield f"- {what} **{plain(action.get('state'))}**{plain(job + at)}"
        for name in ("error", "warnings", "details"):
            said = action.get(name)
            if said:
                yield f"  - {name}: {plain(said if isinstance(said, str) else '; '.join(map(str, said)))}"
    plan = record.get("plan") or {}
    for admin, xpaths in (plan.get("pending") or {}).items():
        yield f"- pending, {plain(admin)}: {plain(', '.join(map(str, xpaths[:10])))}"
    if plan:
        yield f"- candidate configuration: {plain(plan.get('candidate'))}"
