# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: which gates to run, in which order, and what to say about them."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.tooling.environment import (
    BUILD,
    ROOT,
    RUNNING,
    VENV,
    Failed,
    Skipped,
    chosen_interpreter,
    environment,
    link_collection,
    log_file,
    make_venv,
    stop,
)
from tests.tooling.gates import GATES, Gate

TAIL = 60
# See demo.py, which needs what only .venv has.
DEMOS = ("demo", "demo-techsupport", "demo-remediate")
# What runs in place of this program, in its turn: the module, and its arguments.
PROGRAMS = {**{name: ("tests.tooling.demo", name) for name in DEMOS}, "benchmark": ("benchmarks.fleet",)}
CACHES = (".ansible", ".coverage", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "tests/output")


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; the exit code is 0 when nothing failed."""
    signal.signal(signal.SIGTERM, _terminated)
    groups = list(dict.fromkeys(group for gate in GATES for group in gate.groups))
    parser = argparse.ArgumentParser(
        prog="tests/run.py",
        description="Tries the collection, or checks it.",
        epilog="\n".join(["gates:", *(f"  {gate.name:13} {gate.what}" for gate in GATES)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*groups, *(gate.name for gate in GATES if gate.name not in groups)]
    parser.add_argument(
        "what",
        nargs="+",
        choices=[*PROGRAMS, *names, "venv", "clean"],
        metavar="WHAT",
        help=f"{', '.join(PROGRAMS)}; {', '.join(groups)} (groups of gates); the name of a gate; venv; clean",
    )
    asked = parser.parse_args(arguments).what
    try:
        if "clean" in asked:
            _clean()
        gates = [gate for gate in GATES if {gate.name, *gate.groups} & set(asked)]
        if not gates and not {*PROGRAMS, "venv"} & set(asked):
            return 0
        link_collection()
        python = chosen_interpreter()
        if not VENV.exists():
            print(f"making .venv with {python}, this once: about a minute", flush=True)
        make_venv(VENV, python, ROOT / "requirements-dev.txt")
        if gates and not _run(gates):
            return 1
        for name in PROGRAMS:
            if name in asked:
                _become(*PROGRAMS[name])
    except Failed as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    return 0


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """Let a polite end unwind the stack, so that what was started is stopped."""
    sys.exit(128 + number)


@dataclass(frozen=True)
class Outcome:
    """How a gate ended: ``ok``, ``SKIPPED`` or ``FAILED``, and what is worth a place in the summary."""

    state: str
    said: str
    seconds: float


def _outcome(gate: Gate) -> Outcome:
    started = time.monotonic()
    with log_file(gate.name) as log:
        try:
            state, said = "ok", gate.run(log)
        except Skipped as missing:
            state, said = "SKIPPED", str(missing)
        except Failed as problem:
            state, said = "FAILED", str(problem)
        except Exception as problem:  # a gate that crashes hides no other
            traceback.print_exc(file=log)
            state, said = "FAILED", f"{type(problem).__name__}: {problem}"
    return Outcome(state, said, time.monotonic() - started)


@contextmanager
def _beside(gates: Sequence[Gate]) -> Iterator[Callable[[Gate], Outcome]]:
    """Runs gates in a thread, one after the other; gives a way to wait for each. An early end stops them."""
    with ThreadPoolExecutor(1) as pool:
        running = {gate.name: pool.submit(_outcome, gate) for gate in gates}
        try:
            yield lambda gate: running[gate.name].result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(RUNNING):
                stop(process)
            raise


def _run(gates: Sequence[Gate]) -> bool:
    """Run every gate, also after one has failed, and close with a summary."""
    failed: list[str] = []
    skipped: list[str] = []
    begun = time.monotonic()
    # Those that run beside the others are told last.
    ordered = sorted(gates, key=lambda gate: gate.beside)
    with _beside([gate for gate in gates if gate.beside]) as waited:
        for place, gate in enumerate(ordered, 1):
            print(f"[{place:2}/{len(gates)}] {gate.name:13} ", end="", flush=True)
            outcome = waited(gate) if gate.beside else _outcome(gate)
            print(f"{outcome.state:7} {outcome.seconds:6.1f} s  {outcome.said}", flush=True)
            if outcome.state == "SKIPPED":
                skipped.append(f"{gate.name}: {outcome.said}")
            if outcome.state == "FAILED":
                failed.append(gate.name)
                _show(BUILD / "logs" / f"{gate.name}.log")
    print(f"\nlogs: {BUILD / 'logs'}   {time.monotonic() - begun:.0f} s")
    for line in skipped:
        print(f"SKIPPED {line}")
    for name in failed:
        print(f"FAILED {name}   (again: {sys.executable} tests/run.py {name})")
    passed = len(gates) - len(failed) - len(skipped)
    print(f"gates: {passed} passed, {len(failed)} failed, {len(skipped)} skipped", flush=True)
    return not failed


def _show(log: Path) -> None:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines[-TAIL:]:
        print(f"    | {line}")


def _become(module: str, *arguments: str) -> NoReturn:
    """Become another program, so that a signal reaches it and nothing else."""
    sys.stdout.flush()
    os.chdir(ROOT)
    python = str(VENV / "bin" / "python")
    os.execve(python, [python, "-m", module, *arguments], environment())


def _clean() -> None:
    """Remove everything that these commands make."""
    for path in (VENV, BUILD, *(ROOT / cache for cache in CACHES)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for folder in ("plugins", "tests"):
        for path in (ROOT / folder).rglob("__pycache__"):
            shutil.rmtree(path, ignore_errors=True)
