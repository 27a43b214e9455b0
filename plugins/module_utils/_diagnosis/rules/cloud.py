# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes on the side of the cloud, as its HTTP answers in devsrv.log name them.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import UNLICENSED_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import (
    CERTAINTY,
    Finding,
    from_log,
    newest,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import DECISIVE, Trace

_CONTENT_VERSION = "invalid content version"
_THREAT_PREVENTION = "threat prevention"


def cloud_answer(case: Case) -> list[Finding]:
    """The HTTP error of the newest attempt; a named fault of the device certificate explains a rejection."""
    failed = case.timeline.of("http")
    findings: list[Finding] = []
    families = list(dict.fromkeys(trace.family for trace in failed))
    for family in families:
        answers = tuple(trace for trace in failed if trace.family == family)
        findings += _judged(case, answers)
    if case.timeline.of("client_certificate"):
        findings = [finding for finding in findings if finding.cause_id != "cloud_rejected_request"]
    if not failed:
        findings += _authentication_alone(case)
    return findings


def _judged(case: Case, answers: tuple[Trace, ...]) -> list[Finding]:
    code = answers[0].code
    details: dict[str, Any] = {"http_code": code, "text": next((trace.text for trace in answers if trace.text), "")}
    confidence = from_log(case.timeline)
    seen, because = newest(answers), ("cloud_response",)
    if answers[0].family == "http:5xx":
        return [Finding("cloud_service_error", confidence, because, details, seen)]
    if code == 404:
        return [Finding("cloud_service_missing", confidence, because, details, seen)]
    said = any(_CONTENT_VERSION in f"{trace.text} {trace.sample}".lower() for trace in answers)
    if code == 400 and said:
        return _content_version(case, details, answers, confidence)
    return [Finding("cloud_rejected_request", confidence, because, details, seen)]


def _content_version(
    case: Case, details: dict[str, Any], answers: tuple[Trace, ...], confidence: Confidence
) -> list[Finding]:
    affected, licensed = UNLICENSED_CONTENT.affects(case.release), threat_prevention(case)
    seen = newest(answers)
    rejected = Finding("cloud_rejected_request", confidence, ("cloud_response",), details, seen)
    if affected == "fixed" or licensed:
        return [rejected]
    because = ("known_defects", "cloud_response", "license")
    if affected == "affected":
        weakest: Confidence = "proven" if licensed is False else "likely"
        weight = max(confidence, weakest, key=CERTAINTY.__getitem__)
        return [Finding("unlicensed_content_defect", weight, because, details, seen)]
    undecided = "the PAN-OS release"
    return [
        Finding("unlicensed_content_defect", "possible", because, details, seen, undecided=undecided),
        Finding("cloud_rejected_request", "possible", ("cloud_response",), details, seen, undecided=undecided),
    ]


def _authentication_alone(case: Case) -> list[Finding]:
    """The system log's text of an authentication failure is the defect's too (article B); devsrv.log decides."""
    texts = case.timeline.of("authentication")
    explained = case.live is not None or bool(case.timeline.of(*DECISIVE - {"http"}))
    if not texts or explained or not may_have_unlicensed_content(case):
        return []
    details = {"http_code": None, "text": texts[0].text}
    because = ("known_defects", "engine_events", "license")
    # A log that was read may begin after the event, so that its silence rules nothing out.
    undecided = "" if case.log_was_read else "what devsrv.log says"
    return [Finding("unlicensed_content_defect", "possible", because, details, newest(texts), undecided=undecided)]


def may_have_unlicensed_content(case: Case) -> bool:
    """The release has the defect of article B, and no Threat Prevention licence is known to prevent it."""
    return UNLICENSED_CONTENT.affects(case.release) == "affected" and not threat_prevention(case)


def threat_prevention(case: Case) -> bool | None:
    """Whether the firewall has a (Advanced) Threat Prevention licence; None where unknown or expired."""
    licenses = case.evidence.licenses
    if licenses.value is None or licenses.problem is not None:
        return None
    held = [entry for entry in licenses.value.entries if _THREAT_PREVENTION in entry.feature.lower()]
    if not held:
        return False
    return None if all(entry.expired for entry in held) else True
