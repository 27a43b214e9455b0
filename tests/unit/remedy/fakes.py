# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A firewall in memory (locks, jobs, two configurations), and a clock that only waiting moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import cast
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
SHARED = "/config/shared/ssl-decrypt/ssl-exclude-cert"
NAME = "*.paloaltonetworks.com"
PLACE = f"{SHARED}/entry[@name='{NAME}']"
EMPTY = "<config><shared/></config>"


class Clock:
    """Time that passes only while somebody waits; ``waits`` are called once each, in turn."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.waits: list[Callable[[], None]] = []

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.waits:
            self.waits.pop(0)()

    def pace(self, poll_s: float = 10.0, lease_s: float = 180.0) -> Pace:
        return Pace(lambda: NOW + timedelta(seconds=self.seconds), lambda: self.seconds, self.sleep, poll_s, lease_s)


@dataclass
class FakeLock:
    admin: str
    comment: str = ""
    kind: str = "config"


@dataclass
class FakeJob:
    """``ends``: the result after it was listed once more; empty for a job that goes on."""

    id: int
    type: str = "Commit"
    status: str = "ACT"
    result: str = "PEND"
    user: str = "admin"
    description: str = ""
    ends: str = ""


@dataclass
class FakeFirewall:
    """Answers as the XML API does.

    Attributes:
        errors: by a word of the question, what is raised in turn in place of an answer (None: the answer).
        lost: by a word of the question, an error that is raised in turn after the question had its effect.
        keeps_comment: the comment of a lock that is held does not change when it is added again.
        commits: the result of each commit job, in turn; ``OK`` where there is none left.
    """

    candidate: Element = field(default_factory=lambda: fromstring(EMPTY))
    running: Element = field(default_factory=lambda: fromstring(EMPTY))
    locks: list[FakeLock] = field(default_factory=list)
    jobs: list[FakeJob] = field(default_factory=list)
    errors: dict[str, list[ExpectedFailure | None]] = field(default_factory=dict)
    lost: dict[str, list[ExpectedFailure]] = field(default_factory=dict)
    account: str = "admin"
    keeps_comment: bool = False
    says_pending: str | None = None
    full_commit: str = "no"
    commits: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    renewed: int = 0
    oversized: ExpectedFailure | None = None
    guard: Callable[[], None] | None = None

    def renew(self) -> None:
        self.renewed += 1

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        kept, self.guard = self.guard, None
        try:
            yield
        finally:
            self.guard = kept

    def op(self, cmd: str, seconds: float | None = None, asked: str = "") -> Envelope:
        return self.call({"type": "op", "cmd": cmd}, seconds, asked)

    def call(self, fields: Mapping[str, str], seconds: float | None = None, asked: str = "") -> Envelope:
        question = " ".join(fields.values())
        for word, errors in self.errors.items():
            if word in question and errors and (error := errors.pop(0)) is not None:
                raise error
        changes = fields["type"] == "commit" or fields.get("action") in ("set", "delete") or "<request>" in question
        if changes and self.guard is not None:
            self.guard()
        content = self._answer(fields)
        if changes:
            self.sent.append(asked or f"{fields['action']} {fields['xpath']}")
        for word, lost in self.lost.items():
            if word in question and lost:
                raise lost.pop(0)
        return envelope.check(
            envelope.parse(f'<response status="success">{content}</response>'.encode()), asked, "the API key"
        )

    def _answer(self, fields: Mapping[str, str]) -> str:
        cmd = fields.get("cmd", "")
        if fields["type"] == "commit":
            return self._commit(cmd)
        if fields["type"] == "config":
            return self._config(fields)
        for kind in ("config", "commit"):
            if f"<{kind}-locks>" in cmd:
                held = "".join(
                    f"<entry name='{lock.admin}'><name>shared</name><comment>{lock.comment}</comment></entry>"
                    for lock in self.locks
                    if lock.kind == kind
                )
                return f"<result><{kind}-locks>{held}</{kind}-locks></result>"
            if f"<request><{kind}-lock>" in cmd:
                return self._lock(kind, cmd)
        if "<jobs>" in cmd:
            return self._jobs(cmd)
        if "<pending-changes>" in cmd:
            differs = tostring(self.candidate) != tostring(self.running)
            return f"<result>{self.says_pending or ('yes' if differs else 'no')}</result>"
        if "<full-commit-required>" in cmd:
            return f"<result>{self.full_commit}</result>"
        if "<changes>" in cmd:
            return "<result/>"
        raise AssertionError(fields)

    def _lock(self, kind: str, cmd: str) -> str:
        if "<add>" in cmd:
            comment = cmd.partition("<comment>")[2].partition("</comment>")[0]
            own = [lock for lock in self.locks if (lock.kind, lock.admin) == (kind, self.account)]
            if not own:
                self.locks.append(FakeLock(self.account, comment, kind))
            elif not self.keeps_comment:
                own[0].comment = comment
        else:
            admin = cmd.partition("<admin>")[2].partition("</admin>")[0] or self.account
            self.locks = [lock for lock in self.locks if (lock.kind, lock.admin) != (kind, admin)]
        return "<result/>"

    def _jobs(self, cmd: str) -> str:
        for job in self.jobs:
            if job.ends:
                job.status, job.result, job.ends = "FIN", job.ends, ""
        number = cmd.partition("<id>")[2].partition("</id>")[0]
        listed = "".join(
            f"<job><id>{job.id}</id><type>{job.type}</type><status>{job.status}</status><result>{job.result}</result>"
            f"<user>{job.user}</user><description>{job.description}</description><progress>100</progress></job>"
            for job in self.jobs
            if number in ("", str(job.id))
        )
        return f"<result>{listed}</result>"

    def _commit(self, cmd: str) -> str:
        description = fromstring(cmd).findtext(".//description") or ""
        result = self.commits.pop(0) if self.commits else "OK"
        number = 1 + max((job.id for job in self.jobs), default=0)
        self.jobs.append(FakeJob(number, user=self.account, description=description, ends=result))
        if result == "OK":
            self.running = deepcopy(self.candidate)
        return f"<result><job>{number}</job></result>"

    def _config(self, fields: Mapping[str, str]) -> str:
        tree = self.running if fields["action"] == "show" else self.candidate
        path = re.sub(r"^/config/?", "", fields["xpath"])
        if fields["action"] in ("get", "show"):
            node = tree if not path else tree.find(path)
            return f"<result>{'' if node is None else tostring(node, encoding='unicode')}</result>"
        if fields["action"] == "delete":
            parent, node = tree.find(path.rpartition("/")[0]), tree.find(path)
            if parent is not None and node is not None:
                parent.remove(node)
            return ""
        node = tree
        for tag in path.split("/"):
            found = node.find(tag)
            node = SubElement(node, tag) if found is None else found
        merge(node, fromstring(fields["element"]))
        return ""

    def entry(self, tree: Element) -> dict[str, str] | None:
        """The exclusion in one of the configurations; None where there is none."""
        node = tree.find(PLACE.removeprefix("/config/"))
        return None if node is None else {part.tag: part.text or "" for part in node}

    # What the API session gives beside ``call``.
    def candidate_config(self, path: str) -> SimpleNamespace:
        return self._read("get", path)

    def running_config(self, path: str) -> SimpleNamespace:
        return self._read("show", path)

    def _read(self, action: str, path: str) -> SimpleNamespace:
        answer = self.call({"type": "config", "action": action, "xpath": f"/config/{path}"})
        return SimpleNamespace(result=answer.result)


def merge(parent: Element, entry: Element) -> None:
    """As ``set`` does."""
    there = next((item for item in parent if item.get("name") == entry.get("name")), None)
    if there is None:
        parent.append(entry)
        return
    for part in entry:
        old = there.find(part.tag)
        if old is not None:
            there.remove(old)
        there.append(part)


@dataclass
class FakeDevice:
    """What a change uses of a ``LiveDevice``."""

    firewall: FakeFirewall = field(default_factory=FakeFirewall)
    serial: str | None = "001"
    api_key: str | None = None
    bound: int = 0

    @property
    def api(self) -> XmlApi:
        return cast(XmlApi, self.firewall)

    @property
    def options(self) -> SimpleNamespace:
        return SimpleNamespace(host="192.0.2.1", username="admin", api_key=self.api_key)

    def bind(self) -> str:
        self.bound += 1
        return self.serial or ""

    def candidate_config(self, path: str) -> SimpleNamespace:
        return self.firewall.candidate_config(path)

    @property
    def live(self) -> LiveDevice:
        return cast(LiveDevice, self)


def session(firewall: FakeFirewall, clock: Clock | None = None) -> RetryingSession:
    return RetryingSession(cast(XmlApi, firewall), (clock or Clock()).pace())


def with_exclusion(exclude: str = "yes", description: str = "panops.mlav: ours") -> Element:
    """A configuration that has the exclusion."""
    return fromstring(
        f"<config><shared><ssl-decrypt><ssl-exclude-cert><entry name='{NAME}'><exclude>{exclude}</exclude>"
        f"<description>{description}</description></entry></ssl-exclude-cert></ssl-decrypt></shared></config>"
    )


def mark(run: str = "0123abcd", until: datetime | None = None, lease_s: int = 180) -> str:
    """The comment of a lock of this collection."""
    end = until or NOW + timedelta(seconds=lease_s)
    return f"panops.mlav run {run} job - lease {lease_s}s until {end:%Y-%m-%dT%H:%M:%SZ}"
