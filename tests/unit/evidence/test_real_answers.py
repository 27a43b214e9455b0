# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of real devices, as their owners or the vendor's documentation publish them, and what they say.

Names, addresses and serial numbers are replaced. ``data/answers`` holds single answers, ``data/techsupport`` the few
files of a tech-support file that matter; what else such files hold is put into their place by ``CHANGED``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    cloud_status,
    commit_state,
    devsrv_log,
    high_availability,
    interfaces,
    ping,
    service_route,
    system_log,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import system_info as device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Interfaces, ServiceRoute
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import parse_release
from ansible_collections.panops.mlav.plugins.module_utils._evidence.route_source import from_interface
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import NOW, xml
from ansible_collections.panops.mlav.tests.unit.evidence.real_techsupport import (
    CUT,
    DUMP,
    archive,
    decrypting,
    in_both,
    logged,
)

DATA = Path(__file__).parent / "data"
HOST = "ml.service.paloaltonetworks.com"


def answer(name: str) -> str:
    return (DATA / "answers" / name).read_text(encoding="utf-8")


def rows(found: Interfaces) -> list[tuple[Any, ...]]:
    return [(item.name, item.vsys, item.zone, item.zone_cut, item.addresses) for item in found.entries]


def route(name: str) -> ServiceRoute:
    return service_route.parse(xml(answer(name))[0])


def release(name: str) -> str:
    return str(parse_release(answer(name)))


ETHERNET_1_5 = interfaces.parse(
    "total configured logical interfaces: 1\n"
    "ethernet1/5         68    1    untrust          vr:default               0      198.51.100.5/24\n"
)


def resolved(name: str) -> tuple[Any, ...]:
    found = from_interface(route(name), ETHERNET_1_5)
    return found.kind, found.interface, found.source_address, found.resolved_from


def overridden(name: str) -> tuple[Any, ...]:
    found = service_route.apply_destination_route(route(name), "203.0.113.10")
    return found.kind, found.interface, found.source_address, found.explicit_mgt


def signatures(name: str) -> list[tuple[Any, ...]]:
    found = devsrv_log.parse([answer(name)])
    return [(item.kind, item.code, item.text) for item in found.signatures]


def pinged(name: str) -> tuple[Any, ...]:
    found = ping.parse(answer(name), HOST)
    return found.outcome, found.address, found.loss_percent


