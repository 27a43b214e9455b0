# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration lock of one run: others' looked at, ours taken, checked and given back.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from ansible_collections.panops.mlav.plugins.module_utils._device.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceError,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.asking import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.guards import lock_refusal, no_lock_refusal
from ansible_collections.panops.mlav.plugins.module_utils._remedy.locks import (
    MARK,
    Lock,
    Mark,
    add_config_lock,
    read_locks,
    remove_lock_of,
    remove_own_config_lock,
)

_TAKING_TRIES = 3
_RELEASING_TRIES = 10
# A list of locks is asked for again for so long.
_LIST_S = 60.0
# What a change may need beside its waiting times and two commits, before its lock counts as forgotten.
_SPARE_S = 3600.0


class HeldLock:
    """The lock of the run ``run`` (8 hexadecimal digits); ``own`` is our administrator's name, None where not known.

    Attributes:
        admin: who holds our lock by the firewall's list; None before it is taken.
        interrupted_run: the run whose forgotten lock was removed.
        left: why our lock could not be released; None where it was.
    """

    def __init__(
        self,
        session: PatientSession,
        allowances: Allowances,
        run: str,
        own: str | None,
        say: Callable[[str], None],
    ) -> None:
        self._session = session
        self._own = own
        self._allowances = allowances
        self._run = run
        self._say = say
        self._mark: Mark | None = None
        self._given = False
        self.admin: str | None = None
        self.interrupted_run: str | None = None
        self.left: str | None = None

    def clear_the_way(self) -> None:
        """Refuses while somebody else holds a lock; removes those that may be removed, and those of runs that are over.

        Raises:
            Refused, DeviceError.
        """
        now = self._session.pace.now()
        try:
            locks = all_locks(self._session.api)
        except (CommandRefused, MalformedAnswer, PermissionFailure) as error:
            if self._allowances.lock:
                raise no_lock_refusal(excerpt(error.message, 300)) from error
            # Without a list the firewall itself still refuses a commit that a lock forbids.
            self._say(f"the firewall does not tell who holds locks: {excerpt(error.message)}")
            return
        foreign = [lock for lock in locks if not self._is_ours(lock)]
        refusal = lock_refusal(lock for lock in foreign if not removable(lock, self._allowances, now))
        if refusal is not None:
            raise refusal
        for lock in foreign:
            self.remove(lock, now)
        if foreign and (refusal := lock_refusal(lock for lock in all_locks(self._session.api) if lock in foreign)):
            raise refusal

    def remove(self, lock: Lock, now: datetime) -> None:
        """Removes another's lock, if the firewall lets us; the list tells. Raises DeviceError where there is none."""
        over = stale(lock, now)
        why = "the run that took it is over" if over else "the option take_over_locks names its holder"
        self._say(f"removing a lock, since {why}: {lock}")
        if over and lock.mark is not None:
            self.interrupted_run = lock.mark.run
        api = self._session.api
        ways: list[Callable[[], None]] = [partial(remove_lock_of, api, lock.kind, lock.admin)]
        if lock.kind == "config":
            # Where the account is the same, it needs no further right for this.
            ways.insert(0 if over else 1, partial(remove_own_config_lock, api))
        for way in ways:
            if lock not in read_locks(api, lock.kind):
                return
            try:
                way()
            except DeviceError as error:
                self._say(f"the lock was not removed: {excerpt(error.message)}")

    def take(self) -> None:
        """Takes the configuration lock.

        Raises:
            Refused: it is not given.
            DeviceError: the list of locks cannot be had.
        """
        pace, wanted = self._session.pace, self._allowances
        spare_s = wanted.window_wait_s + 3 * wanted.busy_wait_s + 2 * wanted.commit_timeout_s + _SPARE_S
        self._mark = Mark.of_this_process(self._run, pace.now() + timedelta(seconds=spare_s))
        why = "the firewall does not list it"
        for _try in range(_TAKING_TRIES):
            failure: DeviceError | None = None
            try:
                add_config_lock(self._session.api, self._mark)
                self._given = True
            except DeviceError as error:
                failure, why = error, excerpt(error.message, 300)
            locks = self._listed()
            refusal = lock_refusal(lock for lock in locks if not self._is_ours(lock))
            if refusal is not None:
                raise refusal
            if locks:
                self.admin = excerpt(locks[0].admin, 255)
                return
            if failure is not None and not self._session.may_pass(failure):
                break
            pace.sleep(pace.poll_s)
        raise no_lock_refusal(why)

    def check(self, retake: bool) -> bool:
        """Makes sure that the lock is still ours; ``retake``: it may be taken again where nobody holds it.

        Returns True where it was taken again.

        Raises:
            Refused, DeviceError.
        """
        if self._mark is None:
            return False
        if any(self._is_ours(lock) for lock in self._listed()):
            return False
        if not retake:
            raise no_lock_refusal("somebody has removed it")
        self.take()
        return True

    def release(self) -> None:
        """Gives the lock back, whatever happens meanwhile; ``left`` says why not, where that fails. Never raises."""
        if self._mark is None:
            return
        pace = self._session.pace
        self._session.renewable()
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
                self._session.may_pass(error)
        self._say(f"the configuration lock could not be released: {self.left}")

    def _gone(self) -> bool:
        """True where the firewall does not list our lock; ``left`` says the same. Raises DeviceError."""
        listed = any(self._is_ours(lock) for lock in read_locks(self._session.api, "config"))
        self.left = "the firewall still lists it" if listed else None
        return not listed

    def _listed(self) -> tuple[Lock, ...]:
        until = self._session.pace.now() + timedelta(seconds=_LIST_S)
        return self._session.ask(lambda api: read_locks(api, "config"), until)

    def _is_ours(self, lock: Lock) -> bool:
        if lock.kind != "config":
            return False
        if lock.comment.startswith(f"{MARK} {self._run}"):
            return True
        # One that the firewall gave us, if it does not keep comments, or cuts them.
        given = self._given and str(self._mark).startswith(lock.comment)
        return given and self._own in (None, lock.admin)


def all_locks(api: XmlApi) -> tuple[Lock, ...]:
    """The locks of both kinds. Raises as ``read_locks``."""
    return (*read_locks(api, "config"), *read_locks(api, "commit"))


def stale(lock: Lock, now: datetime) -> bool:
    """A configuration lock of a run of this collection that is over."""
    return lock.kind == "config" and lock.mark is not None and lock.mark.stale(now)


def removable(lock: Lock, allowances: Allowances, now: datetime) -> bool:
    """It may be removed: it is forgotten, or its holder is named for that."""
    return stale(lock, now) or lock.admin in allowances.take_over_locks
