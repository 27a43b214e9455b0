# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report shows, ready to be put into a page: the one view model of HTML, Markdown and text.

Every text is one line without unseen characters (``fleet.clean``), the raw answers aside, which keep their lines. None
is escaped: that is the business of the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import utc
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Cause,
    Check,
    CheckEvidence,
    Diagnosis,
    MissingEvidence,
    PastCause,
)
from ansible_collections.panops.mlav.plugins.module_utils._report.cause_page import Section, cause_page
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import Fleet, Group, clean, firewalls

#: The last characters of one raw answer that a page shows; diagnoses.json has all that was kept.
RAW_LIMIT = 1500

_ABOUT = (
    ("model", "model"),
    ("serial", "serial"),
    ("PAN-OS", "sw_version"),
    ("HA state", "ha_state"),
    ("clock skew in seconds", "clock_skew_s"),
)
_ORIGINS = {"techsupport": "from the tech-support file", "saved": "from the evidence file"}


@dataclass(frozen=True)
class Line:
    """One firewall in a table. ``firewall`` names the file as well where the evidence comes from one."""

    firewall: str
    verdict: str
    causes: str
    summary: str


@dataclass(frozen=True)
class Counted:
    """Firewalls with the same summary: how many and what (``text``), and their names."""

    text: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CauseView:
    """``because``: the ids of the checks that show it."""

    id: str
    code: str
    confidence: str
    because: tuple[str, ...]
    action: str
    risk: str
    doc_url: str


@dataclass(frozen=True)
class PastView:
    id: str
    last_seen: str
    reason: str


@dataclass(frozen=True)
class EvidenceView:
    """A question and the end of its answer, whose lines stay."""

    command: str
    transport: str
    raw: str


@dataclass(frozen=True)
class CheckView:
    """``explains``: it shows one of the causes."""

    id: str
    status: str
    message: str
    blocked_by: str
    evidence: tuple[EvidenceView, ...]
    explains: bool

    @property
    def needs_attention(self) -> bool:
        return self.status in ("fail", "warn")


@dataclass(frozen=True)
class FirewallView:
    """One firewall in detail. ``about``: what it is; ``origin``: where the evidence comes from, and of when."""

    host: str
    verdict: str
    summary: str
    about: tuple[str, ...]
    origin: str
    causes: tuple[CauseView, ...]
    past: tuple[PastView, ...]
    missing: tuple[str, ...]
    checks: tuple[CheckView, ...]


@dataclass(frozen=True)
class GroupView:
    """Firewalls with the same verdict and the same first cause.

    Attributes:
        cause: the id of the cause; empty without one.
        lines: the firewalls that get a line each.
        counted: the others.
        page: the sections of the cause's page.
        firewalls: those in detail.
        left_out: a sentence on those that are only listed; empty for none.
    """

    title: str
    verdict: str
    needs_a_person: bool
    cause: str
    lines: tuple[Line, ...]
    counted: tuple[Counted, ...]
    page: tuple[Section, ...]
    firewalls: tuple[FirewallView, ...]
    left_out: str


@dataclass(frozen=True)
class ReportView:
    """A whole report; ``headline`` carries the counts of the fleet."""

    headline: str
    groups: tuple[GroupView, ...]


def report_view(whole: Fleet) -> ReportView:
    """What a report of the fleet shows."""
    return ReportView(headline(whole), tuple(map(_group, whole.groups)))


def headline(whole: Fleet) -> str:
    """``MLAV cloud: 3 firewalls, 1 broken, 2 healthy``."""
    counts = [f"{count} {verdict.replace('_', ' ')}" for verdict, count in whole.counts.items() if count]
    return ", ".join([f"MLAV cloud: {firewalls(whole.size)}", *counts])


def group_title(group: Group) -> str:
    """``broken: tls_interception (MLAV0102), 2 firewalls``; ``broken: cause unknown, 1 firewall``."""
    unknown = ": cause unknown" if group.verdict == "broken" else ""
    cause = f": {group.cause.id} ({clean(group.cause.code)})" if group.cause is not None else unknown
    return f"{group.verdict.replace('_', ' ')}{cause}, {firewalls(len(group.members))}"


