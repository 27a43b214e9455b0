# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of the logs about the connection, and of what explains it."""

from __future__ import annotations

import re
from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.base import (
    Outcome,
    compare,
    lacking,
    quoted,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import covering, who_decrypts
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import PAN_229832, UNLICENSED_CONTENT
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Status
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.cloud import cloud_answer
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.defects import matching
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.network import name_resolution
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import (
    Theme,
    Trace,
    brief,
    brief_name,
)

_FORCE = "a commit force since"
_ENGINE = re.compile(r"Machine Learning engine for (.{1,200}?) (started|stopped)", re.I)


def tls_validation(case: Case) -> Outcome:
    failed = case.timeline.of("tls")
    if failed:
        code = next((trace.code for trace in failed if trace.code is not None), None)
        reasons = (f"x509 code {code}" if code is not None else "", quoted(failed[0].text) if failed[0].text else "")
        reason = ": ".join(part for part in reasons if part)
        message = f"The certificate shown for {brief(case.server)} does not validate ({reason}){_last(case, failed)}."
        return Outcome("fail", message, traces=failed)
    cut = case.timeline.of("cut", "roots")
    if cut:
        message = f"TLS with {brief(case.server)} fails ({quoted(cut[0].text)}){_last(case, cut)}."
        return Outcome("fail", message, traces=cut)
    return _nothing_in_log(case, "tls", "No current certificate error")


def cloud_response(case: Case) -> Outcome:
    failed = case.timeline.of("http")
    if failed:
        text = next((f" {quoted(trace.text)}" for trace in failed if trace.text), "")
        got = compare("HTTP 200", f"HTTP {failed[0].code}{text}")
        return Outcome(
            "fail", f"{brief(case.server)} answers with an error: {got}{_last(case, failed)}.", traces=failed
        )
    return _nothing_in_log(case, "http", "No current HTTP error")


def _nothing_in_log(case: Case, theme: Theme, nothing: str) -> Outcome:
    if case.state == "connected":
        return Outcome("pass", f"{nothing}: the firewall is connected.")
    # An MLAV error with another or an unrecognized text may be one of these.
    others = tuple(trace for trace in case.timeline.current if not trace.recognized or trace.theme == "other")
    if others:
        text = quoted(others[0].text or others[0].sample)
        message = f"devsrv.log has an MLAV error that names no cause: {text}{_last(case, others)}."
        return Outcome("error", message, traces=others)
    if not case.log_was_read:
        log = case.evidence.devsrv_log
        if log.value is not None and log.value.truncated:
            return Outcome("error", "devsrv.log starts after the last connection attempts, so it proves nothing.")
        if log.value is not None:
            return Outcome("error", "devsrv.log is empty, so it proves nothing.")
        return lacking(log, "devsrv.log")
    over = any(past.trace.theme == theme for past in case.timeline.past)
    return Outcome("pass", f"{nothing} in devsrv.log{'; older ones are in the history' if over else ''}.")


def _last(case: Case, traces: tuple[Trace, ...]) -> str:
    """When the newest of the traces was; empty where unknown."""
    return f", last {case.time.describe(traces[0].last)}" if traces[0].last is not None else ""


def engine_events(case: Case) -> Outcome:
    log = case.evidence.system_log
    if log.value is None:
        return lacking(log, "System log")
    reconnected = case.last_event("reconnected")
    texts = case.timeline.of("engines_stopped", "client_certificate", "authentication", "unknown_error")
    if texts:
        return Outcome("fail", f"The system log reports {quoted(texts[0].text)}{_last(case, texts)}.", traces=texts)
    waiting = stopped_engines(case)
    if waiting:
        names = ", ".join(brief_name(name) for name in waiting)
        risk = f"engines stopped until a content update: {names}"
        return Outcome("warn", f"Engines stopped until a content update: {names}.", risk)
    if reconnected is not None:
        return Outcome("pass", f"The firewall last reconnected to the MLAV cloud {case.time.describe(reconnected)}.")
    return Outcome("pass", "No current MLAV cloud event.")


def stopped_engines(case: Case) -> tuple[str, ...]:
    """Engines that stopped until a content update and have not started since."""
    log = case.evidence.system_log.value
    reconnected = case.last_event("reconnected")
    last: dict[str, tuple[datetime | None, str]] = {}
    for event in log.events if log is not None else ():
        match = _ENGINE.search(event.text)
        name = match.group(1) if match else "unnamed" if event.kind == "content_engine_stopped" else None
        if name is None:
            continue
        moment = case.local(event.time)
        state = match.group(2).lower() if match else "stopped"
        known = last.get(name)
        if known is None or (moment is not None and known[0] is not None and moment > known[0]):
            last[name] = (moment, state)
    return tuple(
        name
        for name, (moment, state) in last.items()
        if state == "stopped" and not (moment is not None and reconnected is not None and reconnected > moment)
    )


def known_defects(case: Case) -> Outcome:
    if case.evidence.device.value is None:
        return lacking(case.evidence.device, "System information")
    release = brief_name(case.release_text)
    found = {
        finding.cause_id
        for finding in (*name_resolution(case), *cloud_answer(case))
        if finding.confidence != "possible" and case.state != "connected"
    }
    if "unlicensed_content_defect" in found:
        return Outcome("fail", f"PAN-OS {release} has a defect: {UNLICENSED_CONTENT.title}. Fixed in 10.0.2.")
    seen = matching(case)
    if seen:
        defect, symptom = seen[0]
        status: Status = "warn" if defect.confidence == "possible" else "fail"
        return Outcome(status, f"PAN-OS {release} has {defect.id}: {defect.title}. Seen: {quoted(symptom.words)}.")
    affected = PAN_229832.affects(case.release)
    if affected == "unknown":
        return Outcome("warn", f"Whether PAN-OS {release} has {PAN_229832.id} is unknown: no fix is listed for it.")
    if affected == "fixed":
        return Outcome("pass", f"PAN-OS {release} has the fix for {PAN_229832.id}; no other known defect matches.")
    fix = PAN_229832.fix_for(case.release)
    message = f"PAN-OS {release} has {PAN_229832.id}: {PAN_229832.title}. Fixed in {fix}."
    return Outcome("fail" if "defect_pan_229832" in found else "warn", message)


def decryption_policy(case: Case) -> Outcome:
    evidence = case.evidence.decryption
    if evidence.value is None:
        return lacking(evidence, "Decryption policy")
    who = who_decrypts(case)
    failing = bool(case.timeline.of("tls"))
    excluded = covering(evidence.value.exclusions, case.server)
    off = [entry for entry in excluded if entry.exclude is False]
    note = f" The exclusion {brief_name(off[0].name)} is disabled (exclude no)." if off else ""
    if who.who == "this_firewall":
        message = f"This firewall's decryption policy matches the traffic: {who.why}.{note}"
        return Outcome("warn" if failing else "pass", message)
    if who.who == "elsewhere":
        return Outcome("pass", f"This firewall does not decrypt the traffic: {who.why}.")
    return Outcome("warn" if failing else "pass", f"This firewall may decrypt the traffic: {who.why}.{note}")


def commit_state(case: Case) -> Outcome:
    evidence = case.evidence.commit_state
    disconnected = case.state == "disconnected"
    if disconnected and case.restarted is not None and not case.error_after_restart:
        restart = f"device-server was restarted {case.time.describe(case.restarted)}"
        if case.commit_after_restart is False:
            message = f"{restart}: {compare(_FORCE, 'no commit')}."
            return Outcome("warn" if case.running_jobs else "fail", message)
        if case.commit_after_restart:
            return Outcome("warn", f"{restart}: {compare(_FORCE, 'a commit that may not have been forced')}.")
        return Outcome("warn", f"{restart}. Whether a commit force has followed is unknown.")
    begun = case.restart_begun if disconnected and case.restarted is None else None
    if begun is not None and not case.commit_since(begun):
        restart = f"A previous run may have restarted device-server {case.time.describe(begun)}"
        if case.commit_since(begun) is False:
            return Outcome("warn", f"{restart}: {compare(_FORCE, 'no commit')}.")
        return Outcome("warn", f"{restart}. Whether a commit force has followed is unknown.")
    if evidence.value is None:
        return lacking(evidence, "Jobs and pending changes")
    if case.running_jobs:
        job = case.running_jobs[0]
        return Outcome("warn", f"{brief_name(job.type)} job {job.id} is running.")
    pending = {True: "yes", False: "none", None: "unknown"}
    return Outcome("pass", f"No commit is running. Pending changes: {pending[evidence.value.pending_changes]}.")
