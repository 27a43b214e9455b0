# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action group holds the modules that take a connection, and no other: they would fail at its options."""

from __future__ import annotations

import importlib

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import connection
from tests.tooling.environment import ROOT

PLUGINS = "ansible_collections.panops.mlav.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("mlav_*.py"))
GROUP = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["mlav"]


def test_the_group_names_modules() -> None:
    assert len(MODULES) > 10
    assert set(GROUP) <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_who_takes_a_connection_is_in_the_group(module: str) -> None:
    options = importlib.import_module(f"{PLUGINS}.action.{module}").ActionModule.operation.argument_spec
    documentation = yaml.safe_load(importlib.import_module(f"{PLUGINS}.modules.{module}").DOCUMENTATION)
    fragments = documentation["extends_documentation_fragment"]
    assert (set(connection()) <= set(options)) is (module in GROUP)
    assert ("provider" in options) is (module in GROUP)
    assert ("panops.mlav.attributes.action_group" in fragments) is (module in GROUP)
