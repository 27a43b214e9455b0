# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP 429, 502, 503 and 504: how long to wait before a question is asked again.

Source: RFC 9110 section 10.2.3 for Retry-After.
"""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

STATUSES = frozenset({429, 502, 503, 504})
# The last one's error is raised.
ATTEMPTS = 3
_FIRST_PAUSE = 1.0


def pause(retry_after: str | None, attempt: int, now: datetime | None = None) -> float:
    """Seconds to wait after the ``attempt``-th attempt (from 1): what the answer asks for, else 1, 2, ...

    Args:
        retry_after: the header; seconds or a date of HTTP, anything else counts for nothing.
        attempt: how many there were.
        now: aware; by default this machine's time.
    """
    given = (retry_after or "").strip()
    # What is longer passes every limit anyway.
    if given.isascii() and given.isdigit() and len(given) <= 9:
        return float(given)
    try:
        date = parsedate_to_datetime(given[:64])
        # Without a zone it is UTC: HTTP knows no other.
        when = date.replace(tzinfo=timezone.utc) if date.tzinfo is None else date
        return max(0.0, (when - (now or datetime.now(timezone.utc))).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return _FIRST_PAUSE * 2.0 ** (attempt - 1)
