# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The types of fields, as ``codec`` reads and writes them and as the published schemas say them."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from dataclasses import is_dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, is_typeddict

from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import LeftOut, shape_of

T = TypeVar("T")

#: The kinds of JSON values: what each is called, and the Python types that it comes as.
NOUNS: dict[type, tuple[str, tuple[type, ...]]] = {
    str: ("a text", (str,)),
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    list: ("a list", (list, tuple)),
    dict: ("a mapping", (dict,)),
}


def unwrapped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without ``Annotated``, and what that adds to it."""
    if get_origin(hint) is Annotated:
        bare, *marks = get_args(hint)
        return bare, tuple(marks)
    return hint, ()


def members_of_union(bare: Any) -> tuple[Any, ...]:
    """The types of a union; empty for another type."""
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def member_type(of: Any, name: str, hint: Any) -> Any:
    """The type of a field in JSON: without null where the key is left out for None."""
    bare, marks = unwrapped(hint)
    if first_mark(marks, LeftOut) is None and name not in shape_of(of).either:
        return hint
    members = [member for member in members_of_union(bare) if member is not types.NoneType]
    return with_marks(Union[tuple(members)], marks) if members else hint  # noqa: UP007


def first_mark(marks: Collection[Any], of: type[T]) -> T | None:
    return next((mark for mark in marks if isinstance(mark, of)), None)


def json_kind(bare: Any) -> type:
    """The JSON kind of a type."""
    origin = get_origin(bare) or bare
    if origin is Literal or origin is datetime:
        return str
    if origin in (tuple, list):
        return list
    if is_typeddict(origin) or is_dataclass(origin) or origin is Mapping:
        return dict
    if origin not in NOUNS:
        raise TypeError(f"no format is known for {bare!r}")
    kind: type = origin
    return kind


def with_marks(hint: Any, marks: tuple[Any, ...]) -> Any:
    """A member of a union with what is said of the union."""
    for mark in marks:
        hint = Annotated[hint, mark]
    return hint
