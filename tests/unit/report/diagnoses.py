# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses, and mlav_report as a module would be run."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from tests.tooling.operations import run_operation


def diagnosis(host: str, verdict: str = "healthy", cause: str | None = None, **changes: Any) -> dict[str, Any]:
    causes = (
        [
            {
                "id": cause,
                "code": "MLAV0102",
                "title": "A device on the way decrypts the traffic",
                "confidence": "proven",
                "because": ["tls_validation"],
                "details": {"decrypts": "elsewhere"},
                "remedy": {
                    "text": "Exclude *.paloaltonetworks.com there.",
                    "actor": "decryption_admin",
                    "automated": False,
                    "module": None,
                    "params": {},
                    "risk": "low",
                    "needs_maintenance_window": False,
                    "doc_url": "https://example.com/tls_interception",
                },
            }
        ]
        if cause
        else []
    )
    return {
        "schema": "panops.mlav/diagnosis/1",
        "host": host,
        "source": "live",
        "source_file": None,
        "collected_at": "2026-11-23T10:15:00Z",
        "device": {"model": "PA-850", "sw_version": "10.2.9-h1"},
        "cloud_server": "ml.service.paloaltonetworks.com",
        "verdict": verdict,
        "cause_confidence": "proven" if cause else "unknown",
        "summary": f"{host} is {verdict}.",
        "causes": causes,
        "checks": [
            {
                "id": "tls_validation",
                "title": "The certificate validates",
                "status": "fail" if cause else "pass",
                "message": "Expected: a valid certificate. Actual: code 20.",
                "evidence": [
                    {"command": "tail mp-log devsrv.log", "transport": "ssh", "parsed": None, "raw": "code : 20"}
                ],
                "blocked_by": None,
                "duration_ms": 3,
            }
        ],
        "history": [],
        "missing": [],
        "duration_ms": 12,
        **changes,
    }


def planted(value: Any, characters: str) -> Any:
    """Every text in a result as a device may have it."""
    if isinstance(value, str):
        return f"{value[:3]}{characters}{value[3:]}"
    if isinstance(value, dict):
        # What programs read stays: a report takes no other.
        kept = {
            *("schema", "verdict", "status", "outcome", "state", "source", "confidence", "cause_confidence", "code"),
            *("actor", "risk", "collected_at", "because", "action", "order", "candidate", "verdict_before"),
            *(("id",) if isinstance(value.get("code"), str) or "status" in value else ()),
            *(("evidence",) if isinstance(value.get("evidence"), str) else ()),
        }
        return {name: item if name in kept else planted(item, characters) for name, item in value.items()}
    return [planted(item, characters) for item in value] if isinstance(value, list) else value


def report(check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    return run_operation(REPORT, arguments, check_mode)
