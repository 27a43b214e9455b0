# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entries of the option ``maintenance_window``: dictionaries in, checked data or a clear error out.

YAML turns some values into other types (``22:00`` without quotes is the number 1320), so types are checked as strictly
as values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.recurrence import (
    WEEKDAYS,
    Recurrence,
    on_weekdays,
    recurrence,
)

LONGEST = timedelta(days=7)

_FORMS = (
    (("from", "to"), ("time_zone",)),
    (("rrule", "start", "time_zone"), ("duration", "end", "first")),
    (("start", "time_zone"), ("weekdays", "duration", "end")),
)
_FORMS_TEXT = (
    "start, duration or end, time_zone and, unless it is every day, weekdays; or rrule, start, duration or end, and "
    "time_zone; or from and to"
)
_WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


@dataclass(frozen=True)
class Once:
    """A window with a date. Times are aware."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class Recurring:
    """A window that opens at ``start``, local time of ``zone``, on the days of ``days``.

    ``closes`` is how long it stays open (elapsed time), or the time of day at which it closes.
    """

    days: Recurrence
    start: time
    zone: ZoneInfo
    closes: timedelta | time


def utc(local: datetime, zone: tzinfo) -> datetime:
    """Local time in ``zone`` -> UTC.

    As in RFC 5545 (3.3.5), an ambiguous time is the first of the two, and a time that the clock skips is read with the
    offset before the gap.
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)


def entries(option: str, value: Sequence[Mapping[str, Any]]) -> tuple[Once | Recurring, ...]:
    """The option's list of dictionaries. Raises InvalidOption (naming option, entry, key and value), MissingLibrary."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)) or not value:
        raise _wrong(option, value, "a list of windows, each a dictionary")
    return tuple(_entry(f"{option}[{number}]", entry) for number, entry in enumerate(value))


def aware(where: str, value: object, zone: tzinfo | None = None) -> datetime:
    """A date with a time, as text (ISO 8601) or as YAML made it -> aware.

    ``zone`` applies where the value has no offset; without a zone such a value is an error.
    """
    found = value if isinstance(value, datetime) else None
    if isinstance(value, str) and (text := _MOMENT.fullmatch(value.strip())):
        offset = (text[3] or "").upper().replace("Z", "+00:00")
        try:
            found = datetime.fromisoformat(f"{text[1]}T{text[2]}{offset}")
        except ValueError:
            found = None
    if found is None or not 2000 <= found.year < 2200:
        raise _wrong(where, value, "a date and time from 2000 to 2199, such as '2026-12-01T22:00'")
    if found.tzinfo is not None:
        return found
    if zone is None:
        raise _wrong(where, value, "a UTC offset, such as '2026-12-01T22:00+01:00', or a time_zone")
    return utc(found, zone).astimezone(zone)


def _entry(where: str, entry: object) -> Once | Recurring:
    if not isinstance(entry, Mapping):
        raise _wrong(where, entry, "a dictionary")
    required, optional = next((form for form in _FORMS if form[0][0] in entry), _FORMS[-1])
    if "to" in entry:
        required, optional = _FORMS[0]
    unknown = sorted(str(key) for key in entry if key not in (*required, *optional))
    if unknown:
        beside = ", ".join(key for key in required if key in entry)
        why = f"cannot be set beside {beside}" if beside else "not recognized"
        raise InvalidOption(f"option {where}: {', '.join(unknown)} {why}; set {_FORMS_TEXT}")
    missing = [key for key in required if key not in entry]
    if missing:
        raise InvalidOption(f"option {where}: {' and '.join(missing)} not set; set {_FORMS_TEXT}")
    return _once(where, entry) if "from" in entry else _recurring(where, entry)


def _once(where: str, entry: Mapping[str, Any]) -> Once:
    zone = _zone(f"{where}.time_zone", entry["time_zone"]) if "time_zone" in entry else None
    opens = aware(f"{where}.from", entry["from"], zone)
    closes = aware(f"{where}.to", entry["to"], zone)
    if not timedelta(0) < closes - opens <= LONGEST:
        raise _wrong(f"{where}.to", entry["to"], f"at most 7 days after from ({opens.isoformat()})")
    return Once(opens, closes)


def _recurring(where: str, entry: Mapping[str, Any]) -> Recurring:
    if ("duration" in entry) == ("end" in entry):
        raise InvalidOption(
            f"option {where}: set either duration or end, got {'both' if 'end' in entry else 'neither'}"
        )
    start = _time(f"{where}.start", entry["start"])
    closes = (
        _length(f"{where}.duration", entry["duration"]) if "duration" in entry else _end(where, entry["end"], start)
    )
    first = _date(f"{where}.first", entry["first"]) if "first" in entry else None
    zone = _zone(f"{where}.time_zone", entry["time_zone"])
    if "rrule" in entry:
        days = recurrence(f"{where}.rrule", entry["rrule"], first)
    else:
        days = on_weekdays(_weekdays(f"{where}.weekdays", entry.get("weekdays", list(_WEEKDAY_NAMES))))
    return Recurring(days, start, zone, closes)


def _length(where: str, value: object) -> timedelta:
    length = duration(f"option {where}", value)
    if length > LONGEST:
        raise _wrong(where, value, "at most 7d")
    return length


def _end(where: str, value: object, start: time) -> time:
    end = _time(f"{where}.end", value)
    if end == start:
        raise _wrong(f"{where}.end", value, "another time than start (for a whole day, set duration: 24h)")
    return end


def _weekdays(where: str, value: object) -> frozenset[str]:
    named = [name.strip().lower() if isinstance(name, str) else "" for name in value] if isinstance(value, list) else []
    known = {name: day for full, day in zip(_WEEKDAY_NAMES, WEEKDAYS, strict=True) for name in (full, full[:3])}
    if not named or any(name not in known for name in named):
        raise _wrong(where, value, "a list of one or more of mon, tue, wed, thu, fri, sat and sun")
    return frozenset(known[name] for name in named)


def _time(where: str, value: object) -> time:
    if isinstance(value, str) and (found := re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value.strip())):
        return time(int(found[1]), int(found[2]))
    hint = ""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 86400:
        minutes = value if value < 1440 else value // 60
        hint = f". Write '{minutes // 60:02}:{minutes % 60:02}' in quotes: without them YAML reads a number"
    raise _wrong(where, value, "a time of day from '00:00' to '23:59'", hint)


def _date(where: str, value: object) -> date:
    found = value if isinstance(value, date) and not isinstance(value, datetime) else None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            found = date.fromisoformat(value.strip())
        except ValueError:
            found = None
    if found is None or not 2000 <= found.year < 2200:
        raise _wrong(where, value, "a date from 2000 to 2199, such as '2026-01-31'")
    return found


def _zone(where: str, value: object) -> ZoneInfo:
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (KeyError, ValueError, OSError):
        hint = ". Check the spelling, or install the time zone data (pip install tzdata)"
        raise _wrong(where, value, "the name of a time zone, such as 'Europe/London'", hint) from None


def _wrong(where: str, value: object, expected: str, hint: str = "") -> InvalidOption:
    return InvalidOption(f"option {where}: expected {expected}, got {value!r:.200}{hint}")
