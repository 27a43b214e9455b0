# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Maintenance windows: entries in; what is open, and when, out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window import recurrence
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows, Opening
from tests.tooling.environment import ROOT

# A Wednesday.
NOON = "2026-11-25T12:00Z"
ONCE = "{from: '2026-12-01T22:00Z', to: '2026-12-02T02:00Z'}"
WEEKEND = "{weekdays: [sat, sun], start: '22:00', duration: 4h, time_zone: Europe/London}"


def windows(*entries: str) -> MaintenanceWindows:
    """From YAML, whose types are a part of what is tested."""
    return MaintenanceWindows.from_option("maintenance_window", [yaml.safe_load(entry) for entry in entries])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def told(opening: Opening | None) -> str | None:
    """In UTC."""
    if opening is None:
        return None
    assert opening.opens.utcoffset() == opening.closes.utcoffset() == timedelta(0)
    return f"{opening.opens:%Y-%m-%dT%H:%M} {opening.closes:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("entry", "opening"),
    [
        (WEEKEND, "2026-11-28T22:00 2026-11-29T02:00"),
        (
            "{weekdays: [Saturday], start: '22:00', end: '02:00', time_zone: Europe/Paris}",
            "2026-11-28T21:00 2026-11-29T01:00",
        ),
        (
            "{weekdays: [WED], start: '9:00', end: '23:30', time_zone: Asia/Kathmandu}",
            "2026-12-02T03:15 2026-12-02T17:45",
        ),
        ("{start: '03:00', duration: 90m, time_zone: America/New_York}", "2026-11-26T08:00 2026-11-26T09:30"),
        ("{weekdays: [thu], start: '00:00', duration: 6d, time_zone: UTC}", "2026-11-26T00:00 2026-12-02T00:00"),
        (ONCE, "2026-12-01T22:00 2026-12-02T02:00"),
        (
            "{from: '2026-12-01T22:00', to: '2026-12-02 02:00:30', time_zone: Europe/Paris}",
            "2026-12-01T21:00 2026-12-02T01:00",
        ),
        ("{from: '2026-12-01T22:00+01:00', to: '2026-12-01T22:00z'}", "2026-12-01T21:00 2026-12-01T22:00"),
        # YAML makes datetimes of these.
        (
            "{from: 2026-12-01T22:00:00, to: 2026-12-02T02:00:00, time_zone: Europe/Paris}",
            "2026-12-01T21:00 2026-12-02T01:00",
        ),
        ("{from: 2026-12-01T22:00:00+01:00, to: 2026-12-02T02:00:00Z}", "2026-12-01T21:00 2026-12-02T02:00"),
        # An offset goes before the time zone.
        (
            "{from: '2026-12-01T22:00Z', to: '2026-12-02T09:00', time_zone: Asia/Tokyo}",
            "2026-12-01T22:00 2026-12-02T00:00",
        ),
        (
            "{rrule: FREQ=MONTHLY;BYDAY=2SA, start: '22:00', duration: 4h, time_zone: UTC}",
            "2026-12-12T22:00 2026-12-13T02:00",
        ),
        (
            "{rrule: 'RRULE:freq=monthly;byday=-1fr', start: '22:00', end: '02:00', time_zone: UTC}",
            "2026-11-27T22:00 2026-11-28T02:00",
        ),
        (
            "{rrule: FREQ=WEEKLY;INTERVAL=2;BYDAY=WE, first: 2026-11-25, start: '09:00', duration: 1h, time_zone: UTC}",
            "2026-12-09T09:00 2026-12-09T10:00",
        ),
        # Without a day of its own, the rule has that of the first date.
        (
            "{rrule: FREQ=MONTHLY, first: '2026-01-31', start: '09:00', duration: 1h, time_zone: UTC}",
            "2026-12-31T09:00 2026-12-31T10:00",
        ),
        (
            "{rrule: FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1, start: '09:00', duration: 1h, time_zone: UTC}",
            "2026-11-30T09:00 2026-11-30T10:00",
        ),
        (
            "{rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', start: '09:00', duration: 1h, time_zone: UTC}",
            "2026-11-30T09:00 2026-11-30T10:00",
        ),
        (
            "{rrule: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA, start: '09:00', duration: 1h, time_zone: UTC}",
            "2048-02-29T09:00 2048-02-29T10:00",
        ),
        (
            "{rrule: FREQ=DAILY;BYMONTH=3, start: '09:00', duration: 1h, time_zone: UTC}",
            "2027-03-01T09:00 2027-03-01T10:00",
        ),
        # The second of two is over, or not.
        ("{rrule: FREQ=DAILY;COUNT=2, first: 2026-11-24, start: '12:00', duration: 1h, time_zone: UTC}", None),
        (
            "{rrule: FREQ=DAILY;COUNT=2, first: 2026-11-24, start: '12:01', duration: 1h, time_zone: UTC}",
            "2026-11-25T12:01 2026-11-25T13:01",
        ),
        # A day counts to its end, a time in UTC to the second.
        (
            "{rrule: FREQ=DAILY;UNTIL=20261125, start: '23:59', duration: 1h, time_zone: UTC}",
            "2026-11-25T23:59 2026-11-26T00:59",
        ),
        ("{rrule: FREQ=DAILY;UNTIL=20261124, start: '23:59', duration: 1h, time_zone: UTC}", None),
        (
            "{rrule: FREQ=DAILY;UNTIL=20261125T210000, start: '21:00', duration: 1h, time_zone: Europe/Paris}",
            "2026-11-25T20:00 2026-11-25T21:00",
        ),
        (
            "{rrule: FREQ=DAILY;UNTIL=20261125T200000Z, start: '21:00', duration: 1h, time_zone: Europe/Paris}",
            "2026-11-25T20:00 2026-11-25T21:00",
        ),
        ("{rrule: FREQ=DAILY;UNTIL=20261125T195959Z, start: '21:00', duration: 1h, time_zone: Europe/Paris}", None),
        ("{rrule: FREQ=DAILY;UNTIL=20261125T205959, start: '21:00', duration: 1h, time_zone: Europe/Paris}", None),
        # Thirty years ahead are looked at.
        (
            "{rrule: FREQ=YEARLY, first: 2056-11-25, start: '12:00', duration: 1h, time_zone: UTC}",
            "2056-11-25T12:00 2056-11-25T13:00",
        ),
        ("{rrule: FREQ=YEARLY, first: 2057-11-25, start: '12:00', duration: 1h, time_zone: UTC}", None),
        # Never at all.
        ("{rrule: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30, start: '09:00', duration: 1h, time_zone: UTC}", None),
        ("{from: '2026-11-25T11:00Z', to: '2026-11-25T13:00Z'}", None),
    ],
)
def test_next_opening(entry: str, opening: str | None) -> None:
    assert told(windows(entry).next_opening(at(NOON))) == opening


