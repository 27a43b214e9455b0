# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a configuration, and what is not."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import prune

CONFIG = """<config version="10.1.0"> x
<mgt-config><users><entry name="admin"><phash>$1$abc</phash></entry></users></mgt-config>
<devices><entry name="localhost.localdomain"><deviceconfig><system><ip-address>192.0.2.7</ip-address>
<route ptpl="T" src="tpl"><service><entry name="dns">a<b/>c</entry></service></route></system></deviceconfig>
<vsys><entry name="vsys1"><ssl-decrypt>yes</ssl-decrypt><address><entry name="h"/></address></entry>
<entry name="vsys2"><ssl-decrypt>no</ssl-decrypt></entry></vsys></entry></devices></config>"""

ROUTE = "devices/entry/deviceconfig/system/route"
DECRYPT = "devices/entry/vsys/entry/ssl-decrypt"


def at(path: str) -> Element:
    config = fromstring(CONFIG)
    found = config.find(path) if path else config
    assert found is not None
    return found


def text(element: Element) -> str:
    return tostring(element, encoding="unicode")


def test_the_wanted_subtrees_stay_whole_in_their_place() -> None:
    assert text(prune(at(""), "", (ROUTE, DECRYPT))) == (
        '<config version="10.1.0"><devices><entry name="localhost.localdomain"><deviceconfig><system>'
        '<route ptpl="T" src="tpl"><service><entry name="dns">a<b />c</entry></service></route>'
        "</system></deviceconfig>"
        '<vsys><entry name="vsys1"><ssl-decrypt>yes</ssl-decrypt></entry>'
        '<entry name="vsys2"><ssl-decrypt>no</ssl-decrypt></entry></vsys></entry></devices></config>'
    )


@pytest.mark.parametrize(
    ("path", "wanted", "left"),
    [
        # At, below and above a wanted path.
        ("devices/entry/vsys/entry[@name='vsys2']", (DECRYPT,), '<entry name="vsys2"><ssl-decrypt>no</ssl-decrypt>'),
        ("devices/entry/vsys/entry[@name='vsys2']", ("devices/entry/vsys",), None),
        ("devices/entry/vsys/entry[@name='vsys2']", ("devices/entry/vsys/entry",), None),
        (f"{ROUTE}/service", (ROUTE,), '<service><entry name="dns">a<b />c</entry></service>'),
        # What a name looks like is no path, and a beginning of a tag is no tag.
        ("devices/entry[@name='localhost.localdomain']/vsys", ("devices/entry/vsy",), "<vsys />"),
        ("mgt-config", (ROUTE, DECRYPT), "<mgt-config />"),
        ("mgt-config", (), "<mgt-config />"),
    ],
)
def test_a_subtree_is_pruned_by_its_place(path: str, wanted: tuple[str, ...], left: str | None) -> None:
    expected = left or '<entry name="vsys2"><ssl-decrypt>no</ssl-decrypt>'
    expected += "</entry>" if expected.startswith("<entry") else ""
    assert text(prune(at(path), path, wanted)) == expected


@pytest.mark.parametrize("path", ["a/entry[@name='x/y']/b", 'a/entry[@name="x]/y"]/b', "a/entry/b", "/a/entry[1]/b/"])
def test_predicates_do_not_count(path: str) -> None:
    assert text(prune(fromstring("<b><c>1</c><d/></b>"), path, ("a/entry/b/c",))) == "<b><c>1</c></b>"


def test_the_original_is_neither_changed_nor_shared() -> None:
    original = at("")
    pruned = prune(original, "", (DECRYPT,))
    for element in pruned.iter():
        element.text = "changed"
        element.set("name", "changed")
    assert text(original) == CONFIG.replace('<entry name="h"/>', '<entry name="h" />').replace("<b/>", "<b />")


def test_depth_costs_no_stack() -> None:
    root = deepest = Element("a")
    for _number in range(20_000):
        deepest = SubElement(deepest, "a")
    deepest.text = "end"
    pruned = prune(root, "a", ("a/a",))
    assert sum(1 for _element in pruned.iter()) == 20_001
    assert "".join(pruned.itertext()) == "end"
    while len(pruned):  # so that taking the trees apart needs no stack either
        pruned, root = pruned[0], root[0]
