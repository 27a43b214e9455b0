# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which remedy a diagnosis asks for, whose turn it is, and whether an approved plan still holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import Actor
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    Cause,
    Confidence,
    Diagnosis,
    Remedy,
    Verdict,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import HighAvailability
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step, require_approved
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Preferences, choose, turn


def cause(name: str, confidence: Confidence = "proven", actor: Actor = "firewall_admin", **details: Any) -> Cause:
    remedy = Remedy("Do it.", actor, True, None, {}, "low", True, "https://example.com")
    return Cause(name, "MLAV0000", "Title", confidence, ("check",), remedy, details)


def diagnosis(*causes: Cause, verdict: Verdict = "broken") -> Diagnosis:
    return Diagnosis(
        "fw-1",
        "live",
        None,
        datetime(2026, 11, 25, tzinfo=timezone.utc),
        {},
        None,
        verdict,
        "proven",
        "The summary.",
        causes,
        (),
        (),
        (),
        1,
    )


HERE = cause("tls_interception", decrypts="this_firewall")
ELSEWHERE = cause("tls_interception", decrypts="elsewhere", decrypts_why="it has no decrypt rule")
UNKNOWN = cause("tls_interception", decrypts="unknown", decrypts_why="the policy could not be read")


@pytest.mark.parametrize(
    ("found", "wanted", "kind", "elsewhere"),
    [
        (HERE, Preferences(), "exclusion", False),
        (HERE, Preferences(decryption_host="fw-9"), "exclusion", False),
        (ELSEWHERE, Preferences(decryption_host="fw-9"), "exclusion", True),
        (UNKNOWN, Preferences(decryption_host="fw-9"), "exclusion", True),
        (cause("commit_force_needed"), Preferences(), "commit_force", False),
        (cause("device_server_unavailable"), Preferences(decryption_host="fw-9"), "restart", False),
        (cause("commit_force_needed", "likely"), Preferences("likely"), "commit_force", False),
        (cause("commit_force_needed", "likely"), Preferences("possible"), "commit_force", False),
        (cause("commit_force_needed", "possible"), Preferences("possible"), "commit_force", False),
    ],
)
def test_remedy_of_a_cause(found: Cause, wanted: Preferences, kind: str, elsewhere: bool) -> None:
    chosen = choose(diagnosis(found), wanted)
    assert chosen is not None
    assert (chosen.cause, chosen.kind, chosen.elsewhere) == (found, kind, elsewhere)


@pytest.mark.parametrize("verdict", ["healthy", "degraded", "not_applicable"])
def test_connected_firewall_needs_no_remedy(verdict: Verdict) -> None:
    assert choose(diagnosis(HERE, verdict=verdict), Preferences("possible")) is None


@pytest.mark.parametrize(
    ("found", "wanted", "guard", "option", "reason"),
    [
        (ELSEWHERE, Preferences(), "decrypting_device", "decryption_host", "another device decrypts"),
        (UNKNOWN, Preferences(), "decrypting_device", "decryption_host", "it is unknown which device decrypts"),
        (
            cause("commit_force_needed", "likely"),
            Preferences(),
            "confidence",
            "remediate_confidence",
            "expected a cause that is at least proven, got commit_force_needed (likely)",
        ),
        (
            cause("commit_force_needed", "possible"),
            Preferences("likely"),
            "confidence",
            "remediate_confidence",
            "at least",
        ),
        (cause("device_server_unavailable", actor="nobody"), Preferences("possible"), "busy", "", "Do it."),
    ],
)
def test_blocked_remedy_names_the_option(
    found: Cause, wanted: Preferences, guard: str, option: str, reason: str
) -> None:
    with pytest.raises(Blocked) as refused:
        choose(diagnosis(found), wanted)
    assert (refused.value.guard, refused.value.option) == (guard, option)
    assert reason in refused.value.message


