# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence as plain data and back: for module results, and for evidence that is saved and judged later.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timezone
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer

T = TypeVar("T")


def to_data(value: Any) -> Any:
    """Dataclasses as dictionaries, tuples as lists, times as ISO 8601 (``Z`` for UTC); the rest as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_data(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, datetime):
        text = value.isoformat()
        return text.removesuffix("+00:00") + "Z" if value.tzinfo is timezone.utc else text
    if isinstance(value, (tuple, list)):
        return [to_data(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_data(item) for key, item in value.items()}
    return value


def from_data(kind: type[T], data: Any) -> T:
    """What ``to_data`` made of a ``kind``, read back.

    Unknown keys are ignored (a later release may add fields) and absent ones take their default. Raises
    MalformedAnswer, with the place, where the data does not fit: it comes from a file that anybody may have written.
    """
    value: T = _read(kind, data, kind.__name__, {})
    return value


def _read(kind: Any, data: Any, place: str, bound: dict[Any, Any]) -> Any:
    kind = bound.get(kind, kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return data
    if origin in (Union, UnionType):
        return _read_union(arguments, data, place, bound)
    if origin is Literal:
        return _expect(data in arguments and isinstance(data, str), data, place, f"one of {', '.join(arguments)}")
    if origin is tuple:
        _expect(isinstance(data, list), data, place, "a list")
        return tuple(_read(arguments[0], item, f"{place}[{index}]", bound) for index, item in enumerate(data))
    if is_dataclass(origin or kind):
        return _read_dataclass(origin or kind, arguments, data, place)
    if kind is datetime:
        return _read_time(data, place)
    _expect(isinstance(data, kind) and (kind is bool or not isinstance(data, bool)), data, place, kind.__name__)
    return data


def _read_union(arguments: tuple[Any, ...], data: Any, place: str, bound: dict[Any, Any]) -> Any:
    """Only ``X | None`` occurs in the model."""
    if data is None and NoneType in arguments:
        return None
    return _read(next(item for item in arguments if item is not NoneType), data, place, bound)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _read_dataclass(kind: Any, arguments: tuple[Any, ...], data: Any, place: str) -> Any:
    _expect(isinstance(data, Mapping), data, place, "a mapping")
    bound = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
    hints = _hints(kind)
    values = {}
    for item in fields(kind):
        if item.name in data:
            values[item.name] = _read(hints[item.name], data[item.name], f"{place}.{item.name}", bound)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise MalformedAnswer(f"{place} lacks {item.name}.")
    return kind(**values)


def _read_time(data: Any, place: str) -> datetime:
    try:
        return datetime.fromisoformat(data.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        raise MalformedAnswer(f"{place} is {str(data)[:80]!r}. Expected: a time in ISO 8601.") from None


def _expect(fits: bool, data: Any, place: str, wanted: str) -> Any:
    if not fits:
        raise MalformedAnswer(f"{place} is {str(data)[:80]!r}. Expected: {wanted}.")
    return data
