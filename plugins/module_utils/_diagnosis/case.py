# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One firewall's evidence as the checks and the causes look at it: questions with one answer each.

Everything here is derived from the evidence and computed once. Nothing is guessed: what cannot be told is None.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import (
    DECISIVE,
    LiveFinding,
    Timeline,
    Trace,
    device_local,
    judge_time,
    read_traces,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import has_second_clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    CLOUD_PORT,
    DEFAULT_CLOUD_SERVER,
    Connection,
    Evidence,
    EvidenceSet,
    Interface,
    Job,
    SystemEventKind,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release

State = Literal["connected", "disconnected", "busy", "other", "unknown"]

# A clock that is further off than this makes certificates look expired or not yet valid.
CLOCK_TOLERANCE_S = 300

# device-server tries again about every quarter of an hour (the times in the article's samples): an error that is
# younger than this is as good as "now" beside the connection table.
RETRY_INTERVAL = timedelta(minutes=15)

NOT_ASKED_KIND = "not_asked"

# Panorama's models: the virtual appliance, and the hardware.
_PANORAMA = re.compile(r"panorama|M-\d{3}", re.IGNORECASE)


def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """An IP address, with an IPv4 address mapped into IPv6 taken back; None for a name or anything else."""
    try:
        address = ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@dataclass(frozen=True)
class Case:
    """The evidence of one firewall, ready to be judged."""

    evidence: EvidenceSet
    options: DiagnosisOptions

    # --- the connection -------------------------------------------------------------------------------------------

    @cached_property
    def state(self) -> State:
        """What the firewall says about the connection; ``unknown`` where it could not be asked."""
        answer = self.evidence.cloud_status
        if answer.value is not None:
            return answer.value.state
        if answer.problem is not None and answer.problem.kind == "busy":
            return "busy"
        return "unknown"

    @cached_property
    def known_server(self) -> str | None:
        """The cloud server as the firewall names it, else the configured one, else the one that was pinged."""
        status, route, ping = self.evidence.cloud_status, self.evidence.service_route, self.evidence.ping
        if status.value is not None and status.value.server:
            return status.value.server
        if route.value is not None and route.value.cloud_server_override:
            return route.value.cloud_server_override
        return ping.value.host if ping.value is not None and ping.value.host else None

    @property
    def server(self) -> str:
        return self.known_server or DEFAULT_CLOUD_SERVER

    @cached_property
    def address(self) -> str | None:
        """The address that the server's name has now, as the ping shows it."""
        ping = self.evidence.ping.value
        named = address_of(ping.address) if ping is not None else None
        named = named or address_of(self.server)
        return str(named) if named is not None else None

    @cached_property
    def resolves(self) -> bool | None:
        """Whether the server's name resolves now; None where no ping told."""
        if address_of(self.server) is not None:
            return True
        ping = self.evidence.ping.value
        if ping is None:
            return None
        if ping.outcome == "unknown_host":
            return False
        if ping.address or ping.outcome in ("answered", "lost", "network_unreachable", "host_unreachable"):
            return True
        return None

    # --- the device -----------------------------------------------------------------------------------------------

    @cached_property
    def release(self) -> Release | None:
        device = self.evidence.device.value
        return parse_release(device.sw_version) if device is not None else None

    @property
    def is_panorama(self) -> bool:
        device = self.evidence.device.value
        return device is not None and _PANORAMA.fullmatch(device.model or "") is not None

    @cached_property
    def release_text(self) -> str:
        device = self.evidence.device.value
        return (device.sw_version if device is not None else None) or "of unknown release"

    @cached_property
    def ha_inactive(self) -> str | None:
        """The state of an HA unit that is not active, None for an active or a single firewall."""
        pair = self.evidence.high_availability.value
        if pair is None or not pair.enabled or not pair.state or pair.state.lower().startswith("active"):
            return None
        return pair.state

    # --- time -----------------------------------------------------------------------------------------------------

    @cached_property
    def utc_offset_s(self) -> int | None:
        clock, devsrv, system = (
            self.evidence.clock.value,
            self.evidence.devsrv_log.value,
            self.evidence.system_log.value,
        )
        for source in (clock, devsrv, system):
            if source is not None and source.utc_offset_s is not None:
                return source.utc_offset_s
        return None

    @cached_property
    def now(self) -> datetime | None:
        """The device's own time."""
        clock = self.evidence.clock.value
        return self.local(clock.device_time) if clock is not None else None

    def local(self, moment: datetime | None) -> datetime | None:
        return device_local(moment, self.utc_offset_s)

    @cached_property
    def skew_s(self) -> int | None:
        """How far the device's clock is off; None where no second clock was read at the same time (an archive)."""
        clock = self.evidence.clock
        return clock.value.skew_s if clock.value is not None and has_second_clock(clock) else None

    @cached_property
    def clock_right(self) -> bool | None:
        """A small skew means nothing while the device's offset from UTC is not known."""
        if self.skew_s is None:
            return None
        if abs(self.skew_s) > CLOCK_TOLERANCE_S:
            return False
        return True if self.utc_offset_s is not None else None

    # --- logs -----------------------------------------------------------------------------------------------------

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        return read_traces(self.evidence.devsrv_log.value, self.evidence.system_log.value, self.utc_offset_s)

    @cached_property
    def timeline(self) -> Timeline:
        return judge_time(
            self.traces,
            now=self.now,
            window=self.options.log_window,
            reconnected=self.last_event("reconnected"),
            connected=self.state == "connected",
            restarted=self.restarted if self.commit_after_restart is False else None,
            live=self.live,
        )

    def last_event(self, kind: SystemEventKind) -> datetime | None:
        """The time of the newest system-log event of this kind, device-local."""
        log = self.evidence.system_log.value
        times = [self.local(event.time) for event in log.events if event.kind == kind] if log is not None else []
        return max((moment for moment in times if moment is not None), default=None)

    @cached_property
    def log_was_read(self) -> bool:
        """devsrv.log was read and not empty: only then the absence of an error line says something."""
        log = self.evidence.devsrv_log.value
        return log is not None and (log.lines > 0 or bool(log.signatures))

    def may_be_outdated(self, seen: datetime | None) -> bool:
        """Whether a newer error than one ``seen`` then may stand in devsrv.log, which was not read (None: seen now)."""
        if seen is None or self.log_was_read:
            return False
        return self.now is None or self.now - seen > 2 * RETRY_INTERVAL

    # --- the network, now -----------------------------------------------------------------------------------------

    @cached_property
    def cloud_connections(self) -> tuple[Connection, ...]:
        """The rows of the connection table that go to the cloud server's address on port 443."""
        table = self.evidence.netstat.value
        if table is None:
            return ()
        wanted = {address_of(address) for address in (*table.addresses, self.address)} - {None}
        return tuple(
            row
            for row in table.connections
            if row.foreign_port == CLOUD_PORT and address_of(row.foreign_address) in wanted
        )

    @property
    def established(self) -> bool:
        return any(row.state.upper() == "ESTABLISHED" for row in self.cloud_connections)

    @property
    def syn_sent(self) -> bool:
        """The connection is being attempted and none is established."""
        return not self.established and any(row.state.upper() == "SYN_SENT" for row in self.cloud_connections)

    @cached_property
    def talked_recently(self) -> bool:
        """A TLS or HTTP error within the last retry interval: TCP got through then, a SYN_SENT may be passing."""
        return self.now is not None and any(
            trace.theme in ("tls", "http") and trace.last is not None and self.now - trace.last <= RETRY_INTERVAL
            for trace in self.traces
        )

    @cached_property
    def live(self) -> LiveFinding | None:
        """What is seen now that says where the connection gets stuck; it outranks the logs."""
        ping = self.evidence.ping.value
        if self.route_fault is not None and not self.route_fault_is_normal:
            return LiveFinding(self.route_fault, frozenset({"tcp"}))
        if self.resolves is False:
            return LiveFinding(f"{self.server} does not resolve", frozenset({"dns"}))
        if ping is not None and ping.outcome in ("network_unreachable", "host_unreachable") and not self.established:
            return LiveFinding(f"{self.server} is unreachable", frozenset({"tcp"}))
        if self.syn_sent and not self.talked_recently:
            return LiveFinding("TCP port 443 of the cloud server does not answer", frozenset({"tcp"}))
        return None

    # --- the service route ----------------------------------------------------------------------------------------

    @cached_property
    def source_address(self) -> str | None:
        """The address that the traffic leaves with, None where it is not known."""
        route, device = self.evidence.service_route.value, self.evidence.device.value
        if route is None or route.kind == "undetermined":
            return None
        text = route.source_address if route.kind == "dataplane" else device.management_address if device else None
        address = address_of(text)
        return str(address) if address is not None else None

    @cached_property
    def source_interface(self) -> Interface | None:
        """The interface of a dataplane service route, where it was found."""
        route, listed = self.evidence.service_route.value, self.evidence.interfaces.value
        if route is None or listed is None or route.kind != "dataplane":
            return None
        return next((entry for entry in listed.entries if entry.name == route.interface), None)

    @cached_property
    def route_fault(self) -> str | None:
        """Why the service route cannot work, None where nothing speaks against it."""
        route, listed, ping = (
            self.evidence.service_route.value,
            self.evidence.interfaces.value,
            self.evidence.ping.value,
        )
        got_out = ping is not None and ping.outcome in ("answered", "lost")
        if ping is not None and ping.outcome == "bind_failed":
            return f"the source address {ping.source or 'of the service route'} cannot be bound"
        if route is None or route.kind != "dataplane":
            return None
        source = address_of(route.source_address)
        held = {address_of(text) for entry in (listed.entries if listed else ()) for text in entry.addresses}
        if source is not None and held - {None} and source not in held and not got_out:
            return f"the source address {source} is on no interface of this firewall"
        down = self.source_interface is not None and "down" in (self.source_interface.state or "").lower()
        if down and not (ping is not None and ping.outcome == "answered") and not self.established:
            return f"the source interface {route.interface} is down"
        return None

    @property
    def route_fault_is_normal(self) -> bool:
        """A unit that is not active may hold its dataplane interfaces down: by design, not by a wrong route."""
        return self.ha_inactive is not None and "is on no interface" not in (self.route_fault or "")

    # --- jobs and device-server -----------------------------------------------------------------------------------

    @cached_property
    def running_jobs(self) -> tuple[Job, ...]:
        """Commit and content jobs that run now: they keep device-server busy."""
        return tuple(job for job in self._jobs if (job.status or "").upper() == "ACT" and _occupies(job))

    @property
    def _jobs(self) -> tuple[Job, ...]:
        state = self.evidence.commit_state.value
        return state.jobs if state is not None else ()

    @cached_property
    def restarted(self) -> datetime | None:
        """When device-server was last restarted, unless the firewall has reconnected or been rebooted since."""
        moment = self.last_event("device_server_restarted")
        if moment is None:
            return None
        reconnected = self.last_event("reconnected")
        if reconnected is not None and reconnected > moment:
            return None
        device = self.evidence.device.value
        if device is not None and device.uptime_s is not None and self.now is not None:
            try:
                if self.now - timedelta(seconds=device.uptime_s) > moment:
                    return None
            except OverflowError:
                pass
        return moment

    @cached_property
    def commit_after_restart(self) -> bool | None:
        """Whether a commit has finished well since the restart; None where the jobs are not known or undated."""
        if self.restarted is None or self.evidence.commit_state.value is None:
            return None
        done = [job for job in self._jobs if is_commit(job) and (job.result or "").upper() == "OK"]
        times = [self.local(job.enqueued or job.finished) for job in done]
        if any(moment is not None and moment >= self.restarted for moment in times):
            return True
        return None if None in times else False

    @cached_property
    def error_after_restart(self) -> bool:
        """A network, TLS or HTTP error that is newer than the restart, or is seen now."""
        if self.restarted is None:
            return False
        newer = any(
            trace.theme in DECISIVE and trace.last is not None and trace.last >= self.restarted for trace in self.traces
        )
        return newer or self.live is not None

    # --- completeness ---------------------------------------------------------------------------------------------

    @property
    def all_evidence(self) -> tuple[tuple[str, Evidence[Any]], ...]:
        """Every field of the evidence set that is a probe's outcome, by name."""
        named = ((entry.name, getattr(self.evidence, entry.name)) for entry in fields(self.evidence))
        return tuple((name, value) for name, value in named if isinstance(value, Evidence))

    @cached_property
    def undecided_by(self) -> tuple[str, ...]:
        """The evidence of the article's procedure that was not read, or not completely."""
        names = ("service_route", "ping", "netstat", "devsrv_log", "system_log")
        lacking = []
        for name in names:
            evidence: Evidence[Any] = getattr(self.evidence, name)
            if evidence.value is None or evidence.problem is not None:
                lacking.append(name)
        route, table = self.evidence.service_route.value, self.evidence.netstat.value
        if route is not None and route.kind == "undetermined":
            lacking.append("service_route")
        if table is not None and table.rows == 0:
            lacking.append("netstat")
        if not self.log_was_read:
            lacking.append("devsrv_log")
        return tuple(name for name in names if name in lacking)


_OCCUPYING = ("commit", "autocom", "content", "anti", "wildfire", "install", "threat", "validate", "sync")


def is_commit(job: Job) -> bool:
    return job.type.lower().startswith(("commit", "autocom"))


def _occupies(job: Job) -> bool:
    return any(word in job.type.lower() for word in _OCCUPYING)
