# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes in the TLS handshake: interception, outdated roots, clock, certificate validity, an interrupted handshake."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.classify import causes_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import who_decrypts
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.moments import exact_span, span
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding, from_log, newest
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import Trace
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import (
    own_policy_is_known,
    roots,
    siblings_are_lost,
    siblings_fail_alike,
)

_UNKNOWN_SKEW = "off by an unknown amount"

# OpenSSL's codes that name the certificate itself as the fault. Code 20 may also come of old trusted roots.
_SELF_EXPLAINING = (18, 19, 21)


def certificate_validation(case: Case) -> list[Finding]:
    """The cloud server's certificate does not validate: the x509 code is the kind of reason."""
    failed = case.timeline.of("tls")
    findings: list[Finding] = []
    validity = tuple(trace for trace in failed if trace.family == "tls:validity")
    if validity:
        findings += _validity(case, validity)
    untrusted = tuple(trace for trace in failed if trace.family == "tls:untrusted")
    other = tuple(trace for trace in failed if trace.family == "tls:other")
    bare = tuple(trace for trace in failed if trace.family == "tls")
    if untrusted:
        findings += _untrusted(case, untrusted)
    elif other:
        findings.append(_interception(case, other, "possible"))
    elif bare and not validity:
        findings += _without_code(case, bare)
    return findings


