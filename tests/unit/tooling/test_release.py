# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changelog and the metadata of a release know what is in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tooling.environment import ROOT

CHANGELOG = ROOT / "changelogs" / "changelog.yaml"
FRAGMENTS = ROOT / "changelogs" / "fragments"
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def numbers(version: object) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))


RELEASES: dict[str, dict[str, Any]] = read(CHANGELOG)["releases"]
ROLES = sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))
VERSION: str = read(ROOT / "galaxy.yml")["version"]


def shipped() -> Iterator[tuple[str, str, str]]:
    """Kind, name and version_added of everything that documents itself."""
    for kind, pattern in (("modules", "mlav_*.py"), ("inventory", "[!_]*.py")):
        for path in sorted((ROOT / "plugins" / kind).glob(pattern)):
            plugin = import_module(f"ansible_collections.panops.mlav.plugins.{kind}.{path.stem}")
            yield kind, path.stem, yaml.safe_load(plugin.DOCUMENTATION)["version_added"]
    for kind in ("filter", "test"):
        for path in sorted((ROOT / "plugins" / kind).glob("*.yml")):
            yield kind, path.stem, read(path)["DOCUMENTATION"]["version_added"]
    for path in ROLES:
        yield "role", path.parents[1].name, read(path)["argument_specs"]["main"]["version_added"]


def announced(version: str, kind: str) -> set[str]:
    release = RELEASES.get(version, {})
    groups = {"modules": release.get("modules", []), **release.get("objects", {}), **release.get("plugins", {})}
    return {entry["name"] for entry in groups.get(kind, [])}


@pytest.mark.parametrize(("kind", "name", "added"), list(shipped()))
def test_what_came_with_a_release_is_in_its_changelog(kind: str, name: str, added: str) -> None:
    newest = max(RELEASES, key=numbers)
    # What comes next is found by antsibull-changelog when that release is made.
    assert numbers(added) > numbers(newest) or name in announced(added, kind)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_is_announced(name: str) -> None:
    """antsibull-changelog does not find them by itself."""
    found = {name for version in RELEASES for name in announced(version, "playbook")}
    for path in FRAGMENTS.glob("*.yml"):
        found |= {entry["name"] for entry in read(path).get("add object.playbook", [])}
    assert name in found


@pytest.mark.parametrize("path", ROLES, ids=lambda path: path.parents[1].name)
def test_every_entry_point_says_since_when(path: Path) -> None:
    assert [name for name, entry in read(path)["argument_specs"].items() if "version_added" not in entry] == []


def test_the_version_is_the_newest_release_or_the_next() -> None:
    assert numbers(VERSION) >= max(map(numbers, RELEASES))


def test_the_execution_environment_takes_the_collection_of_this_version() -> None:
    definition = read(ROOT / "execution-environment" / "execution-environment.yml")
    archive = f"artifact/panops-mlav-{VERSION}.tar.gz"
    assert definition["dependencies"]["galaxy"]["collections"] == [{"name": archive, "type": "file"}]
    assert definition["additional_build_files"] == [{"src": f"../build/{archive}", "dest": "artifact"}]


def test_the_collection_names_files_of_its_requirements_that_are_there() -> None:
    named = read(ROOT / "meta" / "execution-environment.yml")["dependencies"]
    assert sorted(named) == ["python", "system"]
    assert [name for name in named.values() if not (ROOT / name).is_file()] == []
