# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probes find, as frozen values. No judgement here: a value says what was seen, not what it means.

All in one file, since it is what ``_diagnosis`` reads of this stage.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """One question and its raw, redacted, bounded answer."""

    command: str
    transport: str
    raw: str


@dataclass(frozen=True)
class Problem:
    """Why a piece of evidence could not be had, and what would give it.

    ``kind`` is the kind of a DeviceError, or ``unrecognized`` (an answer that is not understood: the raw text is
    kept), ``not_asked`` (not needed at this depth) or ``crash`` (a defect of this collection).
    """

    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Evidence(Generic[T]):
    """One probe's outcome: a value, or the problem that stands in its place. Both, where a value is incomplete."""

    value: T | None = None
    problem: Problem | None = None
    asked: tuple[Asked, ...] = ()
    duration_ms: int = 0


NOT_ASKED = Problem("not_asked", "not asked at this depth")


def not_asked() -> Evidence[T]:
    """The evidence of a probe that did not run."""
    return Evidence(problem=NOT_ASKED)


@dataclass(frozen=True)
class CloudStatus:
    """``show mlav cloud-status``. ``word`` is the device's own word where ``state`` is ``other``."""

    state: Literal["connected", "disconnected", "busy", "other"]
    server: str | None = None
    raw_state: str | None = None
    attempts: int = 1


@dataclass(frozen=True)
class DeviceInfo:
    """``show system info``: strings as the device gives them, None where absent.

    Attributes:
        vm_license: ``VM-50``, ``VM-100`` … of a VM-Series firewall, whose ``model`` is ``PA-VM`` whatever its size.
        device_certificate_status: the device's own word (``Valid``, ``None``: there is no certificate).
        has_tpm: by model; None where it is not known.
        app_release_date, threat_release_date, av_release_date, wildfire_release_date: of the installed content,
            device-local and naive, None where absent or not understood.
    """

    hostname: str | None = None
    serial: str | None = None
    model: str | None = None
    family: str | None = None
    sw_version: str | None = None
    app_version: str | None = None
    threat_version: str | None = None
    av_version: str | None = None
    wildfire_version: str | None = None
    wildfire_rt: str | None = None
    multi_vsys: bool | None = None
    operational_mode: str | None = None
    management_address: str | None = None
    device_certificate_status: str | None = None
    uptime_s: int | None = None
    vm_license: str | None = None
    has_tpm: bool | None = None
    app_release_date: datetime | None = None
    threat_release_date: datetime | None = None
    av_release_date: datetime | None = None
    wildfire_release_date: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """The device's clock beside the controller's.

    Attributes:
        device_time: local time of the device, without an offset.
        utc_offset_s: seconds east of UTC, or None where nothing told.
        offset_source: ``clock``, ``devsrv_log``, ``system_log`` or None.
        asked_at: when the controller asked (UTC).
        skew_s: device minus controller in seconds. Where the offset is unknown, the smallest skew that any real
            offset (-12 h to +14 h, in quarter hours) allows.
    """

    device_time: datetime
    utc_offset_s: int | None
    offset_source: str | None
    asked_at: datetime
    skew_s: int


@dataclass(frozen=True)
class HighAvailability:
    """``show high-availability state``."""

    enabled: bool
    mode: str | None = None
    state: str | None = None
    peer_state: str | None = None
    running_sync: str | None = None


@dataclass(frozen=True)
class License:
    """``expires`` as the device writes it (``August 05, 2025``, ``Never``)."""

    feature: str
    expires: str | None
    expired: bool | None


@dataclass(frozen=True)
class Licenses:
    entries: tuple[License, ...]


@dataclass(frozen=True)
class DeviceCertificate:
    """``show device-certificate status``; ``status`` is the device's own word (``Valid``).

    Attributes:
        not_before, not_after, last_fetched: device time, naive where the zone has more than one meaning.
        last_fetched_status, last_fetched_info: the device's own words on the last renewal.
        days_left: whole days from the device's clock to ``not_after``, negative once it is over; None without a clock.
    """

    status: str | None
    not_before: datetime | None = None
    not_after: datetime | None = None
    last_fetched_status: str | None = None
    last_fetched_info: str | None = None
    last_fetched: datetime | None = None
    days_left: int | None = None


