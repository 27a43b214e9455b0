# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the firewall itself: access, release, device-server, HA, clock, licenses, device certificate."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import (
    Outcome,
    compare,
    explained,
    lacking,
    quoted,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.classify import threat_prevention
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.device_certificate import judge_device_certificate
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import CLOCK_TOLERANCE_S, NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.tls import skew
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import expected_of_standby
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release

FIRST_RELEASE_WITH_MLAV = Release(10, 0, 0)

_BUSY = "device busy or unavailable"
_STATES = '"connected" or "disconnected"'

# Kinds of problems that come from talking to the firewall rather than from what it answers.
_ACCESS_KINDS = (
    "authentication",
    "tls",
    "host_key",
    "unreachable",
    "overloaded",
    "foreign_answer",
    "oversized",
    "session",
    "timeout",
    "permission",
    "missing_library",
)


def access_problem(case: Case) -> Problem | None:
    """Why no evidence at all could be collected; None if any was."""
    evidence = [found for _name, found in case.all_evidence]
    if any(found.value is not None for found in evidence):
        return None
    problems = [found.problem for found in evidence if found.problem and found.problem.kind != NOT_ASKED_KIND]
    known = [problem for kind in _ACCESS_KINDS for problem in problems if problem.kind == kind]
    return next(iter(known or problems), None)


def not_accessible(case: Case, problem: Problem) -> str:
    """What failed: the query, or reading its recorded answers."""
    source = case.evidence.source
    queried = source == "live" or (source == "saved" and problem.kind in _ACCESS_KINDS)
    return "Could not query the firewall" if queried else "Could not read the evidence"


def device_access(case: Case) -> Outcome:
    problem = access_problem(case)
    if problem is not None:
        return Outcome("error", f"{not_accessible(case, problem)}: {explained(problem)}")
    if all(found.value is None for _name, found in case.all_evidence):
        return Outcome("error", "No evidence was collected.")
    for name, found in case.all_evidence:
        if found.problem is not None and found.problem.kind in _ACCESS_KINDS:
            reason = explained(found.problem)
            return Outcome("warn", f"The firewall answered, but {name} could not be collected: {reason}")
    return Outcome("pass", "The firewall answered." if case.evidence.source == "live" else "The evidence is readable.")


def supported_release(case: Case) -> Outcome:
    device = case.evidence.device
    if device.value is None:
        return lacking(device, "System information")
    if case.is_panorama:
        model = brief_name(device.value.model)
        return Outcome("skipped", f"This is a Panorama ({model}), which has no MLAV. Diagnose its firewalls instead.")
    if case.release is None:
        got = quoted(device.value.sw_version) if device.value.sw_version else "none"
        return Outcome("error", f"Unrecognized release: {compare('a PAN-OS release', got)}.")
    if case.release < FIRST_RELEASE_WITH_MLAV:
        return Outcome("skipped", f"PAN-OS {case.release} has no MLAV, which needs {FIRST_RELEASE_WITH_MLAV} or later.")
    if case.vm_50 is not None:
        return Outcome("skipped", f"The model {brief_name(case.vm_50)} has no MLAV (inline machine learning).")
    return Outcome("pass", f"PAN-OS {case.release} has MLAV.")


def device_server(case: Case) -> Outcome:
    status = case.evidence.cloud_status
    if case.state == "busy":
        if case.running_jobs:
            job = case.running_jobs[0]
            busy = f"device-server is busy while {brief_name(job.type)} job {job.id} is running."
            return Outcome("warn", f"{busy} Wait for the job to finish, then diagnose again.")
        tries = status.value.attempts if status.value is not None else len(status.asked)
        got = quoted(_BUSY) + (f" ({tries} attempts)" if tries > 1 else "")
        return Outcome("fail", f"device-server does not answer{_process(case)}: {compare('an answer', got)}.")
    if status.value is None:
        return lacking(status, "Cloud status")
    if status.value.attempts > 1:
        return Outcome("pass", f"device-server was busy at first and answered on attempt {status.value.attempts}.")
    return Outcome("pass", "device-server answers.")


def _process(case: Case) -> str:
    software = case.evidence.software_status.value
    for entry in software.processes if software is not None else ():
        if entry.name == "devsrvr":
            return f" (process devsrvr: {brief_name(entry.state)})"
    return ""


