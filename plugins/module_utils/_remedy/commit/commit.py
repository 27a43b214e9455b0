# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One commit: sent once, found again when its answer was lost, and followed to its end.

Source: documentation "Commit" (forms of the command, answers), pan-os-python (texts of commits that were not queued).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, tostring

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    InvalidOption,
    MalformedAnswer,
    Overloaded,
    TlsFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.live.pan_os_python import firewall_commit
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, own_excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import number
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import MARK
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession

_NOTHING = "there are no changes to commit"
_LOCKED = "configuration is locked by"
# With these texts the firewall says that it has not queued the commit.
_NOT_NOW = (
    "another commit/validate is in progress",
    "a commit is in progress",
    "you cannot commit while an install is in progress",
    "another sync is in progress",
)
# After these errors the commit may have been queued.
_UNCERTAIN = (CallTimeout, DeviceBusy, MalformedAnswer, Overloaded, TlsFailure, Unreachable)

# How often the job list is read for a commit whose answer was lost, and for a job that is no longer listed.
_LOOKS = 20
_VANISHED_LOOKS = 3
_DESCRIPTION_LIMIT = 400
_CHECK_JOBS = "Check the firewall's jobs (show jobs all) before you run this again."


@dataclass(frozen=True)
class CommitRequest:
    """``partial_to``: the administrator whose changes alone are committed; never together with ``force``."""

    description: str
    force: bool = False
    partial_to: str | None = None


@dataclass(frozen=True)
class Committed:
    """A finished commit. ``job_id`` is None where the firewall had nothing to commit (``changed`` False).

    ``started`` and ``finished`` are the controller's time in UTC; ``duration_s`` is the firewall's where it gives it.
    ``confirmed``: the running configuration holds what was to be committed; None where that could not be determined.
    """

    changed: bool
    job_id: int | None
    started: datetime | None
    finished: datetime | None
    duration_s: float | None
    warnings: tuple[str, ...]
    details: tuple[str, ...]
    confirmed: bool | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The commit as an audit record shows it beside its step."""
        return {
            "job_id": self.job_id,
            "confirmed": self.confirmed,
            "duration_s": self.duration_s,
            "warnings": list(self.warnings),
            "details": list(self.details),
        }


class CommitFailed(DeviceError):
    """The firewall reports that the commit job failed."""

    kind = "commit_failed"

    def __init__(self, job: Job) -> None:
        reported = excerpt("; ".join((*job.details, *job.warnings)), 500) or "the firewall gives no reason"
        super().__init__(
            f"commit job {job.id} failed: {reported}", "Correct what the firewall reports, then commit again."
        )
        self.job = job
        self.job_id = job.id
        self.details = job.details
        self.warnings = job.warnings

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``, ``details`` and ``warnings``."""
        return {"job_id": self.job_id, "details": list(self.details), "warnings": list(self.warnings)}


class CommitWithoutEffect(DeviceError):
    """The firewall reports that the commit is done, but what was to be committed is not running."""

    kind = "commit_without_effect"

    def __init__(self, job_id: int | None, reported: str) -> None:
        super().__init__(
            f"the firewall says {reported!r}, but its running configuration does not hold what was committed",
            "Compare the candidate with the running configuration on the firewall, then commit again.",
        )
        self.job_id = job_id

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``."""
        return {"job_id": self.job_id}


class CommitUnfinished(DeviceError):
    """The commit job was not seen to end. It may still be running."""

    kind = "commit_unfinished"

    def __init__(self, job_id: int, why: str) -> None:
        super().__init__(
            f"commit job {job_id} was not seen to end: {why}",
            f"It may still be running. Check it (show jobs id {job_id}) before you run this again.",
        )
        self.job_id = job_id

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``."""
        return {"job_id": self.job_id}


class CommitUnknown(DeviceError):
    """The commit was sent, and it is unknown whether the firewall queued it. It was not sent again."""

    kind = "commit_unknown"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the commit was sent, but it is unknown whether the firewall queued it: {why}. It was not sent again",
            _CHECK_JOBS,
        )


class NotNow(Exception):
    """The firewall says that it cannot take a commit now. Only its job list shows whether that is true."""


class Locked(Exception):
    """The firewall says that it takes no commit because of a lock. See ``NotNow``."""


class NotOurs(Exception):
    """The job number in the answer to our commit belongs to another job."""


def described(request: CommitRequest, run: str) -> str:
    """The commit's description, which identifies the job of this run."""
    kind = " force" if request.force else ""
    return f"{MARK} {run}{kind}: {own_excerpt(request.description, _DESCRIPTION_LIMIT)}"


