# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session: asks a firewall what the procedure asks, in as few requests as the situation allows.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence import clock, devsrv_log, system_log
from ansible_collections.panops.mlav.plugins.module_utils._evidence.circuit_breaker import CircuitBreaker
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import probe_clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import probe_cloud_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import (
    DEVICE_CERTIFICATE_WITHHELD,
    device_certificate_may_be_asked,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commit_state import probe_commit_state
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connection_history import probe_connection_history
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import probe_decryption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.device_certificate import (
    probe_device_certificate,
    with_days_left,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.devsrv_log import probe_devsrv_log
from ansible_collections.panops.mlav.plugins.module_utils._evidence.high_availability import probe_high_availability
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interfaces import probe_interfaces, with_zones
from ansible_collections.panops.mlav.plugins.module_utils._evidence.licenses import probe_licenses
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    DEFAULT_CLOUD_SERVER,
    NOT_ASKED,
    Clock,
    DeviceInfo,
    Evidence,
    EvidenceSet,
    Ping,
    Problem,
    ServiceRoute,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.netstat import probe_netstat
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import YEARS
from ansible_collections.panops.mlav.plugins.module_utils._evidence.ping import probe_ping
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import parse_release
from ansible_collections.panops.mlav.plugins.module_utils._evidence.route_source import lacks_source, probe_source
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import (
    apply_destination_route,
    probe_service_route,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.siblings import probe_siblings
from ansible_collections.panops.mlav.plugins.module_utils._evidence.software_status import probe_software_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import probe_device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_log import probe_system_log

# MLAV came with this release.
FIRST_RELEASE = (10, 0)

# An offset of a log line older than this may belong to the other half of the year.
_FRESH = timedelta(days=1)


class _Session:
    def __init__(self, device: Device, options: GatherOptions) -> None:
        self._device = CircuitBreaker(device, options.watch)
        self._options = options
        self.found: dict[str, Evidence[Any]] = {}

    def _want(self, name: str, ask: Callable[[], Evidence[Any]]) -> None:
        if self._options.wants(name):
            self.found[name] = ask()

    def _value(self, name: str) -> Any:
        evidence = self.found.get(name)
        return evidence.value if evidence is not None else None

    def identify(self) -> None:
        """System information and cloud status; the clock as far as the former tells it."""
        options = self._options
        if options.wants("device"):
            self.found["device"], seen = probe_device(self._device, options.now)
            self._want("clock", lambda: seen)
        self._want(
            "cloud_status",
            lambda: probe_cloud_status(
                self._device, options.busy_retries, options.busy_pause_s, options.sleep, options.watch
            ),
        )

    def has_mlav(self) -> bool:
        """False where the release is known to be older than MLAV."""
        info = self._value("device")
        version = parse_release(info.sw_version) if info is not None else None
        return version is None or version.branch >= FIRST_RELEASE

    def is_connected(self) -> bool:
        status = self._value("cloud_status")
        return status is not None and status.state == "connected"

    def ask_beside_status(self) -> None:
        """What a report says beside the status of any firewall."""
        self._want("high_availability", lambda: probe_high_availability(self._device))
        self._want("device_certificate", self._device_certificate)

    def ask_everything_else(self) -> None:
        options, device = self._options, self._device
        self._want("clock", self._exact_clock)
        self._want("licenses", lambda: probe_licenses(device))
        self._want("software_status", lambda: probe_software_status(device))
        self._want("commit_state", lambda: probe_commit_state(device))
        self._want("service_route", lambda: probe_service_route(device))
        self._want("interfaces", lambda: probe_interfaces(device))
        self._find_source()
        self._want("ping", self._ping)
        self._want("netstat", self._netstat)
        if not self.is_connected():
            self._want("siblings", lambda: probe_siblings(device))
        self._want("devsrv_log", lambda: probe_devsrv_log(device, options.log_lines))
        self._want("system_log", lambda: probe_system_log(device, self._window(), options.log_entries))
        route: ServiceRoute | None = self._value("service_route")
        self._want("decryption", lambda: probe_decryption(device, route is not None and route.panorama_managed))
        self._name_zones()

    def _device_certificate(self) -> Evidence[Any]:
        """Asked of a firewall only where that does it no harm; what was asked before is read in any case."""
        withheld = self._withholds_device_certificate()
        if withheld is not None and self._options.source == "live":
            return Evidence(problem=withheld)
        found = probe_device_certificate(self._device)
        if withheld is not None and self._options.source == "saved" and found.value is None:
            return Evidence(problem=withheld)
        return found

    def _withholds_device_certificate(self) -> Problem | None:
        """Why the question is not put to a firewall, None where it may be."""
        if self.is_connected():
            return NOT_ASKED
        info: Evidence[DeviceInfo] = self.found["device"]
        if info.value is None:
            return info.problem
        return None if device_certificate_may_be_asked(info.value) else DEVICE_CERTIFICATE_WITHHELD

    def _find_source(self) -> None:
        """Looks for the address of a source that the service route names in another way."""
        route: ServiceRoute | None = self._value("service_route")
        if route is not None and lacks_source(route):
            self._set_route(route)

    def _set_route(self, route: ServiceRoute) -> ServiceRoute:
        """Keeps the route, with its source's address where that is to be found."""
        known = self.found["service_route"]
        if lacks_source(route):
            found = probe_source(self._device, route, self._value("interfaces"))
            route = found.value or route
            known = replace(known, asked=known.asked + found.asked, duration_ms=known.duration_ms + found.duration_ms)
        self.found["service_route"] = replace(known, value=route)
        return route

    def _name_zones(self) -> None:
        """Gives the interfaces the whole names of their zones, which only the configuration has."""
        listed, policy = self._value("interfaces"), self._value("decryption")
        if listed is not None and policy is not None:
            named = with_zones(listed, policy.zones)
            self.found["interfaces"] = replace(self.found["interfaces"], value=named)

    def _exact_clock(self) -> Evidence[Clock]:
        """``show clock`` names the zone; the time in the system information stands in where it fails."""
        exact = probe_clock(self._device, self._options.now)
        rough = self.found.get("clock")
        return exact if exact.value is not None or rough is None or rough.value is None else rough

    def _window(self) -> datetime | None:
        seen: Clock | None = self._value("clock")
        if seen is None:
            return None
        # No log is older, and what is subtracted must leave a date.
        return seen.device_time - min(self._options.log_window, seen.device_time - datetime(YEARS[0], 1, 1))

    def _ping(self) -> Evidence[Ping]:
        """Pings from the service route's source, and once more where a destination route names another."""
        route: ServiceRoute | None = self._value("service_route")
        status = self._value("cloud_status")
        override = route.cloud_server_override if route is not None else None
        host = (status.server if status is not None else None) or override or DEFAULT_CLOUD_SERVER
        source = _source(route)
        first = probe_ping(self._device, host, source, self._options.ping_count)
        if route is None or first.value is None:
            return first
        decided = apply_destination_route(route, first.value.address)
        if decided != route:
            decided = self._set_route(decided)
        if _source(decided) == source:
            return first
        second = probe_ping(self._device, host, _source(decided), self._options.ping_count)
        return replace(second, asked=first.asked + second.asked, duration_ms=first.duration_ms + second.duration_ms)

    def _netstat(self) -> Evidence[Any]:
        ping: Ping | None = self._value("ping")
        route: ServiceRoute | None = self._value("service_route")
        addresses = (ping.address,) if ping is not None and ping.address is not None else ()
        found = probe_netstat(
            self._device,
            addresses,
            route.proxy_server if route is not None else None,
            route.proxy_port if route is not None else None,
        )
        if found.value is None or self._options.source == "live":
            return found
        info: DeviceInfo | None = self._value("device")
        managed = route is not None and route.kind == "management" and info is not None
        source = info.management_address if info is not None and managed else _source(route)
        past = probe_connection_history(self._device, addresses, source)
        return replace(
            found,
            value=replace(found.value, history=past.value),
            problem=found.problem or past.problem,
            asked=found.asked + past.asked,
        )

    def settle_times(self) -> None:
        """Gives the clock the offset that a log tells, and the logs the offset that the clock tells."""
        seen: Clock | None = self._value("clock")
        if seen is not None and seen.utc_offset_s is None:
            seen = self._with_log_offset(seen)
        if seen is not None and not clock.has_second_clock(self.found["clock"]):
            seen = replace(seen, skew_s=0)
            missing = Problem(
                "not_obtainable", "an archive does not tell how far the clock is off", "Ask the firewall itself."
            )
            self.found["clock"] = replace(self.found["clock"], problem=missing)
        if seen is None:
            return
        self.found["clock"] = replace(self.found["clock"], value=seen)
        certificate = self._value("device_certificate")
        if certificate is not None:
            left = with_days_left(certificate, seen)
            self.found["device_certificate"] = replace(self.found["device_certificate"], value=left)
        if seen.utc_offset_s is not None:
            for name, with_offset in (("devsrv_log", devsrv_log.with_offset), ("system_log", system_log.with_offset)):
                log = self._value(name)
                if log is not None:
                    self.found[name] = replace(self.found[name], value=with_offset(log, seen.utc_offset_s))

    def time_of_archive(self) -> datetime | None:
        """An archive's own time (UTC, or local where the offset is not known); None for a live firewall."""
        seen: Clock | None = self._value("clock")
        if seen is None or clock.has_second_clock(self.found["clock"]):
            return None
        return (seen.device_time - timedelta(seconds=seen.utc_offset_s or 0)).replace(tzinfo=timezone.utc)

    def _with_log_offset(self, seen: Clock) -> Clock:
        told: list[tuple[timedelta, str, int]] = []
        lines, events = self._value("devsrv_log"), self._value("system_log")
        if lines is not None and lines.utc_offset_s is not None and lines.newest is not None:
            told.append((_age(seen, lines.newest), "devsrv_log", lines.utc_offset_s))
        if events is not None and events.utc_offset_s is not None:
            newest = next((event.time for event in events.events if event.time is not None), None)
            if newest is not None:
                told.append((_age(seen, newest), "system_log", events.utc_offset_s))
        if not told or min(told)[0] > _FRESH:
            return seen
        _distance, source, offset = min(told)
        return clock.compare(seen.device_time, seen.asked_at, timedelta(seconds=offset), source)


def _source(route: ServiceRoute | None) -> str | None:
    return route.source_address if route is not None and route.kind == "dataplane" else None


def _age(seen: Clock, time: datetime) -> timedelta:
    return abs(seen.device_time - time.replace(tzinfo=None))


def gather(device: Device, host: str, options: GatherOptions | None = None) -> EvidenceSet:
    """Asks ``device`` and returns what it said. Raises nothing: what could not be had is a problem in its place.

    Depth ``auto`` asks a connected firewall three things: system information (it holds the clock and the status of the
    device certificate too), cloud status, HA state. In any other state, the unknown ones included, it asks everything.
    A release without MLAV is asked no more than the first two.
    """
    options = options or GatherOptions()
    collected_at = options.now()
    session = _Session(device, options)
    session.identify()
    depth: Literal["status", "full"] = "status"
    if session.has_mlav():
        session.ask_beside_status()
        if options.depth == "full" or not session.is_connected():
            session.ask_everything_else()
            depth = "full"
    session.settle_times()
    return EvidenceSet(
        host=host,
        source=options.source,
        collected_at=session.time_of_archive() or collected_at,
        depth=depth,
        **session.found,
    )
