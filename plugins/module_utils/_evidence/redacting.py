# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence, and what was concluded from it, without a session's secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet

T = TypeVar("T")


def redacted(value: T, redact: Callable[[str], str]) -> T:
    """The value with every text of a device passed through ``redact``; the very same where that changes nothing.

    Words of the code stay: fields of a ``Literal`` type, keys, and the firewall's name, which is the inventory's. So do
    problems: they are sentences of ours, and redacted what they quote (``redaction.excerpt``).
    """
    clean: T = _redacted(value, redact)
    return clean


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        clean = redact(value)
        return value if clean == value else clean
    if isinstance(value, Problem):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        kept = _own_words(type(value))
        before = {item.name: getattr(value, item.name) for item in fields(value) if item.init and item.name not in kept}
        after = {name: _redacted(item, redact) for name, item in before.items()}
        changed = {name: item for name, item in after.items() if item is not before[name]}
        return replace(value, **changed) if changed else value
    if isinstance(value, (tuple, list)):
        items = [_redacted(item, redact) for item in value]
        return value if all(map(_same, items, value)) else type(value)(items)
    if isinstance(value, Mapping):
        named = {key: _redacted(item, redact) for key, item in value.items()}
        return value if all(item is value[key] for key, item in named.items()) else named
    return value


def _same(one: object, other: object) -> bool:
    return one is other


@cache
def _own_words(of: type) -> frozenset[str]:
    names = {name for name, hint in get_type_hints(of).items() if _literal(hint)}
    return frozenset(names | {"host"} if of is EvidenceSet else names)


def _literal(hint: Any) -> bool:
    return get_origin(hint) is Literal or any(map(_literal, get_args(hint)))