def cloud_connection(case: Case) -> Outcome:
    if case.state == "connected":
        return Outcome("pass", f"Connected to {brief(case.server)}.")
    if expected_of_standby(case):
        state = brief_name(case.ha_inactive)
        return Outcome("warn", f"Not connected to {brief(case.server)}, as expected: this peer is {state}.")
    if case.state == "disconnected":
        return Outcome("fail", f"Not connected to {brief(case.server)}.")
    if case.state == "other":
        status = case.evidence.cloud_status.value
        got = quoted(status.raw_state) if status is not None and status.raw_state else "an unrecognized answer"
        return Outcome("error", f"Cloud status unrecognized: {compare(_STATES, got)}. Report the raw answer.")
    if case.state == "busy":
        return Outcome("error", f"Cloud status unknown: {compare(_STATES, quoted(_BUSY))}.")
    return lacking(case.evidence.cloud_status, "Cloud status")


def high_availability(case: Case) -> Outcome:
    pair = case.evidence.high_availability
    if pair.value is None:
        return lacking(pair, "HA state")
    if not pair.value.enabled:
        return Outcome("pass", "Not in an HA pair.")
    if not pair.value.state:
        return Outcome("error", "In an HA pair, but the state of this peer is unknown.")
    peer = f"This peer is {brief_name(pair.value.state)}"
    if case.is_standby and case.state != "connected":
        return Outcome("pass", f"{peer} and its source is a dataplane interface: only the active peer connects.")
    if case.ha_inactive and case.state != "connected":
        return Outcome("warn", f"{peer}. With the management interface as source, both peers connect.")
    return Outcome("pass", f"{peer}.")


def device_clock(case: Case) -> Outcome:
    clock = case.evidence.clock
    if clock.value is None:
        return lacking(clock, "Firewall clock")
    if case.skew_s is None and case.clock_proof is None:
        return Outcome("skipped", "Clock skew cannot be measured from a tech-support file.")
    if case.clock_right is False:
        failed = any(trace.family == "tls:validity" for trace in case.timeline.of("tls"))
        message = f"The clock is wrong: {compare(f'at most {CLOCK_TOLERANCE_S // 60} minutes off', skew(case))}."
        return Outcome("fail" if failed else "warn", message, f"the firewall's clock is {skew(case)}")
    if case.clock_right is None:
        return Outcome("pass", f"The clock is {skew(case)}, not counting its unknown UTC offset.")
    return Outcome("pass", f"The clock is right ({skew(case)}).")


def license_facts(case: Case) -> Outcome:
    licenses = case.evidence.licenses
    if licenses.value is None:
        return lacking(licenses, "Licenses")
    held = {True: "yes", False: "no", None: "expired or unknown"}[threat_prevention(case)]
    count = len(licenses.value.entries)
    return Outcome("pass", f"Licenses: {count}. Threat Prevention: {held}. The connection itself needs none.")


def device_certificate(case: Case) -> Outcome:
    evidence = case.evidence.device_certificate
    texts = case.timeline.of("client_certificate")
    if texts:
        message = f"The device certificate is not accepted: the system log reports {quoted(texts[0].text)}."
        return Outcome("fail", message, traces=texts)
    own = judge_device_certificate(case)
    if own.fault:
        status = f'status "{own.status}"' if own.status else "no status"
        reason = own.fault if own.fault == status else f"{own.fault}; {status}"
        risk = f"device certificate not valid: {own.fault}"
        return Outcome("fail", f"The device certificate is not valid: {reason}.", risk)
    if own.overdue:
        risk = f"device certificate not renewed: {own.overdue}"
        return Outcome("warn", f"The device certificate was not renewed: {own.overdue}.", risk)
    if evidence.value is None and own.status is None:
        return lacking(evidence, "Device certificate")
    if own.valid:
        return Outcome("pass", "The device certificate is valid.")
    if (own.status or "").lower() == "none":
        return Outcome("warn", "The firewall has no device certificate.")
    got = quoted(own.status) if own.status else "no status"
    return Outcome("warn", f"Unrecognized device certificate status: {compare(quoted('Valid'), got)}.")
