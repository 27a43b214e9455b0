# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarts device-server once, and determines from what follows whether it was restarted and answers again.

Source: KB kA14u000000HDuDCAW, and the CLI hierarchy of PAN-OS 11.1 and 11.2. Neither the text of the answer nor whether
the XML API takes the command is documented, so the text is not evaluated.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CommandRefused,
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    HostKeyFailure,
    InvalidOption,
    MissingLibrary,
    NotBound,
    PermissionFailure,
    SessionFailure,
    TlsFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Transport
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.software_status import probe_software_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_log import RESTARTS, probe_system_log
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status, statuses

RESTART = Command(
    cli="debug software restart process device-server",
    xml="<debug><software><restart><process>device-server</process></restart></software></debug>",
    confirmed=True,
)

_PROCESS = "devsrvr"


@dataclass(frozen=True)
class Advice:
    """How to run it again, as ends of sentences, with the options of the module that was called.

    ``goes_on``: after a restart, with the commit force alone; ``again``: with another restart.
    """

    goes_on: str = "run this again: it continues with the commit force"
    again: str = "run this again: it restarts device-server once more"

    @property
    def by_hand(self) -> str:
        """For a firewall that does not take the command from the collection."""
        return (
            f"In a maintenance window, run `{RESTART.cli}` in the firewall's CLI, wait until `show mlav cloud-status` "
            f"answers, and {self.goes_on}."
        )


# A device-server that seems not to have restarted is polled this often, since a restart may start late.
_SETTLING_POLLS = 10
_RESTART_EVENTS = 20

# With these the command never reached device-server.
_NOT_SENT = (
    AuthenticationFailure,
    CommandRefused,
    DeviceChanged,
    HostKeyFailure,
    InvalidOption,
    MissingLibrary,
    NotBound,
    PermissionFailure,
    Blocked,
    SessionFailure,
    TlsFailure,
)


@dataclass(frozen=True)
class Restarted:
    """``proven`` is False where nothing shows the restart and nothing contradicts it.

    ``transport`` took the command; None where its answer was lost. ``status`` is the first one afterwards.
    """

    proven: bool
    transport: Transport | None
    duration_s: float
    status: Status


class RestartFailed(DeviceError):
    """The command was sent. ``restarted``: what is known about the restart; None where there was none."""

    def __init__(self, message: str, remedy: str, restarted: Restarted | None = None) -> None:
        super().__init__(message, remedy)
        self.restarted = restarted

    @property
    def data(self) -> Mapping[str, Any]:
        """``restarted``: true, false, or null where it is unknown."""
        return {"restarted": False if self.restarted is None else self.restarted.proven or None}


class RestartNotMade(RestartFailed):
    """device-server is the same process as before."""

    kind = "restart_not_made"


class RestartUnknown(RestartFailed):
    """The answer was lost, and nothing shows whether device-server was restarted."""

    kind = "restart_unknown"


class DeviceServerNotBack(RestartFailed):
    """device-server does not answer within the limit."""

    kind = "device_server_not_back"


@dataclass(frozen=True)
class _Traces:
    """What a restart changes.

    ``pid`` is None where it is not shown; ``events``: the time of the newest event, and the number with that time.
    """

    pid: int | None
    events: tuple[datetime, int] | None


