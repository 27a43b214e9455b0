# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One firewall and its surroundings, alive: everything that the views show is derived from here."""

from __future__ import annotations

import math
import secrets
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import logs
from .config import Configuration
from .config_default import default_configuration
from .jobs import Job, Jobs
from .network import Outcome, attempt, cloud_addresses, cloud_name, decrypts, has_mlav
from .parts import Admin, Phase, WorldSpec, build, seconds
from .snapshot import Snapshot, take_snapshot
from .switches import JOB_FAULTS, Access, Fault, Faults, Statistics, Switches

RETRY_EVERY = 900.0
OTHER_ADMIN = "bob"
COMMIT_BUSY = "Another commit/validate is in progress. Please try again later"
INSTALL_BUSY = "You cannot commit while an install is in progress. Please try again later."
CONFIGD_RESTART = "job failed because of configd restart"
NOTHING_TO_COMMIT = "There are no changes to commit."


class Refused(Exception):
    """The firewall will not do it; the text is the device's."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


@dataclass
class HeldLock:
    """A lock that somebody holds."""

    admin: str
    kind: str
    comment: str
    at: float


@dataclass(frozen=True)
class Commit:
    """A commit that was begun; `admins` are those whose changes alone are meant."""

    user: str
    force: bool = False
    partial: bool = False
    admins: tuple[str, ...] = ()


@dataclass
class World:
    """The state of one firewall. Change `spec` (or its shortcuts) and the next question sees the change."""

    spec: WorldSpec
    switches: Switches = field(default_factory=Switches)
    faults: Faults = field(default_factory=Faults)
    access: Access = field(default_factory=Access)
    statistics: Statistics = field(default_factory=Statistics)
    now: Callable[[], float] = time.time
    neighbour: World | None = None  # the firewall that path.decrypting_firewall names

    def __post_init__(self) -> None:
        self._complete_admins()
        self.config: Configuration = default_configuration(self.spec, self.switches.dirty_attributes)
        self.jobs = Jobs()
        self.devsrv: list[logs.Line] = []
        self.events: list[logs.Event] = []
        self.locks: list[HeldLock] = []
        self.managed: dict[str, World] = {}  # of a Panorama: its firewalls by serial number
        self.commits: list[Commit] = []
        self.restarts: list[str] = []  # who restarted device-server
        self.booted = self.now() - 98 * 86400 - 85349
        self.started = self.booted  # device-server
        self.pid = 3000 + secrets.randbelow(2000)
        self.commit_force_needed = False
        self.busy_until = 0.0
        self.outcome = Outcome("connected")
        self.past: list[tuple[float, bool]] = []  # since when it was connected or not, oldest first
        self.last_attempt = 0.0
        self._port = 40000 + secrets.randbelow(20000)
        self._begin()

    # -- shortcuts for tests
    @property
    def path(self) -> Any:
        """The network path."""
        return self.spec.path

    @property
    def dns(self) -> Any:
        """Name resolution."""
        return self.spec.dns

    @property
    def cloud(self) -> Any:
        """The MLAV cloud."""
        return self.spec.cloud

    @property
    def cloud_server(self) -> str:
        """The name of the server in use."""
        return cloud_name(self.spec, self.config.effective())

    @property
    def cloud_addresses(self) -> list[str]:
        """What that name resolves to."""
        return cloud_addresses(self.spec)

    @property
    def source_port(self) -> int:
        """The local port of the MLAV connection."""
        return self._port

    def snapshot(self) -> Snapshot:
        """Everything that a change could change, to be compared."""
        return take_snapshot(self)

    def admin(self, name: str) -> Admin | None:
        """The administrator of that name."""
        return next((a for a in self.spec.admins if a.name == name), None)

    def require_admin(self, name: str) -> Admin:
        """The administrator of that name, created when there is none."""
        known = self.admin(name)
        if known is None:
            known = Admin(name)
            _give_secrets(known)
            self.spec.admins.append(known)
        return known

    def manage(self, firewall: World) -> None:
        """Put a firewall behind this Panorama."""
        self.managed[firewall.spec.serial] = firewall
        firewall.access.panorama = True
        entry = ET.Element("entry", {"name": firewall.spec.serial})
        if self.spec.listing.tags == "config":
            vsys = ET.SubElement(ET.SubElement(entry, "vsys"), "entry", {"name": "vsys1"})
            tags = ET.SubElement(vsys, "tags")
            for tag in firewall.spec.managed.tags:
                ET.SubElement(tags, "member").text = tag
        self.config.adopt("/config/mgt-config/devices", entry)

    # -- the present
    def refresh(self) -> None:
        """Let time pass: finish jobs, try to connect when something changed or a retry is due."""
        now = self.now()
        self.jobs.advance(now)
        if self.busy(now):
            return
        outcome = self._attempt_now()
        changed = outcome != self.outcome
        if changed and now - self.last_attempt < self.switches.reconnect_after_s:
            return
        if changed or (not outcome.connected and now - self.last_attempt >= RETRY_EVERY):
            self._record(outcome, self.spec, now)

    def busy(self, now: float | None = None) -> bool:
        """True while device-server does not answer."""
        return self.spec.device_server.state == "busy" or (self.now() if now is None else now) < self.busy_until

    def status(self) -> str:
        """busy, connected or disconnected."""
        self.refresh()
        if self.busy():
            return "busy"
        return "connected" if self.outcome.connected else "disconnected"

    def _attempt_now(self) -> Outcome:
        neighbour = self.neighbour.decrypts if self.neighbour is not None else None
        return attempt(self.spec, self.switches, self.config.effective(), self.commit_force_needed, neighbour)

    def decrypts(self, source: str, destination: str, host: str) -> bool:
        """True when this firewall decrypts traffic of others that passes it."""
        self.jobs.advance(self.now())
        return decrypts(self.spec, self.switches, self.config.effective(), source, destination, host)

    def _record(self, outcome: Outcome, spec: WorldSpec, at: float) -> None:
        was, self.outcome, self.last_attempt = self.outcome, outcome, at
        if outcome.connected:
            self._port = 40000 + secrets.randbelow(20000)
            if not was.connected:
                self.events += logs.reconnected_events(at)
            return
        if outcome.kind in ("absent", "idle", "silent", "passive"):
            return
        if outcome.kind != "client" or self.switches.client_certificate_line:
            self.devsrv += logs.attempt_lines(outcome, at)
        self.events += logs.attempt_events(outcome, spec.cloud.name, at)
        if was.connected:
            self.events += logs.stopped_events(at + 0.4)

    # -- the past
    def _complete_admins(self) -> None:
        if not any(a.name == self.access.admin for a in self.spec.admins):
            self.spec.admins.insert(0, Admin(self.access.admin))
        others = [lock.admin for lock in self.spec.locks] + [change.admin for change in self.spec.pending]
        others += [OTHER_ADMIN for fault in self.faults.answers if fault.kind == "interfere"]
        for name in others:
            self.require_admin(name)
        for admin in self.spec.admins:
            _give_secrets(admin)
        self.spec.serial = self.spec.serial or "0" + str(10**10 + secrets.randbelow(9 * 10**10))

    def _begin(self) -> None:
        now = self.now()
        self.devsrv += logs.noise_lines(now)
        self.events += logs.noise_events(now)
        self._begin_jobs(now)
        begin = now - seconds(self.spec.connected_since)
        if has_mlav(self.spec):
            self.events += logs.reconnected_events(begin)
        changes: list[tuple[float, WorldSpec | None]] = [
            (now - seconds(phase.ago), _phase_spec(self.spec, phase)) for phase in self.spec.history
        ]
        changes.append((now - seconds(self.spec.since), None))
        for index, (at, spec) in enumerate(changes):
            end = changes[index + 1][0] if index + 1 < len(changes) else now
            self._live_through(spec, at, end)
        self._begin_restart(now)
        self.locks += [HeldLock(k.admin, k.kind, k.comment, now - 1200) for k in self.spec.locks]
        self.devsrv.sort(key=lambda line: line.at)
        self.events.sort(key=lambda event: event.at)

    def _live_through(self, spec: WorldSpec | None, begin: float, end: float) -> None:
        if spec is None:
            spec, effective = self.spec, self.config.effective()
        else:
            effective = default_configuration(spec).effective()
        if spec.device_server.state == "busy":
            return
        outcome = attempt(spec, self.switches, effective, bool(spec.device_server.restarted_ago))
        self.past.append((begin, outcome.connected))
        if outcome.kind == "idle":
            self.outcome = outcome
            return
        # A long time of trouble is thinned out, so that a start stays quick.
        step = max(RETRY_EVERY, (end - begin) / 40)
        at = begin
        while at < end:
            self._record(outcome, spec, at)
            if outcome.connected:
                break
            # The first retry comes early, so that none is due at the very moment of the start.
            at += step / 2 if at == begin else step

    def _begin_restart(self, now: float) -> None:
        ago = self.spec.device_server.restarted_ago
        if not ago:
            return
        self.commit_force_needed = True
        self.outcome = self._attempt_now()
        self._restarted_event("admin", now - seconds(ago))
        self.started = now - seconds(ago)

    def _begin_jobs(self, now: float) -> None:
        for kind, user, ago in (("Commit", "admin", 400000.0), ("WildFire", "Auto update agent", 90000.0)):
            job = self.jobs.add(kind, user, now - ago, 5.0)
            job.finished = job.enqueued + 5.0
        for wanted in self.spec.jobs:
            self.jobs.add(wanted.kind, "Auto update agent", now - 5, wanted.seconds + 5)

    def _restarted_event(self, user: str, at: float) -> None:
        if self.switches.restart_in_system_log:
            text = f"Process device-server was restarted by user {user}"
            self.events.append(logs.Event(at, "high", "general", "general", text))

    # -- actions
    def restart_device_server(self, user: str) -> str:
        """Restart the daemon; it stays disconnected until a forced commit."""
        now, server = self.now(), self.spec.device_server
        self.restarts.append(user)
        if server.restart_ineffective:
            return self.switches.restart_text.format(user=user)
        self.pid += 1 + secrets.randbelow(500)
        self.started = now
        self.commit_force_needed = True
        server.state = "busy" if server.restart_never_returns else "running"
        self.busy_until = now + server.restart_takes_s
        self._restarted_event(user, now)
        if self.outcome.connected:
            self.outcome = Outcome("idle")
        return self.switches.restart_text.format(user=user)

    def commit(
        self, user: str, *, force: bool = False, partial: bool = False, admins: list[str] | None = None, text: str = ""
    ) -> Job | None:
        """Begin a commit; None when there is nothing to do."""
        now = self.now()
        self.jobs.advance(now)
        self._refuse_commit(user)
        if force and partial and self.switches.force_with_partial_fails:
            raise Refused(" commit -> force is invalid", 17)
        mine = [c for c in self.config.changes if not admins or c.admin in admins]
        if not force and (not self.config.pending or not mine):
            return None
        if partial and self.switches.full_commit_required:
            raise Refused("Partial commit is not possible: a full commit is required")
        self.commits.append(Commit(user, force, partial, tuple(admins or ())))
        fault = self.job_fault("commit")
        failure = (fault.text or CONFIGD_RESTART).splitlines() if fault and fault.kind == "job_fails" else []
        takes = math.inf if fault and fault.kind == "job_hangs" else self.switches.commit_seconds

        apply = self.config.begin_commit(admins if partial else None)

        def finish() -> None:
            apply()
            if not partial:
                self.switches.full_commit_required = False
            if force:
                self.commit_force_needed = False
            if self.switches.commit_releases_lock:
                self.locks = [lock for lock in self.locks if lock.admin != user]
            self.events.append(
                logs.Event(self.now(), "informational", "general", "general", f"Commit job succeeded for user {user}")
            )

        job = self.jobs.add("Commit", user, now, takes, description=text, on_finish=finish, failure=failure)
        job.warnings = list(self.switches.commit_warnings)
        return job

    def job_fault(self, label: str) -> Fault | None:
        """The fault of the job that begins now, whichever door it came through."""
        return self.faults.take(label, "api", JOB_FAULTS) or self.faults.take(label, "ssh", JOB_FAULTS)

    def _refuse_commit(self, user: str) -> None:
        if self.jobs.running(("Commit",)):
            raise Refused(COMMIT_BUSY)
        if self.jobs.running(("Content", "Install", "Anti-Virus")):
            raise Refused(INSTALL_BUSY)
        for lock in self.locks:
            if lock.admin != user and (lock.kind == "commit" or self.switches.config_lock_stops_commits):
                raise Refused(f"Configuration is locked by {lock.admin}")

    def check_unlocked(self, user: str) -> None:
        """Refuse a write while somebody else holds the configuration lock."""
        for lock in self.locks:
            if lock.kind == "config" and lock.admin != user:
                raise Refused(f"Configuration is locked by {lock.admin}")

    def take_lock(self, kind: str, user: str, comment: str) -> str:
        """Take a lock, or refuse; there is one of each kind."""
        held = self._lock(kind)
        if held is None:
            self.locks.append(HeldLock(user, kind, comment, self.now()))
            return f"Successfully acquired {kind} lock. Other users will not be able to modify the configuration."
        if kind == "commit":
            raise Refused(f"Commit lock is already held by {held.admin}")
        if held.admin == user:
            raise Refused("You already own a config lock for scope shared")
        raise Refused(f"Config for scope shared is currently locked by {held.admin}")

    def release_lock(self, kind: str, admin: Admin, holder: str = "") -> str:
        """Release one's own lock, or as a superuser that of `holder`, or refuse."""
        held = self._lock(kind)
        plain = kind == "config" and self.switches.foreign_config_lock == "plain"
        if holder and plain:
            raise Refused(" request -> config-lock -> remove -> admin is unexpected", 17)
        if held is None or (holder and holder != held.admin):
            unheld = "is not currently locked" if kind == "config" else "lock is not currently held"
            raise Refused(f"{kind.capitalize()} {unheld} for scope shared")
        if held.admin != admin.name and (admin.role != "superuser" or not (holder or plain)):
            raise Refused(f"{kind.capitalize()} lock for scope shared is owned by {held.admin}")
        self.locks.remove(held)
        return f"{kind.capitalize()} lock released for scope shared"

    def _lock(self, kind: str) -> HeldLock | None:
        return next((lock for lock in self.locks if lock.kind == kind), None)


def _give_secrets(admin: Admin) -> None:
    admin.password = admin.password or secrets.token_urlsafe(12)
    admin.api_key = admin.api_key or "LUFRPT" + secrets.token_urlsafe(40) + "=="


def _phase_spec(now: WorldSpec, phase: Phase) -> WorldSpec:
    spec = build(WorldSpec, phase.world, "history: ")
    spec.management, spec.interfaces, spec.clock = now.management, now.interfaces, now.clock
    if "sw_version" not in phase.world:
        spec.sw_version = now.sw_version
    return spec
