# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of mlav_unlock: releases the stale locks of this collection."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import read_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import (
    LeaseWatch,
    release_stale_locks,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import role_variables
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
    failure,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION, ask_firewall


class StaleLockStays(DeviceError):
    """The run of a lock has ended, but the firewall does not let this account release it."""

    kind = "stale_lock_stays"


def _listed(device: LiveDevice, watch: LeaseWatch) -> tuple[list[str], list[str], list[str]]:
    """The locks of this collection: stale, in use, and not known to be either yet."""
    stale: list[str] = []
    used: list[str] = []
    unknown: list[str] = []
    for lock in read_locks(device.api, "config"):
        if lock.mark is None:
            continue
        left_s = watch.left_s(lock)
        (used if left_s is None else unknown if left_s else stale).append(str(lock))
    return stale, used, unknown


def _release(device: LiveDevice, allowed: Allowances, progress: Progress) -> Result:
    device.bind()
    watch = LeaseWatch(allowed.pace)
    released = release_stale_locks(RetryingSession(device.api, allowed.pace), watch, allowed.busy_wait_s, progress)
    stale, used, unknown = _listed(device, watch)
    result: Result = {
        "changed": bool(released),
        "released": list(released),
        "in_use": used,
        "not_known": unknown,
    }
    if stale:
        error = StaleLockStays(
            f"the firewall does not let this account release {len(stale)} stale locks: {'; '.join(stale)}",
            "Allow the account to remove locks of other administrators, or release them on the firewall.",
        )
        return {**result, "failed": True, **failure(error)}
    return result


def _unlock(params: Params, context: Context) -> Result:
    allowed = Allowances(
        busy_wait_s=duration("busy_wait", params["busy_wait"], 0).total_seconds(),
        pace=Pace(),
        controller_alive=context.controller_alive,
    )

    def ask(device: LiveDevice, params: Params) -> Result:
        host = params["host"] or device.options.host

        def progress(line: str) -> None:
            context.say(device.redactor.redact(f"{host}: {line}"))

        if not context.check_mode:
            return {"host": host, **_release(device, allowed, progress)}
        stale, used, unknown = _listed(device, LeaseWatch(allowed.pace))
        return {"changed": bool(stale), "host": host, "released": stale, "in_use": used, "not_known": unknown}

    return ask_firewall(params, context, ask)


UNLOCK = Operation(
    "mlav_unlock",
    {**CONNECTION, "busy_wait": {"type": "str", "default": "10m"}, **role_variables()},
    _unlock,
    role_entry="unlock",
)
