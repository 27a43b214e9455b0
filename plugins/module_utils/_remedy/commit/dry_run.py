# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would block a locked change now: every guard is checked; nothing is waited for, and no lock taken."""

from __future__ import annotations

from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    full_commit_required,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import all_locks, own_name
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import (
    CommitScope,
    busy_block,
    candidate_block,
    full_commit_block,
    lock_block,
    no_lock_block,
    window_block,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch


def dry_run(
    device: LiveDevice, allowances: Allowances, scope: CommitScope | None = None
) -> tuple[CandidateState, Blocked | None]:
    """The candidate, and what ``blocked_by`` returns for it; reads only. Arguments and errors: see there."""
    state = read_candidate(device.api).state
    return state, blocked_by(device, allowances, state, scope)


def blocked_by(
    device: LiveDevice, allowances: Allowances, state: CandidateState, scope: CommitScope | None = None
) -> Blocked | None:
    """What would block ``LockedChange`` with these arguments on entering, the candidate being ``state``.

    What it would wait for does not count. Where an API key does not show our name, as the lock would, the changes of
    a single administrator count as ours.

    Raises:
        DeviceError: the firewall did not answer a question.
    """
    scope = scope or CommitScope()
    blocked = _window(allowances) or _busy(device, allowances) or _locks(device, allowances)
    if blocked is None and scope.partial:
        blocked = full_commit_block(full_commit_required(device.api))
    if blocked is None:
        own = own_name(device)
        admins = {change.admin for change in state.pending}
        if own is None and allowances.lock and len(admins) == 1:
            own = next(iter(admins))
        blocked = candidate_block(state, allowances, own, scope)
    return blocked


def _window(allowances: Allowances) -> Blocked | None:
    now = allowances.pace.now()
    closed = window_block(allowances, now, allowances.commit_min_remaining_s)
    if closed is None:
        return None
    blocked, opens = closed
    in_time = opens is not None and opens <= now + timedelta(seconds=allowances.window_wait_s)
    return None if in_time else blocked


def _busy(device: LiveDevice, allowances: Allowances) -> Blocked | None:
    if allowances.busy_wait_s > 0:
        return None
    busy = next((job for job in read_jobs(device.api) if job.busy), None)
    return busy_block(f"{busy} runs", 0) if busy is not None else None


def _locks(device: LiveDevice, allowances: Allowances) -> Blocked | None:
    try:
        locks = all_locks(device.api)
    except (CommandRefused, MalformedAnswer, PermissionFailure) as error:
        return no_lock_block(excerpt(error.message, 300)) if allowances.lock else None
    return lock_block(lock for lock in locks if not _may_pass(lock, allowances))


def _may_pass(lock: Lock, allowances: Allowances) -> bool:
    """It may be removed, or will be stale within the wait if its run does not renew it."""
    left_s = LeaseWatch(allowances.pace).left_s(lock)
    return lock.admin in allowances.take_over_locks or (left_s is not None and left_s <= allowances.busy_wait_s)
