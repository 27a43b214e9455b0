# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stale locks: those of runs of this collection that were killed. Which they are, and how they are released."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import (
    Lock,
    read_locks,
    remove_lock_of,
    remove_own_config_lock,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession


class LeaseWatch:
    """Distinguishes a stale lock from one that its run still renews, by watching it.

    It compares what it has seen itself, so no clock of another machine is needed.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._seen: dict[str, tuple[str, float]] = {}

    def left_s(self, lock: Lock) -> float | None:
        """Seconds until the lock is stale if it is not renewed; 0 where it is stale now.

        None: it is not a config lock of this collection, or its run has renewed it since it was first seen.
        """
        mark = lock.mark
        if mark is None or lock.kind != "config":
            return None
        now = self._pace.clock()
        comment, since = self._seen.setdefault(mark.run, (lock.comment, now))
        if comment != lock.comment:
            return None
        if mark.expired(self._pace.now()):
            return 0.0
        return max(0.0, mark.lease_s - (now - since))

    def stale(self, lock: Lock) -> bool:
        """The lock belongs to a run of this collection that has ended."""
        return self.left_s(lock) == 0.0


def remove_lock(session: RetryingSession, lock: Lock, stale: bool, progress: Progress) -> bool:
    """Removes another run's or administrator's lock. Returns False where the firewall still lists it afterwards.

    Args:
        session: of the firewall.
        lock: as it was listed; one that was renewed meanwhile belongs to a run that works, and stays.
        stale: it is a stale lock of this collection, so that its account may be ours.
        progress: shows a line of progress.

    Raises:
        DeviceError: the locks cannot be listed.
    """
    why = "its run has ended" if stale else "the option take_over_locks names its holder"
    progress(f"removing a lock, since {why}: {lock}")
    api = session.api
    ways: list[Callable[[], None]] = [partial(remove_lock_of, api, lock.kind, lock.admin)]
    if lock.kind == "config":
        # With the account that holds it, this needs no further right.
        ways.insert(0 if stale else 1, partial(remove_own_config_lock, api))
    for way in ways:
        if lock not in read_locks(api, lock.kind):
            break
        try:
            with api.unguarded():
                way()
        except ExpectedFailure as error:
            progress(f"the lock was not removed: {excerpt(error.message)}")
    return not any(lock.same(other) for other in read_locks(api, lock.kind))


def release_stale_locks(
    session: RetryingSession, watch: LeaseWatch, limit_s: float, progress: Progress
) -> tuple[str, ...]:
    """Releases the stale locks of this collection, and nobody else's. Returns them as texts.

    Locks that may be stale are watched for ``limit_s`` seconds at most.

    Raises:
        DeviceError: the locks cannot be listed.
    """
    limit = session.pace.within(limit_s)
    released: list[str] = []
    tried: set[Lock] = set()
    shown: set[Lock] = set()
    while True:
        waiting = False
        for lock in read_locks(session.api, "config"):
            left_s = watch.left_s(lock)
            if left_s == 0.0 and lock not in tried:
                tried.add(lock)
                if remove_lock(session, lock, True, progress):
                    released.append(str(lock))
            elif left_s is not None and 0.0 < left_s <= limit.left_s:
                waiting = True
                if lock not in shown:
                    shown.add(lock)
                    progress(f"watching whether its run still renews it: {lock}")
        if not waiting:
            return tuple(released)
        session.pace.sleep(session.pace.poll_s)
