# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What single answers of one firewall show: the connection, the device, its time. None where they show nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.clock_proof import ClockProof, clock_proof
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.moments import DeviceTime
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import device_local
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import has_second_clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DEFAULT_CLOUD_SERVER, EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release

State = Literal["connected", "disconnected", "busy", "other", "unknown"]

# A clock that is further off makes certificates look expired or not yet valid.
CLOCK_TOLERANCE_S = 300

# device-server retries about every 15 minutes (times in the samples of article kA14u000000HDuDCAW): a younger error is
# as current as the connection table.
RETRY_INTERVAL = timedelta(minutes=15)

NOT_ASKED_KIND = "not_asked"

# Panorama's models: the virtual appliance, and the hardware.
_PANORAMA = re.compile(r"panorama|M-\d{3}", re.IGNORECASE)
_VM_50 = re.compile(r"VM-50L?", re.IGNORECASE)

# HA states of a peer that is not active. The meaning of any other word is unknown.
_NOT_ACTIVE = ("passive", "suspended", "initial", "non-functional", "tentative")

# Ping answers without a route to the server.
UNREACHABLE = {
    "network_unreachable": "network unreachable",
    "host_unreachable": "host unreachable",
    "ttl_exceeded": "time to live exceeded (routing loop)",
}


def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """An IP address, without the scope that it may have; None for a name or anything else."""
    return parse_address((text or "").partition("%")[0])


@dataclass(frozen=True)
class Facts:
    """The evidence of one firewall, and what each single answer shows."""

    evidence: EvidenceSet
    options: DiagnosisOptions

    # --- the connection -------------------------------------------------------------------------------------------

    @cached_property
    def state(self) -> State:
        """The connection state that the firewall reports; ``unknown`` where it could not be collected."""
        answer = self.evidence.cloud_status
        if answer.value is not None:
            return answer.value.state
        if answer.problem is not None and answer.problem.kind == "busy":
            return "busy"
        return "unknown"

    @cached_property
    def known_server(self) -> str | None:
        """The cloud server that the firewall reports, else the configured one, else the one that was pinged."""
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
        """The server's current address, from the ping."""
        ping = self.evidence.ping.value
        named = address_of(ping.address) if ping is not None else None
        named = named or address_of(self.server)
        return str(named) if named is not None else None

    @cached_property
    def resolves(self) -> bool | None:
        """Whether the server's name resolves now; None where no ping shows it."""
        if address_of(self.server) is not None:
            return True
        ping = self.evidence.ping.value
        if ping is None:
            return None
        if ping.outcome == "unknown_host":
            return False
        if ping.address or ping.outcome in ("answered", "lost", "filtered", *UNREACHABLE):
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

    @property
    def vm_50(self) -> str | None:
        """The name of a VM-50, which has no MLAV, from its license or its model; None for another model."""
        device = self.evidence.device.value
        names = (device.vm_license, device.model) if device is not None else ()
        return next((name for name in names if name and _VM_50.fullmatch(name)), None)

    @cached_property
    def release_text(self) -> str:
        device = self.evidence.device.value
        return (device.sw_version if device is not None else None) or "of unknown release"

    @cached_property
    def ha_inactive(self) -> str | None:
        """The HA state of a peer that is not active; None for an active or a single firewall."""
        pair = self.evidence.high_availability.value
        if pair is None or not pair.enabled or not pair.state or pair.state.lower().startswith("active"):
            return None
        return pair.state

    @cached_property
    def leaves_by_dataplane(self) -> bool:
        """Whether a dataplane interface is the egress interface, even one whose address is unknown."""
        route = self.evidence.service_route.value
        if route is None:
            return False
        return route.kind == "dataplane" or (route.kind == "undetermined" and bool(route.interface))

    @cached_property
    def is_standby(self) -> bool:
        """Whether the peer is not active and its egress is a dataplane interface: not connected, by design.

        Source: documentation "Service Routes". With MGT as source both peers are connected.
        """
        return (self.ha_inactive or "").lower() in _NOT_ACTIVE and self.leaves_by_dataplane

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

    @cached_property
    def time(self) -> DeviceTime:
        """The device's own time, to describe a moment with."""
        return DeviceTime(self.now, self.utc_offset_s)

    def local(self, moment: datetime | None) -> datetime | None:
        return device_local(moment, self.utc_offset_s)

    @cached_property
    def skew_s(self) -> int | None:
        """How far the device's clock is off, in seconds; None for a tech-support file, which holds no second clock."""
        clock = self.evidence.clock
        return clock.value.skew_s if clock.value is not None and has_second_clock(clock) else None

    @cached_property
    def from_archive(self) -> bool:
        """Whether all evidence is from one moment of the past: a tech-support file."""
        return self.evidence.source == "techsupport" or not has_second_clock(self.evidence.clock)

    @cached_property
    def clock_proof(self) -> ClockProof | None:
        """Proof that the clock is wrong where it could not be compared."""
        if self.skew_s is not None and (abs(self.skew_s) > CLOCK_TOLERANCE_S or self.utc_offset_s is not None):
            return None
        return clock_proof(self.now, self.evidence.device_certificate.value, self.evidence.device.value)

    @cached_property
    def clock_right(self) -> bool | None:
        """Whether the clock is right; None where that is unknown. Without a UTC offset a small skew shows nothing."""
        if self.clock_proof is not None:
            return False
        if self.skew_s is None:
            return None
        if abs(self.skew_s) > CLOCK_TOLERANCE_S:
            return False
        return True if self.utc_offset_s is not None else None
