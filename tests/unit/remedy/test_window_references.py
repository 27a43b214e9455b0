# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows against references that the code does not use.

Time zones: the library whenever, which reads and resolves them by itself, and a walk along the clock minute by minute.
Recurrence rules: each day of some years is looked at as RFC 5545 describes it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import PlainDateTime

from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows, Opening

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Half an hour, two hours, back for Ramadan, a day left out, 45 minutes off, at midnight, the other hemisphere, none.
ODD_ZONES = (
    *(
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Pacific/Chatham",
    ),
    *("Africa/Cairo", "America/Santiago", "America/St_Johns", "Asia/Beirut", "Europe/Dublin", "Europe/London"),
    *("America/New_York", "Asia/Pyongyang", "America/Caracas", "Pacific/Kiritimati", "Asia/Gaza", "UTC"),
)
ZONES = sorted(name for name in available_timezones() if "/" in name)


@cache
def changes(zone: str) -> list[datetime]:
    """The hours, in UTC, in which the zone's offset changes; some moment where it never does."""
    info = ZoneInfo(zone)
    start = datetime(2008, 1, 1, tzinfo=timezone.utc)
    found = []
    for number in range(365 * 25):
        day = start + number * DAY
        if day.astimezone(info).utcoffset() != (day + DAY).astimezone(info).utcoffset():
            hours = (day + hour * timedelta(hours=1) for hour in range(24))
            found += [
                hour
                for hour in hours
                if hour.astimezone(info).utcoffset() != (hour + timedelta(hours=1)).astimezone(info).utcoffset()
            ]
    return found or [datetime(2026, 3, 29, 1, tzinfo=timezone.utc)]


def by_whenever(local: datetime, zone: str) -> datetime:
    """A local time -> UTC, as RFC 5545 wants it: whenever calls that compatible."""
    there = PlainDateTime(local.year, local.month, local.day, local.hour, local.minute)
    return there.assume_tz(zone, disambiguation="compatible").to_instant().to_stdlib()


def openings_by_whenever(entries: list[dict[str, Any]], around: date) -> list[tuple[datetime, datetime]]:
    """Two weeks before to two months after, those without a gap between them joined."""
    found = []
    for entry in entries:
        for day in (around + number * DAY for number in range(-14, 60)):
            if WEEKDAYS[day.weekday()] not in entry["weekdays"]:
                continue
            opens = by_whenever(datetime.combine(day, time.fromisoformat(entry["start"])), entry["time_zone"])
            if "duration" in entry:
                closes = opens + int(entry["duration"][:-1]) * MINUTE
            else:
                end = datetime.combine(day, time.fromisoformat(entry["end"]))
                closes = by_whenever(end if entry["end"] > entry["start"] else end + DAY, entry["time_zone"])
            found += [(opens, closes)] if opens < closes else []
    joined: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(found):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return joined


def bounds(opening: Opening | None) -> tuple[datetime, datetime] | None:
    return (opening.opens, opening.closes) if opening is not None else None


@st.composite
def weekly(draw: st.DrawFn, zone: str) -> dict[str, Any]:
    quarters = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
    start = draw(st.sampled_from(quarters))
    lengths = [f"{minutes}m" for minutes in (1, 30, 60, 90, 150, 24 * 60, 25 * 60, 3 * 24 * 60)]
    closes = draw(
        st.one_of(
            st.fixed_dictionaries({"duration": st.sampled_from(lengths)}),
            st.fixed_dictionaries({"end": st.sampled_from([quarter for quarter in quarters if quarter != start])}),
        )
    )
    weekdays = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True))
    return {"weekdays": weekdays, "start": start, "time_zone": zone, **closes}


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_weekly_windows_match_a_reference_implementation(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ODD_ZONES) | st.sampled_from(ZONES))
    change = data.draw(st.sampled_from(changes(zone)))
    moment = change + MINUTE * data.draw(st.integers(-3 * 24 * 60, 3 * 24 * 60))
    entries = data.draw(st.lists(weekly(zone), min_size=1, max_size=3))
    windows = MaintenanceWindows.from_option("maintenance_window", entries)
    expected = openings_by_whenever(entries, moment.date())
    current = [opening for opening in expected if opening[0] <= moment < opening[1]]
    found = bounds(windows.opening_at(moment))
    # Those that go on for weeks are told in part only.
    if current and current[0][1] - current[0][0] < 14 * DAY:
        assert found == current[0]
    else:
        assert (found is not None) == bool(current)
    following = [opening for opening in expected if opening[0] > moment]
    if following and following[0][1] - following[0][0] < 14 * DAY:
        assert bounds(windows.next_opening(moment)) == following[0]


