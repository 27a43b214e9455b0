# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the firewall itself: access, release, device-server, pair, clock, licences, device certificate.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import Outcome, compare, lacking, told
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.device_certificate import judge_device_certificate
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import CLOCK_TOLERANCE_S, NOT_ASKED_KIND
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.cloud import threat_prevention
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.tls import skew
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.witnesses import expected_of_standby
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release

FIRST_RELEASE_WITH_MLAV = Release(10, 0, 0)

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
    """Why nothing at all could be had from the firewall; None where anything was answered."""
    evidence = [found for _name, found in case.all_evidence]
    if any(found.value is not None for found in evidence):
        return None
    problems = [found.problem for found in evidence if found.problem and found.problem.kind != NOT_ASKED_KIND]
    known = [problem for kind in _ACCESS_KINDS for problem in problems if problem.kind == kind]
    return next(iter(known or problems), None)


def device_access(case: Case) -> Outcome:
    problem = access_problem(case)
    if problem is not None:
        source = case.evidence.source
        asked = source == "live" or (source == "saved" and problem.kind in _ACCESS_KINDS)
        what = "The firewall could not be asked" if asked else "The evidence could not be read"
        return Outcome("error", f"{what}: {told(problem)}")
    if all(found.value is None for _name, found in case.all_evidence):
        return Outcome("error", "There is no evidence at all.")
    for name, found in case.all_evidence:
        if found.problem is not None and found.problem.kind in _ACCESS_KINDS:
            return Outcome("warn", f"The firewall answered, but not for {name}: {told(found.problem)}")
    return Outcome("pass", "The firewall answered." if case.evidence.source == "live" else "The evidence can be read.")


def supported_release(case: Case) -> Outcome:
    device = case.evidence.device
    if device.value is None:
        return lacking(device, "The system information")
    if case.is_panorama:
        wanted = compare("a firewall", f"model {device.value.model}")
        return Outcome("skipped", f"This is a Panorama, which does not have MLAV. {wanted}")
    if case.release is None:
        actual = device.value.sw_version or "nothing"
        return Outcome("error", f"The release is not understood. {compare('a PAN-OS release', actual)}")
    if case.release < FIRST_RELEASE_WITH_MLAV:
        wanted = compare(f"{FIRST_RELEASE_WITH_MLAV} or later", case.release)
        return Outcome("skipped", f"PAN-OS {case.release} does not have MLAV. {wanted}")
    if case.vm_50 is not None:
        return Outcome("skipped", f"A {brief_name(case.vm_50)} does not have MLAV (inline machine learning).")
    return Outcome("pass", f"PAN-OS {case.release} has MLAV.")


def device_server(case: Case) -> Outcome:
    status = case.evidence.cloud_status
    if case.state == "busy":
        if case.running_jobs:
            job = case.running_jobs[0]
            return Outcome(
                "warn",
                f"device-server is busy while {brief_name(job.type)} job {job.id} runs: wait until it has finished. "
                + compare("an answer", "device busy or unavailable"),
            )
        tries = status.value.attempts if status.value is not None else len(status.asked)
        said = f"device busy or unavailable ({tries} attempts)" if tries > 1 else "device busy or unavailable"
        return Outcome("fail", f"device-server does not answer{_process(case)}. {compare('an answer', said)}")
    if status.value is None:
        return lacking(status, "The state of the cloud connection")
    if status.value.attempts > 1:
        return Outcome("pass", f"device-server was busy at first and answered at attempt {status.value.attempts}.")
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
        return Outcome("warn", f"Not connected to {brief(case.server)}, as expected of a peer that is not active.")
    if case.state == "disconnected":
        return Outcome("fail", f"Not connected to {brief(case.server)}. {compare('connected', 'disconnected')}")
    if case.state == "other":
        status = case.evidence.cloud_status.value
        word = (status.raw_state if status is not None else None) or "an unknown answer"
        return Outcome("error", f"The firewall's word for the connection is not known. {compare('connected', word)}")
    if case.state == "busy":
        return Outcome("error", f"Not known. {compare('connected', 'device busy or unavailable')}")
    return lacking(case.evidence.cloud_status, "The state of the cloud connection")


def high_availability(case: Case) -> Outcome:
    pair = case.evidence.high_availability
    if pair.value is None:
        return lacking(pair, "The high-availability state")
    if not pair.value.enabled:
        return Outcome("pass", "Not part of a high-availability pair.")
    if not pair.value.state:
        return Outcome("error", "Part of a high-availability pair, but the state of this unit is not known.")
    if case.is_standby and case.state != "connected":
        return Outcome(
            "pass",
            f"This peer is {brief_name(case.ha_inactive)}, and its service route leaves by a dataplane interface: only "
            "the active peer is connected.",
        )
    if case.ha_inactive and case.state != "connected":
        return Outcome(
            "warn",
            f"This peer is {brief_name(case.ha_inactive)}. With the management interface as source both peers are "
            f"connected. {compare('active', case.ha_inactive)}",
        )
    return Outcome("pass", f"This unit is {brief_name(pair.value.state)}.")


def device_clock(case: Case) -> Outcome:
    clock = case.evidence.clock
    if clock.value is None:
        return lacking(clock, "The firewall's clock")
    if case.skew_s is None and case.clock_proof is None:
        return Outcome("skipped", "Clock skew cannot be measured from a tech-support file.")
    if case.clock_right is False:
        failed = any(trace.family == "tls:validity" for trace in case.timeline.of("tls"))
        wanted = compare(f"at most {CLOCK_TOLERANCE_S // 60} minutes off", skew(case))
        return Outcome("fail" if failed else "warn", f"The clock is wrong. {wanted}", degrades=True)
    if case.clock_right is None:
        return Outcome("pass", f"The clock is {skew(case)}, as far as can be told without the offset from UTC.")
    return Outcome("pass", f"The clock is right: {skew(case)}.")


def license_facts(case: Case) -> Outcome:
    licenses = case.evidence.licenses
    if licenses.value is None:
        return lacking(licenses, "The licenses")
    held = {True: "held", False: "none", None: "expired or not known"}[threat_prevention(case)]
    count = len(licenses.value.entries)
    return Outcome("pass", f"Licenses: {count}. Threat Prevention: {held}. None is needed for the connection itself.")


def device_certificate(case: Case) -> Outcome:
    evidence = case.evidence.device_certificate
    texts = case.timeline.of("client_certificate")
    if texts:
        message = f"The system log says that it is not accepted: {brief(texts[0].text)}"
        return Outcome("fail", message, traces=texts)
    own = judge_device_certificate(case)
    if own.fault:
        message = f"The device certificate is not valid: {own.fault}. {compare('Valid', own.status or 'no status')}"
        return Outcome("fail", message, degrades=True)
    if own.overdue:
        return Outcome("warn", f"The device certificate was not renewed: {own.overdue}.", degrades=True)
    if evidence.value is None and own.status is None:
        return lacking(evidence, "The state of the device certificate")
    if own.valid:
        return Outcome("pass", "The device certificate is valid.")
    if (own.status or "").lower() == "none":
        return Outcome("warn", "The firewall has no device certificate.")
    return Outcome("warn", f"What this status means is not known. {compare('Valid', own.status or 'no status')}")
