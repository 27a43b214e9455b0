# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagnosis, shaped as docs/schema/diagnosis.schema.json publishes it.

The published schema is the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypedDict, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import (
    FilledText,
    Items,
    Natural,
    Shape,
    Text,
    UtcSeconds,
    Words,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import Actor, Risk

SCHEMA = "panops.mlav/diagnosis/1"

Verdict = Literal["broken", "undetermined", "degraded", "standby", "healthy", "not_applicable"]
Status = Literal["pass", "warn", "fail", "error", "skipped"]
Confidence = Literal["proven", "likely", "possible"]
CauseConfidence = Literal["proven", "likely", "possible", "unknown"]
Source = Literal["live", "techsupport", "saved"]

# The catalogue and the list of checks import this file: the reader and the published schema get their ids by name.
CauseId = Annotated[str, Words("causeId")]
CheckId = Annotated[str, Words("checkId")]
EvidenceName = Annotated[str, Words("evidenceName")]
Code = Annotated[str, Text(pattern=r"^MLAV\d{4}$", example="MLAV0102")]

#: In the order of a report: what needs a person first.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class DiagnosisOptions:
    """Options of a diagnosis.

    Attributes:
        log_window: errors older than this, in device time, are history and not causes.
        doc_url: the address or path below which the causes' pages are; empty: within the installed collection.
        restart_begun: when a run of this collection was about to restart device-server, by its record, in UTC: the
            command may not have been sent. None where no record has one.
    """

    log_window: timedelta = timedelta(hours=24)
    doc_url: str = ""
    restart_begun: datetime | None = None


class DeviceFacts(TypedDict, total=False):
    """What the firewall is; null where unknown. Later releases may add keys."""

    hostname: str | None
    serial: str | None
    model: str | None
    family: str | None
    sw_version: str | None
    app_version: str | None
    threat_version: str | None
    av_version: str | None
    wildfire_version: str | None
    wildfire_rt: str | None
    multi_vsys: bool | None
    operational_mode: str | None
    management_address: str | None
    uptime_s: int | None
    vm_license: Annotated[str | None, "The size of a VM-Series firewall."]
    ha_state: Annotated[str | None, "The peer's own state; disabled without an HA pair."]
    device_time: Annotated[str | None, "The firewall's local time when it was asked, without an offset."]
    clock_skew_s: Annotated[int | None, "Firewall minus controller in seconds; null where it could not be measured."]


@dataclass(frozen=True)
class Remedy:
    """The recommended action: text for a person, data for a playbook."""

    text: Annotated[FilledText, "Recommended action, as text."]
    actor: Annotated[Actor, "Who has to act."]
    automated: Annotated[bool, "A module of this collection can do it."]
    module: Annotated[str | None, "That module; null where none can do it."]
    params: Annotated[dict[str, Any], "Its options."]
    risk: Annotated[Risk, "What the action may do to the firewall."]
    needs_maintenance_window: bool
    doc_url: Annotated[
        FilledText,
        "The page of the cause: its path within the installed collection, or below the address of mlav_doc_url.",
    ]


@dataclass(frozen=True)
class Cause:
    """A root cause."""

    id: CauseId
    code: Code
    title: str
    confidence: Confidence
    because: Annotated[
        tuple[CheckId, ...],
        Items(min_items=1, unique=True),
        "The checks that show it; the first is the one that explains the others.",
    ]
    remedy: Remedy
    details: Annotated[dict[str, Any], "Facts of this cause alone, such as decrypts, http_code or x509_code."]


@dataclass(frozen=True)
class CheckEvidence:
    """A question that was asked, and its answer."""

    command: str
    transport: str
    parsed: Annotated[dict[str, Any] | list[Any] | None, "What was read from the answer."]
    raw: Annotated[str, "The answer, redacted and bounded; of a log, the entries that the check rests on."]


@dataclass(frozen=True)
class Check:
    """One check of the procedure."""

    id: CheckId
    title: str
    status: Status
    message: FilledText
    evidence: tuple[CheckEvidence, ...]
    blocked_by: Annotated[CheckId | None, "The check that explains this one."]
    duration_ms: Natural


@dataclass(frozen=True)
class PastCause:
    """A cause that is over: seen in the logs, ruled out now."""

    id: CauseId
    code: Code
    reason: Annotated[str, "Why it no longer counts."]
    first_seen: Annotated[datetime | None, "The firewall's local time, without an offset."]
    last_seen: Annotated[datetime | None, "The firewall's local time, without an offset."]
    count: Natural
    sample: Annotated[str, "The newest line, whole."]


@dataclass(frozen=True)
class MissingEvidence:
    """Evidence that could not be collected."""

    evidence: EvidenceName
    kind: Annotated[str, "The class of the problem, a stable word such as unreachable or refused."]
    reason: str
    hint: Annotated[str, "How to obtain it; may be empty."]


@dataclass(frozen=True)
class Diagnosis:
    """Why a firewall is not connected to the MLAV cloud: one firewall, one diagnosis.

    Ids and codes are stable; within version 1 keys are only added in device and details.
    """

    __shape__ = Shape(SCHEMA)

    host: Annotated[str, "The name by which the firewall was addressed."]
    source: Annotated[Source, "Where the evidence comes from."]
    source_file: Annotated[
        str | None,
        "The name of the tech-support file or evidence file; null where the evidence comes from the firewall.",
    ]
    collected_at: Annotated[UtcSeconds, "UTC, ISO 8601. The firewall's own clock and its skew are in device."]
    device: DeviceFacts
    cloud_server: Annotated[str | None, "The cloud server as the firewall names it; null where it did not."]
    verdict: Annotated[Verdict, "The state: broken means not connected, whatever is known of the cause."]
    cause_confidence: Annotated[CauseConfidence, "The confidence of the first cause; unknown where none is named."]
    summary: Annotated[FilledText, "One sentence that a person can act on."]
    causes: Annotated[tuple[Cause, ...], "Root causes, most certain first, then newest; empty where none is known."]
    checks: Annotated[tuple[Check, ...], "Every check, in dependency order."]
    history: Annotated[tuple[PastCause, ...], "Causes that are over."]
    missing: Annotated[tuple[MissingEvidence, ...], "Evidence that could not be collected, and how to obtain it."]
    duration_ms: Annotated[Natural, "How long collecting took."]
