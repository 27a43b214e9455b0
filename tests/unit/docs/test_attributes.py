# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module documents its attributes, as ``ansible-doc`` shows them to users."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tooling.environment import ROOT, environment

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    names = [f"panops.mlav.{name}" for name in MODULES]
    program = Path(sys.executable).with_name("ansible-doc")
    shown = subprocess.run([program, "--json", *names], env=environment(), capture_output=True, check=True)
    found: dict[str, Any] = json.loads(shown.stdout)
    return found


@pytest.mark.parametrize("attribute", ["check_mode", "diff_mode", "idempotent"])
@pytest.mark.parametrize("module", MODULES)
def test_every_module_documents_its_attributes(module: str, attribute: str, documented: dict[str, Any]) -> None:
    attributes = documented[f"panops.mlav.{module}"]["doc"]["attributes"]
    assert attributes[attribute]["support"] in ("full", "partial", "none", "N/A")
    assert attributes[attribute]["description"]
