# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of this project, and its demos. ``make NAME`` or ``python3 tests/run.py NAME`` runs one in .venv."""

from __future__ import annotations

import os
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

from tests.tooling import artifact, gates, sanity
from tests.tooling.cores import CORES, NEWEST
from tests.tooling.environment import BUILD, Failed, Skipped, environment, log_file

OLDEST, *LATER = (version for version in CORES if version != NEWEST)

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


def gate(run: Callable[[IO[str]], str], requires: Sequence[str] = (), name: str = "", what: str = "") -> str:
    """Make a session of a function that writes a log, and returns what is worth telling; returns its name."""
    name = name or run.__name__.replace("_", "-")

    def session(session: nox.Session) -> None:
        with log_file(name) as log:
            try:
                session.log(run(log) or "ok")
            except Skipped as missing:
                session.skip(str(missing))
            except Failed as problem:
                session.error(str(problem))

    session.__doc__ = what or run.__doc__
    nox.session(name=name, requires=list(requires), default=False)(session)
    return name


def program(name: str, what: str, *arguments: str) -> str:
    """Make a session of a module of this project that is run as a program; returns its name."""

    def session(session: nox.Session) -> None:
        session.run("python", "-m", *arguments)

    session.__doc__ = what
    nox.session(name=name, default=False)(session)
    return name


def group(name: str, what: str, members: Sequence[str]) -> list[str]:
    """Make a session that runs others; returns their names."""

    def session(session: nox.Session) -> None:
        pass

    session.__doc__ = what
    nox.session(name=name, requires=list(members), default=False)(session)
    return list(members)


def sanity_of(version: str) -> str:
    """Make the session of ansible-test sanity of a release of ansible-core; returns its name."""
    which = CORES[version]
    what = f"ansible-test sanity of ansible-core {which.release}, without any ignore file."
    return gate(partial(sanity.sanity, which=which), name=f"sanity-{version}", what=what)


def core_of(version: str) -> str:
    """Make the session of the tests that run on every release of ansible-core; returns its name."""
    which = CORES[version]
    what = f"Unit tests and essential integration tests on ansible-core {which.release}."
    return gate(partial(gates.on_core, which=which), name=f"core-{version}", what=what)


antsibull_nox.load_antsibull_nox_toml()

lint = group(
    "lint",
    "Style, YAML, playbooks, documentation, licenses.",
    [
        gate(gates.ruff),
        gate(gates.ruff_format),
        gate(gates.yamllint),
        gate(gates.ansible_lint),
        gate(gates.ansible_doc),
        gate(gates.attributes),
        gate(gates.docs_check),
        gate(gates.docs_site),
        gate(gates.changelog),
        gate(gates.antsibull_nox_config),
        "extra-checks",
        "license-check",
    ],
)
types = group("types", "mypy --strict.", [gate(gates.types_plugins), gate(gates.types_tests)])
shipped = group(
    "artifact",
    "What users install: built, imported, installed, run, and put into an execution environment.",
    [
        gate(artifact.build),
        gate(artifact.galaxy_importer, ["build"]),
        gate(artifact.install, ["build"]),
        gate(artifact.runner, ["build"]),
        gate(artifact.execution_environment, ["build"]),
    ],
)
tested = [gate(gates.integration), gate(gates.units)]
gate(gates.coverage, tested)
demos = [
    program("demo", "A simulated fleet is diagnosed; needs no firewall.", "tests.tooling.demo", "demo"),
    program(
        "demo-techsupport",
        "The same fleet is diagnosed from its tech-support files.",
        *("tests.tooling.demo", "demo-techsupport"),
    ),
    program(
        "demo-remediate",
        "Another fleet is planned, repaired and verified.",
        *("tests.tooling.demo", "demo-remediate"),
    ),
]
program("benchmark", "The playbooks measured on up to a thousand simulated firewalls.", "benchmarks.fleet")

group("test", "The everyday checks: a few minutes.", [gate(gates.essentials), *lint, *types, "build", "units"])
sanity_newest = sanity_of(NEWEST)
group("sanity", "ansible-test sanity, newest and oldest ansible-core.", [sanity_newest, sanity_of(OLDEST)])
# The longest first. Unit tests last: each of them may wait for a few seconds only, and integration tests are busy too.
ci = group(
    "ci",
    f"Everything on ansible-core {NEWEST}.",
    ["integration", sanity_newest, *shipped, *demos, *lint, *types, "units", "coverage"],
)
matrix = [
    gate(gates.lowest),
    gate(gates.kills),
    f"sanity-{OLDEST}",
    *(sanity_of(version) for version in LATER),
    *(core_of(version) for version in (OLDEST, *LATER)),
]
group("full", f"Everything, and the matrix of ansible-core {OLDEST} to {[*CORES][-1]}.", [*ci, *matrix])
