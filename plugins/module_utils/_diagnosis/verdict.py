# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict, and the causes that go with it.

The verdict is the state: connected (healthy, or degraded if something will break the connection), disconnected (broken,
or standby where an HA peer is expected to be), or undetermined if the state is unknown. The causes are the reasons: a
disconnected firewall is broken whether its cause is proven or unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import RemedyEntry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import stopped_by
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import CauseConfidence, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import CERTAINTY, Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.certificate import (
    device_certificate_invalid,
    device_certificate_not_renewed,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import expected_of_standby

# The causes that a degrading check may stand for, the first that fits. The connection stands: no more than possible.
_DEGRADING_CAUSES = {
    "device_clock": "clock_skew",
    "service_route": "service_route_invalid",
    "name_resolution": "name_resolution_failed",
}

# Longer reasons stand in ``missing`` alone: a summary is one line.


def decide(
    case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...], crashed: bool
) -> tuple[Verdict, tuple[Finding, ...]]:
    """The verdict and its causes. ``crashed``: a rule did, so the findings are incomplete."""
    stop = stopped_by(outcomes, case)
    if stop is not None:
        return ("undetermined" if stop == "device_access" else "not_applicable"), ()
    if case.state == "connected":
        degrading = degrading_checks(outcomes)
        return ("degraded" if degrading else "healthy"), _latent(case, outcomes)
    if case.state != "disconnected":
        return "undetermined", findings
    if expected_of_standby(case):
        return "standby", ()
    strong = any(finding.confidence != "possible" for finding in findings)
    everything_read = not (crashed or case.undecided_by or open_question(case, findings))
    if strong or not everything_read:
        return "broken", findings
    return "broken", (*findings, _unexplained(case))


def cause_confidence(findings: tuple[Finding, ...]) -> CauseConfidence:
    """The confidence of the first cause; ``unknown`` where none is named."""
    return findings[0].confidence if findings else "unknown"


def open_question(case: Case, findings: tuple[Finding, ...]) -> str:
    """The question that decides between the findings, to follow "find out"; empty where none is open."""
    undecided = next((finding.undecided for finding in findings if finding.undecided), "")
    unordered = bool(findings) and not case.timeline.ordered
    return undecided or ("which of the errors is the newest" if unordered else "")


def degrading_checks(outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """The checks that found something that will break a connection."""
    return tuple(check for check, outcome in outcomes.items() if outcome.risk)


def _latent(case: Case, outcomes: Mapping[str, Outcome]) -> tuple[Finding, ...]:
    found = [finding for check in degrading_checks(outcomes) for finding in _latent_of(case, check, outcomes[check])]
    return tuple(sorted(found, key=lambda finding: CERTAINTY[finding.confidence]))


def _latent_of(case: Case, check: str, outcome: Outcome) -> tuple[Finding, ...]:
    if check == "device_certificate":
        invalid = tuple(replace(finding, confidence="possible") for finding in device_certificate_invalid(case))
        # The missing renewal is seen, not inferred.
        overdue = tuple(replace(finding, confidence="proven") for finding in device_certificate_not_renewed(case))
        return invalid + overdue
    if check not in _DEGRADING_CAUSES:
        return ()
    reason = (case.route_fault if check == "service_route" else None) or outcome.risk
    return (Finding(_DEGRADING_CAUSES[check], "possible", (check,), {"reason": reason}),)


def _unexplained(case: Case) -> Finding:
    """No cause matches. The other errors of the logs go with it, unrecognized ones first."""
    seen = (*case.timeline.unrecognized, *case.timeline.of("other", "unknown_error"))
    details = {"errors": list(dict.fromkeys(brief(trace.text or trace.sample) for trace in seen))[:5]}
    return Finding("unexplained", "possible", ("cloud_connection",), details)


def remedy_of(finding: Finding) -> RemedyEntry:
    """The catalogue's remedy for this variant of the cause."""
    entry = CATALOGUE[finding.cause_id]
    return entry.variants.get(finding.variant or "", entry.remedy)
