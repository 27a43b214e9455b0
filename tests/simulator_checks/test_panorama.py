# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing through a Panorama, writing its templates, and units of a pair."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator import Firewall, Fleet, running_firewall, running_fleet
from tests.simulator_checks.api_client import STATUS, Client

SHARED = "/config/shared/ssl-decrypt/ssl-exclude-cert"
DEVICE = "/config/devices/entry[@name='localhost.localdomain']"
TEMPLATE = f"{DEVICE}/template/entry[@name='branch']/config"
STACK = f"{DEVICE}/template-stack/entry[@name='branch-stack']/config"
ENTRY = "<entry name='*.paloaltonetworks.com'><exclude>yes</exclude></entry>"
HA = "<show><high-availability><state/></high-availability></show>"


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with running_fleet([{"name": "fw", "scenario": "tls_interception_this_firewall", "panorama": "pano"}]) as fleet:
        yield fleet


def panorama_client(panorama: Firewall) -> Client:
    client = Client(panorama)
    assert client.op("<show><system><info/></system></show>").findtext(".//system-mode") == "panorama"
    return client


@pytest.mark.parametrize(
    "xpath",
    [
        f"{TEMPLATE}/shared/ssl-decrypt/ssl-exclude-cert",
        f"{TEMPLATE}/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']/ssl-decrypt/ssl-exclude-cert",
        f"{STACK}/shared/ssl-decrypt/ssl-exclude-cert",
    ],
)
def test_an_exclusion_in_a_template_is_written_committed_and_removed(fleet: Fleet, xpath: str) -> None:
    panorama, firewall = fleet.firewalls["pano"], fleet.firewalls["fw"]
    client, before = panorama_client(panorama), firewall.snapshot()
    entry = f"{xpath}/entry[@name='*.paloaltonetworks.com']"
    assert client.ask(type="config", action="get", xpath=xpath[: xpath.index("/config/", 1)]).get("code") == "19"
    assert client.ask(type="config", action="get", xpath=entry).get("code") == "7"
    assert client.ask(type="config", action="set", xpath=xpath, element=ENTRY).get("code") == "20"
    assert client.text("<check><pending-changes/></check>") == "yes"
    assert client.commit().findtext(".//job/result") == "OK"
    assert client.ask(type="config", action="show", xpath=entry).get("status") == "success"
    assert client.ask(type="config", action="delete", xpath=entry).get("code") == "20"
    assert client.commit().findtext(".//job/result") == "OK"
    assert client.ask(type="config", action="show", xpath=entry).get("status") == "error"
    assert firewall.snapshot() == before


def test_a_firewall_behind_a_panorama_is_written_committed_and_locked_through_it(fleet: Fleet) -> None:
    panorama, firewall = fleet.firewalls["pano"], fleet.firewalls["fw"]
    client, before = Client(firewall), panorama.snapshot()
    lock = "<request><config-lock><{0}/></config-lock></request>"
    assert client.op(lock.format("add")).get("status") == "success"
    assert [held.admin for held in firewall.world.locks] == [panorama.username]
    assert client.ask(type="config", action="set", xpath=SHARED, element=ENTRY).get("code") == "20"
    assert client.commit().findtext(".//job/result") == "OK"
    assert client.op(lock.format("remove")).get("status") == "success"
    assert "Cloud connection: connected" in client.text(STATUS)
    assert firewall.world.statistics.writes == [
        "request config-lock add",
        "config set",
        "commit",
        "request config-lock remove",
    ]
    assert panorama.snapshot() == before


def test_the_state_of_a_unit_may_change_while_it_runs() -> None:
    with running_firewall("ha_passive_commit_force_needed") as firewall:
        client, ha = Client(firewall), firewall.world.spec.ha
        words = ["passive", "active", "suspended", "unknown", "non-functional"]
        for word in words:
            ha.state = word
            assert client.op(HA).findtext(".//local-info/state") == word
        ha.mode, ha.state, ha.peer_state = "Active-Active", "active-primary", "active-secondary"
        answer = client.op(HA)
        found = [answer.findtext(f".//{path}") for path in ("mode", "local-info/state", "peer-info/state")]
        assert found == ["Active-Active", "active-primary", "active-secondary"]


@pytest.mark.parametrize(("state", "status"), [("passive", "disconnected"), ("suspended", "disconnected")])
def test_a_unit_that_forwards_nothing_may_not_connect(state: str, status: str) -> None:
    changes = {"firewall": {"ha": {"state": state}}, "switches": {"passive_connects": False}}
    with running_firewall("healthy", changes) as firewall:
        assert firewall.world.status() == status
        firewall.world.spec.ha.state = "active"
        assert firewall.world.status() == "connected"
