# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing configuration trees: where two differ, and the fingerprint of one. Pure.

Not compared: the candidate's attributes of who changed what (``admin``, ``dirtyId``, ``time``), the order of
attributes, the order of elements with different names, and white space between elements. The order of entries, and of
members, counts.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

OWNER_MARK = "admin"
_MARKS = frozenset({OWNER_MARK, "dirtyId", "time"})

_STEP = re.compile(
    r"/(?P<tag>[\w.-]+)(?:\[\s*(?:@name|text\(\))\s*=\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\")\s*\])?"
)


class Step(NamedTuple):
    """One step of a path. ``name``: of an entry, or the text of a member. ``nth``: among equal siblings, from 0."""

    tag: str
    name: str | None = None
    nth: int = 0

    def __str__(self) -> str:
        position = f"[{self.nth + 1}]" if self.nth else ""
        if self.name is None:
            return f"{self.tag}{position}"
        quote = '"' if "'" in self.name else "'"
        subject = "text()" if self.tag == "member" else "@name"
        return f"{self.tag}[{subject}={quote}{self.name}{quote}]{position}"


Path = tuple[Step, ...]


@dataclass(frozen=True)
class Difference:
    """``node`` is what stands in the later tree, or what was removed from the earlier one.

    ``marked_by``: whom the marks of the later tree name for it: its own, or those of the elements around it. Of a
    removed element only the mark of its parent can tell.
    """

    path: Path
    kind: Literal["added", "removed", "changed", "moved"]
    node: Element
    marked_by: str | None


def xpath(path: Path) -> str:
    """``/config/shared/…/entry[@name='x']``"""
    return "".join(f"/{step}" for step in path)


def parse_xpath(text: str) -> Path:
    """The steps of an absolute xpath in the form that this collection writes.

    Raises:
        InvalidOption: it has another form.
    """
    steps: list[Step] = []
    position = 0
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise InvalidOption(f"expected an xpath such as /config/shared/entry[@name='x'], got {excerpt(text)!r}")
        steps.append(Step(found["tag"], found["single"] if found["single"] is not None else found["double"]))
        position = found.end()
    return tuple(steps)


def lies_at(path: Path, place: Path) -> bool:
    """True where ``path`` is ``place`` or below it."""
    return path[: len(place)] == place


def fingerprint(root: Element) -> str:
    """``sha256:…`` of what counts in a tree."""
    digest = hashlib.sha256()

    def take(node: Element) -> None:
        parts = [str(node.tag), _text(node)]
        for name, value in sorted(_attributes(node).items()):
            parts += [name, value]
        # Each text comes after its length, so that none can look like structure.
        digest.update(f"({len(parts)}".encode())
        for part in parts:
            digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogatepass"))
        for child in sorted(node, key=lambda item: str(item.tag)):
            take(child)
        digest.update(b")")

    take(root)
    return f"sha256:{digest.hexdigest()}"


def differences(before: Element, after: Element) -> tuple[Difference, ...]:
    """Where two trees differ, each at the deepest element that holds the whole difference."""
    return tuple(_compare(before, after, (_step(after, 0),), None))


def _compare(before: Element, after: Element, path: Path, around: str | None) -> Iterator[Difference]:
    own = after.get(OWNER_MARK) or None
    marked_by = own or around
    if before.tag != after.tag or _attributes(before) != _attributes(after) or _text(before) != _text(after):
        yield Difference(path, "changed", after, marked_by)
    old, new = _children(before), _children(after)
    for step, node in old.items():
        if step not in new:
            place, node = _narrowed((*path, step), node)
            yield Difference(place, "removed", node, own)
    for step, node in new.items():
        if step in old:
            yield from _compare(old[step], node, (*path, step), marked_by)
        else:
            place, node = _narrowed((*path, step), node)
            yield Difference(place, "added", node, node.get(OWNER_MARK) or marked_by)
    if _by_tag(step for step in old if step in new) != _by_tag(step for step in new if step in old):
        yield Difference(path, "moved", after, marked_by)


def _narrowed(path: Path, node: Element) -> tuple[Path, Element]:
    """What came or went, without the elements that did so only because they are around it."""
    while len(node) == 1 and path[-1].name is None and not _attributes(node) and not _text(node):
        step, node = next(iter(_children(node).items()))
        path = (*path, step)
    return path, node


def _by_tag(steps: Iterable[Step]) -> list[Step]:
    """The order of elements with one name counts."""
    return sorted(steps, key=lambda step: step.tag)


def beyond(found: Collection[Difference], places: Collection[Path]) -> tuple[Path, ...]:
    """The differences that are not at or below ``places``.

    An element around a place that came or went with it, and holds nothing else, is part of it.
    """
    return tuple(
        path
        for item in found
        for path in (
            _beyond(item.path, item.node, places)
            if item.kind in ("added", "removed")
            else ()
            if _within(item.path, places)
            else (item.path,)
        )
    )


def _beyond(path: Path, node: Element, places: Collection[Path]) -> Iterator[Path]:
    if _within(path, places):
        return
    if _text(node) or not any(place[: len(path)] == path for place in places):
        yield path
        return
    for step, child in _children(node).items():
        yield from _beyond((*path, step), child, places)


def _within(path: Path, places: Collection[Path]) -> bool:
    return any(lies_at(path, place) for place in places)


def _step(node: Element, nth: int) -> Step:
    return Step(str(node.tag), _text(node) if node.tag == "member" else node.get("name"), nth)


def _children(node: Element) -> dict[Step, Element]:
    seen: Counter[Step] = Counter()
    children: dict[Step, Element] = {}
    for child in node:
        first = _step(child, 0)
        children[first._replace(nth=seen[first])] = child
        seen[first] += 1
    return children


def _attributes(node: Element) -> dict[str, str]:
    return {name: value for name, value in node.attrib.items() if name not in _MARKS}


def _text(node: Element) -> str:
    text = node.text or ""
    return text if text.strip() else ""
