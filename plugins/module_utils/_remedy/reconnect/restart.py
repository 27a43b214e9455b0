# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarts device-server once, and finds out from what follows whether that happened and when it is over.

Source: KB kA14u000000HDuDCAW, and the CLI hierarchy of PAN-OS 11.1 and 11.2. Neither the text of the answer nor whether
the XML API takes the command is documented, so the text counts for nothing.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CommandRefused,
    DeviceChanged,
    DeviceError,
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
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
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
    """How the caller's user runs it again: ends of sentences, with options that he has.

    ``goes_on``: after a restart that was made, with the commit force alone; ``again``: with another restart.
    """

    goes_on: str = "run this again: it goes on with the commit force"
    again: str = "run this again: it restarts it once more"

    @property
    def by_hand(self) -> str:
        """Where the collection cannot send the command."""
        return (
            f"Have a person run `{RESTART.cli}` at the firewall's command line in a maintenance window, wait until "
            f"`show mlav cloud-status` answers, and {self.goes_on}."
        )


# So often a device-server that seems untouched is asked before it counts as such: a restart may begin late.
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
    """``proven`` is False where nothing contradicts the restart and nothing shows it.

    ``transport`` took the command; None where its answer was lost. ``status`` is the first one afterwards.
    """

    proven: bool
    transport: Transport | None
    duration_s: float
    status: Status


class RestartFailed(DeviceError):
    """The command was sent. ``restarted``: what is known of the restart; None where there was none."""

    def __init__(self, message: str, remedy: str, restarted: Restarted | None = None) -> None:
        super().__init__(message, remedy)
        self.restarted = restarted

    @property
    def data(self) -> Mapping[str, Any]:
        """``restarted``: true, false, or null where it is not known."""
        return {"restarted": False if self.restarted is None else self.restarted.proven or None}


class RestartNotMade(RestartFailed):
    """device-server is the same process as before."""

    kind = "restart_not_made"


class RestartUnknown(RestartFailed):
    """The answer was lost, and nothing tells whether device-server was restarted."""

    kind = "restart_unknown"


class DeviceServerNotBack(RestartFailed):
    """device-server does not answer within the limit."""

    kind = "device_server_not_back"


@dataclass(frozen=True)
class _Traces:
    """What a restart changes.

    ``pid`` is None where it is not shown; ``events``: the time of the newest one, and how many there are of that time.
    """

    pid: int | None
    events: tuple[datetime, int] | None


def restart(
    device: LiveDevice,
    before: Status,
    limit_s: float,
    pace: Pace,
    say: Callable[[str], None],
    advice: Advice | None = None,
) -> Restarted:
    """Restarts device-server and waits until it answers again. ``before``: the status right before.

    A lost answer is no reason to send the command again: what follows decides.

    Raises:
        CommandRefused, PermissionFailure, AuthenticationFailure, …: neither the API nor SSH takes the command; nothing
            was done, and ``remedy`` gives the command to a person.
        RestartFailed: it was sent, and device-server is the same as before (RestartNotMade), nothing tells
            (RestartUnknown), or it does not answer within ``limit_s`` seconds (DeviceServerNotBack).
    """
    advice = advice or Advice()
    earlier = _traces(device)
    began = time.monotonic()
    transport: Transport | None = None
    lost: DeviceError | None = None
    try:
        answer = device.run(RESTART)
        transport = answer.transport
        said = answer.text
    except DeviceError as error:
        if isinstance(error, _NOT_SENT) or error is device.login_failure:
            if isinstance(error, (DeviceChanged, NotBound, Blocked)):
                raise
            raise type(error)(error.message, " ".join(filter(None, (error.remedy, advice.by_hand)))) from error
        if error.unsent:
            raise
        lost, said = error, error.message
        say(f"the answer to the restart was lost ({excerpt(error.message)}); looking at what follows")
    status, proven = _follow(device, before, earlier, limit_s, pace, say)
    restarted = Restarted(proven is True, transport, time.monotonic() - began, status)
    if proven is False:
        raise RestartNotMade(
            f"device-server was not restarted. Expected: another process {_PROCESS}, a time without answers, or an "
            f"entry in the system log. Actual: the same process. The firewall said: {excerpt(said) or 'nothing'}",
            advice.by_hand,
        ) from lost
    if not status.answered:
        raise _not_back(status, limit_s, restarted, advice)
    if lost is not None and not proven:
        raise RestartUnknown(
            f"it is not known whether device-server was restarted: the answer was lost ({excerpt(said)}), and this "
            "firewall shows neither the process nor an entry in the system log",
            f"Find out whether it was restarted; where it was, {advice.goes_on}.",
            restarted,
        ) from lost
    return restarted


def wait_for_device_server(
    device: LiveDevice, limit_s: float, pace: Pace, say: Callable[[str], None], advice: Advice | None = None
) -> Status:
    """Waits until a device-server that was restarted earlier answers.

    Raises:
        DeviceServerNotBack: it does not within ``limit_s`` seconds.
    """
    for status in statuses(device, limit_s, pace, say, "device-server"):
        if status.answered:
            return status
    raise _not_back(status, limit_s, None, advice or Advice())


def _not_back(status: Status, limit_s: float, restarted: Restarted | None, advice: Advice) -> DeviceServerNotBack:
    return DeviceServerNotBack(
        f"device-server does not answer. Expected: an answer to `show mlav cloud-status` within {limit_s:g} s (option "
        f"restart_timeout). Actual: {status}.",
        f"Wait until `show mlav cloud-status` answers, then run this again. Where it never does, {advice.again}.",
        restarted,
    )


def _follow(
    device: LiveDevice, before: Status, earlier: _Traces, limit_s: float, pace: Pace, say: Callable[[str], None]
) -> tuple[Status, bool | None]:
    """The last status, and whether device-server was restarted; None where nothing tells."""
    went_down = False
    settled = 0
    process: Literal["same", "other", "down", "unknown"] = "unknown"
    for status in statuses(device, limit_s, pace, say, "device-server after its restart"):
        process = _process(device, earlier)
        went_down = went_down or process == "down" or (status.state == "busy" and before.answered)
        if not status.answered or process == "down":
            continue
        if process == "other" or (went_down and process == "unknown"):
            return status, True
        settled += 1
        if settled >= _SETTLING_POLLS:
            break
    if process == "other" or went_down or _new_event(device, earlier):
        return status, True
    return status, False if process == "same" else None


def _traces(device: LiveDevice) -> _Traces:
    return _Traces(_pid(device)[0], _newest_restart(device))


def _pid(device: LiveDevice) -> tuple[int | None, bool]:
    """The process number of device-server, and whether processes are shown at all."""
    seen = probe_software_status(device).value
    if seen is None:
        return None, False
    return next((process.pid for process in seen.processes if process.name == _PROCESS), None), True


def _process(device: LiveDevice, earlier: _Traces) -> Literal["same", "other", "down", "unknown"]:
    """Whether device-server is another process than before."""
    if earlier.pid is None:
        return "unknown"
    pid, shown = _pid(device)
    if pid is not None:
        return "same" if pid == earlier.pid else "other"
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


def _new_event(device: LiveDevice, earlier: _Traces) -> bool:
    if earlier.events is None:
        return False
    now = _newest_restart(device)
    return now is not None and now > earlier.events
