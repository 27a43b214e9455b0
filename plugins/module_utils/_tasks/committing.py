# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of mlav_commit: commits the pending changes of one firewall."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    PendingChange,
    by_administrator,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest, Committed, checked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.dry_run import dry_run
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._tasks.guarding import allowances, guards
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
    failure,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import CONNECTION, ask_firewall

# Places that a result names per administrator.
_PLACES = 50


def committed_data(done: Committed) -> Result:
    """A finished commit, as results show it."""
    return {
        "job_id": done.job_id,
        # Without "_at" they would be the states of an asynchronous task.
        "started_at": encode(done.started),
        "finished_at": encode(done.finished),
        "duration": done.duration_s,
        "warnings": list(done.warnings),
        "details": list(done.details),
        "confirmed": done.confirmed,
    }


def changes_data(pending: Collection[PendingChange]) -> list[Result]:
    """Pending changes per administrator: ``[{admin, count, xpaths}]``, ``admin`` None where it is unknown."""
    return [
        {"admin": admin, "count": len(xpaths), "xpaths": xpaths[:_PLACES]}
        for admin, xpaths in by_administrator(pending).items()
    ]


def blocked_data(blocked: Blocked | None) -> Result | None:
    """The guard that blocks it, as check mode shows it."""
    if blocked is None:
        return None
    return {"guard": blocked.guard, "reason": blocked.message, "option": blocked.option, "remedy": blocked.remedy}


def _scope(request: CommitRequest) -> CommitScope:
    return CommitScope(partial=request.partial_to is not None, own_changes=True)


def _included(state: CandidateState, request: CommitRequest) -> list[PendingChange]:
    """The pending changes that the commit includes."""
    return [change for change in state.pending if request.partial_to in (None, change.admin)]


def _check(device: LiveDevice, allowed: Allowances, request: CommitRequest) -> Result:
    state, blocked = dry_run(device, allowed, _scope(request))
    included = _included(state, request)
    return {
        "changed": request.force or bool(included),
        "would_commit": changes_data(included),
        "candidate": state.fingerprint,
        "blocked": blocked_data(blocked),
    }


def _change(device: LiveDevice, allowed: Allowances, request: CommitRequest, progress: Progress) -> Result:
    change = LockedChange(device, allowed, "mlav_commit", progress, _scope(request))
    try:
        with change:
            done = change.interrupted(request)
            if done is None:
                if request.partial_to is None:
                    change.only_own_changes(())
                done = change.commit(request)
    except ExpectedFailure as error:
        return {"failed": True, **failure(error), "lock_left": change.lock_left, "taken_over": list(change.taken_over)}
    return {
        "changed": done.changed,
        **committed_data(done),
        "committed": changes_data(_included(change.before, request)) if done.changed else [],
        "candidate": change.before.fingerprint,
        "lock_left": change.lock_left,
        "taken_over": list(change.taken_over),
    }


def _commit(params: Params, context: Context) -> Result:
    request = checked(CommitRequest(params["description"] or "", params["force"], params["admin"] or None))
    allowed = allowances(params, context)

    def ask(device: LiveDevice, params: Params) -> Result:
        host = params["host"] or device.options.host
        if context.check_mode:
            return {"host": host, **_check(device, allowed, request)}

        def progress(line: str) -> None:
            context.say(f"{host}: {device.redactor.redact_message(line)}")

        return {"host": host, **_change(device, allowed, request, progress)}

    return ask_firewall(params, context, ask)


_OPTIONS: dict[str, Any] = {
    "description": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "admin": {"type": "str"},
}

COMMIT = Operation("mlav_commit", {**CONNECTION, **guards(), **_OPTIONS}, _commit)
