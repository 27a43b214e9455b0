# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs sessions of noxfile.py in .venv, which it makes: ``python3 tests/run.py test``; without a name it lists them.

Standard library only. Pythons that are too old can still read this file, and are told so.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("This needs Python 3.11 or newer; run it with another, for example: python3.12 " + sys.argv[0])

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

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
# They need few packages, so that a first look costs no minutes of installing.
DEMOS = {"demo", "demo-techsupport", "demo-remediate"}
DEMO_VENV = BUILD / "venv-demo"
REPORT = BUILD / "logs" / "sessions.json"
SHOWN_LINES = 60


def main(arguments: list[str]) -> int:
    """Runs the named sessions. From the first word that begins with ``-`` on, arguments are for nox."""
    if arguments == ["clean"]:
        return clean()
    demo = bool(arguments) and set(arguments) <= DEMOS
    venv = DEMO_VENV if demo else VENV
    try:
        link_collection()
        python = chosen_interpreter()
        if not venv.exists():
            print(f"Installing into {venv.relative_to(ROOT)} with {python}, this once (about a minute)", flush=True)
        make_venv(venv, python, ROOT / ("tests/requirements-demo.txt" if demo else "requirements-dev.txt"))
    except Failed as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    if demo:
        return max(watched([venv / "bin" / "python", "-m", "tests.tooling.demo", name], venv) for name in arguments)
    return 0 if arguments == ["venv"] else run(arguments)


def watched(command: list[str | Path], venv: Path = VENV) -> int:
    """Runs a command that can be stopped politely, with all that it started."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment(venv), stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def run(arguments: list[str]) -> int:
    """Runs nox, and closes with the end of each log of a session that failed."""
    first = next((place for place, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    names, options = arguments[:first], arguments[first:]
    chosen = ["--sessions", *names] if names else ["--list"]
    # The output of a session beside others is kept until it has ended; that of a benchmark is watched.
    jobs = "1" if names == ["benchmark"] else "2"
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    command: list[str | Path] = [
        VENV / "bin" / "nox",
        "--noxfile",
        ROOT / "noxfile.py",
        "--parallel",
        jobs,
        "--report",
        REPORT,
    ]
    code = watched([*command, *chosen, *options])
    sessions = json.loads(REPORT.read_text())["sessions"] if REPORT.exists() else []
    for session in sessions:
        log = REPORT.with_name(f"{session['name']}.log")
        # One that did not begin may have a log of another day.
        if session["result"] not in ("success", "skipped") and session["duration"] and log.exists():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
            print("\n    | ".join([f"The end of {log}:", *lines]))
    return code


def clean() -> int:
    """Removes everything that these commands make."""
    for path in (VENV, BUILD, *(ROOT / cache for cache in CACHES), *ROOT.rglob("__pycache__")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
