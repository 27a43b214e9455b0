# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returned against what it documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.tooling.environment import ROOT

# What Ansible documents of every module, and what it adds by itself.
COMMON = frozenset(
    (
        *("ansible_facts", "changed", "changed_when_result", "diff", "deprecations", "exception", "failed"),
        *("failed_when_result", "failed_when_suppressed_exception", "finished", "invocation", "module_stderr"),
        *("module_stdout", "msg", "rc", "results_file", "skipped", "skip_reason", "false_condition", "started"),
        *("stderr", "stderr_lines", "stdout", "stdout_lines", "warnings", "_ansible_parsed"),
    )
)


@cache
def returns(module: str) -> dict[str, Any]:
    """RETURN of a module."""
    tree = ast.parse((ROOT / f"plugins/modules/{module}.py").read_text(encoding="utf-8"))
    [value] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "RETURN"
    ]
    documented: dict[str, Any] = yaml.safe_load(ast.literal_eval(value))
    return documented


def undocumented(module: str, result: Mapping[str, Any]) -> list[str]:
    """The members of a result that RETURN does not name, as paths; ``contains`` is followed wherever it is given."""
    own = {name: value for name, value in result.items() if name not in COMMON and not name.startswith("ansible_")}
    found = list(_strangers(own, returns(module), ""))
    facts = result.get("ansible_facts")
    documented = returns(module).get("ansible_facts", {}).get("contains")
    return found + (list(_strangers(facts, documented, "ansible_facts.")) if facts and documented else [])


def _strangers(data: Any, documented: Mapping[str, Any], place: str) -> Iterator[str]:
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict):
            continue
        for name, value in item.items():
            entry = documented.get(name)
            if entry is None:
                yield f"{place}{name}"
            elif entry.get("contains"):
                yield from _strangers(value, entry["contains"], f"{place}{name}.")
