# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Breaks the judgement on purpose, one small change at a time, and counts what the tests notice.

``python -m tests.tooling.mutation [FILE ...]`` runs it, in an environment of its own; docs/development.md says how to
read it. cosmic-ray makes the changes, with its operators and the two below. Its own runner writes each into the file
and starts an interpreter for it; here a mutant is a fork that has loaded all but the collection, and no file changes.
"""

from __future__ import annotations

import argparse
import ast
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Literal

from tests.tooling.environment import (
    BUILD,
    COLLECTIONS,
    ROOT,
    Failed,
    chosen_interpreter,
    environment,
    link_collection,
    make_venv,
)

REQUIREMENTS = ROOT / "tests" / "requirements-mutation.txt"
OPERATORS = [
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_FloorDiv",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "NumberReplacer",
    "ZeroIterationForLoop",
]
PLUGINS = ROOT / "plugins"
# What is mutated, most important first, and the tests that have to notice, the quickest first.
SUBJECTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("module_utils/_diagnosis/rules", "module_utils/_diagnosis/checks", "module_utils/_diagnosis"),
        (
            "tests/unit/diagnosis/test_rules.py",
            "tests/unit/diagnosis/test_checks.py",
            "tests/unit/diagnosis",
            "tests/unit/article",
        ),
    ),
    (
        (
            "module_utils/_remedy/window/windows.py",
            "module_utils/_remedy/window/entries.py",
            "module_utils/_remedy/window/recurrence.py",
            "plugin_utils/maintenance_window.py",
        ),
        tuple(f"tests/unit/remedy/test_window{part}.py" for part in ("", "_refusals", "_arguments", "_references")),
    ),
)
# The stages on the left of both import neither.
UNTOUCHED = tuple(
    f"ansible_collections.panops.mlav.plugins.module_utils.{stage}." for stage in ("_device", "_evidence")
)
# Property tests take longer than all others and find by luck: a table test has to notice.
CHOICE = ["-x", "-q", "-m", "not hypothesis", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminalreporter"]
PATIENCE = 10
FIRST_ASKED = 12
# What pytest ends with where a test that was named is not there.
NOT_FOUND = 4

Outcome = Literal["killed", "survived", "endless"]


@dataclass(frozen=True)
class Mutant:
    """One change of one file; ``source`` is the whole file after it."""

    path: Path
    operator: str
    line: int
    source: str

    def told(self, outcome: Outcome) -> dict[str, Any]:
        before = self.path.read_text(encoding="utf-8").splitlines()
        lines = unified_diff(before, self.source.splitlines(), n=0, lineterm="")
        diff = [text for text in lines if not text.startswith(("---", "+++", "@@"))]
        where = str(self.path.relative_to(PLUGINS))
        return {"file": where, "line": self.line, "operator": self.operator, "outcome": outcome, "diff": diff}


def mutants(path: Path) -> Iterator[Mutant]:
    """Those of one file; a change that only annotations or documentation show is none."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    original = path.read_text(encoding="utf-8")
    seen = {_meaning(original)}
    operators = {name: get_operator(f"core/{name}")() for name in OPERATORS}
    for name, operator in {**operators, "Membership": Membership(), "Identifier": Identifier()}.items():
        places = [place for node in ast_nodes(get_ast(original)) for place in operator.mutation_positions(node)]
        for occurrence, (start, _end) in enumerate(places):
            source = mutate_code(original, operator, occurrence)
            meaning = _meaning(source)
            if meaning not in seen:
                seen.add(meaning)
                yield Mutant(path, name, start[0], source)


class _Bare(ast.NodeTransformer):
    """Takes away what a program does not run."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        # Aliases such as State = Literal["connected", ...].
        if isinstance(node.value, ast.Name) and node.value.id in ("Literal", "Callable", "Mapping"):
            return ast.Constant(None)
        return self.generic_visit(node)


def _meaning(source: str) -> str:
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return ""


class Membership:
    """``in`` to ``not in`` and back, where cosmic-ray has no operator of its own."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "comparison":
            for child in node.children[1::2]:
                if child.get_code().strip() in ("in", "not in"):
                    yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        import parso

        place = [number for number, child in enumerate(node.children) if child.get_code().strip() in ("in", "not in")][
            index
        ]
        other = " not in" if node.children[place].get_code().strip() == "in" else " in"
        node.children[place] = parso.parse(other)
        return node


