# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service route: what the configuration says, and what it leaves open."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import PermissionFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import PUSHED_VALUES_MAY_BE_MISSING
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DestinationRoute, ServiceRoute
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import (
    apply_destination_route,
    parse,
    probe_service_route,
)
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import DEVICECONFIG, FakeDevice, xml


def deviceconfig(source: str | None = None, more: str = "", attributes: str = "") -> ServiceRoute:
    entry = f'<entry name="paloalto-networks-services" {attributes}>{source}</entry>' if source is not None else ""
    text = f"<system><ip-address>192.0.2.7</ip-address><route><service>{entry}</service></route>{more}</system>"
    return parse(xml(text))


def source(interface: str = "", address: str = "") -> str:
    inner = f"<interface>{interface}</interface>" if interface else ""
    return f"<source>{inner}<address>{address}</address></source>" if address else f"<source>{inner}</source>"


@pytest.mark.parametrize(
    ("entry", "kind", "interface", "address"),
    [
        (None, "management", None, None),
        (source("ethernet1/5", "10.1.5.254/24"), "dataplane", "ethernet1/5", "10.1.5.254"),
        (source("ethernet1/5", "10.1.5.254"), "dataplane", "ethernet1/5", "10.1.5.254"),
        (source("ae1.100", "2001:db8::1/64"), "dataplane", "ae1.100", "2001:db8::1"),
        (source("MGT"), "management", None, None),
        (source("mgmt"), "management", None, None),
        (source("Management", "192.0.2.7/24"), "management", None, "192.0.2.7"),
        (source("any", "10.1.5.254/24"), "dataplane", None, "10.1.5.254"),
        (source("Any", "192.0.2.7"), "management", None, "192.0.2.7"),
        (source("", "10.1.5.254/24"), "dataplane", None, "10.1.5.254"),
        (source("Any"), "undetermined", None, None),
        (source("ethernet1/5"), "undetermined", "ethernet1/5", None),
        (source(), "undetermined", None, None),
        ("<source/>", "undetermined", None, None),
        ("", "undetermined", None, None),
        ("<source-v6><interface>ethernet1/5</interface></source-v6>", "undetermined", None, None),
        (source("ethernet1/5", "$mlav_source"), "undetermined", "ethernet1/5", None),
        (source("ethernet1/5", "fw-outside"), "undetermined", "ethernet1/5", None),
        (source("ethernet1/5", "fe80::1%eth0 reboot"), "undetermined", "ethernet1/5", None),
    ],
)
def test_source(entry: str | None, kind: str, interface: str | None, address: str | None) -> None:
    route = deviceconfig(entry)
    assert (route.kind, route.interface, route.source_address) == (kind, interface, address)
    assert route.origin == ("default" if entry is None else "local")
    assert bool(route.reason) == (kind == "undetermined")


@pytest.mark.parametrize(("address", "word"), [("$mlav_source", "template variable"), ("fw-outside", "address object")])
def test_a_name_is_said_to_be_one(address: str, word: str) -> None:
    assert f"{word} {address}" in deviceconfig(source("ethernet1/5", address)).reason


@pytest.mark.parametrize("attributes", ['ptpl="T1" src="tpl"', 'src="tpl"', 'ptpl="T1"'])
def test_pushed_values_are_marked(attributes: str) -> None:
    route = deviceconfig(source("ethernet1/5", "10.1.5.254/24"), attributes=attributes)
    assert (route.origin, route.panorama_managed) == ("template", True)


def test_marks_of_the_candidate_are_no_template() -> None:
    route = deviceconfig(source("MGT"), attributes='admin="bob" dirtyId="4" time="2024/07/11 10:00:00"')
    assert (route.origin, route.panorama_managed) == ("local", False)


def test_a_panorama_is_seen() -> None:
    server = "<panorama><local-panorama><panorama-server>192.0.2.200</panorama-server></local-panorama></panorama>"
    assert deviceconfig(None, server).panorama_managed


def test_everything_else_that_matters_is_read() -> None:
    route = parse(xml(DEVICECONFIG)[0])
    assert route.source_address == "10.1.5.254"
    assert (route.proxy_server, route.proxy_port) == ("10.9.9.9", 8080)
    assert route.dns_servers == ("192.0.2.53", "192.0.2.54")
    assert route.cloud_server_override == "eu.ml.example.com"


def test_a_configuration_without_system_is_unrecognized() -> None:
    with pytest.raises(Unrecognized):
        parse(xml(""))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("", "unrecognized"), (PermissionFailure("no config right"), "permission")],
)
def test_an_unreadable_configuration_is_never_the_default_route(answer: str | PermissionFailure, kind: str) -> None:
    found = probe_service_route(FakeDevice({"config devices/entry/deviceconfig": answer}))
    assert found.value is None
    assert found.problem is not None
    assert found.problem.kind == kind


def test_the_raw_text_holds_the_route_and_no_password() -> None:
    device = FakeDevice({"config devices/entry/deviceconfig": DEVICECONFIG})
    device.notes = (PUSHED_VALUES_MAY_BE_MISSING,)
    found = probe_service_route(device)
    assert found.value is not None
    assert not found.value.complete
    assert "10.1.5.254/24" in found.asked[0].raw
    assert "hush" not in found.asked[0].raw
    assert len(found.asked) == 1


DESTINATIONS = (
    "<destination><entry name='34.120.110.215'><source><interface>ethernet1/7</interface>"
    "<address>10.7.7.7/24</address></source></entry><entry name='203.0.113.0/24'><source><interface>MGT</interface>"
    "</source></entry><entry name='2001:DB8::1'><source><interface>MGT</interface></source></entry></destination>"
)


@pytest.mark.parametrize(
    ("resolved", "origin", "kind", "address"),
    [
        ("34.120.110.215", "destination", "dataplane", "10.7.7.7"),
        ("34.120.110.216", "default", "management", None),
        ("203.0.113.9", "default", "management", None),
        ("2001:db8:0::1", "destination", "management", None),
        (None, "default", "management", None),
    ],
)
def test_a_destination_route_overrides_the_default(
    resolved: str | None, origin: str, kind: str, address: str | None
) -> None:
    route = deviceconfig(None, f"<route>{DESTINATIONS}</route>")
    assert not route.explicit_mgt
    decided = apply_destination_route(route, resolved)
    assert (decided.origin, decided.kind, decided.source_address) == (origin, kind, address)


@pytest.mark.parametrize(
    ("entry", "explicit_mgt"),
    [(source("MGT"), True), (source("mgmt"), True), (source("ethernet1/5", "10.1.5.254/24"), False)],
)
def test_no_destination_route_overrides_an_entry(entry: str, explicit_mgt: bool) -> None:
    text = (
        f'<system><route><service><entry name="paloalto-networks-services">{entry}</entry></service>{DESTINATIONS}'
        "</route></system>"
    )
    route = parse(xml(text))
    assert route.destination_routes[0] == DestinationRoute("34.120.110.215", "ethernet1/7", "10.7.7.7")
    assert route.explicit_mgt is explicit_mgt
    assert apply_destination_route(route, "34.120.110.215") == route


def test_the_proxy_of_the_inline_clouds_is_kept_as_configured() -> None:
    assert deviceconfig(None, "<inline-cloud-proxy>yes</inline-cloud-proxy>").inline_cloud_proxy == "yes"
    assert deviceconfig(None).inline_cloud_proxy is None
