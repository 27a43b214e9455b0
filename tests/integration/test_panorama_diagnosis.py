# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be had through Panorama is missing, with the reason and what would give it, and turns no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulator.running import running_fleet
from tests.simulator.scenario import load

from .diagnosing import Found, Results, assert_safe, diagnose, diagnose_worlds, found

pytestmark = pytest.mark.usefixtures("impatient")

ALWAYS = ("ping", "devsrv_log")  # not over the XML API, directly or through Panorama
WORLDS = [
    ("healthy", "full"),
    ("tls_interception", "auto"),
    ("port_443_blocked", "auto"),
    ("unlicensed_content_defect", "auto"),
    ("commit_force_needed", "auto"),
]
UNDETERMINED = Found("undetermined")
UNKNOWN = Found("broken")
USUAL = {
    "healthy": Found("healthy"),
    # Something newer may stand in what could not be had.
    "tls_interception": Found("broken", (("tls_interception", "likely"),)),
    "port_443_blocked": UNKNOWN,
    "unlicensed_content_defect": Found("broken", (("unlicensed_content_defect", "possible"),)),
    "commit_force_needed": Found("broken", (("commit_force_needed", "likely"),)),
}
NO_STATUS = {
    **dict.fromkeys(("healthy", "port_443_blocked", "commit_force_needed"), UNDETERMINED),
    "tls_interception": Found("undetermined", (("tls_interception", "possible"),)),
    "unlicensed_content_defect": Found("undetermined", (("unlicensed_content_defect", "possible"),)),
}
NO_SYSTEM_LOG = dict.fromkeys(("tls_interception", "unlicensed_content_defect", "commit_force_needed"), UNKNOWN)


def refused(*commands: str, **switches: str) -> dict[str, Any]:
    return {"switches": {"refused_through_panorama": ["ping", *commands], **switches}}


def refused_request(label: str) -> dict[str, Any]:
    return {"faults": {"answers": [{"kind": "refused", "on": label, "via": "api"}]}}


# What Panorama does not hand on: what is missing then beside ALWAYS, and where less can be said.
ROWS: dict[str, tuple[dict[str, Any], tuple[str, ...], Mapping[str, Found]]] = {
    "ping": (refused(), (), {}),
    "licence": (refused("request license", refusal=" show -> license is unexpected"), ("licenses",), {}),
    "netstat": (refused("show netstat"), ("netstat",), {}),
    "status": (refused("show mlav cloud-status"), ("cloud_status",), NO_STATUS),
    "effective configuration": (refused("show config"), (), {}),
    "HA state": (refused("show high-availability"), ("high_availability",), {}),
    # Not asked for, on a release on which that may do harm.
    "device certificate": (refused("show device-certificate"), (), {}),
    "jobs": (
        refused("show jobs"),
        ("commit_state",),
        {"commit_force_needed": Found("broken", (("commit_force_needed", "possible"),))},
    ),
    "log query": (refused_request("log"), ("system_log",), NO_SYSTEM_LOG),
    "log poll": (refused_request("log get"), ("system_log",), NO_SYSTEM_LOG),
}


@pytest.mark.parametrize("row", ROWS)
def test_what_panorama_does_not_hand_on(row: str) -> None:
    changes, missing, weaker = ROWS[row]
    results: Results = diagnose_worlds(WORLDS, {**changes, "access": {"ssh": "none"}}, "pano-1")
    for (world, _depth), diagnosis in results.items():
        assert_safe(diagnosis, load(world).expect)
        said, expected = found(diagnosis), weaker.get(world, USUAL[world])
        assert (said.verdict, said.causes) == (expected.verdict, expected.causes), (world, said)
        assert set(said.missing) == {*ALWAYS, *missing}, (world, said)


def test_a_licence_that_is_not_told_is_not_taken_for_none() -> None:
    changes = {**refused("request license", refusal=" show -> license is unexpected"), "access": {"ssh": "none"}}
    asked = ("unlicensed_content_defect", "auto")
    diagnosis = diagnose_worlds([asked], changes, "pano-1")[asked]
    [item] = [item for item in diagnosis["missing"] if item["evidence"] == "licenses"]
    assert "show -> license is unexpected" in item["reason"]
    assert "ssh" in item["hint"]
    assert "proven" not in {cause["confidence"] for cause in diagnosis["causes"]}


def test_the_log_is_that_of_the_firewall_alone() -> None:
    neighbour = {"name": "other", "scenario": "tls_interception", "panorama": "pano-1"}
    healthy = {"name": "fw", "scenario": "healthy", "panorama": "pano-1", "changes": {"access": {"ssh": "none"}}}
    with running_fleet([neighbour, healthy]) as fleet:
        diagnosis = diagnose(fleet.firewalls["fw"], depth="full")
        asked = fleet.firewalls["fw"].statistics()["asked"]
    assert (diagnosis["verdict"], diagnosis["history"]) == ("healthy", [])
    assert {"log", "log get"} <= set(asked)


@pytest.mark.parametrize("ssh", ["none", "password"])
def test_a_firewall_that_panorama_is_not_connected_with(ssh: str) -> None:
    changes = {"firewall": {"managed": {"connected": False}}, "access": {"ssh": ssh}}
    entry = {"name": "fw", "scenario": "tls_interception", "panorama": "pano-1", "changes": changes}
    with running_fleet([entry]) as fleet:
        firewall = fleet.firewalls["fw"]
        diagnosis = diagnose(firewall)
        requests = fleet.firewalls["pano-1"].statistics()["requests"]
    assert (diagnosis["verdict"], diagnosis["causes"]) == ("undetermined", [])
    assert f"cannot reach firewall {firewall.serial}" in diagnosis["summary"]
    assert "Panorama > Managed Devices" in diagnosis["summary"]
    # The key, and one question: it is not asked again and again.
    assert requests == 2
