# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: commits, content installs and what else a firewall does in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Job:
    """One job; its effect comes when its time is up."""

    number: int
    kind: str
    user: str
    enqueued: float
    takes: float
    description: str = ""
    on_finish: Callable[[], None] | None = None
    failure: list[str] = field(default_factory=list)
    fails_with_effect: bool = False
    warnings: list[str] = field(default_factory=list)
    finished: float | None = None
    output: bytes | None = None  # what a tech-support job leaves to be fetched

    @property
    def active(self) -> bool:
        """True while the job runs."""
        return self.finished is None

    @property
    def result(self) -> str:
        """PEND, OK or FAIL."""
        if self.active:
            return "PEND"
        return "FAIL" if self.failure else "OK"

    def progress(self, now: float) -> int:
        """Percent done while the job runs."""
        return 99 if self.takes <= 0 else max(0, min(99, int(100 * (now - self.enqueued) / self.takes)))

    def details(self) -> list[str]:
        """What the job says at its end."""
        if self.active:
            return []
        if self.failure:
            return self.failure
        if self.kind == "Commit":
            return ["Configuration committed successfully", "Successfully committed last configuration"]
        return [] if self.kind == "Exec" else ["Job completed successfully"]


class Jobs:
    """All jobs of one firewall."""

    def __init__(self, first: int = 1) -> None:
        self._next = first
        self.all: list[Job] = []

    def add(
        self,
        kind: str,
        user: str,
        now: float,
        takes: float,
        *,
        description: str = "",
        on_finish: Callable[[], None] | None = None,
        failure: list[str] | None = None,
    ) -> Job:
        """Begin a job."""
        job = Job(self._next, kind, user, now, takes, description, on_finish, failure or [])
        self._next += 1
        self.all.append(job)
        return job

    def number(self) -> int:
        """A job number for a job that is kept elsewhere, such as a log query."""
        self._next += 1
        return self._next - 1

    def remove(self, job: Job) -> None:
        """Forget a job; one that is gone already does no harm."""
        if job in self.all:
            self.all.remove(job)

    def find(self, number: int) -> Job | None:
        """The job with that number."""
        return next((job for job in self.all if job.number == number), None)

    def running(self, kinds: tuple[str, ...] = ()) -> Job | None:
        """A job that runs now, of one of the kinds."""
        return next((job for job in self.all if job.active and (not kinds or job.kind in kinds)), None)

    def advance(self, now: float) -> None:
        """Finish what is due, in order."""
        for job in self.all:
            if job.active and now >= job.enqueued + job.takes:
                job.finished = job.enqueued + job.takes
                if job.on_finish is not None and (job.fails_with_effect or not job.failure):
                    job.on_finish()
