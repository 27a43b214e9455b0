# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates of ``test``: each a small function that writes a log and raises when something is wrong.

A new gate is one function and one line in GATES.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.tooling.environment import (
    BUILD,
    COLLECTIONS,
    ROOT,
    VENV,
    Failed,
    Skipped,
    call,
    environment,
    interpreter,
    make_venv,
)
from tests.tooling.sanity import sanity

# Percent of all lines and of all branches under plugins/.
LINE_COVERAGE, BRANCH_COVERAGE = 95.0, 90.0
BIN = VENV / "bin"
DATA = BUILD / "coverage"
LOWEST = ROOT / "tests" / "requirements-lowest.txt"
OLDEST = ROOT / "tests" / "requirements-oldest-core.txt"
ON_OLDEST = (
    *(
        f"tests/integration/test_{name}.py"
        for name in ("modules", "panorama_inventory", "playbook", "remediate_playbook", "report", "security", "windows")
    ),
    # Each release ends its workers in a way of its own.
    "tests/integration/test_remediate_interrupted.py::test_a_killed_run_is_taken_up_again",
)
NEWEST_CORE = "2.21.5"
OLDEST_CORE = "2.16.19"


# Everything else is for developers and stays out of the collection that users install.
SHIPPED = (
    *("CHANGELOG", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "changelogs", "docs", "meta", "playbooks"),
    *("plugins", "requirements.txt", "roles", "tests/config.yml"),
)


@dataclass(frozen=True)
class Gate:
    """A check of the project.

    Attributes:
        run: writes to the log; returns what is worth a place in the summary; raises Failed or Skipped.
        beside: it needs nothing of the others, so it runs while they do, one such gate after the other.
    """

    name: str
    groups: tuple[str, ...]
    what: str
    run: Callable[[IO[str]], str]
    beside: bool = False


def ruff(log: IO[str]) -> str:
    call(log, [BIN / "ruff", "check", "."])
    return ""


def ruff_format(log: IO[str]) -> str:
    call(log, [BIN / "ruff", "format", "--check", "--diff", "."])
    return ""


def yamllint(log: IO[str]) -> str:
    call(log, [BIN / "yamllint", "--strict", "."])
    return ""


def types_plugins(log: IO[str]) -> str:
    """As the oldest supported Python reads them."""
    return _mypy(log, COLLECTIONS, "--python-version", "3.10", "-p", "ansible_collections.panops.mlav.plugins")


def types_tests(log: IO[str]) -> str:
    return _mypy(log, ROOT, "-p", "tests", "-p", "benchmarks.fleet")


def _mypy(log: IO[str], cwd: Path, *arguments: str) -> str:
    env = environment(MYPYPATH=f"{ROOT}:{COLLECTIONS}")
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(BUILD / "mypy")]
    call(log, [BIN / "mypy", *settings, *arguments], cwd=cwd, env=env)
    return ""


def ansible_lint(log: IO[str]) -> str:
    call(log, [BIN / "ansible-lint", "--offline", "--profile", "production", "--strict", "--nocolor"])
    return ""


def ansible_doc(log: IO[str]) -> str:
    """The documentation of every module, other plugin and role renders."""
    named = {
        kind: sorted(path.stem for path in (ROOT / "plugins" / folder).glob("[!_]*.py"))
        for kind, folder in (("module", "modules"), *((other, other) for other in ("inventory", "test", "filter")))
    }
    named["role"] = sorted(path.parents[1].name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"))
    for kind, names in named.items():
        if not names:
            raise Failed(f"there is no {kind}")
        call(log, [BIN / "ansible-doc", "-t", kind, *(f"panops.mlav.{name}" for name in names)])
    return ", ".join(f"{kind}: {len(names)}" for kind, names in named.items())


def docs_lint(log: IO[str]) -> str:
    checks = ["--plugin-docs", "--validate-collection-refs", "self", "--skip-rstcheck"]
    # It leaves a log in the home folder.
    home = BUILD / "antsibull"
    home.mkdir(exist_ok=True)
    call(log, [BIN / "antsibull-docs", "lint-collection-docs", *checks, ROOT], env=environment(HOME=str(home)))
    return ""


def units(log: IO[str]) -> str:
    return _pytest(log, "units", "-n3", "tests/unit")


def integration(log: IO[str]) -> str:
    return _pytest(log, "integration", "-n4", "--dist=loadfile", "tests/integration", "tests/simulator_checks")


def _pytest(log: IO[str], name: str, *arguments: str) -> str:
    """Run tests under coverage; data of an earlier run is dropped."""
    DATA.mkdir(parents=True, exist_ok=True)
    for old in DATA.glob(f"{name}*"):
        old.unlink()
    env = environment(COVERAGE_FILE=str(DATA / name))
    call(log, [BIN / "coverage", "run", "-m", "pytest", *arguments], env=env)
    return _closing_line(log)


def _closing_line(log: IO[str]) -> str:
    lines = Path(log.name).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip("= ") for line in reversed(lines) if " passed" in line), "")


