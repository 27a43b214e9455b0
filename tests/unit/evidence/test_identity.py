# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of firewall it is: system information, clock, HA, licences, device certificate, processes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    device_certificate,
    high_availability,
    licenses,
    software_status,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import system_info as device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    Clock,
    DeviceCertificate,
    HighAvailability,
    License,
    Process,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import (
    CERTIFICATE,
    NOW,
    SYSTEM_INFO,
    FakeDevice,
    xml,
)


def info(**changes: str) -> str:
    return "<system>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in changes.items()) + "</system>"


def test_system_information() -> None:
    found = device.parse("", xml(SYSTEM_INFO))
    assert (found.hostname, found.serial, found.model, found.sw_version) == (
        "fw-lon-1",
        "123456789",
        "PA-850",
        "10.1.12",
    )
    assert (found.multi_vsys, found.management_address, found.wildfire_rt) == (False, "192.0.2.7", "Disabled")
    assert found.uptime_s == ((98 * 24 + 23) * 60 + 42) * 60 + 29
    assert found.device_certificate_status is None


def test_system_information_as_text() -> None:
    found = device.parse(
        "hostname: pa1\nipv6-link-local-address: fe80::1/64\nuptime: 2 days, 2:38:49\nsw-version: 7.0.1\n"
    )
    assert (found.hostname, found.sw_version, found.uptime_s) == ("pa1", "7.0.1", 2 * 86400 + 9529)


@pytest.mark.parametrize(
    ("text", "expected"), [("off", False), ("on", True), ("no", False), ("yes", True), ("maybe", None), ("", None)]
)
def test_multi_vsys(text: str, expected: bool | None) -> None:
    assert device.parse("", xml(info(hostname="a", **{"multi-vsys": text}))).multi_vsys is expected


@pytest.mark.parametrize(("text", "expected"), [("1 day, 0:00:01", 86401), ("0:10:00", 600), ("long", None)])
def test_uptime(text: str, expected: int | None) -> None:
    assert device.parse("", xml(info(hostname="a", uptime=text))).uptime_s == expected


def test_words_for_nothing_are_kept_as_given() -> None:
    found = device.parse("", xml(info(serial="unknown", **{"av-version": "0"})))
    assert (found.serial, found.av_version) == ("unknown", "0")


@pytest.mark.parametrize("answer", ["", "<system/>", "<other>x</other>"])
def test_no_identity_is_unrecognized(answer: str) -> None:
    with pytest.raises(Unrecognized):
        device.parse("", xml(answer))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        *[(model, True) for model in ("PA-410", "PA-450R-5G", "PA-460", "PA-505", "PA-1420", "PA-3440", "PA-5450")],
        *[(model, True) for model in ("PA-5580", "PA-7500")],
        ("PA-VM", False),
        *[(model, None) for model in ("PA-500", "PA-220", "PA-850", "PA-4020", "PA-7050", "CN-Series", "PA-46", None)],
    ],
)
def test_whether_a_model_has_a_tpm(model: str | None, expected: bool | None) -> None:
    assert device.has_tpm(model) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/06/08 18:02:03 PDT", datetime(2026, 6, 8, 18, 2, 3)),
        ("2026/06/08 18:02:03", datetime(2026, 6, 8, 18, 2, 3)),
        ("2026-06-08", datetime(2026, 6, 8)),
        ("unknown", None),
        ("0", None),
        ("", None),
    ],
)
def test_the_date_of_a_content_release(text: str, expected: datetime | None) -> None:
    found = device.parse("", xml(info(hostname="a", **{"threat-release-date": text})))
    assert found.threat_release_date == expected


def test_a_size_of_a_virtual_firewall_is_that_of_its_license() -> None:
    found = device.parse("model: PA-VM\nvm-license: VM-50\nsw-version: 11.1.8\n")
    assert (found.model, found.vm_license, found.has_tpm) == ("PA-VM", "VM-50", False)


def test_system_information_without_a_known_time_leaves_the_clock_unrecognized() -> None:
    fake = FakeDevice({"show system info": info(hostname="a", time="soon")})
    found, seen = device.probe_device(fake, lambda: NOW)
    assert found.value is not None
    assert seen.value is None
    assert seen.problem is not None
    assert seen.problem.kind == "unrecognized"


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("Thu Jul 11 15:16:54 UTC 2024", 0),
        ("Thu Jul 11 15:16:54 GMT 2024\n", 0),
        ("Thu Jul 11 15:16:54 +04 2024", 4 * 3600),
        ("Thu Jul 11 15:16:54 CEST 2024\n", None),
        ("Thu Jul 11 15:16:54 IST 2024", None),
        ("Thu Jul 11 15:16:54 2024\n", None),
    ],
)
def test_clock_zones(text: str, offset: int | None) -> None:
    found = clock.parse(text, NOW)
    assert found.device_time == datetime(2024, 7, 11, 15, 16, 54)
    assert found.utc_offset_s == offset
    assert found.offset_source == (None if offset is None else "clock")


def test_the_day_may_have_one_digit() -> None:
    assert clock.parse("Mon Jul  1 01:02:03 UTC 2024", NOW).device_time == datetime(2024, 7, 1, 1, 2, 3)


@pytest.mark.parametrize(
    ("ahead", "offset", "skew"),
    [
        (timedelta(hours=2), timedelta(hours=2), 0),
        (timedelta(hours=2, seconds=-7), timedelta(hours=2), -7),
        (timedelta(days=3), timedelta(0), 3 * 86400),
        (timedelta(hours=2, seconds=5), None, 5),
        (timedelta(hours=5, minutes=45, seconds=-20), None, -20),
        (timedelta(minutes=7), None, 420),
        (timedelta(hours=20), None, 6 * 3600),
        (timedelta(days=-2), None, -36 * 3600),
    ],
)
def test_skew(ahead: timedelta, offset: timedelta | None, skew: int) -> None:
    local = (NOW + ahead).replace(tzinfo=None)
    assert clock.compare(local, NOW, offset).skew_s == skew


