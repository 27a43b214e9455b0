# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One commit: sent once, found again where its answer was lost, and followed to its end.

Source: documentation "Commit" (the forms of the command, the answers), pan-os-python (texts that mean "not now").

This is a private module: it may change in any release.
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
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import MARK
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import PatientSession

_NOTHING = "there are no changes to commit"
_LOCKED = "configuration is locked by"
# With these the firewall says that it has not queued the commit.
_NOT_NOW = (
    "another commit/validate is in progress",
    "a commit is in progress",
    "you cannot commit while an install is in progress",
    "another sync is in progress",
)
# After these the commit may have been queued: the answer did not arrive, or does not say.
_UNCERTAIN = (CallTimeout, DeviceBusy, MalformedAnswer, Overloaded, TlsFailure, Unreachable)

# How often a commit whose answer was lost is looked for, and a job that is no longer listed.
_LOOKS = 20
_VANISHED_LOOKS = 3
_DESCRIPTION_LIMIT = 400
_LOOK_AT_JOBS = "Look at the firewall's jobs (show jobs all) before you run this again."


@dataclass(frozen=True)
class CommitRequest:
    """``partial_to``: the administrator whose changes alone are committed; never together with ``force``."""

    description: str
    force: bool = False
    partial_to: str | None = None


@dataclass(frozen=True)
class Committed:
    """A finished commit. ``job_id`` None where the firewall had nothing to commit (``changed`` False).

    ``started`` and ``finished`` are the controller's time in UTC; ``duration_s`` the firewall's own where it tells.
    ``confirmed``: reading the firewall again shows that what was to be committed is running; None where it does not
    tell.
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
        """What stands beside the step in an audit record."""
        return {
            "job_id": self.job_id,
            "confirmed": self.confirmed,
            "duration_s": self.duration_s,
            "warnings": list(self.warnings),
            "details": list(self.details),
        }


class CommitFailed(DeviceError):
    """The firewall carried the commit job out and says that it failed."""

    kind = "commit_failed"

    def __init__(self, job: Job) -> None:
        said = excerpt("; ".join((*job.details, *job.warnings)), 500) or "it does not say why"
        super().__init__(f"commit job {job.id} failed: {said}", "Correct what the firewall names, then commit again.")
        self.job = job
        self.job_id = job.id
        self.details = job.details
        self.warnings = job.warnings

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``, ``details`` and ``warnings``."""
        return {"job_id": self.job_id, "details": list(self.details), "warnings": list(self.warnings)}


class CommitWithoutEffect(DeviceError):
    """The firewall says that the commit is done, and what was to be committed does not run."""

    kind = "commit_without_effect"

    def __init__(self, job_id: int | None, said: str) -> None:
        super().__init__(
            f"the firewall says {said!r}, and its running configuration does not hold what was committed",
            "Compare the candidate with the running configuration on the firewall, then commit again.",
        )
        self.job_id = job_id

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``."""
        return {"job_id": self.job_id}


class CommitUnfinished(DeviceError):
    """The commit job was not seen to end. It may still run."""

    kind = "commit_unfinished"

    def __init__(self, job_id: int, why: str) -> None:
        super().__init__(
            f"commit job {job_id} was not seen to end: {why}",
            f"It may still run: look at it (show jobs id {job_id}) before you run this again.",
        )
        self.job_id = job_id

    @property
    def data(self) -> Mapping[str, Any]:
        """``job_id``."""
        return {"job_id": self.job_id}


class CommitUnknown(DeviceError):
    """The commit was sent, and whether the firewall took it is not known. It was not sent again."""

    kind = "commit_unknown"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the commit was sent, and it may or may not have been taken: {why}. It was not sent again", _LOOK_AT_JOBS
        )


class NotNow(Exception):
    """The firewall says that it does not take a commit at the moment. Its list of jobs tells whether that is true."""


class Locked(Exception):
    """The firewall says that it takes no commit, since somebody holds a lock. See ``NotNow``."""


class NotOurs(Exception):
    """The number in the answer to our commit is that of another job."""


def described(request: CommitRequest, run: str) -> str:
    """The commit's description: it tells the job of this run from others."""
    kind = " force" if request.force else ""
    return f"{MARK} {run}{kind}: {own_excerpt(request.description, _DESCRIPTION_LIMIT)}"


