# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary: what is wrong, the one decisive fact, what to do, in at most ``SUMMARY_LIMIT`` characters.

A longer one leaves out what the checks and ``missing`` have anyway: each function returns its wordings from the longest
to the shortest, and the first that fits is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.device import access_problem, not_accessible
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import stopped_by
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Verdict
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.verdict import (
    degrading_checks,
    open_question,
    remedy_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Problem

SUMMARY_LIMIT = 160

# Where an advice may end early without a change of its meaning.
_CLAUSE_END = re.compile(r"\. |; |, or |, so that ")

_ANY_SERVER = "the cloud server"

_NAMES = {
    "service_route": "service route",
    "ping": "ping",
    "netstat": "connection table",
    "devsrv_log": "devsrv.log",
    "system_log": "system log",
}

Wordings = tuple[str, ...]


def summarize(case: Case, verdict: Verdict, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> str:
    """The summary of one firewall."""
    return fitted(*_wordings(case, verdict, outcomes, findings))


def fitted(*wordings: str) -> str:
    """The first wording within the limit; else the last one, cut."""
    return next((text for text in wordings if len(text) <= SUMMARY_LIMIT), brief(wordings[-1], SUMMARY_LIMIT))


def _wordings(case: Case, verdict: Verdict, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> Wordings:
    if stopped_by(outcomes, case) == "device_access":
        return _not_accessible(case)
    if verdict == "not_applicable":
        return (outcomes["supported_release"].message,)
    if verdict == "healthy":
        return tuple(f"Connected to {server}. No action needed." for server in _servers(case))
    if verdict == "degraded":
        return _degraded(case, outcomes, findings)
    if verdict == "standby":
        reason = f"disconnected as expected: its service route uses {wording.egress(case)}. No action needed."
        return (f"{_peer(case)}, {reason}",)
    peer = f"{_peer(case)}: " if case.ha_inactive else ""
    if case.state != "disconnected":
        return _prefixed((peer,), _state_unknown(case, outcomes, findings))
    return _prefixed(_with_unrecognized(case, peer), _broken(case, findings))


def _prefixed(prefixes: Wordings, wordings: Wordings) -> Wordings:
    """Every wording behind every prefix; the longest prefix with the shortest wording before a shorter prefix."""
    return tuple(f"{prefix}{text}" for prefix in prefixes for text in wordings)


def _servers(case: Case) -> Wordings:
    return (wording.server(case), _ANY_SERVER)


def _peer(case: Case) -> str:
    """``Passive peer``, by its own state."""
    state = brief_name(case.ha_inactive)
    return f"{state[:1].upper()}{state[1:]} peer"


def _capitalized(text: str) -> str:
    """With a capital; a host name or a process name keeps its case."""
    named = any(mark in (text.split() or [""])[0] for mark in ".-")
    return text if named else text[:1].upper() + text[1:]


def _with_unrecognized(case: Case, peer: str) -> Wordings:
    """The newest current MLAV error that is unrecognized comes first."""
    errors = case.timeline.unrecognized
    if not errors:
        return (peer,)
    text = errors[0].text or errors[0].sample
    return tuple(f'Unrecognized MLAV error: "{brief(text, limit)}". {peer}' for limit in (60, 30, 15))


# --- access ----------------------------------------------------------------------------------------------------------


def _not_accessible(case: Case) -> Wordings:
    problem = access_problem(case)
    if problem is None:
        return ("No evidence was collected.",)
    return _with_reason(not_accessible(case, problem), problem)


def _with_reason(what: str, problem: Problem) -> Wordings:
    """What failed, the reason, and how to mend it, as far as both fit."""
    message = brief(problem.message, 600).rstrip(". ")
    advice = _shortened(_sentence(problem.hint), SUMMARY_LIMIT - len(f"{what}: . ") - min(len(message), 60))
    reason = brief(message, SUMMARY_LIMIT - len(f"{what}: . {advice}"))
    return (f"{what}: {reason}. {advice}".rstrip(),)


def _shortened(advice: str, room: int) -> str:
    """The advice, or as many of its first clauses as fit; empty where none does."""
    if len(advice) <= room:
        return advice
    ends = [found.start() for found in _CLAUSE_END.finditer(advice) if found.start() < room]
    return f"{advice[: max(ends)]}." if ends else ""


def _sentence(text: str) -> str:
    """A text of unbounded length as one sentence; empty for none."""
    line = brief(text, 600).rstrip(". ")
    return f"{line}." if line else ""


# --- connected -------------------------------------------------------------------------------------------------------


def _degraded(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> Wordings:
    """The risk that the advice is about comes first."""
    first = findings[0].because[0] if findings else ""
    checks = sorted(degrading_checks(outcomes), key=lambda check: check != first)
    risks = [outcomes[check].risk for check in checks]
    advice = f" {_action(case, findings[0])}." if findings else ""
    others = f" (and {len(risks) - 1} more)" if len(risks) > 1 else ""
    return (
        f"Connected, but at risk: {'; '.join(risks)}.{advice}",
        f"Connected, but at risk: {risks[0]}{others}.{advice}",
        f"Connected, but at risk: {brief(risks[0], 60)}{others}.{advice}",
    )


# --- connection state unknown ----------------------------------------------------------------------------------------


def _state_unknown(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> Wordings:
    if case.state == "busy":
        named = findings and findings[0].confidence != "possible"
        return _cause(case, findings[0]) if named else (outcomes["device_server"].message,)
    problem = case.evidence.cloud_status.problem
    if case.evidence.cloud_status.value is None and problem is not None and problem.kind != NOT_ASKED_KIND:
        return _with_reason("Cloud status could not be collected", problem)
    return (outcomes["cloud_connection"].message,)


# --- disconnected ----------------------------------------------------------------------------------------------------


def _broken(case: Case, findings: tuple[Finding, ...]) -> Wordings:
    """Why a disconnected firewall is: its first cause, or the question that decides."""
    if not findings:
        return _unknown(case)
    undecided = findings[0].confidence == "possible" and findings[-1].cause_id != "unexplained"
    if undecided and findings[0].variant != "wait":
        return _possible(case, findings)
    return _cause(case, findings[0])


def _cause(case: Case, finding: Finding) -> Wordings:
    """``TLS intercepted upstream (proven): … shows an untrusted certificate. Have … exclude ….``"""
    remedy, entry = remedy_of(finding), CATALOGUE[finding.cause_id]
    title = remedy.title or entry.title
    lead = title if finding.cause_id == "unexplained" else f"{title} ({finding.confidence})"
    action = _action(case, finding)
    values = wording.values(case, finding.details)
    facts = [(remedy.essence or entry.essence).format_map(values | {"server": name}) for name in _servers(case)]
    wordings = (*(f"{lead}: {fact}. {action}." for fact in facts), f"{lead}. {action}.")
    if finding.cause_id == "unexplained" and case.timeline.past:
        return (f"{wordings[0]} Older errors are in the history.", *wordings)
    return wordings


def _action(case: Case, finding: Finding) -> str:
    return _capitalized(remedy_of(finding).action.format_map(wording.values(case, finding.details)))


def _possible(case: Case, findings: tuple[Finding, ...]) -> Wordings:
    named = _joined([finding.cause_id for finding in findings], "or")
    lead = f"Disconnected. Possible cause{'s' if len(findings) > 1 else ''}: {named}."
    question, hint = open_question(case, findings), _hint(case)
    asked = f" Find out {question}." if question else ""
    return (f"{lead}{asked}{hint}", f"{lead}{asked}", f"{lead}{hint}", lead)


def _unknown(case: Case) -> Wordings:
    names = [_NAMES[name] for name in case.undecided_by]
    if not names:
        return ("Disconnected; cause unknown because of a bug in this collection (see the checks with status error).",)
    missing = f"Disconnected; cause unknown: {_joined(names, 'and')} {'are' if len(names) > 1 else 'is'} missing"
    hint = _hint(case)
    return (f"{missing}{_reason(case)}.{hint}", f"{missing}.{hint}", f"Disconnected; cause unknown.{hint}")


def _joined(names: list[str], word: str) -> str:
    """``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def _reason(case: Case) -> str:
    """Why the first of the missing evidence is, in parentheses; empty where no reason is known."""
    problems = (getattr(case.evidence, name).problem for name in case.undecided_by)
    known = next((problem for problem in problems if problem is not None and problem.kind != NOT_ASKED_KIND), None)
    words = brief(known.message, 80).rstrip(".") if known is not None else ""
    return f" ({words})" if words else ""


def _hint(case: Case) -> str:
    """How to obtain the missing evidence, as a sentence behind another; empty where unknown."""
    hints: Iterable[Problem | None] = (getattr(case.evidence, name).problem for name in case.undecided_by)
    for problem in hints:
        if problem is not None and problem.kind == NOT_ASKED_KIND:
            return " Diagnose again with depth full."
        if problem is not None and problem.hint:
            return f" {_sentence(problem.hint)}"
    return ""
