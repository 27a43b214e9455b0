# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dataclasses to JSON data and back: the fields and their types are the format.

``encode`` writes any value. ``decoder`` makes a strict reader of one class for data from a file or another host: it
takes exactly what the types and their constraints (``constraints``) allow, and names the place of anything else.

The supported types: dataclasses, TypedDicts (open: any further key is kept), ``str``, ``int``, ``bool``, ``float``,
``datetime``, ``Literal`` of texts, ``tuple[X, ...]``, ``list``, ``dict`` and ``Mapping`` with text keys, ``Any``, and
unions of those that JSON tells apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timezone
from functools import cache
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints, is_typeddict

from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import (
    Items,
    LeftOut,
    Number,
    Shape,
    Text,
    Utc,
    Words,
    shape_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.field_types import (
    NOUNS,
    first_mark,
    json_kind,
    member_type,
    members_of_union,
    unwrapped,
    with_marks,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

T = TypeVar("T")
Reader = Callable[[Any], Any]

#: Of what a format leaves open: deeper data could not be written again.
MAX_DEPTH = 50

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?(Z|[+-]\d\d:\d\d(:\d\d)?)?", re.ASCII)
_SECONDS = Utc(seconds=True)
_VERSIONED = re.compile(r"(.+/)(\d{1,9})", re.ASCII)


class Misfit(ValueError):
    """Data does not have the format. The text names the place, what belongs there and what is there."""

    def __init__(self, expected: str, actual: Any, note: str = "") -> None:
        super().__init__()
        self.expected, self.actual, self.note = expected, actual, note
        self._path: list[str] = []

    def __str__(self) -> str:
        said = f"expected {self.expected}, got {_shown(self.actual)}{self.note and f' ({self.note})'}"
        return f"{self.place}: {said}" if self.place else said

    @property
    def place(self) -> str:
        """Such as ``causes[0].remedy.risk``; empty for the whole."""
        return "".join(reversed(self._path)).lstrip(".")

    def below(self, step: str | int) -> Misfit:
        """The same one level up: ``step`` is the key or the index that led here."""
        self._path.append(f"[{step}]" if isinstance(step, int) else f".{excerpt(step, 80)}")
        return self


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return repr(excerpt(value, 80))
    if isinstance(value, (bool, type(None))):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < 10**15 else "a number"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "a mapping" if isinstance(value, dict) else "something else"


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC with ``Z``, to the second; a time without an offset is taken as UTC."""
    return _SECONDS.written(moment)


def encode(value: Any) -> Any:
    """JSON data: dataclasses as mappings in the order of their fields, tuples as lists, times as ISO 8601.

    A time in UTC ends in ``Z``, one without an offset in none. What JSON does not have becomes its text.
    """
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, datetime):
        return _written(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, Mapping):
        return {str(key): encode(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(member) for member in value]
    return str(value)


def _written(moment: datetime) -> str:
    text = moment.isoformat()
    return f"{text.removesuffix('+00:00')}Z" if moment.tzinfo is timezone.utc else text


def _members(value: Any) -> dict[str, Any]:
    of: Any = type(value)
    shape, written = _written_members(of)
    data: dict[str, Any] = {"schema": shape.schema} if shape.schema else {}
    chosen = next((name for name in shape.either if getattr(value, name) is not None), "")
    for name, as_utc, may_lack in written:
        member = getattr(value, name)
        if (may_lack and member is None) or (chosen and name in shape.either and name != chosen):
            continue
        data[name] = as_utc.written(member) if as_utc and isinstance(member, datetime) else encode(member)
    return data


@cache
def _written_members(of: Any) -> tuple[Shape, tuple[tuple[str, Utc | None, bool], ...]]:
    hints = get_type_hints(of, include_extras=True)
    found = []
    for field in fields(of):
        bare, marks = unwrapped(hints[field.name])
        of_members = (mark for member in members_of_union(bare) for mark in unwrapped(member)[1])
        found.append((field.name, first_mark((*marks, *of_members), Utc), first_mark(marks, LeftOut) is not None))
    return shape_of(of), tuple(found)


# Reading


def decoder(
    of: type[T], words: Mapping[str, Collection[str]] | None = None, text: Callable[[str], str] = str
) -> Callable[[Any], T]:
    """A strict reader of ``of``: JSON data in, an instance out.

    Args:
        of: the dataclass.
        words: the vocabularies that ``Words`` names.
        text: applied to each text (not to the words of a ``Literal`` or a vocabulary), and to each open key.

    The reader raises Misfit.
    """
    made: list[Reader] = []

    def read(data: Any) -> T:
        # Made when it is first needed: most tasks read no document.
        if not made:
            made.append(_Compiler(words or {}, text).reader(of))
        found: T = made[0](data)
        return found

    return read


def _require(value: Any, kind: type) -> None:
    noun, allowed = NOUNS[kind]
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise Misfit(noun, value)


class _Compiler:
    """Makes readers from types, each once."""

    def __init__(self, words: Mapping[str, Collection[str]], text: Callable[[str], str]) -> None:
        self._words = words
        self._text = text
        self._made: dict[type, Reader] = {}

    def reader(self, hint: Any) -> Reader:
        bare, marks = unwrapped(hint)
        if bare is Any:
            return self._open
        if members_of_union(bare):
            return self._union(bare, marks)
        kind = json_kind(bare)
        if kind is str:
            return self._of_text(bare, marks)
        if kind is list:
            return self._list(bare, first_mark(marks, Items) or Items())
        if kind is dict:
            return self._mapping(bare)
        return _number(kind, first_mark(marks, Number))

    def _of_text(self, bare: Any, marks: tuple[Any, ...]) -> Reader:
        words = first_mark(marks, Words)
        if words is not None:
            return _one_of(self._words[words.name])
        if get_origin(bare) is Literal:
            return _one_of(get_args(bare))
        if bare is datetime:
            as_utc = first_mark(marks, Utc)
            return _time if as_utc is None else _utc_time(as_utc)
        limits, text = first_mark(marks, Text) or Text(), self._text

        def read(value: Any) -> str:
            if not isinstance(value, str) or not limits.allow(value):
                raise Misfit(limits.noun, value)
            return text(value)

        return read

    def _union(self, bare: Any, marks: tuple[Any, ...]) -> Reader:
        given = members_of_union(bare)
        hints = [hint for hint in given if hint is not NoneType]
        nullable = len(hints) < len(given)
        readers = {json_kind(unwrapped(hint)[0]): self.reader(with_marks(hint, marks)) for hint in hints}
        nouns = " or ".join(NOUNS[kind][0] for kind in readers)

        def read(value: Any) -> Any:
            if nullable and value is None:
                return None
            if len(readers) == 1:
                return next(iter(readers.values()))(value)
            for kind, reader in readers.items():
                if isinstance(value, NOUNS[kind][1]):
                    return reader(value)
            raise Misfit(f"{nouns} or null" if nullable else nouns, value)

        return read

    def _list(self, bare: Any, limits: Items) -> Reader:
        of = get_origin(bare) or list
        item = self.reader((get_args(bare) or (Any,))[0])

        def read(value: Any) -> Any:
            _require(value, list)
            found = []
            for number, member in enumerate(value):
                try:
                    found.append(item(member))
                except Misfit as misfit:
                    raise misfit.below(number) from None
            if not limits.allow(found):
                raise Misfit(limits.noun, value)
            return of(found)

        return read

    def _mapping(self, bare: Any) -> Reader:
        if is_typeddict(bare):
            return self._open_mapping(bare)
        if isinstance(bare, type) and is_dataclass(bare):
            return self._made.get(bare) or self._dataclass(bare)
        member = self.reader((get_args(bare) or (str, Any))[1])

        def read(value: Any) -> dict[str, Any]:
            _require(value, dict)
            return {self._key(name): _read_member(name, member, item) for name, item in value.items()}

        return read

    def _open_mapping(self, of: Any) -> Reader:
        known = {name: self.reader(hint) for name, hint in get_type_hints(of, include_extras=True).items()}
        required = [name for name in known if name in of.__required_keys__]

        def read(value: Any) -> dict[str, Any]:
            _require(value, dict)
            _require_keys(value, required)
            return {
                self._key(name): _read_member(name, known.get(name, self._open), item) for name, item in value.items()
            }

        return read

    def _dataclass(self, of: type) -> Reader:
        shape, known = shape_of(of), dict[str, Reader]()
        hints = get_type_hints(of, include_extras=True)
        has_default = {f.name for f in fields(of) if f.default is not MISSING or f.default_factory is not MISSING}

        def read(value: Any) -> Any:
            _require(value, dict)
            if shape.schema:
                _require_schema(shape.schema, value)
            _require_keys(value, required)
            if shape.either and sum(name in value for name in shape.either) != 1:
                raise Misfit(f"either {' or '.join(shape.either)}", value)
            found = {}
            for name, item in value.items():
                if name in known:
                    found[name] = _read_member(name, known[name], item)
                elif shape.unknown_keys == "refused" and not (name == "schema" and shape.schema):
                    raise Misfit("no key of this name", item).below(str(name))
            return of(**found)

        # Known before its fields are, which may hold the class itself.
        self._made[of] = read
        known |= {field.name: self.reader(member_type(of, field.name, hints[field.name])) for field in fields(of)}
        required = [name for name in known if name not in has_default]
        return read

    def _key(self, name: Any) -> str:
        return self._text(str(name))

    def _open(self, value: Any, depth: int = 0) -> Any:
        """Anything that JSON has, but not deeper than can be written."""
        if isinstance(value, str):
            return self._text(value)
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        if not isinstance(value, (dict, list, tuple)):
            raise Misfit("a value that JSON has", value)
        if depth >= MAX_DEPTH:
            raise Misfit(f"data at most {MAX_DEPTH} levels deep", value)
        if isinstance(value, dict):
            return {self._key(name): self._open(member, depth + 1) for name, member in value.items()}
        return [self._open(member, depth + 1) for member in value]


def _read_member(name: Any, reader: Reader, value: Any) -> Any:
    try:
        return reader(value)
    except Misfit as misfit:
        raise misfit.below(str(name)) from None


def _require_keys(value: Mapping[str, Any], required: Collection[str]) -> None:
    for name in required:
        if name not in value:
            raise Misfit(f"a mapping with {name}", value)


def _require_schema(schema: str, value: Mapping[str, Any]) -> None:
    found = value.get("schema")
    if found == schema:
        return
    own, other = _VERSIONED.fullmatch(schema), _VERSIONED.fullmatch(found) if isinstance(found, str) else None
    newer = own and other and own[1] == other[1] and int(other[2]) > int(own[2])
    note = "written by a newer release of this collection, which can read it" if newer else ""
    raise Misfit(schema, found, note).below("schema")


def _one_of(words: Collection[str]) -> Reader:
    known, listed = {word: word for word in words}, ", ".join(words)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Misfit(f"one of {listed}", value)
        return known[value]

    return read


def _number(kind: type, limits: Number | None) -> Reader:
    def read(value: Any) -> Any:
        _require(value, kind)
        if not math.isfinite(value):
            raise Misfit(NOUNS[kind][0], value)
        if limits is not None and value < limits.minimum:
            raise Misfit(f"{NOUNS[kind][0]} of at least {limits.minimum}", value)
        return value

    return read


def _time(value: Any) -> datetime:
    moment = _moment(value)
    if moment is None or _written(moment) != value:
        raise Misfit("a time such as 2026-11-23T10:15:00", value)
    return moment


def _utc_time(limits: Utc) -> Reader:
    def read(value: Any) -> datetime:
        moment = _moment(value)
        if moment is None or limits.written(moment) != value or moment.year not in limits.years:
            raise Misfit(f"a time in UTC such as {limits.example}", value)
        return moment

    return read


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    with suppress(ValueError):
        moment = datetime.fromisoformat(f"{value.removesuffix('Z')}+00:00" if value.endswith("Z") else value)
        return moment.replace(tzinfo=timezone.utc) if value.endswith("Z") else moment
    return None