@dataclass(frozen=True)
class DestinationRoute:
    """``address`` without its prefix length where it is one, else as configured (an address object, a variable)."""

    destination: str
    interface: str | None
    address: str | None


@dataclass(frozen=True)
class ServiceRoute:
    """The way of "Palo Alto Networks Services", as configured.

    Attributes:
        kind: ``management``, ``dataplane``, or ``undetermined`` (``reason`` says why).
        interface: source interface; None for the management interface.
        source_address: source address without its prefix length.
        origin: ``default`` (no entry), ``local``, ``template`` (pushed) or ``destination`` (a destination route wins).
        explicit_mgt: the management interface was chosen by name: no destination route overrides that.
        resolved_from: what gave ``source_address`` where the route itself names none; None where it does.
        configured_source: the name in place of an address (``fw-untrust-ip``, ``$branch-ip``), resolved or not.
        complete: values pushed by Panorama are included.
        proxy_server, proxy_port: the management proxy. Whether MLAV honours it is not known.
        inline_cloud_proxy: ``deviceconfig system inline-cloud-proxy`` as configured, None where absent.
        dns_servers: as configured; ``dns_proxy_object`` stands in their place where one is used.
        cloud_server_override: ``deviceconfig setting mlav cloud-server``.
        panorama_managed: the configuration names a Panorama or carries pushed values.
    """

    kind: Literal["management", "dataplane", "undetermined"]
    interface: str | None = None
    source_address: str | None = None
    origin: Literal["default", "local", "template", "destination"] = "default"
    reason: str = ""
    complete: bool = True
    destination_routes: tuple[DestinationRoute, ...] = ()
    proxy_server: str | None = None
    proxy_port: int | None = None
    dns_servers: tuple[str, ...] = ()
    dns_proxy_object: str | None = None
    cloud_server_override: str | None = None
    panorama_managed: bool = False
    explicit_mgt: bool = False
    resolved_from: Literal["address_object", "template_variable", "interface"] | None = None
    configured_source: str | None = None
    inline_cloud_proxy: str | None = None


@dataclass(frozen=True)
class Interface:
    """One logical interface of ``show interface all``; addresses without their prefix length.

    Attributes:
        zone: the zone's name, whole where the configuration has it.
        zone_cut: the column of the table may have cut ``zone``: it is a prefix, and matches no other name for certain.
        vsys: number of the virtual system (``1``), within which alone a zone's name is unique; None where not given.
    """

    name: str
    state: str | None
    addresses: tuple[str, ...] = ()
    zone: str | None = None
    zone_cut: bool = False
    vsys: int | None = None


@dataclass(frozen=True)
class Interfaces:
    """``show interface all``. ``complete``: every row was read; only then does an absent address prove anything.

    ``why_incomplete`` says which rows may be missing.
    """

    entries: tuple[Interface, ...]
    complete: bool = True
    why_incomplete: str = ""


PingOutcome = Literal[
    "answered",
    "lost",
    "unknown_host",
    "bind_failed",
    "wrong_family",
    "network_unreachable",
    "host_unreachable",
    "filtered",
    "ttl_exceeded",
]


@dataclass(frozen=True)
class Ping:
    """One ping of the cloud server from the service route's source.

    ``address`` is what the name resolved to, given even when every reply is lost. ``outcome``:

    - answered, lost (some or all; see ``loss_percent``)
    - unknown_host: the name does not resolve
    - bind_failed: the source address or interface cannot be used
    - wrong_family: the source is of another address family than the name's address; says nothing of the name
    - network_unreachable, host_unreachable: no route there; a router or the firewall itself says so
    - filtered: a filter on the path answers that it prohibits the traffic
    - ttl_exceeded: a routing loop
    """

    host: str
    source: str | None
    outcome: PingOutcome
    address: str | None = None
    transmitted: int | None = None
    received: int | None = None
    loss_percent: int | None = None


@dataclass(frozen=True)
class Connection:
    """A row of ``show netstat``; ``state`` is its own word (``ESTABLISHED``, ``SYN_SENT``), port 0 stands for any.

    An IPv6 address may be the beginning of one: the table cuts it.
    """

    protocol: str
    local_address: str
    local_port: int
    foreign_address: str
    foreign_port: int
    state: str


