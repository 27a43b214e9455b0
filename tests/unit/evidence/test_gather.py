# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session: what is asked, in which order, and where it stops."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    ExpectedFailure,
    ForeignAnswer,
    HostKeyFailure,
    Overloaded,
    PermissionFailure,
    SessionFailure,
    TlsFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import DEVICE_CERTIFICATE_WITHHELD
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES, EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import (
    CONNECTED,
    FULL,
    NOW,
    PING,
    SYSTEM_INFO,
    FakeDevice,
)
from ansible_collections.panops.mlav.tests.unit.evidence.sessions import (
    FROM_MANAGEMENT,
    FROM_ROUTE,
    NETSTAT_QUESTION,
    firewall,
    options,
)

STATUS_QUESTIONS = [
    "show system info",
    "show mlav cloud-status",
    "show high-availability state",
]
ALL_QUESTIONS = [
    *STATUS_QUESTIONS,
    "show clock",
    "request license info",
    "show interface all",
    "show jobs all",
    "check pending-changes",
    "show system software status",
    "config devices/entry/deviceconfig",
    "ping source 10.1.5.254 count 3 host ml.service.paloaltonetworks.com",
    "show netstat numeric-hosts yes numeric-ports yes",
    "show url-cloud status",
    "show wildfire status",
    "show ctd-agent status security-client",
    "log devsrv.log",
    "log system",
    "config shared/ssl-decrypt",
    "config devices/entry/vsys",
    "config panorama/vsys",
]
OF_DISCONNECTED_ONLY = {
    "show url-cloud status",
    "show wildfire status",
    "show ctd-agent status security-client",
}


def problems(found: EvidenceSet) -> dict[str, str]:
    every = {name: getattr(found, name).problem for name in EVIDENCE_NAMES}
    return {name: problem.kind for name, problem in every.items() if problem not in (None, DEVICE_CERTIFICATE_WITHHELD)}


def test_a_connected_firewall_is_asked_three_things() -> None:
    device = firewall(status=CONNECTED)
    found = gather(device, "fw-lon-1", options())
    assert device.asked == STATUS_QUESTIONS
    assert (found.depth, found.host, found.source, found.collected_at) == ("status", "fw-lon-1", "live", NOW)
    assert found.clock.value is not None
    assert found.clock.value.device_time == datetime(2024, 7, 11, 15, 16, 54)
    assert set(problems(found).values()) == {"not_asked"}
    assert found.netstat.value is None


@pytest.mark.parametrize(
    "status",
    [
        FULL["show mlav cloud-status"],
        CONNECTED.replace(": connected", ": connecting"),
        "no idea",
        "Server error : device busy or unavailable",
        DeviceBusy("device busy or unavailable"),
        CommandRefused("not here"),
    ],
)
def test_anything_else_is_asked_everything(status: str | ExpectedFailure) -> None:
    config = FULL["config devices/entry/deviceconfig"].replace("<cloud-server>eu.ml.example.com</cloud-server>", "")
    device = firewall(status=status, config=config)
    found = gather(device, "fw", options(busy_retries=0))
    # Without a status the cloud server is the documented one.
    assert device.asked == ALL_QUESTIONS
    assert found.depth == "full"
    assert set(problems(found)) <= {"cloud_status"}


def test_a_busy_firewall_that_recovers_is_asked_three_things() -> None:
    device = firewall(status=["device busy or unavailable", CONNECTED])
    found = gather(device, "fw", options())
    assert device.asked == [STATUS_QUESTIONS[0], STATUS_QUESTIONS[1], *STATUS_QUESTIONS[1:]]
    assert found.cloud_status.value is not None
    assert found.cloud_status.value.attempts == 2


def test_full_depth_asks_a_connected_firewall_everything() -> None:
    device = firewall(status=CONNECTED)
    assert gather(device, "fw", options(depth="full")).depth == "full"
    assert device.asked == [asked for asked in ALL_QUESTIONS if asked not in OF_DISCONNECTED_ONLY]


