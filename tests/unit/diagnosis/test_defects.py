# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known defects: which release has which, and that a row counts only with its symptom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.defects import (
    BY_ID,
    DEFECTS,
    PAN_229832,
    ROOTS,
    releases,
)
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.rules.defects import SYMPTOMS
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    NOW,
    certificate,
    curl,
    dataplane,
    device,
    devsrv,
    dns_error,
    ev,
    firewall,
    http,
    interfaces,
    management,
    netstat,
    status,
    unknown_host,
)

# One row per defect and what tells its releases apart: the id, a release, whether it is affected.
RELEASES = [
    *(("PAN-229832", text, expected) for text, expected in {
        "9.1.16": "unknown", "10.0.12": "unknown", "10.1.13-h99": "affected", "10.1.14": "fixed",
        "10.1.14-h9": "fixed", "10.2.10-h9": "affected", "10.2.11": "fixed", "11.0.4-h6": "affected",
        "11.0.5": "fixed", "11.1.2-h18": "affected", "11.1.3": "fixed", "11.2.0": "fixed", "12.1.0": "fixed",
        "10.3.0": "unknown", "junk": "unknown",
    }.items()),
    *(("unlicensed content version", text, expected) for text, expected in {
        "10.0.0": "affected", "10.0.1-h5": "affected", "10.0.2": "fixed", "10.0.3": "fixed", "10.1.0": "fixed",
        "9.1.0": "unknown",
    }.items()),
    *(("PAN-204216", text, expected) for text, expected in {
        "10.1.8-h6": "affected", "10.1.9": "fixed", "10.2.3": "affected", "10.2.4": "fixed", "11.0.0": "unknown",
    }.items()),
    *(("PAN-303791", text, expected) for text, expected in {
        "11.1.13": "affected", "11.1.14": "fixed", "11.2.10": "affected", "12.1.4": "affected", "12.1.5": "fixed",
        "10.2.9": "unknown",
    }.items()),
    *(("PAN-268522", text, expected) for text, expected in {
        "11.1.6-h16": "affected", "11.1.6-h17": "fixed", "11.1.7": "affected", "11.1.10-h4": "fixed",
        "11.1.10-h3": "affected", "11.1.11": "fixed", "11.2.4-h11": "fixed", "11.2.5": "affected", "11.2.8": "fixed",
    }.items()),
    *(("PAN-242784", text, expected) for text, expected in {
        "10.1.11-h3": "affected", "10.1.11-h4": "fixed", "10.1.12": "unknown", "10.2.7": "affected",
        "10.2.8": "fixed", "11.1.0": "affected", "11.1.1": "fixed",
    }.items()),
    *(("PAN-208325", text, expected) for text, expected in {
        "10.1.9": "affected", "10.1.10": "fixed", "10.2.4": "affected", "10.2.5": "fixed", "11.0.1": "affected",
        "11.0.2": "fixed", "11.1.0": "unknown",
    }.items()),
    *(("PAN-313623", text, expected) for text, expected in {
        "11.1.6-h28": "affected", "11.1.6-h29": "fixed", "11.1.13-h2": "affected", "11.1.13-h3": "fixed",
        "11.1.14": "fixed", "11.2.7-h12": "fixed", "11.2.10-h4": "affected", "12.1.2": "unknown",
        "12.1.3": "affected", "12.1.7": "fixed", "10.2.9": "unknown",
    }.items()),
    *(("PAN-238792", text, expected) for text, expected in {
        "10.2.0": "unknown", "10.2.0-h2": "affected", "11.0.3": "affected", "11.1.1": "affected",
        "11.1.2": "unknown",
    }.items()),
    *(("PAN-217024", text, expected) for text, expected in {
        "10.1.10": "affected", "10.1.11": "fixed", "10.2.7": "affected", "11.0.4": "fixed",
    }.items()),
]  # fmt: skip

# What a private or preview build adds changes nothing: an affected release and a fixed one with each.
SUFFIXES = [
    ("11.1.2-h1.aingfw", "affected"),
    ("11.1.3-h1.aingfw", "fixed"),
    ("10.1.4.vm_eval", "affected"),
    ("10.1.14.vm_eval", "fixed"),
    ("10.2.3.xfr", "affected"),
    ("10.2.11.xfr", "fixed"),
    ("11.0.0-c300", "affected"),
    ("11.0.5-c300", "fixed"),
    ("10.1.0-b17", "affected"),
    ("10.1.14-b17", "fixed"),
]


@pytest.mark.parametrize(("name", "release", "expected"), RELEASES)
def test_releases(name: str, release: str, expected: str) -> None:
    assert BY_ID[name].affects(parse_release(release)) == expected


@pytest.mark.parametrize(("release", "expected"), SUFFIXES)
def test_a_suffix_compares_as_its_base_release(release: str, expected: str) -> None:
    assert PAN_229832.affects(parse_release(release)) == expected


def test_every_defect_has_a_row() -> None:
    assert {name for name, _release, _expected in RELEASES} == set(BY_ID)
    assert len(BY_ID) == len(DEFECTS)
    assert {defect.symptom for defect in DEFECTS if defect.cause == "known_defect"} == set(SYMPTOMS)


