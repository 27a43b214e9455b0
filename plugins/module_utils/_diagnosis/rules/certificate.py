# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the firewall's own device certificate."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.device_certificate import judge_device_certificate
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding, from_log, newest
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.cloud import may_have_unlicensed_content
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace

_BY_DATE = ("expired", "not yet valid")


def remedy_variant(case: Case) -> str | None:
    """``tpm`` for a model with a TPM, which fetches its certificate without a one-time password."""
    device = case.evidence.device.value
    return "tpm" if device is not None and device.has_tpm else None


def device_certificate_invalid(case: Case) -> list[Finding]:
    """MLAV's client-certificate texts, or the device certificate's own status and dates."""
    texts = case.timeline.of("client_certificate")
    own = judge_device_certificate(case)
    details: dict[str, Any] = {"device_certificate_status": own.status}
    because: tuple[str, ...] = ("device_certificate", "engine_events")
    variant = remedy_variant(case)
    if texts:
        details["reason"] = texts[0].text
        because += ("cloud_response",) if case.timeline.of("http") else ()
        confidence = from_log(case.timeline, _of_text(texts[0], bool(own.fault)))
        return [Finding("device_certificate_invalid", confidence, because, details, newest(texts), variant)]
    explained = case.live is not None or bool(case.timeline.of("bind", "dns", "proxy", "tcp", "cut", "tls", "http"))
    if own.fault:
        weight: Confidence = "possible" if explained else "likely"
        details["reason"] = own.fault
        return [Finding("device_certificate_invalid", weight, because[:1], details, variant=variant)]
    ambiguous = case.timeline.of("authentication")
    # The text names two faults: with a valid certificate and the defect of article B it is the latter.
    if own.valid and may_have_unlicensed_content(case):
        return []
    if ambiguous and not explained:
        undecided = "" if case.log_was_read else "what devsrv.log reports"
        details["reason"] = ambiguous[0].text
        seen = newest(ambiguous)
        return [
            Finding("device_certificate_invalid", "possible", because[1:], details, seen, variant, undecided=undecided)
        ]
    return []


def _of_text(text: Trace, fault: bool) -> Confidence:
    """A text about dates proves it only beside an invalid certificate: it may predate a renewal. curl gives none."""
    by_date = any(word in text.text.lower() for word in _BY_DATE)
    return "proven" if fault or not (by_date or text.curl is not None) else "likely"


def device_certificate_not_renewed(case: Case) -> list[Finding]:
    """Still valid: it will break the connection, and does not explain a current loss."""
    own = judge_device_certificate(case)
    if not own.overdue:
        return []
    details = {"reason": own.overdue, "device_certificate_status": own.status}
    return [
        Finding(
            "device_certificate_not_renewed",
            "possible",
            ("device_certificate",),
            details,
            variant=remedy_variant(case),
        )
    ]
