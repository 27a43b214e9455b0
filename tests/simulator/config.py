# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running and the candidate configuration as XML trees, and what can be done to them."""

from __future__ import annotations

import copy
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field

_STEP = re.compile(
    r"/(?P<tag>[\w.-]+|\*)(?:\[\s*(?:@name\s*=\s*(?P<q>['\"])(?P<name>.*?)(?P=q)"
    r"|text\(\)\s*=\s*(?P<tq>['\"])(?P<text>.*?)(?P=tq))\s*\])?"
)
DIRT = ("admin", "dirtyId", "time")


class BadXpath(Exception):
    """The xpath cannot be understood."""


@dataclass(frozen=True)
class Step:
    """One step of an xpath."""

    tag: str
    name: str | None = None
    text: str | None = None

    def matches(self, element: ET.Element) -> bool:
        """True when the element is what the step means."""
        if self.tag not in ("*", element.tag):
            return False
        if self.name is not None and element.get("name") != self.name:
            return False
        return self.text is None or (element.text or "") == self.text

    def create(self, parent: ET.Element) -> ET.Element:
        """A new element that the step means."""
        element = ET.SubElement(parent, self.tag)
        if self.name is not None:
            element.set("name", self.name)
        if self.text is not None:
            element.text = self.text
        return element


def steps(xpath: str) -> list[Step]:
    """The steps of an xpath, without the leading /config."""
    xpath = xpath.strip().rstrip("/")
    if not xpath.startswith("/"):
        xpath = "/" + xpath
    found: list[Step] = []
    position = 0
    while position < len(xpath):
        match = _STEP.match(xpath, position)
        if match is None:
            raise BadXpath(xpath)
        found.append(Step(match["tag"], match["name"], match["text"]))
        position = match.end()
    if found and found[0].tag == "config":
        found = found[1:]
    return found


def find(root: ET.Element, xpath: str) -> list[ET.Element]:
    """All elements that the xpath means."""
    nodes = [root]
    for step in steps(xpath):
        nodes = [child for node in nodes for child in node if step.matches(child)]
    return nodes


def _parents(root: ET.Element, wanted: list[Step]) -> list[ET.Element]:
    nodes = [root]
    for step in wanted[:-1]:
        nodes = [child for node in nodes for child in node if step.matches(child)]
    return nodes


def find_text(root: ET.Element, xpath: str) -> str:
    """The text of the first element found, or an empty string."""
    found = find(root, xpath)
    return (found[0].text or "").strip() if found else ""


def members(node: ET.Element | None) -> list[str]:
    """The members of a list node."""
    return [] if node is None else [(m.text or "").strip() for m in node.findall("member")]


def merge_into(target: ET.Element, new: ET.Element, marks: dict[str, str] | None = None) -> None:
    """Merge `new` into the children of `target`, as action=set does."""
    if new.tag == "member":
        if not any(m.tag == "member" and m.text == new.text for m in target):
            target.append(_marked(new, marks))
        return
    existing = next((c for c in target if c.tag == new.tag and c.get("name") == new.get("name")), None)
    if existing is None:
        target.append(_marked(new, marks))
        return
    if marks:
        existing.attrib.update(marks)
    if len(new) == 0:
        existing.text = new.text
        return
    for child in new:
        merge_into(existing, child, marks)


def _marked(element: ET.Element, marks: dict[str, str] | None) -> ET.Element:
    result = copy.deepcopy(element)
    if marks:
        for node in result.iter():
            node.attrib.update(marks)
    return result


def clean(element: ET.Element) -> ET.Element:
    """A copy without the candidate's marks and without white space between elements."""
    result = copy.deepcopy(element)
    for node in result.iter():
        for mark in DIRT:
            node.attrib.pop(mark, None)
        if len(node) and not (node.text or "").strip():
            node.text = None
        node.tail = None
    return result


def to_text(element: ET.Element) -> str:
    """The element as XML text."""
    return ET.tostring(element, encoding="unicode")


@dataclass(frozen=True)
class Change:
    """One uncommitted change."""

    admin: str
    xpath: str
    action: str