@pytest.mark.parametrize(
    ("release", "fix"),
    [
        ("11.1.6-h1", "11.1.6-h17"),
        ("11.1.7", "11.1.11"),
        ("11.2.5", "11.2.8"),
        ("11.1.10", "11.1.10-h4"),
        ("11.3.0", "None"),
    ],
)
def test_the_next_fix(release: str, fix: str) -> None:
    assert str(BY_ID["PAN-268522"].fix_for(parse_release(release))) == fix


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("10.0.8-h9", "affected"),
        ("10.0.8-h10", "fixed"),
        ("10.0.9", "affected"),
        ("10.0.13", "unknown"),
        ("10.1.3-h2", "fixed"),
        ("10.1.4", "affected"),
        ("10.1.10", "fixed"),
        ("10.2.3-h8", "affected"),
        ("10.2.3-h9", "fixed"),
        ("11.0.0", "affected"),
        ("11.0.2", "fixed"),
        ("11.1.0", "fixed"),
    ],
)
def test_the_trusted_roots(release: str, expected: str) -> None:
    assert ROOTS.affects(parse_release(release)) == expected


def test_releases_in_one_text() -> None:
    assert releases("10.1.14 11.1.6-h29") == (Release(10, 1, 14), Release(11, 1, 6, 29))
    with pytest.raises(ValueError, match="no release: soon, 11"):
        releases("10.1.14 soon 11")


def fetched(words: str, days: float = 60) -> Any:
    return ev(m.DeviceCertificate("Valid", NOW - timedelta(days=30), NOW + timedelta(days=days), "failure", words))


LOOPBACK = {
    "service_route": dataplane("192.0.2.99", "loopback.1"),
    "interfaces": interfaces(m.Interface("loopback.1", "up", ("192.0.2.99",), "dmz")),
    "devsrv_log": devsrv(curl(28)),
}
MGT = {"service_route": management(explicit_mgt=True, origin="local"), "netstat": netstat("SYN_SENT")}
DHCP = {"service_route": ev(m.ServiceRoute("management")), "ping": unknown_host()}

# The symptom, on an affected release and on a fixed one; the defect's confidence.
SYMPTOM_ROWS: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("PAN-204216", "10.1.8", "10.1.9", {"devsrv_log": devsrv(curl(43))}, "proven"),
    ("PAN-303791", "11.1.9", "11.1.14", LOOPBACK, "likely"),
    ("PAN-268522", "11.1.6", "11.1.6-h17", MGT, "likely"),
    ("PAN-242784", "10.2.7", "10.2.8", DHCP, "likely"),
    ("PAN-208325", "10.1.9", "10.1.10", {"device_certificate": certificate("Valid", 9)}, "likely"),
    ("PAN-238792", "10.2.3", "11.2.3", {"device_certificate": fetched("OTP is not valid")}, "likely"),
    (
        "PAN-217024",
        "10.1.10",
        "10.1.11",
        {"device_certificate": fetched("cannot resolve certificate.paloaltonetworks.com")},
        "likely",
    ),
]


@pytest.mark.parametrize(("name", "affected", "fixed", "changes", "confidence"), SYMPTOM_ROWS)
def test_affected_and_seen(name: str, affected: str, fixed: str, changes: dict[str, Any], confidence: str) -> None:
    found = diagnose(firewall(device=device(affected), **changes))
    cause = next(cause for cause in found.causes if cause.id == "known_defect")
    assert (found.verdict, cause.confidence) == ("broken", confidence)
    assert name in (cause.details["defect"], *cause.details["also"])
    assert cause.details["defect"] in cause.remedy.text
    mended = diagnose(firewall(device=device(fixed), **changes))
    assert "known_defect" not in [cause.id for cause in mended.causes]
    silent = diagnose(firewall(device=device(affected)))
    assert "known_defect" not in [cause.id for cause in silent.causes]


def test_a_defect_of_models_with_a_tpm() -> None:
    failed = {"device_certificate": fetched("no space left on device")}
    with_tpm = diagnose(firewall(device=device("11.1.6", has_tpm=True), **failed))
    assert [cause.details.get("defect") for cause in with_tpm.causes if cause.id == "known_defect"] == ["PAN-313623"]
    for other in (False, None):
        without = diagnose(firewall(device=device("11.1.6", has_tpm=other), **failed))
        assert "known_defect" not in [cause.id for cause in without.causes]


def test_a_defect_comes_before_what_it_explains() -> None:
    found = diagnose(firewall(device=device("11.1.9"), **LOOPBACK))
    assert [f"{cause.id} {cause.confidence}" for cause in found.causes] == [
        "known_defect likely",
        "port_443_blocked likely",
    ]
    assert found.summary == (
        "Known PAN-OS defect (likely): PAN-303791, a service route from a loopback interface fails (also PAN-305549). "
        "Upgrade to PAN-OS 11.1.14 or later."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"devsrv_log": devsrv(dns_error())},
        {"devsrv_log": devsrv(http(500))},
        {"cloud_status": status("connected"), "devsrv_log": devsrv(curl(43))},
    ],
)
def test_another_error_is_no_symptom(changes: dict[str, Any]) -> None:
    assert "known_defect" not in [cause.id for cause in diagnose(firewall(device=device("10.1.8"), **changes)).causes]