ROWS: dict[str, tuple[Callable[[str], Any], Any]] = {
    "clock_mixed_case_zone.txt": (
        lambda name: (clock.parse(answer(name), NOW).device_time, clock.parse(answer(name), NOW).utc_offset_s),
        (datetime(2026, 6, 9, 10, 15, 2), None),
    ),
    "cloud_status_space_before_colon.txt": (
        lambda name: (cloud_status.parse(answer(name)).state, cloud_status.parse(answer(name)).server),
        ("connected", HOST),
    ),
    "high_availability_last_45_days.txt": (
        lambda name: (high_availability.parse(answer(name)).state, high_availability.parse(answer(name)).peer_state),
        ("active", "passive"),
    ),
    "interfaces_zone_cut.txt": (
        lambda name: rows(interfaces.parse(answer(name))),
        [
            ("ae1", 1, None, False, ()),
            ("ae1.978", 1, "Branch_Surveilla", True, ("192.0.2.18",)),
            ("ae1.1417", 1, "LAB-INSTRUMENTS1", True, ("192.0.2.66",)),
        ],
    ),
    "interfaces_zone_with_space.txt": (
        lambda name: rows(interfaces.parse(answer(name))),
        [
            ("ethernet1/1", 1, "trust", False, ("192.0.2.129",)),
            ("ethernet1/5", 1, "Internet Edge", False, ("198.51.100.5", "198.51.100.6")),
        ],
    ),
    "interfaces_fec_and_double_parenthesis.txt": (
        lambda name: (
            rows(interfaces.parse(answer(name))),
            [item.state for item in interfaces.parse(answer(name)).entries],
        ),
        (
            [
                ("ethernet1/13", 5, "ZONE_INET", False, ("192.0.2.33", "10.10.10.1")),
                ("ha1-b", 0, None, False, ("198.51.100.1",)),
            ],
            ["up", "down((autoneg))"],
        ),
    ),
    "interfaces_shifted_columns.txt": (
        lambda name: (
            rows(interfaces.parse(answer(name))),
            interfaces.parse(answer(name)).complete,
            interfaces.parse(answer(name)).why_incomplete,
        ),
        (
            [
                ("ethernet1/2.100", 1, "ISP1", False, ("198.51.100.46",)),
                ("ethernet1/7", 1, "Guest1", False, ()),
            ],
            False,
            "the table counts 38 interfaces, and 2 were read",
        ),
    ),
    "interfaces_dyn_addr.xml": (
        lambda name: rows(interfaces.parse("", xml(answer(name)))),
        [("ethernet1/1", None, "untrust", False, ("198.51.100.5",))],
    ),
    "jobs_active.txt": (
        lambda name: [(job.id, job.type, job.status) for job in commit_state.parse_jobs(answer(name))],
        [(43, "EDLRefresh", "ACT")],
    ),
    "devsrv_ssl_connect_error.txt": (signatures, [("curl", 35, "SSL connect error")]),
    "devsrv_failed_binding.txt": (signatures, [("curl", 45, "Failed binding local connection end")]),
    "ping_busybox.txt": (pinged, ("answered", "203.0.113.10", 0)),
    "ping_packet_filtered.txt": (pinged, ("filtered", "203.0.113.10", 100)),
    "ping_temporary_failure.txt": (pinged, ("unknown_host", None, None)),
    "ping_ipv6.txt": (pinged, ("answered", "2001:db8::10", 0)),
    "release_xfr.txt": (release, "9.0.3"),
    "release_aingfw.txt": (release, "11.2.5-h1"),
    "system_info_aws.txt": (
        lambda name: (
            device.parse(answer(name)).serial,
            device.parse(answer(name)).management_address,
            device.parse(answer(name)).vm_license,
            device.parse(answer(name)).device_certificate_status,
            device.parse(answer(name)).has_tpm,
        ),
        ("unknown", "unknown", "none", "None", False),
    ),
    "system_log_other_client.txt": (lambda name: system_log.parse(answer(name)).events, ()),
    "system_log_rows.txt": (
        lambda name: [(event.kind, event.time) for event in system_log.parse(answer(name)).events],
        [
            ("engines_stopped", datetime(2026, 8, 4, 21, 0, 20)),
            ("reconnected", datetime(2026, 4, 4, 14, 21, 5)),
        ],
    ),
    "route_explicit_mgt_and_destination.xml": (overridden, ("management", None, None, True)),
    "route_address_object.xml": (resolved, ("dataplane", "ethernet1/5", "198.51.100.5", "interface")),
    "route_interface_alone.xml": (resolved, ("dataplane", "ethernet1/5", "198.51.100.5", "interface")),
}


def test_every_answer_has_a_row() -> None:
    assert {path.name for path in (DATA / "answers").iterdir()} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_what_an_answer_says(name: str) -> None:
    read, expected = ROWS[name]
    assert read(name) == expected


# --- tech-support files -------------------------------------------------------------------------------------------


def test_a_zone_with_a_space_hides_no_address() -> None:
    found = archive()
    assert found.interfaces.value is not None
    assert found.interfaces.value.complete
    assert rows(found.interfaces.value) == [
        ("ethernet1/1", 1, "trust", False, ("192.0.2.129",)),
        ("ethernet1/5", 1, "Internet Edge", False, ("198.51.100.5",)),
    ]
    assert found.service_route.value is not None
    assert found.service_route.value.source_address == "198.51.100.5"


def test_a_zone_that_the_table_cuts_is_known_to_be_cut() -> None:
    found = archive(CUT, decrypting(b"Branch_Surveillance"))
    assert found.interfaces.value is not None
    assert rows(found.interfaces.value)[1] == ("ethernet1/5", 1, "Branch_Surveilla", True, ("198.51.100.5",))
    assert found.decryption.value is not None
    assert found.decryption.value.rules[0].from_zones == ("Branch_Surveillance",)


def test_a_zone_that_the_table_cuts_is_whole_in_the_configuration() -> None:
    zone = b"<network><layer3><member>ethernet1/5</member></layer3></network>"
    whole = in_both(
        b"<entry name='vsys1'/>",
        b"<entry name='vsys1'><zone><entry name='Branch_Surveillance'>" + zone + b"</entry></zone></entry>",
    )
    found = archive(CUT, whole)
    assert found.interfaces.value is not None
    assert rows(found.interfaces.value)[1] == ("ethernet1/5", 1, "Branch_Surveillance", False, ("198.51.100.5",))


