# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts and groups that come from a Panorama, beside what the inventory has already."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks import inventory_names as names
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_names import (
    Candidate,
    Known,
    Naming,
    Taken,
    canonical,
    group_refusal,
    naming,
)

Named = tuple[str, "str | None"]


def named(firewalls: Sequence[Named], by: str = "hostname", taken: Taken | None = None, panorama: str = "p") -> Naming:
    """The naming, which is the same for every order of the firewalls."""
    results = [
        naming([Candidate(serial, hostname, panorama) for serial, hostname in order], by, taken or Taken())
        for order in itertools.permutations(firewalls)
    ]
    assert all(result == results[0] for result in results)
    return results[0]


UNUSABLE = {
    names.ADDRESS: [
        "127.0.0.1",
        "127.0.0.1.",
        "192.0.2.7",
        "::1",
        "[::1]",
        "2001:db8::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "192.0.2.0/24",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "0",
        "0x",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
        "127\uff0e0.0.1",
        "127.0.0.\ufffd1",
    ],
    names.RESERVED: [
        "all",
        "ALL",
        "ungrouped",
        "localhost",
        "LocalHost",
        "localhost.",
        "localhost.localdomain",
        "fw.localhost",
        "localhost6",
        "ip6-loopback",
        "local\ufffdhost",
        "local\u200bhost",
        "\uff4cocalhost",
        "localho\u017ft",
    ],
    names.FORM: [
        "a:b",
        "a:22",
        "a,b",
        "a&b",
        "!a",
        "a!",
        "*",
        "fw*",
        "fw?",
        "fw[0]",
        "fw[1:9]",
        "~fw",
        "-rf",
        "--limit",
        "@file",
        ".",
        "..",
        "fw.",
        "a..b",
        "../../etc",
        "a/b",
        "a\\b",
        "a b",
        "{{ 7*7 }}",
        "fw\u1e83",
        "fw\ufffd",
        "\ufffd",
        "_meta",
        "x" * 64,
    ],
    names.FILE: ["fw-a.yml", "fw-a.YAML", "fw-a.json"],
}


@pytest.mark.parametrize(("why", "hostname"), [(why, hostname) for why, all_ in UNUSABLE.items() for hostname in all_])
def test_a_hostname_that_cannot_name_a_host_is_replaced_by_the_serial_number(why: str, hostname: str) -> None:
    found = named([("0011", hostname), ("0012", "fw-b")])
    assert found.names == {"0011": "0011", "0012": "fw-b"}
    [warning] = found.warnings
    assert warning == f"Host named by serial number, because {why}: 0011 (hostname {hostname!a}, Panorama p)."


@pytest.mark.parametrize("hostname", [None, "0011"])
def test_a_firewall_that_tells_no_other_hostname_is_no_reason_to_warn(hostname: str | None) -> None:
    assert named([("0011", hostname)]) == Naming({"0011": "0011"})


TOGETHER: list[tuple[Sequence[Named], dict[str, str], tuple[str, ...]]] = [
    ([("1", "fw-a"), ("2", "fw-b")], {"1": "fw-a", "2": "fw-b"}, ()),
    # One hostname: with the serial number behind it.
    ([("1", "fw"), ("2", "fw"), ("3", "fw-c")], {"1": "fw_1", "2": "fw_2", "3": "fw-c"}, (names.SHARED,)),
    (
        [("1", "fw"), ("2", "fw"), ("3", "fw_1")],
        {"1": "1", "2": "fw_2", "3": "fw_1"},
        (names.SHARED_TAKEN, names.SHARED),
    ),
    # Hostnames that become one: none of them is sure.
    ([("1", "FW"), ("2", "fw")], {"1": "1", "2": "2"}, (names.ALIKE,)),
    ([("1", "fw-a"), ("2", "fw\ufffd-a")], {"1": "1", "2": "2"}, (names.ALIKE, names.FORM)),
    ([("1", "fw-a"), ("2", "fw\u00ad-a")], {"1": "1", "2": "2"}, (names.ALIKE, names.FORM)),
    ([("1", "fw-a"), ("2", "\uff46\uff57-a")], {"1": "1", "2": "2"}, (names.ALIKE, names.FORM)),
    ([("1", "fw-a"), ("2", "fw-a.")], {"1": "1", "2": "2"}, (names.ALIKE, names.FORM)),
    ([("1", "fw-k"), ("2", "fw-\u212a")], {"1": "1", "2": "2"}, (names.ALIKE, names.FORM)),
    ([("1", "fw"), ("2", "fw"), ("3", "Fw")], {"1": "1", "2": "2", "3": "3"}, (names.ALIKE,)),
    # The serial number of another firewall.
    ([("1", "S2"), ("S2", "fw")], {"1": "1", "S2": "fw"}, (names.SERIAL,)),
    ([("1", "s2"), ("S2", "fw")], {"1": "1", "S2": "fw"}, (names.SERIAL,)),
    # Serial numbers that cannot name a host.
    *(
        ([(serial, "localhost"), ("1", "fw")], {"1": "fw"}, (names.LEFT_FORM,))
        for serial in ("localhost", "all", "Ungrouped", "-rf", "0x7f000001", "x" * 64)
    ),
    ([("AB", None), ("ab", None), ("1", "fw")], {"1": "fw"}, (names.LEFT_ALIKE,)),
    ([("AB", "fw-a"), ("ab", None)], {"AB": "fw-a"}, (names.LEFT_ALIKE,)),
]


