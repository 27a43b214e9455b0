# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in place of addresses, zones that a table cuts, other clouds, and the past in a tech-support file."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.device.archives import NOW, opened
from tests.simulator.scenario import load
from tests.simulator.techsupport import archive_bytes
from tests.tooling.try_scenario import evidence

OBJECT = {"name": "fw-untrust-ip", "value": "192.0.2.10/24"}
BY_OBJECT = {"service_route": {"kind": "interface", "address": "fw-untrust-ip"}}
LONG_ZONE = "Branch Surveillance and Doors 1"


def of_firewall(scenario: str, firewall: dict[str, Any], **more: Any) -> EvidenceSet:
    return evidence(load(scenario, {"firewall": firewall, **more}))


def of_file(scenario: str, firewall: dict[str, Any]) -> EvidenceSet:
    data = archive_bytes(load(scenario, {"firewall": firewall}).world(now=lambda: NOW))
    return gather(opened(data), "fw-1", GatherOptions(source="techsupport"))


@pytest.mark.parametrize("of", [of_firewall, of_file])
@pytest.mark.parametrize(
    ("firewall", "origin"),
    [
        ({**BY_OBJECT, "address_objects": [OBJECT]}, "address_object"),
        ({**BY_OBJECT, "address_objects": [{**OBJECT, "shared": True}]}, "address_object"),
        (BY_OBJECT, "interface"),
        ({"service_route": {"kind": "interface", "address": ""}}, "interface"),
    ],
)
def test_a_source_by_name(of: Any, firewall: dict[str, Any], origin: str) -> None:
    found = of("name_resolution_failed", firewall).service_route.value
    assert found is not None
    assert (found.kind, found.interface, found.source_address) == ("dataplane", "ethernet1/1", "192.0.2.10")
    assert found.resolved_from == origin


@pytest.mark.parametrize("kind", ["default", "management"])
def test_a_destination_route_beats_the_default_alone(kind: str) -> None:
    destination = {"destination": "198.51.100.25", "interface": "ethernet1/2", "address": "10.1.2.1/24"}
    route = {"kind": kind, "destination_routes": [destination]}
    world = load("port_443_blocked", {"firewall": {"service_route": route}}).world()
    assert world.outcome.source == ("10.1.2.1" if kind == "default" else "192.0.2.7")
    found = of_firewall("port_443_blocked", {"service_route": route}).service_route.value
    assert found is not None
    assert (found.origin, found.source_address) == (
        ("destination", "10.1.2.1") if kind == "default" else ("local", None)
    )
    assert found.explicit_mgt is (kind == "management")


@pytest.mark.parametrize("of", [of_firewall, of_file])
def test_a_zone_of_31_characters_is_whole(of: Any) -> None:
    interface = {"name": "ethernet1/1", "address": "192.0.2.10/24", "zone": LONG_ZONE}
    found = of("name_resolution_failed", {"interfaces": [interface]}).interfaces.value
    assert found is not None
    assert [(item.zone, item.zone_cut, item.vsys) for item in found.entries] == [(LONG_ZONE, False, 1)]
    assert found.complete


@pytest.mark.parametrize(
    ("scenario", "answer", "state"),
    [
        ("name_resolution_failed", "public", "disconnected"),
        ("port_443_blocked", "public", "disconnected"),
        ("cloud_service_error", "public", "connected"),
        ("cloud_service_error", "private", "other"),
        ("cloud_service_error", "refused", None),
    ],
)
def test_the_url_cloud_fails_with_what_it_shares(scenario: str, answer: str, state: str | None) -> None:
    found = of_firewall(scenario, {}, switches={"url_cloud": answer}).siblings.value
    assert found is not None
    assert (found.url_cloud.state if found.url_cloud else None) == state
    assert found.wildfire is not None
    assert found.wildfire.state == "unknown"


@pytest.mark.parametrize(("since", "minutes"), [("2h", 120), ("35m", 30)])
def test_the_past_of_the_connection(since: str, minutes: int) -> None:
    table = of_file("cloud_service_error", {"since": since, "history": []}).netstat.value
    assert table is not None
    assert table.history is not None
    past = table.history
    assert past.complete
    assert past.missing_since is not None
    assert past.last_connected is not None
    assert past.newest is not None
    assert (past.missing_since - past.last_connected).total_seconds() == 600
    assert round((past.newest - past.missing_since).total_seconds() / 60) == minutes - 10


@pytest.mark.parametrize(
    ("model", "version", "files"), [("PA-460", "11.1.4", 1), ("PA-460", "11.1.14", 0), ("PA-850", "11.1.4", 0)]
)
def test_a_question_that_leaves_a_file(model: str, version: str, files: int) -> None:
    world = load("healthy", {"firewall": {"model": model, "sw_version": version}}).world(now=lambda: NOW)
    archive_bytes(world)
    assert world.statistics.pub_pem_files == files
