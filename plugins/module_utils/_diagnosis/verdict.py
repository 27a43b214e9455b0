# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict, and the one sentence that a person can act on.

The verdict says what is: connected (healthy, or degraded where something will break it next), disconnected (broken, or
standby where that is expected of a pair's peer), or undetermined where the state itself could not be told. The causes
say why; a disconnected firewall is broken whether its cause is proven or unknown.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import RemedyEntry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.device import access_problem
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import stopped_by
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import CauseConfidence, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import CERTAINTY, Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.certificate import (
    device_certificate_invalid,
    device_certificate_not_renewed,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import expected_of_standby

# The causes that a degrading check may stand for, the first that fits. The connection stands: no more than possible.
_DEGRADING_CAUSES = {
    "device_clock": "clock_skew",
    "service_route": "service_route_invalid",
    "name_resolution": "name_resolution_failed",
}

# Longer reasons stand in ``missing`` alone: a summary is one line.
_FEW_WORDS = 60

_NAMES = {
    "service_route": "service route",
    "ping": "ping",
    "netstat": "connection table",
    "devsrv_log": "devsrv.log",
    "system_log": "system log",
}


def decide(
    case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...], crashed: bool
) -> tuple[Verdict, tuple[Finding, ...]]:
    """The verdict, and the causes that stand with it. ``crashed``: a rule did, so that nothing is complete."""
    stop = stopped_by(outcomes, case)
    if stop is not None:
        return ("undetermined" if stop == "device_access" else "not_applicable"), ()
    if case.state == "connected":
        degrading = _degrading(outcomes)
        return ("degraded" if degrading else "healthy"), _latent(case, outcomes)
    if case.state != "disconnected":
        return "undetermined", findings
    if expected_of_standby(case):
        return "standby", ()
    strong = any(finding.confidence != "possible" for finding in findings)
    everything_read = not (crashed or case.undecided_by or _open_question(case, findings))
    if strong or not everything_read:
        return "broken", findings
    return "broken", (*findings, _unexplained(case))


def cause_confidence(findings: tuple[Finding, ...]) -> CauseConfidence:
    """The confidence of the first cause; ``unknown`` where none is named."""
    return findings[0].confidence if findings else "unknown"


def _open_question(case: Case, findings: tuple[Finding, ...]) -> str:
    """What would have to be known to decide between the findings, empty where nothing."""
    undecided = next((finding.undecided for finding in findings if finding.undecided), "")
    unordered = bool(findings) and not case.timeline.ordered
    return undecided or ("which of the errors is the newest" if unordered else "")


def _degrading(outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    return tuple(check for check, outcome in outcomes.items() if outcome.degrades)


def _latent(case: Case, outcomes: Mapping[str, Outcome]) -> tuple[Finding, ...]:
    found = [finding for check in _degrading(outcomes) for finding in _latent_of(case, check, outcomes[check])]
    return tuple(sorted(found, key=lambda finding: CERTAINTY[finding.confidence]))


def _latent_of(case: Case, check: str, outcome: Outcome) -> tuple[Finding, ...]:
    if check == "device_certificate":
        invalid = tuple(replace(finding, confidence="possible") for finding in device_certificate_invalid(case))
        # That it was not renewed is seen, not inferred.
        overdue = tuple(replace(finding, confidence="proven") for finding in device_certificate_not_renewed(case))
        return invalid + overdue
    if check not in _DEGRADING_CAUSES:
        return ()
    reason = (case.route_fault if check == "service_route" else None) or outcome.message
    return (Finding(_DEGRADING_CAUSES[check], "possible", (check,), {"reason": reason}),)


def _unexplained(case: Case) -> Finding:
    """Nothing matched; what the logs say otherwise goes with it, what is not recognized first."""
    seen = (*case.timeline.unrecognized, *case.timeline.of("other", "unknown_error"))
    details = {"errors": list(dict.fromkeys(brief(trace.text or trace.sample) for trace in seen))[:5]}
    return Finding("unexplained", "possible", ("cloud_connection",), details)


def remedy_of(finding: Finding) -> RemedyEntry:
    entry = CATALOGUE[finding.cause_id]
    return entry.variants.get(finding.variant or "", entry.remedy)


def summarise(case: Case, verdict: Verdict, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> str:
    """One sentence: what is the matter, and the first thing to do."""
    server = wording.server(case)
    if verdict == "healthy":
        return f"Connected to {server}: nothing to do."
    if verdict == "degraded":
        reasons = " ".join(_sentence(outcomes[check]) for check in _degrading(outcomes))
        first = findings[0] if findings else None
        advice = remedy_of(first).action.format_map(wording.values(case, first.details)) if first else ""
        return f"Connected to {server}, but something will break it next: {reasons}" + (
            f" First: {advice}." if advice else ""
        )
    if verdict == "not_applicable":
        return _sentence(outcomes["supported_release"])
    if outcomes["device_access"].status == "error":
        problem = access_problem(case)
        return _sentence(outcomes["device_access"]) if problem else "There is no evidence of this firewall."
    pair = f"HA peer ({brief_name(case.ha_inactive)}): " if case.ha_inactive else ""
    if verdict == "standby":
        return f"{pair}disconnected from {server}, as expected: its service route leaves by {wording.way(case)}."
    if case.state != "disconnected":
        return pair + _not_told(case, outcomes, findings)
    return unrecognized(case) + pair + _why(case, outcomes, findings)


def unrecognized(case: Case) -> str:
    """The newest current error of MLAV that is not recognized, as a sentence; empty where there is none."""
    errors = case.timeline.unrecognized
    return f'Unrecognized MLAV error: "{brief(errors[0].text or errors[0].sample, 100)}". ' if errors else ""


def _why(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> str:
    """Why a disconnected firewall is: its first cause, or what would have to be known."""
    if not findings:
        return _unknown(case)
    undecided = findings[0].confidence == "possible" and findings[-1].cause_id != "unexplained"
    if undecided and findings[0].variant != "wait":
        return _possible(case, findings)
    return _cause_sentence(case, findings[0]) + _notes(case, outcomes, findings[0])


def _cause_sentence(case: Case, finding: Finding) -> str:
    values = wording.values(case, finding.details)
    remedy = remedy_of(finding)
    essence = (remedy.essence or CATALOGUE[finding.cause_id].essence).format_map(values)
    action = remedy.action.format_map(values)
    lead = {"proven": "", "likely": "Likely cause: ", "possible": "Possible cause: "}[finding.confidence]
    if finding.cause_id == "unexplained":
        lead = ""
    sentence = f"{lead}{essence}; {action}."
    # A host name or a process name keeps its case.
    named = any(mark in sentence.split()[0] for mark in ".-")
    return sentence if named else sentence[0].upper() + sentence[1:]


def _notes(case: Case, outcomes: Mapping[str, Outcome], finding: Finding) -> str:
    """What else to know where nothing explains the loss."""
    if finding.cause_id != "unexplained":
        return ""
    release = outcomes["supported_release"]
    model = f" {release.message}" if release.status == "warn" else ""
    return model + (" Older errors are in the history." if case.timeline.past else "")


def _sentence(outcome: Outcome) -> str:
    """A check's message with a full stop; what it was compared with has none."""
    return f"{outcome.message.rstrip('.')}."


def _not_told(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> str:
    """Why the state could not be told."""
    if case.state == "busy":
        named = findings and findings[0].confidence != "possible"
        return _cause_sentence(case, findings[0]) if named else _sentence(outcomes["device_server"])
    said = _sentence(outcomes["cloud_connection"])
    return f"Whether the firewall is connected to {wording.server(case)} is not known. {said}"


def _possible(case: Case, findings: tuple[Finding, ...]) -> str:
    names = " or ".join(finding.cause_id for finding in findings)
    open_question = _open_question(case, findings)
    told = f" To decide, find out {open_question}." if open_question else ""
    return f"Disconnected from {wording.server(case)}; possible: {names}.{told}{_hint(case)}"


def _unknown(case: Case) -> str:
    lacking = [_NAMES[name] for name in case.undecided_by]
    disconnected = f"Disconnected from {wording.server(case)}; cause unknown"
    if not lacking:
        return f"{disconnected} because of a bug in this collection (see the checks with status error)."
    *first, last = lacking
    named = f"{', '.join(first)} and {last} are" if first else f"{last} is"
    return f"{disconnected}: {named} missing{_reason(case)}.{_hint(case)}"


def _reason(case: Case) -> str:
    """Why the first of what is missing is, where a few words say it; ``missing`` has the rest."""
    problems = (getattr(case.evidence, name).problem for name in case.undecided_by)
    known = next((problem for problem in problems if problem is not None and problem.kind != NOT_ASKED_KIND), None)
    words = brief(known.message, _FEW_WORDS + 1).rstrip(".") if known is not None else ""
    return f" ({words})" if words and len(words) <= _FEW_WORDS else ""


def _hint(case: Case) -> str:
    """The first thing that would give what is missing."""
    for name in case.undecided_by:
        problem = getattr(case.evidence, name).problem
        if problem is not None and problem.kind == NOT_ASKED_KIND:
            return " Diagnose with full depth."
        if problem is not None and problem.hint:
            return f" {brief(problem.hint, 600).rstrip('.')}."
    return ""
