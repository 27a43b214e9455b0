# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A commit that is sent at most once. The firewall's job list decides what became of it, not its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import (
    CommitRequest,
    CommitUnknown,
    Locked,
    NotNow,
    NotOurs,
    find,
    follow,
    ours_among,
    send,
    uncertain,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import locked_block
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, newest_id, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession

# The job list is read even after the firewall has said that it did not queue the commit.
_LOOKS_AFTER_A_REJECTION = 2
# The job list is requested again for this long.
_LIST_S = 60.0


class SentOnce:
    """One commit with one description.

    ``administrator`` returns our own name, None where it is unknown.

    Attributes:
        counts: it was sent, and is or may be carried out, now or later.
        job_id: its job, once that is known.
    """

    def __init__(
        self,
        session: RetryingSession,
        description: str,
        administrator: Callable[[], str | None],
        progress: Progress,
    ) -> None:
        self._session = session
        self._description = description
        self._administrator = administrator
        self._progress = progress
        self._before: int | None = None
        self.counts = False
        self.job_id: int | None = None

    def queued_already(self, jobs: Iterable[Job]) -> int | None:
        """Our job among those that the firewall lists now, although it rejected the commit before.

        None before the first attempt.
        """
        jobs = tuple(jobs)
        if self._before is None:
            self._before = newest_id(jobs)
            return None
        taken = ours_among(jobs, self._before, self._description, self._administrator())
        if taken is None:
            self._require_not_queued(jobs, "the firewall cannot take a commit now")
            return None
        self.counts = True
        self.job_id = taken.id
        self._progress(f"commit job {taken.id}: was queued")
        return taken.id

    def send(self, request: CommitRequest) -> int | None:
        """Sends it. Returns its job by the answer or by the job list; None where there is nothing to commit.

        Raises:
            NotNow: it was not queued, and may be sent again later.
            Blocked, CommitUnknown, DeviceError: see ``LockedChange.commit``.
        """
        # Until the job list shows otherwise: a signal may end this process at any moment.
        self.counts = True
        try:
            job_id = send(self._session.api, request, self._description)
        except (Locked, NotNow) as error:
            job_id = self._queued_nevertheless(str(error))
            if job_id is None:
                self._require_not_queued(self._jobs(), str(error))
                self.counts = False
                if isinstance(error, NotNow):
                    raise
                raise locked_block(excerpt(str(error), 300)) from error
        except ExpectedFailure as error:
            if error.unsent:
                self.counts = False
                raise
            job_id = self._found(error)
        else:
            if job_id is None:
                job_id = self._queued_nevertheless("there are no changes to commit")
        if job_id is not None:
            self.job_id = job_id
            self._progress(f"commit job {job_id}: queued")
        return job_id

    def at_its_end(self, job_id: int, limit_s: float) -> Job:
        """The job once it has succeeded. A number that belongs to another commit is not followed.

        Raises:
            CommitFailed, CommitUnfinished, CommitUnknown, DeviceError.
        """
        try:
            return follow(self._session, job_id, self._is_ours, limit_s, self._progress)
        except NotOurs as other:
            error = MalformedAnswer(f"the firewall's answer to the commit names another job: {other}")
            self.job_id = job_id = self._found(error)
        try:
            return follow(self._session, job_id, self._is_ours, limit_s, self._progress)
        except NotOurs as other:
            raise CommitUnknown(f"the firewall lists {other} in its place") from other

    def _is_ours(self, job: Job) -> bool:
        return job.may_be(self._description, self._administrator(), self._before or 0)

    def _look(self, **looks: int) -> Job | None:
        return find(self._session, self._before or 0, self._description, self._administrator(), **looks)

    def _queued_nevertheless(self, reason: str) -> int | None:
        try:
            job = self._look(looks=_LOOKS_AFTER_A_REJECTION)
        except ExpectedFailure as unasked:
            raise CommitUnknown(f"{excerpt(reason)}, and then {excerpt(unasked.message)}") from unasked
        return None if job is None else job.id

    def _jobs(self) -> tuple[Job, ...]:
        return self._session.ask(read_jobs, self._session.pace.within(_LIST_S))

    def _require_not_queued(self, jobs: Iterable[Job], reason: str) -> None:
        """Raises CommitUnknown where a job may be ours: without descriptions and our name, none can be ruled out."""
        for job in jobs:
            if job.not_other_than(self._description, self._administrator(), self._before or 0):
                self.counts = True
                raise CommitUnknown(f"{excerpt(reason)}, and the firewall lists {job}, which may be ours")

    def _found(self, error: ExpectedFailure) -> int:
        """Our job in the job list, whatever the answer was. Raises the reason where there is none."""
        lost = uncertain(error)
        if lost:
            self._progress(f"the answer to the commit was lost: {excerpt(error.message)}")
        self._session.may_pass(error)
        try:
            job = self._look() if lost else self._look(looks=1)
        except ExpectedFailure as unasked:
            if not lost:
                self.counts = False
                raise error from None
            raise CommitUnknown(f"{excerpt(error.message)}, and then {excerpt(unasked.message)}") from error
        if job is not None and job.id is not None:
            return job.id
        if not lost:
            self.counts = False
            raise error
        raise CommitUnknown(f"{excerpt(error.message)}, and the firewall lists no such job") from error
