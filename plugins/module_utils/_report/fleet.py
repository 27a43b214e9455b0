# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet's report says, before it has a form: counts, groups of firewalls with the same cause, one line each.

Diagnoses come as data (docs/schema/diagnosis.schema.json) and hold text from devices: every string is cleaned here.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import VERDICTS

Data = Mapping[str, Any]

NEEDS_A_PERSON = ("broken", "undetermined", "degraded")
#: How many firewalls of a group a report tells one by one where they need nobody, and in detail where they do.
ONE_BY_ONE = 100

_BETWEEN_LINES = re.compile(r"[\t\n\r]+")


def clean(value: object) -> str:
    """One line of plain text, nothing unseen in it: no answer of a device can drive a terminal or turn words around."""
    return visible(_BETWEEN_LINES.sub(" ", "" if value is None else str(value))).strip()


@dataclass(frozen=True)
class Line:
    """One firewall.

    ``causes`` names every cause with its confidence; ``summary`` says what is and what to do; ``file`` is the name of
    the file that the evidence comes from, empty where it comes from the firewall.
    """

    host: str
    verdict: str
    causes: str
    summary: str
    file: str = ""

    @property
    def named(self) -> str:
        """The firewall, and the file where it comes from one."""
        return f"{self.host} ({self.file})" if self.file else self.host


@dataclass(frozen=True)
class Group:
    """Firewalls with the same verdict and the same first cause (``cause`` and ``code`` are empty without one)."""

    verdict: str
    cause: str
    code: str
    title: str
    lines: tuple[Line, ...]
    diagnoses: tuple[Data, ...]

    @property
    def listed(self) -> tuple[Line, ...]:
        """Those that get a line of their own."""
        return self.lines if self._few or self.verdict in NEEDS_A_PERSON else ()

    @property
    def counted(self) -> dict[str, tuple[str, ...]]:
        """The others: the names by what is said of them."""
        together: dict[str, list[str]] = {}
        for line in () if self.listed else self.lines:
            together.setdefault(line.summary, []).append(line.named)
        return {summary: tuple(hosts) for summary, hosts in together.items()}

    @property
    def detailed(self) -> tuple[Data, ...]:
        """Those whose checks are shown."""
        return self.diagnoses[:ONE_BY_ONE] if self.listed else ()

    @property
    def without_details(self) -> str:
        """A sentence on those that are listed only; empty where there is none."""
        left = len(self.listed) - len(self.detailed)
        return f"Firewalls of this group whose checks are in diagnoses.json only: {left}." if left else ""

    @property
    def _few(self) -> bool:
        return len(self.lines) <= ONE_BY_ONE


@dataclass(frozen=True)
class Fleet:
    counts: dict[str, int]
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        return sum(self.counts.values())


def _line(diagnosis: Data) -> Line:
    causes = diagnosis.get("causes") or []
    return Line(
        host=clean(diagnosis.get("host")),
        verdict=clean(diagnosis.get("verdict")),
        causes=", ".join(f"{clean(cause.get('id'))} ({clean(cause.get('confidence'))})" for cause in causes)
        or ("unknown" if diagnosis.get("verdict") == "broken" else "-"),
        summary=clean(diagnosis.get("summary")),
        file=clean(diagnosis.get("source_file")),
    )


def fleet(diagnoses: Iterable[Data]) -> Fleet:
    """Counts and groups; groups in the order of VERDICTS and size, firewalls in the order of their names."""
    counts: dict[str, int] = dict.fromkeys(VERDICTS, 0)
    grouped: dict[tuple[str, str], list[Data]] = {}
    for diagnosis in diagnoses:
        counts[diagnosis["verdict"]] += 1
        causes = diagnosis.get("causes") or []
        grouped.setdefault((diagnosis["verdict"], causes[0]["id"] if causes else ""), []).append(diagnosis)
    groups = []
    for (verdict, cause), members in grouped.items():
        members.sort(key=lambda member: str(member.get("host")))
        first = members[0]["causes"][0] if cause else {}
        groups.append(
            Group(
                verdict=verdict,
                cause=clean(cause),
                code=clean(first.get("code")),
                title=clean(first.get("title")),
                lines=tuple(_line(member) for member in members),
                diagnoses=tuple(members),
            )
        )
    groups.sort(key=lambda group: (VERDICTS.index(group.verdict), not group.cause, -len(group.lines), group.cause))
    return Fleet(counts, tuple(groups))


def headline(whole: Fleet) -> str:
    """``MLAV cloud: 3 firewalls, 1 broken, 2 healthy``."""
    said = [f"{count} {verdict.replace('_', ' ')}" for verdict, count in whole.counts.items() if count]
    return ", ".join([f"MLAV cloud: {firewalls(whole.size)}", *said])


def group_title(group: Group) -> str:
    """``broken: tls_interception (MLAV0102), 2 firewalls``; ``broken: cause unknown, 1 firewall``."""
    cause = f": {group.cause} ({group.code})" if group.cause else ": cause unknown" if group.verdict == "broken" else ""
    return f"{group.verdict.replace('_', ' ')}{cause}, {firewalls(len(group.lines))}"


def origin(diagnosis: Data) -> str:
    """``from the tech-support file fw-lon-1.tgz of 2026-11-23T10:15:00Z``."""
    sources = {"techsupport": "from the tech-support file", "saved": "from the evidence file"}
    source, at = sources.get(str(diagnosis.get("source"))), clean(diagnosis.get("collected_at"))
    if source is None:
        return f"collected {at}"
    file = clean(diagnosis.get("source_file"))
    return f"{source} {file} of {at}" if file else f"{source} of {at}"


def lack(missing: Data) -> str:
    """What could not be had, why, and what would give it, as sentences."""
    reason, hint = clean(missing["reason"]), clean(missing["hint"])
    return f"{clean(missing['evidence'])}: {reason.rstrip('.')}. {hint}".strip()


def firewalls(number: int) -> str:
    return f"{number} firewall" if number == 1 else f"{number} firewalls"
