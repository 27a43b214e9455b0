# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What templates hand to the test and the filter of maintenance windows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, InvalidOption
from ansible_collections.panops.mlav.plugins.plugin_utils.maintenance_window import (
    moment_from,
    needed_from,
    template_errors,
    windows_from,
)

WINDOW = {"from": "2026-12-01T22:00Z", "to": "2026-12-02T02:00Z"}
LATER = {"from": "2026-12-08T22:00Z", "to": "2026-12-09T02:00Z"}
TEN = datetime(2026, 12, 1, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1796162400, TEN),
        (1796162400.5, TEN + timedelta(milliseconds=500)),
        ("1796162400", TEN),
        (" 1796162400.5 ", TEN + timedelta(milliseconds=500)),
        ("2026-12-01T23:00+01:00", TEN),
        (datetime(2026, 12, 1, 23, tzinfo=timezone(timedelta(hours=1))), TEN),
    ],
    ids=str,
)
def test_a_moment(value: Any, moment: datetime) -> None:
    found = moment_from("at", value)
    assert (found, found.tzinfo) == (moment, timezone.utc)


def test_now_is_now() -> None:
    before = datetime.now(timezone.utc)
    assert before <= moment_from("at", "now") <= datetime.now(timezone.utc)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10**12, "option at is 1000000000000: expected seconds since 1970"),
        (10**11, "Expected: a date and a time from the years 2000 to 2199"),
        (float("nan"), "option at is nan: expected seconds since 1970"),
        ("999999999999", "option at is 999999999999.0: expected seconds since 1970"),
        ("9999999999999", "option at is '9999999999999'. Expected: a date and a time from the years 2000 to 2199"),
        (True, "option at is True. Expected: a date and a time"),
        (None, "option at is None. Expected: a date and a time"),
        ("2026-12-01T22:00", "Expected: an offset from UTC at its end"),
        (0, "Expected: a date and a time from the years 2000 to 2199"),
        (datetime(2026, 12, 1, 22), "option at is 2026-12-01T22:00:00, which has no time zone"),
    ],
    ids=str,
)
def test_what_is_no_moment(value: Any, said: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        moment_from("at", value)
    assert said in caught.value.message


def test_one_window_is_a_list_of_one() -> None:
    for given in (WINDOW, [WINDOW], [WINDOW, LATER]):
        opening = windows_from("maintenance_window", given).opening_at(TEN)
        assert opening is not None
        assert opening.closes == TEN + timedelta(hours=4)
    later = windows_from("maintenance_window", [WINDOW, LATER]).next_opening(TEN)
    assert later is not None
    assert later.opens == TEN + timedelta(days=7)


def test_the_time_that_is_needed() -> None:
    assert needed_from(None) == timedelta(0)
    assert needed_from("10m") == timedelta(minutes=10)
    with pytest.raises(InvalidOption, match="option needed is 10"):
        needed_from(10)


def test_an_error_becomes_one_of_the_template() -> None:
    with pytest.raises(AnsibleFilterError) as caught, template_errors("in_window"):
        raise DeviceError("It went wrong.", "Do it right.")
    assert caught.value.message.startswith("panops.mlav.in_window: It went wrong. Do it right")
    with pytest.raises(AnsibleFilterError) as caught, template_errors("next_window"):
        raise InvalidOption("option at is wrong.")
    assert caught.value.message.startswith("panops.mlav.next_window: option at is wrong")
