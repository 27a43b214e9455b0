# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of this project, and its demos. ``make NAME`` or ``python3 tests/run.py NAME`` runs one in .venv."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO

try:
    import antsibull_nox
    import nox
except ImportError:
    sys.exit("Run it as: python3 tests/run.py NAME, which makes .venv with what this needs.")

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tests.tooling import artifact, sanity, site
from tests.tooling.cores import CORES, NEWEST, Core
from tests.tooling.environment import (
    BUILD,
    COLLECTIONS,
    ROOT,
    Failed,
    Skipped,
    call,
    environment,
    interpreter,
    log_file,
    make_venv,
)

OLDEST, *LATER = (version for version in CORES if version != NEWEST)
COVERED = BUILD / "coverage"
# The integration tests that matter most, run on every ansible-core: each ends its workers in a way of its own.
ESSENTIAL = (
    *("modules", "panorama_inventory", "panorama_inventory_names", "playbook", "remediate_playbook", "report"),
    *("security", "windows", "remediate_interrupted.py::test_a_killed_run_is_taken_up_again"),
)
ESSENTIALS = " ".join(f"tests/integration/test_{name}{'' if '::' in name else '.py'}" for name in ESSENTIAL)
PYTEST = "python -m pytest -n2 --dist=loadfile"
MYPY = f"mypy --cache-dir {BUILD}/mypy/"

nox.needs_version = ">=2026.10.20"
nox.options.envdir = str(BUILD / "nox")
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.allow_parallel = True
nox.options.sessions = ["test"]

# A caller's variables change no outcome, and the programs of .venv come first.
os.environ.update(environment())
for foreign in os.environ.keys() - environment().keys():
    del os.environ[foreign]
# A polite end stops what was started, as Ctrl-C does.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def gate(name: str, what: str, run: Callable[[IO[str]], str | None], requires: Sequence[str] = ()) -> str:
    """Make a session of a function that writes a log, and returns what is worth telling; returns its name."""

    def session(session: nox.Session) -> None:
        with log_file(name) as log:
            try:
                session.log(run(log) or "ok")
            except Skipped as missing:
                session.skip(str(missing))
            except Failed as problem:
                session.error(str(problem))

    session.__doc__ = what
    nox.session(name=name, requires=list(requires), default=False)(session)
    return name


def commands(name: str, what: str, *lines: str, requires: Sequence[str] = (), seconds: float = 1800, **env: str) -> str:
    """Make a session of commands, each a line of words; returns its name."""

    def run(log: IO[str]) -> str:
        for line in lines:
            call(log, line.split(), env=environment() | env, seconds=seconds)
        return closing_line(log)

    return gate(name, what, run, requires)


def closing_line(log: IO[str]) -> str:
    lines = Path(log.name).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip("= ") for line in reversed(lines) if " passed" in line or "TOTAL" in line), "")


def measured(name: str, what: str, arguments: str) -> str:
    """Make a session of tests under coverage, without the data of an earlier run."""

    def run(log: IO[str]) -> str:
        shutil.rmtree(COVERED / name, ignore_errors=True)
        (COVERED / name).mkdir(parents=True)
        env = environment(COVERAGE_FILE=str(COVERED / name / "data"))
        call(log, f"coverage run -m pytest {arguments}".split(), env=env)
        return closing_line(log)

    return gate(name, what, run)


def group(name: str, what: str, members: Sequence[str], *program: str) -> list[str]:
    """Make a session that runs others, and then a program of this project, watched; returns the others' names."""

    def session(session: nox.Session) -> None:
        if program:
            session.run("python", "-m", *program)

    session.__doc__ = what
    nox.session(name=name, requires=list(members), default=False)(session)
    return list(members)


def elsewhere(log: IO[str], name: str, pythons: Sequence[str], requirements: Path, tests: str) -> str:
    """Run tests in an environment of their own."""
    python = interpreter(pythons)
    if not python:
        raise Skipped(f"Python {' or '.join(pythons)} is needed, none was found")
    venv = BUILD / f"venv-{name}"
    make_venv(venv, python, requirements)
    call(log, f"{venv}/bin/{PYTEST} {tests}".split(), env=environment(venv))
    return f"{closing_line(log)} ({python.name})"


def on_core(log: IO[str], which: Core) -> str:
    """The requirements name the oldest release; the others take its place."""
    requirements = BUILD / f"requirements-core-{which.series}.txt"
    written = (ROOT / "tests" / "requirements-oldest-core.txt").read_text()
    requirements.write_text(written.replace(f"=={CORES[OLDEST].release}\n", f"=={which.release}\n"))
    return elsewhere(log, f"core-{which.series}", which.pythons, requirements, f"tests/unit {ESSENTIALS}")


antsibull_nox.load_antsibull_nox_toml()