def coverage(log: IO[str]) -> str:
    """What units and integration ran together, the code in Ansible's forked workers included."""
    data = [path for path in DATA.glob("*.*") if path.stat().st_size]
    missing = {"units", "integration"} - {path.name.split(".")[0] for path in data}
    if missing:
        raise Failed(f"nothing was measured by {', '.join(sorted(missing))}: run them first")
    report = DATA / "coverage.json"
    env = environment(COVERAGE_FILE=str(DATA / "all"))
    call(log, [BIN / "coverage", "combine", "--keep", "--quiet", *data], env=env)
    call(log, [BIN / "coverage", "report", "--show-missing", "--skip-covered"], env=env)
    call(log, [BIN / "coverage", "json", "--quiet", "-o", report], env=env)
    totals = json.loads(report.read_text())["totals"]
    lines = 100 * totals["covered_lines"] / max(1, totals["num_statements"])
    branches = 100 * totals["covered_branches"] / max(1, totals["num_branches"])
    said = f"{lines:.1f} % of lines, {branches:.1f} % of branches"
    if lines < LINE_COVERAGE or branches < BRANCH_COVERAGE:
        raise Failed(f"{said}; at least {LINE_COVERAGE:.0f} % and {BRANCH_COVERAGE:.0f} % are wanted")
    return said


def oldest_core(log: IO[str]) -> str:
    """Modules and playbook on the last release of the oldest ansible-core, which finds action plugins its own way."""
    python = interpreter(["3.12", "3.11", "3.10"])
    if not python:
        raise Skipped("Python 3.12, 3.11 or 3.10 is needed")
    venv = BUILD / "venv-oldest-core"
    make_venv(venv, python, OLDEST)
    call(log, [venv / "bin" / "python", "-m", "pytest", "-n2", "--dist=loadfile", *ON_OLDEST], env=environment(venv))
    return f"{_closing_line(log)} ({python.name})"


def lowest(log: IO[str]) -> str:
    """The unit tests with the oldest supported version of everything."""
    python = interpreter(["3.10", "3.11", "3.12"])
    if not python:
        raise Skipped("Python 3.10, 3.11 or 3.12 is needed")
    venv = BUILD / "venv-lowest"
    make_venv(venv, python, LOWEST)
    call(log, [venv / "bin" / "python", "-m", "pytest", "-n2", "tests/unit"], env=environment(venv))
    return f"{_closing_line(log)} ({python.name})"


def sanity_newest(log: IO[str]) -> str:
    return sanity(log, NEWEST_CORE, ["3.13", "3.12"])


def sanity_oldest(log: IO[str]) -> str:
    return sanity(log, OLDEST_CORE, ["3.12", "3.11", "3.10"])


def build(log: IO[str]) -> str:
    """The collection builds, installs where Galaxy cannot be asked, and is then found by its name."""
    target = BUILD / "artifact"
    shutil.rmtree(target, ignore_errors=True)
    galaxy = BIN / "ansible-galaxy"
    call(log, [galaxy, "collection", "build", "--output-path", target])
    [archive] = target.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        strangers = sorted(file.name for file in tar if file.isfile() and not file.name.startswith(SHIPPED))
    if strangers:
        raise Failed(f"galaxy.yml's build_ignore should leave out {', '.join(strangers[:5])}")
    # Found on the usual paths, this checkout would count as installed already.
    env = environment(ANSIBLE_COLLECTIONS_PATH=str(target / "installed"))
    del env["PYTHONPATH"]
    call(log, [galaxy, "collection", "install", "--offline", "-p", target / "installed", archive], env=env)
    for playbook in sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")):
        call(log, [BIN / "ansible-playbook", "-i", "localhost,", f"panops.mlav.{playbook}", "--list-tasks"], env=env)
    return f"{archive.name}, {archive.stat().st_size // 1024} KiB"


GATES = (
    Gate("ruff", ("test", "lint"), "style and likely mistakes of Python files", ruff),
    Gate("ruff-format", ("test", "lint"), "layout of Python files", ruff_format),
    Gate("yamllint", ("test", "lint"), "YAML files", yamllint),
    Gate("types-plugins", ("test", "types"), "mypy --strict over plugins, as Python 3.10 reads them", types_plugins),
    Gate("types-tests", ("test", "types"), "mypy --strict over tests and the fleet benchmark", types_tests),
    Gate("ansible-lint", ("test", "lint"), "playbooks and roles, profile production", ansible_lint),
    Gate("ansible-doc", ("test", "lint"), "every module, test, filter and role documents itself", ansible_doc),
    Gate("docs-lint", ("test", "lint"), "markup and links of that documentation", docs_lint),
    Gate("build", ("test",), "the collection builds and installs", build),
    Gate("units", ("test", "coverage"), "tests/unit", units),
    Gate("integration", ("test", "coverage"), "tests/integration and tests/simulator_checks", integration),
    Gate("coverage", ("test",), "lines and branches of plugins/ that the tests ran", coverage),
    Gate("oldest-core", ("test",), f"modules and playbook on ansible-core {OLDEST_CORE}", oldest_core),
    Gate("lowest", ("test",), "tests/unit with the oldest supported versions", lowest),
    Gate(
        "sanity-newest", ("test", "sanity"), f"ansible-test sanity of ansible-core {NEWEST_CORE}", sanity_newest, True
    ),
    Gate(
        "sanity-oldest", ("test", "sanity"), f"ansible-test sanity of ansible-core {OLDEST_CORE}", sanity_oldest, True
    ),
)