class Identifier:
    """The names that results and code are matched by (``"proven"``); texts for people are left alone."""

    _NAME = re.compile(r"""(["'])[a-z][a-z0-9_]*\1""")

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "string" and self._NAME.fullmatch(node.value):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, _index: int) -> Any:
        node.value = f"{node.value[:-1]}_{node.value[-1]}"
        return node


def load_libraries(tests: Sequence[str]) -> None:
    """Import what the tests import, but for the tests themselves and for all that may import what is mutated."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _silence()
        import pytest

        code = pytest.main([*CHOICE, "--collect-only", *tests])
        own = ("ansible_collections", "tests", "conftest", "__main__", "_pytest.assertion")
        names = [name for name in list(sys.modules) if not name.startswith(own) or name.startswith(UNTOUCHED)]
        os.write(writing, json.dumps([int(code), names]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        code, names = json.loads(file.read() or b"[1, []]")
    os.waitpid(child, 0)
    if code:
        raise Failed(f"the tests cannot be collected: pytest ended with code {code}")
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:
            continue


def start(path: Path, source: str | None, tests: Sequence[str], seconds: int, first: Sequence[str] = ()) -> Running:
    """Begin to run the tests, those of ``first`` before the others, with ``source`` as the text of ``path``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return Running(child, reading)
    try:
        _silence()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        if source is not None:
            _replace(path, source)
        import pytest

        def asked(*places: str) -> int:
            return int(pytest.main([*CHOICE, *places], plugins=[Failures(writing)]))

        code = asked(*first) if first else 0
        # What the first notice, the others need not even collect.
        code = code or next((code for place in tests if (code := asked(place))), 0)
    except BaseException:
        code = 99
    os._exit(code)


@dataclass(frozen=True)
class Running:
    """A process that runs tests; ``failures`` is where it writes the names of those that fail."""

    child: int
    failures: int

    def failed(self) -> str:
        """The first test that failed, empty where none did. To be asked once, after the process has ended."""
        with os.fdopen(self.failures, encoding="utf-8") as file:
            return file.readline().rstrip("\n")


