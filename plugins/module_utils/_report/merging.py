# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One list of diagnoses from several reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import utc
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis


@dataclass(frozen=True)
class Reported:
    """A diagnosis and the report file that holds it; None for one of this run."""

    diagnosis: Diagnosis
    file: str | None


@dataclass(frozen=True)
class Merged:
    """``superseded``: the diagnoses that a newer one of the same firewall replaces."""

    diagnoses: list[Diagnosis]
    superseded: list[Reported]


def merged(reports: Iterable[tuple[str | None, Iterable[Diagnosis]]]) -> Merged:
    """The newest diagnosis of each firewall; of equally old ones that of the report that comes first.

    A firewall is known by its name. Two serial numbers under one name are two firewalls; then a diagnosis without a
    serial number, which may be of either, is kept as well.
    """
    by_name: dict[str, list[Reported]] = {}
    for file, diagnoses in reports:
        for diagnosis in diagnoses:
            by_name.setdefault(diagnosis.host, []).append(Reported(diagnosis, file))
    kept: list[Diagnosis] = []
    superseded: list[Reported] = []
    for of_one_name in by_name.values():
        for of_one_firewall in _firewalls(of_one_name):
            newest = max(of_one_firewall, key=lambda each: each.diagnosis.collected_at)
            kept.append(newest.diagnosis)
            superseded += [each for each in of_one_firewall if each is not newest]
    return Merged(kept, superseded)


def _firewalls(of_one_name: list[Reported]) -> Iterable[list[Reported]]:
    by_serial: dict[str | None, list[Reported]] = {}
    for each in of_one_name:
        by_serial.setdefault(serial(each.diagnosis), []).append(each)
    known = set(by_serial) - {None}
    return [of_one_name] if len(known) < 2 else by_serial.values()


def serial(diagnosis: Diagnosis) -> str | None:
    """The firewall's serial number; None where it is not known."""
    return diagnosis.device.get("serial") or None


def with_unique_names(diagnoses: Iterable[Diagnosis]) -> list[Diagnosis]:
    """Firewalls of one name get their serial number added, several diagnoses of one firewall their time.

    The name in a tech-support file is the firewall's own: two files may hold the same one.
    """
    by_name: dict[str, list[Diagnosis]] = {}
    for diagnosis in diagnoses:
        by_name.setdefault(diagnosis.host, []).append(diagnosis)
    unique = []
    for host, members in by_name.items():
        if len(members) == 1:
            unique += members
            continue
        marks = zip(members, _marks(members), strict=True)
        unique += [replace(member, host=f"{host} ({mark})") for member, mark in marks]
    return unique


def _marks(members: Sequence[Diagnosis]) -> Sequence[str]:
    """What tells them apart: serial numbers, or times, or numbers."""
    serials = [serial(member) or "" for member in members]
    times = [utc(member.collected_at) for member in members]
    numbers = [str(number) for number in range(1, len(members) + 1)]
    return next(marks for marks in (serials, times, numbers) if all(marks) and len(set(marks)) == len(marks))
