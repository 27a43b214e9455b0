# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict, and the one sentence that a person can act on.

connected: healthy, or degraded where something will break it next. disconnected: broken when at least one cause is
proven or likely, or when all evidence was read and explains nothing; else undetermined. A unit of a pair that is not
active is broken only by a proven cause. Anything but a clear answer to the state itself is undetermined.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import NOT_ASKED_KIND, Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE, RemedyEntry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.device import access_problem
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import stopped_by
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Verdict
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name

# The cause that a degrading check stands for; the connection stands, so that it is no more than possible.
_DEGRADING_CAUSES = {
    "device_clock": "clock_skew",
    "device_certificate": "device_certificate_invalid",
    "service_route": "service_route_invalid",
    "name_resolution": "name_resolution_failed",
}

_NAMES = {
    "service_route": "the service route",
    "ping": "the ping",
    "netstat": "the connection table",
    "devsrv_log": "devsrv.log",
    "system_log": "the system log",
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
    strong = [finding for finding in findings if finding.confidence != "possible"]
    if case.state == "busy":
        server = any(finding.cause_id == "device_server_unavailable" for finding in strong)
        return ("broken" if server else "undetermined"), findings
    if case.state != "disconnected":
        return "undetermined", findings
    if case.ha_inactive is not None:
        proven = any(finding.confidence == "proven" for finding in findings)
        return ("broken" if proven else "undetermined"), findings
    if strong:
        return "broken", findings
    if crashed or case.undecided_by or _open_question(case, findings):
        return "undetermined", findings
    return "broken", (*findings, _unexplained(case))


def _open_question(case: Case, findings: tuple[Finding, ...]) -> str:
    """What would have to be known to decide between the findings, empty where nothing."""
    undecided = next((finding.undecided for finding in findings if finding.undecided), "")
    unordered = bool(findings) and not case.timeline.ordered
    return undecided or ("which of the errors is the newest" if unordered else "")


def _degrading(outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    return tuple(check for check, outcome in outcomes.items() if outcome.degrades)


def _latent(case: Case, outcomes: Mapping[str, Outcome]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            _DEGRADING_CAUSES[check],
            "possible",
            (check,),
            {"reason": (case.route_fault if check == "service_route" else None) or outcomes[check].message},
        )
        for check in _degrading(outcomes)
        if check in _DEGRADING_CAUSES
    )


def _unexplained(case: Case) -> Finding:
    """Nothing matched; what the logs say otherwise goes with it."""
    seen = [brief(trace.text or trace.sample) for trace in case.timeline.of("other", "unknown_error")]
    details = {"errors": list(dict.fromkeys(seen))[:5]}
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
        first = remedy_of(findings[0]).action.format_map(wording.values(case, {})) if findings else ""
        advice = f" First: {first}." if first else ""
        return f"Connected to {server}, but something will break it next: {reasons}{advice}"
    if verdict == "not_applicable":
        return _sentence(outcomes["supported_release"])
    problem = access_problem(case)
    if outcomes["device_access"].status == "error":
        return _sentence(outcomes["device_access"]) if problem else "There is no evidence of this firewall."
    pair = f"High-availability unit in state {brief_name(case.ha_inactive)}: " if case.ha_inactive else ""
    if verdict == "broken":
        return pair + _cause_sentence(case, findings[0]) + _notes(case, outcomes, findings[0])
    return pair + _undetermined(case, outcomes, findings)


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


def _undetermined(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> str:
    server = wording.server(case)
    if case.state == "busy":
        return _sentence(outcomes["device_server"])
    if case.state != "disconnected":
        said = _sentence(outcomes["cloud_connection"])
        return f"Whether the firewall is connected to {server} is not known. {said}"
    if findings and findings[0].variant == "wait":
        return _cause_sentence(case, findings[0])
    if findings:
        names = " or ".join(finding.cause_id for finding in findings)
        open_question = _open_question(case, findings)
        told = f" To decide it, find out {open_question}." if open_question else ""
        return f"Disconnected from {server}; possible: {names}.{told}{_would_give(case)}"
    if case.ha_inactive is not None:
        return f"disconnected from {server}, which need not be a defect; diagnose the active unit."
    lacking = " and ".join(_NAMES[name] for name in case.undecided_by)
    if not lacking:
        return f"Disconnected from {server}, and why cannot be told for a defect of this collection."
    return f"Disconnected from {server}, and why cannot be told without {lacking}.{_would_give(case)}"


def _would_give(case: Case) -> str:
    """The first thing that would give what is missing."""
    for name in case.undecided_by:
        problem = getattr(case.evidence, name).problem
        if problem is not None and problem.kind == NOT_ASKED_KIND:
            return " Diagnose with full depth."
        if problem is not None and problem.would_give:
            return f" Needed: {brief(problem.would_give, 600).rstrip('.')}."
    return ""
