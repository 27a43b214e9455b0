# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where two configurations differ, what counts, and what is part of a change."""

from __future__ import annotations

import random
from copy import deepcopy
from xml.etree.ElementTree import Element, SubElement, fromstring, indent, tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import (
    beyond,
    differences,
    fingerprint,
    parse_xpath,
    xpath,
)

TAGS = ["entry", "member", "shared", "rules", "ssl-decrypt"]
NAMES = ["a", "b", "it's", '"', "*.example.com"]


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> Element:
    tag = draw(st.sampled_from(TAGS)) if depth < 3 else "config"
    element = Element(tag)
    if tag == "entry":
        element.set("name", draw(st.sampled_from(NAMES)))
    if draw(st.booleans()):
        element.set("uuid", draw(st.sampled_from("12")))
    children = draw(st.lists(elements(depth - 1), max_size=4)) if depth and tag != "member" else []
    element.extend(children)
    if not children:
        element.text = draw(st.sampled_from([None, "", "yes", "no", " yes"]))
    return element


def marked(tree: Element, chance: random.Random) -> Element:
    """The same configuration in another look: marks, the order of attributes, white space, the order of other names."""
    other = deepcopy(tree)
    for node in other.iter():
        names = list(node.attrib.items())
        chance.shuffle(names)
        node.attrib.clear()
        node.attrib.update(names)
        if chance.random() < 0.5:
            node.attrib.update({"admin": chance.choice("xy"), "dirtyId": "7", "time": "2026/11/25 01:00:00"})
        order = sorted({child.tag for child in node}, key=lambda _tag: chance.random())
        node[:] = sorted(node, key=lambda child: order.index(child.tag))
    indent(other)
    return fromstring(tostring(other))


@settings(max_examples=150, deadline=None)
@given(elements(), st.randoms(use_true_random=False))
def test_what_does_not_count_makes_no_difference(tree: Element, chance: random.Random) -> None:
    other = marked(tree, chance)
    assert differences(tree, other) == ()
    assert fingerprint(tree) == fingerprint(other)


@settings(max_examples=300, deadline=None)
@given(elements(), elements())
def test_fingerprints_are_equal_where_nothing_differs_and_only_there(before: Element, after: Element) -> None:
    assert (fingerprint(before) == fingerprint(after)) == (differences(before, after) == ())
    assert bool(differences(before, after)) == bool(differences(after, before))


@settings(max_examples=200, deadline=None)
@given(elements(), st.randoms(use_true_random=False))
def test_another_order_counts_in_both_or_in_neither(tree: Element, chance: random.Random) -> None:
    other = deepcopy(tree)
    for node in other.iter():
        children = list(node)
        chance.shuffle(children)
        node[:] = children
    assert (fingerprint(tree) == fingerprint(other)) == (differences(tree, other) == ())


@settings(max_examples=150, deadline=None)
@given(elements(), st.data())
def test_a_change_at_a_place_is_within_it_and_nothing_else_is(tree: Element, data: st.DataObject) -> None:
    place = "/config/new/entry[@name='ours']"
    after = deepcopy(tree)
    ours = SubElement(SubElement(after, "new"), "entry", {"name": "ours"})
    ours.append(data.draw(elements(2)))
    for earlier, later in ((tree, after), (after, tree)):
        assert beyond(differences(earlier, later), [parse_xpath(place)]) == ()
        assert beyond(differences(earlier, later), []) != ()
    SubElement(after, "theirs").text = "x"
    assert [xpath(path) for path in beyond(differences(tree, after), [parse_xpath(place)])] == ["/config/theirs"]


BASE = "<config><shared><a><entry name='1'><v>x</v></entry><entry name='2'/></a></shared></config>"
CASES = [
    ("<config><shared><a><entry name='1'><v>y</v></entry><entry name='2'/></a></shared></config>", "changed"),
    ("<config><shared><a><entry name='1'><v>x</v></entry></a></shared></config>", "removed"),
    ("<config><shared><a><entry name='2'/><entry name='1'><v>x</v></entry></a></shared></config>", "moved"),
    (
        "<config><shared><a><entry name='1'><v>x</v></entry><entry name='2'/><entry name='3'/></a></shared></config>",
        "added",
    ),
    ("<config><shared><a><entry name='1'><v> x</v></entry><entry name='2'/></a></shared></config>", "changed"),
    ("<config><shared><a><entry name='1'><v u='1'>x</v></entry><entry name='2'/></a></shared></config>", "changed"),
]
PLACES = {
    "changed": "/config/shared/a/entry[@name='1']/v",
    "removed": "/config/shared/a/entry[@name='2']",
    "moved": "/config/shared/a",
    "added": "/config/shared/a/entry[@name='3']",
}


@pytest.mark.parametrize(("after", "kind"), CASES)
def test_a_difference_is_told_at_its_place(after: str, kind: str) -> None:
    found = differences(fromstring(BASE), fromstring(after))
    assert [(item.kind, xpath(item.path)) for item in found] == [(kind, PLACES[kind])]
    assert beyond(found, [parse_xpath(PLACES[kind])]) == ()
    assert beyond(found, [parse_xpath("/config/shared/a/entry[@name='9']")]) == (found[0].path,)


@pytest.mark.parametrize(
    "inside",
    ["<x>text</x>", "<x><y/></x>", "<x><entry name='other'/></x>", "<x><entry name='ours'/><y/></x>"],
)
def test_an_element_around_the_place_may_hold_nothing_else(inside: str) -> None:
    after = fromstring(f"<config>{inside}</config>")
    assert beyond(differences(Element("config"), after), [parse_xpath("/config/x/entry[@name='ours']")]) != ()


@pytest.mark.parametrize(
    "text",
    [
        "/config/shared",
        "/config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']",
        "/config/a/member[text()='any']",
        '/config/a/entry[@name="it\'s"]/b',
    ],
)
def test_an_xpath_comes_back_as_it_was(text: str) -> None:
    assert xpath(parse_xpath(text)) == text


@pytest.mark.parametrize("text", ["config", "/config//x", "/config/a[1]", "/config/*", "/config/entry[@name='a'b']"])
def test_other_xpaths_are_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^expected an xpath such as "):
        parse_xpath(text)