@pytest.mark.parametrize(
    ("moment", "needed", "opening"),
    [
        ("2026-11-28T21:59:59Z", 0, None),
        ("2026-11-28T22:00Z", 0, "2026-11-28T22:00 2026-11-29T02:00"),
        # The same moment in another time zone.
        ("2026-11-29T07:00+09:00", 0, "2026-11-28T22:00 2026-11-29T02:00"),
        ("2026-11-29T01:59:59Z", 0, "2026-11-28T22:00 2026-11-29T02:00"),
        # The first moment outside.
        ("2026-11-29T02:00Z", 0, None),
        ("2026-11-29T01:50Z", 10, "2026-11-28T22:00 2026-11-29T02:00"),
        ("2026-11-29T01:50Z", 11, None),
        ("2026-11-28T22:00Z", 241, None),
    ],
)
def test_opening_at(moment: str, needed: int, opening: str | None) -> None:
    assert told(windows(WEEKEND).opening_at(at(moment), timedelta(minutes=needed))) == opening


@pytest.mark.parametrize(
    ("entries", "opening"),
    [
        # Overlapping, touching, one within the other, in any order.
        (
            [
                "{from: '2026-11-25T11:00Z', to: '2026-11-25T13:00Z'}",
                "{from: '2026-11-25T10:00Z', to: '2026-11-25T12:30Z'}",
            ],
            "2026-11-25T10:00 2026-11-25T13:00",
        ),
        (
            [
                "{from: '2026-11-25T13:00Z', to: '2026-11-25T15:00Z'}",
                "{from: '2026-11-25T10:00Z', to: '2026-11-25T13:00Z'}",
            ],
            "2026-11-25T10:00 2026-11-25T15:00",
        ),
        (
            [
                "{from: '2026-11-25T10:00Z', to: '2026-11-25T15:00Z'}",
                "{from: '2026-11-25T11:00Z', to: '2026-11-25T12:30Z'}",
            ],
            "2026-11-25T10:00 2026-11-25T15:00",
        ),
        (
            [
                "{from: '2026-11-25T10:00Z', to: '2026-11-25T12:10Z'}",
                "{from: '2026-11-25T12:11Z', to: '2026-11-25T15:00Z'}",
            ],
            "2026-11-25T10:00 2026-11-25T12:10",
        ),
        # One form after another: Tuesday 22:00 to noon, noon to 14:00, and the monthly one from 14:00.
        (
            [
                "{rrule: FREQ=MONTHLY;BYDAY=4WE, start: '14:00', duration: 1h, time_zone: UTC}",
                "{weekdays: [tue], start: '22:00', duration: 14h, time_zone: UTC}",
                "{from: '2026-11-25T12:00Z', to: '2026-11-25T14:00Z'}",
            ],
            "2026-11-24T22:00 2026-11-25T15:00",
        ),
        # Opened nearly seven days ago.
        (["{weekdays: [wed], start: '12:30', duration: 7d, time_zone: UTC}"], "2026-10-21T12:30 2027-01-06T12:30"),
        (["{from: '2026-11-18T13:00Z', to: '2026-11-25T13:00Z'}"], "2026-11-18T13:00 2026-11-25T13:00"),
    ],
)
def test_adjacent_openings_are_merged(entries: list[str], opening: str) -> None:
    found = windows(*entries)
    assert told(found.opening_at(at(NOON))) == opening
    assert found.opening_at(at(NOON)) == windows(*reversed(entries)).opening_at(at(NOON))


