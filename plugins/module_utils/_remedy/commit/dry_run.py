# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a locked change would meet now: every guard looked at, nothing waited for, nothing taken.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    full_commit_required,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import LeaseWatch, all_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import parse_xpath
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import (
    busy_refusal,
    candidate_refusal,
    full_commit_refusal,
    lock_refusal,
    no_lock_refusal,
    window_refusal,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import own_name
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Refused


def review(
    device: LiveDevice,
    allowances: Allowances,
    partial: bool = False,
    own_changes_allowed: bool = False,
    known_xpaths: Collection[str] = (),
) -> tuple[CandidateState, Refused | None]:
    """The candidate, and what ``refusal_of`` says of it; reads only. Arguments and errors: see there."""
    state = read_candidate(device.api).state
    return state, refusal_of(device, allowances, state, partial, own_changes_allowed, known_xpaths)


def refusal_of(
    device: LiveDevice,
    allowances: Allowances,
    state: CandidateState,
    partial: bool = False,
    own_changes_allowed: bool = False,
    known_xpaths: Collection[str] = (),
) -> Refused | None:
    """The refusal that ``change.LockedChange`` with these arguments would begin with, the candidate being ``state``.

    What it would wait for is no refusal. Where an API key does not tell our name, and the lock would, the changes of
    one administrator alone count as ours.

    Raises:
        DeviceError: the firewall could not be asked.
    """
    refusal = _window(allowances) or _busy(device, allowances) or _locks(device, allowances)
    if refusal is None and partial:
        refusal = full_commit_refusal(full_commit_required(device.api))
    if refusal is None:
        own = own_name(device)
        admins = {change.admin for change in state.pending}
        if own is None and allowances.lock and len(admins) == 1:
            own = next(iter(admins))
        known = [parse_xpath(text) for text in known_xpaths]
        refusal = candidate_refusal(state, allowances, own, own_changes_allowed, known, partial)
    return refusal


def _window(allowances: Allowances) -> Refused | None:
    now = allowances.pace.now()
    closed = window_refusal(allowances, now, allowances.commit_needs_s)
    if closed is None:
        return None
    refusal, opens = closed
    in_time = opens is not None and opens <= now + timedelta(seconds=allowances.window_wait_s)
    return None if in_time else refusal


def _busy(device: LiveDevice, allowances: Allowances) -> Refused | None:
    if allowances.busy_wait_s > 0:
        return None
    busy = next((job for job in read_jobs(device.api) if job.busy), None)
    return busy_refusal(f"{busy} runs", 0) if busy is not None else None


def _locks(device: LiveDevice, allowances: Allowances) -> Refused | None:
    try:
        locks = all_locks(device.api)
    except (CommandRefused, MalformedAnswer, PermissionFailure) as error:
        return no_lock_refusal(excerpt(error.message, 300)) if allowances.lock else None
    return lock_refusal(lock for lock in locks if not _may_pass(lock, allowances))


def _may_pass(lock: Lock, allowances: Allowances) -> bool:
    """It may be removed, or will be stale within the wait if nobody renews it."""
    left_s = LeaseWatch(allowances.pace).left_s(lock)
    return lock.admin in allowances.take_over_locks or (left_s is not None and left_s <= allowances.busy_wait_s)