def checked(request: CommitRequest) -> CommitRequest:
    """Gives the request back where it can be sent.

    Raises:
        InvalidOption: a forced commit of a part, or a name that cannot stand in a command.
    """
    if request.force and request.partial_to is not None:
        raise InvalidOption(
            "options force and admin are both given. Expected: one of them, since a forced commit takes the whole "
            f"candidate. Actual: force is true, admin is {excerpt(request.partial_to, 80)!r}."
        )
    if request.partial_to is not None:
        safe_argument(request.partial_to)
    return request


def send(api: XmlApi, request: CommitRequest, description: str) -> int | None:
    """Sends the commit once, as ``checked``: its job, or None where there is nothing to commit.

    Raises:
        NotNow, Locked, DeviceError: the answer is no job. Whether it was queued all the same, the list of jobs tells.
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
    raise MalformedAnswer(f"the firewall answered the commit without a job: {excerpt(answer.message or answer.text)!r}")


def uncertain(error: DeviceError) -> bool:
    """Whether the commit may have been queued although this came instead of an answer."""
    return isinstance(error, _UNCERTAIN)


def _fields(request: CommitRequest, description: str) -> dict[str, str]:
    command: Element = firewall_commit(
        description, [request.partial_to] if request.partial_to is not None else None, request.force
    )
    fields = {"type": "commit", "cmd": tostring(command, encoding="unicode")}
    return fields if request.partial_to is None else {**fields, "action": "partial"}


def find(session: PatientSession, after: int, description: str, own: str | None, looks: int = _LOOKS) -> Job | None:
    """The job of a commit whose answer was lost, or was no job: see ``ours_among``.

    Raises:
        DeviceError: the firewall could not be asked.
    """
    error: DeviceError | None = None
    for look in range(looks):
        if look:
            session.pace.sleep(session.pace.poll_s)
        try:
            jobs = read_jobs(session.api)
        except DeviceError as failure:
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
    """Our commit among jobs: the one with our description, else the only one that may be ours without one."""
    possible = [job for job in jobs if job.may_be(description, own, after)]
    named = [job for job in possible if job.description]
    found = named or (possible if own is not None else [])
    return found[0] if len(found) == 1 else None


def follow(
    session: PatientSession, job_id: int, is_ours: Callable[[Job], bool], limit_s: float, say: Callable[[str], None]
) -> Job:
    """The job at its good end. Lost connections, a busy firewall and, once, an ended session are waited out.

    Raises:
        NotOurs: the firewall lists somebody else's job under this number.
        CommitFailed: the firewall says that the commit failed.
        CommitUnfinished: the time is over, or the job cannot be asked for.
    """
    limit = session.pace.within(limit_s)
    shown = None
    vanished = 0
    while True:
        try:
            job = session.ask(lambda api: read_job(api, job_id), limit)
        except DeviceError as error:
            raise CommitUnfinished(job_id, excerpt(error.message, 300)) from error
        if job is not None and not is_ours(job):
            raise NotOurs(str(job))
        vanished = 0 if job is not None else vanished + 1
        if vanished >= _VANISHED_LOOKS:
            raise CommitUnfinished(job_id, "the firewall no longer lists it")
        if job is not None and job.status == "FIN" and job.result == "FAIL":
            raise CommitFailed(job)
        if job is not None and job.status == "FIN" and job.result == "OK":
            say(f"commit job {job_id}: done")
            return job
        if job is not None and job.progress is not None and job.progress != shown:
            shown = job.progress
            say(f"commit job {job_id}: {shown} %")
        if limit.over:
            raise CommitUnfinished(job_id, f"it took longer than {limit_s:.0f} seconds")
        session.pace.sleep(session.pace.poll_s)
