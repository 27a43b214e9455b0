# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The locks that administrators hold on a firewall, ours among them.

A lock is identified by its comment alone, since several runs may use one account. The comment is a lease: it names the
run, and how long the lock counts as in use after its last renewal. It names no machine and no process, because the next
run, in another container, could not look at those.

Source: documentation of the show commands, and recorded answers. The answers to adding and removing a lock are not
documented, so only the list that follows counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Literal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, flatten
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import text_of

Kind = Literal["config", "commit"]

MARK = "panops.mlav"
# The clocks of two controllers may differ by this much before one takes the other's lock for stale.
CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST_LEASE_S = 86_400
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_COMMENT = re.compile(
    rf"{re.escape(MARK)} run (?P<run>[0-9a-f]{{8}}) job (?P<job>[A-Za-z0-9._-]{{1,40}}) "
    r"lease (?P<lease>[0-9]{1,5})s until (?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)"
)
NO_JOB = "-"


@dataclass(frozen=True)
class Mark:
    """The comment of a lock of this collection.

    Attributes:
        run: 8 hexadecimal digits, which the commit's description has too.
        job: the automation controller's job number (``awx-1234``); ``-`` where there is none.
        lease_s: seconds for which the lock counts as in use after its last renewal.
        until: end of the lease by the clock of the controller that renewed it: UTC, whole seconds.
    """

    run: str
    job: str
    lease_s: int
    until: datetime

    def __str__(self) -> str:
        until = self.until.astimezone(timezone.utc)
        return f"{MARK} run {self.run} job {self.job} lease {self.lease_s}s until {until:{_TIME}}"

    @classmethod
    def begun(cls, run: str, job: str, lease_s: float, now: datetime) -> Mark:
        """The mark of a run whose lease starts at ``now``."""
        lease = max(1, round(lease_s))
        return cls(run, job, lease, (now + timedelta(seconds=lease)).replace(microsecond=0))

    def renewed(self, now: datetime) -> Mark:
        """The same mark with a lease from ``now``; its end is always later, so that a watching run sees the renewal."""
        until = (now + timedelta(seconds=self.lease_s)).replace(microsecond=0)
        return replace(self, until=max(until, self.until + timedelta(seconds=1)))

    @classmethod
    def read(cls, comment: str) -> Mark | None:
        """The mark in a comment; None where the comment is no mark."""
        found = _COMMENT.fullmatch(comment.strip())
        if found is None or not 0 < int(found["lease"]) <= LONGEST_LEASE_S:
            return None
        try:
            until = datetime.strptime(found["until"], _TIME).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        return cls(found["run"], found["job"], int(found["lease"]), until)

    def expired(self, now: datetime) -> bool:
        """The lease has expired, even by a clock that differs from ours by ``CLOCK_TOLERANCE``.

        Until then only watching shows whether its run still renews it (see ``stale_locks``).
        """
        return now >= self.until + CLOCK_TOLERANCE


@dataclass(frozen=True)
class Lock:
    """A lock as the firewall lists it, in its words; ``scope`` is ``shared`` or a virtual system."""

    kind: Kind
    admin: str
    scope: str
    since: str
    comment: str

    @property
    def mark(self) -> Mark | None:
        """The run of this collection that took it; None where the lock is not one of ours."""
        return Mark.read(self.comment)

    def same(self, other: Lock) -> bool:
        """It is this lock, even if its run has renewed it since."""
        renewed = self.mark is not None and other.mark is not None and self.mark.run == other.mark.run
        return self == other or (renewed and self.kind == other.kind)

    def __str__(self) -> str:
        since = f" since {excerpt(self.since, 40)}" if self.since else ""
        comment = f" ({excerpt(self.comment, 120)})" if self.comment else ""
        return f"{excerpt(self.admin, 64)} holds the {self.kind} lock of {excerpt(self.scope, 64)}{since}{comment}"


def read_locks(api: XmlApi, kind: Kind) -> tuple[Lock, ...]:
    """The locks of one kind in all virtual systems.

    Raises:
        MalformedAnswer: the answer is no list of locks.
        DeviceError: the subclass that fits.
    """
    tag = f"{kind}-locks"
    answer = api.op(f"<show><{tag}><vsys>all</vsys></{tag}></show>", asked=f"show {tag} vsys all")
    listed = None if answer.result is None else answer.result.find(tag)
    if listed is None or any(item.tag != "entry" for item in listed):
        raise MalformedAnswer(f"the firewall's answer to show {tag} is no list of locks")
    return tuple(_lock(kind, item) for item in listed)


def _lock(kind: Kind, item: Element) -> Lock:
    return Lock(
        kind,
        item.get("name", ""),
        text_of(item, "name") or "",
        text_of(item, "created") or "",
        flatten(item.find("comment")).strip(),
    )


def add_config_lock(api: XmlApi, mark: Mark) -> None:
    """Requests the config lock. Only the list shows whether it was given. Raises DeviceError."""
    comment = escape(str(mark))
    api.op(
        f"<request><config-lock><add><comment>{comment}</comment></add></config-lock></request>",
        asked="request config-lock add",
    )


def remove_own_config_lock(api: XmlApi) -> None:
    """Releases the config lock of our account. Only the list shows whether it is gone. Raises DeviceError."""
    api.op("<request><config-lock><remove></remove></config-lock></request>", asked="request config-lock remove")


def remove_lock_of(api: XmlApi, kind: Kind, admin: str) -> None:
    """Removes an administrator's lock. Only the list shows whether it is gone.

    Raises:
        InvalidOption: the name cannot stand in a command.
        DeviceError: the subclass that fits.
    """
    name = safe_argument(admin)
    api.op(
        f"<request><{kind}-lock><remove><admin>{escape(name)}</admin></remove></{kind}-lock></request>",
        asked=f"request {kind}-lock remove admin {name}",
    )
