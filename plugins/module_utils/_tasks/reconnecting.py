# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of mlav_reconnect: restarts device-server, and commits with force afterwards."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.dry_run import dry_run
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    DESCRIPTION,
    Reconnected,
    ReconnectFailed,
    ReconnectOptions,
    ReconnectPlan,
    plan_reconnect,
    reconnect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.restart import Advice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status
from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import blocked_data
from ansible_collections.panops.mlav.plugins.module_utils._tasks.guarding import allowances, guards, reconnecting
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
    failure,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION, ask_firewall

_ADVICE = Advice(
    "run this again with restart set to never: it continues with the commit force",
    "run this again with restart set to always: it restarts device-server once more",
)


class NotConnected(DeviceError):
    """Every step was taken, but the firewall is not connected."""

    kind = "not_connected"


def reconnect_options(params: Params, context: Context) -> ReconnectOptions:
    """From the module's options. Raises InvalidOption."""
    return ReconnectOptions(
        allowances=allowances(params, context),
        restart=params["restart"],
        restart_timeout_s=duration("restart_timeout", params["restart_timeout"]).total_seconds(),
        verify_timeout_s=duration("verify_timeout", params["verify_timeout"]).total_seconds(),
        description=params["description"],
        advice=_ADVICE,
    )


def _status(status: Status | None) -> Result | None:
    return (
        None
        if status is None
        else {"state": status.state, **{name: _quoted(getattr(status, name)) for name in ("server", "raw_state")}}
    )


def _quoted(text: str | None) -> str | None:
    return None if text is None else excerpt(text)


def reconnected_data(result: Reconnected) -> Result:
    """What was done, as results show it."""
    made, committed = result.restarted, result.committed
    return {
        "changed": result.changed,
        "connected": result.connected,
        "because": result.plan.because,
        "done": list(result.done),
        "outstanding": list(result.outstanding),
        "status_before": _status(result.plan.status),
        "status_after": _status(result.after),
        "restarted": (made.proven or None) if made is not None else False,
        "restart_transport": made.transport if made is not None else None,
        "restart_duration": round(made.duration_s, 1) if made is not None else None,
        "job_id": committed.job_id if committed is not None else None,
        "commit_duration": committed.duration_s if committed is not None else None,
        "warnings": list(committed.warnings) if committed is not None else [],
        "details": list(committed.details) if committed is not None else [],
        "confirmed": committed.confirmed if committed is not None else None,
    }


def _not_connected(result: Reconnected, options: ReconnectOptions) -> NotConnected:
    done = " and ".join(step.replace("_", " ") for step in result.done)
    return NotConnected(
        f"the firewall did not connect to the MLAV cloud within {options.verify_timeout_s:g} s (option verify_timeout) "
        f"after {done}: {result.after}",
        "Diagnose the firewall again (mlav_diagnosis_info) to find the cause that is left.",
    )


def _check(device: LiveDevice, options: ReconnectOptions, plan: ReconnectPlan) -> Result:
    """The result of check mode."""
    result: Result = {**reconnected_data(Reconnected(plan)), "would": list(plan.steps), "blocked": None}
    if not plan.steps:
        return result
    allowed = options.allowances
    if "restart_device_server" in plan.steps:
        allowed = replace(
            allowed, commit_min_remaining_s=allowed.restart_min_remaining_s + allowed.commit_min_remaining_s
        )
    _state, blocked = dry_run(device, allowed)
    return {**result, "changed": True, "blocked": blocked_data(blocked)}


def _change(device: LiveDevice, options: ReconnectOptions, plan: ReconnectPlan, progress: Progress) -> Result:
    change = LockedChange(device, options.allowances, "mlav_reconnect", progress)
    try:
        with change:
            done = reconnect(device, change, options, progress)
    except ReconnectFailed as error:
        result = {**reconnected_data(error.so_far), "failed": True, **failure(error)}
    except ExpectedFailure as error:
        result = {**reconnected_data(Reconnected(plan)), "failed": True, **failure(error)}
    else:
        result = reconnected_data(done)
        if not done.connected:
            result |= {"failed": True, **failure(_not_connected(done, options))}
    return {**result, "lock_left": change.lock_left, "taken_over": list(change.taken_over)}


def _reconnect(params: Params, context: Context) -> Result:
    options = reconnect_options(params, context)

    def ask(device: LiveDevice, params: Params) -> Result:
        host = params["host"] or device.options.host

        def progress(line: str) -> None:
            context.say(f"{host}: {device.redactor.redact_message(line)}")

        plan = plan_reconnect(device, options)
        if context.check_mode:
            result = _check(device, options, plan)
        elif plan.steps:
            result = _change(device, options, plan, progress)
        else:
            # A connected firewall is not locked either.
            result = reconnected_data(Reconnected(plan))
        return {"host": host, **result}

    return ask_firewall(params, context, ask)


RECONNECT = Operation(
    "mlav_reconnect",
    {
        **CONNECTION,
        **guards(),
        **reconnecting(),
        "restart": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
        "description": {"type": "str", "default": DESCRIPTION},
    },
    _reconnect,
)
