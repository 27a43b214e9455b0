# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session: the question that may do harm, sources that are names, and zones that a table cuts."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import DEVICE_CERTIFICATE_WITHHELD
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import NOT_ASKED
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import CONNECTED, FULL, SYSTEM_INFO
from ansible_collections.panops.mlav.tests.unit.evidence.sessions import FROM_MANAGEMENT, firewall, options

CERTIFICATE_QUESTION = "show device-certificate status"
HARMLESS = ("11.1.6-h29", "11.1.10-h21", "11.1.13-h3", "11.1.14", "11.1.15", "11.2.7-h12", "11.2.10-h5", "11.2.11-h1")
HARMFUL = ("10.1.12", "10.2.16", "11.0.6", "11.1.6-h28", "11.1.7", "11.1.9-h30", "11.1.13", "11.2.8-h20", "11.2.10-h4")


def of_release(model: str, version: str) -> str:
    return SYSTEM_INFO.replace("PA-850", model).replace("10.1.12", version)


@pytest.mark.parametrize(
    ("model", "version", "asked"),
    [
        *[("PA-460", version, True) for version in (*HARMLESS, "12.1.7", "12.1.8")],
        *[("PA-460", version, False) for version in (*HARMFUL, "12.1.3", "12.1.6", "12.2.0", "unknown")],
        *[("PA-VM", version, True) for version in (*HARMFUL, "unknown")],
        ("PA-850", "11.1.14", True),
        ("PA-850", "10.1.12", False),
    ],
)
def test_the_device_certificate_is_asked_for_only_where_that_does_no_harm(
    model: str, version: str, asked: bool
) -> None:
    device = firewall(info=of_release(model, version))
    found = gather(device, "fw", options())
    assert (CERTIFICATE_QUESTION in device.asked) is asked
    assert (found.device_certificate.value is not None) is asked
    assert found.device_certificate.problem == (None if asked else DEVICE_CERTIFICATE_WITHHELD)


@pytest.mark.parametrize("depth", ["auto", "full"])
@pytest.mark.parametrize("names", [["all"], ["device_certificate"]])
def test_a_connected_firewall_is_never_asked_for_its_device_certificate(depth: str, names: list[str]) -> None:
    info = of_release("PA-VM", "11.1.14").replace(
        "<family>", "<device-certificate-status>Valid</device-certificate-status><family>"
    )
    device = firewall(status=CONNECTED, info=info)
    found = gather(device, "fw", options(depth=depth, subset=parse_subset(names)))
    assert CERTIFICATE_QUESTION not in device.asked
    assert found.device_certificate.problem == NOT_ASKED
    assert found.device.value is not None
    assert found.device.value.device_certificate_status == "Valid"


@pytest.mark.parametrize("source", ["techsupport", "saved"])
@pytest.mark.parametrize("status", [CONNECTED, FULL["show mlav cloud-status"]])
def test_what_was_recorded_of_the_device_certificate_is_read_in_any_case(source: str, status: str) -> None:
    found = gather(firewall(status=status), "fw", options(source=source))
    assert found.device_certificate.value is not None
    assert found.device_certificate.value.status == "Valid"


def test_the_days_that_are_left_of_the_certificate_are_those_of_the_device_clock() -> None:
    found = gather(firewall(clock="Wed Nov 30 15:20:00 UTC 2022"), "fw", options(source="saved"))
    assert found.device_certificate.value is not None
    assert found.device_certificate.value.days_left == 89


def with_source(interface: str, address: str = "") -> str:
    inner = f"<interface>{interface}</interface>" + (f"<address>{address}</address>" if address else "")
    entry = f"<entry name='paloalto-networks-services'><source>{inner}</source></entry>"
    return f"<deviceconfig><system><route><service>{entry}</service></route></system></deviceconfig>"


TWO = FULL["show interface all"].replace("</ip>", "</ip><addr><member>10.1.5.253/24</member></addr>")
DYNAMIC = FULL["show interface all"].replace(
    "<ip>10.1.5.254/24</ip>", "<ip>N/A</ip><dyn-addr><member>10.1.5.200/24</member></dyn-addr>"
)
NO_ADDRESS = FULL["show interface all"].replace("10.1.5.254/24", "N/A")
STATIC = (
    "<interface><ethernet><entry name='ethernet1/5'><layer3><ip><entry name='10.1.5.254/24'/></ip></layer3></entry>"
    "<entry name='ethernet1/6'><layer3><units><entry name='ethernet1/6.7'><ip><entry name='10.6.7.1/24'/></ip></entry>"
    "</units></layer3></entry></ethernet></interface>"
)
OBJECT = "<entry name='fw-outside'><ip-netmask>{}</ip-netmask></entry>"


