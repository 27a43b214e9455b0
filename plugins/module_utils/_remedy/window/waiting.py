# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for the maintenance window."""

from __future__ import annotations

from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Limit, Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import window_block

# A wait is cut into pieces, so that a controller that was suspended meanwhile does not start late.
_LONGEST_SLEEP_S = 60.0


def wait_for_window(allowances: Allowances, needed_s: float, limit: Limit, progress: Progress) -> bool:
    """Waits for a window of ``needed_s`` seconds that opens within the limit. Returns whether it had to wait.

    Raises:
        Blocked: no window opens in time.
    """
    pace, waited = allowances.pace, False
    while True:
        now = pace.now()
        closed = window_block(allowances, now, needed_s)
        if closed is None:
            return waited
        blocked, opens = closed
        if opens is None or opens - now > timedelta(seconds=limit.left_s):
            raise blocked
        if not waited:
            progress(f"waiting for the maintenance window, until {opens:%Y-%m-%dT%H:%M:%SZ}")
            waited = True
        pace.sleep(min(max((opens - now).total_seconds(), pace.poll_s), _LONGEST_SLEEP_S))
