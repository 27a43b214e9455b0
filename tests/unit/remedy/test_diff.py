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
def test_ignored_attributes_and_order(tree: Element, chance: random.Random) -> None:
    other = marked(tree, chance)
    assert differences(tree, other) == ()
    assert fingerprint(tree) == fingerprint(other)


@settings(max_examples=300, deadline=None)
@given(elements(), elements())
def test_equal_fingerprints_mean_no_differences(before: Element, after: Element) -> None:
    assert (fingerprint(before) == fingerprint(after)) == (differences(before, after) == ())
    assert bool(differences(before, after)) == bool(differences(after, before))


@settings(max_examples=200, deadline=None)
@given(elements(), st.randoms(use_true_random=False))
def test_order_counts_for_fingerprint_and_differences_alike(tree: Element, chance: random.Random) -> None:
    other = deepcopy(tree)
    for node in other.iter():
        children = list(node)
        chance.shuffle(children)
        node[:] = children
    assert (fingerprint(tree) == fingerprint(other)) == (differences(tree, other) == ())


@settings(max_examples=150, deadline=None)
@given(elements(), st.data())
def test_changes_beyond_a_place(tree: Element, data: st.DataObject) -> None:
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
def test_place_of_a_difference(after: str, kind: str) -> None:
    found = differences(fromstring(BASE), fromstring(after))
    assert [(item.kind, xpath(item.path)) for item in found] == [(kind, PLACES[kind])]
    assert beyond(found, [parse_xpath(PLACES[kind])]) == ()
    assert beyond(found, [parse_xpath("/config/shared/a/entry[@name='9']")]) == (found[0].path,)


@pytest.mark.parametrize(
    "inside",
    ["<x>text</x>", "<x><y/></x>", "<x><entry name='other'/></x>", "<x><entry name='ours'/><y/></x>"],
)
def test_new_parent_with_other_content(inside: str) -> None:
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
def test_xpath_round_trip(text: str) -> None:
    assert xpath(parse_xpath(text)) == text


@pytest.mark.parametrize("text", ["config", "/config//x", "/config/a[1]", "/config/*", "/config/entry[@name='a'b']"])
def test_invalid_xpath(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^expected an xpath such as "):
        parse_xpath(text)
