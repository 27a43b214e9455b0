# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows that cannot be meant: refused, with option, entry, key, value and what would be right."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

FORMS = (
    "set start, duration or end, time_zone and, unless it is every day, weekdays; or rrule, start, duration or end, "
    "and time_zone; or from and to"
)
A_TIME = "a time of day from '00:00' to '23:59'"
A_MOMENT = "a date and time from 2000 to 2199, such as '2026-12-01T22:00'"
A_DATE = "a date from 2000 to 2199, such as '2026-01-31'"
AN_OFFSET = "a UTC offset, such as '2026-12-01T22:00+01:00', or a time_zone"
DAYS = "a list of one or more of mon, tue, wed, thu, fri, sat and sun"
A_ZONE = "the name of a time zone, such as 'Europe/London'"
CHECK_ZONE = ". Check the spelling, or install the time zone data (pip install tzdata)"
WEEKLY = {"weekdays": ["sat"], "start": "22:00", "duration": "4h", "time_zone": "Europe/London"}
ONCE = {"from": "2026-12-01T22:00", "to": "2026-12-02T02:00", "time_zone": "Europe/London"}
MONTHLY = {"rrule": "FREQ=MONTHLY;BYDAY=2SA", "start": "22:00", "duration": "4h", "time_zone": "Europe/London"}


def without(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def numbers(limit: int) -> str:
    return f"numbers from 1 to {limit}, or -1 to -{limit} from the end, with commas between"


def error(value: Any) -> str:
    with pytest.raises(InvalidOption) as caught:
        MaintenanceWindows.from_option("maintenance_window", value)
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "got"),
    [([], "[]"), ("sat", "'sat'"), (None, "None"), (WEEKLY, "{'weekdays': ['sat'], 'start': '22:00'")],
)
def test_value_is_not_a_list_of_windows(value: Any, got: str) -> None:
    expected = "option maintenance_window: expected a list of windows, each a dictionary, got "
    assert error(value).startswith(f"{expected}{got}")


def test_error_names_the_entry() -> None:
    assert error([WEEKLY, "sat"]) == "option maintenance_window[1]: expected a dictionary, got 'sat'"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({}, f"start and time_zone not set; {FORMS}"),
        (without(WEEKLY, "time_zone"), f"time_zone not set; {FORMS}"),
        (without(MONTHLY, "start"), f"start not set; {FORMS}"),
        (without(ONCE, "to"), f"to not set; {FORMS}"),
        (without(ONCE, "from"), f"from not set; {FORMS}"),
        ({**WEEKLY, "wekdays": ["sat"]}, f"wekdays cannot be set beside start, time_zone; {FORMS}"),
        ({"strat": "22:00"}, f"strat not recognized; {FORMS}"),
        (dict([*WEEKLY.items(), (True, 1)]), f"True cannot be set beside start, time_zone; {FORMS}"),
        ({**WEEKLY, **MONTHLY}, f"weekdays cannot be set beside rrule, start, time_zone; {FORMS}"),
        ({**WEEKLY, "first": "2026-01-31"}, f"first cannot be set beside start, time_zone; {FORMS}"),
        ({**ONCE, **WEEKLY}, f"duration, start, weekdays cannot be set beside from, to; {FORMS}"),
        ({**MONTHLY, "to": "2026-12-02T02:00"}, f"duration, rrule, start cannot be set beside to; {FORMS}"),
        ({**WEEKLY, "end": "02:00"}, "set either duration or end, got both"),
        (without(WEEKLY, "duration"), "set either duration or end, got neither"),
        (without(MONTHLY, "duration"), "set either duration or end, got neither"),
    ],
)
def test_keys_that_do_not_go_together(entry: dict[Any, Any], problem: str) -> None:
    assert error([entry]) == f"option maintenance_window[0]: {problem}"


@pytest.mark.parametrize(
    ("key", "number", "meant"),
    [
        # 22:00, 22:00:00 and 9:30, as YAML reads them without quotes.
        ("start", 1320, "22:00"),
        ("start", 79200, "22:00"),
        ("start", 570, "09:30"),
        ("start", 0, "00:00"),
        ("start", 1439, "23:59"),
        ("start", 1440, "00:24"),
        ("start", 86399, "23:59"),
        ("end", 120, "02:00"),
    ],
)
def test_time_without_quotes(key: str, number: int, meant: str) -> None:
    message = error([{**without(WEEKLY, *(("duration",) if key == "end" else ())), key: number}])
    hint = f"Write '{meant}' in quotes: without them YAML reads a number"
    assert message == f"option maintenance_window[0].{key}: expected {A_TIME}, got {number}. {hint}"


@pytest.mark.parametrize("value", [4, "0h", "4 hours"])
def test_invalid_duration(value: Any) -> None:
    with pytest.raises(InvalidOption) as invalid:
        duration("option maintenance_window[0].duration", value)
    assert error([{**WEEKLY, "duration": value}]) == invalid.value.message


