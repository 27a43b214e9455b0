# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One list of diagnoses from several reports.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """A diagnosis and the file that holds it; None for one of this run."""

    diagnosis: dict[str, Any]
    file: str | None


@dataclass(frozen=True)
class Merged:
    """``superseded``: the diagnoses that a newer one of the same firewall replaces."""

    diagnoses: list[dict[str, Any]]
    superseded: list[Told]


def merged(reports: Iterable[tuple[str | None, Iterable[dict[str, Any]]]]) -> Merged:
    """Of each firewall the newest diagnosis; of equally old ones that of the report that comes first.

    A firewall is known by its name. Two serial numbers under one name are two firewalls; then one without a serial
    number, which may be either, stays as well.
    """
    named: dict[str, list[Told]] = {}
    for file, diagnoses in reports:
        for diagnosis in diagnoses:
            named.setdefault(diagnosis["host"], []).append(Told(diagnosis, file))
    standing: list[dict[str, Any]] = []
    superseded: list[Told] = []
    for of_one_name in named.values():
        for of_one_firewall in _firewalls(of_one_name):
            newest = max(of_one_firewall, key=lambda told: str(told.diagnosis.get("collected_at")))
            standing.append(newest.diagnosis)
            superseded += [told for told in of_one_firewall if told is not newest]
    return Merged(standing, superseded)


def _firewalls(of_one_name: list[Told]) -> Iterable[list[Told]]:
    by_serial: dict[str | None, list[Told]] = {}
    for told in of_one_name:
        by_serial.setdefault(serial(told.diagnosis), []).append(told)
    known = set(by_serial) - {None}
    return [of_one_name] if len(known) < 2 else by_serial.values()


def serial(diagnosis: Data) -> str | None:
    """The firewall's serial number; None where it is not known."""
    device = diagnosis.get("device")
    number = device.get("serial") if isinstance(device, Mapping) else None
    return str(number) if number else None


def told_apart(diagnoses: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Firewalls of one name by serial number, several diagnoses of one firewall by their time.

    Tech-support files name the firewall themselves: two may hold the same name.
    """
    named: dict[str, list[dict[str, Any]]] = {}
    for diagnosis in diagnoses:
        named.setdefault(diagnosis["host"], []).append(diagnosis)
    apart = []
    for host, members in named.items():
        times = [member.get("collected_at") for member in members]
        marks: list[list[Any]] = [list(map(serial, members)), times, list(range(1, len(members) + 1))]
        chosen = next(row for row in marks if all(row) and len({str(mark) for mark in row}) == len(row))
        apart += [
            {**member, "host": f"{host} ({mark})"} if len(members) > 1 else member
            for member, mark in zip(members, chosen, strict=True)
        ]
    return apart
