# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follows the walk-throughs for contributors, block by block, on a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tooling.doc_samples import Sample, samples

from .conftest import ROOT

PAGE = ROOT / "docs" / "contributing.md"
COPIED = ("docs", "galaxy.yml", "plugins", "pyproject.toml", "roles", "tests")
# As a page names a new file.
_PATH = re.compile(r"# ((?:plugins|tests)/[\w/.-]+)\n")
WALKTHROUGHS = {
    title: [sample for sample in samples(PAGE) if sample.heading == title]
    for title in ("Add a scenario", "Add a probe", "Add a cause")
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository as a contributor has it, with ``.venv`` for the Python that runs this."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "output"))
        else:
            shutil.copyfile(ROOT / name, tmp_path / name)
    link = tmp_path / "build" / "collections" / "ansible_collections" / "panops" / "mlav"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return tmp_path


def run(command: list[str] | str, root: Path, given: str | None = None) -> str:
    """What a command says; it has to succeed."""
    collections = root / "build" / "collections"
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COVERAGE_", "ANSIBLE_"))
    }
    env |= {"PYTHONPATH": f"{collections}{os.pathsep}{root}", "GIT_CEILING_DIRECTORIES": str(root.parent)}
    done = subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=root,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def follow(sample: Sample, root: Path) -> None:
    """Does what a block says."""
    named = _PATH.match(sample.text)
    if sample.language == "diff":
        run(["git", "apply", "--recount", "-"], root, sample.text)
    elif sample.language == "console":
        for command, shown in sample.commands():
            said = run(command, root)
            assert [line for line in shown if line not in said] == [], said
    elif named:
        path = root / named[1]
        assert not path.exists(), f"{named[1]} is there already"
        path.write_text(sample.text.removeprefix(named[0]), encoding="utf-8")
    else:
        raise AssertionError(f"{sample}: neither a file, a diff nor a command")


def touched(steps: list[Sample]) -> set[str]:
    """The files that a contributor writes or changes by hand."""
    diffs = [line.removeprefix("+++ b/") for step in steps for line in step.text.splitlines() if line[:6] == "+++ b/"]
    return {*diffs, *(named[1] for step in steps if (named := _PATH.match(step.text)))}


def test_a_new_cause_touches_four_files() -> None:
    """Its entry, the rule, a scenario, a test row; the rest is generated."""
    assert touched(WALKTHROUGHS["Add a cause"]) == {
        "plugins/module_utils/_diagnosis/causes/cloud.py",
        "plugins/module_utils/_diagnosis/classify.py",
        "tests/simulator/scenarios/cloud_limits_requests.yml",
        "tests/unit/diagnosis/test_diagnosis_causes.py",
    }


@pytest.mark.parametrize("title", WALKTHROUGHS)
def test_a_walkthrough_works(title: str, copy: Path) -> None:
    steps = WALKTHROUGHS[title]
    assert steps[-1].language == "console", "what proves it is a command at the end"
    for sample in steps:
        follow(sample, copy)


def test_without_its_change_a_walkthrough_fails(copy: Path) -> None:
    """The commands at the end notice what is not there."""
    for steps in WALKTHROUGHS.values():
        with pytest.raises(AssertionError):
            follow(steps[-1], copy)
