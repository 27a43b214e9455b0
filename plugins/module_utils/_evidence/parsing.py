# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small readers that several parsers share. None of them raises on text that it does not understand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address

_DATE_TIME = re.compile(
    r"\s*(\d{4})[/-](\d{1,2})[/-](\d{1,2})[ T](\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,6})\d*)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?(?![\w:+-])"
)
_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})?")

# Years outside are no times of a firewall, and too near the ends of what can be computed with.
YEARS = range(1970, 2200)


def text_of(element: Element | None, path: str) -> str | None:
    """The text under ``path``, without surrounding space; None where it is absent or empty."""
    found = element.findtext(path) if element is not None else None
    return (found or "").strip() or None


def lines_of(text: str) -> list[str]:
    """The lines of a text, at line feeds alone: what else ``splitlines`` splits at may stand inside a log's line."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def members_of(element: Element, path: str) -> tuple[str, ...]:
    """The texts of the ``member`` elements under ``path``."""
    return tuple(text for item in element.findall(f"{path}/member") if (text := (item.text or "").strip()))


def pairs_of(text: str) -> dict[str, str]:
    """``key: value`` lines of an answer as a dictionary; the first of equal keys counts, empty values are left out."""
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and value.strip():
            pairs.setdefault(key.strip().lower(), value.strip())
    return pairs


def yes_no(text: str | None) -> bool | None:
    """``yes``/``on`` and ``no``/``off``; None for anything else."""
    return {"yes": True, "on": True, "no": False, "off": False}.get((text or "").strip().lower())


def number(text: str | None) -> int | None:
    """A whole number of at most 18 digits, else None."""
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,18}", text.strip()) else None


def without_prefix(text: str) -> str | None:
    """``10.1.5.254/24`` -> ``10.1.5.254``; None where the text is no IP address."""
    found = parse_address(text.partition("/")[0])
    return str(found) if found is not None else None


def zone_offset(text: str | None) -> timedelta | None:
    """The offset of a zone that has only one meaning (``UTC``, ``+0900``, ``-04:00``, ``+04``), else None."""
    if text in ("Z", "UTC", "GMT"):
        return timedelta(0)
    found = _ZONE.fullmatch(text or "")
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset > timedelta(hours=14):
        return None
    return -offset if found[1] == "-" else offset


def date_time(text: str | None) -> datetime | None:
    """``2023/08/08 16:07:21`` and ``2023-08-08T16:07:21.123-04:00``; aware where an unambiguous zone follows.

    An abbreviation such as ``PST`` has more than one meaning: the time stays naive.
    """
    found = _DATE_TIME.match(text or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[index]) for index in range(1, 7))
    if year not in YEARS:
        return None
    offset = zone_offset(found[8])
    try:
        return datetime(
            year,
            month,
            day,
            hour,
            minute,
            second,
            int((found[7] or "0").ljust(6, "0")),
            tzinfo=timezone(offset) if offset is not None else None,
        )
    except ValueError:
        return None


def aware(time: datetime | None, utc_offset_s: int) -> datetime | None:
    """The time with that offset, in seconds east of UTC, where it has none of its own."""
    if time is None or time.tzinfo is not None:
        return time
    return time.replace(tzinfo=timezone(timedelta(seconds=utc_offset_s)))
