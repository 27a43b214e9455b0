# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where things are, which Python runs them, and the environments they run in."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
COLLECTIONS = BUILD / "collections"
VENV = ROOT / ".venv"

# What a caller's shell must not decide for us.
FOREIGN = ("ANSIBLE_", "COVERAGE_", "MLAV_", "MYPY", "PANOS_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


class Failed(Exception):
    """A step did not succeed; the text says why."""


class Skipped(Exception):
    """A step cannot run on this machine; the text says what it would need."""


def interpreter(versions: Iterable[str]) -> Path | None:
    """The first of these versions (``3.12``) that is installed and can make virtual environments."""
    return next((found for version in versions for path in _places(version) if (found := _works(path, version))), None)


def _places(version: str) -> Iterator[Path]:
    """Where an interpreter may lie: on PATH, beside the running one, and behind a version manager's shims."""
    path = [Path(entry) for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    yield from (entry / f"python{version}" for entry in path)
    shelves = [Path(sys.base_prefix).parent, *(entry.parent / "versions" for entry in path if entry.name == "shims")]
    for shelf in shelves:
        yield from sorted(shelf.glob(f"*/bin/python{version}"))


@cache
def _works(path: Path, version: str) -> Path | None:
    if not path.is_file():
        return None
    ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2], sys.executable)"
    answer = subprocess.run([path, "-I", "-c", ask], capture_output=True, text=True, check=False, timeout=30)
    words = answer.stdout.strip().split(maxsplit=1)
    return Path(words[1]) if answer.returncode == 0 and words[0] == version else None


def chosen_interpreter() -> Path:
    """The Python of ``.venv``: what PYTHON names, else the best one that the pinned versions were tried on."""
    asked = os.environ.get("PYTHON")
    if asked:
        path = shutil.which(asked)
        if not path:
            raise Failed(f"PYTHON is {asked}, which is not a program")
        return Path(path)
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = interpreter(["3.13", "3.12", "3.11", running])
    if not found:
        raise Failed("no Python here can make virtual environments (Debian and Ubuntu: apt-get install python3-venv)")
    return found


def environment(venv: Path = VENV, **extra: str) -> dict[str, str]:
    """The variables that a step runs with: the caller's, less what would change the outcome.

    No activation is needed: the environment's programs come first on PATH.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    env["PATH"] = os.pathsep.join([str(venv / "bin"), env.get("PATH", os.defpath)])
    env["PYTHONPATH"] = os.pathsep.join([str(COLLECTIONS), str(ROOT)])
    env["PYTHONUNBUFFERED"] = "1"
    env["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS)
    env["ANSIBLE_CONFIG"] = str(ROOT / "tests" / "ansible.cfg")
    env["ANSIBLE_HOME"] = str(BUILD / "ansible")
    env["ANSIBLE_PYTHON_INTERPRETER"] = str(venv / "bin" / "python")
    env["MLAV_ROOT"] = str(ROOT)
    if sys.platform == "linux":
        env["LC_ALL"] = "C.UTF-8"
    return {**env, **extra}


def link_collection() -> None:
    """Make the checkout importable as ``ansible_collections.panops.mlav``."""
    link = COLLECTIONS / "ansible_collections" / "panops" / "mlav"
    link.parent.mkdir(parents=True, exist_ok=True)
    target = Path(os.path.relpath(ROOT, link.parent))
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def make_venv(venv: Path, python: Path, requirements: Path | str) -> None:
    """Create or renew a virtual environment; nothing happens while it fits.

    It does not fit after a change of the requirements or the interpreter, nor after the checkout was moved or copied.

    Args:
        requirements: a file of pinned versions, or one pinned requirement.
    """
    wanted = _whole(requirements) if isinstance(requirements, Path) else requirements
    stamp = venv / "made-from.sha256"
    mark = hashlib.sha256("\0".join((str(venv), str(python), wanted)).encode()).hexdigest()
    name = "-".join(venv.relative_to(ROOT).parts).lstrip(".")
    BUILD.mkdir(exist_ok=True)
    with locked(BUILD / f"{name}.lock"):
        if stamp.is_file() and stamp.read_text() == mark:
            return
        shutil.rmtree(venv, ignore_errors=True)
        what = ["-r", requirements] if isinstance(requirements, Path) else [requirements]
        with log_file(f"make-{name}") as log:
            env = environment(venv)
            del env["PYTHONPATH"]
            call(log, [python, "-I", "-m", "venv", venv], env=env)
            pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
            call(log, [venv / "bin" / "python", *pip, *what], env=env)
        stamp.write_text(mark)


def _whole(requirements: Path) -> str:
    """The text of a file of requirements, with that of the files that it names."""
    text = requirements.read_text()
    named = re.findall(r"^-[rc] (\S+)", text, re.MULTILINE)
    return "".join([text, *(_whole(requirements.parent / name) for name in named)])


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One at a time, also across processes."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def log_file(name: str) -> IO[str]:
    path = BUILD / "logs" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8")


def call(
    log: IO[str],
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    seconds: float = 1800,
) -> None:
    """Run a command to its end, or stop it and everything that it started.

    Raises:
        Failed: it ended with another code than 0, or took longer than ``seconds``.
    """
    words = [str(word) for word in command]
    log.write(f"$ {' '.join(words)}\n")
    log.flush()
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env=environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{Path(words[0]).name} was stopped after {seconds:.0f} s, see {log.name}") from None
    finally:
        stop(process)
    if code:
        raise Failed(f"{Path(words[0]).name} ended with code {code}, see {log.name}")


def stop(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """End a process that leads its own session, and what it left behind."""
    # nox gives a session two seconds to end.
    for number, patience in ((signal.SIGTERM, 1.5), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
