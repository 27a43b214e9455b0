# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of an inventory: how they are reached, their groups, and options that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import ManagedFirewall
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory import PanoramaSource, sources
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_hosts import (
    Answering,
    Choices,
    Found,
    Host,
    group_tree,
    hosts,
    reached,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_names import Taken, naming

KEY = {"api_key": "the-key"}


def source(name: str, **tls: Any) -> PanoramaSource:
    return PanoramaSource(name, name, ConnectionOptions(f"{name}.example.com", api_key="the-key"), tls)


PANO = source("pano")


def nowhere(*_asked: Any) -> frozenset[str]:
    return frozenset()


def made(found: Found, choices: Choices, answering: Answering) -> tuple[Host, ...]:
    firewalls = reached(found, choices, answering)
    return hosts(firewalls, naming([firewall.candidate for firewall in firewalls], "hostname", Taken()).names)


def listed(
    *firewalls: ManagedFirewall, answering: Iterable[str] = (), panorama: PanoramaSource = PANO, **choices: Any
) -> dict[str, Host]:
    found = made([(panorama, firewalls)], Choices(**choices), lambda *_asked: frozenset(answering))
    return {host.variables["panorama_serial"]: host for host in found}


def test_a_firewall_that_has_no_name_is_no_host() -> None:
    firewalls = reached([(PANO, [ManagedFirewall("1", "fw"), ManagedFirewall("2")])], Choices(), nowhere)
    assert [host.name for host in hosts(firewalls, {"2": "b"})] == ["b"]
    assert [host.name for host in hosts(firewalls, {"1": "z", "2": "b"})] == ["b", "z"]


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("192.0.2.1", "017700000001", "192.0.2.1"),
        # Resolvers take it for 127.0.0.1.
        (None, "017700000001", "017700000001.invalid"),
        (None, "fw", None),
    ],
)
def test_a_serial_number_is_no_address(address: str | None, name: str, expected: str | None) -> None:
    managed = reached([(PANO, [ManagedFirewall("017700000001", "fw", address)])], Choices(), nowhere)
    [host] = hosts(managed, {"017700000001": name})
    assert host.variables.get("ansible_host") == expected


def firewall(connected: bool | None, address: str | None = "192.0.2.1") -> ManagedFirewall:
    return ManagedFirewall("1", "fw", address, connected=connected)


@pytest.mark.parametrize(
    ("reach", "managed", "answers", "through"),
    [
        ("auto", firewall(True), True, False),
        ("auto", firewall(True), False, True),
        ("auto", firewall(None), False, True),
        ("auto", firewall(False), True, False),
        ("auto", firewall(False), False, False),
        ("auto", firewall(True, None), False, True),
        ("auto", firewall(False, None), False, True),
        ("direct", firewall(True), False, False),
        ("direct", firewall(True, None), False, False),
        ("panorama", firewall(True), True, True),
        ("panorama", firewall(False), True, True),
    ],
)
def test_how_a_firewall_is_reached(reach: str, managed: ManagedFirewall, answers: bool, through: bool) -> None:
    answering = [managed.address] if answers and managed.address else []
    host = listed(managed, answering=answering, reach=reach, disconnected=True)["1"]
    assert host.variables.get("ansible_host") == managed.address
    if through:
        assert host.groups == ("panorama_pano", "mlav_through_pano")
        expected = {"ip_address": "pano.example.com", "port": 443, "serial_number": "1"}
        assert host.variables["mlav_panorama"] == expected
    else:
        assert host.groups == ("panorama_pano", "mlav_direct")
        assert "mlav_panorama" not in host.variables


@pytest.mark.parametrize("reach", ["direct", "panorama"])
def test_nothing_is_tried_where_the_way_is_given(reach: str) -> None:
    def never(*_asked: Any) -> frozenset[str]:
        raise AssertionError("an address was tried")

    assert len(reached([(PANO, [firewall(True)])], Choices(reach=reach), never)) == 1


def test_the_certificate_of_panorama_goes_with_what_is_reached_through_it() -> None:
    panorama = source("pano", ca_path="/ca.pem", validate_certs=False)
    through = listed(firewall(True), panorama=panorama)["1"].variables
    assert (through["mlav_ca_path"], through["mlav_validate_certs"]) == ("/ca.pem", False)
    assert "mlav_cert_fingerprint" not in through
    direct = listed(firewall(True), panorama=panorama, reach="direct")["1"].variables
    assert not [name for name in direct if name.startswith("mlav_")]


