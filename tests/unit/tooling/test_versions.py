# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions that are checked are those that users are promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._device.live.pan_os_python import LOWEST as LOWEST_PANOS
from ansible_collections.panops.mlav.plugins.module_utils._version import COLLECTION_VERSION
from tests.tooling.cores import CORES, NEWEST
from tests.tooling.environment import ROOT


def pins(path: Path, operator: str) -> dict[str, set[str]]:
    """Every version by name, markers left out."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        rf"^([A-Za-z0-9-]+)(?:\[\w+\])?{operator}([0-9.]+)", path.read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(name.lower(), set()).add(version)
    return found


def numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


LOWEST = ROOT / "tests" / "requirements-lowest.txt"
OLDEST = ROOT / "tests" / "requirements-oldest-core.txt"
OLDEST_CORE, NEWEST_CORE = next(iter(CORES.values())).release, CORES[NEWEST].release
PROMISED = {name: versions.pop() for name, versions in pins(ROOT / "requirements.txt", ">=").items()}


@pytest.mark.parametrize("name", PROMISED)
def test_the_lowest_promised_version_is_checked(name: str) -> None:
    [pinned] = pins(LOWEST, "==")[name]
    assert numbers(pinned) == numbers(PROMISED[name])


@pytest.mark.parametrize("name", PROMISED)
def test_a_newer_version_is_checked_too(name: str) -> None:
    newest = max(pins(ROOT / "requirements-dev.txt", "==")[name], key=numbers)
    assert numbers(newest) >= numbers(PROMISED[name])


def test_an_older_library_is_refused() -> None:
    assert PROMISED["pan-os-python"] == LOWEST_PANOS


def test_sanity_runs_on_the_newest_and_the_oldest_core() -> None:
    assert NEWEST_CORE in pins(ROOT / "requirements-dev.txt", "==")["ansible-core"]
    assert numbers(OLDEST_CORE)[:2] == numbers(PROMISED["ansible-core"])[:2]
    assert pins(OLDEST, "==")["ansible-core"] == {OLDEST_CORE}


def test_requires_ansible_is_the_promised_core() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert numbers(runtime["requires_ansible"].removeprefix(">=")) == numbers(PROMISED["ansible-core"])


def test_saved_evidence_names_the_version_of_the_collection() -> None:
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"] == COLLECTION_VERSION
