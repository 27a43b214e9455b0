# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until no other commit, install or synchronization runs."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import busy_block
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession


def wait_until_idle(session: RetryingSession, busy_wait_s: float, progress: Progress) -> tuple[Job, ...]:
    """All jobs of the firewall, once none of them keeps a commit from starting.

    Raises:
        Blocked: one still runs after ``busy_wait_s`` seconds.
        DeviceError: the jobs cannot be listed.
    """
    limit = session.pace.within(busy_wait_s)
    shown = ""
    while True:
        jobs = session.ask(read_jobs, limit)
        busy = next((job for job in jobs if job.busy), None)
        if busy is None:
            return jobs
        if limit.over:
            raise busy_block(f"{busy} runs", busy_wait_s)
        if shown != str(busy):
            shown = str(busy)
            progress(f"waiting for {busy}")
        session.pace.sleep(session.pace.poll_s)
