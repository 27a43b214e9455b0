# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/architecture.md says of the stages: each imports only from those on its left, and none knows Ansible."""

from __future__ import annotations

import ast

import pytest

from tests.tooling.environment import ROOT

UTILS = "ansible_collections.panops.mlav.plugins.module_utils."
# Stage -> the stages on its left. Of _remedy, _report knows the published documents alone; _doctor knows neither.
LEFT_OF = {
    "_device": set[str](),
    "_evidence": {"_device"},
    "_diagnosis": {"_device", "_evidence"},
    "_report": {"_device", "_evidence", "_diagnosis", "_remedy.document"},
    "_remedy": {"_device", "_evidence", "_diagnosis"},
    "_doctor": {"_device", "_evidence", "_diagnosis"},
}


def imported(stage: str) -> set[str]:
    """The modules that the files of a stage import, those of Ansible and of this collection."""
    found: set[str] = set()
    for path in (ROOT / "plugins" / "module_utils" / stage).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports by a relative name"
                found |= {f"{node.module}.{name.name}" for name in node.names}
            elif isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
    return {name for name in found if name.split(".")[0] in ("ansible", "ansible_collections")}


@pytest.mark.parametrize("stage", LEFT_OF)
def test_a_stage_imports_only_from_its_left(stage: str) -> None:
    allowed = tuple(f"{UTILS}{name}." for name in {stage, *LEFT_OF[stage]})
    assert [name for name in sorted(imported(stage)) if not name.startswith(allowed)] == []


def test_no_file_has_grown_out_of_its_room() -> None:
    long = {
        path.name: count
        for path in (ROOT / "plugins").rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