def line(diagnosis: Diagnosis) -> Line:
    """The firewall's line in a table."""
    causes = ", ".join(f"{cause.id} ({cause.confidence})" for cause in diagnosis.causes)
    none = "unknown" if diagnosis.verdict == "broken" else "-"
    return Line(_named(diagnosis), diagnosis.verdict, causes or none, clean(diagnosis.summary))


def counted(diagnoses: Iterable[Diagnosis]) -> tuple[Counted, ...]:
    """Firewalls by what is said of them."""
    together: dict[str, list[str]] = {}
    for diagnosis in diagnoses:
        together.setdefault(clean(diagnosis.summary), []).append(_named(diagnosis))
    return tuple(Counted(f"{firewalls(len(names))}: {text}", tuple(names)) for text, names in together.items())


def _named(diagnosis: Diagnosis) -> str:
    host, file = clean(diagnosis.host), clean(diagnosis.source_file)
    return f"{host} ({file})" if file else host


def _group(group: Group) -> GroupView:
    cause = group.cause.id if group.cause is not None else ""
    left = len(group.listed) - len(group.detailed)
    return GroupView(
        title=group_title(group),
        verdict=group.verdict,
        needs_a_person=group.needs_a_person,
        cause=cause,
        lines=tuple(map(line, group.listed)),
        counted=counted(group.counted),
        page=cause_page(cause),
        firewalls=tuple(map(_firewall, group.detailed)),
        left_out=f"Firewalls of this group whose checks are in diagnoses.json only: {left}." if left else "",
    )


def _firewall(diagnosis: Diagnosis) -> FirewallView:
    because = {check for cause in diagnosis.causes for check in cause.because}
    return FirewallView(
        host=clean(diagnosis.host),
        verdict=diagnosis.verdict,
        summary=clean(diagnosis.summary),
        about=tuple(_about(diagnosis)),
        origin=_origin(diagnosis),
        causes=tuple(map(_cause, diagnosis.causes)),
        past=tuple(map(_past, diagnosis.history)),
        missing=tuple(map(_missing, diagnosis.missing)),
        checks=tuple(_check(check, check.id in because) for check in diagnosis.checks),
    )


def _about(diagnosis: Diagnosis) -> Iterator[str]:
    for name, key in _ABOUT:
        value = diagnosis.device.get(key)
        if value is not None:
            yield f"{name} {clean(value)}"


def _origin(diagnosis: Diagnosis) -> str:
    """``from the tech-support file fw-lon-1.tgz of 2026-11-23T10:15:00Z``."""
    origin, at = _ORIGINS.get(diagnosis.source), utc(diagnosis.collected_at)
    if origin is None:
        return f"collected {at}"
    file = clean(diagnosis.source_file)
    return f"{origin} {file} of {at}" if file else f"{origin} of {at}"


def _cause(cause: Cause) -> CauseView:
    remedy = cause.remedy
    return CauseView(
        id=cause.id,
        code=clean(cause.code),
        confidence=cause.confidence,
        because=cause.because,
        action=clean(remedy.text),
        risk=remedy.risk,
        doc_url=clean(remedy.doc_url),
    )


def _past(past: PastCause) -> PastView:
    return PastView(past.id, past.last_seen.isoformat() if past.last_seen is not None else "", clean(past.reason))


def _missing(missing: MissingEvidence) -> str:
    """What could not be collected, why, and how to obtain it, as sentences."""
    return f"{missing.evidence}: {clean(missing.reason).rstrip('.')}. {clean(missing.hint)}".strip()


def _check(check: Check, explains: bool) -> CheckView:
    evidence = tuple(map(_evidence, check.evidence))
    return CheckView(check.id, check.status, clean(check.message), check.blocked_by or "", evidence, explains)


def _evidence(evidence: CheckEvidence) -> EvidenceView:
    return EvidenceView(clean(evidence.command), clean(evidence.transport), visible(evidence.raw)[-RAW_LIMIT:])
