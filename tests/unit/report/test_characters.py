# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Characters that no reader sees do not come out as they are."""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import SHOWN, visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.tests.unit.remedy.test_remedy_selection import PLAN
from ansible_collections.panops.mlav.tests.unit.report.diagnoses import diagnosis, planted
from tests.tooling.operations import run_operation

#: By what they do to a reader.
CHARACTERS = {
    "turns what follows around": "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "marks a direction": "\u200e\u200f\u061c",
    "has no width": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f",
    "ends a line": "\u2028\u2029\x85\x0b\x0c",
    "is a tag": "\U000e0000\U000e0001\U000e0041\U000e007f",
    "chooses a variation": "\ufe00\ufe0f\U000e0100",
    "fills a place": "\u115f\u1160\u3164\uffa0",
    "drives a terminal": "\x1b\x9b\x07\x08\x00\x7f",
}


def test_every_format_and_control_character_is_shown() -> None:
    """Those of this Python's Unicode, which is not that of all others."""
    unseen = [
        chr(point)
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp") and chr(point) not in "\n\t"
    ]
    assert len(unseen) > 200
    assert [f"U+{ord(character):04X}" for character in unseen if visible(character) != SHOWN] == []


@pytest.mark.parametrize(
    "text", ["fw-1", "Grüße, Привет, 你好, שלום, مرحبا", "a\tb\nc", "naïve – “quoted” … €", "\udce9", ""]
)
def test_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("kind", CHARACTERS)
def test_an_excerpt_has_no_unseen_character(kind: str) -> None:
    told = excerpt(f"before{CHARACTERS[kind]}after")
    assert visible(told) == told
    assert told.startswith("before")
    assert told.endswith("after")


def written(folder: Path, **arguments: Any) -> dict[str, str]:
    """What a report leaves, by place."""
    result = run_operation(REPORT, {**arguments, "report_dir": str(folder)})
    places = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return {"result": json.dumps(result, ensure_ascii=False, indent=1), **places}


def assert_seen(places: dict[str, str]) -> None:
    for place, text in places.items():
        assert visible(text) == text, place
        # A line of a report may begin where no line ended.
        assert text.splitlines() == text.split("\n")[: len(text.splitlines())], place
        assert SHOWN in text, place


@pytest.mark.parametrize("kind", CHARACTERS)
def test_a_report_of_diagnoses_has_no_unseen_character(kind: str, tmp_path: Path) -> None:
    hostile = planted(diagnosis("fw-a", "broken", "tls_interception"), CHARACTERS[kind])
    hostile["missing"] = planted(
        [{"evidence": "ping", "kind": "refused", "reason": "no ping", "hint": "Ask."}], CHARACTERS[kind]
    )
    places = written(tmp_path, diagnoses=[hostile], query="[].host")
    assert set(places) == {"result", "diagnoses.json", "report.md", "report.html"}
    assert_seen(places)


@pytest.mark.parametrize("kind", CHARACTERS)
def test_a_report_of_remediations_has_no_unseen_character(kind: str, tmp_path: Path) -> None:
    step = {
        "action": "commit",
        "host": "fw-a",
        "text": "Commit.",
        "state": "failed",
        "error": "no",
        "details": ["line"],
    }
    record = {
        "schema": "panops.mlav/remediation/1",
        "host": "fw-a",
        "cause": "tls_interception",
        "outcome": "failed",
        "actions": [step],
        "reason": "bob holds a lock (change).",
        "error": "It failed.",
        "left_behind": ["a lock"],
        "verdict_before": "broken",
        "verdict_after": None,
        "plan": encode(PLAN),
    }
    hostile = planted(record, CHARACTERS[kind])
    hostile["plan"]["pending"] = {f"bo{CHARACTERS[kind]}b": ["/config"]}
    places = written(tmp_path, remediations=[hostile], plan_only=True)
    # ASCII alone, so nothing in it can be unseen.
    assert places.pop("plan.json").isascii()
    assert set(places) == {"result", "remediation.json", "remediation.md"}
    assert_seen(places)
