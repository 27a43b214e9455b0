# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A locked change of one firewall, as a sequence: guards, config lock, candidate, write, commit, read-back, release.

Each part has a module of its own: ``guards``, ``idle``, ``config_lock``, ``tracked_candidate``, ``sent_once``,
``finish`` and ``read_back``.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Limit, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    configuration,
    full_commit_required,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import (
    CommitFailed,
    CommitRequest,
    Committed,
    CommitWithoutEffect,
    NotNow,
    checked,
    described,
    ours_among,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import ConfigLock, own_name
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.finish import finish, nothing_to_commit
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import (
    CommitScope,
    busy_block,
    candidate_block,
    full_commit_block,
    window_block,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.idle import wait_until_idle
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.read_back import ReadBack
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.sent_once import SentOnce
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import ended_in_order, undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.tracked_candidate import TrackedCandidate
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.waiting import wait_for_window


class ControllerGone(ExpectedFailure):
    """The process that started the run has ended without it."""

    kind = "controller_gone"

    def __init__(self) -> None:
        super().__init__(
            "the ansible-playbook process that started this run has ended, so the run stops", "Run it again."
        )


class LockedChange:
    """``with LockedChange(device, allowances, purpose, progress) as change:``

    Entering: binds the session to the device that answers, waits for the maintenance window and for other jobs, checks
    other locks, takes the config lock, and checks the candidate (pending changes, fingerprint). From then on every
    change is sent to this device alone, and only while the lock is ours. Leaving: releases the lock, also after an
    exception.

    Args:
        device: the firewall.
        allowances: what is allowed.
        purpose: the commit's description where the request has none.
        progress: shows a line of progress.
        scope: what the commit may include.
        watch: what is known already of the leases of other runs.

    Attributes:
        run: identifies this run in the lock's comment and in the commit's description.
        pace: how to wait within the change: the lease of the lock is renewed meanwhile.
        wrote: an uncommitted change of ours is in the candidate, so that the lock is not released for a moment.

    Raises on entering:
        Blocked: a guard blocks the change; nothing was changed, and no lock is left.
        DeviceError: the firewall did not answer a question.
    """

    def __init__(
        self,
        device: LiveDevice,
        allowances: Allowances,
        purpose: str,
        progress: Progress,
        scope: CommitScope | None = None,
        watch: LeaseWatch | None = None,
    ) -> None:
        self.run = secrets.token_hex(4)
        self.pace = replace(allowances.pace, sleep=self._sleep)
        self.wrote = False
        self._device = device
        self._allowances = allowances
        self._purpose = purpose
        self._progress = progress
        self._scope = scope or CommitScope()
        self._session = RetryingSession(device.api, self.pace)
        self._lock = ConfigLock(self._session, allowances, self.run, own_name(device), progress, watch)
        self._entered = ExitStack()
        self._leaving = False
        self._window_wait = self.pace.within(0)
        self._candidate: TrackedCandidate
        self._committed = False
        self._sent: SentOnce | None = None

    @property
    def before(self) -> CandidateState:
        """The candidate as it was on entering."""
        return self._candidate.before

    @property
    def administrator(self) -> str | None:
        """Our own name; None where it is not known (an API key, and no lock)."""
        return self._lock.admin or own_name(self._device)

    @property
    def commit_counts(self) -> bool:
        """A commit of ours was carried out, or was sent and may be, now or later."""
        return self._sent is not None and self._sent.counts

    @property
    def job_id(self) -> int | None:
        """The job of our commit; None where none was sent, or it is not known."""
        return None if self._sent is None else self._sent.job_id

    @property
    def lock_left(self) -> str | None:
        """After leaving: why the lock could not be released; None where it was."""
        return self._lock.left

    @property
    def locks_left(self) -> tuple[Lock, ...]:
        """After leaving: our lock where it could not be released."""
        return () if self._lock.left_lock is None else (self._lock.left_lock,)

    @property
    def taken_over(self) -> tuple[str, ...]:
        """The locks that were removed: stale ones, and those of holders named in ``take_over_locks``."""
        return tuple(self._lock.taken_over)

    def __enter__(self) -> LockedChange:
        self._entered.enter_context(ended_in_order())
        try:
            self._device.bind()
            self._window_wait = self.pace.within(self._allowances.window_wait_s)
            self.require_window(self._allowances.commit_min_remaining_s)
            wait_until_idle(self._session, self._allowances.busy_wait_s, self._progress)
            self.require_controller()
            self._lock.require_no_other_locks()
            if self._allowances.lock:
                self._lock.take()
            self._device.api.guard = self._lock.require
            self._check_candidate()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self._leaving = True
        try:
            with undisturbed():
                self._lock.release()
        except SystemExit:
            # A signal that came just before the release, or during it; no other one ends it.
            self._lock.release()
            raise
        finally:
            self._device.api.guard = None
            self._entered.close()

    def _sleep(self, seconds: float) -> None:
        """A pause between two questions. It renews the lock's lease; a run without its controller ends here."""
        if not self._leaving:
            self.require_controller()
            try:
                self._lock.renew(may_let_go=self.commit_counts or not self.wrote)
            except Blocked as lost:
                # A commit that was sent goes on with or without the lock.
                if not self.commit_counts:
                    raise
                self._progress(f"the config lock was lost: {lost.message}")
        self._allowances.pace.sleep(seconds)

    def require_controller(self) -> None:
        """Raises ControllerGone where the process that started the run has ended."""
        if not self._allowances.controller_alive():
            raise ControllerGone

    def require_window(self, needed_s: float) -> None:
        """Raises Blocked where no window is open for ``needed_s`` more seconds; waits for one where that is allowed."""
        wait_for_window(replace(self._allowances, pace=self.pace), needed_s, self._window_wait, self._progress)

    def _check_candidate(self) -> None:
        api = self._device.api
        if self._scope.partial and (blocked := full_commit_block(full_commit_required(api))):
            raise blocked
        candidate = read_candidate(api)
        self._candidate = TrackedCandidate.begun(candidate)
        blocked = candidate_block(candidate.state, self._allowances, self.administrator, self._scope)
        if blocked is not None:
            raise blocked

    def only_own_changes(self, xpaths: Collection[str]) -> None:
        """Raises Blocked where the candidate differs from ``before`` anywhere but at ``xpaths``."""
        self._candidate = self._candidate.with_own_changes(configuration(self._device.api, "candidate"), xpaths)

    def regain_lock(self) -> None:
        """Before a rollback: the lock may have been lost meanwhile. Raises Blocked, DeviceError."""
        self._leaving = True
        # An oversized answer ends the reading, but not the rollback of what was written.
        self._device.api.oversized = None
        self._lock.regain()

    def interrupted(self, request: CommitRequest) -> Committed | None:
        """The result of this commit where an interrupted run, whose stale lock was removed, already sent it.

        None where there is none, where it failed, and where it left something out: then it may be sent. Not for a
        caller that has changed something since, or restarted a process: that commit came before.

        Raises:
            CommitUnfinished, DeviceError.
        """
        run = self._lock.interrupted_run
        if run is None:
            return None
        description = described(self._named(request), run)
        sent = ours_among(self._session.ask(read_jobs, self._soon()), 0, description, None)
        if sent is None or sent.id is None or not sent.description:
            return None
        self._progress(f"commit job {sent.id} was sent by the interrupted run")
        earlier = SentOnce(self._session, description, lambda: None, self._progress)
        try:
            return self._finished(finish(earlier, sent.id, self.pace.now(), self._limit_s, self._read_back(request)))
        except (CommitFailed, CommitWithoutEffect):
            # What was changed after it is not in it.
            return None

    def commit(self, request: CommitRequest) -> Committed:
        """Commits, follows the job to its end and reads back. Checks jobs, locks and the window right before.

        Raises:
            Blocked, CommitFailed (job_id, details, warnings), CommitUnfinished (job_id; may still run), CommitUnknown
            (sent, and not known whether taken), CommitWithoutEffect (job_id), DeviceError.
        """
        request = self._named(checked(request))
        self._sent = SentOnce(self._session, described(request, self.run), lambda: self.administrator, self._progress)
        limit = self.pace.within(self._allowances.busy_wait_s)
        while True:
            jobs = self._ready()
            started = self.pace.now()
            try:
                job_id = self._sent.queued_already(jobs) or self._sent.send(request)
                break
            except NotNow as busy:
                if limit.over:
                    raise busy_block(excerpt(str(busy), 300), self._allowances.busy_wait_s) from busy
                self.pace.sleep(self.pace.poll_s)
        if job_id is None:
            return nothing_to_commit(self._sent, started, self._read_back(request))
        return self._finished(finish(self._sent, job_id, started, self._limit_s, self._read_back(request)))

    def _ready(self) -> tuple[Job, ...]:
        """Everything that can have changed since entering; waiting for one may make another late."""
        while True:
            wait_until_idle(self._session, self._allowances.busy_wait_s, self._progress)
            self.require_window(self._allowances.commit_min_remaining_s)
            self._lock.require_no_other_locks()
            self._lock.renew(may_let_go=not self.wrote)
            if self._committed:
                # Some firewalls release the lock of whoever commits.
                self._lock.regain()
            self._lock.require()
            if self._lock.let_go:
                self._candidate.require_unchanged(configuration(self._device.api, "candidate"))
            jobs = self._session.ask(read_jobs, self._soon())
            if not any(job.busy for job in jobs) and not window_block(
                self._allowances, self.pace.now(), self._allowances.commit_min_remaining_s
            ):
                self.require_controller()
                return jobs

    def _finished(self, committed: Committed) -> Committed:
        self._committed, self.wrote = True, False
        return committed

    def _read_back(self, request: CommitRequest) -> ReadBack:
        return ReadBack(self._session, self._candidate, request.partial_to, self._progress)

    def _named(self, request: CommitRequest) -> CommitRequest:
        return request if request.description else replace(request, description=self._purpose)

    @property
    def _limit_s(self) -> float:
        return self._allowances.commit_timeout_s

    def _soon(self) -> Limit:
        return self.pace.within(60)
