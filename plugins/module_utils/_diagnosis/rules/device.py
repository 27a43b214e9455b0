# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes inside the firewall: device-server, and the forced commit that its restart requires."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.jobs import is_commit
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.base import Finding
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import shown


def device_server_unavailable(case: Case) -> list[Finding]:
    """``busy`` proves it only when repeated and not explained by a job."""
    if case.state != "busy":
        return []
    status = case.evidence.cloud_status.value
    attempts = status.attempts if status is not None else len(case.evidence.cloud_status.asked)
    details: dict[str, Any] = {"attempts": attempts}
    if case.running_jobs:
        job = case.running_jobs[0]
        details["job"] = {"id": job.id, "type": job.type}
        because, wait = ("device_server", "commit_state"), "whether it answers after the job"
        return [Finding("device_server_unavailable", "possible", because, details, variant="wait", undecided=wait)]
    certain = attempts > 1 and case.evidence.commit_state.value is not None
    confidence: Confidence = "proven" if certain else "likely"
    return [Finding("device_server_unavailable", confidence, ("device_server",), details)]


def commit_force_needed(case: Case) -> list[Finding]:
    """A job does not show whether its commit was forced, so a commit since the restart leaves it open."""
    restart, what = case.restarted, "device-server was restarted"
    because: tuple[str, ...] = ("commit_state", "engine_events")
    if restart is None:
        # A run's record shows that it was about to restart it, but the command may not have been sent.
        restart, what = case.restart_begun, "a previous run may have restarted device-server"
        because = ("commit_state",)
    if case.state != "disconnected" or restart is None or case.error_since(restart):
        return []
    details: dict[str, Any] = {"restart": what, "restarted_at": shown(restart)}

    def finding(confidence: Confidence, since: str, undecided: str = "", variant: str | None = None) -> list[Finding]:
        all_details = {**details, "since_restart": since}
        return [Finding("commit_force_needed", confidence, because, all_details, restart, variant, undecided)]

    committing = [job for job in case.running_jobs if is_commit(job)]
    if committing:
        running = f"commit job {committing[0].id} is running"
        return finding("possible", running, "whether the running commit helps", "wait")
    followed, seen = case.commit_since(restart), case.restarted is not None
    if followed is False:
        nothing = "no commit since"
        return finding("proven", nothing) if seen else finding("possible", nothing, "whether it was restarted")
    if followed is None:
        unknown = "commits since are unknown"
        return finding("possible", unknown, "whether a commit has finished since the restart")
    if not seen:
        return []
    nothing_else = not case.undecided_by and not case.timeline.current
    since = "a commit since, which may not have been forced"
    return finding("likely" if nothing_else else "possible", since)
