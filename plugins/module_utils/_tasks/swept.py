# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sweep keeps of a firewall: small enough for thousands in one result, enough for its diagnosis."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import decoder, utc
from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import Natural, Text, Utc
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import COMMAND
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    Asked,
    CloudStatus,
    Evidence,
    EvidenceSet,
    Problem,
)

State = Literal["connected", "disconnected", "unavailable", "unknown", "error"]
STATES: tuple[State, ...] = ("connected", "disconnected", "unavailable", "unknown", "error")
_STATES_BY_ANSWER: dict[str, State] = {
    "connected": "connected",
    "disconnected": "disconnected",
    "busy": "unavailable",
    "other": "unknown",
}

# The full diagnosis would fail alike: it would take a time limit more, and one more wrong login may lock the account.
# After any other error it may know more.
_SETTLED = frozenset(
    {
        "unreachable",
        "overloaded",
        "foreign_answer",
        "oversized",
        "session",
        "timeout",
        "tls",
        "authentication",
        "invalid_option",
    }
)


class Error(TypedDict):
    """Why a firewall could not be asked, and what would help."""

    kind: str
    message: str
    remedy: str


class SweptFirewall(TypedDict):
    """One firewall in the result of a sweep. ``collected_at`` is ISO 8601 in UTC, ``answer`` the firewall's words."""

    host: str
    state: State
    cloud_server: str | None
    error: Error | None
    answer: str | None
    collected_at: Annotated[str, Text(pattern=Utc(seconds=True).pattern, example=Utc().example)]
    duration_ms: Natural


def swept_firewall(evidence: EvidenceSet) -> SweptFirewall:
    """From the evidence of the one question."""
    found = evidence.cloud_status
    status, problem = found.value, found.problem
    error: Error | None = None
    if status is None and problem is not None:
        error = {"kind": problem.kind, "message": problem.message, "remedy": problem.hint}
    return {
        "host": evidence.host,
        "state": "error" if status is None else _STATES_BY_ANSWER[status.state],
        "cloud_server": status.server if status is not None else None,
        "error": error,
        "answer": found.asked[-1].raw if status is not None and found.asked else None,
        "collected_at": utc(evidence.collected_at),
        "duration_ms": found.duration_ms,
    }


#: Reads a row, without unseen characters (``characters.visible``). Raises Misfit, which names the place.
read_swept = decoder(SweptFirewall, text=visible)


def settled(row: SweptFirewall) -> bool:
    """No further diagnosis is needed, or none would come to more."""
    return row["state"] == "connected" or (row["error"] is not None and row["error"]["kind"] in _SETTLED)


def diagnosis_of(row: SweptFirewall) -> Diagnosis:
    """The diagnosis of a settled firewall."""
    status = CloudStatus("connected", row["cloud_server"]) if row["state"] == "connected" else None
    error, answer = row["error"], row["answer"]
    problem = Problem(error["kind"], error["message"], error["remedy"]) if error is not None else None
    asked = (Asked(COMMAND.cli, "api", answer),) if answer is not None else ()
    collected_at = datetime.fromisoformat(row["collected_at"].replace("Z", "+00:00"))
    evidence = Evidence(status, problem, asked, row["duration_ms"])
    return diagnose(EvidenceSet(row["host"], "live", collected_at, "status", cloud_status=evidence))
