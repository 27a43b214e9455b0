# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What real playbooks send to firewalls: what the list allows, and nothing that harms them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import find
from ansible_collections.panops.mlav.plugins.module_utils._evidence.device_certificate import COMMAND
from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, Ansible, Case, Run

CERTIFICATE = "show device-certificate status"
# A model with a TPM, on a release in which that question leaves a file each time.
HARMED = {"model": "PA-460", "family": "400", "sw_version": "11.1.4"}
FLEET: dict[str, tuple[str, dict[str, Any]]] = {
    "fw-connected": ("healthy", HARMED),
    "fw-busy-first": ("healthy_busy_recovers", HARMED),
    "fw-passive": ("healthy", {**HARMED, "ha": {"state": "passive", "peer_state": "active"}}),
    "fw-dns": ("name_resolution_failed", HARMED),
    "fw-tls": ("tls_interception", {**HARMED, "sw_version": "10.2.9-h1"}),
    "fw-fixed": ("port_443_blocked", {**HARMED, "sw_version": "11.1.6-h29"}),
    "fw-virtual": ("unexplained", {"model": "PA-VM", "family": "vm", "vm_license": "VM-100"}),
}


def sent(fleet: Fleet) -> dict[str, list[str]]:
    """What each firewall was asked over the API, and typed over SSH."""
    return {name: firewall.statistics()["asked"] for name, firewall in fleet.firewalls.items()}


def strangers(fleet: Fleet) -> dict[str, list[str]]:
    return {
        name: others
        for name, asked in sent(fleet).items()
        if (others := [request for request in asked if find(request.removeprefix("ssh ")) is None])
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, dict[str, Run], dict[str, Any]]]:
    """A diagnosis, a sweep, and everything that can be asked of a connected firewall."""
    home = tmp_path_factory.mktemp("requests")
    entries: list[Any] = [
        {"name": name, "scenario": scenario, "changes": {"firewall": changes}}
        for name, (scenario, changes) in FLEET.items()
    ]
    with running_fleet(entries, home / "fleet") as fleet:
        ansible, inventory = Ansible(home), home / "fleet" / "inventory.yml"
        found = {
            "diagnose": ansible.playbook(PLAYBOOKS / "diagnose.yml", inventory),
            "sweep": ansible.playbook(PLAYBOOKS / "sweep.yml", inventory),
            "full": ansible.playbook(PLAYBOOKS / "diagnose.yml", inventory, {"mlav_depth": "full"}),
        }
        connected = fleet.firewalls["fw-connected"]
        given = {
            "provider": connected.provider(),
            "ssh": connected.ssh(),
            "ca_path": str(connected.ca_path),
            "gather_subset": ["device_certificate", "siblings"],
        }
        facts = ansible.modules({"facts": Case("mlav_facts", given)})["facts"]
        yield fleet, found, facts["ansible_facts"]["mlav"]


def test_every_request_is_on_the_list(runs: tuple[Fleet, dict[str, Run], Any]) -> None:
    fleet, found, _facts = runs
    assert {name: run.code for name, run in found.items()} == {"diagnose": 0, "sweep": 0, "full": 0}
    assert strangers(fleet) == {}
    assert all(firewall.statistics()["writes"] == [] for firewall in fleet.firewalls.values())
    assert any(request.startswith("ssh ") for asked in sent(fleet).values() for request in asked)


def test_no_firewall_is_harmed(runs: tuple[Fleet, dict[str, Run], Any]) -> None:
    fleet, _found, _facts = runs
    left = {name: firewall.statistics()["pub_pem_files"] for name, firewall in fleet.firewalls.items()}
    assert left == dict.fromkeys(FLEET, 0)


def test_the_device_certificate_is_asked_for_where_that_is_safe(runs: tuple[Fleet, dict[str, Run], Any]) -> None:
    fleet, _found, _facts = runs
    assert {name for name, asked in sent(fleet).items() if CERTIFICATE in asked} == {"fw-fixed", "fw-virtual"}


def test_the_status_word_of_a_connected_firewall_is_known_all_the_same(
    runs: tuple[Fleet, dict[str, Run], Any],
) -> None:
    _fleet, found, facts = runs
    assert found["diagnose"].diagnoses["fw-connected"]["verdict"] == "healthy"
    assert facts["device"]["device_certificate_status"] == "Valid"
    assert facts["device"]["has_tpm"] is True
    assert "device_certificate" not in facts
    assert "siblings" not in facts


def test_the_counter_counts() -> None:
    """Else the tests above would prove nothing."""
    with running_fleet([{"name": "fw-1", "scenario": "healthy", "changes": {"firewall": HARMED}}]) as fleet:
        firewall = fleet.firewalls["fw-1"]
        ask(firewall)
        ask(firewall)
        assert firewall.statistics()["pub_pem_files"] == 2
        firewall.world.spec.sw_version = "11.1.14"
        ask(firewall)
        assert firewall.statistics()["pub_pem_files"] == 2


def ask(firewall: Any) -> None:
    device = open_device({"provider": firewall.provider(), "ca_path": str(firewall.ca_path)})
    device.run(COMMAND)
    device.close()
