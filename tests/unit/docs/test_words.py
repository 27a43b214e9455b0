# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages, task names and texts use the terms of docs/style.md."""

from __future__ import annotations

import re

import pytest

from tests.tooling.environment import ROOT
from tests.tooling.words import CHECKED, STYLE, check, check_text, strings, terms

PAGE = "| use | not |\n|---|---|\n| roll back | `take back`, `undo` |\n"
REPLACED = terms(PAGE)


def test_no_replaced_word_is_used() -> None:
    assert [str(finding) for finding in check()] == []


def test_what_is_checked_exists() -> None:
    assert [name for name in CHECKED if not (ROOT / name).exists()] == []


def test_the_terms_come_from_the_tables_of_the_page() -> None:
    assert REPLACED == {"take back": "roll back", "undo": "roll back"}
    assert terms(STYLE.read_text(encoding="utf-8"))["licence"] == "license"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Undo it.", ['page.md:1: "Undo": use roll back']),
        ("one\nthat we take\n  back", ['page.md:2: "take back": use roll back']),
        ("- name: Undo the change", ['page.md:1: "Undo": use roll back']),
        ("undoable, re-undo, undo_it", []),
        ("`undo`, V(undo) and [back](undo.md)", []),
        ("```text\nundo\n```\nundo", ['page.md:4: "undo": use roll back']),
    ],
)
def test_a_replaced_word_is_found_in_prose(text: str, found: list[str]) -> None:
    assert [str(finding) for finding in check_text("page.md", text, REPLACED)] == found


def test_the_strings_of_a_file_are_those_that_people_read() -> None:
    lines = (
        *('"""Undo: a docstring."""', 'SHOWN = "undo this"', 'NAME = "undo"'),
        *("def f() -> str:", '    """Undo it."""', '    return f"{NAME} is done"'),
    )
    assert sorted(strings("\n".join(lines))) == [(2, "undo this"), (6, " is done")]


def test_a_short_description_is_an_imperative_of_at_most_60_characters() -> None:
    files = [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "plugins").rglob("*.yml"), *(ROOT / "roles").rglob("*.yml")]
    texts = (file.read_text(encoding="utf-8") for file in files)
    found = [text for page in texts for text in re.findall(r"^ *short_description: (.+)$", page, re.MULTILINE)]
    assert len(found) > 15
    # "Gets" and the like describe; an imperative of ours does not end in s.
    assert [text for text in found if len(text) > 60 or text.split()[0].endswith("s")] == []
