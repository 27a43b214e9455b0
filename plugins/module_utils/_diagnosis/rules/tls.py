# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes that end the TLS handshake: interception, clock, validity, the device certificate.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import who_decrypts
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.device_certificate import judge_device_certificate
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding, from_log, newest
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.cloud import may_have_unlicensed_content
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace

_UNKNOWN_SKEW = "off by an unknown time"


def certificate_validation(case: Case) -> list[Finding]:
    """The certificate shown for the cloud server does not validate: the x509 code says what kind of reason it has."""
    failed = case.timeline.of("tls")
    findings: list[Finding] = []
    validity = tuple(trace for trace in failed if trace.family == "tls:validity")
    if validity:
        findings += _validity(case, validity)
    untrusted = tuple(trace for trace in failed if trace.family == "tls:untrusted")
    other = tuple(trace for trace in failed if trace.family == "tls:other")
    bare = tuple(trace for trace in failed if trace.family == "tls")
    if untrusted:
        findings.append(_interception(case, untrusted, from_log(case.timeline)))
    elif other:
        findings.append(_interception(case, other, "possible"))
    elif bare and not validity:
        findings += _without_code(case, bare)
    return findings


def _without_code(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    """Only a text without a code: with a wrong clock it may be the validity just as well."""
    if case.clock_right is not False:
        return [_interception(case, failed, from_log(case.timeline))]
    undecided = "the x509 code, which tells a wrong clock from a decrypting device"
    clock = Finding(
        "clock_skew",
        "possible",
        ("device_clock", "tls_validation"),
        {"skew": skew(case), "clock_skew_s": case.skew_s, "validity": "expired or not yet valid"},
        seen=newest(failed),
        undecided=undecided,
    )
    return [clock, _interception(case, failed, "possible", undecided)]


def _validity(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    code = failed[0].code
    details: dict[str, Any] = {"x509_code": code, "validity": "not yet valid" if code == 9 else "expired"}
    because = ("device_clock", "tls_validation")
    seen = newest(failed)
    if case.clock_right is False and case.skew_s is not None:
        # A clock that is behind makes certificates look not yet valid (9), one that is ahead makes them look expired.
        fits = (case.skew_s < 0) == (code == 9)
        details |= {"skew": skew(case), "clock_skew_s": case.skew_s}
        return [Finding("clock_skew", from_log(case.timeline, "proven" if fits else "likely"), because, details, seen)]
    if case.clock_right:
        best: Confidence = "proven" if code == 10 else "likely"
        return [Finding("certificate_expired", from_log(case.timeline, best), ("tls_validation",), details, seen)]
    undecided = "whether the firewall's clock is right"
    unknown = {"skew": _UNKNOWN_SKEW}
    return [
        Finding("clock_skew", "possible", because, details | unknown, seen, undecided=undecided),
        Finding("certificate_expired", "possible", ("tls_validation",), details, seen, undecided=undecided),
    ]


def _interception(case: Case, failed: tuple[Trace, ...], confidence: Confidence, undecided: str = "") -> Finding:
    decrypter = who_decrypts(case)
    code = next((trace.code for trace in failed if trace.code is not None), None)
    text = next((trace.text for trace in failed if trace.text), "certificate validation failed")
    details: dict[str, Any] = {
        "decrypts": decrypter.who,
        "decrypts_why": decrypter.why,
        "decrypt_rules": list(decrypter.rules),
        "x509_code": code,
        "reason": text if code is None else f"x509 code {code}: {text}",
    }
    variant = "switched_off" if decrypter.switched_off else decrypter.who
    because = ("tls_validation",) if decrypter.who == "unknown" else ("tls_validation", "decryption_policy")
    return Finding("tls_interception", confidence, because, details, newest(failed), variant, undecided)


def device_certificate_invalid(case: Case) -> list[Finding]:
    """MLAV's client-certificate texts, or what the device certificate says of itself."""
    texts = case.timeline.of("client_certificate")
    own = judge_device_certificate(case)
    details: dict[str, Any] = {"device_certificate_status": own.word}
    because: tuple[str, ...] = ("device_certificate", "engine_events")
    if texts:
        # An expiry text beside a certificate that is valid by its dates may be older than its renewal.
        renewed = own.valid and any(word in texts[0].text.lower() for word in ("expired", "not yet valid"))
        confidence = from_log(case.timeline, "likely" if renewed else "proven")
        details["reason"] = texts[0].text
        because += ("cloud_response",) if case.timeline.of("http") else ()
        return [Finding("device_certificate_invalid", confidence, because, details, newest(texts))]
    if own.fault:
        explained = case.live is not None or bool(case.timeline.of("dns", "tcp", "tls", "http"))
        weight: Confidence = "possible" if explained else "likely"
        return [Finding("device_certificate_invalid", weight, because[:1], details | {"reason": own.fault})]
    ambiguous = case.timeline.of("authentication")
    # The text names two faults: with a valid certificate and the defect of article B it is the other one.
    if own.valid and may_have_unlicensed_content(case):
        return []
    if ambiguous and case.live is None and not case.timeline.of("dns", "tcp", "tls", "http"):
        undecided = "" if case.log_was_read else "what devsrv.log says"
        reason = {"reason": ambiguous[0].text}
        return [
            Finding(
                "device_certificate_invalid",
                "possible",
                ("engine_events",),
                details | reason,
                newest(ambiguous),
                undecided=undecided,
            )
        ]
    return []


def skew(case: Case) -> str:
    """How far the clock is off, in words."""
    if case.skew_s is None:
        return _UNKNOWN_SKEW
    size = abs(case.skew_s)
    units = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
    unit, seconds = next(((name, length) for name, length in units if size >= 2 * length), units[-1])
    count = round(size / seconds, 1)
    return f"{count:g} {unit if count != 1 else unit[:-1]} {'behind' if case.skew_s < 0 else 'ahead'}"
