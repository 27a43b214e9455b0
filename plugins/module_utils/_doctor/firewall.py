# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One firewall's checks: what each step met in, checks out. Pure.

A step that was not taken because of another is skipped, and says which. Only an answer is a pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import CLOCK_TOLERANCE_S
from ansible_collections.panops.mlav.plugins.module_utils._doctor.fixes import Fault, fault_of
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import (
    REFUSED_ELSEWHERE,
    Check,
    Patient,
    Seen,
    Status,
    Step,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Clock

STEPS: tuple[Step, ...] = get_args(Step)

TITLES: Mapping[str, str] = {
    "options": "options",
    "variables": "variables",
    "name_resolution": "name resolution",
    "tcp": "TCP",
    "tls": "TLS",
    "login": "API login",
    "operational": "operational requests",
    "configuration": "configuration",
    "log": "system log",
    "export": "export",
    "ssh_tcp": "SSH port",
    "ssh_known_host": "known_hosts entry",
    "ssh_host_key": "SSH host key",
    "ssh_login": "SSH login",
    "ping": "ping",
    "netstat": "show netstat",
    "devsrv_log": "devsrv.log",
    "clock": "clock",
}

_NEEDS: Mapping[Step, tuple[Step, ...]] = {
    "tcp": ("name_resolution",),
    "tls": ("tcp",),
    "login": ("tls",),
    "operational": ("login",),
    "configuration": ("login",),
    "log": ("login",),
    "export": ("login",),
    "ssh_host_key": ("ssh_tcp", "ssh_known_host"),
    "ssh_login": ("ssh_host_key",),
    "netstat": ("login",),
    "clock": ("operational",),
}
# How the message of a step ends that was not taken for want of the option.
SSH_NOT_SET = "ssh is not set"
_OF_SSH = frozenset({"ssh_tcp", "ssh_known_host", "ssh_host_key", "ssh_login"})


def judge_firewall(patient: Patient, seen: Mapping[Step, Seen]) -> tuple[Check, ...]:
    """All checks of one firewall, in the order in which they are shown."""
    checks: dict[Step, Check] = {}
    # Why a later step that needs this one could not be taken.
    roots: dict[Step, str] = {}
    for step in STEPS:
        met = seen.get(step)
        untried = met is not None and met.problem is not None and met.problem.kind == REFUSED_ELSEWHERE
        check = _unneeded(patient, step)
        if check is None and met is not None and not untried:
            check = _judged(patient, step, met, seen)
        if check is None:
            reason = _refused_by(met) if untried else _reason(patient, step, checks, roots)
            check = Check(step, "skipped", f"not checked: {reason}", host=patient.host)
            roots[step] = reason
        elif check.status == "fail":
            roots[step] = f"{TITLES[step]} failed"
        checks[step] = check
    return tuple(checks.values())


def _unneeded(patient: Patient, step: Step) -> Check | None:
    """The check of a step that this firewall's options leave out."""
    options = patient.options
    if step in _OF_SSH and options.ssh is None and step not in patient.unasked:
        return Check(step, "skipped", f"not checked: {options.beside}{SSH_NOT_SET}", host=patient.host)
    if step == "export" and not patient.export:
        return Check(step, "skipped", f"not needed: {options.beside}techsupport_export is not set", host=patient.host)
    return None


def _reason(patient: Patient, step: Step, checks: Mapping[Step, Check], roots: Mapping[Step, str]) -> str:
    if step in patient.unasked:
        return patient.unasked[step]
    needed = _NEEDS.get(step, ())
    if step in ("ping", "devsrv_log"):
        by_ssh = patient.options.ssh is not None or "ssh_login" in patient.unasked
        needed = (*(("ssh_login",) if by_ssh else ()), "login")
    failed = next((need for need in needed if checks[need].status in ("fail", "skipped")), None)
    if failed is not None:
        return roots[failed]
    return (
        f"{roots['login']}, and SSH would take the same login" if "login" in roots else "no answer to an earlier step"
    )


def _refused_by(met: Seen | None) -> str:
    host = met.problem.message if met is not None and met.problem is not None else "another firewall"
    return f"{host} has refused the same user name and password, and more attempts may lock the account"


def _judged(patient: Patient, step: Step, met: Seen, seen: Mapping[Step, Seen]) -> Check:
    def check(status: Status, message: str, fix: str = "") -> Check:
        return Check(step, status, message, fix, patient.host)

    if met.problem is not None:
        fault = fault_of(patient, step, met)
        if step == "devsrv_log" and _gravity(patient, step, seen) == "warn":
            return check("warn", f"{fault.message}; a diagnosis takes it from a tech-support file instead", fault.fix)
        return replace(check(_gravity(patient, step, seen), fault.message, fault.fix), evidence=False)
    remark = _remark(patient, step, met)
    if remark is not None:
        return check("warn", remark.message, remark.fix)
    return check("pass", _good(patient, step, met))


def _gravity(patient: Patient, step: Step, seen: Mapping[Step, Seen]) -> Status:
    """``warn`` where a diagnosis has another way: a tech-support file in the place of devsrv.log."""
    export = seen.get("export")
    instead = patient.export and not patient.by_panorama and export is not None and export.problem is None
    return "warn" if instead and step in ("ping", "devsrv_log") else "fail"


def _remark(patient: Patient, step: Step, met: Seen) -> Fault | None:
    """What is not as it should be although the step was answered."""
    options = patient.options
    beside = options.beside
    if step == "tls" and not options.validate_certs and options.cert_fingerprint is None:
        return Fault(
            f"not verified, because {beside}validate_certs is false: anybody on the path can read the login",
            f"Set {beside}ca_path or {beside}cert_fingerprint, and remove {beside}validate_certs.",
        )
    if step == "ssh_host_key" and options.ssh is not None and not options.ssh.host_key_checking:
        return Fault(
            f"not verified, because {beside}ssh.host_key_checking is false",
            f"Add the host's key to known_hosts, and remove {beside}ssh.host_key_checking.",
        )
    if step == "clock" and met.clock is not None:
        return _clock(met.clock)
    if step == "devsrv_log" and met.empty:
        return Fault("can be read, and is empty", "Look into a tech-support file, if the log stays empty.")
    if met.instead is not None:
        fault = fault_of(patient, step, Seen(met.instead))
        over_ssh = "a diagnosis asks over SSH instead"
        other = over_ssh if met.way == "ssh" else "on this release an operational request gives it"
        return Fault(f"{fault.message}; {other}", fault.fix)
    return None


def _clock(clock: Clock) -> Fault | None:
    skew = abs(clock.skew_s)
    if skew <= CLOCK_TOLERANCE_S:
        return None
    side = "ahead of" if clock.skew_s > 0 else "behind"
    return Fault(
        f"{_duration(skew)} {side} this controller",
        "Set NTP on the firewall (Device > Setup > Services), or on this controller if it is the one that is wrong.",
    )


def _duration(seconds: int) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if number != 1 else ''}"
    return f"{seconds} seconds"


def _good(patient: Patient, step: Step, met: Seen) -> str:
    options = patient.options
    if step == "tls":
        return "pinned by fingerprint" if options.cert_fingerprint is not None else "verified"
    if step == "clock" and met.clock is not None:
        return f"within {CLOCK_TOLERANCE_S // 60} minutes of this controller"
    return {
        "name_resolution": "resolves, or is an address",
        "tcp": "open",
        "ssh_tcp": "open",
        "login": "accepted",
        "ssh_known_host": "there" if options.ssh is None or options.ssh.host_key_checking else "not needed",
        "ssh_host_key": "matches",
        "ssh_login": "accepted",
        "devsrv_log": "readable",
    }.get(step, "allowed")
