# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a firewall whose diagnosis never ran."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.not_diagnosed import not_diagnosed
from tests.tooling.schemas import validator


def test_it_is_undetermined_and_says_why() -> None:
    data = encode(not_diagnosed("fw-lon-1", "It broke off.", datetime(2026, 11, 23, 10, 15, tzinfo=timezone.utc)))
    validator("diagnosis").validate(data)
    assert data == {
        "schema": "panops.mlav/diagnosis/1",
        "host": "fw-lon-1",
        "source": "live",
        "source_file": None,
        "collected_at": "2026-11-23T10:15:00Z",
        "device": {},
        "cloud_server": None,
        "verdict": "undetermined",
        "cause_confidence": "unknown",
        "summary": "The diagnosis did not run: It broke off.",
        "causes": [],
        "checks": [
            {
                "id": "device_access",
                "title": "Firewall access",
                "status": "error",
                "message": "It broke off.",
                "evidence": [],
                "blocked_by": None,
                "duration_ms": 0,
            }
        ],
        "history": [],
        "missing": [
            {
                "evidence": "cloud_status",
                "kind": "not_asked",
                "reason": "It broke off.",
                "hint": "Run the diagnosis again; the message of the failed task is the reason.",
            }
        ],
        "duration_ms": 0,
    }
