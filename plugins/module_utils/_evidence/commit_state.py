# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs and pending changes: what was committed when, and whether something waits.

Source: recorded answers (panos-upgrade-assurance), documentation "Commit". The table is that of public recordings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import date_time, number, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import (
    Recorder,
    Unrecognized,
    probe,
    problem_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

JOBS = Command(cli="show jobs all", xml="<show><jobs><all></all></jobs></show>", structured=True)
PENDING = Command(
    cli="check pending-changes",
    xml="<check><pending-changes></pending-changes></check>",
)

_ROW = re.compile(
    r"^[ \t]*(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)[ \t]+(?:\d\d:\d\d:\d\d[ \t]+)?)?"
    r"(\d{1,9})[ \t]+(?:\d+[ \t]+)?(\S+)[ \t]+"
    r"(ACT|PEND|FIN)[ \t]+(\S+)[ \t]+(\S+)[ \t]*$"
)


# A line with the status of a job.
_ANY_JOB = re.compile(r"[ \t](?:ACT|PEND|FIN)[ \t]")


@dataclass(frozen=True)
class Job:
    """``status`` (``ACT``, ``PEND``, ``FIN``) and ``result`` (``PEND``, ``OK``, ``FAIL``) are the device's words.

    Times are the device's own, without an offset; ``details`` holds the lines of its details and of its warnings.
    """

    id: int | None
    type: str
    status: str | None
    result: str | None
    user: str | None
    enqueued: datetime | None
    finished: datetime | None
    description: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommitState:
    """Jobs (newest first) and whether the candidate differs from the running configuration (None: not known).

    ``complete``: every row of the jobs was understood; only then does the absence of a commit prove anything.
    """

    jobs: tuple[Job, ...]
    pending_changes: bool | None
    complete: bool = True


def parse_jobs(text: str, result: Element | None = None) -> tuple[Job, ...]:
    """Jobs, newest first; those without a time stand last. A job may lack its id, its status, or both."""
    if result is not None:
        if next(result.iter("job"), None) is None and (len(result) or text.strip()):
            raise Unrecognized("the answer holds no job")
        jobs = [job_of(item) for item in result.iter("job") if item.find("type") is not None]
    else:
        jobs = [_job_of_row(row) for line in text.splitlines() if (row := _ROW.match(line))]
        if not jobs:
            raise Unrecognized("no row names a job")
    return tuple(sorted(jobs, key=lambda job: (job.enqueued or datetime.min, job.id or 0), reverse=True))


def has_every_row(text: str) -> bool:
    """Whether each line of the table that tells of a job was understood."""
    return all(_ROW.match(line) for line in text.splitlines() if _ANY_JOB.search(line))


def job_of(item: Element) -> Job:
    """A ``<job>``; it may lack anything but its type."""
    enqueued = date_time(text_of(item, "tenq"))
    # "progress" is a number while the job runs, and 100 or a time when it is done.
    finished = text_of(item, "tfin") or text_of(item, "progress")
    lines = [line for tag in ("details", "warnings") for line in item.iterfind(f"{tag}//line")]
    return Job(
        id=number(text_of(item, "id")),
        type=text_of(item, "type") or "",
        status=text_of(item, "status"),
        result=text_of(item, "result"),
        user=text_of(item, "user"),
        enqueued=enqueued,
        finished=_finish(finished, enqueued),
        description=text_of(item, "description") or "",
        details=tuple(text for line in lines if (text := (line.text or "").strip())),
    )


def _job_of_row(row: re.Match[str]) -> Job:
    enqueued = date_time(row[1])
    return Job(
        id=number(row[2]),
        type=row[3],
        status=row[4],
        result=row[5],
        user=None,
        enqueued=enqueued,
        finished=_finish(row[6], enqueued),
    )


def _finish(text: str | None, enqueued: datetime | None) -> datetime | None:
    """A whole date and time, or a time of day alone: that of the day of ``enqueued``, or of the next."""
    whole = date_time(text)
    if whole is not None:
        return whole
    of_day = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)", text or "")
    if of_day is None or enqueued is None:
        return None
    finished = enqueued.replace(hour=int(of_day[1]), minute=int(of_day[2]), second=int(of_day[3]))
    if finished >= enqueued:
        return finished
    return finished + timedelta(days=1) if finished.date() < datetime.max.date() else None


def parse_pending(text: str) -> bool | None:
    """``yes`` or ``no``; None for anything else: unknown."""
    return yes_no(text)


def probe_commit_state(device: Device) -> Evidence[CommitState]:
    """Asks for the jobs and for pending changes; jobs alone are a value with a problem beside it."""

    def ask(recorder: Recorder) -> CommitState:
        answer = recorder.run(JOBS)
        jobs = parse_jobs(answer.text, answer.result)
        pending: bool | None = None
        try:
            text = recorder.run(PENDING).text
            pending = parse_pending(text)
            if pending is None:
                raise Unrecognized("the answer about pending changes is neither yes nor no")
        except (ExpectedFailure, Unrecognized) as error:
            recorder.incomplete = problem_of(error)
        complete = answer.result is not None or (has_every_row(answer.text) and not answer.truncated)
        return CommitState(jobs, pending, complete)

    return probe(device, ask)


PROBE = Probe(lambda session: probe_commit_state(session.device), "system")
