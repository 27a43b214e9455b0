# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A slice of the fuzzer's work that is the same on every run, and proof that it notices what it looks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import netstat, probing
from tests.simulator.planted import PHASH
from tests.tooling import fuzz
from tests.tooling.damage import damaged, damaged_archive
from tests.unit.device.archives import files_of

SEED = 1
CASES = {"techsupport": 40, "evidence": 140, "api": 25, "ssh": 5}


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fuzz.Fuzzer]:
    made = fuzz.Fuzzer(SEED, tmp_path_factory.mktemp("fuzz"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the input of a failing case is kept."""
    monkeypatch.setattr(fuzz, "FAILED", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_no_damage_is_too_much(kind: str, fuzzer: fuzz.Fuzzer) -> None:
    for number in range(CASES[kind]):
        fuzzer.case(number, [kind])


def fails(fuzzer: fuzz.Fuzzer, kind: str = "techsupport") -> str:
    """What the fuzzer says of the first case that fails."""
    for number in range(30):
        try:
            fuzzer.case(number, [kind])
        except fuzz.Failure as failure:
            return str(failure)
    return ""


def crash(*_given: Any, **_named: Any) -> Any:
    raise ZeroDivisionError("planted")


def test_a_parser_that_crashes_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    monkeypatch.setattr(netstat, "parse", crash)
    said = fails(fuzzer)
    assert "it crashed" in said
    assert "ZeroDivisionError" in said
    assert "--seed 1 --case" in said
    assert [path.suffix for path in kept.iterdir()] == [".tgz"]


def test_an_exception_of_another_kind_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.diagnosed", crash)
    assert "ZeroDivisionError: planted" in fails(fuzzer)


def test_a_result_that_does_not_fit_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.diagnosed"
    monkeypatch.setattr(name, lambda *_given, **_named: {"verdict": "fine"})
    assert "does not fit diagnosis.schema.json" in fails(fuzzer)


def test_a_secret_that_comes_out_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport.masked"
    monkeypatch.setattr(name, lambda _found, _mask: [{"summary": PHASH}])
    assert "a secret came out" in fails(fuzzer)


def test_a_case_that_takes_too_long_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(*_given: Any) -> Any:
        while True:
            pass

    monkeypatch.setattr(probing, "redact", forever)
    monkeypatch.setattr(fuzz, "CASE_SECONDS", 0.5)
    assert "s of the processor" in fails(fuzzer, "evidence")


def test_a_case_that_fills_the_memory_is_noticed(fuzzer: fuzz.Fuzzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "CASE_MEGABYTES", -1)
    assert "MiB" in fails(fuzzer)


def test_a_case_is_the_same_again() -> None:
    files = files_of("healthy")
    assert damaged_archive(Random("1/7"), files) == damaged_archive(Random("1/7"), files)
    assert damaged(Random("1/7"), b"MLAV cloud\n") == damaged(Random("1/7"), b"MLAV cloud\n")


def test_the_command_says_its_seed_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--seed", "5", "--case", "3", "--kinds", "evidence"]) == 0
    assert capsys.readouterr().out == "seed 5\n1 cases, 0 failed\n"