@pytest.mark.parametrize("depth", ["auto", "full"])
@pytest.mark.parametrize(("version", "asked"), [("9.1.19-h2", 2), ("10.0.0", 20), ("unknown", 20)])
def test_a_release_without_mlav_is_asked_two_things(depth: str, version: str, asked: int) -> None:
    device = firewall(info=SYSTEM_INFO.replace("10.1.12", version))
    found = gather(device, "fw", options(depth=depth))
    assert len(device.asked) == asked
    assert found.depth == ("status" if asked == 2 else "full")


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailure("wrong password", "Check provider."),
        TlsFailure("unknown issuer", "Set ca_path."),
        Unreachable("no route"),
        PermissionFailure("no op right"),
        CallTimeout("30 s"),
        Overloaded("HTTP 503", "Wait."),
        SessionFailure("no key"),
    ],
)
def test_a_closed_door_is_knocked_at_once(error: ExpectedFailure) -> None:
    device = firewall(info=error)
    found = gather(device, "fw", options(depth="full"))
    assert device.asked == ["show system info"]
    assert problems(found) == dict.fromkeys(EVIDENCE_NAMES, error.kind)
    assert found.ping.problem is not None
    assert found.ping.problem.message == error.message
    assert found.ping.problem.hint
    assert error.remedy in found.ping.problem.hint


def test_a_front_end_that_answers_in_its_own_form_is_asked_twice() -> None:
    page = ForeignAnswer("HTTP 404")
    device = FakeDevice(dict.fromkeys(("show system info", "show mlav cloud-status"), page))
    found = gather(device, "fw", options(depth="full"))
    assert device.asked == ["show system info", "show mlav cloud-status"]
    assert problems(found) == dict.fromkeys(EVIDENCE_NAMES, "foreign_answer")
    device = firewall(info=page)
    # Without the model and the release the device certificate is not asked for.
    assert set(problems(gather(device, "fw", options(depth="full")))) == {"device", "device_certificate"}


def test_an_overload_in_the_middle_ends_what_goes_the_same_way() -> None:
    device = firewall()
    device.answers["request license info"] = Overloaded("HTTP 429")
    found = gather(device, "fw", options(depth="full"))
    assert found.cloud_status.value is not None
    missing = dict.fromkeys(EVIDENCE_NAMES, "overloaded")
    for name in ("device", "clock", "cloud_status", "high_availability", "device_certificate"):
        del missing[name]
    # These may be had over SSH all the same.
    del missing["devsrv_log"]
    missing["ping"] = "not_obtainable"
    assert problems(found) == missing
    assert device.asked[5:] == [FROM_MANAGEMENT, "log devsrv.log"]


@pytest.mark.parametrize("error", [AuthenticationFailure("ssh"), HostKeyFailure("changed"), Unreachable("port 22")])
def test_a_closed_ssh_port_leaves_the_api_open(error: ExpectedFailure) -> None:
    device = firewall(ping=error)
    found = gather(device, "fw", options())
    assert problems(found) == {"ping": error.kind}
    # Another way may lead to the log: the device knows, and does not try a login that failed again.
    assert "log devsrv.log" in device.asked
    assert found.netstat.value is not None
    assert found.netstat.value.addresses == ()


def test_a_crash_hides_nothing_else() -> None:
    device = firewall(netstat=RuntimeError("boom"))
    found = gather(device, "fw", options())
    assert problems(found) == {"netstat": "crash"}
    assert found.netstat.problem is not None
    assert found.netstat.problem.message == "RuntimeError: boom"
    assert device.asked == ALL_QUESTIONS


def test_the_cloud_server_of_the_answer_is_pinged() -> None:
    device = firewall(status=FULL["show mlav cloud-status"].replace("ml.service.paloaltonetworks.com", "eu.example"))
    gather(device, "fw", options())
    assert "ping source 10.1.5.254 count 3 host eu.example" in device.asked


