# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show interface all``: every row, or the knowledge that one may be missing."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import interfaces
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Interface, Zone
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import xml

INTERFACES = (
    "<hw><entry><name>ethernet1/5</name><state>down</state></entry></hw><ifnet>"
    "<entry><name>ethernet1/5.7</name><zone>untrust</zone><ip>10.1.5.254/24</ip><addr><member>10.1.6.1/24</member></addr>"
    "<addr6><member>2001:db8::1/64</member></addr6><dyn-addr/></entry>"
    "<entry><name>ethernet1/6</name><zone/><ip>N/A</ip></entry></ifnet>"
)
TABLE = """total configured hardware interfaces: 2
name                    id    speed/duplex/state/fec        mac address
--------------------------------------------------------------------------------
ethernet1/8             23    1000/full/up/auto             00:1b:17:aa:bb:01
loopback                3     [n/a]/[n/a]/up/[n/a]          00:1b:17:aa:bb:03

total configured logical interfaces: 3

name                      id    vsys zone             forwarding               tag    address

------------------- ----- ---- ---------------- ------------------------ ------ ------------------
ethernet1/8.81            300   3    ZONE_TECH        vr:vrf01                 81     192.0.2.17/27
                                                                                10.10.10.1/29
ae1                       64    2                     N/A                      0      N/A
loopback.99               297   2    ZONE_CORP        vr:vrf03                 0      192.0.2.129/32
"""


def test_interfaces() -> None:
    assert interfaces.parse("", xml(INTERFACES)).entries == (
        Interface("ethernet1/5.7", "down", ("10.1.5.254", "10.1.6.1", "2001:db8::1"), "untrust"),
        Interface("ethernet1/6", None, (), None),
    )


def test_interfaces_as_a_table() -> None:
    assert interfaces.parse(TABLE).entries == (
        Interface("ethernet1/8.81", "up", ("192.0.2.17", "10.10.10.1"), "ZONE_TECH", vsys=3),
        Interface("ae1", None, (), None, vsys=2),
        Interface("loopback.99", "up", ("192.0.2.129",), "ZONE_CORP", vsys=2),
    )


def table(*rows: str, count: int | None = None) -> str:
    """The table of logical interfaces as a firewall prints it; it counts ``count`` of them, or as many as there are."""
    own = sum(not row.startswith(" ") for row in rows)
    return (
        f"total configured logical interfaces: {own if count is None else count}\n\n"
        "name                id    vsys zone             forwarding               tag    address\n"
        "------------------- ----- ---- ---------------- ------------------------ ------ ------------------\n"
    ) + "".join(f"{row}\n" for row in rows)


def row(name: str, zone: str, address: str, forwarding: str = "vr:default", vsys: int = 1) -> str:
    return f"{name:<19} {16:<5} {vsys:<4} {zone[:16]:<16} {forwarding:<24} {0:<6} {address}"


ZONES = {
    15: "Branch_Guests_1",
    16: "Branch_Guests_16",
    17: "Branch_Guests_017",
    31: "Branch Surveillance and Doors 1",
}


@pytest.mark.parametrize(("length", "zone"), ZONES.items())
def test_a_column_that_is_full_may_have_cut_the_name(length: int, zone: str) -> None:
    [found] = interfaces.parse(table(row("ethernet1/5", zone, "198.51.100.5/24"))).entries
    assert len(zone) == length
    assert (found.zone, found.zone_cut) == (zone[:16].rstrip(), length >= 16)
    assert found.addresses == ("198.51.100.5",)


@pytest.mark.parametrize("zone", ZONES.values())
def test_the_configuration_has_the_whole_name(zone: str) -> None:
    found = interfaces.parse(table(row("ethernet1/5", zone, "198.51.100.5/24")))
    [whole] = interfaces.with_zones(found, [Zone(zone, "vsys1", ("ethernet1/4", "ethernet1/5"))]).entries
    assert (whole.zone, whole.zone_cut) == (zone, False)


def test_a_name_is_that_of_its_own_virtual_system() -> None:
    found = interfaces.parse(
        table(
            row("ethernet1/5", ZONES[17], "198.51.100.5/24", vsys=1),
            row("ethernet1/6", ZONES[17], "198.51.100.6/24", vsys=2),
        )
    )
    zones = [
        Zone(ZONES[17], "vsys1", ("ethernet1/5",)),
        Zone(ZONES[17] + "-b", "vsys2", ("ethernet1/6",)),
        Zone(ZONES[17] + "-c", "vsys3", ("ethernet1/5", "ethernet1/6")),
    ]
    assert [(item.vsys, item.zone) for item in interfaces.with_zones(found, zones).entries] == [
        (1, ZONES[17]),
        (2, ZONES[17] + "-b"),
    ]