@pytest.mark.parametrize(
    ("entry", "key", "value", "expected"),
    [
        (WEEKLY, "start", 86400, A_TIME),
        (WEEKLY, "start", -1, A_TIME),
        (WEEKLY, "start", True, A_TIME),
        (WEEKLY, "start", None, A_TIME),
        (WEEKLY, "start", "24:00", A_TIME),
        (WEEKLY, "start", "22:60", A_TIME),
        (WEEKLY, "start", "10 pm", A_TIME),
        (WEEKLY, "start", "٢٢:٠٠", A_TIME),
        (
            without(WEEKLY, "duration"),
            "end",
            "22:00",
            "another time than start (for a whole day, set duration: 24h)",
        ),
        (WEEKLY, "duration", "169h", "at most 7d"),
        (WEEKLY, "weekdays", [], DAYS),
        (WEEKLY, "weekdays", None, DAYS),
        (WEEKLY, "weekdays", "sat", DAYS),
        (WEEKLY, "weekdays", ["sat", "sonntag"], DAYS),
        (WEEKLY, "weekdays", [6], DAYS),
        (WEEKLY, "weekdays", {"sat": True}, DAYS),
        *(
            (WEEKLY, "time_zone", zone, A_ZONE)
            for zone in (
                "Europe/Lodnon",
                "Europe",
                "../etc/passwd",
                "/etc/localtime",
                "",
                "a\0b",
                "CET+1DST",
                None,
                1,
                "x" * 150,
            )
        ),
        (ONCE, "time_zone", "Europe/Lodnon", A_ZONE),
        (ONCE, "from", "2026-12-01", A_MOMENT),
        (ONCE, "from", yaml.safe_load("2026-12-01"), A_MOMENT),
        (ONCE, "from", "2026-13-01T22:00", A_MOMENT),
        (ONCE, "from", "2026-12-01T22:00+25:00", A_MOMENT),
        *((ONCE, "from", moment, A_MOMENT) for moment in ("0001-12-01T22:00", "1999-12-31T22:00", "2200-01-01T00:00")),
        (ONCE, "to", "9999-12-31T22:00-12:00", A_MOMENT),
        (ONCE, "from", 1796162400, A_MOMENT),
        (without(ONCE, "time_zone"), "from", "2026-12-01T22:00", AN_OFFSET),
        (
            {**without(ONCE, "time_zone"), "from": "2026-12-01T22:00Z"},
            "to",
            yaml.safe_load("2026-12-02T02:00:00"),
            AN_OFFSET,
        ),
        *(
            (ONCE, "to", to, "at most 7 days after from (2026-12-01T22:00:00+00:00)")
            for to in (
                "2026-12-01T22:00",
                "2026-12-01T21:59",
                "2026-12-08T22:01",
                "2027-12-02T02:00",
                "2026-12-01T23:00+02:00",
            )
        ),
        *(
            ({**MONTHLY, "rrule": "FREQ=MONTHLY"}, "first", first, A_DATE)
            for first in (
                "2026-02-30",
                "20260131",
                "1999-12-31",
                "2200-01-01",
                20260131,
                None,
                yaml.safe_load("2026-01-31T00:00:00"),
            )
        ),
    ],
)
def test_invalid_value(entry: dict[str, Any], key: str, value: Any, expected: str) -> None:
    message = error([WEEKLY, {**entry, key: value}])
    hint = CHECK_ZONE if key == "time_zone" else ""
    assert message == f"option maintenance_window[1].{key}: expected {expected}, got {value!r}{hint}"


PARTS_OF = {
    "DAILY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY",
    "WEEKLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY",
    "MONTHLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY, BYMONTHDAY, BYSETPOS",
    "YEARLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY, BYMONTHDAY, BYYEARDAY, BYSETPOS",
}
A_RULE = "a recurrence rule of RFC 5545, such as 'FREQ=MONTHLY;BYDAY=2SA'"
A_FREQUENCY = "FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY, FREQ=YEARLY (start, and duration or end, set the time)"
WEEKDAYS = "MO, TU, WE, TH, FR, SA, SU"
MONTHS = "numbers from 1 to 12, with commas between"
NUMBERED = f"{WEEKDAYS}, with a number in front for the second (2SA) or the last (-1SA)"
NOT_NUMBERED = "weekdays without a number (2SA is for FREQ=MONTHLY or FREQ=YEARLY)"
FIRST = "first beside it, the date of the first window such as '2026-01-31'"


