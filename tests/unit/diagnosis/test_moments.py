# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times in messages: how long ago, then the firewall's own time with its zone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.moments import DeviceTime, exact_span, span

NOW = datetime(2026, 11, 23, 11, 41, 35)
WEST = -5 * 3600


@pytest.mark.parametrize(
    ("now", "offset", "moment", "words"),
    [
        (NOW, WEST, NOW - timedelta(minutes=8), "8 minutes ago (11:33:35 UTC-05:00)"),
        (NOW, 0, NOW - timedelta(seconds=1), "1 second ago (11:41:34 UTC)"),
        (NOW, 0, NOW - timedelta(seconds=0.4), "1 second ago (11:41:34 UTC)"),
        (NOW, 0, NOW, "just now (11:41:35 UTC)"),
        (NOW, 19800, NOW - timedelta(days=3), "3 days ago (2026-11-20 11:41:35 UTC+05:30)"),
        (NOW, WEST, NOW - timedelta(hours=12), "12 hours ago (2026-11-22 23:41:35 UTC-05:00)"),
        (NOW, WEST, NOW + timedelta(days=9), "in 9 days (2026-12-02 11:41:35 UTC-05:00)"),
        (NOW, None, NOW - timedelta(minutes=8), "8 minutes ago (11:33:35 firewall time)"),
        (None, WEST, NOW, "at 2026-11-23 11:41:35 UTC-05:00"),
        (None, None, NOW, "at 2026-11-23 11:41:35 firewall time"),
    ],
)
def test_relative_time_comes_first_and_a_zone_always(
    now: datetime | None, offset: int | None, moment: datetime, words: str
) -> None:
    assert DeviceTime(now, offset).describe(moment) == words


@pytest.mark.parametrize(
    ("seconds", "words", "exact"),
    [
        (0, "0 seconds", "0 seconds"),
        (59, "59 seconds", "59 seconds"),
        (60, "1 minute", "1 minute"),
        (301, "5 minutes", "5 minutes 1 second"),
        (7199, "119 minutes", "119 minutes 59 seconds"),
        (7200, "2 hours", "2 hours"),
        (172799, "47 hours", "47 hours 59 minutes"),
        (172800, "2 days", "2 days"),
    ],
)
def test_span(seconds: int, words: str, exact: str) -> None:
    assert (span(seconds), exact_span(seconds)) == (words, exact)
