# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lengths of time: text in, meaning or clear error out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.durations import duration
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        (" 24 h ", timedelta(days=1)),
        ("2d", timedelta(days=2)),
    ],
)
def test_duration(text: str, meaning: timedelta) -> None:
    assert duration("log_window", text) == meaning


@pytest.mark.parametrize("text", ["", "24", "h", "0h", "-1h", "1.5h", "24 hours", "24h2", "9" * 9 + "d", 24, None])
def test_duration_refuses(text: object) -> None:
    with pytest.raises(InvalidOption) as caught:
        duration("log_window", text)
    assert caught.value.message == (
        f"log_window is {text!r}: expected a whole number above zero and a unit, s, m, h or d, such as '24h'"
    )