@dataclass(frozen=True)
class ConnectionHistory:
    """The connection tables that ``mp-monitor.log`` of a tech-support file holds, one every few minutes. Device time.

    Attributes:
        samples: tables that were read; ``connected`` of them hold an established session that counts.
        oldest, newest: the times of the first and the last of them.
        last_connected: the newest table with such a session; None where no table has one.
        missing_since: the first table after it, or the first of all; None while the newest table has such a session.
        complete: every table between ``oldest`` and ``newest`` was read.
        addresses: those whose sessions to port 443 count; where there are none, sessions to any address from
            ``source`` do, which need not be the cloud server's.
    """

    samples: int
    connected: int
    oldest: datetime | None
    newest: datetime | None
    last_connected: datetime | None = None
    missing_since: datetime | None = None
    complete: bool = True
    addresses: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class Netstat:
    """The connections that matter: to ``addresses`` on ``port`` (to any address on it where ``addresses`` is empty).

    ``rows`` counts every row that was understood. ``proxy_connections`` are those to the configured proxy: they carry
    other traffic too, and whether MLAV honours the proxy is not known, so they prove nothing by themselves.
    ``history``: earlier tables, which a tech-support file alone holds.
    """

    addresses: tuple[str, ...]
    port: int
    connections: tuple[Connection, ...]
    rows: int
    proxy_connections: tuple[Connection, ...] = ()
    history: ConnectionHistory | None = None


SignatureKind = Literal["x509", "curl", "http", "reconnect", "other"]


@dataclass(frozen=True)
class LogSignature:
    """Equal messages of devsrv.log, put together.

    Attributes:
        kind: ``x509`` (code: OpenSSL's), ``curl`` (text: libcurl's; code: libcurl's, None for a text that it does not
            have), ``http`` (code: HTTP status), ``reconnect`` (mlav force_reconnect) or ``other`` (an MLAV error that
            is none of these).
        code: the number in it, where there is one.
        text: the telling part of the message (``Couldn't resolve host name``, ``invalid content version …``).
        first, last: device time; aware where the line or the clock gave an offset, else naive; None: no time at all.
        count: how often.
        sample: the newest line, whole.
    """

    kind: SignatureKind
    code: int | None
    text: str
    first: datetime | None
    last: datetime | None
    count: int
    sample: str


@dataclass(frozen=True)
class DevsrvLog:
    """MLAV's part of devsrv.log. ``lines`` counts what was read; ``oldest``/``newest`` bound it in time.

    ``unrecognized_errors``: those of ``signatures`` that no known text or code explains, newest first.
    """

    signatures: tuple[LogSignature, ...]
    lines: int
    oldest: datetime | None
    newest: datetime | None
    utc_offset_s: int | None = None
    truncated: bool = False
    unrecognized_errors: tuple[LogSignature, ...] = ()


SystemEventKind = Literal[
    "engines_stopped",
    "reconnected",
    "tls_validation_failed",
    "client_certificate",
    "authentication",
    "unknown_error",
    "content_engine_stopped",
    "device_server_restarted",
    "other",
]


@dataclass(frozen=True)
class SystemEvent:
    """One system-log entry that concerns MLAV or device-server; ``reason`` is the text after "Reason"."""

    kind: SystemEventKind
    time: datetime | None
    severity: str
    text: str
    reason: str | None = None
    event_id: str | None = None


@dataclass(frozen=True)
class SystemLog:
    """Newest first. ``complete`` is false where the limit cut the list."""

    events: tuple[SystemEvent, ...]
    complete: bool = True
    utc_offset_s: int | None = None


@dataclass(frozen=True)
class DecryptionRule:
    """A rule of the decryption policy, in order of evaluation.

    ``location`` is ``vsys1``, or ``vsys1/pre`` and ``vsys1/post`` for rules pushed by Panorama. ``action`` is the
    device's word (``decrypt``, ``no-decrypt`` …), ``unknown`` where it is absent: its default is not known.
    ``kind`` is the type (``ssl-forward-proxy``, ``ssl-inbound-inspection``, ``ssh-proxy``).
    """

    name: str
    action: str
    disabled: bool
    location: str
    from_zones: tuple[str, ...] = ("any",)
    to_zones: tuple[str, ...] = ("any",)
    sources: tuple[str, ...] = ("any",)
    destinations: tuple[str, ...] = ("any",)
    categories: tuple[str, ...] = ("any",)
    kind: str | None = None
    negate_source: bool = False
    negate_destination: bool = False


