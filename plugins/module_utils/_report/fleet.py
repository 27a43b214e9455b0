# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet's diagnoses, put together by verdict and first cause."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import VERDICTS, Cause, Diagnosis, Verdict

NEEDS_A_PERSON: tuple[Verdict, ...] = ("broken", "undetermined", "degraded")
#: A larger group gets one line per text where it needs nobody, and details of so many firewalls where it does.
ONE_BY_ONE = 100

_BETWEEN_LINES = re.compile(r"[\t\n\r]+")


def clean(value: object) -> str:
    """One line of plain text without unseen characters: no device drives a terminal or turns words around."""
    return visible(_BETWEEN_LINES.sub(" ", "" if value is None else str(value))).strip()


@dataclass(frozen=True)
class Group:
    """Firewalls with the same verdict and the same first cause; ``cause`` is that of the first, None without one."""

    verdict: Verdict
    cause: Cause | None
    members: tuple[Diagnosis, ...]

    @property
    def needs_a_person(self) -> bool:
        return self.verdict in NEEDS_A_PERSON

    @property
    def listed(self) -> tuple[Diagnosis, ...]:
        """Those that get a line of their own."""
        return self.members if len(self.members) <= ONE_BY_ONE or self.needs_a_person else ()

    @property
    def counted(self) -> tuple[Diagnosis, ...]:
        """Those that only count."""
        return () if self.listed else self.members

    @property
    def detailed(self) -> tuple[Diagnosis, ...]:
        """Those whose checks are shown."""
        return self.listed[:ONE_BY_ONE]


@dataclass(frozen=True)
class Fleet:
    """``counts``: firewalls per verdict, in the order of VERDICTS."""

    counts: dict[Verdict, int]
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        return sum(self.counts.values())


def fleet(diagnoses: Iterable[Diagnosis]) -> Fleet:
    """Counts and groups; groups in the order of VERDICTS and size, firewalls in the order of their names."""
    counts: dict[Verdict, int] = dict.fromkeys(VERDICTS, 0)
    grouped: dict[tuple[Verdict, str], list[Diagnosis]] = {}
    for diagnosis in diagnoses:
        counts[diagnosis.verdict] += 1
        cause = diagnosis.causes[0].id if diagnosis.causes else ""
        grouped.setdefault((diagnosis.verdict, cause), []).append(diagnosis)
    groups = []
    for (verdict, cause), members in grouped.items():
        members.sort(key=lambda member: member.host)
        groups.append(Group(verdict, members[0].causes[0] if cause else None, tuple(members)))
    groups.sort(key=_place)
    return Fleet(counts, tuple(groups))


def _place(group: Group) -> tuple[int, bool, int, str]:
    cause = group.cause.id if group.cause is not None else ""
    return VERDICTS.index(group.verdict), not cause, -len(group.members), cause


def firewalls(number: int) -> str:
    """``1 firewall``, ``2 firewalls``."""
    return f"{number} firewall" if number == 1 else f"{number} firewalls"
