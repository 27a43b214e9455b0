# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagnosis, shaped as docs/schema/diagnosis.schema.json publishes it.

This is a private module: it may change in any release. The published schema is the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

SCHEMA = "panops.mlav/diagnosis/1"

Verdict = Literal["broken", "undetermined", "degraded", "standby", "healthy", "not_applicable"]
Status = Literal["pass", "warn", "fail", "error", "skipped"]
Confidence = Literal["proven", "likely", "possible"]
CauseConfidence = Literal["proven", "likely", "possible", "unknown"]

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


@dataclass(frozen=True)
class Remedy:
    """What to do, as text for a person and as data for a playbook.

    ``actor``: who has to act (``firewall_admin``, ``network_admin``, ``decryption_admin``, ``vendor``, ``nobody``).
    ``module`` and ``params`` are set only where a module of this collection can do it.
    """

    text: str
    actor: str
    automated: bool
    module: str | None
    params: dict[str, Any]
    risk: str
    needs_maintenance_window: bool
    doc_url: str


@dataclass(frozen=True)
class Cause:
    """A root cause. ``details`` carries what belongs to it alone (``decrypts``, ``http_code``, ``x509_code``)."""

    id: str
    code: str
    title: str
    confidence: Confidence
    because: tuple[str, ...]
    remedy: Remedy
    details: dict[str, Any]


@dataclass(frozen=True)
class CheckEvidence:
    command: str
    transport: str
    parsed: dict[str, Any] | list[Any] | None
    raw: str


@dataclass(frozen=True)
class Check:
    id: str
    title: str
    status: Status
    message: str
    evidence: tuple[CheckEvidence, ...]
    blocked_by: str | None
    duration_ms: int


@dataclass(frozen=True)
class PastCause:
    """A cause that is over: seen in the logs, ruled out now."""

    id: str
    code: str
    reason: str
    first_seen: datetime | None
    last_seen: datetime | None
    count: int
    sample: str


@dataclass(frozen=True)
class MissingEvidence:
    """``evidence`` is a field of EvidenceSet; ``kind`` the class of the problem."""

    evidence: str
    kind: str
    reason: str
    hint: str


@dataclass(frozen=True)
class Diagnosis:
    """``cause_confidence``: of the first cause. ``source_file``: the name of the file that the evidence comes from."""

    schema: str
    host: str
    source: str
    source_file: str | None
    collected_at: datetime
    device: dict[str, Any]
    cloud_server: str | None
    verdict: Verdict
    cause_confidence: CauseConfidence
    summary: str
    causes: tuple[Cause, ...]
    checks: tuple[Check, ...]
    history: tuple[PastCause, ...]
    missing: tuple[MissingEvidence, ...]
    duration_ms: int