def clock(zone: str, middle: datetime) -> list[tuple[datetime, datetime]]:
    """Each minute of a week in UTC, and what a clock in the zone shows then."""
    info = ZoneInfo(zone)
    minutes = (middle + number * MINUTE for number in range(-84 * 60, 84 * 60))
    return [(minute, minute.astimezone(info).replace(tzinfo=None)) for minute in minutes]


def first_shown(seen: list[tuple[datetime, datetime]], local: datetime) -> datetime:
    """When the clock first shows ``local``, or would have, had it gone on as before."""
    for (before, shown_before), (minute, shown) in pairwise(seen):
        if shown == local:
            return minute
        if shown_before < local < shown:
            return before + (local - shown_before)
    raise AssertionError(f"{local} is not within the week")


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_every_time_of_day_exists_on_the_clock(zone: str) -> None:
    """On the days around the zone's last two changes."""
    for change in changes(zone)[-2:]:
        seen = clock(zone, change)
        middle = change.astimezone(ZoneInfo(zone)).date()
        for start in (time(hour, minute) for hour in range(24) for minute in (0, 20, 45)):
            expected = sorted({first_shown(seen, datetime.combine(middle + day * DAY, start)) for day in (-1, 0, 1, 2)})
            entry = {"start": f"{start:%H:%M}", "duration": "1m", "time_zone": zone}
            windows = MaintenanceWindows.from_option("maintenance_window", [entry])
            moment = expected[0] - MINUTE
            found: list[datetime] = []
            while len(found) < len(expected):
                opening = windows.next_opening(moment)
                assert opening is not None
                moment = opening.opens
                found.append(moment)
            assert found == expected, start


DAYS = [day[:2].upper() for day in WEEKDAYS]
MONTH_DAYS = st.sampled_from([*range(1, 32), *range(-31, 0)])


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=3, unique=True)


def numbered(limit: int) -> st.SearchStrategy[list[str]]:
    numbers = st.sampled_from([*range(1, limit + 1), *range(-limit, 0)])
    return lists(st.builds(lambda number, day: f"{number}{day}", numbers, st.sampled_from(DAYS)))


BY_MONTH = {"BYMONTH": lists(st.integers(1, 12))}
PLAIN = {"BYDAY": lists(st.sampled_from(DAYS))}
RULES = st.one_of(
    st.fixed_dictionaries({"FREQ": st.just("DAILY")}, optional=BY_MONTH | PLAIN),
    st.fixed_dictionaries({"FREQ": st.just("WEEKLY"), **PLAIN}, optional=BY_MONTH),
    st.fixed_dictionaries({"FREQ": st.just("MONTHLY"), "BYDAY": numbered(5)}, optional=BY_MONTH),
    st.fixed_dictionaries({"FREQ": st.just("MONTHLY"), "BYMONTHDAY": lists(MONTH_DAYS)}, optional=BY_MONTH | PLAIN),
    st.fixed_dictionaries({"FREQ": st.just("MONTHLY"), **PLAIN, "BYSETPOS": lists(st.sampled_from([1, 2, 7, -1, -3]))}),
    st.fixed_dictionaries({"FREQ": st.just("YEARLY"), "BYDAY": numbered(5), **BY_MONTH}),
    st.fixed_dictionaries({"FREQ": st.just("YEARLY"), "BYDAY": numbered(53)}),
    st.fixed_dictionaries({"FREQ": st.just("YEARLY"), "BYMONTHDAY": lists(MONTH_DAYS)}, optional=BY_MONTH | PLAIN),
    st.fixed_dictionaries(
        {"FREQ": st.just("YEARLY"), "BYYEARDAY": lists(st.sampled_from([1, 60, 200, 366, -1, -366]))}
    ),
)