def test_without_an_answer_the_configured_cloud_server_is_pinged() -> None:
    device = firewall(status="Cloud connection: disconnected")
    gather(device, "fw", options())
    assert "ping source 10.1.5.254 count 3 host eu.ml.example.com" in device.asked


@pytest.mark.parametrize(
    "source", ["<address>$variable</address><interface>ethernet1/6</interface>", "<interface>MGT</interface>", ""]
)
def test_only_a_dataplane_route_gives_the_ping_a_source(source: str) -> None:
    route = f"<entry name='paloalto-networks-services'><source>{source}</source></entry>"
    config = f"<deviceconfig><system><route><service>{route}</service></route></system></deviceconfig>"
    device = firewall(config=config)
    gather(device, "fw", options())
    assert FROM_MANAGEMENT in device.asked


def test_a_destination_route_is_pinged_from_its_own_source() -> None:
    destination = (
        "<destination><entry name='34.120.110.215'><source><interface>ethernet1/5</interface></source></entry>"
        "</destination>"
    )
    config = (
        f"<deviceconfig><system><ip-address>192.0.2.7</ip-address><route>{destination}</route></system></deviceconfig>"
    )
    device = FakeDevice({**FULL, "config devices/entry/deviceconfig": config, FROM_MANAGEMENT: PING})
    found = gather(device, "fw", options())
    assert [asked for asked in device.asked if asked.startswith("ping")] == [FROM_MANAGEMENT, FROM_ROUTE]
    assert found.service_route.value is not None
    route = found.service_route.value
    assert (route.origin, route.kind, route.source_address) == ("destination", "dataplane", "10.1.5.254")
    assert found.ping.value is not None
    assert found.ping.value.source == "10.1.5.254"
    assert len(found.ping.asked) == 2


def test_netstat_looks_for_the_address_that_ping_resolved() -> None:
    found = gather(firewall(), "fw", options()).netstat.value
    assert found is not None
    assert found.addresses == ("34.120.110.215",)
    assert [item.state for item in found.connections] == ["SYN_SENT"]
    assert [item.foreign_port for item in found.proxy_connections] == [8080]


def test_the_system_log_is_asked_for_the_window_in_device_time() -> None:
    device = firewall()
    gather(device, "fw", options(log_window=timedelta(hours=6), log_entries=42, log_lines=77))
    assert (device.queries[0].since, device.queries[0].limit) == (datetime(2024, 7, 11, 9, 16, 54), 42)
    assert device.lines == [77]


def test_a_window_longer_than_time_itself_asks_for_everything() -> None:
    device = FakeDevice(FULL)
    gather(device, "fw", options(log_window=timedelta(days=9_999_999)))
    assert device.queries[0].since == datetime(1970, 1, 1)


def test_without_a_clock_the_system_log_is_asked_without_a_window() -> None:
    device = firewall(info=SYSTEM_INFO.replace("Thu Jul 11 15:16:54 2024", "?"), clock="?")
    found = gather(device, "fw", options())
    assert device.queries[0].since is None
    assert problems(found) == {"clock": "unrecognized"}


CEST = timezone(timedelta(hours=2))
EVENT = (
    "<log><logs><entry><time_generated>2024/07/11 15:00:00</time_generated>{high}<opaque>MLAV: Unknown error.</opaque>"
    "</entry></logs></log>"
)


def test_the_newest_line_of_devsrv_log_gives_the_offset() -> None:
    found = gather(firewall(events=EVENT.format(high="")), "fw", options())
    assert found.clock.value is not None
    assert (found.clock.value.utc_offset_s, found.clock.value.offset_source) == (7200, "devsrv_log")
    assert found.clock.value.skew_s == 0
    assert found.system_log.value is not None
    assert found.system_log.value.events[0].time == datetime(2024, 7, 11, 15, tzinfo=CEST)


