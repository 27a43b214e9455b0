# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that tells whether this controller can diagnose these firewalls. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.options import MAX_TIMEOUT, ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._doctor.conclusion import conclude
from ansible_collections.panops.mlav.plugins.module_utils._doctor.controller import (
    ControllerFacts,
    FileFact,
    LibraryFact,
    judge_controller,
)
from ansible_collections.panops.mlav.plugins.module_utils._doctor.firewall import judge_firewall
from ansible_collections.panops.mlav.plugins.module_utils._doctor.lines import lines
from ansible_collections.panops.mlav.plugins.module_utils._doctor.logins import Logins
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import Check, Patient, Step
from ansible_collections.panops.mlav.plugins.module_utils._doctor.questions import ask
from ansible_collections.panops.mlav.plugins.module_utils._doctor.requirements import Use
from ansible_collections.panops.mlav.plugins.module_utils._doctor.sampling import sample_size
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import utc_now
from ansible_collections.panops.mlav.plugins.module_utils._tasks import doctor_facts
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import (
    between,
    connection,
    host,
    role_variables,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.scheduling import side_by_side
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import CALLS_AT_ONE_ADDRESS

_ROLE = "mlav_"
_SSH_STEPS: tuple[Step, ...] = ("ssh_tcp", "ssh_known_host", "ssh_host_key", "ssh_login")


def _doctor(params: Params, context: Context) -> Result:
    parallel = between("parallel", params["parallel"], 1, 500)
    between("timeout", params["timeout"], 1, int(MAX_TIMEOUT))
    prefix = _ROLE if params["role_variables"] else ""
    size = sample_size(f"{prefix}doctor_sample" if prefix else "sample", params["sample"])
    if params["hosts"]:
        raise InvalidOption(
            "option hosts needs the inventory, which a module process cannot read. Run the task on the controller."
        )
    given = params["firewalls"] or [{**params, "unresolved": [], "unusable": None}]
    admission = _Admission(doctor_facts.libraries(), params, _ROLE if params["firewalls"] else "")
    admitted = [admission.admit(entry) for entry in given]
    controller = judge_controller(admission.facts(prefix))
    patients = [entry for entry in admitted if isinstance(entry, Patient)]
    logins = Logins()
    asked = side_by_side(patients, lambda patient: _asked(patient, logins), _address, parallel, CALLS_AT_ONE_ADDRESS)
    answers = iter(asked)
    firewalls = [check for entry in admitted for check in (next(answers) if isinstance(entry, Patient) else entry)]
    checks = [*controller, *firewalls]
    known = params["out_of"] or len(given)
    conclusion = conclude(checks, len(given), known)
    return {
        "changed": False,
        "ready": conclusion.ready,
        "summary": conclusion.sentence,
        "lines": list(lines(checks, _heading(len(given), known, size, prefix), conclusion.sentence)),
        "checks": [
            {"id": check.id, "host": check.host, "status": check.status, "message": check.message, "fix": check.fix}
            for check in checks
        ],
        "asked": len(given),
        "known": known,
    }


def _heading(asked: int, known: int, size: int | None, prefix: str) -> str:
    if size is None or asked == known:
        return f"Firewalls ({asked} of {known} asked)"
    option = f"{prefix}doctor_sample" if prefix else "sample"
    return f"Firewalls ({asked} of {known} asked, {size} of each group; {option}=all asks every one)"


def _address(patient: Patient) -> tuple[str, int]:
    return patient.options.host.lower(), patient.options.port


def _asked(patient: Patient, logins: Logins) -> tuple[Check, ...]:
    with closing(LiveDevice(patient.options)) as device:
        checks = judge_firewall(patient, ask(patient, device, logins, utc_now))

        # What the firewall said is redacted where it became a part of a message; here is the last net.
        def clean(text: str) -> str:
            return str(masked(text, device.redactor.mask_message))

        return tuple(replace(check, message=clean(check.message), fix=clean(check.fix)) for check in checks)


class _Admission:
    """Makes patients of what the task was given, and collects the files that their options name.

    A file that cannot be used is one fault of the controller: what needs it is not asked then.
    """

    def __init__(self, libraries: Mapping[str, LibraryFact], params: Params, beside: str) -> None:
        self._libraries = libraries
        self._params = params
        self._beside = beside
        self._files: dict[str, dict[tuple[str, str], FileFact]] = {"ca": {}, "known_hosts": {}, "key": {}}
        self._used: set[Use] = set()

    def admit(self, given: Mapping[str, Any]) -> Patient | tuple[Check, ...]:
        """A firewall that can be asked; or, in its place, why it cannot be."""
        address = (given["provider"] or {}).get("ip_address")
        name = str(given["host"] or address or "the firewall")
        if given["unresolved"]:
            return tuple(_unresolved(name, entry) for entry in given["unresolved"])
        try:
            if given["unusable"]:
                raise InvalidOption(given["unusable"])
            return self._patient(name, given)
        except InvalidOption as error:
            return (self._unusable(name, error),)

    def _patient(self, name: str, given: Mapping[str, Any]) -> Patient:
        unasked: dict[Step, str] = {}
        timeout = self._params["timeout"] if given["timeout"] is None else given["timeout"]
        usable = {**given, "timeout": timeout}
        ssh = given["ssh"]
        if given["ca_path"] and not given["cert_fingerprint"] and given["validate_certs"] is not False:
            option = f"{self._beside}ca_path"
            file = self._file("ca", option, given["ca_path"], lambda: doctor_facts.ca_file(option, given["ca_path"]))
            if file.problem:
                usable["ca_path"] = None
                unasked["tls"] = f"{option} cannot be used"
        if ssh is not None:
            self._used.add("ssh")
            why = self._ssh_hurdle(usable)
            if why:
                usable["ssh"] = None
                unasked.update(dict.fromkeys(_SSH_STEPS, why))
        options = ConnectionOptions.from_params(usable, f"{self._beside}provider", self._beside)
        return Patient(name, options, unasked, bool(self._params["techsupport_export"]))

    def _ssh_hurdle(self, given: Mapping[str, Any]) -> str:
        """Why SSH cannot be used on this controller, empty where it can. Raises InvalidOption."""
        if self._libraries["asyncssh"].error:
            return "asyncssh is missing"
        key = given["ssh"].get("key_file")
        option = f"{self._beside}ssh.key_file"
        if key:
            passphrase = given["ssh"].get("key_passphrase")
            file = self._file("key", option, key, lambda: doctor_facts.key_file(option, key, passphrase))
            if file.problem:
                return f"{option} cannot be used"
        ssh = ConnectionOptions.from_params(given, f"{self._beside}provider", self._beside).ssh
        option = f"{self._beside}ssh.known_hosts"
        if ssh is not None and ssh.host_key_checking:
            path = ssh.known_hosts
            file = self._file("known_hosts", option, path, lambda: doctor_facts.known_hosts_file(option, path))
            if file.problem:
                return f"{option} cannot be used"
        return ""

    def _file(self, kind: str, option: str, path: str, look: Callable[[], FileFact]) -> FileFact:
        found = self._files[kind]
        if (option, path) not in found:
            found[option, path] = look()
        return found[option, path]

    def _unusable(self, name: str, error: InvalidOption) -> Check:
        fix = (
            f"Set {self._beside}provider.api_key, or {self._beside}provider.username and "
            f"{self._beside}provider.password, or the environment variables PANOS_USERNAME and PANOS_PASSWORD."
            if "no usable credentials" in error.message
            else f"Correct it; ansible-inventory --host {name} shows the variables of this host."
        )
        return Check("options", "fail", error.message.rstrip("."), fix, name)

    def facts(self, prefix: str) -> ControllerFacts:
        """What the controller has, once every firewall is admitted."""
        params = self._params
        used: set[Use] = {*self._used}
        if params["query"]:
            used.add("query")
        if params["maintenance_window"]:
            used.add("windows")
        folders = {name: params[name] for name in ("report_dir", "audit_dir")}
        files = {kind: tuple(found.values()) for kind, found in self._files.items()}
        return ControllerFacts(
            prefix=prefix,
            ansible_core=doctor_facts.ANSIBLE_CORE,
            python=doctor_facts.PYTHON,
            libraries=self._libraries,
            used=frozenset(used),
            ca_files=files["ca"],
            known_hosts=files["known_hosts"],
            key_files=files["key"],
            folders=tuple(doctor_facts.folder(f"{prefix}{name}", path) for name, path in folders.items() if path),
            unset=tuple(f"{prefix}{name}" for name, path in folders.items() if not path),
            window_problem=doctor_facts.window_problem(f"{prefix}maintenance_window", params["maintenance_window"]),
        )


def _unresolved(name: str, entry: Mapping[str, Any]) -> Check:
    option, variable = entry["option"], entry["variable"]
    if variable:
        message = f"{option} needs {variable}, which is undefined"
        fix = f"Define {variable}, or open its vault: --ask-vault-pass, or --vault-id."
    else:
        message = f"{option} cannot be rendered: {str(entry['reason']).rstrip('.')}"
        fix = f"Correct {option}; if it is in a vault, open the vault: --ask-vault-pass, or --vault-id."
    return Check("variables", "fail", message, fix, name)


def firewall() -> dict[str, Any]:
    """One host of the inventory as the action plugin reads it; a time limit that it does not have is the task's."""
    unresolved = {name: {"type": "str"} for name in ("option", "variable", "reason")}
    return {
        **host(),
        **connection(),
        "timeout": {"type": "int"},
        "unusable": {"type": "str"},
        "unresolved": {"type": "list", "elements": "dict", "default": [], "options": unresolved},
    }


DOCTOR_INFO = Operation(
    "mlav_doctor_info",
    {
        **connection(),
        **host(),
        **role_variables(),
        "hosts": {"type": "list", "elements": "str", "default": []},
        "sample": {"type": "str", "default": "2"},
        "parallel": {"type": "int", "default": 20},
        "report_dir": {"type": "str"},
        "audit_dir": {"type": "str"},
        "query": {"type": "str"},
        "maintenance_window": {"type": "raw"},
        "techsupport_export": {"type": "bool", "default": False},
        "firewalls": {"type": "list", "elements": "dict", "default": [], "options": firewall()},
        "out_of": {"type": "int"},
    },
    _doctor,
    masks_itself=True,
)
