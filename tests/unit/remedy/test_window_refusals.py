# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows that cannot be meant: refused, with option, entry, key, value and what would be right."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

FORMS = (
    "start, duration or end, time_zone and, where it is not every day, weekdays; or rrule, start, duration or end, and "
    "time_zone; or from and to."
)
A_TIME = "a time of day from '00:00' to '23:59'"
IN_QUOTES = "in quotes, without them YAML makes a number of it."
A_MOMENT = "a date and a time from the years 2000 to 2199, such as '2026-12-01T22:00'."
A_DATE = "a date from the years 2000 to 2199, such as '2026-01-31'."
A_DURATION = "a whole number above zero and a unit, s, m, h or d, such as '24h'"
AN_OFFSET = "an offset from UTC at its end, such as '2026-12-01T22:00+01:00', or a time_zone."
DAYS = "a list of one or more of mon, tue, wed, thu, fri, sat and sun."
NO_ZONE = (
    "the name of a time zone, such as 'Europe/London'. Actual: none is known by this name; it is misspelt, or the time "
    "zone data of this machine lacks it (pip install tzdata)."
)
WEEKLY = {"weekdays": ["sat"], "start": "22:00", "duration": "4h", "time_zone": "Europe/London"}
ONCE = {"from": "2026-12-01T22:00", "to": "2026-12-02T02:00", "time_zone": "Europe/London"}
MONTHLY = {"rrule": "FREQ=MONTHLY;BYDAY=2SA", "start": "22:00", "duration": "4h", "time_zone": "Europe/London"}


def without(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def numbers(limit: int) -> str:
    return f"numbers from 1 to {limit}, or -1 to -{limit} from the end, with commas between."


def refused(value: Any) -> str:
    with pytest.raises(InvalidOption) as caught:
        MaintenanceWindows.from_option("maintenance_window", value)
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "said"),
    [([], "[]"), ("sat", "'sat'"), (None, "None"), (WEEKLY, "{'weekdays': ['sat'], 'start': '22:00'")],
)
def test_what_is_no_list_of_windows(value: Any, said: str) -> None:
    message = refused(value)
    assert message.startswith(f"option maintenance_window is {said}")
    assert message.endswith(". Expected: a list of windows, each a dictionary.")


def test_the_entry_is_named() -> None:
    assert refused([WEEKLY, "sat"]) == "option maintenance_window[1] is 'sat'. Expected: a dictionary."


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, f"has no start and no time_zone. Expected: {FORMS}"),
        (without(WEEKLY, "time_zone"), f"has no time_zone. Expected: {FORMS}"),
        (without(MONTHLY, "start"), f"has no start. Expected: {FORMS}"),
        (without(ONCE, "to"), f"has no to. Expected: {FORMS}"),
        (without(ONCE, "from"), f"has no from. Expected: {FORMS}"),
        ({**WEEKLY, "wekdays": ["sat"]}, f"has wekdays beside start, time_zone. Expected: {FORMS}"),
        (dict([*WEEKLY.items(), (True, 1)]), f"has True beside start, time_zone. Expected: {FORMS}"),
        ({**WEEKLY, **MONTHLY}, f"has weekdays beside rrule, start, time_zone. Expected: {FORMS}"),
        ({**WEEKLY, "first": "2026-01-31"}, f"has first beside start, time_zone. Expected: {FORMS}"),
        ({**ONCE, **WEEKLY}, f"has duration, start, weekdays beside from, to. Expected: {FORMS}"),
        ({**MONTHLY, "to": "2026-12-02T02:00"}, f"has duration, rrule, start beside to. Expected: {FORMS}"),
        ({**WEEKLY, "end": "02:00"}, "has both duration and end. Expected: one of them."),
        (without(WEEKLY, "duration"), "has neither duration nor end. Expected: one of them."),
        (without(MONTHLY, "duration"), "has neither duration nor end. Expected: one of them."),
    ],
)
def test_keys_that_do_not_go_together(entry: dict[Any, Any], said: str) -> None:
    assert refused([entry]) == f"option maintenance_window[0] {said}"