@dataclass
class Configuration:
    """Candidate, running and what Panorama has pushed."""

    running: ET.Element
    pushed: ET.Element
    candidate: ET.Element = field(init=False)
    changes: list[Change] = field(default_factory=list)
    dirty_attributes: bool = True
    generation: int = 0
    _effective: tuple[int, ET.Element] | None = None

    def __post_init__(self) -> None:
        self.candidate = copy.deepcopy(self.running)

    # -- reading
    def get(self, xpath: str) -> list[ET.Element]:
        """What action=get sees."""
        return find(self.candidate, xpath)

    def show(self, xpath: str) -> list[ET.Element]:
        """What action=show sees: the device's own running tree."""
        return find(self.running, xpath)

    def effective(self) -> ET.Element:
        """Running merged with pushed values, which carry ptpl and src."""
        if self._effective is None or self._effective[0] != self.generation:
            merged = copy.deepcopy(self.pushed)
            for node in merged.iter():
                if node is not merged and node.tag not in ("devices", "deviceconfig") and not node.get("name"):
                    node.attrib.update({"ptpl": "branch", "src": "tpl"})
            merged.attrib.clear()
            merged.attrib.update(self.running.attrib)
            for child in self.running:
                merge_into(merged, child)
            self._effective = (self.generation, merged)
        return self._effective[1]

    @property
    def pending(self) -> bool:
        """True when the candidate differs from the running configuration."""
        return to_text(clean(self.candidate)) != to_text(clean(self.running))

    def adopt(self, xpath: str, element: ET.Element) -> None:
        """Put an element where it has always been."""
        for tree in (self.running, self.candidate):
            self._make_steps(steps(xpath), tree).append(copy.deepcopy(element))
        self.generation += 1

    # -- writing
    def set(self, xpath: str, elements: list[ET.Element], admin: str) -> None:
        """Merge elements below xpath, creating the way to it."""
        node = self._make(xpath)
        for element in elements:
            merge_into(node, clean(element), self._marks(admin))
            name = element.get("name")
            part = element.tag + (f"[@name='{name}']" if name is not None else "")
            if element.tag == "member":
                part = f"member[text()='{element.text}']"
            self._note(admin, f"{xpath.rstrip('/')}/{part}", "set")

    def edit(self, xpath: str, element: ET.Element, admin: str) -> None:
        """Replace the node at xpath."""
        wanted = steps(xpath)
        parent = self._make_steps(wanted[:-1])
        for index, child in enumerate(list(parent)):
            if wanted[-1].matches(child):
                parent.remove(child)
                parent.insert(index, _marked(clean(element), self._marks(admin)))
                break
        else:
            parent.append(_marked(clean(element), self._marks(admin)))
        self._note(admin, xpath, "edit")

    def delete(self, xpath: str, admin: str) -> bool:
        """Remove the nodes at xpath; False when there are none."""
        wanted = steps(xpath)
        hit = False
        for node in _parents(self.candidate, wanted):
            for child in [c for c in node if wanted[-1].matches(c)]:
                node.remove(child)
                hit = True
        if hit:
            self._note(admin, xpath, "delete")
        return hit

    def begin_commit(self, admins: list[str] | None = None) -> Callable[[], None]:
        """What is committed is the candidate of this moment, with `admins` only what they changed; the end makes it so.

        What is changed meanwhile stays pending.
        """
        covered = [change for change in self.changes if admins is None or change.admin in admins]
        if len(covered) == len(self.changes):
            target = clean(self.candidate)
        else:
            target = copy.deepcopy(self.running)
            for change in covered:
                self._carry(change.xpath, target)

        def end() -> None:
            self.running = target
            self.changes = [change for change in self.changes if not any(change is done for done in covered)]
            if not self.changes:
                self.candidate = clean(self.candidate)
            self.generation += 1

        return end

    def _carry(self, xpath: str, target: ET.Element) -> None:
        """Make one node of the target what it is in the candidate."""
        wanted = steps(xpath)
        nodes = find(self.candidate, xpath)
        parent = self._make_steps(wanted[:-1], target) if nodes else None
        for node in [parent] if parent is not None else _parents(target, wanted):
            for child in [c for c in node if wanted[-1].matches(c)]:
                node.remove(child)
            node.extend([clean(n) for n in nodes])

    def revert(self) -> None:
        """Throw the candidate's changes away."""
        self.candidate = copy.deepcopy(self.running)
        self.changes.clear()

    def _marks(self, admin: str) -> dict[str, str]:
        if not self.dirty_attributes:
            return {}
        return {"admin": admin, "dirtyId": str(len(self.changes) + 2), "time": time.strftime("%Y/%m/%d %H:%M:%S")}

    def _note(self, admin: str, xpath: str, action: str) -> None:
        self.changes.append(Change(admin, xpath, action))

    def _make(self, xpath: str) -> ET.Element:
        return self._make_steps(steps(xpath))

    def _make_steps(self, wanted: list[Step], root: ET.Element | None = None) -> ET.Element:
        node = self.candidate if root is None else root
        for step in wanted:
            child = next((c for c in node if step.matches(c)), None)
            node = step.create(node) if child is None else child
        return node