@pytest.mark.parametrize(
    ("source", "more", "address", "origin"),
    [
        (b"<address>fw-untrust-ip</address>", b"", "198.51.100.5", "interface"),
        (b"", b"", "198.51.100.5", "interface"),
        (
            b"<address>fw-untrust-ip</address>",
            b"<address><entry name='fw-untrust-ip'><ip-netmask>198.51.100.7/24</ip-netmask></entry></address>",
            "198.51.100.7",
            "address_object",
        ),
    ],
)
def test_a_source_by_name_is_found_in_the_file(source: bytes, more: bytes, address: str, origin: str) -> None:
    configured = in_both(b"<address>198.51.100.5/24</address>", source)
    found = archive(configured, in_both(b"<entry name='vsys1'/>", b"<entry name='vsys1'>" + more + b"</entry>"))
    route = found.service_route.value
    assert route is not None
    assert (route.kind, route.interface, route.source_address) == ("dataplane", "ethernet1/5", address)
    assert route.resolved_from == origin


def test_the_configured_address_counts_where_the_table_may_lack_a_row() -> None:
    interface = (
        b"<network><interface><ethernet><entry name='ethernet1/5'><layer3><ip><entry name='198.51.100.5/24'/></ip>"
        b"</layer3></entry></ethernet></interface></network><vsys>"
    )
    found = archive(
        in_both(b"<address>198.51.100.5/24</address>", b""),
        in_both(b"<vsys>", interface),
        ((DUMP, b"logical interfaces: 2", b"logical interfaces: 3"),),
    )
    assert found.interfaces.value is not None
    assert not found.interfaces.value.complete
    assert found.service_route.value is not None
    assert found.service_route.value.source_address == "198.51.100.5"


def test_a_short_zone_is_whole() -> None:
    found = archive(((DUMP, b"Internet Edge   ", b"untrust         "),), decrypting(b"untrust"))
    assert found.interfaces.value is not None
    assert rows(found.interfaces.value)[1] == ("ethernet1/5", 1, "untrust", False, ("198.51.100.5",))


def test_a_clock_of_2019_shows_in_the_days_of_the_certificate() -> None:
    found = archive(
        (
            (DUMP, b"Tue Jun  9 10:00:00 UTC 2026", b"Tue Jan  1 00:20:00 UTC 2019"),
            (DUMP, b"time: Tue Jun  9 10:00:00 2026", b"time: Tue Jan  1 00:20:00 2019"),
        ),
        logged("Peer certificate cannot be authenticated with given CA certificates", "2019-01-01 00:15:00.123 +0000"),
    )
    certificate, log = found.device_certificate.value, found.devsrv_log.value
    assert certificate is not None
    assert log is not None
    assert certificate.not_before == datetime(2026, 5, 25, 3, tzinfo=timezone.utc)
    assert certificate.days_left == 2791
    assert [(item.kind, item.code) for item in log.signatures] == [("curl", 60)]


def test_an_error_of_the_handshake_is_read() -> None:
    log = archive(logged("SSL connect error")).devsrv_log.value
    assert log is not None
    assert [(item.kind, item.code, item.text) for item in log.signatures] == [("curl", 35, "SSL connect error")]


def test_a_certificate_of_29_days_was_fetched_well() -> None:
    changes = (
        (DUMP, b"connection: disconnected", b"connection: connected"),
        (DUMP, b"before: 2026/05/25", b"before: 2026/04/09"),
        (DUMP, b"after: 2026/08/23", b"after: 2026/07/08"),
        (DUMP, b"timestamp: 2026/05/25", b"timestamp: 2026/04/09"),
    )
    certificate = archive(changes).device_certificate.value
    assert certificate is not None
    assert (certificate.days_left, certificate.last_fetched_status) == (28, "success")
    assert certificate.last_fetched == datetime(2026, 4, 9, 3, tzinfo=timezone.utc)


def test_a_build_of_a_release_is_that_release() -> None:
    found = archive(((DUMP, b"11.1.8", b"11.2.5-h1.aingfw"),), logged("Couldn't resolve host name"))
    assert found.device.value is not None
    assert str(parse_release(found.device.value.sw_version)) == "11.2.5-h1"


def test_a_latin_1_byte_hides_no_configuration() -> None:
    found = archive(in_both(b"<ip-address>", b"<login-banner>Z\xfcrich</login-banner><ip-address>"))
    assert found.service_route.value is not None
    assert found.service_route.value.source_address == "198.51.100.5"
    assert found.decryption.value is not None


def test_the_size_of_a_virtual_firewall_is_read() -> None:
    info = archive(
        ((DUMP, b"family: 400\nmodel: PA-460", b"family: vm\nvm-license: VM-50\nmodel: PA-VM"),)
    ).device.value
    assert info is not None
    assert (info.model, info.vm_license, info.has_tpm) == ("PA-VM", "VM-50", False)