def checked(request: CommitRequest) -> CommitRequest:
    """The request, if it can be sent.

    Raises:
        InvalidOption: a forced commit of one administrator's changes, or a name that cannot be used in a command.
    """
    if request.force and request.partial_to is not None:
        raise InvalidOption(
            f"force is true and admin is {excerpt(request.partial_to, 80)!r}: set only one of them, since a forced "
            "commit includes the whole candidate configuration"
        )
    if request.partial_to is not None:
        safe_argument(request.partial_to)
    return request


def send(api: XmlApi, request: CommitRequest, description: str) -> int | None:
    """Sends a ``checked`` commit once. Returns its job, or None where there is nothing to commit.

    Raises:
        NotNow, Locked, DeviceError: the answer names no job. It may have been queued nevertheless: see the job list.
    """
    try:
        answer = api.call(_fields(request, description), asked="commit")
    except DeviceBusy as error:
        low = error.message.lower()
        if _LOCKED in low:
            raise Locked(error.message) from error
        if any(text in low for text in _NOT_NOW):
            raise NotNow(error.message) from error
        raise
    job = number((answer.root.findtext("./result/job") or "").strip())
    if job is not None:
        return job
    if _NOTHING in f"{answer.message} {answer.text}".lower():
        return None
    raise MalformedAnswer(
        f"the firewall's answer to the commit names no job: {excerpt(answer.message or answer.text)!r}"
    )


def uncertain(error: ExpectedFailure) -> bool:
    """Whether the commit may have been queued despite this error."""
    return isinstance(error, _UNCERTAIN)


def _fields(request: CommitRequest, description: str) -> dict[str, str]:
    command: Element = firewall_commit(
        description, [request.partial_to] if request.partial_to is not None else None, request.force
    )
    fields = {"type": "commit", "cmd": tostring(command, encoding="unicode")}
    return fields if request.partial_to is None else {**fields, "action": "partial"}


def find(session: RetryingSession, after: int, description: str, own: str | None, looks: int = _LOOKS) -> Job | None:
    """The job of a commit whose answer was lost, or named no job: see ``ours_among``.

    Raises:
        DeviceError: the jobs could not be listed.
    """
    error: ExpectedFailure | None = None
    for look in range(looks):
        if look:
            session.pace.sleep(session.pace.poll_s)
        try:
            jobs = read_jobs(session.api)
        except ExpectedFailure as failure:
            error = failure
            if not session.may_pass(failure):
                raise
            continue
        error = None
        found = ours_among(jobs, after, description, own)
        if found is not None:
            return found
    if error is not None:
        raise error
    return None


def ours_among(jobs: Iterable[Job], after: int, description: str, own: str | None) -> Job | None:
    """Our commit among jobs: the one with our description, otherwise the only one without one that may be ours."""
    possible = [job for job in jobs if job.may_be(description, own, after)]
    named = [job for job in possible if job.description]
    found = named or (possible if own is not None else [])
    return found[0] if len(found) == 1 else None


def follow(
    session: RetryingSession, job_id: int, is_ours: Callable[[Job], bool], limit_s: float, progress: Progress
) -> Job:
    """The job once it has succeeded. Lost connections, a busy firewall and, once, an expired session are waited out.

    Raises:
        NotOurs: the firewall lists another commit under this number.
        CommitFailed: the firewall reports that the commit failed.
        CommitUnfinished: the time is up, or the job cannot be read.
    """
    limit = session.pace.within(limit_s)
    shown = None
    vanished = 0
    while True:
        try:
            job = session.ask(lambda api: read_job(api, job_id), limit)
        except ExpectedFailure as error:
            raise CommitUnfinished(job_id, excerpt(error.message, 300)) from error
        if job is not None and not is_ours(job):
            raise NotOurs(str(job))
        vanished = 0 if job is not None else vanished + 1
        if vanished >= _VANISHED_LOOKS:
            raise CommitUnfinished(job_id, "the firewall no longer lists it")
        if job is not None and job.status == "FIN" and job.result == "FAIL":
            raise CommitFailed(job)
        if job is not None and job.status == "FIN" and job.result == "OK":
            progress(f"commit job {job_id}: done")
            return job
        if job is not None and job.progress is not None and job.progress != shown:
            shown = job.progress
            progress(f"commit job {job_id}: {shown} %")
        if limit.over:
            raise CommitUnfinished(job_id, f"it took more than {limit_s:.0f} seconds (option commit_timeout)")
        session.pace.sleep(session.pace.poll_s)
