# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: whether one is open, for how long, and when the next one opens."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.entries import (
    LONGEST,
    Once,
    Recurring,
    entries,
    utc,
)

# Windows that follow each other without a gap are one opening; the search covers this time before and after.
_NEARBY = 5 * LONGEST
# The 29th of February is the same day of the week again after 28 years.
_EVER = timedelta(days=30 * 366)


@dataclass(frozen=True)
class Opening:
    """One concrete opening, in UTC; ``closes`` is the first moment that is outside."""

    opens: datetime
    closes: datetime


class MaintenanceWindows:
    """One or more windows. Their meaning is that of RFC 5545: see docs/maintenance_windows.md."""

    def __init__(self, windows: Sequence[Once | Recurring]) -> None:
        self._windows = tuple(windows)

    @classmethod
    def from_option(cls, option: str, value: Sequence[Mapping[str, Any]]) -> MaintenanceWindows:
        """From the option's list of dictionaries.

        Raises:
            InvalidOption: names option, entry, key, value and what was expected.
            MissingLibrary: python-dateutil is not installed, and a window recurs.
        """
        return cls(entries(option, value))

    def opening_at(self, moment: datetime, needed: timedelta = timedelta(0)) -> Opening | None:
        """The opening that holds ``moment`` (aware) and at least ``needed`` after it; overlapping ones are one.

        Where windows leave no gap for weeks, only the five weeks before and after ``moment`` are returned.
        """
        for opening in self._openings(moment, _NEARBY):
            if opening.opens > moment:
                break
            if moment < opening.closes:
                return opening if needed <= opening.closes - moment else None
        return None

    def next_opening(self, moment: datetime, needed: timedelta = timedelta(0)) -> Opening | None:
        """The first opening of at least ``needed`` that opens after ``moment``.

        None where there is none within thirty years.
        """
        for opening in self._openings(moment, _EVER):
            if opening.opens > moment and opening.closes - opening.opens >= needed:
                return opening
        return None

    def _openings(self, moment: datetime, ahead: timedelta) -> Iterator[Opening]:
        """In order and merged; past ones may be among them."""
        moment = moment.astimezone(timezone.utc)
        each = (_openings(window, moment - _NEARBY, moment + ahead) for window in self._windows)
        return _merged(heapq.merge(*each, key=lambda opening: opening.opens))


def _openings(window: Once | Recurring, earliest: datetime, latest: datetime) -> Iterator[Opening]:
    """Those that open from ``earliest`` to ``latest`` (and some before and after), in order."""
    if isinstance(window, Once):
        yield Opening(window.opens.astimezone(timezone.utc), window.closes.astimezone(timezone.utc))
        return
    zone, until = window.zone, window.days.until
    last = None
    if until is not None:
        last = until.moment.replace(tzinfo=timezone.utc) if until.utc else utc(until.moment, zone)
    for day in window.days.days(earliest.date(), latest.date()):
        opens = utc(datetime.combine(day, window.start), zone)
        if last is not None and opens > last:
            return
        if isinstance(window.closes, timedelta):
            closes = opens + window.closes
        else:
            next_day = timedelta(days=1 if window.closes < window.start else 0)
            closes = utc(datetime.combine(day + next_day, window.closes), zone)
        # A clock that skips an hour may skip a whole window.
        if closes > opens:
            yield Opening(opens, closes)


def _merged(openings: Iterable[Opening]) -> Iterator[Opening]:
    held = None
    for opening in openings:
        if held is not None and opening.opens <= held.closes:
            held = replace(held, closes=max(held.closes, opening.closes))
            continue
        if held is not None:
            yield held
        held = opening
    if held is not None:
        yield held
