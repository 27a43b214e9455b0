# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schemas that the documentation publishes (docs/schema), by their names, such as ``diagnosis``."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
from referencing import Registry, Resource

from tests.tooling.environment import ROOT

FOLDER = ROOT / "docs" / "schema"


def schema(name: str) -> dict[str, Any]:
    """The schema as it is published."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@cache
def validator(name: str) -> Any:
    """One that follows references from a schema to the others."""
    published = [schema(path.name.removesuffix(".schema.json")) for path in FOLDER.glob("*.schema.json")]
    registry = Registry().with_resources((content["$id"], Resource.from_contents(content)) for content in published)
    return jsonschema.Draft202012Validator(schema(name), registry=registry)