LINT = {
    "ruff": ("Style and likely mistakes of Python files.", "ruff check ."),
    "ruff-format": ("Layout of Python files.", "ruff format --check --diff ."),
    "yamllint": ("YAML files.", "yamllint --strict ."),
    "ansible-lint": (
        "Playbooks and roles, profile production.",
        "ansible-lint --offline --profile production --strict --nocolor",
    ),
    "docs-check": (
        "Markup, links and references of the documentation of plugins and roles.",
        f"env HOME={BUILD} antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all "
        "--check-extra-docs-refs --skip-rstcheck .",
    ),
    "changelog": (
        "Fragments of the changelog, and what was made of them.",
        "antsibull-changelog lint",
        "antsibull-changelog lint-changelog-yaml --strict changelogs/changelog.yaml",
    ),
    "antsibull-nox-config": ("Settings of the sessions of antsibull-nox.", "antsibull-nox lint-config"),
}
TYPES = {
    "types-plugins": (
        "mypy --strict over plugins, as the oldest supported Python reads them.",
        f"{MYPY}plugins --python-version 3.10 -p ansible_collections.panops.mlav.plugins",
    ),
    "types-tests": (
        "mypy --strict over tests, tools and the fleet benchmark.",
        f"{MYPY}tests -p tests -p benchmarks.fleet",
        f"{MYPY}tests noxfile.py tests/run.py",
    ),
}
ARTIFACT = {
    "galaxy-importer": ("Galaxy would import it without a warning.", artifact.galaxy_importer),
    "install": ("It installs where Galaxy cannot be asked, and diagnoses a fleet.", artifact.install),
    "runner": ("ansible-runner runs it as AWX does, and its artifacts come back.", artifact.runner),
    "execution-environment": ("ansible-builder reads what it needs.", artifact.execution_environment),
}

site_gate = gate("docs-site", "The site is built without a warning, and loads nothing from elsewhere.", site.build)
linters = [*(commands(name, *row) for name, row in LINT.items()), site_gate, "extra-checks", "license-check"]
lint = group("lint", "Style, YAML, playbooks, documentation, licenses.", linters)
types = group(
    "types", "mypy --strict.", [commands(name, *row, MYPYPATH=f"{ROOT}:{COLLECTIONS}") for name, row in TYPES.items()]
)
built = gate("build", "The collection builds, and holds what users need and nothing else.", artifact.build)
shipped = [built, *(gate(name, what, run, ["build"]) for name, (what, run) in ARTIFACT.items())]
group("artifact", "What users install: built, imported, installed, run, and put into an image.", shipped)
measured("units", "tests/unit.", "-n3 tests/unit")
everywhere = "tests/integration tests/simulator_checks"
measured("integration", "Playbooks and modules against the simulator.", f"-n4 --dist=loadfile {everywhere}")
commands(
    "coverage",
    "What units and integration ran together, the code in Ansible's forked workers included.",
    f"coverage combine --keep --quiet {COVERED}/units {COVERED}/integration",
    "coverage report --show-missing --skip-covered",
    requires=["integration", "units"],
    COVERAGE_FILE=str(COVERED / "data"),
)
group("demo", "A simulated fleet is diagnosed; needs no firewall.", [], "tests.tooling.demo", "demo")
group("demo-techsupport", "The same from its tech-support files.", [], "tests.tooling.demo", "demo-techsupport")
group("demo-remediate", "Another fleet is planned, repaired, verified.", [], "tests.tooling.demo", "demo-remediate")
group("benchmark", "The playbooks measured on up to a thousand simulated firewalls.", [], "benchmarks.fleet")
commands("essentials", "The integration tests that matter most.", f"{PYTEST} {ESSENTIALS}")
killed = "python -m pytest -n4 tests/integration/test_random_kills.py"
commands("kills", "Repairs killed at two hundred moments.", killed, seconds=5400, MLAV_TEST_KILLS="200")
lowest = ("lowest", ["3.10", "3.11", "3.12"], ROOT / "tests" / "requirements-lowest.txt", "tests/unit")
gate("lowest", "The unit tests with the oldest supported version of everything.", lambda log: elsewhere(log, *lowest))
for version, which in CORES.items():
    checked = f"ansible-core {which.release}"
    gate(f"sanity-{version}", f"ansible-test sanity of {checked}.", partial(sanity.sanity, which=which))
    gate(f"core-{version}", f"Unit and essential integration tests on {checked}.", partial(on_core, which=which))

group("test", "The everyday checks: a few minutes.", ["essentials", *lint, *types, "build", "units"])
group("sanity", "ansible-test sanity, newest and oldest ansible-core.", [f"sanity-{NEWEST}", f"sanity-{OLDEST}"])
demos = ["demo", "demo-techsupport", "demo-remediate"]
# The longest first. Unit tests last: each of them may wait for a few seconds only, and integration tests are busy too.
ends = [*shipped, *demos, *lint, *types, "units", "coverage"]
ci = group("ci", f"Everything on ansible-core {NEWEST}.", ["integration", f"sanity-{NEWEST}", *ends])
matrix = [f"{kind}-{version}" for version in (OLDEST, *LATER) for kind in ("sanity", "core")]
group("full", f"Everything, on ansible-core {OLDEST} to {[*CORES][-1]}.", [*ci, "lowest", "kills", *matrix])
