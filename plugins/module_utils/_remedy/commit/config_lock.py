# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration lock of one run: others' looked at, ours taken, renewed, checked and given back.

Our lock is a lease (``locks.Mark``). A run that lives renews it three times in its length; one that was killed does
not, and the next run takes the lock over once it has seen that for as long as the lease lasts, or when the lease is
over by any clock.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceError,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Limit, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import lock_block, no_lock_block
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import (
    MARK,
    Lock,
    Mark,
    add_config_lock,
    read_locks,
    remove_lock_of,
    remove_own_config_lock,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import PatientSession

_TAKING_TRIES = 3
_RELEASING_TRIES = 10
# A list of locks is asked for again for so long.
_LIST_S = 60.0
_RENEWALS_IN_A_LEASE = 3


class LeaseWatch:
    """Tells the lock of a run that is over from one that a run renews, by watching it.

    No clock of another machine is needed for that.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._seen: dict[str, tuple[str, float]] = {}

    def left_s(self, lock: Lock) -> float | None:
        """For how many seconds more it has to stay as it is until it is stale: 0 where it is stale now.

        None: it is not the lock of a run of this collection, or its run has renewed it since it was first seen.
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
        """It is the lock of a run of this collection that is over."""
        return self.left_s(lock) == 0.0


class HeldLock:
    """The lock of the run ``run`` (8 hexadecimal digits); ``own`` is our administrator's name, None where not known.

    Attributes:
        admin: who holds our lock by the firewall's list; None before it is taken.
        interrupted_run: the run whose stale lock was removed.
        taken_over: the stale locks that were removed, as texts.
        let_go: our lock was away for a moment while it was renewed, so that the candidate may have changed.
        left: why our lock could not be released; None where it was.
        left_lock: our lock as the firewall listed it last, where it could not be released.
    """

    def __init__(
        self,
        session: PatientSession,
        allowances: Allowances,
        run: str,
        own: str | None,
        say: Callable[[str], None],
        watch: LeaseWatch | None = None,
    ) -> None:
        self._session = session
        self._own = own
        self._allowances = allowances
        self._run = run
        self._say = say
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

    def clear_the_way(self) -> None:
        """Refuses while somebody else holds a lock; removes those that may be removed, and stale ones of ours.

        A lock of this collection that may be stale is watched, for ``busy_wait_s`` at the most.

        Raises:
            Blocked, DeviceError.
        """
        limit = self._session.pace.within(self._allowances.busy_wait_s)
        told = ""
        while True:
            foreign = self._foreign_locks()
            in_the_way = [lock for lock in foreign if not self._removable(lock)]
            if not in_the_way:
                break
            self._refuse_unless_watched(in_the_way, limit)
            if told != str(in_the_way[0]):
                told = str(in_the_way[0])
                self._say(f"watching whether its run still renews it: {told}")
            self._session.pace.sleep(self._session.pace.poll_s)
        for lock in foreign:
            self.remove(lock)
        # Also one that its run has renewed at the last moment.
        if foreign and (blocked := lock_block(self._foreign_locks())):
            raise blocked

    def _foreign_locks(self) -> list[Lock]:
        """Those of others. Raises Blocked where our own lock is wanted and the firewall does not list locks."""
        try:
            return [lock for lock in all_locks(self._session.api) if not self._is_ours(lock)]
        except (CommandRefused, MalformedAnswer, PermissionFailure) as error:
            if self._allowances.lock:
                raise no_lock_block(excerpt(error.message, 300)) from error
            # Without a list the firewall itself still refuses a commit that a lock forbids.
            self._say(f"the firewall does not tell who holds locks: {excerpt(error.message)}")
            return []

    def _refuse_unless_watched(self, locks: list[Lock], limit: Limit) -> None:
        """Raises Blocked for the first lock that is somebody else's, in use, or not stale before the limit is over."""
        for lock in locks:
            left_s = self._watch.left_s(lock)
            blocked = lock_block([lock])
            if blocked is not None and (left_s is None or left_s > limit.left_s):
                raise blocked

    def _removable(self, lock: Lock) -> bool:
        """It is stale, or its holder is named for that."""
        return lock.admin in self._allowances.take_over_locks or self._watch.stale(lock)

    def remove(self, lock: Lock) -> None:
        """Removes another's lock, if the firewall lets us; the list tells. Raises DeviceError where there is none."""
        over = self._watch.stale(lock)
        why = "its run is over" if over else "the option take_over_locks names its holder"
        self._say(f"removing a lock, since {why}: {lock}")
        api = self._session.api
        ways: list[Callable[[], None]] = [partial(remove_lock_of, api, lock.kind, lock.admin)]
        if lock.kind == "config":
            # Where the account is the same, it needs no further right for this.
            ways.insert(0 if over else 1, partial(remove_own_config_lock, api))
        for way in ways:
            # One that was renewed meanwhile is another, of a run that is there.
            if lock not in read_locks(api, lock.kind):
                break
            try:
                with api.unguarded():
                    way()
            except DeviceError as error:
                self._say(f"the lock was not removed: {excerpt(error.message)}")
        if any(lock.same(other) for other in read_locks(api, lock.kind)):
            return
        self.taken_over.append(str(lock))
        if over and lock.mark is not None:
            self.interrupted_run = lock.mark.run

    def remove_stale(self) -> None:
        """Removes the locks of runs of this collection that are over, and touches nobody else's.

        Those that may be are watched, for ``busy_wait_s`` at the most.

        Raises:
            DeviceError: the locks cannot be read.
        """
        limit = self._session.pace.within(self._allowances.busy_wait_s)
        tried: set[Lock] = set()
        told: set[Lock] = set()
        while True:
            waiting = False
            for lock in read_locks(self._session.api, "config"):
                left_s = self._watch.left_s(lock)
                if left_s == 0.0 and lock not in tried:
                    tried.add(lock)
                    self.remove(lock)
                elif left_s is not None and 0.0 < left_s <= limit.left_s:
                    waiting = True
                    if lock not in told:
                        told.add(lock)
                        self._say(f"watching whether its run still renews it: {lock}")
            if not waiting:
                return
            self._session.pace.sleep(self._session.pace.poll_s)

    def take(self) -> None:
        """Takes the configuration lock.

        Raises:
            Blocked: it is not given.
            DeviceError: the list of locks cannot be had.
        """
        pace = self._session.pace
        why = "the firewall does not list it"
        for _try in range(_TAKING_TRIES):
            failure: DeviceError | None = None
            self._begin_lease()
            # Until the firewall itself has said no.
            before, self._given = self._given, True
            try:
                self._add()
            except DeviceError as error:
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
        """Asked right before each change: is our lock still there? Raises Blocked, DeviceError."""
        if self._mark is not None and not self._is_listed():
            raise no_lock_block("the firewall no longer lists it: somebody has removed it, or taken it over")

    def renew(self, may_let_go: bool) -> None:
        """Renews the lease when it is due. A failure is reported, and the next call tries again.

        Where the firewall takes no other comment for a lock that is held, it is released and taken again, but only
        where that is allowed: in between, somebody else can change the candidate (``let_go``).

        Raises:
            Blocked: somebody else has it now.
        """
        if self._mark is None or self._renewing or self._session.pace.clock() < self._renew_at:
            return
        self._begin_lease()
        # It waits as well, and no wait in it renews again.
        self._renewing = True
        try:
            self._renewed(may_let_go)
        except DeviceError as error:
            if not self._session.may_pass(error):
                raise
            self._renew_at = 0.0
            self._say(f"the configuration lock was not renewed: {excerpt(error.message)}")
        finally:
            self._renewing = False

    def _renewed(self, may_let_go: bool) -> None:
        # Where it was lost, adding it would take the lock of another run of this account.
        self.regain()
        try:
            self._add()
        except DeviceError as error:
            self._session.may_pass(error)
        if self._shown() or not may_let_go or not self._is_listed():
            return
        self.let_go = True
        with self._session.api.unguarded():
            remove_own_config_lock(self._session.api)
        self.take()

    def _shown(self) -> bool:
        """The firewall shows the mark of the lease that has just begun."""
        return any(lock.comment == str(self._mark) for lock in self._listed())

    def regain(self) -> None:
        """Makes sure that the lock is ours, and takes it again where nobody holds it. Raises Blocked, DeviceError."""
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
        """Gives the lock back, whatever happens meanwhile; ``left`` says why not, where that fails. Never raises."""
        if self._mark is None:
            return
        pace = self._session.pace
        self._session.renewable()
        # One answer that was too large ends the reading, and not what was begun.
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
            except DeviceError as error:
                self.left = excerpt(error.message, 300)
                if not self._session.may_pass(error):
                    break
        self._say(f"the configuration lock could not be released: {self.left}")

    def _gone(self) -> bool:
        """True where the firewall does not list our lock; ``left`` says the same. Raises DeviceError."""
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
        # One that the firewall gave us, if it does not keep comments, or cuts them.
        given = self._given and str(self._mark).startswith(lock.comment)
        return given and self._own in (None, lock.admin)


def all_locks(api: XmlApi) -> tuple[Lock, ...]:
    """The locks of both kinds. Raises as ``read_locks``."""
    return (*read_locks(api, "config"), *read_locks(api, "commit"))
