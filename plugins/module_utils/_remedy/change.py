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
from datetime import datetime, timedelta
from types import TracebackType
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.asking import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.candidate import (
    CandidateState,
    configuration,
    full_commit_required,
    pending_changes,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit import (
    CommitFailed,
    CommitRequest,
    Committed,
    CommitUnknown,
    Locked,
    NotNow,
    checked,
    described,
    find,
    follow,
    send,
    uncertain,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.difference import (
    Path,
    beyond,
    differences,
    lies_at,
    parse_xpath,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.guards import (
    busy_refusal,
    candidate_refusal,
    foreign_changes_refusal,
    full_commit_refusal,
    locked_refusal,
    no_lock_refusal,
    window_refusal,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.holding import HeldLock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.jobs import Job, newest_id, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.termination import ended_in_order, undisturbed

# A wait is cut into pieces, so that a computer that slept meanwhile does not come late.
_LONGEST_SLEEP_S = 60.0


def wait_for_window(allowances: Allowances, needed_s: float, until: datetime, say: Callable[[str], None]) -> bool:
    """Waits for a window of ``needed_s`` seconds that opens before ``until``. Returns whether it had to wait.

    Raises:
        Refused: none does.
    """
    pace, waited = allowances.pace, False
    while True:
        now = pace.now()
        closed = window_refusal(allowances, now, needed_s)
        if closed is None:
            return waited
        refusal, opens = closed
        if opens is None or opens > until:
            raise refusal
        if not waited:
            say(f"waiting for the maintenance window, until {opens:%Y-%m-%dT%H:%M:%SZ}")
            waited = True
        pace.sleep(min(max((opens - now).total_seconds(), pace.poll_s), _LONGEST_SLEEP_S))


class LockedChange:
    """``with LockedChange(device, allowances, purpose, say) as change:``

    Entering: waits for the window and for other jobs, looks at the locks, takes the configuration lock, and looks at
    the candidate (pending changes, fingerprint). Leaving: releases the lock, also after an exception.

    Args:
        device: the firewall.
        allowances: what may be done.
        purpose: what it is for; stands in the commit's description where the request has none.
        say: shows a line of progress.
        partial: the commit will be of one administrator's changes, so that those of others do not matter.
        own_changes_allowed: what our own administrator has pending is what is to be committed.
        known_xpaths: where an earlier run may have written already: our own pending changes there are allowed.

    Attributes:
        before: the candidate as it was on entering.
        run: identifies this run in the lock's comment and in the commit's description.
        administrator: our own name, None where it is not known (an API key, and no lock).
        commit_counts: a commit of ours was carried out, or was sent and may be, now or later.

    Raises on entering:
        Refused: a guard refuses; nothing was changed, and no lock is left.
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
    ) -> None:
        self.run = secrets.token_hex(4)
        self._device = device
        self._allowances = allowances
        self._pace = allowances.pace
        self._purpose = purpose
        self._say = say
        self._partial = partial
        self._own_allowed = own_changes_allowed
        self._known = [parse_xpath(text) for text in known_xpaths]
        self._session = PatientSession(device.api, self._pace)
        self._lock = HeldLock(self._session, allowances, self.run, own_name(device), say)
        self._entered = ExitStack()
        self._window_until = self._pace.now()
        self._baseline: Element
        self._latest: Element
        self._places: list[Path] | None = []
        self._committed = False
        self.commit_counts = False

    @property
    def administrator(self) -> str | None:
        """See the class."""
        return self._lock.admin or own_name(self._device)

    @property
    def lock_left(self) -> str | None:
        """After leaving: why the lock could not be released; None where it was."""
        return self._lock.left

    def __enter__(self) -> LockedChange:
        self._entered.enter_context(ended_in_order())
        try:
            self._window_until = self._pace.now() + timedelta(seconds=self._allowances.window_wait_s)
            self.require_window(self._allowances.commit_needs_s)
            self._quiet_jobs()
            self._lock.clear_the_way()
            if self._allowances.lock:
                self._lock.take()
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
        try:
            with undisturbed():
                self._lock.release()
        except SystemExit:
            # A signal that came just before the release, or while it lasted; no other one ends it.
            self._lock.release()
            raise
        finally:
            self._entered.close()

    def _look(self) -> None:
        api = self._device.api
        if self._partial and (refusal := full_commit_refusal(full_commit_required(api))):
            raise refusal
        candidate = read_candidate(api)
        self.before, self._baseline, self._latest = candidate.state, candidate.tree, candidate.tree
        self._note(change.xpath for change in self.before.pending)
        refusal = candidate_refusal(
            candidate.state, self._allowances, self.administrator, self._own_allowed, self._known, self._partial
        )
        if refusal is not None:
            raise refusal

    def require_window(self, needed_s: float) -> None:
        """Raises Refused when no window is open, or not for ``needed_s`` more; waits for it where that is allowed."""
        wait_for_window(self._allowances, needed_s, self._window_until, self._say)

    def _quiet_jobs(self) -> tuple[Job, ...]:
        """Waits until no job is in the way, and gives all jobs."""
        until = self._pace.now() + timedelta(seconds=self._allowances.busy_wait_s)
        told = ""
        while True:
            jobs = self._session.ask(read_jobs, until)
            busy = next((job for job in jobs if job.busy), None)
            if busy is None:
                return jobs
            if self._pace.now() >= until:
                raise busy_refusal(f"{busy} runs", self._allowances.busy_wait_s)
            if told != str(busy):
                told = str(busy)
                self._say(f"waiting for {busy}")
            self._pace.sleep(self._pace.poll_s)

    def only_own_changes(self, xpaths: Collection[str]) -> None:
        """Raises Refused when the candidate differs from ``before`` by anything else than what is at ``xpaths``."""
        now = configuration(self._device.api, "candidate")
        found = beyond(differences(self._baseline, now), [parse_xpath(text) for text in xpaths])
        refusal = foreign_changes_refusal(found)
        if refusal is not None:
            raise refusal
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
        sent = next((job for job in self._session.ask(read_jobs, self._soon()) if job.description == description), None)
        if sent is None or sent.id is None or not sent.is_commit:
            return None
        self._say(f"commit job {sent.id} is that of the interrupted run")
        try:
            done = self._followed(sent.id, self._pace.now(), request.partial_to)
        except CommitFailed:
            return None
        # What was changed after it is not in it.
        return None if done.confirmed is False else done

    def commit(self, request: CommitRequest) -> Committed:
        """Commits and follows the job to its end. Checks jobs, locks and the window right before.

        Raises:
            Refused, CommitFailed (job_id, details, warnings), CommitUnfinished (job_id; may still run), CommitUnknown
            (sent, and not known whether taken), DeviceError.
        """
        request = self._named(checked(request))
        until = self._pace.now() + timedelta(seconds=self._allowances.busy_wait_s)
        while True:
            jobs = self._ready()
            started = self._pace.now()
            try:
                job_id = self._send(request, newest_id(jobs))
                break
            except NotNow as busy:
                if self._pace.now() >= until:
                    raise busy_refusal(excerpt(str(busy), 300), self._allowances.busy_wait_s) from busy
                self._pace.sleep(self._pace.poll_s)
        if job_id is None:
            self._say("the firewall has nothing to commit")
            confirmed = self._confirmed(request.partial_to)
            return Committed(False, None, started, self._pace.now(), None, (), (), confirmed)
        return self._followed(job_id, started, request.partial_to)

    def _named(self, request: CommitRequest) -> CommitRequest:
        return request if request.description else replace(request, description=self._purpose)

    def _ready(self) -> tuple[Job, ...]:
        """Everything that can have changed since entering; waiting for one may make another late."""
        while True:
            self._quiet_jobs()
            self.require_window(self._allowances.commit_needs_s)
            self._lock.clear_the_way()
            if self._lock.check(retake=self._committed):
                self._same_candidate()
            jobs = self._session.ask(read_jobs, self._soon())
            if not any(job.busy for job in jobs) and not window_refusal(
                self._allowances, self._pace.now(), self._allowances.commit_needs_s
            ):
                return jobs

    def _same_candidate(self) -> None:
        if differences(self._latest, configuration(self._device.api, "candidate")):
            raise no_lock_refusal("it was gone for a while, and the candidate configuration has changed meanwhile")

    def _send(self, request: CommitRequest, newest: int) -> int | None:
        """Sends once; a commit whose answer was lost is looked for, and never sent again."""
        description = described(request, self.run)
        # Until the firewall has said otherwise: this process may be told to end at any moment.
        self.commit_counts = True
        try:
            job_id = send(self._device.api, request, description)
        except (Locked, NotNow) as error:
            self.commit_counts = False
            if isinstance(error, NotNow):
                raise
            raise locked_refusal(excerpt(str(error), 300)) from error
        except DeviceError as error:
            job_id = self._found(error, newest, description)
        if job_id is not None:
            self._say(f"commit job {job_id}: queued")
        return job_id

    def _found(self, error: DeviceError, newest: int, description: str) -> int:
        lost = uncertain(error)
        if lost:
            self._say(f"the answer to the commit was lost: {excerpt(error.message)}")
        # Whatever the firewall answered: where its list holds our job, the commit was taken.
        self._session.may_pass(error)
        try:
            looks = {} if lost else {"looks": 1}
            job = find(self._session, newest, description, self.administrator, **looks)
        except DeviceError as unasked:
            if not lost:
                self.commit_counts = False
                raise error from None
            raise CommitUnknown(f"{excerpt(error.message)}, and then {excerpt(unasked.message)}") from error
        if job is not None and job.id is not None:
            return job.id
        if not lost:
            self.commit_counts = False
            raise error
        raise CommitUnknown(f"{excerpt(error.message)}, and the firewall lists no such job") from error

    def _followed(self, job_id: int, started: datetime, partial_to: str | None) -> Committed:
        try:
            job = follow(self._session, job_id, self._allowances.commit_timeout_s, self._say)
        except CommitFailed:
            self.commit_counts = False
            raise
        self._committed = True
        finished = self._pace.now()
        duration = finished - started
        # The firewall counts whole seconds.
        if job.enqueued is not None and job.finished is not None and job.finished > job.enqueued:
            duration = job.finished - job.enqueued
        confirmed = self._confirmed(partial_to)
        return Committed(
            True, job_id, started, finished, duration.total_seconds(), job.warnings, job.details, confirmed
        )

    def _confirmed(self, partial_to: str | None) -> bool | None:
        """Reads back whether what was to be committed is running."""
        try:
            if partial_to is not None:
                admins = {change.admin for change in read_candidate(self._device.api).state.pending}
                return False if partial_to in admins else None if None in admins else True
            pending = self._session.ask(pending_changes, self._soon())
            if pending is not False:
                return False if pending else None
            running = self._session.ask(lambda api: configuration(api, "running"), self._soon())
        except DeviceError as error:
            self._say(f"the commit could not be read back: {excerpt(error.message)}")
            return None
        if self._places is None:
            return None
        # Elsewhere the running configuration may differ from the candidate by what Panorama pushed.
        return not any(
            lies_at(item.path, place) or (item.kind in ("added", "removed") and lies_at(place, item.path))
            for item in differences(running, self._latest)
            for place in self._places
        )

    def _soon(self) -> datetime:
        return self._pace.now() + timedelta(seconds=60)


def own_name(device: LiveDevice) -> str | None:
    """Our administrator's name; an API key does not tell it."""
    options = device.options
    return options.username if options.api_key is None else None
