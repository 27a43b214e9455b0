# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes on the side of the cloud, as its HTTP answers in devsrv.log name them."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.classify import causes_of, threat_prevention
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import UNLICENSED_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import (
    CERTAINTY,
    Finding,
    from_log,
    newest,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import DECISIVE, Trace

_ANSWER = ("cloud_response",)
_BECAUSE = {"unlicensed_content_defect": ("known_defects", "cloud_response", "license")}
_RELEASE = "which PAN-OS release is installed"


def cloud_answer(case: Case) -> list[Finding]:
    """The HTTP error of the newest attempt. A client-certificate text in the system log explains a rejection."""
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
    text = next((trace.text for trace in answers if trace.text), "")
    details: dict[str, Any] = {"http_code": answers[0].code, "text": text}
    causes, seen = causes_of(case, answers), newest(answers)
    if len(causes) > 1:
        return [
            Finding(cause, "possible", _BECAUSE.get(cause, _ANSWER), details, seen, undecided=_RELEASE)
            for cause in causes
        ]
    # That no license is held is known only from a list that was read.
    license_unknown = causes[0] == "unlicensed_content_defect" and threat_prevention(case) is None
    weakest: Confidence = "likely" if license_unknown else "proven"
    confidence = max(from_log(case.timeline), weakest, key=CERTAINTY.__getitem__)
    return [Finding(causes[0], confidence, _BECAUSE.get(causes[0], _ANSWER), details, seen)]


def _authentication_alone(case: Case) -> list[Finding]:
    """The system log reports the defect of article B as an authentication failure too; devsrv.log decides."""
    texts = case.timeline.of("authentication")
    explained = case.live is not None or bool(case.timeline.of(*DECISIVE - {"http"}))
    if not texts or explained or not may_have_unlicensed_content(case):
        return []
    details = {"http_code": None, "text": texts[0].text}
    because = ("known_defects", "engine_events", "license")
    # devsrv.log may begin after the event, so what it does not report is not ruled out.
    undecided = "" if case.log_was_read else "what devsrv.log reports"
    return [Finding("unlicensed_content_defect", "possible", because, details, newest(texts), undecided=undecided)]


def may_have_unlicensed_content(case: Case) -> bool:
    """The release has the defect of article B, and no Threat Prevention license is known that prevents it."""
    return UNLICENSED_CONTENT.affects(case.release) == "affected" and not threat_prevention(case)
