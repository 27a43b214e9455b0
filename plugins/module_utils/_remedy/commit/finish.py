# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a commit that was sent: its job, its duration, and whether what was committed is running."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import (
    CommitFailed,
    Committed,
    CommitWithoutEffect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.read_back import ReadBack
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.sent_once import SentOnce

FAILED_AND_RUNNING = "The job reports a failure, but the running configuration holds what was committed."


def finish(sent: SentOnce, job_id: int, started: datetime, limit_s: float, read_back: ReadBack) -> Committed:
    """Follows the job to its end, for ``limit_s`` seconds at most, and reads back what is running.

    Raises:
        CommitFailed, CommitWithoutEffect: the commit does not count.
        CommitUnfinished, CommitUnknown, DeviceError: it may.
    """
    notes: tuple[str, ...] = ()
    pace = read_back.session.pace
    began = pace.clock()
    try:
        job = sent.at_its_end(job_id, limit_s)
    except CommitFailed as failed:
        if not read_back.knows_places or read_back.confirmed() is not True:
            sent.counts = False
            raise
        notes = (FAILED_AND_RUNNING,)
        read_back.progress(f"commit job {failed.job_id}: {FAILED_AND_RUNNING}")
        job = failed.job
    finished, duration_s = pace.now(), pace.clock() - began
    # The firewall counts whole seconds.
    if job.enqueued is not None and job.finished is not None and job.finished > job.enqueued:
        duration_s = (job.finished - job.enqueued).total_seconds()
    confirmed = read_back.confirmed()
    if confirmed is False:
        sent.counts = False
        raise CommitWithoutEffect(job.id, f"commit job {job.id}: {job.result}")
    return Committed(True, job.id, started, finished, duration_s, (*notes, *job.warnings), job.details, confirmed)


def nothing_to_commit(sent: SentOnce, started: datetime, read_back: ReadBack) -> Committed:
    """The firewall answered that there is nothing to commit.

    Raises:
        CommitWithoutEffect: what was to be committed is not running.
    """
    read_back.progress("the firewall has nothing to commit")
    confirmed = read_back.confirmed()
    if confirmed is False:
        sent.counts = False
        raise CommitWithoutEffect(None, "there are no changes to commit")
    return Committed(False, None, started, read_back.session.pace.now(), None, (), (), confirmed)