@pytest.mark.parametrize(
    ("entry", "key", "value", "said"),
    [
        # 22:00, 22:00:00 and 9:30, as YAML reads them without quotes.
        (WEEKLY, "start", 1320, f"1320. Expected: {A_TIME}; write '22:00' {IN_QUOTES}"),
        (WEEKLY, "start", 79200, f"79200. Expected: {A_TIME}; write '22:00' {IN_QUOTES}"),
        (WEEKLY, "start", 570, f"570. Expected: {A_TIME}; write '09:30' {IN_QUOTES}"),
        *(
            (WEEKLY, "start", number, f"{number}. Expected: {A_TIME}; write '{meant}' {IN_QUOTES}")
            for number, meant in ((0, "00:00"), (1439, "23:59"), (1440, "00:24"), (86399, "23:59"))
        ),
        (WEEKLY, "start", 86400, f"86400. Expected: {A_TIME}."),
        (WEEKLY, "start", -1, f"-1. Expected: {A_TIME}."),
        (WEEKLY, "start", True, f"True. Expected: {A_TIME}."),
        (WEEKLY, "start", None, f"None. Expected: {A_TIME}."),
        (WEEKLY, "start", "24:00", f"'24:00'. Expected: {A_TIME}."),
        (WEEKLY, "start", "22:60", f"'22:60'. Expected: {A_TIME}."),
        (WEEKLY, "start", "10 pm", f"'10 pm'. Expected: {A_TIME}."),
        (WEEKLY, "start", "٢٢:٠٠", f"'٢٢:٠٠'. Expected: {A_TIME}."),
        (without(WEEKLY, "duration"), "end", 120, f"120. Expected: {A_TIME}; write '02:00' {IN_QUOTES}"),
        (
            without(WEEKLY, "duration"),
            "end",
            "22:00",
            "'22:00'. Expected: another time than start; a whole day is duration: 24h.",
        ),
        (WEEKLY, "duration", 4, f"4: expected {A_DURATION}"),
        (WEEKLY, "duration", "0h", f"'0h': expected {A_DURATION}"),
        (WEEKLY, "duration", "4 hours", f"'4 hours': expected {A_DURATION}"),
        (WEEKLY, "duration", "169h", "'169h'. Expected: 7d at most."),
        (WEEKLY, "weekdays", [], f"[]. Expected: {DAYS}"),
        (WEEKLY, "weekdays", None, f"None. Expected: {DAYS}"),
        (WEEKLY, "weekdays", "sat", f"'sat'. Expected: {DAYS}"),
        (WEEKLY, "weekdays", ["sat", "sonntag"], f"['sat', 'sonntag']. Expected: {DAYS}"),
        (WEEKLY, "weekdays", [6], f"[6]. Expected: {DAYS}"),
        (WEEKLY, "weekdays", {"sat": True}, f"{{'sat': True}}. Expected: {DAYS}"),
        *(
            (WEEKLY, "time_zone", zone, f"{zone!r}. Expected: {NO_ZONE}")
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
        (ONCE, "time_zone", "Europe/Lodnon", f"'Europe/Lodnon'. Expected: {NO_ZONE}"),
        (ONCE, "from", "2026-12-01", f"'2026-12-01'. Expected: {A_MOMENT}"),
        (ONCE, "from", yaml.safe_load("2026-12-01"), f"datetime.date(2026, 12, 1). Expected: {A_MOMENT}"),
        (ONCE, "from", "2026-13-01T22:00", f"'2026-13-01T22:00'. Expected: {A_MOMENT}"),
        (ONCE, "from", "2026-12-01T22:00+25:00", f"'2026-12-01T22:00+25:00'. Expected: {A_MOMENT}"),
        *(
            (ONCE, "from", moment, f"{moment!r}. Expected: {A_MOMENT}")
            for moment in ("0001-12-01T22:00", "1999-12-31T22:00", "2200-01-01T00:00")
        ),
        (ONCE, "to", "9999-12-31T22:00-12:00", f"'9999-12-31T22:00-12:00'. Expected: {A_MOMENT}"),
        (ONCE, "from", 1796162400, f"1796162400. Expected: {A_MOMENT}"),
        (without(ONCE, "time_zone"), "from", "2026-12-01T22:00", f"'2026-12-01T22:00'. Expected: {AN_OFFSET}"),
        (
            {**without(ONCE, "time_zone"), "from": "2026-12-01T22:00Z"},
            "to",
            yaml.safe_load("2026-12-02T02:00:00"),
            f"datetime.datetime(2026, 12, 2, 2, 0). Expected: {AN_OFFSET}",
        ),
        *(
            (ONCE, "to", to, f"{to!r}. Expected: a time after from (2026-12-01T22:00:00+00:00), by 7 days at most.")
            for to in (
                "2026-12-01T22:00",
                "2026-12-01T21:59",
                "2026-12-08T22:01",
                "2027-12-02T02:00",
                "2026-12-01T23:00+02:00",
            )
        ),
        *(
            ({**MONTHLY, "rrule": "FREQ=MONTHLY"}, "first", first, f"{first!r}. Expected: {A_DATE}")
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
def test_values_that_cannot_be_meant(entry: dict[str, Any], key: str, value: Any, said: str) -> None:
    message = refused([WEEKLY, {**entry, key: value}])
    assert message == f"option maintenance_window[1].{key} is {said}"


PARTS_OF = {
    "DAILY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY",
    "WEEKLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY",
    "MONTHLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY, BYMONTHDAY, BYSETPOS",
    "YEARLY": "INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYDAY, BYMONTHDAY, BYYEARDAY, BYSETPOS",
}
A_RULE = "a recurrence rule of RFC 5545, such as 'FREQ=MONTHLY;BYDAY=2SA'."
A_FREQUENCY = "FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY, FREQ=YEARLY; the times of day are start, and duration or end."
WEEKDAYS = "MO, TU, WE, TH, FR, SA, SU"
MONTHS = "numbers from 1 to 12, with commas between."
NUMBERED = f"{WEEKDAYS}, with a number in front for the second (2SA) or the last (-1SA)."
NOT_NUMBERED = "weekdays without a number; 2SA is for FREQ=MONTHLY or FREQ=YEARLY."
FIRST = "first beside it, the date of the first window such as '2026-01-31':"


@pytest.mark.parametrize(
    ("rule", "part", "expected"),
    [
        (None, "", A_RULE),
        ("", "", A_RULE),
        ("every second saturday", "", A_RULE),
        ("FREQ=MONTHLY;BYDAY=2SA;", "", A_RULE),
        ("DTSTART:20260101T000000\nRRULE:FREQ=MONTHLY;BYDAY=2SA", "", A_RULE),
        ("FREQ=MONTHLY;BYDAY=2SA;BYDAY=3SA", "", "each part once."),
        ("BYDAY=2SA", "", A_FREQUENCY),
        *((f"FREQ={name}", "", A_FREQUENCY) for name in ("HOURLY", "MINUTELY", "SECONDLY", "FORTNIGHTLY")),
        *(
            (f"FREQ={frequency};BYDAY=SA;{part}=1", part, f"with FREQ={frequency} only {PARTS_OF[frequency]}.")
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
        ("FREQ=MONTHLY;BYDAY=SA,2SU", "BYDAY", "all weekdays with a number, or none; write two windows for both."),
        *(
            (f"FREQ=MONTHLY;BYDAY={day}", "BYDAY", NUMBERED)
            for day in ("SATURDAY", "XX", "0SA", "54SA", "SA2", "2", "SA,")
        ),
        *((f"FREQ=WEEKLY;BYDAY=SA;WKST={day}", "WKST", f"one of {WEEKDAYS}.") for day in ("XX", "1", "MO,SU")),
        *(
            (f"FREQ=WEEKLY;BYDAY=SA;{part}={number}", part, "a number from 1 to 999.")
            for part in ("INTERVAL", "COUNT")
            for number in ("0", "-1", "1000", "2,3", "X")
        ),
        *((f"FREQ=WEEKLY;BYDAY=SA;BYMONTH={month}", "BYMONTH", MONTHS) for month in ("0", "13", "-1", "JAN", "1,13")),
        *((f"FREQ=MONTHLY;BYMONTHDAY={day}", "BYMONTHDAY", numbers(31)) for day in ("0", "32", "-32", "SA", "--1")),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY", numbers(366)),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS", numbers(366)),
        *(
            (f"FREQ=WEEKLY;BYDAY=SA;UNTIL={until}", "UNTIL", "20261231, 20261231T235959 or 20261231T235959Z.")
            for until in ("2026-12-31", "20261301", "20261231T2359", "20261231T246000", "TOMORROW")
        ),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=19991231", "UNTIL", "a year from 2000 to 2199."),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=22000101", "UNTIL", "a year from 2000 to 2199."),
        ("FREQ=WEEKLY;BYDAY=SA;UNTIL=20261231;COUNT=3", "", "UNTIL or COUNT, not both."),
        *(
            (f"FREQ={rule}", "", f"{FIRST} the rule does not say on which day.")
            for rule in ("WEEKLY", "MONTHLY", "MONTHLY;BYSETPOS=1", "YEARLY", "YEARLY;BYMONTH=3")
        ),
        ("FREQ=DAILY;INTERVAL=2", "", f"{FIRST} needed for INTERVAL."),
        ("FREQ=WEEKLY;BYDAY=SA;INTERVAL=2;COUNT=3", "", f"{FIRST} needed for INTERVAL and COUNT."),
    ],
)
def test_rules_that_cannot_be_meant(rule: Any, part: str, expected: str) -> None:
    message = refused([{**MONTHLY, "rrule": rule}])
    at = f", whose {part} cannot be used" if part else ""
    assert message == f"option maintenance_window[0].rrule is {rule!r}{at}. Expected: {expected}"


def test_a_long_value_is_not_repeated_whole() -> None:
    assert len(refused([{**WEEKLY, "start": "2" * 10_000}])) < 400
    assert len(refused([{**MONTHLY, "rrule": "FREQ=MONTHLY;BYMONTHDAY=" + "1," * 10_000}])) < 400


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
def test_the_last_values_that_can_be_meant(entry: dict[str, Any]) -> None:
    MaintenanceWindows.from_option("maintenance_window", [entry])


@pytest.mark.parametrize("name", ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
def test_days_may_be_written_out(name: str) -> None:
    """As three letters mean them."""
    now = datetime(2026, 11, 25, tzinfo=timezone.utc)
    whole, short = (
        MaintenanceWindows.from_option("maintenance_window", [{**WEEKLY, "weekdays": [day]}]).next_opening(now)
        for day in (name, name[:3].lower())
    )
    assert whole is not None
    assert (whole, f"{whole.opens:%A}") == (short, name)
