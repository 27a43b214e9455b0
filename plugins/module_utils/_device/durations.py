# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lengths of time as people write them in options."""

from __future__ import annotations

import re
from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(option: str, value: object, lowest: int = 1) -> timedelta:
    """``24h`` -> timedelta; with ``lowest`` 0, none at all (``0s``) as well.

    Raises InvalidOption that names the option, the value and what would be right.
    """
    found = re.fullmatch(r"\s*([0-9]{1,7})\s*([smhd])\s*", value) if isinstance(value, str) else None
    if found is None or int(found[1]) < lowest:
        number = "a whole number above zero" if lowest else "a whole number"
        raise InvalidOption(f"{option} is {value!r}: expected {number} and a unit, s, m, h or d, such as '24h'")
    return timedelta(seconds=int(found[1]) * _UNIT_SECONDS[found[2]])
