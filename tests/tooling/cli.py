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
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.tooling.environment import (
    BUILD,
    ROOT,
    VENV,
    Failed,
    Skipped,
    chosen_interpreter,
    environment,
    link_collection,
    log_file,
    make_venv,
)
from tests.tooling.gates import GATES, Gate

TAIL = 60
# See demo.py, which needs what only .venv has.
DEMOS = ("demo", "demo-techsupport", "demo-remediate")
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
        choices=[*DEMOS, *names, "venv", "clean"],
        metavar="WHAT",
        help=f"{', '.join(DEMOS)}; {', '.join(groups)} (groups of gates); the name of a gate; venv; clean",
    )
    asked = parser.parse_args(arguments).what
    try:
        if "clean" in asked:
            _clean()
        gates = [gate for gate in GATES if {gate.name, *gate.groups} & set(asked)]
        if not gates and not {*DEMOS, "venv"} & set(asked):
            return 0
        link_collection()
        python = chosen_interpreter()
        if not VENV.exists():
            print(f"making .venv with {python}, this once: about a minute", flush=True)
        make_venv(VENV, python, ROOT / "requirements-dev.txt")
        if gates and not _run(gates):
            return 1
        for demo in DEMOS:
            if demo in asked:
                _demo(demo)
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


def _run(gates: Sequence[Gate]) -> bool:
    """Run every gate, also after one has failed, and close with a summary."""
    failed: list[str] = []
    skipped: list[str] = []
    begun = time.monotonic()
    for place, gate in enumerate(gates, 1):
        print(f"[{place:2}/{len(gates)}] {gate.name:13} ", end="", flush=True)
        started = time.monotonic()
        said = reason = ""
        with log_file(gate.name) as log:
            try:
                said = gate.run(log)
                state = "ok"
            except Skipped as missing:
                state, reason = "SKIPPED", str(missing)
                skipped.append(f"{gate.name}: {missing}")
            except Failed as problem:
                state, reason = "FAILED", str(problem)
                failed.append(gate.name)
            except Exception as problem:  # a gate that crashes hides no other
                traceback.print_exc(file=log)
                state, reason = "FAILED", f"{type(problem).__name__}: {problem}"
                failed.append(gate.name)
        print(f"{state:7} {time.monotonic() - started:6.1f} s  {said or reason}", flush=True)
        if state == "FAILED":
            _show(Path(log.name))
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


def _demo(name: str) -> NoReturn:
    """Become the demo, so that a signal reaches it and nothing else."""
    sys.stdout.flush()
    os.chdir(ROOT)
    python = str(VENV / "bin" / "python")
    os.execve(python, [python, "-m", "tests.tooling.demo", name], environment())


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
