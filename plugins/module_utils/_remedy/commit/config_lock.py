# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The config lock of one run: other locks are checked; ours is taken, renewed, checked and released.

Our lock is a lease (``locks.Mark``). A run renews it three times within its length; a run that was killed does not.
The next run takes a lock over once it has seen it unrenewed for the whole lease, or when the lease has expired by any
clock (``stale_locks``).
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    ExpectedFailure,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Limit, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import lock_block, no_lock_block
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import (
    MARK,
    Lock,
    Mark,
    add_config_lock,
    read_locks,
    remove_own_config_lock,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch, remove_lock

_TAKING_TRIES = 3
_RELEASING_TRIES = 10
# The list of locks is requested again for this long.
_LIST_S = 60.0
_RENEWALS_IN_A_LEASE = 3


class ConfigLock:
    """The config lock of the run ``run`` (8 hexadecimal digits). ``own``: our administrator's name, None if unknown.

    Attributes:
        admin: the holder of our lock as the firewall lists it; None before it is taken.
        interrupted_run: the run whose stale lock was removed.
        taken_over: the locks that were removed, as texts.
        let_go: our lock was released for a moment while it was renewed, so the candidate may have changed.
        left: why our lock could not be released; None where it was.
        left_lock: our lock as the firewall listed it last, where it could not be released.
    """

    def __init__(
        self,
        session: RetryingSession,
        allowances: Allowances,
        run: str,
        own: str | None,
        progress: Progress,
        watch: LeaseWatch | None = None,
    ) -> None:
        self._session = session
        self._own = own
        self._allowances = allowances
        self._run = run
        self._progress = progress
        self._watch = watch or LeaseWatch(session.pace)
        self._mark: Mark | None = None
        self._renew_at = 0.0
        self._renewing = False
        self._given = False
        self.admin: str | None = None
        self.interrupted_run: str | None = None
        self.taken_over: list[str] = []
        self.let_go = False
        self.left: str | None = None
        self.left_lock: Lock | None = None

    def require_no_other_locks(self) -> None:
        """Removes stale locks of this collection, and those of holders named in ``take_over_locks``.

        A lock of this collection that may be stale is watched, for ``busy_wait_s`` seconds at most.

        Raises:
            Blocked: another lock is held.
            DeviceError: the locks cannot be listed.
        """
        limit = self._session.pace.within(self._allowances.busy_wait_s)
        shown = ""
        while True:
            foreign = self._foreign_locks()
            in_the_way = [lock for lock in foreign if not self._removable(lock)]
            if not in_the_way:
                break
            self._require_watchable(in_the_way, limit)
            if shown != str(in_the_way[0]):
                shown = str(in_the_way[0])
                self._progress(f"watching whether its run still renews it: {shown}")
            self._session.pace.sleep(self._session.pace.poll_s)
        for lock in foreign:
            self._remove(lock)
        # Also a lock that its run has renewed at the last moment.
        if foreign and (blocked := lock_block(self._foreign_locks())):
            raise blocked

    def _foreign_locks(self) -> list[Lock]:
        """Locks that are not ours. Raises Blocked where we want a lock and the firewall does not list locks."""
        try:
            return [lock for lock in all_locks(self._session.api) if not self._is_ours(lock)]
        except (CommandRefused, MalformedAnswer, PermissionFailure) as error:
            if self._allowances.lock:
                raise no_lock_block(excerpt(error.message, 300)) from error
            # The firewall itself still rejects a commit that a lock forbids.
            self._progress(f"the firewall does not list locks: {excerpt(error.message)}")
            return []

    def _require_watchable(self, locks: list[Lock], limit: Limit) -> None:
        """Raises Blocked for the first lock that is another administrator's, in use, or not stale within the limit."""
        for lock in locks:
            left_s = self._watch.left_s(lock)
            blocked = lock_block([lock])
            if blocked is not None and (left_s is None or left_s > limit.left_s):
                raise blocked

    def _removable(self, lock: Lock) -> bool:
        """It is stale, or its holder is named in take_over_locks."""
        return lock.admin in self._allowances.take_over_locks or self._watch.stale(lock)

    def _remove(self, lock: Lock) -> None:
        stale = self._watch.stale(lock)
        if not remove_lock(self._session, lock, stale, self._progress):
            return
        self.taken_over.append(str(lock))
        if stale and lock.mark is not None:
            self.interrupted_run = lock.mark.run

    def take(self) -> None:
        """Takes the config lock.

        Raises:
            Blocked: the firewall does not give it.
            DeviceError: the locks cannot be listed.
        """
        pace = self._session.pace
        why = "the firewall does not list it"
        for _try in range(_TAKING_TRIES):
            failure: ExpectedFailure | None = None
            self._begin_lease()
            # It counts as given until the firewall itself has rejected it.
            before, self._given = self._given, True
            try:
                self._add()
            except ExpectedFailure as error:
                self._given = before or error.origin != "device"
                failure, why = error, excerpt(error.message, 300)
            locks = self._listed()
            blocked = lock_block(lock for lock in locks if not self._is_ours(lock))
            if blocked is not None:
                raise blocked
            if locks:
                self.admin = excerpt(locks[0].admin, 255)
                return
            if failure is not None and not self._session.may_pass(failure):
                break
            pace.sleep(pace.poll_s)
        raise no_lock_block(why)

    def _begin_lease(self) -> None:
        pace, mark = self._session.pace, self._mark
        now = pace.now()
        if mark is None:
            self._mark = Mark.begun(self._run, self._allowances.job, pace.lease_s, now)
        else:
            self._mark = mark.renewed(now)
        self._renew_at = pace.clock() + pace.lease_s / _RENEWALS_IN_A_LEASE

    def _add(self) -> None:
        if self._mark is not None:
            with self._session.api.unguarded():
                add_config_lock(self._session.api, self._mark)

    def require(self) -> None:
        """Right before each change: our lock is still listed. Raises Blocked, DeviceError."""
        if self._mark is not None and not self._is_listed():
            raise no_lock_block("the firewall no longer lists it; another administrator or run has removed it")

    def renew(self, may_let_go: bool) -> None:
        """Renews the lease when it is due. A failure is reported, and the next call tries again.

        Where the firewall accepts no new comment for a lock that is held, the lock is released and taken again, if
        ``may_let_go``: in between, another administrator can change the candidate (``let_go``).

        Raises:
            Blocked: another administrator or run holds it now.
        """
        if self._mark is None or self._renewing or self._session.pace.clock() < self._renew_at:
            return
        self._begin_lease()
        # Renewing waits too, and those waits must not renew again.
        self._renewing = True
        try:
            self._renewed(may_let_go)
        except ExpectedFailure as error:
            if not self._session.may_pass(error):
                raise
            self._renew_at = 0.0
            self._progress(f"the config lock was not renewed: {excerpt(error.message)}")
        finally:
            self._renewing = False

    def _renewed(self, may_let_go: bool) -> None:
        # After a loss, adding it would take over the lock of another run with this account.
        self.regain()
        try:
            self._add()
        except ExpectedFailure as error:
            self._session.may_pass(error)
        if self._shown() or not may_let_go or not self._is_listed():
            return
        self.let_go = True
        with self._session.api.unguarded():
            remove_own_config_lock(self._session.api)
        self.take()

    def _shown(self) -> bool:
        """The firewall lists our lock with the lease that has just begun."""
        return any(lock.comment == str(self._mark) for lock in self._listed())

    def regain(self) -> None:
        """Takes the lock again where it was lost and nobody holds it. Raises Blocked, DeviceError."""
        if self._mark is None:
            return
        locks = self._listed()
        if any(map(self._is_ours, locks)):
            return
        if blocked := lock_block(locks):
            raise blocked
        self.let_go = True
        self.take()

    def release(self) -> None:
        """Releases the lock. Where that fails, ``left`` says why. Raises no DeviceError."""
        if self._mark is None:
            return
        pace = self._session.pace
        self._session.renewable()
        # An oversized answer ends the reading, but the release still has to be sent.
        self._session.api.oversized = None
        for attempt in range(_RELEASING_TRIES):
            if attempt:
                pace.sleep(pace.poll_s)
            try:
                if self._gone():
                    return
                remove_own_config_lock(self._session.api)
                if self._gone():
                    return
            except ExpectedFailure as error:
                self.left = excerpt(error.message, 300)
                if not self._session.may_pass(error):
                    break
        self._progress(f"the config lock could not be released: {self.left}")

    def _gone(self) -> bool:
        """True where the firewall does not list our lock; sets ``left`` and ``left_lock``. Raises DeviceError."""
        listed = [lock for lock in read_locks(self._session.api, "config") if self._is_ours(lock)]
        self.left = "the firewall still lists it" if listed else None
        self.left_lock = listed[0] if listed else None
        return not listed

    def _is_listed(self) -> bool:
        return any(self._is_ours(lock) for lock in self._listed())

    def _listed(self) -> tuple[Lock, ...]:
        return self._session.ask(lambda api: read_locks(api, "config"), self._session.pace.within(_LIST_S))

    def _is_ours(self, lock: Lock) -> bool:
        if lock.kind != "config":
            return False
        if lock.comment.startswith(f"{MARK} run {self._run}"):
            return True
        # The lock that the firewall gave us, where it keeps no comments, or cuts them.
        given = self._given and str(self._mark).startswith(lock.comment)
        return given and self._own in (None, lock.admin)


def all_locks(api: XmlApi) -> tuple[Lock, ...]:
    """Config and commit locks. Raises as ``read_locks``."""
    return (*read_locks(api, "config"), *read_locks(api, "commit"))


def own_name(device: LiveDevice) -> str | None:
    """Our administrator's name; None with an API key, which does not show it."""
    options = device.options
    return options.username if options.api_key is None else None