@pytest.mark.parametrize(
    ("config", "answers", "address", "origin"),
    [
        (with_source("ethernet1/5"), {}, "10.1.5.254", "interface"),
        (with_source("ethernet1/5"), {"interfaces": DYNAMIC}, "10.1.5.200", "interface"),
        (with_source("ethernet1/5", "$branch-ip"), {}, "10.1.5.254", "template_variable"),
        (with_source("ethernet1/5", "fw-outside"), {}, "10.1.5.254", "interface"),
        (
            with_source("ethernet1/5", "fw-outside"),
            {"interfaces": TWO, "shared": OBJECT.format("10.1.5.253/24")},
            "10.1.5.253",
            "address_object",
        ),
        (
            with_source("ethernet1/5", "fw-outside"),
            {"interfaces": TWO, "vsys": OBJECT.format("10.1.5.253")},
            "10.1.5.253",
            "address_object",
        ),
        (
            with_source("any", "fw-outside"),
            {"vsys": OBJECT.format("10.1.5.253"), "shared": OBJECT.format("10.1.5.253")},
            "10.1.5.253",
            "address_object",
        ),
        (with_source("ethernet1/5"), {"interfaces": "no idea", "static": STATIC}, "10.1.5.254", "interface"),
        (with_source("ethernet1/6.7"), {"interfaces": "no idea", "static": STATIC}, "10.6.7.1", "interface"),
    ],
)
def test_a_source_by_name_or_by_interface_is_found(
    config: str, answers: dict[str, str], address: str, origin: str
) -> None:
    device = firewall(config=config, **answers)
    found = gather(device, "fw", options())
    route = found.service_route.value
    assert route is not None
    assert (route.kind, route.source_address, route.resolved_from, route.reason) == ("dataplane", address, origin, "")
    assert f"ping source {address} count 3 host ml.service.paloaltonetworks.com" in device.asked


@pytest.mark.parametrize(
    ("config", "answers", "reason"),
    [
        (with_source("ethernet1/5"), {"interfaces": TWO}, "several addresses (10.1.5.254, 10.1.5.253)"),
        (with_source("ethernet1/5"), {"interfaces": NO_ADDRESS, "static": STATIC}, "no IPv4 address now"),
        (with_source("ethernet1/6"), {}, "interface ethernet1/6, which was not found"),
        (
            with_source("ethernet1/5", "fw-outside"),
            {"interfaces": TWO, "shared": OBJECT.format("10.1.5.253"), "vsys": OBJECT.format("10.1.5.254")},
            "several addresses",
        ),
        (with_source("any", "fw-outside"), {}, "address object fw-outside"),
        (with_source("any", "fw'] | outside"), {}, "address object fw'] | outside"),
        (with_source("ethernet1/5"), {"interfaces": "no idea"}, "without an address"),
        (
            with_source("ethernet1/5"),
            {"interfaces": "no idea", "static": STATIC.replace("10.1.5.254/24", "$ip")},
            "whose configured address is a name",
        ),
    ],
)
def test_a_source_that_is_not_found_stays_undetermined(config: str, answers: dict[str, str], reason: str) -> None:
    device = firewall(config=config, **answers)
    found = gather(device, "fw", options())
    route = found.service_route.value
    assert route is not None
    assert (route.kind, route.source_address, route.resolved_from) == ("undetermined", None, None)
    assert reason in route.reason
    assert FROM_MANAGEMENT in device.asked


def test_a_cut_zone_gets_its_whole_name_from_the_configuration() -> None:
    members = "<network><layer3><member>ethernet1/5</member></layer3></network>"
    zone = f"<zone><entry name='Branch_Surveillance'>{members}</entry></zone>"
    table = (
        "total configured logical interfaces: 1\n"
        "name                id    vsys zone             forwarding               tag    address\n"
        "ethernet1/5         68    1    Branch_Surveilla vr:default               0      10.1.5.254/24\n"
    )
    device = firewall(interfaces=table)
    device.answers["config devices/entry/vsys"] = f"<vsys><entry name='vsys1'>{zone}</entry></vsys>"
    found = gather(device, "fw", options()).interfaces.value
    assert found is not None
    assert [(item.zone, item.zone_cut) for item in found.entries] == [("Branch_Surveillance", False)]
