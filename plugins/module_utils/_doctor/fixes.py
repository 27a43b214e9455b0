# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed step means, and the command or setting that mends it. Pure.

Options are named as the caller set them: ``mlav_ca_path`` in the role, ``ca_path`` in a module.
The codes are those of X509_verify_cert in OpenSSL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions, SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import (
    Patient,
    Seen,
    Step,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Problem

# The settings of an admin role, as the web interface names them: tab XML API.
_RIGHTS: Mapping[str, str] = {
    "operational": "Operational Requests",
    "clock": "Operational Requests",
    "ping": "Operational Requests",
    "netstat": "Operational Requests",
    "devsrv_log": "Operational Requests",
    "configuration": "Configuration",
    "log": "Log",
    "export": "Export",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, without the firewall's name, and what mends it."""

    message: str
    fix: str


def fault_of(patient: Patient, step: Step, met: Seen) -> Fault:
    """The fault that a step's problem stands for."""
    problem = met.problem or Problem("crash", "no answer")
    own = _OF_STEPS.get(step)
    found = own(patient, met, problem) if own is not None else None
    if found is None and problem.kind == "permission" and step in _RIGHTS:
        found = _right(patient, step, problem)
    if found is None and step in ("ping", "devsrv_log", "netstat") and problem.kind == "refused":
        found = _command(patient, step, problem)
    return found or _any(patient, problem)


def _name(patient: Patient, _met: Seen, problem: Problem) -> Fault:
    options = patient.options
    return Fault(
        _short(problem.message),
        f"Check ansible_host and the DNS servers of this controller, or set {options.option}.ip_address to an address.",
    )


def _tcp(patient: Patient, _met: Seen, problem: Problem) -> Fault:
    options = patient.options
    return Fault(
        f"port {options.port}: {_reason(problem)}",
        f"Check {options.option}.ip_address and {options.option}.port; permit HTTPS, and this controller's address, on "
        "the management interface; allow the port on the firewalls in between.",
    )


def _tls(patient: Patient, met: Seen, problem: Problem) -> Fault:
    options = patient.options
    if problem.kind != "tls":
        return _any(patient, problem)
    fingerprint = (
        f"openssl s_client -connect {options.host}:{options.port} </dev/null | openssl x509 -noout -fingerprint -sha256"
    )
    pin = f"{options.beside}cert_fingerprint to its SHA-256 fingerprint ({fingerprint}), compared at the firewall"
    ca = f"{options.beside}ca_path"
    by = f"{ca} ({options.ca_path})" if options.ca_path else "this system"
    if met.code == 18:
        return Fault("the certificate is self-signed", f"Set {ca} to this certificate, or {pin}.")
    if met.code in (2, 19, 20, 21):
        return Fault(
            f"the certificate is issued by an authority that {by} does not trust",
            f"Set {ca} to the CA certificate that issued it, or {pin}.",
        )
    if met.code == 10:
        return Fault("the certificate has expired", f"Renew it on the firewall; until then set {pin}.")
    if met.code == 9:
        return Fault(
            "the certificate is not valid yet", "Check the clock of this controller, then that of the firewall."
        )
    if met.code in (62, 64):
        return Fault(
            "the certificate names another host",
            f"Set ansible_host (or {options.option}.ip_address) to a name in the certificate, or {pin}.",
        )
    if options.cert_fingerprint is not None and met.code is None and "pinned" in problem.message:
        return Fault(
            f"the certificate is not the one in {options.beside}cert_fingerprint",
            f"If it was renewed, set {pin}; otherwise find out who answers in the firewall's place.",
        )
    return _any(patient, problem)


def _login(patient: Patient, _met: Seen, problem: Problem) -> Fault | None:
    options = patient.options
    if problem.kind not in ("authentication", "permission"):
        return None
    if options.api_key is not None:
        return Fault(
            f"{options.option}.api_key was refused",
            f"Set {options.option}.api_key to a key of an account whose admin role has XML API rights; "
            "a key ends with a change of the password, or with its lifetime.",
        )
    return Fault(
        f"{options.option}.username and {options.option}.password were refused, tried once",
        f"Check both ({options.username}), and that the account's admin role has XML API rights (Device > Admin "
        "Roles). Look for a locked account before you try again.",
    )


def _ssh_login(patient: Patient, _met: Seen, problem: Problem) -> Fault | None:
    ssh = _ssh(patient.options)
    if problem.kind == "authentication" and "banner" in problem.message:
        return Fault(
            "the firewall asks whether its login banner is accepted",
            f"Read the banner (log in by hand once); if you accept it, set {ssh.option}.accept_banner: true.",
        )
    if problem.kind != "authentication":
        return None
    given = [name for name, value in (("key_file", ssh.key_file), ("password", ssh.password)) if value]
    return Fault(
        f"{ssh.username!r} was refused, with {' and '.join(given)}, tried once",
        f"Check {ssh.option}.username and {' and '.join(f'{ssh.option}.{name}' for name in given)}, and that the "
        "account's admin role has a command line role (Device > Admin Roles > Command Line).",
    )


def _ssh_tcp(patient: Patient, _met: Seen, problem: Problem) -> Fault:
    ssh = _ssh(patient.options)
    return Fault(
        f"port {ssh.port}: {_reason(problem)}",
        f"Check {ssh.option}.host and {ssh.option}.port; permit SSH, and this controller's address, on the management "
        "interface.",
    )


def _known_host(patient: Patient, _met: Seen, problem: Problem) -> Fault | None:
    ssh = _ssh(patient.options)
    if problem.kind != "host_key":
        return None
    return Fault(
        f"no entry in {ssh.known_hosts}", f"Compare the fingerprint at the firewall's console, then: {_scan(ssh)}"
    )


def _host_key(patient: Patient, _met: Seen, problem: Problem) -> Fault | None:
    ssh = _ssh(patient.options)
    if problem.kind != "host_key":
        return None
    name = ssh.host if ssh.port == 22 else f"[{ssh.host}]:{ssh.port}"
    return Fault(
        f"not the one in {ssh.known_hosts}",
        "If the firewall was replaced or its key made anew, compare the fingerprint at its console, then: "
        f"ssh-keygen -R '{name}' -f {ssh.known_hosts}; {_scan(ssh)}. Otherwise find out who answers in its place.",
    )


def _right(patient: Patient, step: Step, problem: Problem) -> Fault:
    right = _RIGHTS[step]
    whose = f"the role of {patient.options.username!r}" if patient.options.username else "the account's role"
    return Fault(
        f"the account lacks the XML API right {right!r}",
        f"Device > Admin Roles: enable XML API > {right} in {whose}, and commit.",
    )


def _command(patient: Patient, step: Step, problem: Problem) -> Fault:
    options = patient.options
    if options.ssh is not None:
        return Fault(
            f"refused: {_short(problem.message)}",
            "Give the account a command line role that has it, such as superreader or devicereader (Device > Admin "
            "Roles > Command Line).",
        )
    what = "not available over the XML API"
    return Fault(what, f"Set {options.beside}ssh (an empty dictionary takes the same login), so that it goes over SSH.")


def _any(patient: Patient, problem: Problem) -> Fault:
    options = patient.options
    named = re.sub(r"\bthe option (timeout|ssh)\b", rf"{options.beside}\1", problem.hint)
    return Fault(_short(problem.message), named or "Run the doctor again; ask the firewall by hand if that stays.")


def _reason(problem: Problem) -> str:
    if problem.kind == "timeout":
        return "no answer in time"
    # "cannot connect to HOST port N: Connection refused"
    return _short(problem.message).rpartition(": ")[2]


def _short(message: str) -> str:
    return message.rstrip(".")


def _scan(ssh: SshOptions) -> str:
    return f"ssh-keyscan {'' if ssh.port == 22 else f'-p {ssh.port} '}{ssh.host} >> {ssh.known_hosts}"


def _ssh(options: ConnectionOptions) -> SshOptions:
    """Steps of SSH are taken only where it is set."""
    return options.ssh or SshOptions(options.host, "", option=f"{options.beside}ssh")


_OF_STEPS: Mapping[Step, Callable[[Patient, Seen, Problem], Fault | None]] = {
    "name_resolution": _name,
    "tcp": _tcp,
    "tls": _tls,
    "login": _login,
    "ssh_tcp": _ssh_tcp,
    "ssh_known_host": _known_host,
    "ssh_host_key": _host_key,
    "ssh_login": _ssh_login,
}
