# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes inside the firewall: device-server, and the forced commit that a restart of it needs.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.jobs import is_commit
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import shown


def device_server_unavailable(case: Case) -> list[Finding]:
    """Busy is proven only when it was asked more than once and no job explains it."""
    if case.state != "busy":
        return []
    status = case.evidence.cloud_status.value
    attempts = status.attempts if status is not None else len(case.evidence.cloud_status.asked)
    details: dict[str, Any] = {"attempts": attempts}
    if case.running_jobs:
        job = case.running_jobs[0]
        details["job"] = {"id": job.id, "type": job.type}
        because, wait = ("device_server", "commit_state"), "whether it answers once the job has finished"
        return [Finding("device_server_unavailable", "possible", because, details, variant="wait", undecided=wait)]
    certain = attempts > 1 and case.evidence.commit_state.value is not None
    confidence: Confidence = "proven" if certain else "likely"
    return [Finding("device_server_unavailable", confidence, ("device_server",), details)]


def commit_force_needed(case: Case) -> list[Finding]:
    """How a job shows that a commit was forced is not known: a commit since the restart leaves it open."""
    if case.state != "disconnected" or case.restarted is None or case.error_after_restart:
        return []
    details: dict[str, Any] = {"restarted_at": shown(case.restarted)}
    because = ("commit_state", "engine_events")
    committing = [job for job in case.running_jobs if is_commit(job)]
    if committing:
        details["since_restart"] = f"the commit job {committing[0].id} is still running"
        wait = "what the running commit changes"
        return [
            Finding("commit_force_needed", "possible", because, details, case.restarted, variant="wait", undecided=wait)
        ]
    if case.commit_after_restart is False:
        details["since_restart"] = "no commit has finished since"
        return [Finding("commit_force_needed", "proven", because, details, case.restarted)]
    if case.commit_after_restart is None:
        details["since_restart"] = "whether a forced commit has followed is not known"
        unknown = "whether a commit has finished since the restart"
        return [Finding("commit_force_needed", "possible", because, details, case.restarted, undecided=unknown)]
    details["since_restart"] = "a commit has finished since, but whether it was forced is not known"
    nothing_else = not case.undecided_by and not case.timeline.current
    confidence: Confidence = "likely" if nothing_else else "possible"
    return [Finding("commit_force_needed", confidence, because, details, case.restarted)]
