# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option that a message of a remedy names is one of every module that prints it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import DECRYPTION_EXCLUSION
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Operation
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reconnecting import RECONNECT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from ansible_collections.panops.mlav.plugins.module_utils._tasks.unlocking import UNLOCK
from tests.tooling.environment import ROOT

REMEDY = ROOT / "plugins" / "module_utils" / "_remedy"
CHANGING = (COMMIT, RECONNECT, REMEDIATE)
# The modules that show the messages of a file; by default all that change a firewall.
PRINTED_BY: dict[str, tuple[Operation, ...]] = {
    "exclusion/config": (DECRYPTION_EXCLUSION, REMEDIATE),
    "exclusion/plan": (DECRYPTION_EXCLUSION,),
    "exclusion/rollback": (REMEDIATE,),
    "carry_out": (REMEDIATE,),
    "left_behind": (REMEDIATE,),
    "plan": (REMEDIATE,),
    "planning": (REMEDIATE,),
    "reconnect/reconnect": (RECONNECT, REMEDIATE),
    "reconnect/restart": (RECONNECT, REMEDIATE),
    "reconnect/wait": (RECONNECT, REMEDIATE),
    "record": (REMEDIATE,),
    "remediate": (REMEDIATE,),
    "remedy_selection": (REMEDIATE,),
    "settle": (REMEDIATE,),
}
# An option of one module, in a message that only it can show.
ALONE = {
    ("commit/commit", "force"): (COMMIT,),
    ("commit/commit", "admin"): (COMMIT,),
    ("commit/commit", "options"): (COMMIT,),
}
EVERY_OPTION = {name for item in (*CHANGING, DECRYPTION_EXCLUSION, UNLOCK) for name in item.argument_spec}
_NAMED = re.compile(r"\boptions? ([a-z]+(?:_[a-z]+)*)\b")
_WORD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def texts(path: Path) -> Iterator[str]:
    """The texts of a file that people may read: no docstrings, and no single words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and " " in node.value:
            yield node.value


def named(text: str) -> set[str]:
    return set(_NAMED.findall(text)) | (set(_WORD.findall(text)) & EVERY_OPTION)


def called(path: Path) -> str:
    return path.relative_to(REMEDY).with_suffix("").as_posix()


@pytest.mark.parametrize("path", sorted(REMEDY.rglob("[a-z]*.py")), ids=called)
def test_options_in_messages_exist_in_every_module_that_shows_them(path: Path) -> None:
    for text in texts(path):
        for name in named(text) - {"names", "that"}:
            for operation in ALONE.get((called(path), name), PRINTED_BY.get(called(path), CHANGING)):
                assert name in operation.argument_spec, f"{operation.name} has no option {name}: {text!r}"


def test_option_names_are_found_in_messages() -> None:
    found = {name for path in REMEDY.rglob("[a-z]*.py") for text in texts(path) for name in named(text)}
    assert {"take_over_locks", "busy_wait", "restart_timeout", "rollback"} <= found