class Failures:
    """A plugin of pytest that writes the name of each test that fails to a pipe."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and "\n" not in report.nodeid:
            os.write(self._writing, f"{report.nodeid}\n".encode()[:2000])


def outcome_of(status: int) -> Outcome:
    """From what waiting for the process returned. Raises Failed where the tests themselves could not be run."""
    code = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "endless"
    # 1: a test failed. 2: the tests could not even be collected.
    if code not in (0, 1, 2):
        raise Failed(f"pytest ended with code {code}")
    return "killed" if code else "survived"


def run(path: Path, source: str | None, tests: Sequence[str], seconds: int) -> Outcome:
    running = start(path, source, tests, seconds)
    outcome = outcome_of(os.waitpid(running.child, 0)[1])
    os.close(running.failures)
    return outcome


def run_all(found: Sequence[Mutant], tests: Sequence[str], seconds: int, jobs: int) -> list[Outcome]:
    """The outcome of each. What noticed a mutant of a file is asked first about the next ones."""
    running: dict[int, tuple[int, Running]] = {}
    outcomes: dict[int, Outcome] = {}
    noticed: list[str] = []
    waiting = list(enumerate(found))[::-1]
    while waiting or running:
        while waiting and len(running) < jobs:
            place, mutant = waiting.pop()
            begun = start(mutant.path, mutant.source, tests, seconds, noticed[:FIRST_ASKED])
            running[begun.child] = place, begun
        child, status = os.wait()
        place, ended = running.pop(child)
        failed = ended.failed()
        if os.waitstatus_to_exitcode(status) == NOT_FOUND:
            # By a change of a test's name, or of what it imports: only the whole of the tests, in a process that has
            # tried none of them, tells whether it is noticed.
            outcomes[place] = run(found[place].path, found[place].source, tests, seconds)
            continue
        outcomes[place] = outcome_of(status)
        if failed:
            noticed = [failed, *(name for name in noticed if name != failed)]
    return [outcomes[place] for place in range(len(found))]


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


def _replace(path: Path, source: str) -> None:
    """Have Python find ``source`` where it would load ``path``."""
    usual = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: Any, name: str) -> Any:
        found = Path(loader.path)
        return compile(source, loader.path, "exec") if found.resolve() == path else usual(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def _files(asked: Sequence[str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    seen: set[Path] = set()
    for places, tests in SUBJECTS:
        for place in places:
            found = PLUGINS / place
            for path in sorted(found.glob("*.py")) if found.is_dir() else [found]:
                wanted = not asked or any(part in str(path.relative_to(PLUGINS)) for part in asked)
                if wanted and path not in seen and path.name != "__init__.py":
                    seen.add(path)
                    yield path, tests


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(asked: Sequence[str], jobs: int, results: Path) -> dict[str, dict[str, int]]:
    """Every mutant of these files; each finished file is written to ``results`` at once."""
    score: dict[str, dict[str, int]] = {}
    limits: dict[tuple[str, ...], int] = {}
    for path, tests in _files(asked):
        if tests not in limits:
            load_libraries(tests)
            before = _cpu_seconds()
            if run(path, None, tests, 600) != "survived":
                raise Failed(f"{' '.join(tests)} fail without any change")
            limits[tests] = PATIENCE * int(_cpu_seconds() - before + 1)
        if run(path, "raise RuntimeError", tests, limits[tests]) != "killed":
            raise Failed(f"{' '.join(tests)} do not load {path.name}")
        found = list(mutants(path))
        outcomes = run_all(found, tests, limits[tests], jobs)
        told = [mutant.told(outcome) for mutant, outcome in zip(found, outcomes, strict=True)]
        name = str(path.relative_to(PLUGINS))
        score[name] = {outcome: outcomes.count(outcome) for outcome in ("killed", "endless", "survived")}
        with results.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(entry)}\n" for entry in told)
        print(f"{name}: {_fraction(score[name])}", flush=True)
        for entry in told:
            if entry["outcome"] == "survived":
                print(f"  line {entry['line']} {entry['operator']}\n    " + "\n    ".join(entry["diff"]), flush=True)
    return score


def _fraction(counts: dict[str, int]) -> str:
    every = sum(counts.values())
    noticed = every - counts["survived"]
    return f"{noticed} of {every} noticed" + (f" ({100 * noticed / every:.0f} %)" if every else "")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tooling.mutation", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "file", nargs="*", help="part of the path of a file, such as rules/tls; without it, all of them"
    )
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes at a time")
    asked = parser.parse_args(arguments)
    link_collection()
    os.chdir(ROOT)
    if importlib.util.find_spec("cosmic_ray") is None:
        venv = BUILD / "venv-mutation"
        make_venv(venv, chosen_interpreter(), REQUIREMENTS)
        command = [str(venv / "bin" / "python"), "-m", "tests.tooling.mutation", *arguments]
        os.execve(command[0], command, environment(venv))
    sys.path[:0] = [str(COLLECTIONS), str(ROOT)]
    importlib.invalidate_caches()
    results = BUILD / "mutation.jsonl"
    results.unlink(missing_ok=True)
    try:
        score = measure(asked.file, asked.jobs, results)
    except Failed as failure:
        print(failure)
        return 2
    total = {
        outcome: sum(counts[outcome] for counts in score.values()) for outcome in ("killed", "endless", "survived")
    }
    print(f"all: {_fraction(total)}; {total['endless']} of them by running without end. Each mutant: {results}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