REPAIRED_HERE = {"tls_interception", "commit_force_needed", "device_server_unavailable"}


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - REPAIRED_HERE))
def test_other_causes_must_be_fixed_manually(name: str) -> None:
    with pytest.raises(Blocked, match=f"{name} must be fixed manually: Do it.") as refused:
        choose(diagnosis(cause(name)), Preferences("possible", "fw-9", True))
    assert (refused.value.guard, refused.value.option) == ("cause", "")


def test_reason_without_a_cause_is_the_summary() -> None:
    with pytest.raises(Blocked, match=r"The summary\.") as refused:
        choose(diagnosis(verdict="undetermined"), Preferences())
    assert refused.value.guard == "cause"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (HighAvailability(False), "first"),
        (HighAvailability(True, "Active-Passive", "passive", "active"), "first"),
        (HighAvailability(True, "Active-Passive", "active", "passive"), "second"),
        (HighAvailability(True, "Active-Active", "active-secondary", "active-primary"), "first"),
        (HighAvailability(True, "Active-Active", "Active-Primary", "Active-Secondary"), "second"),
        (HighAvailability(True, "Active-Passive", "active", "active"), None),
        (HighAvailability(True, "Active-Passive", "passive", "passive"), None),
        (HighAvailability(True, "Active-Passive", "active", None), None),
        (HighAvailability(True, "Active-Passive", "passive", "unknown"), None),
        (HighAvailability(True, "Active-Passive", "suspended", "active"), None),
        (HighAvailability(True, "Active-Passive", "non-functional", "active"), None),
        (HighAvailability(True), None),
        (None, None),
    ],
)
def test_turn_by_ha_state(state: HighAvailability | None, expected: str | None) -> None:
    if expected is not None:
        assert turn(state, "fw-1", False) == expected
        return
    with pytest.raises(Blocked, match="fw-1") as refused:
        turn(state, "fw-1", False)
    assert (refused.value.guard, refused.value.option) == ("high_availability", "allow_unknown_ha")
    assert turn(state, "fw-1", True) == "alone"


PLAN = Plan(
    "fw-1",
    "001",
    "11.1.4",
    "tls_interception",
    "proven",
    "fw-1",
    "001",
    "first",
    (Step("add_exclusion", "fw-1", "Exclude.", False, {"name": "*.x"}), Step("commit", "fw-1", "Commit.", True)),
    "sha256:" + 64 * "0",
    {},
)


def test_approved_plan_with_other_texts() -> None:
    approved = encode(replace(PLAN, confidence="likely", pending={"bob": ("/config/x",)}))
    approved["steps"][0]["text"] = "Other words."
    require_approved(PLAN, approved)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"serial": "002"}, "serial was '001' and is '002'"),
        ({"sw_version": "11.1.5"}, "sw_version was '11.1.4' and is '11.1.5'"),
        ({"cause": "commit_force_needed"}, "cause was 'tls_interception' and is 'commit_force_needed'"),
        ({"target": "fw-9"}, "target was 'fw-1' and is 'fw-9'"),
        ({"target_serial": None}, "target_serial was '001' and is None"),
        ({"order": "second"}, "order was 'first' and is 'second'"),
        ({"candidate": "sha256:" + 64 * "1"}, "candidate was"),
        ({"steps": PLAN.steps[1:]}, "the steps were add_exclusion, commit and are commit"),
        ({"steps": (replace(PLAN.steps[0], params={"name": "*.y"}), PLAN.steps[1])}, "the steps were add_exclusion"),
    ],
)
def test_plan_that_differs_from_the_approved_one_blocks(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Blocked) as refused:
        require_approved(replace(PLAN, **change), encode(PLAN))
    assert (refused.value.guard, refused.value.option) == ("plan", "plan")
    assert said in refused.value.message


@pytest.mark.parametrize("steps", [None, "commit", [1], [None]])
def test_malformed_approved_plan_blocks(steps: Any) -> None:
    with pytest.raises(Blocked, match="the steps were none"):
        require_approved(PLAN, {**encode(PLAN), "steps": steps})