def _untrusted(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    """Codes 18, 19 and 21 depend on the certificate alone; 20 also on what the firewall trusts."""
    named = next((trace for trace in failed if trace.code in _SELF_EXPLAINING), None)
    if named is not None:
        best: Confidence = "proven" if case.clock_right else "likely"
        return [_interception(case, (named, *failed), from_log(case.timeline, best))]
    return _trust(case, failed)


def _trust(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    """No trusted issuer: decryption, or outdated trusted roots. A second witness decides."""
    if _second_witness(case) and case.clock_right and any(trace.curl != 51 for trace in failed):
        return [_interception(case, failed, from_log(case.timeline))]
    old = roots(case)
    if who_decrypts(case).who == "this_firewall" or old == "good":
        return [_interception(case, failed, from_log(case.timeline, "likely"))]
    if old == "outdated":
        likely = from_log(case.timeline, "likely")
        return [_old_roots(case, failed, likely), _interception(case, failed, "possible")]
    found = [_interception(case, failed, from_log(case.timeline, "likely"))]
    # Other clouds fail too, but not necessarily for the same reason: the trusted roots are shared.
    return [*found, _old_roots(case, failed, "possible")] if siblings_are_lost(case) else found


def _second_witness(case: Case) -> bool:
    """A matching decrypt rule of this firewall, or other clouds that fail alike on roots known to be good."""
    if who_decrypts(case).who == "this_firewall" and own_policy_is_known(case):
        return True
    return siblings_fail_alike(case) and roots(case) == "good"


def _old_roots(case: Case, failed: tuple[Trace, ...], confidence: Confidence) -> Finding:
    code = next((trace.code for trace in failed if trace.code is not None), None)
    details: dict[str, Any] = {"reason": _reason(failed), "x509_code": code, "roots": roots(case)}
    return Finding("trusted_roots_outdated", confidence, ("tls_validation",), details, newest(failed))


def own_roots(case: Case) -> list[Finding]:
    """curl cannot use the firewall's trusted roots."""
    failed = case.timeline.of("roots")
    return [_old_roots(case, failed, from_log(case.timeline, "likely"))] if failed else []


def handshake_cut(case: Case) -> list[Finding]:
    """The connection opens and the TLS handshake is interrupted: only a packet capture shows by which device."""
    failed = case.timeline.of("cut")
    # The cloud ends the handshake when it does not accept the firewall's certificate.
    if not failed or case.timeline.of("client_certificate"):
        return []
    # So does the firewall when it does not accept the server's.
    explained = bool(case.timeline.of("tls"))
    confidence: Confidence = "possible" if explained else from_log(case.timeline, "likely")
    details = {"reason": failed[0].text, "curl_code": failed[0].curl}
    return [Finding("tls_handshake_cut", confidence, ("tls_validation",), details, newest(failed))]


def _without_code(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    """Only a text without an x509 code: unless the clock is right, the reason may be the validity dates too."""
    if case.clock_right:
        return _trust(case, failed)
    undecided = "the x509 code, which separates a wrong clock from decryption"
    wrong = case.clock_right is False
    clock = Finding(
        "clock_skew",
        from_log(case.timeline, "likely") if wrong else "possible",
        ("device_clock", "tls_validation"),
        {"skew": skew(case), "clock_skew_s": case.skew_s, "validity": "expired or not yet valid"},
        seen=newest(failed),
        undecided=undecided,
    )
    if wrong:
        return [clock, _interception(case, failed, "possible", undecided)]
    expired = Finding(
        "certificate_expired",
        "possible",
        ("tls_validation",),
        {"x509_code": None, "validity": "expired or not yet valid"},
        newest(failed),
        undecided=undecided,
    )
    return [*_trust(case, failed), clock, expired]


def _validity(case: Case, failed: tuple[Trace, ...]) -> list[Finding]:
    causes, code = causes_of(case, failed), failed[0].code
    details: dict[str, Any] = {"x509_code": code, "validity": "not yet valid" if code == 9 else "expired"}
    because = {"clock_skew": ("device_clock", "tls_validation"), "certificate_expired": ("tls_validation",)}
    seen = newest(failed)
    if causes == ("clock_skew",):
        # A clock that is behind makes certificates look not yet valid (9), one that is ahead makes them look expired.
        behind = case.skew_s < 0 if case.clock_proof is None and case.skew_s is not None else True
        fits = behind == (code == 9)
        details |= {"skew": skew(case), "clock_skew_s": case.skew_s}
        best: Confidence = "proven" if fits else "likely"
        return [Finding(causes[0], from_log(case.timeline, best), because[causes[0]], details, seen)]
    if len(causes) == 1:
        best = "proven" if code == 10 else "likely"
        return [Finding(causes[0], from_log(case.timeline, best), because[causes[0]], details, seen)]
    unknown = {"clock_skew": {"skew": _UNKNOWN_SKEW}}
    undecided = "whether the firewall's clock is right"
    return [
        Finding(cause, "possible", because[cause], details | unknown.get(cause, {}), seen, undecided=undecided)
        for cause in causes
    ]


def _interception(case: Case, failed: tuple[Trace, ...], confidence: Confidence, undecided: str = "") -> Finding:
    decrypter = who_decrypts(case)
    details: dict[str, Any] = {
        "decrypts": decrypter.who,
        "decrypts_why": decrypter.why,
        "decrypt_rules": list(decrypter.rules),
        "x509_code": next((trace.code for trace in failed if trace.code is not None), None),
        "reason": _reason(failed),
    }
    perhaps = decrypter.who == "unknown" and bool(decrypter.rules) and not decrypter.excluded
    variant = "switched_off" if decrypter.switched_off else "perhaps_this_firewall" if perhaps else decrypter.who
    because = ("tls_validation",) if decrypter.who == "unknown" else ("tls_validation", "decryption_policy")
    return Finding("tls_interception", confidence, because, details, newest(failed), variant, undecided)


def _reason(failed: tuple[Trace, ...]) -> str:
    """Why the certificate did not validate, in the log's words."""
    code = next((trace.code for trace in failed if trace.code is not None), None)
    text = next((trace.text for trace in failed if trace.text), "certificate validation failed")
    return text if code is None else f"x509 code {code}: {text}"


def skew(case: Case) -> str:
    """How far the clock is off: ``2 days ahead``."""
    if case.clock_proof is not None:
        return f"at least {span(case.clock_proof.behind_s)} behind ({case.clock_proof.reason})"
    if case.skew_s is None:
        return _UNKNOWN_SKEW
    return f"{exact_span(abs(case.skew_s))} {'behind' if case.skew_s < 0 else 'ahead'}"