@pytest.mark.parametrize(("firewalls", "expected", "whys"), TOGETHER)
def test_firewalls_together(firewalls: Sequence[Named], expected: dict[str, str], whys: tuple[str, ...]) -> None:
    found = named(firewalls)
    assert found.names == expected
    assert [warning.split(" because ")[1].split(": ")[0] for warning in found.warnings] == sorted(
        whys, key=lambda why: (why.startswith("the serial"), why)
    )


OTHER = Known()
BESIDE: list[tuple[Named, Taken, str | None, str | None]] = [
    (("1", "fw"), Taken(hosts={"other": OTHER}), "fw", None),
    # A host of another source, whatever it says of itself, unless that is this very firewall.
    (("1", "fw"), Taken(hosts={"fw": OTHER}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"FW": OTHER}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"f\u200bw": OTHER}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"fw": Known("2")}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"fw": Known("2", "p")}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"FW": Known("1")}), "1", names.HOST),
    (("1", "fw"), Taken(hosts={"fw": Known("1")}), "fw", None),
    (("1", "fw"), Taken(hosts={"fw": Known("1", "p")}), "fw", None),
    (("1", None), Taken(hosts={"1": Known("1")}), "1", None),
    # This firewall through another Panorama, under whatever name.
    (("1", "fw"), Taken(hosts={"fw": Known("1", "q")}), None, names.LEFT_KNOWN),
    (("1", "fw"), Taken(hosts={"else": Known("1", "q")}), None, names.LEFT_KNOWN),
    (("1", "fw"), Taken(groups=["fw"]), "1", names.GROUP),
    (("1", "fw"), Taken(groups=["FW"]), "1", names.GROUP),
    (("1", "fw"), Taken(words=["fw"]), "1", names.GROUP),
    # The serial number is taken as well.
    (("1", "fw"), Taken(hosts={"fw": OTHER, "1": OTHER}), None, names.LEFT_HOST),
    (("1", None), Taken(groups=["1"]), None, names.LEFT_GROUP),
    # A word cannot take a firewall's serial number away: it makes no group.
    (("1", None), Taken(words=["1"]), "1", None),
]


@pytest.mark.parametrize(("firewall", "taken", "name", "why"), BESIDE)
def test_beside_what_the_inventory_has(firewall: Named, taken: Taken, name: str | None, why: str | None) -> None:
    found = named([firewall], taken=taken)
    assert found.names == ({} if name is None else {"1": name})
    assert [f" because {why}: 1 (" in warning for warning in found.warnings] == ([] if why is None else [True])


def test_both_of_one_hostname_yield_to_what_the_longer_name_would_be() -> None:
    taken = Taken(hosts={"fw_1": OTHER}, groups=["fw_2"])
    assert named([("1", "fw"), ("2", "fw"), ("3", "fw")], taken=taken).names == {"1": "1", "2": "2", "3": "fw_3"}


def test_a_host_that_is_declared_to_be_a_firewall_stays_its_host_whoever_else_has_the_hostname() -> None:
    found = named([("1", "fw"), ("2", "fw"), ("3", "FW")], taken=Taken(hosts={"fw": Known("1")}))
    assert found.names == {"1": "fw", "2": "2", "3": "3"}
    [warning] = found.warnings
    assert names.HOST in warning


def test_named_by_serial_number_no_hostname_matters() -> None:
    found = named([("1", "fw"), ("2", "fw"), ("3", "localhost")], "serial", Taken(hosts={"2": OTHER}))
    assert found.names == {"1": "1", "3": "3"}
    [warning] = found.warnings
    assert names.LEFT_HOST in warning
    assert warning.endswith(
        "If that host is this firewall, set its variable panorama_serial to the serial number, in quotes."
    )


def test_a_warning_stays_short_and_is_ascii() -> None:
    firewalls = [Candidate(f"{number:04d}", "\u202e" * 255, "p") for number in range(1000)]
    [warning] = naming(firewalls, "hostname", Taken()).warnings
    assert warning.isascii()
    assert warning.endswith(", Panorama p) and 990 more.")
    assert len(warning) < 8000


def test_names_of_other_languages_stay_apart() -> None:
    assert len({canonical(name) for name in ("fw-\u4e1c\u4eac", "fw-\u897f\u4eac", "fw-\u00e9", "fw-e")}) == 4


GROUPS: list[tuple[str, str | None]] = [
    *((name, None) for name in ("dg_uk", "dg_uk_lon", "dg_m\u00fcnchen", "dg_1", "_1")),
    *(
        (name, names.GROUP_FORM)
        for name in (
            *("a:b", "a,b", "a&b", "!a", "a*", "a[0]", "~a", "-a", "a/b", "../a", "a\\b", "", " a", "a ", "{{ a }}"),
            *("a\ufffd", "a\u200b", "\uff41", "a\u1160", "a.yml", "a.JSON", "a\n", "x" * 256),
        )
    ),
    *((name, names.GROUP_RESERVED) for name in ("all", "Ungrouped", "localhost", "mlav_direct", "MLAV_direct")),
    *((name, names.GROUP_OTHER) for name in ("production", "Production")),
    *((name, names.GROUP_HOST) for name in ("jump", "JUMP")),
]


@pytest.mark.parametrize(("name", "why"), GROUPS)
def test_groups_that_are_made_of_words(name: str, why: str | None) -> None:
    assert group_refusal(name, {"jump"}, {"mlav_direct"}, {"production"}) == why