@pytest.mark.parametrize(
    "zones",
    [
        [],
        [Zone(ZONES[17], "vsys1", ("ethernet1/4",))],
        [Zone("Other", "vsys1", ("ethernet1/5",))],
        [Zone(ZONES[17], "vsys2", ("ethernet1/5",))],
        [Zone(ZONES[17], "vsys1", ("ethernet1/5",)), Zone(ZONES[17] + "-b", "vsys1", ("ethernet1/5",))],
    ],
)
def test_a_configuration_that_names_no_such_zone_changes_nothing(zones: list[Zone]) -> None:
    found = interfaces.parse(table(row("ethernet1/5", ZONES[17], "198.51.100.5/24")))
    assert interfaces.with_zones(found, zones) == found


def test_a_zone_that_is_whole_is_not_renamed_to_a_longer_one() -> None:
    found = interfaces.parse(table(row("ethernet1/5", "Branch", "198.51.100.5/24")))
    assert interfaces.with_zones(found, [Zone("Branch_Guests", "vsys1", ("ethernet1/5",))]) == found


@pytest.mark.parametrize(
    ("zone", "forwarding", "expected"),
    [
        ("Internet Edge", "vr:default", "Internet Edge"),
        ("Internet Edge", "vr:My Router 2", "Internet Edge"),
        ("a.b-c_d 1", "lr:core", "a.b-c_d 1"),
        ("Internet Edge", "N/A", "Internet Edge"),
        ("LAB-INSTRUMENTS1", "N/A", "LAB-INSTRUMENTS1"),
        ("", "ha", None),
        ("", "vr:default", None),
    ],
)
def test_names_with_spaces(zone: str, forwarding: str, expected: str | None) -> None:
    [found] = interfaces.parse(table(row("ethernet1/5", zone, "198.51.100.5/24", forwarding))).entries
    assert (found.zone, found.addresses) == (expected, ("198.51.100.5",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (table(row("ethernet1/5", "a", "198.51.100.5/24"), count=2), "the table counts 2 interfaces, and 1 were read"),
        (
            table(row("ethernet1/5", "a", "198.51.100.5/24"), row("ethernet1/6", "a", "198.51.100.300/24")),
            "1 lines of the table were not recognized",
        ),
        (
            table(row("ethernet1/5", "a", "198.51.100.5/24"), " " * 80 + "from dhcp server"),
            "1 lines of the table were not recognized",
        ),
        (
            table(row("ethernet1/5", "a", "198.51.100.5/24")).partition("\n")[2],
            "the table does not say how many interfaces there are",
        ),
    ],
)
def test_a_table_of_which_a_row_may_be_missing_says_so(text: str, why: str) -> None:
    found = interfaces.parse(text)
    assert [item.name for item in found.entries] == ["ethernet1/5"]
    assert (found.complete, found.why_incomplete) == (False, why)


def test_a_table_that_was_read_whole_is_complete() -> None:
    rows = (row("ethernet1/5", "a", "198.51.100.5/24"), " " * 80 + "198.51.100.6/24", row("tunnel", "", "N/A", "N/A"))
    found = interfaces.parse(TABLE.partition("total configured logical")[0] + table(*rows))
    assert (found.complete, found.why_incomplete) == (True, "")
    assert found.entries[0].addresses == ("198.51.100.5", "198.51.100.6")


def test_an_answer_that_was_cut_is_not_complete() -> None:
    found = interfaces.parse(table(row("ethernet1/5", "a", "198.51.100.5/24")), truncated=True)
    assert not found.complete
    assert found.why_incomplete


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        (INTERFACES, True),
        (INTERFACES.replace("10.1.6.1/24", "by name"), False),
        (INTERFACES.replace("<name>ethernet1/6</name>", ""), False),
        ("<hw><entry><name>ethernet1/5</name><state>up</state></entry></hw>", False),
    ],
)
def test_tags_that_are_not_all_understood_are_not_complete(answer: str, complete: bool) -> None:
    found = interfaces.parse("", xml(answer))
    assert (found.complete, bool(found.why_incomplete)) == (complete, not complete)


def test_tags_name_zone_and_virtual_system() -> None:
    [found] = interfaces.parse(
        "",
        xml(
            f"<ifnet><entry><name>ethernet1/5</name><zone>{ZONES[31]}</zone><vsys>2</vsys><ip>N/A</ip></entry></ifnet>"
        ),
    ).entries
    assert (found.zone, found.zone_cut, found.vsys) == (ZONES[31], False, 2)


def test_no_interface_is_unrecognized() -> None:
    with pytest.raises(Unrecognized):
        interfaces.parse("nothing here", xml(""))