@pytest.mark.parametrize("text", ["", "15:16:54", "Thu Foo 11 15:16:54 UTC 2024", "Thu Feb 31 15:16:54 UTC 2024"])
def test_no_clock(text: str) -> None:
    with pytest.raises(Unrecognized):
        clock.parse(text, NOW)


PASSIVE = (
    "<enabled>yes</enabled><group><mode>Active-Passive</mode><local-info><state>passive</state></local-info>"
    "<peer-info><state>active</state></peer-info><running-sync>synchronized</running-sync></group>"
)
PASSIVE_TEXT = """Group 1:
  Mode: Active-Passive
  Local Information:
    Version: 1
    State: passive (last 45 days)
    State Synchronization: Complete; type: ethernet
  Peer Information:
    Connection status: up
    State: active (last 45 days)
  Configuration Synchronization:
    Enabled: yes
    Running Configuration: synchronized
"""


def test_high_availability() -> None:
    passive = HighAvailability(True, "Active-Passive", "passive", "active", "synchronized")
    assert high_availability.parse("", xml(PASSIVE)) == passive
    assert high_availability.parse(PASSIVE_TEXT) == passive
    assert high_availability.parse("", xml("<enabled>no</enabled>")) == HighAvailability(False)


def test_high_availability_that_does_not_say() -> None:
    with pytest.raises(Unrecognized):
        high_availability.parse("", xml("<group/>"))


def test_licenses() -> None:
    listed = (
        "<licenses><entry><feature>Advanced WildFire License</feature><expires>August 05, 2025</expires>"
        "<expired>no</expired></entry><entry><feature>Threat Prevention</feature><expires>Never</expires>"
        "<expired>yes</expired></entry><entry><feature>PA-VM</feature></entry></licenses>"
    )
    assert licenses.parse("", xml(listed)).entries == (
        License("Advanced WildFire License", "August 05, 2025", False),
        License("Threat Prevention", "Never", True),
        License("PA-VM", None, None),
    )
    assert licenses.parse("", xml("<licenses/>")).entries == ()


def test_licenses_as_text() -> None:
    text = (
        "Current PDT Date: May 19, 2021\n\nLicense entry:\nFeature: Threat Prevention\nExpires: Never\nExpired?: no\n"
    )
    assert licenses.parse(text).entries == (License("Threat Prevention", "Never", False),)


@pytest.mark.parametrize("text", ["", "show -> license is unexpected"])
def test_no_list_is_never_no_licence(text: str) -> None:
    with pytest.raises(Unrecognized):
        licenses.parse(text, xml(""))


def test_device_certificate() -> None:
    found = device_certificate.parse(CERTIFICATE)
    assert found == DeviceCertificate(
        "Valid",
        datetime(2022, 11, 30, 15, 17, 47),
        datetime(2023, 2, 28, 15, 17, 47),
        "success",
        "Successfully fetched Device Certificate",
        datetime(2022, 11, 30, 15, 29, 42),
    )
    utc = device_certificate.parse(CERTIFICATE.replace("PST", "UTC"))
    assert utc.not_after == datetime(2023, 2, 28, 15, 17, 47, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("local", "offset_s", "days"),
    [
        (datetime(2023, 2, 13, 15, 17, 46), None, 15),
        (datetime(2023, 2, 13, 15, 17, 48), None, 14),
        (datetime(2023, 2, 28, 15, 17, 48), 0, -1),
        (datetime(2019, 1, 1), 0, 1519),
    ],
)
def test_days_that_are_left_of_a_device_certificate(local: datetime, offset_s: int | None, days: int) -> None:
    seen = Clock(local, offset_s, None, NOW, 0)
    assert device_certificate.with_days_left(device_certificate.parse(CERTIFICATE), seen).days_left == days


def test_days_that_are_left_are_counted_from_the_same_zone() -> None:
    utc = device_certificate.parse(CERTIFICATE.replace("PST", "UTC"))
    tokyo = Clock(datetime(2023, 2, 28, 23, 0), 9 * 3600, "clock", NOW, 0)
    assert device_certificate.with_days_left(utc, tokyo).days_left == 0
    assert device_certificate.with_days_left(DeviceCertificate("None"), tokyo).days_left is None


def test_device_certificate_as_tags() -> None:
    tags = (
        "<device-certificate><validity>Expired</validity><not_valid_after>2023/02/28 15:17:47 PST</not_valid_after>"
        "<status>success</status><msg/></device-certificate>"
    )
    found = device_certificate.parse("", xml(tags))
    assert found == DeviceCertificate("Expired", None, datetime(2023, 2, 28, 15, 17, 47), "success", None)


def test_device_certificate_not_found_and_not_understood() -> None:
    assert device_certificate.parse("Device certificate not found").status == "Device certificate not found"
    with pytest.raises(Unrecognized):
        device_certificate.parse("Not valid after: tomorrow", xml(""))


def test_software_status() -> None:
    text = "Slot 1, Role mp\nGroup all   running\n  Process devsrvr    running (pid: 3061)\nProcess ikemgr stopped\n"
    assert software_status.parse(text).processes == (
        Process("all", "running"),
        Process("devsrvr", "running", 3061),
        Process("ikemgr", "stopped"),
    )
    with pytest.raises(Unrecognized):
        software_status.parse("nothing runs")