def spans(day: date, rule: dict[str, Any]) -> tuple[date, date]:
    """The first and the last day of the month or year that numbers in the rule count in."""
    if rule["FREQ"] == "MONTHLY" or "BYMONTH" in rule:
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return date(day.year, 1, 1), date(day.year, 12, 31)


def named(day: date, names: list[str], first: date, last: date) -> bool:
    """Whether the day is one of ``2SA``, ``-1FR``, ``MO``."""
    own = DAYS[day.weekday()]
    forwards, backwards = (day - first).days // 7 + 1, -((last - day).days // 7) - 1
    return any(name in (own, f"{forwards}{own}", f"{backwards}{own}") for name in names)


def fires(day: date, rule: dict[str, Any]) -> bool:
    """RFC 5545, 3.3.10, for rules without BYSETPOS."""
    month_end = calendar.monthrange(day.year, day.month)[1]
    year_end = 366 if calendar.isleap(day.year) else 365
    of_year = day.timetuple().tm_yday
    return (
        ("BYMONTH" not in rule or day.month in rule["BYMONTH"])
        and ("BYMONTHDAY" not in rule or {day.day, day.day - month_end - 1} & set(rule["BYMONTHDAY"]) != set())
        and ("BYYEARDAY" not in rule or {of_year, of_year - year_end - 1} & set(rule["BYYEARDAY"]) != set())
        and ("BYDAY" not in rule or named(day, rule["BYDAY"], *spans(day, rule)))
    )


def days_by_rule(rule: dict[str, Any], year: int) -> Iterator[date]:
    every = [date(year, 1, 1) + number * DAY for number in range(366 if calendar.isleap(year) else 365)]
    fired = [day for day in every if fires(day, rule)]
    if "BYSETPOS" not in rule:
        yield from fired
        return
    for month in range(1, 13):
        days = [day for day in fired if day.month == month]
        yield from (day for number, day in enumerate(days) if {number + 1, number - len(days)} & set(rule["BYSETPOS"]))


@given(RULES, st.integers(2001, 2099))
@settings(max_examples=250, deadline=None)
def test_rules_match_rfc_5545(rule: dict[str, Any], year: int) -> None:
    text = ";".join(f"{name}={','.join(map(str, [part] if name == 'FREQ' else part))}" for name, part in rule.items())
    entry = {"rrule": text, "start": "22:00", "duration": "1h", "time_zone": "UTC"}
    windows = MaintenanceWindows.from_option("maintenance_window", [entry])
    expected = [datetime.combine(day, time(22), timezone.utc) for day in days_by_rule(rule, year)]
    pairs = [(datetime(year, 1, 1, tzinfo=timezone.utc), expected[0]), *pairwise(expected)] if expected else []
    # Not all of a daily rule: the search begins anew for each.
    for before, after in pairs[:: max(1, len(pairs) // 9)]:
        opening = windows.next_opening(before)
        assert opening is not None
        assert opening.opens == after, text


@given(st.integers(1, 40), st.integers(0, 400), st.sampled_from(["DAILY", "WEEKLY"]), st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_intervals(interval: int, later: int, frequency: str, count: int) -> None:
    first = date(2026, 1, 1)
    rule = f"FREQ={frequency};INTERVAL={interval};COUNT={count}"
    entry = {"rrule": rule, "first": first, "start": "22:00", "duration": "1h", "time_zone": "UTC"}
    step = interval * (7 if frequency == "WEEKLY" else 1)
    expected = [datetime.combine(first, time(22), timezone.utc) + number * step * DAY for number in range(count)]
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc) + later * DAY
    found = bounds(MaintenanceWindows.from_option("maintenance_window", [entry]).next_opening(moment))
    following = [opens for opens in expected if opens > moment]
    assert (found[0] if found else None) == (following[0] if following else None)