def test_next_opening_is_long_enough() -> None:
    found = windows(WEEKEND, "{weekdays: [mon], start: '22:00', duration: 8h, time_zone: Europe/London}")
    assert told(found.next_opening(at(NOON), timedelta(hours=4))) == "2026-11-28T22:00 2026-11-29T02:00"
    assert told(found.next_opening(at(NOON), timedelta(hours=5))) == "2026-11-30T22:00 2026-12-01T06:00"
    # One that is open has opened already.
    assert told(found.next_opening(at("2026-11-28T22:00Z"))) == "2026-11-29T22:00 2026-11-30T02:00"


@pytest.mark.parametrize(
    ("window", "after", "opening"),
    [
        # Skipped: with the offset before the gap, so an hour later on the clock.
        ("start: '01:30', duration: 1h", "2026-03-29T00:00Z", "2026-03-29T01:30 2026-03-29T02:30"),
        # Elapsed time, not the clock's.
        ("start: '00:30', duration: 2h", "2026-03-29T00:00Z", "2026-03-29T00:30 2026-03-29T02:30"),
        ("start: '00:30', end: '02:30'", "2026-03-29T00:00Z", "2026-03-29T00:30 2026-03-29T01:30"),
        ("start: '00:30', end: '01:30'", "2026-03-29T00:00Z", "2026-03-29T00:30 2026-03-29T01:30"),
        # Wholly within the gap, and with nothing left of it: the next day's.
        ("start: '01:15', end: '01:45'", "2026-03-29T00:00Z", "2026-03-29T01:15 2026-03-29T01:45"),
        ("start: '01:30', end: '02:15'", "2026-03-29T00:00Z", "2026-03-30T00:30 2026-03-30T01:15"),
        ("start: '01:00', end: '02:00'", "2026-03-29T00:00Z", "2026-03-30T00:00 2026-03-30T01:00"),
        # Twice: the first.
        ("start: '01:30', duration: 1h", "2026-10-25T00:00Z", "2026-10-25T00:30 2026-10-25T01:30"),
        ("start: '00:30', duration: 2h", "2026-10-24T23:00Z", "2026-10-24T23:30 2026-10-25T01:30"),
        ("start: '00:30', end: '01:30'", "2026-10-24T23:00Z", "2026-10-24T23:30 2026-10-25T00:30"),
        ("start: '00:30', end: '02:30'", "2026-10-24T23:00Z", "2026-10-24T23:30 2026-10-25T02:30"),
    ],
)
def test_daylight_saving_time(window: str, after: str, opening: str) -> None:
    assert told(windows(f"{{{window}, time_zone: Europe/London}}").next_opening(at(after))) == opening


