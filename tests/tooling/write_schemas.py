# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes docs/schema from the dataclasses: ``.venv/bin/python -m tests.tooling.write_schemas``.

Types and constraints become JSON Schema as ``_device/codec`` reads them. The first docstring paragraphs of a class and
the plain strings in ``Annotated`` become descriptions. A unit test fails when the schemas are not what this writes.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from tests.tooling.environment import COLLECTIONS
from tests.tooling.schemas import FOLDER

if str(COLLECTIONS) not in sys.path:
    sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import (
    Items,
    LeftOut,
    Number,
    Text,
    Utc,
    Words,
    shape_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.field_types import (
    member_type,
    members_of_union,
    unwrapped,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import SavedEvidence
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import document as diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._remedy import document as remediation
from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import PlanDocument, RemediationRecord

ADDRESS = "https://github.com/panops/panops.mlav/blob/main/docs/schema"
LOCAL_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?(Z|[+-]\d{2}:\d{2}(:\d{2})?)?$"

#: Name -> title, class, and the vocabularies of its ``Words``.
PUBLISHED: dict[str, tuple[str, type, Mapping[str, Collection[str]]]] = {
    "diagnosis": ("panops.mlav diagnosis", Diagnosis, diagnosis.WORDS),
    "evidence": ("panops.mlav saved evidence", SavedEvidence, {}),
    "plan": ("panops.mlav plan", PlanDocument, remediation.WORDS),
    "remediation": ("panops.mlav remediation record", RemediationRecord, remediation.WORDS),
}

_KINDS = {str: "string", int: "integer", float: "number", bool: "boolean"}


def written(name: str) -> str:
    """The schema as the dataclasses have it, as a file's content."""
    title, of, words = PUBLISHED[name]
    generator = _Generator(words)
    whole = generator.object_of(of)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{ADDRESS}/{name}.schema.json",
        "title": title,
    }
    content = {**head, **whole, "$defs": dict(sorted(generator.definitions.items()))}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


class _Generator:
    """``definitions``: of the classes and vocabularies that were met, by name."""

    def __init__(self, words: Mapping[str, Collection[str]]) -> None:
        self.definitions: dict[str, Any] = {}
        self._words = words

    def object_of(self, of: Any) -> dict[str, Any]:
        """The schema of a dataclass or a TypedDict itself."""
        hints = get_type_hints(of, include_extras=True)
        properties = {name: self.of(member_type(of, name, hint)) for name, hint in hints.items()}
        found: dict[str, Any] = {"description": _description(of), "type": "object"}
        if is_typeddict(of):
            required = [name for name in hints if name in of.__required_keys__]
            return {**found, **({"required": required} if required else {}), "properties": properties}
        shape = shape_of(of)
        known = {"schema": {"const": shape.schema}, **properties} if shape.schema else properties
        required = [name for name in known if name not in _optional(of)]
        closed = {"additionalProperties": False}
        either = {"oneOf": [{"required": [name]} for name in shape.either]} if shape.either else {}
        return {**found, "required": required, **either, "properties": known, **closed, **shape.also}

    def of(self, hint: Any) -> dict[str, Any]:
        """The schema of a type."""
        bare, marks = unwrapped(hint)
        text = next((mark for mark in marks if isinstance(mark, str)), "")
        return {**({"description": text} if text else {}), **self._bare(bare, marks)}

    def _bare(self, bare: Any, marks: tuple[Any, ...]) -> dict[str, Any]:
        limits = {type(mark): mark for mark in marks}
        if bare is Any:
            return {}
        if members_of_union(bare):
            return self._union(bare, marks)
        if Words in limits:
            return self._words_of(limits[Words].name)
        if get_origin(bare) is Literal:
            return {"enum": list(get_args(bare))}
        if bare is datetime:
            return {"type": "string", "pattern": limits[Utc].pattern if Utc in limits else LOCAL_TIME}
        if bare in _KINDS:
            return {"type": _KINDS[bare], **_limits(limits)}
        if is_dataclass(bare) or is_typeddict(bare):
            return self._reference(bare)
        return self._collection(bare, limits.get(Items, Items()))

    def _union(self, bare: Any, marks: tuple[Any, ...]) -> dict[str, Any]:
        choices = []
        for member in members_of_union(bare):
            of, own = unwrapped(member)
            choices.append({"type": "null"} if of is type(None) else self._bare(of, (*own, *marks)))
        if all("$ref" not in choice and "enum" not in choice for choice in choices):
            merged: dict[str, Any] = {}
            for choice in choices:
                merged |= choice
            return {**merged, "type": [choice["type"] for choice in choices]}
        return {"anyOf": choices}

    def _words_of(self, name: str) -> dict[str, Any]:
        self.definitions[name] = {"enum": list(self._words[name])}
        return {"$ref": f"#/$defs/{name}"}

    def _reference(self, of: Any) -> dict[str, Any]:
        name = of.__name__[0].lower() + of.__name__[1:]
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.object_of(of)
        return {"$ref": f"#/$defs/{name}"}

    def _collection(self, bare: Any, limits: Items) -> dict[str, Any]:
        arguments = get_args(bare)
        if (get_origin(bare) or bare) in (tuple, list):
            item = self.of(arguments[0]) if arguments else {}
            size = {"minItems": limits.min_items} if limits.min_items else {}
            unique = {"uniqueItems": True} if limits.unique else {}
            return {"type": "array", **({"items": item} if item else {}), **size, **unique}
        member = self.of(arguments[1]) if arguments else {}
        return {"type": "object", **({"additionalProperties": member} if member else {})}


def _limits(limits: Mapping[type, Any]) -> dict[str, Any]:
    if Number in limits:
        return {"minimum": limits[Number].minimum}
    text = limits.get(Text, Text())
    longest = text.max_length if text.max_length is not None else text.published_max_length
    return {
        **({"minLength": text.min_length} if text.min_length else {}),
        **({"maxLength": longest} if longest is not None else {}),
        **({"pattern": text.pattern} if text.pattern else {}),
    }


def _optional(of: Any) -> set[str]:
    """Keys that are not always written."""
    hints = get_type_hints(of, include_extras=True)
    left_out = {name for name, hint in hints.items() if any(isinstance(mark, LeftOut) for mark in unwrapped(hint)[1])}
    return left_out | set(shape_of(of).either)


def _description(of: Any) -> str:
    """The docstring up to its formal part, its paragraphs in one line."""
    text = inspect.getdoc(of) or ""
    return " ".join(text.partition("\nAttributes:")[0].split())


def write() -> None:
    """Writes all of them."""
    for name in PUBLISHED:
        (FOLDER / f"{name}.schema.json").write_text(written(name), encoding="utf-8")


if __name__ == "__main__":
    write()
