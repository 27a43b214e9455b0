# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-test sanity`` on a chosen ansible-core; Galaxy, containers and other downloads are not needed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import IO

from tests.tooling.cores import Core
from tests.tooling.environment import BUILD, ROOT, Failed, Skipped, call, environment, interpreter, make_venv

# The versions of libraries that some ansible-core names by a commit.
FROM_INDEX = {"dill": "0.4.1"}


def sanity(log: IO[str], which: Core) -> str:
    """Run every sanity test of this ansible-core over the built collection, on the first of its Pythons that is found.

    Nothing is excused: an ignore file fails the gate.
    """
    if list((ROOT / "tests" / "sanity").glob("ignore*.txt")):
        raise Failed("tests/sanity holds an ignore file; mend what it would hide")
    python = interpreter(which.pythons)
    if not python:
        raise Skipped(f"ansible-core {which.release} needs Python {' or '.join(which.pythons)}, none was found")
    place = BUILD / f"sanity-{which.series}"
    venv = place / "venv"
    place.mkdir(parents=True, exist_ok=True)
    make_venv(venv, python, f"ansible-core=={which.release}")
    checkout = _unpack(log, place, venv)
    _provide_pip(venv, place / "home")
    _require_from_index(venv)
    # Shims of version managers answer for Pythons that are not there, so only real folders stay on PATH.
    path = os.pathsep.join([str(venv / "bin"), str(python.parent), "/usr/local/bin", "/usr/bin", "/bin"])
    env = environment(venv, HOME=str(place / "home"), PATH=path, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_QUIET="2")
    for name in [name for name in env if name.startswith(("ANSIBLE_", "PYTHON", "XDG_"))]:
        del env[name]
    version = re.sub(r"^python", "", python.name)
    call(log, [venv / "bin" / "ansible-test", "sanity", "--color", "no", "--python", version], cwd=checkout, env=env)
    tests = set(re.findall(r'^Running sanity test "([^"]+)"', Path(log.name).read_text(encoding="utf-8"), re.MULTILINE))
    if "validate-modules" not in tests:
        raise Failed(f"the modules were not looked at, see {log.name}")
    return f"{len(tests)} tests on {python.name}"


def _unpack(log: IO[str], place: Path, venv: Path) -> Path:
    """What users install, at the path that ansible-test insists on; it takes no symbolic link."""
    shutil.rmtree(place / "artifact", ignore_errors=True)
    shutil.rmtree(place / "ansible_collections", ignore_errors=True)
    galaxy = venv / "bin" / "ansible-galaxy"
    call(log, [galaxy, "collection", "build", "--output-path", place / "artifact"], env=environment(venv))
    checkout = place / "ansible_collections" / "panops" / "mlav"
    [archive] = (place / "artifact").glob("*.tar.gz")
    shutil.unpack_archive(archive, checkout)
    # Without a repository of its own, ansible-test would ask the one around it, which ignores build/.
    call(log, ["git", "init", "--quiet", checkout])
    return checkout


def _require_from_index(venv: Path) -> None:
    """Have pip take from its index what this ansible-core would take from a host that many networks do not reach.

    A release candidate may name a commit of a library where a release names a version.
    """
    for file in venv.glob("lib/python*/site-packages/ansible_test/_data/requirements/sanity.*.txt"):
        text = file.read_text()
        named = re.sub(
            r"^([\w.-]+) @ https://\S+$", lambda found: f"{found[1]}=={FROM_INDEX[found[1]]}", text, flags=re.M
        )
        if named != text:
            file.write_text(named)


def _provide_pip(venv: Path, home: Path) -> None:
    """Place our own get-pip where ansible-test looks before it downloads one.

    Its host serves nothing but that file and many networks do not reach it. The version in the file's name is
    ansible-test's own, so it is read from there.
    """
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    [source] = venv.glob("lib/python*/site-packages/ansible_test/_internal/python_requirements.py")
    versions = set(re.findall(r"""['"](\d+(?:\.\d+)+)['"]""", source.read_text()))
    for version in versions:
        shutil.copy(Path(__file__).with_name("get_pip.py"), cache / f"get_pip_{version.replace('.', '_')}.py")