def test_week_starts_on_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other week from a Sunday on: whether its Monday is in the same week depends on where a week begins."""
    monkeypatch.setattr("calendar.firstweekday", lambda: 6)
    entry = (
        "{rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', first: 2026-11-22, start: '09:00', duration: 1h, time_zone: UTC}"
    )
    assert told(windows(entry).next_opening(at("2026-11-22T00:00Z"))) == "2026-11-30T09:00 2026-11-30T10:00"
    on_sundays = entry.replace("BYDAY", "WKST=SU;BYDAY")
    assert told(windows(on_sundays).next_opening(at("2026-11-22T00:00Z"))) == "2026-11-23T09:00 2026-11-23T10:00"


def test_missing_dateutil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrence, "HAS_DATEUTIL", False)
    assert told(windows(ONCE).next_opening(at(NOON)))
    for entry in (WEEKEND, "{rrule: FREQ=MONTHLY;BYDAY=2SA, start: '22:00', duration: 4h, time_zone: UTC}"):
        with pytest.raises(MissingLibrary) as caught:
            windows(entry)
        assert caught.value.message == "recurring maintenance windows need the Python library python-dateutil"
        assert caught.value.remedy == "Install it: pip install python-dateutil"


def test_entries_of_other_mapping_and_sequence_types() -> None:
    class Lazy(dict[str, Any]):
        """As Ansible hands variables over."""

    class Lines(list[Any]):
        """As Ansible hands variables over."""

    value = Lines([Lazy(weekdays=Lines(["sat"]), start="22:00", duration="4h", time_zone="UTC")])
    found = MaintenanceWindows.from_option("maintenance_window", value)
    assert told(found.next_opening(at(NOON))) == "2026-11-28T22:00 2026-11-29T02:00"


def test_documented_windows() -> None:
    page = (ROOT / "docs" / "maintenance_windows.md").read_text(encoding="utf-8")
    variables = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    found = [
        told(MaintenanceWindows.from_option("mlav_maintenance_window", [entry]).next_opening(at(NOON)))
        for entry in variables["mlav_maintenance_window"]
    ]
    assert found == [
        "2026-11-28T22:00 2026-11-29T02:00",
        "2026-11-26T04:30 2026-11-26T06:30",
        "2026-12-12T22:00 2026-12-13T02:00",
        "2026-11-28T17:00 2026-11-28T20:00",
        "2026-12-01T21:00 2026-12-02T01:00",
    ]