@pytest.mark.parametrize(
    ("rule", "part", "expected"),
    [
        (None, "", A_RULE),
        ("", "", A_RULE),
        ("every second saturday", "", A_RULE),
        ("FREQ=MONTHLY;BYDAY=2SA;", "", A_RULE),
        ("DTSTART:20260101T000000\nRRULE:FREQ=MONTHLY;BYDAY=2SA", "", A_RULE),
        ("FREQ=MONTHLY;BYDAY=2SA;BYDAY=3SA", "", "each part once"),
        ("BYDAY=2SA", "", A_FREQUENCY),
        *((f"FREQ={name}", "", A_FREQUENCY) for name in ("HOURLY", "MINUTELY", "SECONDLY", "FORTNIGHTLY")),
        *(
            (f"FREQ={frequency};BYDAY=SA;{part}=1", part, f"only {PARTS_OF[frequency]} with FREQ={frequency}")
            for frequency, parts in {
                "DAILY": ("BYHOUR", "BYMINUTE", "BYSECOND", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"),
                "WEEKLY": ("BYHOUR", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "DTSTART"),
                "MONTHLY": ("BYHOUR", "BYYEARDAY", "BYWEEKNO", "BYEASTER"),
                "YEARLY": ("BYHOUR", "BYEASTER", "BYWEEKNO"),
            }.items()
            for part in parts
        ),
        ("FREQ=WEEKLY;BYDAY=2SA", "BYDAY", NOT_NUMBERED),
        ("FREQ=DAILY;BYDAY=SA,2SU", "BYDAY", NOT_NUMBERED),
        ("FREQ=MONTHLY;BYDAY=SA,2SU", "BYDAY", "all weekdays with a number, or none (for both, write two windows)"),
        *(
            (f"FREQ=MONTHLY;BYDAY={day}", "BYDAY", NUMBERED)
            for day in ("SATURDAY", "XX", "0SA", "54SA", "SA2", "2", "SA,")
        ),
        *((f"FREQ=WEEKLY;BYDAY=SA;WKST={day}", "WKST", f"one of {WEEKDAYS}") for day in ("XX", "1", "MO,SU")),
        *(
            (f"FREQ=WEEKLY;BYDAY=SA;{part}={number}", part, "a number from 1 to 999")
            for part in ("INTERVAL", "COUNT")
            for number in ("0", "-1", "1000", "2,3", "X")
        ),
        *((f"FREQ=WEEKLY;BYDAY=SA;BYMONTH={month}", "BYMONTH", MONTHS) for month in ("0", "13", "-1", "JAN", "1,13")),
        *((f"FREQ=MONTHLY;BYMONTHDAY={day}", "BYMONTHDAY", numbers(31)) for day in ("0", "32", "-32", "SA", "--1")),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY", numbers(366)),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS", numbers(366)),
        *(
            (f"FREQ=WEEKLY;BYDAY=SA;UNTIL={until}", "UNTIL", "20261231, 20261231T235959 or 20261231T235959Z")
            for until in ("2026-12-31", "20261301", "20261231T2359", "20261231T246000", "TOMORROW")
        ),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=19991231", "UNTIL", "a year from 2000 to 2199"),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=22000101", "UNTIL", "a year from 2000 to 2199"),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=20261231;COUNT=3", "", "UNTIL or COUNT, not both"),
        *(
            (f"FREQ={rule}", "", f"{FIRST} (the rule names no day)")
            for rule in ("WEEKLY", "MONTHLY", "MONTHLY;BYSETPOS=1", "YEARLY", "YEARLY;BYMONTH=3")
        ),
        ("FREQ=DAILY;INTERVAL=2", "", f"{FIRST} (needed for INTERVAL)"),
        ("FREQ=WEEKLY;BYDAY=SA;INTERVAL=2;COUNT=3", "", f"{FIRST} (needed for INTERVAL and COUNT)"),
    ],
)
def test_invalid_rule(rule: Any, part: str, expected: str) -> None:
    message = error([{**MONTHLY, "rrule": rule}])
    at = f" ({part})" if part else ""
    assert message == f"option maintenance_window[0].rrule{at}: expected {expected}, got {rule!r}"


def test_long_value_is_cut_in_the_message() -> None:
    assert len(error([{**WEEKLY, "start": "2" * 10_000}])) < 400
    assert len(error([{**MONTHLY, "rrule": "FREQ=MONTHLY;BYMONTHDAY=" + "1," * 10_000}])) < 400


EDGES = [
    {**ONCE, "from": "2000-01-01T00:00", "to": "2000-01-02T00:00"},
    {**ONCE, "from": "2199-12-30T00:00", "to": "2199-12-31T00:00"},
    {**MONTHLY, "first": "2000-01-01"},
    {**MONTHLY, "first": "2199-12-31"},
    {**MONTHLY, "rrule": "FREQ=MONTHLY;BYDAY=2SA;UNTIL=20000101"},
    {**MONTHLY, "rrule": "FREQ=MONTHLY;BYDAY=2SA;UNTIL=21991231"},
    {**MONTHLY, "rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31,-31"},
    {**MONTHLY, "rrule": "FREQ=YEARLY;BYYEARDAY=366,-366"},
]


@pytest.mark.parametrize("entry", EDGES, ids=str)
def test_limits_are_valid(entry: dict[str, Any]) -> None:
    MaintenanceWindows.from_option("maintenance_window", [entry])


@pytest.mark.parametrize("name", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
def test_weekdays_may_be_written_out(name: str) -> None:
    now = datetime(2026, 11, 25, tzinfo=timezone.utc)
    whole, short = (
        MaintenanceWindows.from_option("maintenance_window", [{**WEEKLY, "weekdays": [day]}]).next_opening(now)
        for day in (name, name[:3].lower())
    )
    assert whole is not None
    assert (whole, f"{whole.opens:%A}") == (short, name)