@dataclass(frozen=True)
class DecryptionExclusion:
    """``exclude`` is None where the element is absent: its default is not known."""

    name: str
    exclude: bool | None
    location: str
    description: str | None = None


@dataclass(frozen=True)
class Zone:
    """A layer-3 zone as configured: its whole name, its virtual system (``vsys1``) and its interfaces."""

    name: str
    vsys: str
    interfaces: tuple[str, ...]


@dataclass(frozen=True)
class Decryption:
    """``complete`` is false where rules pushed by Panorama may be missing."""

    rules: tuple[DecryptionRule, ...]
    exclusions: tuple[DecryptionExclusion, ...]
    disabled_predefined: tuple[str, ...] = ()
    complete: bool = True
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True)
class Job:
    """``status`` (``ACT``, ``PEND``, ``FIN``) and ``result`` (``PEND``, ``OK``, ``FAIL``) are the device's words.

    Times are the device's own, without an offset; ``details`` holds the lines of its details and of its warnings.
    """

    id: int | None
    type: str
    status: str | None
    result: str | None
    user: str | None
    enqueued: datetime | None
    finished: datetime | None
    description: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommitState:
    """Jobs (newest first) and whether the candidate differs from the running configuration (None: not known).

    ``complete``: every row of the jobs was understood; only then does the absence of a commit prove anything.
    """

    jobs: tuple[Job, ...]
    pending_changes: bool | None
    complete: bool = True


@dataclass(frozen=True)
class Process:
    """A line of ``show system software status``; ``state`` is the device's word (``running``)."""

    name: str
    state: str
    pid: int | None = None


@dataclass(frozen=True)
class SoftwareStatus:
    processes: tuple[Process, ...]


@dataclass(frozen=True)
class Sibling:
    """Another cloud of device-server's. ``raw_state`` is the device's own word, None where the answer has none.

    ``state``: ``other`` is a known answer with a state that is neither, ``unknown`` an answer in no known form.
    """

    state: Literal["connected", "disconnected", "other", "unknown"]
    raw_state: str | None = None


@dataclass(frozen=True)
class Siblings:
    """The clouds that share MLAV's service route: PAN-DB, WildFire, and the security client of ctd-agent.

    Only a firewall that is not connected is asked. None where the firewall does not answer the question.
    """

    url_cloud: Sibling | None = None
    wildfire: Sibling | None = None
    ctd_agent: Sibling | None = None


@dataclass(frozen=True)
class EvidenceSet:
    """Everything that one session found out about one firewall."""

    host: str
    source: Literal["live", "techsupport", "saved"]
    collected_at: datetime
    depth: Literal["status", "full"]
    cloud_status: Evidence[CloudStatus] = field(default_factory=not_asked)
    device: Evidence[DeviceInfo] = field(default_factory=not_asked)
    clock: Evidence[Clock] = field(default_factory=not_asked)
    high_availability: Evidence[HighAvailability] = field(default_factory=not_asked)
    licenses: Evidence[Licenses] = field(default_factory=not_asked)
    device_certificate: Evidence[DeviceCertificate] = field(default_factory=not_asked)
    service_route: Evidence[ServiceRoute] = field(default_factory=not_asked)
    interfaces: Evidence[Interfaces] = field(default_factory=not_asked)
    ping: Evidence[Ping] = field(default_factory=not_asked)
    netstat: Evidence[Netstat] = field(default_factory=not_asked)
    siblings: Evidence[Siblings] = field(default_factory=not_asked)
    devsrv_log: Evidence[DevsrvLog] = field(default_factory=not_asked)
    system_log: Evidence[SystemLog] = field(default_factory=not_asked)
    decryption: Evidence[Decryption] = field(default_factory=not_asked)
    commit_state: Evidence[CommitState] = field(default_factory=not_asked)
    software_status: Evidence[SoftwareStatus] = field(default_factory=not_asked)


# The fields of EvidenceSet that hold evidence, in the order in which it is asked.
EVIDENCE_NAMES = (
    "device",
    "cloud_status",
    "clock",
    "high_availability",
    "device_certificate",
    "licenses",
    "software_status",
    "commit_state",
    "service_route",
    "interfaces",
    "ping",
    "netstat",
    "siblings",
    "devsrv_log",
    "system_log",
    "decryption",
)

DEFAULT_CLOUD_SERVER = "ml.service.paloaltonetworks.com"
CLOUD_PORT = 443