def restart(
    device: LiveDevice,
    before: Status,
    limit_s: float,
    pace: Pace,
    progress: Progress,
    advice: Advice | None = None,
) -> Restarted:
    """Restarts device-server and waits until it answers again. ``before``: the status right before.

    The command is not sent again after a lost answer: what follows decides.

    Raises:
        CommandRefused, PermissionFailure, AuthenticationFailure, …: neither the API nor SSH takes the command; nothing
            was done, and ``remedy`` says how to run it by hand.
        RestartFailed: it was sent, and device-server was not restarted (RestartNotMade), it is unknown whether it was
            (RestartUnknown), or it does not answer within ``limit_s`` seconds (DeviceServerNotBack).
    """
    advice = advice or Advice()
    traces = _traces(device)
    began = time.monotonic()
    transport: Transport | None = None
    lost: ExpectedFailure | None = None
    try:
        answer = device.run(RESTART)
        transport = answer.transport
        text = answer.text
    except ExpectedFailure as error:
        if isinstance(error, _NOT_SENT) or error is device.login_failure:
            if isinstance(error, (DeviceChanged, NotBound, Blocked)):
                raise
            raise type(error)(error.message, " ".join(filter(None, (error.remedy, advice.by_hand)))) from error
        if error.unsent:
            raise
        lost, text = error, error.message
        progress(f"the answer to the restart was lost ({excerpt(error.message)}); checking what follows")
    status, proven = _follow(device, before, traces, limit_s, pace, progress)
    restarted = Restarted(proven is True, transport, time.monotonic() - began, status)
    if proven is False:
        raise RestartNotMade(
            f"device-server was not restarted: expected another process {_PROCESS}, a time without answers, or an "
            f"entry in the system log, got the same process. The firewall answered: {excerpt(text) or 'nothing'}",
            advice.by_hand,
        ) from lost
    if not status.answered:
        raise _not_back(status, limit_s, restarted, advice)
    if lost is not None and not proven:
        raise RestartUnknown(
            f"it is unknown whether device-server was restarted: the answer was lost ({excerpt(text)}), and this "
            "firewall shows neither the process nor an entry in the system log",
            f"Check whether it was restarted; if so, {advice.goes_on}.",
            restarted,
        ) from lost
    return restarted


def wait_for_device_server(
    device: LiveDevice, limit_s: float, pace: Pace, progress: Progress, advice: Advice | None = None
) -> Status:
    """Waits until a device-server that was restarted before answers.

    Raises:
        DeviceServerNotBack: it does not answer within ``limit_s`` seconds.
    """
    for status in statuses(device, limit_s, pace, progress, "device-server"):
        if status.answered:
            return status
    raise _not_back(status, limit_s, None, advice or Advice())


def _not_back(status: Status, limit_s: float, restarted: Restarted | None, advice: Advice) -> DeviceServerNotBack:
    return DeviceServerNotBack(
        f"device-server did not answer `show mlav cloud-status` within {limit_s:g} s (option restart_timeout): "
        f"{status}",
        f"Wait until `show mlav cloud-status` answers, then run this again. If it never does, {advice.again}.",
        restarted,
    )


def _follow(
    device: LiveDevice, before: Status, traces: _Traces, limit_s: float, pace: Pace, progress: Progress
) -> tuple[Status, bool | None]:
    """The last status, and whether device-server was restarted; None where nothing shows it."""
    went_down = False
    settled = 0
    process: Literal["same", "other", "down", "unknown"] = "unknown"
    for status in statuses(device, limit_s, pace, progress, "device-server after its restart"):
        process = _process(device, traces)
        went_down = went_down or process == "down" or (status.state == "busy" and before.answered)
        if not status.answered or process == "down":
            continue
        if process == "other" or (went_down and process == "unknown"):
            return status, True
        settled += 1
        if settled >= _SETTLING_POLLS:
            break
    if process == "other" or went_down or _new_event(device, traces):
        return status, True
    return status, False if process == "same" else None


def _traces(device: LiveDevice) -> _Traces:
    return _Traces(_pid(device)[0], _newest_restart(device))


def _pid(device: LiveDevice) -> tuple[int | None, bool]:
    """The PID of device-server, and whether processes are shown at all."""
    seen = probe_software_status(device).value
    if seen is None:
        return None, False
    return next((process.pid for process in seen.processes if process.name == _PROCESS), None), True


def _process(device: LiveDevice, traces: _Traces) -> Literal["same", "other", "down", "unknown"]:
    """Whether device-server is another process than before."""
    if traces.pid is None:
        return "unknown"
    pid, shown = _pid(device)
    if pid is not None:
        return "same" if pid == traces.pid else "other"
    return "down" if shown else "unknown"


def _newest_restart(device: LiveDevice) -> tuple[datetime, int] | None:
    log = probe_system_log(device, None, _RESTART_EVENTS, RESTARTS).value
    if log is None:
        return None
    times = [event.time for event in log.events if event.kind == "device_server_restarted" and event.time is not None]
    if not times:
        return datetime.min, 0
    # The log has seconds only.
    newest = max(moment.replace(tzinfo=None) for moment in times)
    return newest, sum(moment.replace(tzinfo=None) == newest for moment in times)


def _new_event(device: LiveDevice, traces: _Traces) -> bool:
    if traces.events is None:
        return False
    now = _newest_restart(device)
    return now is not None and now > traces.events
