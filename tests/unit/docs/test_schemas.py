# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published schemas are what the dataclasses say."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.tooling.schemas import FOLDER
from tests.tooling.write_schemas import PUBLISHED, written


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_is_that_of_its_dataclass(name: str) -> None:
    published = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == written(name), "write it anew: .venv/bin/python -m tests.tooling.write_schemas"


def test_every_published_schema_is_a_generated_one() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name in PUBLISHED}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_schema_is_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(written(name)))
