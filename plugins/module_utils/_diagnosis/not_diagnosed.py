# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a firewall whose diagnosis did not run, so that a fleet's report lists every firewall."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Check,
    Diagnosis,
    MissingEvidence,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.summary import fitted
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief


def not_diagnosed(host: str, message: str, at: datetime) -> Diagnosis:
    """An undetermined result with the message of the failed task. ``at`` is an aware time."""
    return Diagnosis(
        host=host,
        source="live",
        source_file=None,
        collected_at=at,
        device={},
        cloud_server=None,
        verdict="undetermined",
        cause_confidence="unknown",
        summary=fitted(f"The diagnosis did not run: {brief(message, 600)}"),
        causes=(),
        checks=(Check("device_access", CHECKS[0].title, "error", message, (), None, 0),),
        history=(),
        missing=(
            MissingEvidence(
                "cloud_status",
                "not_asked",
                message,
                "Run the diagnosis again; the message of the failed task is the reason.",
            ),
        ),
        duration_ms=0,
    )
