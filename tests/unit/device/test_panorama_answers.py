# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Panoramas answer, in the shapes that public sources show, and in those that nobody should send."""

from __future__ import annotations

import dataclasses
from xml.etree.ElementTree import Element, fromstring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live import panorama_answers as answers
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import ManagedFirewall

# After the vendor's "Query a Firewall from Panorama" and the answers in the tests of public upgrade tools.
DEVICES = """<result><devices>
<entry name="007054000543212">
  <serial>007054000543212</serial><connected>yes</connected><unsupported-version>no</unsupported-version>
  <hostname>katy-fw1</hostname><ip-address>192.168.255.41</ip-address><ipv6-address>unknown</ipv6-address>
  <mac-addr></mac-addr><uptime>2 days, 22:15:28</uptime><family>vm</family><model>PA-VM</model>
  <sw-version>10.1.4</sw-version><app-version>8799-8509</app-version><tag></tag>
  <ha><state>active</state><peer><serial>007054000543217</serial></peer></ha>
  <ha-cluster><state>cluster-unknown</state></ha-cluster><multi-vsys>no</multi-vsys>
  <vsys><entry name="vsys1"><display-name>vsys1</display-name></entry></vsys>
</entry>
<entry name="007054000543299"><serial>007054000543299</serial><connected>no</connected></entry>
</devices></result>"""

FULL = ManagedFirewall(
    serial="007054000543212",
    hostname="katy-fw1",
    address="192.168.255.41",
    model="PA-VM",
    family="vm",
    sw_version="10.1.4",
    app_version="8799-8509",
    connected=True,
    multi_vsys=False,
    ha_state="active",
    ha_peer="007054000543217",
)


def test_the_documented_list() -> None:
    assert answers.devices(fromstring(DEVICES)) == (FULL, ManagedFirewall("007054000543299", connected=False))


def entry(inner: str, name: str = "001") -> Element:
    return fromstring(f"<result><devices><entry name='{name}'>{inner}</entry></devices></result>")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<ip-address>192.0.2.1</ip-address><ipv6-address>2001:db8::1</ipv6-address>", {"address": "192.0.2.1"}),
        ("<ip-address>unknown</ip-address><ipv6-address>2001:DB8::1</ipv6-address>", {"address": "2001:db8::1"}),
        ("<ip-address>0.0.0.0</ip-address>", {}),
        ("<ip-address>192.0.2.1; rm -rf /</ip-address>", {}),
        ("<ip-address>evil.example.com</ip-address>", {}),
        ("<connected>maybe</connected><multi-vsys/>", {}),
        ("<connected> YES </connected>", {"connected": True}),
        ("<ha><state>passive</state></ha>", {"ha_state": "passive"}),
        ("<ha><state>passive</state><peer><serial>../../x</serial></peer></ha>", {"ha_state": "passive"}),
        ("<tag><member>b</member><member>a</member><member>a</member></tag>", {"tags": ("a", "b")}),
        ("<hostname>unknown</hostname><model>N/A</model><family/>", {}),
        ("<hostname>a&#10;b&#x202e;c&#x85;d</hostname>", {"hostname": "a\ufffdb\ufffdc\ufffdd"}),
        ("<hostname>&#xa0;fw&#x200b;-a\n </hostname>", {"hostname": "\ufffdfw\ufffd-a"}),
        (f"<hostname>{'x' * 9999}</hostname>", {"hostname": "x" * 255}),
    ],
)
def test_one_entry(inner: str, expected: dict[str, object]) -> None:
    [found] = answers.devices(entry(inner))
    assert found == ManagedFirewall("001", **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("serial", ["", "unknown", "../etc", "{{ 7*7 }}", "1 2", "1" * 65])
def test_no_serial_number_no_firewall(serial: str) -> None:
    assert answers.devices(entry("<hostname>fw</hostname>", serial)) == ()


def test_a_serial_number_once() -> None:
    twice = "<result><devices><entry name='1'><hostname>a</hostname></entry><entry name='1'/></devices></result>"
    assert answers.devices(fromstring(twice)) == (ManagedFirewall("1", hostname="a"),)


@pytest.mark.parametrize("result", [None, fromstring("<result/>"), fromstring("<result><devices/></result>")])
def test_nothing(result: Element | None) -> None:
    assert answers.devices(result) == ()


def holders(tag: str, *named: tuple[str, str, str]) -> Element:
    inner = "".join(f"<entry name='{name}'>{mark}<devices>{devices}</devices></entry>" for name, mark, devices in named)
    return fromstring(f"<result><{tag}>{inner}</{tag}></result>")


def test_device_groups_and_stacks() -> None:
    one, two = "<entry name='1'><serial>1</serial></entry>", "<entry name='2'/>"
    # A virtual system has a name of its own.
    vsys = "<entry name='1/vsys2'><serial>1</serial></entry>"
    groups = answers.device_groups(holders("devicegroups", ("z", "", one + two), ("a", "", vsys), ("empty", "", "")))
    assert groups == {"1": ("a", "z"), "2": ("z",)}
    assert answers.template_stacks(holders("template-stack", ("s", "", one))) == {"1": ("s",)}
    mark = "<template-stack>{}</template-stack>".format
    mixed = holders("templates", ("t", mark("no"), one), ("s", mark("yes"), one), ("u", "", one))
    assert answers.stacks_among_templates(mixed) == {"1": ("s",)}


def test_tags_of_all_virtual_systems() -> None:
    member = "<vsys><entry name='{}'><tags><member>{}</member></tags></entry></vsys>".format
    config = entry(member("vsys1", "london") + member("vsys2", "dmz"))
    assert answers.tags(config) == {"001": ("dmz", "london")}


def test_what_could_not_be_had_is_none_and_what_is_empty_is_empty() -> None:
    [bare] = answers.completed([FULL], None, None, None)
    assert (bare.device_groups, bare.template_stack, bare.tags) == (None, None, None)
    [nowhere] = answers.completed([FULL], {}, {}, {})
    assert (nowhere.device_groups, nowhere.template_stack, nowhere.tags) == ((), None, ())
    [there] = answers.completed([FULL], {FULL.serial: ("g",)}, {FULL.serial: ("s",)}, {FULL.serial: ("t",)})
    assert (there.device_groups, there.template_stack, there.tags) == (("g",), "s", ("t",))


def test_from_a_cache_and_back() -> None:
    [full] = answers.completed([FULL], {FULL.serial: ("g", "h")}, {FULL.serial: ("s",)}, {FULL.serial: ("t",)})
    data = dataclasses.asdict(full)
    assert answers.from_data(data) == full
    assert answers.from_data({**data, "device_groups": ["g", "h"], "tags": ["t"]}) == full


@pytest.mark.parametrize("data", [None, [], "001", {}, {"serial": 1}, {"serial": "../x"}, {"serial": "unknown"}])
def test_a_cache_that_holds_something_else(data: object) -> None:
    assert answers.from_data(data) is None


def test_a_cache_that_somebody_changed_is_no_surer_than_a_panorama() -> None:
    data = {"serial": "1", "address": "evil", "connected": "yes", "tags": "x", "hostname": 5, "model": "a\nb"}
    assert answers.from_data(data) == ManagedFirewall("1", model="a\ufffdb")
