# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A locked change of one firewall: guards first, then the change, then the commit, and the lock is released whatever
happens.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    InvalidOption,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Limit
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    configuration,
    full_commit_required,
    pending_changes,
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
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import HeldLock, LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import (
    Path,
    beyond,
    differences,
    lies_at,
    parse_xpath,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import (
    busy_block,
    candidate_block,
    foreign_changes_block,
    full_commit_block,
    no_lock_block,
    window_block,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.sent_once import SentOnce
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import ended_in_order, undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.waiting import wait_for_window


class ControllerGone(DeviceError):
    """The process that began the run has ended without it."""

    kind = "controller_gone"

    def __init__(self) -> None:
        super().__init__(
            "ansible-playbook, which began this run, is no longer there; nothing more is done without it",
            "Run it again.",
        )


class LockedChange:
    """``with LockedChange(device, allowances, purpose, say) as change:``

    Entering: binds the session to the device that answers, waits for the window and for other jobs, looks at the locks,
    takes the configuration lock, and looks at the candidate (pending changes, fingerprint). From then on every change
    is sent to this device alone, and only while the lock is ours. Leaving: releases the lock, also after an exception.

    Args:
        device: the firewall.
        allowances: what may be done.
        purpose: what it is for; stands in the commit's description where the request has none.
        say: shows a line of progress.
        partial: the commit will be of one administrator's changes, so that those of others do not matter.
        own_changes_allowed: what our own administrator has pending is what is to be committed.
        known_xpaths: where an earlier run may have written already: our own pending changes there are allowed.
        watch: what is known already of the leases of other runs.

    Attributes:
        before: the candidate as it was on entering.
        run: identifies this run in the lock's comment and in the commit's description.
        pace: how to wait within the change: the lease of the lock is renewed meanwhile.
        administrator: our own name, None where it is not known (an API key, and no lock).
        commit_counts: a commit of ours was carried out, or was sent and may be, now or later.
        wrote: something of ours is in the candidate and not committed, so that the lock is not let go for a moment.

    Raises on entering:
        Blocked: a guard refuses; nothing was changed, and no lock is left.
        DeviceError: the firewall could not be asked.
    """

    before: CandidateState

    def __init__(
        self,
        device: LiveDevice,
        allowances: Allowances,
        purpose: str,
        say: Callable[[str], None],
        partial: bool = False,
        own_changes_allowed: bool = False,
        known_xpaths: Collection[str] = (),
        watch: LeaseWatch | None = None,
    ) -> None:
        self.run = secrets.token_hex(4)
        self.pace = replace(allowances.pace, sleep=self._sleep)
        self._device = device
        self._allowances = allowances
        self._purpose = purpose
        self._say = say
        self._partial = partial
        self._own_allowed = own_changes_allowed
        self._known = [parse_xpath(text) for text in known_xpaths]
        self._session = PatientSession(device.api, self.pace)
        self._lock = HeldLock(self._session, allowances, self.run, own_name(device), say, watch)
        self._entered = ExitStack()
        self._leaving = False
        self._window_wait = self.pace.within(0)
        self._baseline: Element
        self._latest: Element
        self._places: list[Path] | None = []
        self._committed = False
        self._sent: SentOnce | None = None
        self.wrote = False

    @property
    def administrator(self) -> str | None:
        """See the class."""
        return self._lock.admin or own_name(self._device)

    @property
    def commit_counts(self) -> bool:
        """See the class."""
        return self._sent is not None and self._sent.counts

    @property
    def lock_left(self) -> str | None:
        """After leaving: why the lock could not be released; None where it was."""
        return self._lock.left

    @property
    def locks_left(self) -> tuple[Lock, ...]:
        """After leaving: our lock where it could not be released."""
        return () if self._lock.left_lock is None else (self._lock.left_lock,)

    @property
    def job_id(self) -> int | None:
        """The job of our commit; None where none was sent, or it is not known."""
        return None if self._sent is None else self._sent.job_id

    @property
    def taken_over(self) -> tuple[str, ...]:
        """The locks that were removed: of runs that are over, and of whom ``take_over_locks`` names."""
        return tuple(self._lock.taken_over)

    def __enter__(self) -> LockedChange:
        self._entered.enter_context(ended_in_order())
        try:
            self._device.bind()
            self._window_wait = self.pace.within(self._allowances.window_wait_s)
            self.require_window(self._allowances.commit_min_remaining_s)
            self._quiet_jobs()
            self.require_controller()
            self._lock.clear_the_way()
            if self._allowances.lock:
                self._lock.take()
            self._device.api.guard = self._lock.require
            self._look()
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
            # A signal that came just before the release, or while it lasted; no other one ends it.
            self._lock.release()
            raise
        finally:
            self._device.api.guard = None
            self._entered.close()

    def _sleep(self, seconds: float) -> None:
        """A pause between two questions. The lock's lease goes on; a run without its controller ends here."""
        if not self._leaving:
            self.require_controller()
            try:
                self._lock.renew(may_let_go=self.commit_counts or not self.wrote)
            except Blocked as lost:
                # A commit that was sent goes on with or without the lock.
                if not self.commit_counts:
                    raise
                self._say(f"the configuration lock was lost: {lost.message}")
        self._allowances.pace.sleep(seconds)

    def require_controller(self) -> None:
        """Raises ControllerGone where the process that began the run is no longer there."""
        if not self._allowances.controller_alive():
            raise ControllerGone

    def regain_lock(self) -> None:
        """Before something is taken back: the lock may have been lost meanwhile. Raises Blocked, DeviceError."""
        self._leaving = True
        # An answer that was too large ends the reading, and not what was begun.
        self._device.api.oversized = None
        self._lock.regain()

    def _look(self) -> None:
        api = self._device.api
        if self._partial and (blocked := full_commit_block(full_commit_required(api))):
            raise blocked
        candidate = read_candidate(api)
        self.before, self._baseline, self._latest = candidate.state, candidate.tree, candidate.tree
        self._note(change.xpath for change in self.before.pending)
        blocked = candidate_block(
            candidate.state, self._allowances, self.administrator, self._own_allowed, self._known, self._partial
        )
        if blocked is not None:
            raise blocked

    def require_window(self, needed_s: float) -> None:
        """Raises Blocked when no window is open, or not for ``needed_s`` more; waits for it where that is allowed."""
        wait_for_window(replace(self._allowances, pace=self.pace), needed_s, self._window_wait, self._say)

    def _quiet_jobs(self) -> tuple[Job, ...]:
        """Waits until no job is in the way, and gives all jobs."""
        limit = self.pace.within(self._allowances.busy_wait_s)
        told = ""
        while True:
            jobs = self._session.ask(read_jobs, limit)
            busy = next((job for job in jobs if job.busy), None)
            if busy is None:
                return jobs
            if limit.over:
                raise busy_block(f"{busy} runs", self._allowances.busy_wait_s)
            if told != str(busy):
                told = str(busy)
                self._say(f"waiting for {busy}")
            self.pace.sleep(self.pace.poll_s)

    def only_own_changes(self, xpaths: Collection[str]) -> None:
        """Raises Blocked when the candidate differs from ``before`` by anything else than what is at ``xpaths``."""
        now = configuration(self._device.api, "candidate")
        found = beyond(differences(self._baseline, now), [parse_xpath(text) for text in xpaths])
        blocked = foreign_changes_block(found)
        if blocked is not None:
            raise blocked
        self._latest = now
        self._note(xpaths)

    def _note(self, xpaths: Iterable[str]) -> None:
        """Keeps the places that a commit will change; one that was cut short for people is not to be kept."""
        try:
            if self._places is not None:
                self._places += map(parse_xpath, xpaths)
        except InvalidOption:
            self._places = None

    def interrupted(self, request: CommitRequest) -> Committed | None:
        """The same commit as a run had sent it that was killed and left its lock, at its good end.

        None where there was none, where it failed, and where it left something: then it may be sent. A caller that has
        changed something since, or restarted a process, must not ask: that commit came before.

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
        self._say(f"commit job {sent.id} is that of the interrupted run")
        earlier = SentOnce(self._session, description, lambda: None, self._say)
        try:
            return self._followed(earlier, sent.id, self.pace.now(), request)
        except (CommitFailed, CommitWithoutEffect):
            # What was changed after it is not in it.
            return None

    def commit(self, request: CommitRequest) -> Committed:
        """Commits and follows the job to its end. Checks jobs, locks and the window right before.

        Raises:
            Blocked, CommitFailed (job_id, details, warnings), CommitUnfinished (job_id; may still run), CommitUnknown
            (sent, and not known whether taken), CommitWithoutEffect (job_id), DeviceError.
        """
        request = self._named(checked(request))
        self._sent = SentOnce(self._session, described(request, self.run), lambda: self.administrator, self._say)
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
            return self._nothing_to_commit(self._sent, request, started)
        return self._followed(self._sent, job_id, started, request)

    def _nothing_to_commit(self, sent: SentOnce, request: CommitRequest, started: datetime) -> Committed:
        self._say("the firewall has nothing to commit")
        confirmed = self._confirmed(request.partial_to)
        if confirmed is False:
            sent.counts = False
            raise CommitWithoutEffect(None, "there are no changes to commit")
        return Committed(False, None, started, self.pace.now(), None, (), (), confirmed)

    def _named(self, request: CommitRequest) -> CommitRequest:
        return request if request.description else replace(request, description=self._purpose)

    def _ready(self) -> tuple[Job, ...]:
        """Everything that can have changed since entering; waiting for one may make another late."""
        while True:
            self._quiet_jobs()
            self.require_window(self._allowances.commit_min_remaining_s)
            self._lock.clear_the_way()
            self._lock.renew(may_let_go=not self.wrote)
            if self._committed:
                # Some firewalls release the lock of whoever commits.
                self._lock.regain()
            self._lock.require()
            if self._lock.let_go:
                self._same_candidate()
            jobs = self._session.ask(read_jobs, self._soon())
            if not any(job.busy for job in jobs) and not window_block(
                self._allowances, self.pace.now(), self._allowances.commit_min_remaining_s
            ):
                self.require_controller()
                return jobs

    def _same_candidate(self) -> None:
        if differences(self._latest, configuration(self._device.api, "candidate")):
            raise no_lock_block("it was gone for a while, and the candidate configuration has changed meanwhile")

    def _followed(self, sent: SentOnce, job_id: int, started: datetime, request: CommitRequest) -> Committed:
        """The end of the job, and whether what was to be committed runs: the job's own word is not enough."""
        notes: tuple[str, ...] = ()
        began = self.pace.clock()
        try:
            job = sent.at_its_end(job_id, self._allowances.commit_timeout_s)
        except CommitFailed as failed:
            if not self._places or self._confirmed(request.partial_to) is not True:
                sent.counts = False
                raise
            notes = ("The job says that it failed, and the running configuration holds what was committed.",)
            self._say(f"commit job {failed.job_id}: {notes[0]}")
            job = failed.job
        finished, duration_s = self.pace.now(), self.pace.clock() - began
        # The firewall counts whole seconds.
        if job.enqueued is not None and job.finished is not None and job.finished > job.enqueued:
            duration_s = (job.finished - job.enqueued).total_seconds()
        confirmed = self._confirmed(request.partial_to)
        if confirmed is False:
            sent.counts = False
            raise CommitWithoutEffect(job.id, f"commit job {job.id}: {job.result}")
        self._committed, self.wrote = True, False
        return Committed(
            True,
            job.id,
            started,
            finished,
            duration_s,
            (*notes, *job.warnings),
            job.details,
            confirmed,
        )

    def _confirmed(self, partial_to: str | None) -> bool | None:
        """Reads back whether what was to be committed is running; None where the firewall does not tell."""
        try:
            if partial_to is not None:
                admins = {change.admin for change in read_candidate(self._device.api).state.pending}
                return False if partial_to in admins else None if None in admins else True
            if not self._places:
                pending = self._session.ask(pending_changes, self._soon())
                return True if pending is False and self._places is not None else None
            running = self._session.ask(lambda api: configuration(api, "running"), self._soon())
        except DeviceError as error:
            self._say(f"the commit could not be read back: {excerpt(error.message)}")
            return None
        # Elsewhere the running configuration may differ from the candidate by what Panorama pushed.
        return not any(
            lies_at(item.path, place) or (item.kind in ("added", "removed") and lies_at(place, item.path))
            for item in differences(running, self._latest)
            for place in self._places
        )

    def _soon(self) -> Limit:
        return self.pace.within(60)


def own_name(device: LiveDevice) -> str | None:
    """Our administrator's name; an API key does not tell it."""
    options = device.options
    return options.username if options.api_key is None else None
