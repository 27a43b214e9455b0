# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damaged answers, evidence files and tech-support files, and proof that what should not come out is noticed.

The same cases on every run; ``MLAV_TEST_CASES=10000`` tries so many new ones of each kind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._evidence import netstat
from tests.simulator.planted import PHASH
from tests.tooling import fuzz
from tests.tooling.damage import damaged, damaged_archive
from tests.unit.device.archives import files_of

NEW_CASES = int(os.environ.get("MLAV_TEST_CASES", "0"))
CASES = {"techsupport": 40, "evidence": 140, "api": 25, "ssh": 5}


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fuzz.Fuzzer]:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "work").mkdir()
    made = fuzz.Fuzzer(folder / "work", folder / "failed")
    yield made
    made.close()


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_no_damage_is_too_much(kind: str, fuzzer: fuzz.Fuzzer) -> None:
    @settings(
        max_examples=NEW_CASES or CASES[kind],
        derandomize=not NEW_CASES,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(dice=st.randoms(use_true_random=True))
    def survives(dice: Random) -> None:
        fuzzer.case(dice, kind)

    survives()


def fails(fuzzer: fuzz.Fuzzer, kind: str = "techsupport") -> str:
    """What is said of the first case that fails."""
    for seed in range(30):
        try:
            fuzzer.case(Random(seed), kind)
        except fuzz.Failure as failure:
            return str(failure)
    return ""


def crash(*_given: Any, **_named: Any) -> Any:
    raise ZeroDivisionError("planted")


def test_a_parser_that_crashes_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netstat, "parse", crash)
    said = fails(fuzzer)
    assert "it crashed" in said
    assert "ZeroDivisionError" in said
    assert [path.suffix for path in fuzzer.failed.iterdir()] == [".tgz"]


def test_an_exception_of_another_kind_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.diagnosed", crash)
    assert "planted" in fails(fuzzer)


def test_a_result_that_does_not_fit_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.diagnosed"
    monkeypatch.setattr(name, lambda *_given, **_named: {"verdict": "fine"})
    assert "does not fit diagnosis.schema.json" in fails(fuzzer)


def test_a_secret_that_comes_out_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.masked"
    monkeypatch.setattr(name, lambda _found, _mask: [{"summary": PHASH}])
    assert "a secret came out" in fails(fuzzer)


def test_a_case_that_takes_too_long_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "CASE_SECONDS", 0)
    assert "s of the processor" in fails(fuzzer, "evidence")


def test_a_case_that_fills_the_memory_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "CASE_MEGABYTES", -1)
    assert "MiB" in fails(fuzzer)


def test_a_case_is_the_same_again() -> None:
    files = files_of("healthy")
    assert damaged_archive(Random(7), files) == damaged_archive(Random(7), files)
    assert damaged(Random(7), b"MLAV cloud\n") == damaged(Random(7), b"MLAV cloud\n")
