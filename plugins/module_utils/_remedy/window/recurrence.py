# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The days on which a maintenance window opens: a recurrence rule of RFC 5545 (3.3.10), evaluated by dateutil.

dateutil is too lenient for a maintenance window: it ignores parts that a frequency does not have
(``FREQ=WEEKLY;BYDAY=2SA`` is every Saturday), takes the first day of the week from the process, never fires where
numbered and plain weekdays are mixed, loses days of BYWEEKNO around the new year, and searches up to the year 9999.
So every rule is checked here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary

try:
    from dateutil.rrule import rrulestr

    HAS_DATEUTIL = True
except ImportError:
    HAS_DATEUTIL = False

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# The parts that RFC 5545 allows per frequency, without those that no window needs (BYHOUR, BYSETPOS within a week or a
# day) and those that dateutil gets wrong. Days of the month with FREQ=DAILY are FREQ=MONTHLY, which dateutil finds a
# thousand times as fast.
_ALWAYS = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYDAY")
_PARTS = {
    "DAILY": _ALWAYS,
    "WEEKLY": _ALWAYS,
    "MONTHLY": (*_ALWAYS, "BYMONTHDAY", "BYSETPOS"),
    "YEARLY": (*_ALWAYS, "BYMONTHDAY", "BYYEARDAY", "BYSETPOS"),
}
_LIMITS = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYSETPOS": 366}
# One of these sets the days; a rule without them takes its days from its first date.
_DAYS = {
    "DAILY": ("FREQ",),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY"),
}
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z)?)?")


@dataclass(frozen=True)
class Until:
    """The last moment that a rule may fire; local time unless ``utc``."""

    moment: datetime
    utc: bool


@dataclass(frozen=True)
class Recurrence:
    """``rule`` has no COUNT and UNTIL. ``first`` is None where the days do not depend on the start of the rule."""

    rule: str
    first: date | None = None
    count: int | None = None
    until: Until | None = None

    def days(self, earliest: date, latest: date) -> Iterator[date]:
        """The days from ``earliest`` to ``latest``, in order. ``until`` is applied by the caller."""
        begin = datetime.combine(self.first or earliest, time())
        end = f"{latest:%Y%m%d}T000000"
        for moment in islice(rrulestr(f"{self.rule};UNTIL={end}", dtstart=begin), self.count):
            if moment.date() >= earliest:
                yield moment.date()


def on_weekdays(weekdays: frozenset[str]) -> Recurrence:
    """Every week on these days, named as in WEEKDAYS."""
    _require_dateutil()
    return Recurrence("FREQ=WEEKLY;WKST=MO;BYDAY=" + ",".join(sorted(weekdays, key=WEEKDAYS.index)))


def recurrence(where: str, value: object, first: date | None) -> Recurrence:
    """``FREQ=MONTHLY;BYDAY=2SA``. ``where`` names the option in errors; ``first`` is the date to count from.

    Raises:
        InvalidOption: it is not a valid rule, or an ambiguous one.
        MissingLibrary: dateutil is not installed.
    """
    parts = _parts(where, value)
    frequency = parts["FREQ"]
    for name in parts:
        if name not in _PARTS[frequency]:
            raise _invalid(where, value, f"only {', '.join(_PARTS[frequency][1:])} with FREQ={frequency}", name)
        _check(where, value, name, parts[name])
    _check_days(where, value, parts)
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    counted = [name for name in ("INTERVAL", "COUNT") if name in parts]
    if first is None and (counted or not any(name in parts for name in _DAYS[frequency])):
        why = f"needed for {' and '.join(counted)}" if counted else "the rule names no day"
        raise _invalid(where, value, f"first beside it, the date of the first window such as '2026-01-31' ({why})")
    _require_dateutil()
    parts.setdefault("WKST", "MO")
    return Recurrence(
        rule=";".join(f"{name}={part}" for name, part in parts.items() if name not in ("COUNT", "UNTIL")),
        first=first,
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(where, value, parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def _parts(where: str, value: object) -> dict[str, str]:
    text = re.sub(r"^RRULE:", "", value.strip().upper()) if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", text) or len(text) > 500:
        raise _invalid(where, value, "a recurrence rule of RFC 5545, such as 'FREQ=MONTHLY;BYDAY=2SA'")
    named = [part.partition("=") for part in text.split(";")]
    parts = {name: part for name, _equals, part in named}
    if len(parts) < len(named):
        raise _invalid(where, value, "each part once")
    if parts.get("FREQ") not in _PARTS:
        raise _invalid(where, value, f"FREQ={', FREQ='.join(_PARTS)} (start, and duration or end, set the time)")
    return parts


def _check(where: str, value: object, name: str, part: str) -> None:
    if name in _LIMITS:
        limit = _LIMITS[name]
        sign = "" if name == "BYMONTH" else "[+-]?"
        good = all(
            re.fullmatch(sign + r"[0-9]{1,3}", item) and 1 <= abs(int(item)) <= limit for item in part.split(",")
        )
        backwards = "" if name == "BYMONTH" else f", or -1 to -{limit} from the end"
        expected = f"numbers from 1 to {limit}{backwards}, with commas between"
    elif name in ("INTERVAL", "COUNT"):
        good = bool(re.fullmatch(r"[0-9]{1,3}", part)) and int(part) > 0
        expected = "a number from 1 to 999"
    elif name == "WKST":
        good = part in WEEKDAYS
        expected = f"one of {', '.join(WEEKDAYS)}"
    elif name == "BYDAY":
        good = all(re.fullmatch(r"([+-]?(0?[1-9]|[1-4][0-9]|5[0-3]))?[A-Z]{2}", day) for day in part.split(","))
        good = good and all(day[-2:] in WEEKDAYS for day in part.split(","))
        expected = f"{', '.join(WEEKDAYS)}, with a number in front for the second (2SA) or the last (-1SA)"
    else:
        return
    if not good:
        raise _invalid(where, value, expected, name)


def _check_days(where: str, value: object, parts: Mapping[str, str]) -> None:
    numbered = [len(day) > 2 for day in parts.get("BYDAY", "").split(",")]
    if any(numbered) and (parts["FREQ"] in ("DAILY", "WEEKLY")):
        raise _invalid(where, value, "weekdays without a number (2SA is for FREQ=MONTHLY or FREQ=YEARLY)", "BYDAY")
    if any(numbered) and not all(numbered):
        raise _invalid(where, value, "all weekdays with a number, or none (for both, write two windows)", "BYDAY")
    if "UNTIL" in parts and "COUNT" in parts:
        raise _invalid(where, value, "UNTIL or COUNT, not both")


def _until(where: str, value: object, part: str) -> Until:
    found = _UNTIL.fullmatch(part)
    try:
        if found is None:
            raise ValueError(part)
        # A date without a time includes that day.
        moment = datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S")
    except ValueError:
        raise _invalid(where, value, "20261231, 20261231T235959 or 20261231T235959Z", "UNTIL") from None
    if not 2000 <= moment.year < 2200:
        raise _invalid(where, value, "a year from 2000 to 2199", "UNTIL")
    return Until(moment, utc=found[3] is not None)


def _invalid(where: str, value: object, expected: str, part: str = "") -> InvalidOption:
    at = f" ({part})" if part else ""
    return InvalidOption(f"option {where}{at}: expected {expected}, got {value!r:.200}")


def _require_dateutil() -> None:
    if not HAS_DATEUTIL:
        raise MissingLibrary(
            "recurring maintenance windows need the Python library python-dateutil",
            "Install it: pip install python-dateutil",
        )
