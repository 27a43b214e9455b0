# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firewall's jobs: which ones run, and how one ended.

Source: documentation "Commit", recorded answers (panos-upgrade-assurance). ``progress`` is a number while a job runs,
and may be a time afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, flatten
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commit_state import job_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import number, text_of

_ALL = "<show><jobs><all></all></jobs></show>"

# These neither commit nor install. Every other type counts as busy, also an unknown one.
_HARMLESS = frozenset({"downld", "exec", "logquery", "report"})

# A commit's description begins with "panops.mlav", a space, and the 8 digits of its run.
DESCRIBES_A_RUN = len("panops.mlav 01234567")

_MOST_LINES = 50
_LINE_LIMIT = 500


@dataclass(frozen=True)
class Job:
    """One job. Times are the firewall's; ``progress`` is in percent while it runs."""

    id: int | None
    type: str
    status: str
    result: str
    user: str | None
    description: str
    enqueued: datetime | None
    finished: datetime | None
    progress: int | None
    details: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def active(self) -> bool:
        """It runs or waits. A job without a status counts as active while its result is pending."""
        return self.status in ("ACT", "PEND") or (not self.status and self.result == "PEND")

    @property
    def busy(self) -> bool:
        """It keeps a commit from starting, or may."""
        return self.active and self.type.lower() not in _HARMLESS

    @property
    def is_commit(self) -> bool:
        return self.type.lower().startswith("commit")

    def may_be(self, own_description: str, own: str | None, after: int) -> bool:
        """It may be the commit that was sent with this description: newer than job ``after``, and by our administrator.

        Where the firewall lists no description or no user, or our administrator is unknown (``own`` None), the other
        fields decide. A description may be cut, but not within the part that identifies a run.
        """
        if not self.is_commit or (self.id or 0) <= after:
            return False
        if own is not None and self.user and self.user != own:
            return False
        if not self.description:
            return True
        return len(self.description) >= DESCRIBES_A_RUN and own_description.startswith(self.description)

    def not_other_than(self, own_description: str, own: str | None, after: int) -> bool:
        """Nothing distinguishes it from the commit sent with this description, which the firewall may have cut."""
        if not own_description.startswith(self.description):
            return False
        return replace(self, description="").may_be(own_description, own, after)

    def __str__(self) -> str:
        by = f" of {excerpt(self.user, 64)}" if self.user else ""
        return f"{excerpt(self.type, 40)} job {'without id' if self.id is None else self.id}{by}"


def read_jobs(api: XmlApi) -> tuple[Job, ...]:
    """All jobs that the firewall remembers, in its order.

    Raises:
        MalformedAnswer: the answer is no list of jobs.
        DeviceError: the subclass that fits.
    """
    answer = api.op(_ALL, asked="show jobs all")
    jobs = [] if answer.result is None else list(answer.result.iter("job"))
    if not jobs and answer.text.strip():
        raise MalformedAnswer("the firewall's answer to show jobs all is no list of jobs")
    return tuple(map(_job, jobs))


def read_job(api: XmlApi, number_: int) -> Job | None:
    """One job; None where the firewall does not list it."""
    answer = api.op(f"<show><jobs><id>{number_}</id></jobs></show>", asked=f"show jobs id {number_}")
    found = [_job(item) for item in answer.root.iter("job")]
    return next((job for job in found if job.id == number_), None)


def newest_id(jobs: Iterable[Job]) -> int:
    """The highest job number; 0 where there is none."""
    return max((job.id for job in jobs if job.id is not None), default=0)


def _job(item: Element) -> Job:
    seen = job_of(item)
    progress = number(text_of(item, "progress"))
    return Job(
        id=seen.id,
        type=seen.type,
        status=(seen.status or "").upper(),
        result=(seen.result or "").upper(),
        user=seen.user,
        description=seen.description,
        enqueued=seen.enqueued,
        finished=seen.finished,
        progress=progress if progress is not None and progress <= 100 else None,
        details=_lines(item.find("details")),
        warnings=_lines(item.find("warnings")),
    )


def _lines(element: Element | None) -> tuple[str, ...]:
    """The lines of an element; a text without lines is one."""
    if element is None:
        return ()
    # Lines may nest; the innermost hold the text.
    lines = [line for line in element.iter("line") if line.find("line") is None]
    texts = [flatten(line) for line in lines] if lines else flatten(element).splitlines()
    return tuple(excerpt(text, _LINE_LIMIT) for text in texts if text.strip())[:_MOST_LINES]
