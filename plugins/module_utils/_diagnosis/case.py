# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several answers of one firewall show together: the questions that checks and rules share.

Derived from the evidence and computed once. Nothing is guessed: what is unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import (
    RETRY_INTERVAL,
    UNREACHABLE,
    Facts,
    address_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.jobs import is_commit, occupies
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import (
    DECISIVE,
    LiveFinding,
    Timeline,
    Trace,
    judge_time,
    read_traces,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    CLOUD_PORT,
    Connection,
    Evidence,
    Interface,
    Job,
    SystemEventKind,
)


@dataclass(frozen=True)
class Case(Facts):
    """The evidence of one firewall, ready for checks and rules."""

    # --- logs -----------------------------------------------------------------------------------------------------

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        return read_traces(self.evidence.devsrv_log.value, self.evidence.system_log.value, self.utc_offset_s)

    @cached_property
    def timeline(self) -> Timeline:
        return judge_time(
            self.traces,
            time=self.time,
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
        """Whether devsrv.log covers the last attempts to connect: only then a missing error means something."""
        log = self.evidence.devsrv_log.value
        if log is None or not (log.lines > 0 or bool(log.signatures)):
            return False
        if not log.truncated:
            return True
        oldest = self.local(log.oldest)
        return self.now is not None and oldest is not None and self.now - oldest > 2 * RETRY_INTERVAL

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
        """Whether a connection is being attempted and none is established."""
        return not self.established and any(row.state.upper() == "SYN_SENT" for row in self.cloud_connections)

    @property
    def netstat_whole(self) -> bool:
        """Whether the connection table was read whole, so a session that it does not show does not exist."""
        table = self.evidence.netstat
        return table.value is not None and table.problem is None and table.value.rows > 0

    @cached_property
    def proxy(self) -> str | None:
        """The configured proxy, ``proxy.example.com:8080``; None where none is configured or known."""
        route = self.evidence.service_route.value
        if route is None or not route.proxy_server:
            return None
        return route.proxy_server + (f":{route.proxy_port}" if route.proxy_port else "")

    @cached_property
    def syn_sent_to_proxy(self) -> bool:
        """Whether only the proxy has a row, in SYN_SENT: none established to it, and none to the cloud."""
        table = self.evidence.netstat.value
        states = {row.state.upper() for row in table.proxy_connections} if table is not None else set()
        return "SYN_SENT" in states and "ESTABLISHED" not in states and not self.cloud_connections

    @cached_property
    def talked_recently(self) -> bool:
        """Whether TLS or HTTP failed within the last retry interval: TCP got through, so SYN_SENT may be transient."""
        return self.now is not None and any(
            trace.theme in ("tls", "http", "cut") and trace.last is not None and self.now - trace.last <= RETRY_INTERVAL
            for trace in self.traces
        )

    @cached_property
    def live(self) -> LiveFinding | None:
        """Where the connection fails right now; it outranks the logs."""
        ping = self.evidence.ping.value
        if self.route_fault is not None and not self.route_fault_is_normal:
            return LiveFinding(self.route_fault, frozenset({"bind", "tcp"}))
        if self.resolves is False:
            return LiveFinding(f"{self.server} does not resolve", frozenset({"dns"}))
        if ping is not None and ping.outcome in UNREACHABLE and not self.established:
            return LiveFinding(f"{self.server} is unreachable", frozenset({"tcp"}))
        if self.talked_recently:
            return None
        if self.syn_sent:
            return LiveFinding("TCP port 443 of the cloud server does not answer", frozenset({"tcp"}))
        if self.proxy is not None and self.syn_sent_to_proxy:
            return LiveFinding("the proxy does not answer", frozenset({"tcp", "proxy"}))
        return None

    # --- the service route ----------------------------------------------------------------------------------------

    @cached_property
    def source_address(self) -> str | None:
        """The source address of the traffic; None where it is unknown."""
        route, device = self.evidence.service_route.value, self.evidence.device.value
        if route is None or route.kind == "undetermined":
            return None
        text = route.source_address if route.kind == "dataplane" else device.management_address if device else None
        address = address_of(text)
        return str(address) if address is not None else None

    @cached_property
    def source_interface(self) -> Interface | None:
        """The source interface of a dataplane service route; None where it was not found."""
        route, listed = self.evidence.service_route.value, self.evidence.interfaces.value
        if route is None or listed is None or route.kind != "dataplane":
            return None
        return next((entry for entry in listed.entries if entry.name == route.interface), None)

    @cached_property
    def route_fault(self) -> str | None:
        """Why the service route is unusable; None where no fault is known."""
        route, listed, ping = (
            self.evidence.service_route.value,
            self.evidence.interfaces.value,
            self.evidence.ping.value,
        )
        got_out = ping is not None and ping.outcome in ("answered", "lost")
        if ping is not None and ping.outcome == "bind_failed":
            return f"source address {ping.source or 'of the service route'} cannot be bound"
        if route is None or route.kind != "dataplane":
            return None
        source = address_of(route.source_address)
        entries = listed.entries if listed is not None and listed.complete else ()
        held = {address_of(text) for entry in entries for text in entry.addresses}
        if source is not None and held - {None} and source not in held and not got_out:
            return f"source address {source} is on no interface"
        down = self.source_interface is not None and "down" in (self.source_interface.state or "").lower()
        if down and not (ping is not None and ping.outcome == "answered") and not self.established:
            return f"source interface {route.interface} is down"
        return None

    @property
    def route_fault_is_normal(self) -> bool:
        """Whether the fault may be by design: a peer that is not active may keep its dataplane interfaces down."""
        return self.ha_inactive is not None and "is on no interface" not in (self.route_fault or "")

    # --- jobs and device-server -----------------------------------------------------------------------------------

    @cached_property
    def running_jobs(self) -> tuple[Job, ...]:
        """Running commit and content jobs, which keep device-server busy."""
        return tuple(job for job in self._jobs if occupies(job))

    @property
    def _jobs(self) -> tuple[Job, ...]:
        state = self.evidence.commit_state.value
        return state.jobs if state is not None else ()

    @cached_property
    def restarted(self) -> datetime | None:
        """When device-server was last restarted; None after a later reconnect or reboot."""
        return self._unless_over(self.last_event("device_server_restarted"))

    @cached_property
    def restart_begun(self) -> datetime | None:
        """When a run of this collection was about to restart it; None after a later reconnect or reboot."""
        return self._unless_over(self.local(self.options.restart_begun))

    def _unless_over(self, restart: datetime | None) -> datetime | None:
        """The restart; None after a later reconnect or reboot."""
        if restart is None:
            return None
        reconnected = self.last_event("reconnected")
        if reconnected is not None and reconnected > restart:
            return None
        device = self.evidence.device.value
        if device is not None and device.uptime_s is not None and self.now is not None:
            try:
                if self.now - timedelta(seconds=device.uptime_s) > restart:
                    return None
            except OverflowError:
                pass
        return restart

    @cached_property
    def commit_after_restart(self) -> bool | None:
        """Whether a commit has succeeded since the restart; None where the jobs are unknown or undated."""
        return None if self.restarted is None else self.commit_since(self.restarted)

    def commit_since(self, restart: datetime) -> bool | None:
        """``commit_after_restart`` for a restart that the log does not show."""
        if self.evidence.commit_state.value is None:
            return None
        done = [job for job in self._jobs if is_commit(job) and (job.result or "").upper() == "OK"]
        times = [self.local(job.enqueued or job.finished) for job in done]
        if any(moment is not None and moment >= restart for moment in times):
            return True
        return None if None in times else False

    @cached_property
    def error_after_restart(self) -> bool:
        """Whether a network, TLS or HTTP error is newer than the restart, or present now."""
        return self.restarted is not None and self.error_since(self.restarted)

    def error_since(self, restart: datetime) -> bool:
        """``error_after_restart`` for a restart that the log does not show."""
        newer = any(
            trace.theme in DECISIVE and trace.last is not None and trace.last >= restart for trace in self.traces
        )
        return newer or self.live is not None

    # --- completeness ---------------------------------------------------------------------------------------------

    @property
    def all_evidence(self) -> tuple[tuple[str, Evidence[Any]], ...]:
        """Every probe's evidence, by its name."""
        named = ((entry.name, getattr(self.evidence, entry.name)) for entry in fields(self.evidence))
        return tuple((name, value) for name, value in named if isinstance(value, Evidence))

    @cached_property
    def undecided_by(self) -> tuple[str, ...]:
        """The evidence of the article's procedure that is missing or incomplete."""
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
