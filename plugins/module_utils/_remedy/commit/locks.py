# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The locks that administrators hold on a firewall, ours among them.

A lock is known by its comment alone, since several runs may use one account. The comment is a lease: it says which run
holds the lock, and how long it counts as in use after the run has last renewed it. Nothing in it rests on a machine or
a process, which the next run, in another container, could not look at.

Source: documentation of the show commands and recorded answers. What adding and removing answer is not documented: what
counts is the list that follows.

This is a private module: it may change in any release.
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
# By so much the clocks of two controllers may differ before one takes the other's lock for a stale one.
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
    """What the comment of a lock of this collection says.

    Attributes:
        run: 8 hexadecimal digits; the audit record and the commit's description have them too.
        job: the automation controller's number of the job (``awx-1234``), ``-`` where there is none.
        lease_s: whole seconds for which the lock counts as in use after it was renewed.
        until: the end of the lease by the clock of the controller that renewed it, in UTC, without fractions.
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
        """The mark of a run whose lease begins at ``now``."""
        lease = max(1, round(lease_s))
        return cls(run, job, lease, (now + timedelta(seconds=lease)).replace(microsecond=0))

    def renewed(self, now: datetime) -> Mark:
        """The same with a lease that begins at ``now``; always a later one, so that who watches sees the renewal."""
        until = (now + timedelta(seconds=self.lease_s)).replace(microsecond=0)
        return replace(self, until=max(until, self.until + timedelta(seconds=1)))

    @classmethod
    def read(cls, comment: str) -> Mark | None:
        """The mark in a comment; None where it is none."""
        found = _COMMENT.fullmatch(comment.strip())
        if found is None or not 0 < int(found["lease"]) <= LONGEST_LEASE_S:
            return None
        try:
            until = datetime.strptime(found["until"], _TIME).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        return cls(found["run"], found["job"], int(found["lease"]), until)

    def expired(self, now: datetime) -> bool:
        """The lease is over, also for a controller whose clock differs from ours by ``CLOCK_TOLERANCE``.

        Until then only watching tells: a run that lives renews its lease (see ``holding``).
        """
        return now >= self.until + CLOCK_TOLERANCE


@dataclass(frozen=True)
class Lock:
    """A lock as the firewall lists it. Texts are the firewall's; ``scope`` is ``shared`` or a virtual system."""

    kind: Kind
    admin: str
    scope: str
    since: str
    comment: str

    @property
    def mark(self) -> Mark | None:
        """Which run of this collection took it; None where it is somebody else's."""
        return Mark.read(self.comment)

    def same(self, other: Lock) -> bool:
        """It is this lock, also where its run has renewed it since."""
        renewed = self.mark is not None and other.mark is not None and self.mark.run == other.mark.run
        return self == other or (renewed and self.kind == other.kind)

    def __str__(self) -> str:
        since = f" since {excerpt(self.since, 40)}" if self.since else ""
        said = f" ({excerpt(self.comment, 120)})" if self.comment else ""
        name = "configuration" if self.kind == "config" else "commit"
        return f"{excerpt(self.admin, 64)} holds the {name} lock of {excerpt(self.scope, 64)}{since}{said}"


def read_locks(api: XmlApi, kind: Kind) -> tuple[Lock, ...]:
    """The locks of one kind, of all virtual systems.

    Raises:
        MalformedAnswer: the answer is no list of locks.
        DeviceError: the subclass that fits.
    """
    tag = f"{kind}-locks"
    answer = api.op(f"<show><{tag}><vsys>all</vsys></{tag}></show>", asked=f"show {tag} vsys all")
    listed = None if answer.result is None else answer.result.find(tag)
    if listed is None or any(item.tag != "entry" for item in listed):
        raise MalformedAnswer(f"the firewall answered the question for its {kind} locks with something else")
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
    """Asks for the configuration lock. Whether it was given, the list tells. Raises DeviceError."""
    comment = escape(str(mark))
    api.op(
        f"<request><config-lock><add><comment>{comment}</comment></add></config-lock></request>",
        asked="request config-lock add",
    )


def remove_own_config_lock(api: XmlApi) -> None:
    """Gives the configuration lock of our own account back. Whether it is gone, the list tells. Raises DeviceError."""
    api.op("<request><config-lock><remove></remove></config-lock></request>", asked="request config-lock remove")


def remove_lock_of(api: XmlApi, kind: Kind, admin: str) -> None:
    """Takes a lock away from an administrator. Whether it is gone, the list tells.

    Raises:
        InvalidOption: the name cannot stand in a command.
        DeviceError: the subclass that fits.
    """
    name = safe_argument(admin)
    api.op(
        f"<request><{kind}-lock><remove><admin>{escape(name)}</admin></remove></{kind}-lock></request>",
        asked=f"request {kind}-lock remove admin {name}",
    )