def test_disconnected_firewalls_are_listed_on_request() -> None:
    assert listed(firewall(False)) == {}
    assert listed(firewall(False), disconnected=True)["1"].variables["panorama_connected"] is False


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [(True, True, "a"), (False, True, "b"), (None, True, "b"), (False, False, "a"), (True, False, "a")],
)
def test_a_firewall_at_two_panoramas_is_one_host(first: bool | None, second: bool | None, winner: str) -> None:
    found = [(source("a"), [firewall(first)]), (source("b"), [firewall(second)])]
    [host] = made(found, Choices(reach="panorama", disconnected=True), nowhere)
    assert host.variables["panorama_name"] == winner
    assert host.variables["mlav_panorama"]["ip_address"] == f"{winner}.example.com"


def test_every_variable_is_there_and_none_is_secret() -> None:
    variables = listed(firewall(True))["1"].variables
    names = {name for name in variables if name.startswith("panorama_")}
    assert len(names) == 16
    assert all(variables[f"panorama_{name}"] is None for name in ("tags", "device_group", "ha_peer", "model"))
    assert "the-key" not in repr(variables)


def test_groups_are_there_whoever_is_in_them() -> None:
    assert group_tree([source("a"), source("b")]) == {
        "mlav_direct": (),
        "mlav_through_panorama": ("mlav_through_a", "mlav_through_b"),
        "panorama_a": (),
        "panorama_b": (),
    }


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOSTNAME", "USERNAME", "PASSWORD", "API_KEY", "PORT", "VALIDATE_CERTS", "CA_PATH"):
        monkeypatch.delenv(f"PANOS_{name}", raising=False)
        monkeypatch.delenv(f"ANSIBLE_NET_{name}", raising=False)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (None, r"option panoramas is empty: expected a list"),
        ({"ip_address": "a"}, r"option panoramas is empty: expected a list"),
        (["panorama.example.com"], r"option panoramas\[0\] cannot be used: .*got str"),
        ([{**KEY, "ip_address": "https://a"}], r"option panoramas\[0\]\.ip_address is 'https://a': expected a host"),
        ([KEY], r"option panoramas\[0\]\.ip_address is missing"),
        ([{"ip_address": "a"}], r"option panoramas\[0\] has no usable credentials: expected api_key, or username"),
        ([{**KEY, "ip_address": "a", "port": "x"}], r"option panoramas\[0\] cannot be used: .*port.*int"),
        ([{**KEY, "ip_address": "a", "port": 70000}], r"option panoramas\[0\]\.port is 70000: expected a number"),
        ([{**KEY, "ip_address": "a", "adress": 1}], r"option panoramas\[0\] cannot be used: adress\. Supported"),
        ([{**KEY, "ip_address": "a", "serial_number": "1"}], r"option panoramas\[0\] cannot be used: serial_number"),
        ([{**KEY, "ip_address": "a", "ca_path": "/none"}], r"option panoramas\[0\]\.ca_path is '/none': expected an"),
        ([{**KEY, "ip_address": "a", "timeout": 0}], r"option panoramas\[0\]\.timeout is 0: expected seconds"),
        (
            [{**KEY, "ip_address": "a", "name": "x-1"}, {**KEY, "ip_address": "b", "name": "X_1"}],
            r"option panoramas\[1\]\.name is 'X_1': expected names that differ",
        ),
    ],
)
def test_entries_that_cannot_be_used(entries: Any, said: str) -> None:
    with pytest.raises(InvalidOption, match=said) as raised:
        sources(entries)
    assert "the-key" not in raised.value.message


@pytest.mark.parametrize(
    ("choices", "said"),
    [({"reach_port": 0}, "option reach_port is 0"), ({"reach_timeout": 0}, "option reach_timeout is 0: expected sec")],
)
def test_choices_that_cannot_be_used(choices: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        Choices(**choices)


def test_the_environment_completes_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANOS_HOSTNAME", "from-env")
    monkeypatch.setenv("PANOS_USERNAME", "reader")
    monkeypatch.setenv("ANSIBLE_NET_PASSWORD", "hidden")
    monkeypatch.setenv("PANOS_VALIDATE_CERTS", "false")
    # An empty text is none: AWX, and a lookup of a variable that is not set.
    [found] = sources([{"api_key": "", "port": "4443", "ip_address": None}])
    options = found.options
    assert (options.host, options.port, options.username, options.password) == ("from-env", 4443, "reader", "hidden")
    assert (options.validate_certs, found.tls, found.label) == (False, {}, "from_env")
