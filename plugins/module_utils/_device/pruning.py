# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reduces a configuration to what the procedure reads of it: the rest may hold secrets and tens of megabytes."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

_PREDICATE = re.compile(r"""\[(?:"[^"]*"|'[^']*'|[^\]"'])*\]""")

_Place = tuple[str, ...]


def prune(node: Element, path: str, wanted: tuple[str, ...]) -> Element:
    """A copy of ``node`` with the wanted subtrees and the elements above them; shares no element with it.

    An element above a wanted one keeps its attributes and neither text nor other children. Where nothing is wanted
    at, above or below ``node``, its own shell is all that is left.

    Args:
        node: the subtree at ``path``.
        path: its place relative to ``/config`` (empty: the whole configuration); predicates do not count.
        wanted: see ``interface.Interest.all_config_paths``.
    """
    places, above = wanted_places(wanted)
    here = _place(path)
    whole = any(here[: len(place)] == place for place in places)
    pruned = Element(node.tag, node.attrib)
    if whole:
        pruned.text = node.text
    # A stack of our own: the depth of a configuration is its author's choice. None is a place in a whole subtree.
    pending: list[tuple[Element, Element, _Place | None]] = [(node, pruned, None if whole else here)]
    while pending:
        original, copied, place = pending.pop()
        for child in original:
            below = (*place, child.tag) if place is not None else None
            if below is not None and below in places:
                below = None
            elif below is not None and below not in above:
                continue
            kept = Element(child.tag, child.attrib)
            if below is None:
                kept.text = child.text
            if place is None:
                kept.tail = child.tail
            copied.append(kept)
            pending.append((child, kept, below))
    return pruned


def wanted_places(wanted: tuple[str, ...]) -> tuple[frozenset[_Place], frozenset[_Place]]:
    """The places of the wanted subtrees, and those of the elements above them."""
    places = frozenset(_place(item) for item in wanted)
    return places, frozenset(place[:length] for place in places for length in range(len(place)))


def tops(extras: tuple[str, ...], above: frozenset[_Place]) -> frozenset[_Place]:
    """The highest places of ``extras`` that are not ``above`` anything else that is wanted."""
    return frozenset(
        next(place[:length] for length in range(1, len(place) + 1) if place[:length] not in above)
        for place in map(_place, extras)
    )


def tag_at(path: str) -> str:
    """The tag of the node at ``path``."""
    return _place(path)[-1]


def _place(path: str) -> _Place:
    return tuple(tag for tag in _PREDICATE.sub("", path).split("/") if tag)
