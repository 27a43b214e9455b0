# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration lock and the commit lock: who holds them, and whose ours are.

A lock is known by its comment alone, since several runs may use one account. The comment says which run took it, where
that run lives, and until when it may last, so that the lock of a run that was killed can be told from one in use.

Source: documentation of the show commands and recorded answers. What adding and removing answer is not documented: what
counts is the list that follows.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from ansible_collections.panops.mlav.plugins.module_utils._device.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.cli import safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, flatten
from ansible_collections.panops.mlav.plugins.module_utils._evidence.reading import text_of

Kind = Literal["config", "commit"]

MARK = "panops.mlav"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_COMMENT = re.compile(
    rf"{re.escape(MARK)} (?P<run>[0-9a-f]{{8}}) (?P<place>[0-9a-f]{{8}}) "
    r"(?P<pid>[0-9]{1,10})\.(?P<start>[0-9]{1,20}) "
    r"until (?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)"
)
# Its 22nd field; those before the name's closing parenthesis are two.
_START_FIELD = 22 - 3
_DEAD = ("Z", "X")


@dataclass(frozen=True)
class Mark:
    """What a lock's comment says. ``start``: of the process, 0 where the system does not tell; ``until`` in UTC."""

    run: str
    place: str
    pid: int
    start: int
    until: datetime

    def __str__(self) -> str:
        until = self.until.astimezone(timezone.utc)
        return f"{MARK} {self.run} {self.place} {self.pid}.{self.start} until {until:{_TIME}}"

    @classmethod
    def of_this_process(cls, run: str, until: datetime) -> Mark:
        """The mark of a run in this process; ``run`` is 8 hexadecimal digits."""
        return cls(run, _place(), os.getpid(), _started(os.getpid()) or 0, until.replace(microsecond=0))

    @classmethod
    def read(cls, comment: str) -> Mark | None:
        """The mark in a comment; None where it is none."""
        found = _COMMENT.fullmatch(comment.strip())
        if found is None:
            return None
        try:
            until = datetime.strptime(found["until"], _TIME).replace(tzinfo=timezone.utc)
        except ValueError:
            return None
        return cls(found["run"], found["place"], int(found["pid"]), int(found["start"]), until)

    def stale(self, now: datetime) -> bool:
        """The run is certainly over: its time has passed, or it lived here and its process is gone."""
        if now >= self.until:
            return True
        if self.place != _place() or not self.start:
            return False
        return _started(self.pid) != self.start


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


def _place() -> str:
    """This machine since its start, and within it this container, as 8 hexadecimal digits."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
    with suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _started(pid: int) -> int | None:
    """When a process began, in the system's own count; None where there is none, or where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()
        # One that is dead and that nobody has asked how it ended, as in a container without an init.
        return None if fields[0] in _DEAD else int(fields[_START_FIELD])
    except (OSError, ValueError, IndexError):
        return None
