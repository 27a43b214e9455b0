# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence to diagnosis. Pure: no clock, no network, no Ansible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import wording
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import DOC_URL
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.check_evidence import check_evidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import CheckSpec, Outcome
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import (
    CHECKS,
    NEEDS,
    crashed,
    run_checks,
    stopped_by,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.history import past_causes
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Cause,
    Check,
    DeviceFacts,
    Diagnosis,
    DiagnosisOptions,
    MissingEvidence,
    Remedy,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.registry import Found, find_causes
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.summary import summarize
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import shown
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.verdict import (
    cause_confidence,
    decide,
    remedy_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet

# Symptoms of any lost connection: they are blocked by the check that shows the cause.
_SYMPTOMS = ("cloud_connection", "engine_events")


def diagnose(evidence: EvidenceSet, options: DiagnosisOptions | None = None) -> Diagnosis:
    """The diagnosis of one firewall.

    Never raises on evidence that has the types of the model: a check or a rule that crashes becomes a check with
    status ``error``. The verdict is ``healthy`` or ``degraded`` only if the firewall itself reports ``connected``, and
    ``broken`` or ``standby`` only if it reports ``disconnected``.
    """
    case = Case(evidence, options or DiagnosisOptions())
    outcomes = run_checks(case)
    stopped = stopped_by(outcomes, case)
    found = find_causes(case) if stopped is None and case.state != "connected" else Found((), {})
    for check_id, error in found.crashes.items():
        outcomes[check_id] = crashed(error)
    verdict, findings = decide(case, outcomes, found.findings, bool(found.crashes))
    return Diagnosis(
        host=evidence.host,
        source=evidence.source,
        source_file=None,
        collected_at=evidence.collected_at,
        device=_device(case),
        cloud_server=case.known_server,
        verdict=verdict,
        cause_confidence=cause_confidence(findings),
        summary=summarize(case, verdict, outcomes, findings),
        causes=tuple(_cause(case, finding) for finding in findings),
        checks=_checks(case, outcomes, findings),
        history=past_causes(case, frozenset(finding.cause_id for finding in findings)) if stopped is None else (),
        missing=_missing(case),
        duration_ms=sum(found.duration_ms for _name, found in case.all_evidence),
    )


def _device(case: Case) -> DeviceFacts:
    """Facts about the firewall; None where unknown."""
    device, pair, clock = case.evidence.device.value, case.evidence.high_availability.value, case.evidence.clock.value
    known = (
        "hostname",
        "serial",
        "model",
        "family",
        "sw_version",
        "app_version",
        "threat_version",
        "av_version",
        "wildfire_version",
        "wildfire_rt",
        "multi_vsys",
        "operational_mode",
        "management_address",
        "uptime_s",
        "vm_license",
    )
    facts: dict[str, Any] = {name: getattr(device, name) if device is not None else None for name in known}
    facts["ha_state"] = None if pair is None else pair.state if pair.enabled else "disabled"
    facts["device_time"] = shown(clock.device_time) if clock is not None else None
    facts["clock_skew_s"] = case.skew_s
    return cast(DeviceFacts, facts)


def _cause(case: Case, finding: Finding) -> Cause:
    entry, remedy = CATALOGUE[finding.cause_id], remedy_of(finding)
    values = wording.values(case, finding.details)
    params = {
        key: value.format_map(values) if isinstance(value, str) else value for key, value in remedy.params.items()
    }
    return Cause(
        id=entry.id,
        code=entry.code,
        title=entry.title,
        confidence=finding.confidence,
        because=finding.because,
        remedy=Remedy(
            text=remedy.text.format_map(values),
            actor=remedy.actor,
            automated=remedy.module is not None,
            module=remedy.module,
            params=params,
            risk=remedy.risk,
            needs_maintenance_window=remedy.needs_maintenance_window,
            doc_url=entry.doc_url(case.options.doc_url or DOC_URL),
        ),
        details=dict(finding.details),
    )


def _checks(case: Case, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...]) -> tuple[Check, ...]:
    stop = stopped_by(outcomes, case)
    checks = []
    for spec in CHECKS:
        outcome = outcomes[spec.id]
        fields = [getattr(case.evidence, name) for name in spec.fields]
        shown_here = stop is None or spec.id == "supported_release"
        checks.append(
            Check(
                id=spec.id,
                title=spec.title,
                status=outcome.status,
                message=outcome.message,
                evidence=check_evidence(case.evidence, spec, outcome) if shown_here else (),
                blocked_by=_blocked_by(spec, outcomes, findings, stop),
                duration_ms=sum(found.duration_ms for found in fields),
            )
        )
    return tuple(checks)


def _blocked_by(
    spec: CheckSpec, outcomes: Mapping[str, Outcome], findings: tuple[Finding, ...], stop: str | None
) -> str | None:
    """The check that explains this one: the first failed one that it needs, or the one that shows its cause."""
    if outcomes[spec.id].status in ("pass", "warn"):
        return None
    if stop is not None:
        return stop if stop in NEEDS[spec.id] else None
    strong = [finding for finding in findings if finding.confidence != "possible"]
    if spec.id in (finding.because[0] for finding in strong):
        return None
    for needed in CHECKS:
        if needed.id in NEEDS[spec.id] and outcomes[needed.id].status == "fail":
            return needed.id
    for finding in strong:
        if spec.id in finding.because or spec.id in _SYMPTOMS:
            return finding.because[0]
    return None


def _missing(case: Case) -> tuple[MissingEvidence, ...]:
    missing = [
        MissingEvidence(name, found.problem.kind, found.problem.message, found.problem.hint)
        for name, found in case.all_evidence
        if found.problem is not None and found.problem.kind != NOT_ASKED_KIND
    ]
    named = {item.evidence for item in missing}
    return (*missing, *(item for item in _inconclusive(case) if item.evidence not in named))


def _inconclusive(case: Case) -> Iterator[MissingEvidence]:
    """Answers that were recognized, but leave their question open."""
    log, route = case.evidence.devsrv_log, case.evidence.service_route.value
    if log.value is not None and not case.log_was_read:
        wait = "Diagnose again in 15 minutes: device-server logs each connection attempt."
        yield MissingEvidence("devsrv_log", "empty", "devsrv.log is empty", wait)
    if route is not None and route.kind == "undetermined":
        look = "Check the source address under Device > Setup > Services > Service Route Configuration."
        yield MissingEvidence("service_route", "undetermined", route.reason, look)