def test_the_system_log_gives_the_offset_where_devsrv_log_has_none() -> None:
    high = "<high_res_timestamp>2024-07-11T15:00:00.500+02:00</high_res_timestamp>"
    lines = "2024-07-11 15:10:00.000 Error: pan_mlav_x(a.c:1): curl error: Timeout was reached\n"
    found = gather(firewall(events=EVENT.format(high=high), lines=lines), "fw", options())
    assert found.clock.value is not None
    assert found.clock.value.offset_source == "system_log"
    assert found.devsrv_log.value is not None
    assert found.devsrv_log.value.signatures[0].last == datetime(2024, 7, 11, 15, 10, tzinfo=CEST)


def test_an_old_line_gives_no_offset() -> None:
    lines = "2024-01-11 15:10:00.000 +0100 Error: pan_mlav_x(a.c:1): curl error: Timeout was reached\n"
    found = gather(firewall(lines=lines), "fw", options())
    assert found.clock.value is not None
    assert (found.clock.value.utc_offset_s, found.clock.value.skew_s) == (None, 0)


def test_a_certain_clock_needs_no_log() -> None:
    found = gather(firewall(clock="Thu Jul 11 13:18:54 UTC 2024"), "fw", options())
    assert found.clock.value is not None
    assert (found.clock.value.utc_offset_s, found.clock.value.offset_source, found.clock.value.skew_s) == (
        0,
        "clock",
        120,
    )


def test_a_refused_clock_falls_back_to_the_system_information() -> None:
    found = gather(firewall(clock=CommandRefused("no")), "fw", options())
    assert found.clock.value is not None
    assert found.clock.value.device_time == datetime(2024, 7, 11, 15, 16, 54)


@pytest.mark.parametrize("source", ["techsupport", "saved"])
def test_an_archive_has_nothing_to_compare_its_clock_with(source: str) -> None:
    device = firewall(clock="Thu Jul 11 13:18:54 UTC 2023")
    device.transport = "archive"
    found = gather(device, "fw", options(source=source))
    assert found.source == source
    assert found.clock.value is not None
    assert found.clock.value.skew_s == 0
    assert found.clock.problem is not None
    assert found.clock.problem.kind == "not_obtainable"


def test_a_saved_session_with_a_firewall_keeps_the_skew() -> None:
    found = gather(firewall(clock="Thu Jul 11 13:18:54 UTC 2024"), "fw", options(source="saved"))
    assert found.clock.problem is None
    assert found.clock.value is not None
    assert found.clock.value.skew_s == 120


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["cloud_status"], ["show mlav cloud-status"]),
        (["clock"], ["show clock"]),
        (["service_route"], ["config devices/entry/deviceconfig"]),
        (["netstat"], ["show mlav cloud-status", "config devices/entry/deviceconfig", FROM_ROUTE, NETSTAT_QUESTION]),
        (["devsrv_log", "system_log"], ["show clock", "log devsrv.log", "log system"]),
    ],
)
def test_a_subset_asks_what_it_needs_and_no_more(names: list[str], asked: list[str]) -> None:
    device = firewall()
    found = gather(device, "fw", options(subset=parse_subset(names), depth="full"))
    assert device.asked == asked
    assert all(getattr(found, name).value is not None for name in names)


def test_a_subset_narrows_the_automatic_depth_too() -> None:
    device = firewall(status=CONNECTED)
    gather(device, "fw", options(subset=parse_subset(["ping", "high_availability"])))
    assert device.asked == ["show mlav cloud-status", "show high-availability state"]


def test_raw_answers_are_kept_without_secrets() -> None:
    info = SYSTEM_INFO.replace("<family>", "<private-key>hush</private-key><family>")
    found = gather(firewall(info=info), "fw", options())
    assert found.device.asked[0].command == "show system info"
    assert "<hostname>fw-lon-1</hostname>" in found.device.asked[0].raw
    assert "hush" not in found.device.asked[0].raw
