# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that is asked of a firewall, and what ``_diagnosis`` reads of this stage.

The values are frozen dataclasses, each beside its question. No judgement here: a value says what was seen, not what it
means.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    cloud_status,
    commit_state,
    decryption,
    device_certificate,
    devsrv_log,
    high_availability,
    interfaces,
    licenses,
    netstat,
    ping,
    route_source,
    siblings,
    software_status,
    system_info,
    system_log,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import Clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import (
    DEFAULT_CLOUD_SERVER,
    CloudStatus,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commit_state import CommitState, Job
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connection_history import ConnectionHistory
from ansible_collections.panops.mlav.plugins.module_utils._evidence.connections import CLOUD_PORT, Connection
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import (
    Decryption,
    DecryptionExclusion,
    DecryptionRule,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.device_certificate import DeviceCertificate
from ansible_collections.panops.mlav.plugins.module_utils._evidence.devsrv_log import (
    DevsrvLog,
    LogSignature,
    SignatureKind,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import (
    NOT_ASKED,
    Asked,
    Evidence,
    Problem,
    T,
    not_asked,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.high_availability import HighAvailability
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interfaces import Interface, Interfaces, Zone
from ansible_collections.panops.mlav.plugins.module_utils._evidence.licenses import License, Licenses
from ansible_collections.panops.mlav.plugins.module_utils._evidence.netstat import Netstat
from ansible_collections.panops.mlav.plugins.module_utils._evidence.ping import Ping, PingOutcome
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import DestinationRoute, ServiceRoute
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import STAGES, Probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.siblings import Sibling, Siblings
from ansible_collections.panops.mlav.plugins.module_utils._evidence.software_status import Process, SoftwareStatus
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import DeviceInfo
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_log import (
    SystemEvent,
    SystemEventKind,
    SystemLog,
)

__all__ = (
    "CLOUD_PORT",
    "DEFAULT_CLOUD_SERVER",
    "EVIDENCE_NAMES",
    "NOT_ASKED",
    "PROBES",
    "Asked",
    "Clock",
    "CloudStatus",
    "CommitState",
    "Connection",
    "ConnectionHistory",
    "Decryption",
    "DecryptionExclusion",
    "DecryptionRule",
    "DestinationRoute",
    "DeviceCertificate",
    "DeviceInfo",
    "DevsrvLog",
    "Evidence",
    "EvidenceSet",
    "HighAvailability",
    "Interface",
    "Interfaces",
    "Job",
    "License",
    "Licenses",
    "LogSignature",
    "Netstat",
    "Ping",
    "PingOutcome",
    "Problem",
    "Process",
    "ServiceRoute",
    "Sibling",
    "Siblings",
    "SignatureKind",
    "SoftwareStatus",
    "SystemEvent",
    "SystemEventKind",
    "SystemLog",
    "T",
    "Zone",
    "not_asked",
)


@dataclass(frozen=True)
class EvidenceSet:
    """Everything that one session found out about one firewall.

    The fields with a probe are the table of questions: a new question is one field here and one file.
    """

    host: str
    source: Literal["live", "techsupport", "saved"]
    collected_at: datetime
    depth: Literal["status", "full"]
    cloud_status: Evidence[CloudStatus] = field(default_factory=not_asked, metadata={"probe": cloud_status.PROBE})
    device: Evidence[DeviceInfo] = field(default_factory=not_asked, metadata={"probe": system_info.PROBE})
    clock: Evidence[Clock] = field(default_factory=not_asked, metadata={"probe": clock.PROBE})
    high_availability: Evidence[HighAvailability] = field(
        default_factory=not_asked, metadata={"probe": high_availability.PROBE}
    )
    licenses: Evidence[Licenses] = field(default_factory=not_asked, metadata={"probe": licenses.PROBE})
    device_certificate: Evidence[DeviceCertificate] = field(
        default_factory=not_asked, metadata={"probe": device_certificate.PROBE}
    )
    service_route: Evidence[ServiceRoute] = field(default_factory=not_asked, metadata={"probe": route_source.PROBE})
    interfaces: Evidence[Interfaces] = field(default_factory=not_asked, metadata={"probe": interfaces.PROBE})
    ping: Evidence[Ping] = field(default_factory=not_asked, metadata={"probe": ping.PROBE})
    netstat: Evidence[Netstat] = field(default_factory=not_asked, metadata={"probe": netstat.PROBE})
    siblings: Evidence[Siblings] = field(default_factory=not_asked, metadata={"probe": siblings.PROBE})
    devsrv_log: Evidence[DevsrvLog] = field(default_factory=not_asked, metadata={"probe": devsrv_log.PROBE})
    system_log: Evidence[SystemLog] = field(default_factory=not_asked, metadata={"probe": system_log.PROBE})
    decryption: Evidence[Decryption] = field(default_factory=not_asked, metadata={"probe": decryption.PROBE})
    commit_state: Evidence[CommitState] = field(default_factory=not_asked, metadata={"probe": commit_state.PROBE})
    software_status: Evidence[SoftwareStatus] = field(
        default_factory=not_asked, metadata={"probe": software_status.PROBE}
    )


def _probes() -> dict[str, Probe[Any]]:
    found = [(item.name, item.metadata["probe"]) for item in fields(EvidenceSet) if "probe" in item.metadata]
    return dict(sorted(found, key=lambda entry: STAGES.index(entry[1].stage)))


#: Every question by the name of its evidence, in the order in which they are asked.
PROBES = _probes()
EVIDENCE_NAMES = tuple(PROBES)
