# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates of the repository: each a small function that writes a log and raises when something is wrong.

A new gate is one function here and one line in noxfile.py.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import IO

from tests.tooling import site
from tests.tooling.cores import CORES, NEWEST, Core
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

# Percent of all lines and of all branches under plugins/.
LINE_COVERAGE, BRANCH_COVERAGE = 95.0, 90.0
BIN = VENV / "bin"
DATA = BUILD / "coverage"
LOWEST = ROOT / "tests" / "requirements-lowest.txt"
OLDEST = ROOT / "tests" / "requirements-oldest-core.txt"
ON_OLDEST = (
    *(
        f"tests/integration/test_{name}.py"
        for name in (
            *("modules", "panorama_inventory", "panorama_inventory_names", "playbook"),
            *("remediate_playbook", "report", "security", "windows"),
        )
    ),
    # Each release ends its workers in a way of its own.
    "tests/integration/test_remediate_interrupted.py::test_a_killed_run_is_taken_up_again",
)
OLDEST_CORE, NEWEST_CORE = next(iter(CORES.values())).release, CORES[NEWEST].release


def ruff(log: IO[str]) -> str:
    """Style and likely mistakes of Python files."""
    call(log, [BIN / "ruff", "check", "."])
    return ""


def ruff_format(log: IO[str]) -> str:
    """Layout of Python files."""
    call(log, [BIN / "ruff", "format", "--check", "--diff", "."])
    return ""


def yamllint(log: IO[str]) -> str:
    """YAML files."""
    call(log, [BIN / "yamllint", "--strict", "."])
    return ""


def types_plugins(log: IO[str]) -> str:
    """mypy --strict over plugins, as the oldest supported Python reads them."""
    _mypy(log, "plugins", COLLECTIONS, "--python-version", "3.10", "-p", "ansible_collections.panops.mlav.plugins")
    return ""


def types_tests(log: IO[str]) -> str:
    """mypy --strict over tests, tools and the fleet benchmark."""
    _mypy(log, "tests", ROOT, "-p", "tests", "-p", "benchmarks.fleet")
    _mypy(log, "tests", ROOT, "noxfile.py")
    return ""


def _mypy(log: IO[str], cache: str, cwd: Path, *arguments: str) -> None:
    env = environment(MYPYPATH=f"{ROOT}:{COLLECTIONS}")
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(BUILD / "mypy" / cache)]
    call(log, [BIN / "mypy", *settings, *arguments], cwd=cwd, env=env)


def ansible_lint(log: IO[str]) -> str:
    """Playbooks and roles, profile production."""
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


def attributes(log: IO[str]) -> str:
    """Every module says whether it supports check mode and diff mode, and what running it twice does."""
    modules = [f"panops.mlav.{path.stem}" for path in sorted((ROOT / "plugins" / "modules").glob("[!_]*.py"))]
    answer = subprocess.run(
        [BIN / "ansible-doc", "--json", *modules], env=environment(), stdout=subprocess.PIPE, stderr=log, check=False
    )
    found = json.loads(answer.stdout or "{}")
    silent = [
        f"{module}: {attribute}"
        for module in modules
        for attribute in ("check_mode", "diff_mode", "idempotent")
        if not found.get(module, {}).get("doc", {}).get("attributes", {}).get(attribute, {}).get("support")
    ]
    if silent or not modules:
        raise Failed(f"no support is documented of {', '.join(silent) or 'any module'}")
    return f"{len(modules)} modules"


def changelog(log: IO[str]) -> str:
    """Fragments of the changelog, and what was made of them."""
    call(log, [BIN / "antsibull-changelog", "lint"])
    call(log, [BIN / "antsibull-changelog", "lint-changelog-yaml", "--strict", ROOT / "changelogs" / "changelog.yaml"])
    return ""


def antsibull_nox_config(log: IO[str]) -> str:
    """The settings of the sessions that antsibull-nox brings."""
    call(log, [BIN / "antsibull-nox", "lint-config"])
    return ""


def docs_check(log: IO[str]) -> str:
    """Markup, links and references of the documentation of plugins and roles."""
    checks = ["--plugin-docs", "--validate-collection-refs", "all", "--check-extra-docs-refs", "--skip-rstcheck"]
    # It leaves a log in the home folder.
    home = BUILD / "antsibull"
    home.mkdir(exist_ok=True)
    call(log, [BIN / "antsibull-docs", "lint-collection-docs", *checks, ROOT], env=environment(HOME=str(home)))
    return ""


def docs_site(log: IO[str]) -> str:
    """The documentation site is built without a warning, and loads nothing from elsewhere."""
    return site.build(log)


def units(log: IO[str]) -> str:
    """tests/unit."""
    return _pytest(log, "units", "-n3", "tests/unit")


def integration(log: IO[str]) -> str:
    """tests/integration and tests/simulator_checks."""
    return _pytest(log, "integration", "-n4", "--dist=loadfile", "tests/integration", "tests/simulator_checks")


def _pytest(log: IO[str], name: str, *arguments: str) -> str:
    """Run tests under coverage; data of an earlier run is dropped."""
    DATA.mkdir(parents=True, exist_ok=True)
    for old in DATA.glob(f"{name}*"):
        old.unlink()
    env = environment(COVERAGE_FILE=str(DATA / name))
    call(log, [BIN / "coverage", "run", "-m", "pytest", *arguments], env=env)
    return _closing_line(log)


def _plain_pytest(log: IO[str], venv: Path, *tests: str) -> str:
    call(log, [venv / "bin" / "python", "-m", "pytest", "-n2", "--dist=loadfile", *tests], env=environment(venv))
    return _closing_line(log)


def kills(log: IO[str]) -> str:
    """Repairs killed at two hundred moments, half of them in containers; the integration tests have a few of these."""
    command = [str(BIN / "python"), "-m", "pytest", "-n4", "tests/integration/test_random_kills.py"]
    call(log, command, env=environment(MLAV_TEST_KILLS="200"), seconds=5400)
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


def essentials(log: IO[str]) -> str:
    """The integration tests that matter most."""
    return _plain_pytest(log, VENV, *ON_OLDEST)


def on_core(log: IO[str], which: Core) -> str:
    """The unit tests and the integration tests that matter most, on a release of ansible-core."""
    python = interpreter(which.pythons)
    if not python:
        raise Skipped(f"ansible-core {which.release} needs Python {' or '.join(which.pythons)}, none was found")
    series = which.series
    requirements = BUILD / f"requirements-core-{series}.txt"
    requirements.write_text(OLDEST.read_text().replace(f"=={OLDEST_CORE}\n", f"=={which.release}\n"))
    venv = BUILD / f"venv-core-{series}"
    make_venv(venv, python, requirements)
    return f"{_plain_pytest(log, venv, 'tests/unit', *ON_OLDEST)} ({python.name})"


def lowest(log: IO[str]) -> str:
    """The unit tests with the oldest supported version of everything."""
    python = interpreter(["3.10", "3.11", "3.12"])
    if not python:
        raise Skipped("Python 3.10, 3.11 or 3.12 is needed")
    venv = BUILD / "venv-lowest"
    make_venv(venv, python, LOWEST)
    return f"{_plain_pytest(log, venv, 'tests/unit')} ({python.name})"
