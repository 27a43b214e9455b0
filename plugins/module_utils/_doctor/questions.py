# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks one firewall what a diagnosis would ask, as little of each as shows that it is answered. Nothing is changed."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    ExpectedFailure,
    HostKeyFailure,
    NotObtainable,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.live.known_hosts import KnownHosts
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline, connect, resolve
from ansible_collections.panops.mlav.plugins.module_utils._device.live.tls import wrap
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._doctor.logins import Logins
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import (
    REFUSED_ELSEWHERE,
    Patient,
    Seen,
    Step,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import devsrv_log, ping
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import probe_clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    DEFAULT_CLOUD_SERVER,
    Clock,
    Evidence,
    Problem,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.netstat import probe_netstat
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized, problem_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import probe_device

_CONFIGURATION = "devices/entry/deviceconfig/system/hostname"
# Each firewall has such an entry, and one of them is enough, so that the search ends at once.
_ANY_ENTRY = SystemLogQuery("(severity geq informational)", None, 1)
# There is no such job: what counts is whether the account may ask for it.
_STATE_OF_NO_JOB = {"type": "export", "category": "tech-support", "action": "status", "job-id": "0"}
_LOG_LINES = 20

# The kinds of problems that the device itself answers with, once it has let the account in.
LET_IN = frozenset({"permission", "refused", "busy", "device_error", "unrecognized", "not_obtainable"})


def ask(patient: Patient, device: LiveDevice, logins: Logins, now: Callable[[], datetime]) -> dict[Step, Seen]:
    """What each step met. A step that another one keeps from being taken is not in it.

    ``device`` is that of the patient's options, and stays the caller's.
    """
    asking = _Asking(patient, device, logins, now)
    asking.reach()
    if asking.passed("tls"):
        asking.log_in()
    asking.reach_ssh()
    if asking.passed("ssh_tcp") and asking.passed("ssh_known_host"):
        asking.log_in_by_ssh()
    asking.ask_commands()
    return asking.seen


class _OverApi:
    """A device that asks nothing over SSH, so that a refusal of the API is seen."""

    def __init__(self, device: LiveDevice) -> None:
        self._device = device

    def run(self, command: Command) -> Answer:
        answer = self._device.api.op(command.xml or "", command.seconds, command.cli)
        return Answer(command.cli, "api", answer.text, answer.result)

    def effective_config(self, path: str) -> Answer:
        return self._device.api.effective_config(path)

    def system_log(self, query: SystemLogQuery) -> Answer:
        return self._device.api.system_log(query)

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        raise CommandRefused(f"the XML API does not give {name}")

    def close(self) -> None:
        """The device is the caller's."""


class _Asking:
    def __init__(self, patient: Patient, device: LiveDevice, logins: Logins, now: Callable[[], datetime]) -> None:
        self.seen: dict[Step, Seen] = {}
        self._patient = patient
        self._options = patient.options
        self._device = device
        self._logins = logins
        self._now = now

    def passed(self, step: Step) -> bool:
        """The step was taken, and met no problem."""
        return step in self.seen and self.seen[step].problem is None

    def _asked(self, step: Step) -> bool:
        return step not in self._patient.unasked

    def _take(self, step: Step, ask: Callable[[], Seen | None]) -> bool:
        """Takes a step, and tells whether it passed."""
        if self._asked(step):
            try:
                self.seen[step] = ask() or Seen()
            except Exception as error:
                self.seen[step] = Seen(problem_of(error), code=_verify_code(error))
        return self.passed(step)

    # --- the XML API ---

    def reach(self) -> None:
        """Name, port and certificate, each by itself."""
        options = self._options
        deadline = Deadline(options.timeout, f"connecting to {options.host}")

        def reach_name() -> None:
            resolve(options.host, options.port, deadline)

        def reach_port() -> None:
            connect(options.host, options.port, deadline).close()

        def shake_hands() -> None:
            wrap(connect(options.host, options.port, deadline), options, deadline).close()

        if self._take("name_resolution", reach_name) and self._take("tcp", reach_port):
            self._take("tls", shake_hands)

    def log_in(self) -> None:
        """The first request: it logs in, shows whether operational requests are allowed, and tells the time."""
        options = self._options
        if options.api_key is not None:
            self._first_request()
            return
        with self._logins.attempt(options.username or "", options.password or "", self._patient.host) as attempt:
            if attempt.refused_by is not None:
                self.seen["login"] = Seen(_refused_by(attempt.refused_by))
                return
            self._first_request()
            problem = self.seen["login"].problem
            attempt.accepted = True if problem is None else False if self._device.api.login_refused else None

    def _first_request(self) -> None:
        info, rough = probe_device(_OverApi(self._device), self._now)
        problem = info.problem if info.value is None else None
        if problem is not None and (problem.kind not in LET_IN or self._device.api.login_refused):
            self.seen["login"] = Seen(problem)
            return
        self.seen["login"] = Seen()
        if self._asked("operational"):
            self.seen["operational"] = Seen(problem)
        if problem is None and self._asked("clock"):
            self.seen["clock"] = self._clock(rough)

    def _clock(self, rough: Evidence[Clock]) -> Seen:
        exact = probe_clock(self._device, self._now)
        return _of(exact if exact.value is not None else rough)

    def _operational_by_ssh(self) -> None:
        """What the API refuses, a diagnosis asks over SSH."""
        refused = self.seen["operational"].problem if "operational" in self.seen else None
        if refused is None or refused.kind not in ("permission", "refused") or not self.passed("ssh_login"):
            return
        info, rough = probe_device(self._device, self._now)
        if info.value is not None:
            self.seen["operational"] = Seen(way="ssh", instead=refused)
            self._take("clock", lambda: self._clock(rough))

    def _configuration(self) -> Seen:
        try:
            self._device.api.running_config(_CONFIGURATION)
        except PermissionFailure as error:
            # Some releases give it to an operational request.
            self._device.effective_config(_CONFIGURATION)
            return Seen(instead=problem_of(error))
        return Seen()

    def _system_log(self) -> Seen:
        try:
            self._device.api.system_log(_ANY_ENTRY)
        except (CommandRefused, PermissionFailure) as error:
            if not self.passed("ssh_login"):
                raise
            self._device.system_log(_ANY_ENTRY)
            return Seen(way="ssh", instead=problem_of(error))
        return Seen()

    def _export(self) -> Seen:
        try:
            self._device.api.call(_STATE_OF_NO_JOB)
        except PermissionFailure:
            raise
        except ExpectedFailure as error:
            # That there is no such job, the device says only to whoever may ask.
            if problem_of(error).kind not in LET_IN:
                raise
        return Seen()

    # --- the command line ---

    def reach_ssh(self) -> None:
        """Port and known host; nothing where SSH is not set."""
        ssh = self._options.ssh
        if ssh is None:
            return

        def reach_port() -> None:
            connect(ssh.host, ssh.port, Deadline(self._options.timeout, f"connecting to {ssh.host}")).close()

        self._take("ssh_tcp", reach_port)
        self._take("ssh_known_host", lambda: _known_host(ssh))

    def log_in_by_ssh(self) -> None:
        """The ping logs in: what it meets is of the host key, of the login, or of the command."""
        ssh = self._options.ssh
        if ssh is None or not self._asked("ssh_login"):
            return
        if ssh.password is None:
            self._first_command()
            return
        with self._logins.attempt(ssh.username, ssh.password, self._patient.host) as attempt:
            api = self._options
            same = api.api_key is None and (ssh.username, ssh.password) == (api.username, api.password)
            refused_here = same and self._device.api.login_refused
            if attempt.refused_by is not None and not refused_here:
                self.seen["ssh_login"] = Seen(_refused_by(attempt.refused_by))
            if attempt.refused_by is not None or refused_here:
                return
            self._first_command()
            failure = self._device.login_failure
            attempt.accepted = True if failure is None else False if _is_refusal(failure) else None

    def _first_command(self) -> None:
        self._take("ping", self._ping)
        failure = self._device.login_failure
        if failure is None:
            self.seen["ssh_host_key"] = self.seen["ssh_login"] = Seen()
            return
        if self.seen["ping"].way != "api":
            # It was not the ping that failed.
            del self.seen["ping"]
        step: Step = "ssh_host_key" if isinstance(failure, HostKeyFailure) else "ssh_login"
        if step == "ssh_login":
            self.seen["ssh_host_key"] = Seen()
        self.seen[step] = Seen(problem_of(failure))

    def ask_commands(self) -> None:
        """The queries of a diagnosis, each over the transport that it would use."""
        by_api = self.passed("login")
        by_ssh = self.passed("ssh_login")
        # Where SSH is set and cannot be used, a diagnosis fails for that.
        usual = by_ssh if self._options.ssh is not None else by_api and self._asked("ssh_login")
        if usual and "ping" not in self.seen:
            self._take("ping", self._ping)
        if usual and by_api:
            self._take("devsrv_log", self._devsrv_log)
        if by_api:
            self._operational_by_ssh()
            self._take("netstat", lambda: _of(probe_netstat(self._device)))
            self._take("configuration", self._configuration)
            self._take("log", self._system_log)
            if self._patient.export:
                self._take("export", self._export)

    def _ping(self) -> Seen:
        command = ping.command(DEFAULT_CLOUD_SERVER, None, 1)
        if not self.passed("login"):
            # Where SSH fails, the device would log in to the API with what must not be tried.
            command = replace(command, xml=None)
        answer = self._device.run(command)
        ping.parse(answer.text, DEFAULT_CLOUD_SERVER)
        return Seen(way=answer.transport)

    def _devsrv_log(self) -> Seen:
        try:
            answers = self._device.process_log(devsrv_log.NAME, _LOG_LINES)
        except NotObtainable:
            answers = self._device.process_log(devsrv_log.OTHER_NAME, _LOG_LINES)
        return Seen(way=answers[0].transport, empty=not any(answer.text.strip() for answer in answers))


def _is_refusal(failure: ExpectedFailure) -> bool:
    """The credentials were refused. Where a banner is not accepted they were not sent."""
    return failure.kind == "authentication" and "accept_banner" not in failure.remedy


def _known_host(ssh: SshOptions) -> Seen:
    if not ssh.host_key_checking or KnownHosts(ssh).has_entry:
        return Seen()
    return Seen(Problem("host_key", "no entry"))


def _refused_by(host: str) -> Problem:
    return Problem(REFUSED_ELSEWHERE, host)


def _of(evidence: Evidence[Any]) -> Seen:
    value = evidence.value
    if value is None:
        return Seen(evidence.problem or problem_of(Unrecognized("the answer is empty")))
    way = evidence.asked[-1].transport if evidence.asked else ""
    return Seen(way=way, clock=value if isinstance(value, Clock) else None)


def _verify_code(error: BaseException) -> int | None:
    cause = error.__cause__
    return cause.verify_code if isinstance(cause, ssl.SSLCertVerificationError) else None
