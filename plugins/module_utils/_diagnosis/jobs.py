# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of a firewall: which keep device-server busy, which are commits."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Job

_OCCUPYING = ("commit", "autocom", "content", "anti", "wildfire", "install", "threat", "validate", "sync")


def is_commit(job: Job) -> bool:
    return job.type.lower().startswith(("commit", "autocom"))


def occupies(job: Job) -> bool:
    """It runs now, and is of a kind that keeps device-server busy."""
    return (job.status or "").upper() == "ACT" and any(word in job.type.lower() for word in _OCCUPYING)
