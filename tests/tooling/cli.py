# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes .venv where it does not fit, and runs nox in it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from tests.tooling.environment import (
    BUILD,
    ROOT,
    VENV,
    Failed,
    chosen_interpreter,
    environment,
    link_collection,
    make_venv,
)

CACHES = (".ansible", ".coverage", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "tests/output")
# What they say is worth reading while they run; the output of sessions beside others is kept until each has ended.
ALONE = ("demo", "demo-techsupport", "demo-remediate", "benchmark")
STATES = {"success": "ok", "skipped": "SKIPPED"}
LOGS = BUILD / "logs"
REPORT = LOGS / "sessions.json"
SHOWN_LINES = 60


def main(arguments: Sequence[str]) -> int:
    """Run the sessions that are named; ``clean`` and ``venv`` are none. The exit code is 0 when nothing failed.

    Arguments that start with ``-`` are for nox, and so is everything after the first of them.
    """
    signal.signal(signal.SIGTERM, _terminated)
    first = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    names, options = list(arguments[:first]), list(arguments[first:])
    if names == ["clean"]:
        _clean()
        return 0
    try:
        link_collection()
        python = chosen_interpreter()
        if not VENV.exists():
            print(f"making .venv with {python}, this once: about a minute", flush=True)
        make_venv(VENV, python, ROOT / "requirements-dev.txt")
    except Failed as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    if names == ["venv"]:
        return 0
    return _nox(names, options)


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    """Let a polite end unwind the stack, so that what was started is stopped."""
    sys.exit(128 + number)


def _nox(names: Sequence[str], options: Sequence[str]) -> int:
    """Run sessions, two at a time, and close with the time that each took and the end of what failed."""
    jobs = "1" if set(names) <= set(ALONE) else "2"
    chosen = ["--sessions", *names] if names else ["--list"]
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            VENV / "bin" / "nox",
            "--noxfile",
            ROOT / "noxfile.py",
            "--parallel",
            jobs,
            "--report",
            REPORT,
            *chosen,
            *options,
        ],
        env=environment(),
        stdin=subprocess.DEVNULL,
    )
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    sessions = json.loads(REPORT.read_text())["sessions"] if REPORT.exists() else []
    for session in sessions:
        state = STATES.get(session["result"], "FAILED")
        print(f"{session['duration']:7.1f} s  {state:7}  {session['name']:22} {session['reason'] or ''}".rstrip())
    for session in sessions:
        # A session that did not begin may have a log of another day.
        if session["result"] not in STATES and session["duration"]:
            _show_end_of_log(session["name"])
    return code


def _show_end_of_log(name: str) -> None:
    log = LOGS / f"{name}.log"
    if log.exists():
        print(f"The end of {log}:")
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]:
            print(f"    | {line}")


def _clean() -> None:
    """Remove everything that these commands make."""
    for path in (VENV, BUILD, *(ROOT / cache for cache in CACHES)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in list(ROOT.rglob("__pycache__")):
        shutil.rmtree(path, ignore_errors=True)
