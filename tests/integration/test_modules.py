# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module alone, in the controller's worker and as a process of its own: arguments in, result out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.fleet import Firewall
from tests.simulator.running import running_firewall, running_fleet

from .conftest import Ansible

AS_PROCESS = {"async": 60, "poll": 1}


@pytest.fixture(scope="module")
def blocked() -> Iterator[Firewall]:
    """A firewall whose port 443 to the cloud is blocked; SSH is offered."""
    with running_firewall("port_443_blocked") as firewall:
        yield firewall


def options(firewall: Firewall, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"provider": firewall.provider(), "ca_path": str(firewall.ca_path)}
    ssh = firewall.ssh()
    if ssh is not None:
        given["ssh"] = ssh
    return {**given, **more}


def without_times(value: Any) -> Any:
    """Two runs differ in times and in what the clock puts into raw answers; all else has to be equal."""
    if isinstance(value, dict):
        return {
            key: without_times(item)
            for key, item in value.items()
            if key
            not in {
                "asked",
                "evidence",
                "raw",
                "duration_ms",
                "collected_at",
                "attempts",
                "clock",
                "newest",
                "last",
                "count",
                "lines",
                "sample",
                "message",
                "asked_at",
                "device_time",
                "invocation",
                "uptime_s",
                "not_before",
                "not_after",
                "clock_skew_s",
            }
            and not key.startswith(("ansible_job", "results_file", "_ansible", "std", "finished", "started"))
        }
    if isinstance(value, list):
        return [without_times(item) for item in value]
    return value


STEPS = ["mlav_status_info", "mlav_service_route_info", "mlav_ping_info", "mlav_netstat_info", "mlav_log_info"]


@pytest.mark.parametrize("module", [*STEPS, "mlav_facts", "mlav_diagnosis_info"])
def test_worker_and_process_give_the_same(module: str, blocked: Firewall, ansible: Ansible) -> None:
    here = ansible.module(module, options(blocked))
    assert not here.get("failed"), here
    assert here["changed"] is False
    there = ansible.module(module, options(blocked), task=AS_PROCESS)
    assert not there.get("failed"), there
    assert without_times(there) == without_times(here)


def test_check_mode_reads_as_well(blocked: Firewall, ansible: Ansible) -> None:
    result = ansible.module("mlav_status_info", options(blocked), options=["--check"])
    assert result["cloud_status"]["state"] == "disconnected"
    assert result["changed"] is False


def test_the_steps_of_the_article(blocked: Firewall, ansible: Ansible) -> None:
    status = ansible.module("mlav_status_info", options(blocked))["cloud_status"]
    assert (status["state"], status["server"]) == ("disconnected", "ml.service.paloaltonetworks.com")
    route = ansible.module("mlav_service_route_info", options(blocked))["service_route"]
    assert route["kind"] in ("management", "dataplane")
    ping = ansible.module("mlav_ping_info", options(blocked, count=2))["ping"]
    assert (ping["outcome"], ping["transmitted"], ping["source"]) == ("answered", 2, route["source_address"])
    netstat = ansible.module("mlav_netstat_info", options(blocked))["netstat"]
    assert ping["address"] in netstat["addresses"]
    assert {connection["state"] for connection in netstat["connections"]} == {"SYN_SENT"}
    logs = ansible.module("mlav_log_info", options(blocked))
    assert logs["devsrv_log"]["signatures"][0]["kind"] == "curl"
    assert logs["missing"] == {}


def test_facts_take_subsets(blocked: Firewall, ansible: Ansible) -> None:
    facts = ansible.module("mlav_facts", options(blocked, gather_subset=["device", "licenses"]))["ansible_facts"][
        "mlav"
    ]
    assert {"device", "licenses"} <= set(facts)
    assert not {"ping", "devsrv_log", "system_log"} & set(facts)
    assert facts["device"]["sw_version"] == blocked.world.spec.sw_version


def test_an_unknown_subset_names_the_known_ones(blocked: Firewall, ansible: Ansible) -> None:
    result = ansible.module("mlav_facts", options(blocked, gather_subset=["netstats"]))
    assert result["failed"] is True
    assert "gather_subset" in result["msg"]
    assert "netstats" in result["msg"]
    assert "Did you mean" in result["msg"]
    assert "devsrv_log" in result["msg"]


def test_module_defaults_reach_the_action_group(blocked: Firewall, ansible: Ansible) -> None:
    result = ansible.module(
        "mlav_status_info",
        {},
        task={"module_defaults": {"group/panops.mlav.mlav": options(blocked)}},
    )
    assert result["cloud_status"]["state"] == "disconnected"


def test_credentials_come_from_the_environment(blocked: Firewall, ansible: Ansible) -> None:
    provider = blocked.provider()
    result = ansible.module(
        "mlav_status_info",
        {"provider": {"port": provider["port"]}},
        host_vars={"ansible_host": provider["ip_address"]},
        ANSIBLE_NET_USERNAME=blocked.username,
        ANSIBLE_NET_PASSWORD=blocked.password,
        PANOS_CA_PATH=str(blocked.ca_path),
    )
    assert result["cloud_status"]["state"] == "disconnected"


@pytest.mark.parametrize(
    ("host_vars", "environment", "where"),
    [
        ({"ansible_host": "{{ prefix }}.1", "prefix": "127.0.0"}, "192.0.2.99", "127.0.0.1"),
        ({}, "127.0.0.1", "127.0.0.1"),
        ({}, "", "fw-1"),
    ],
    ids=["inventory", "environment", "name"],
)
def test_an_address_in_the_inventory_goes_before_the_environment_s(
    host_vars: dict[str, Any], environment: str, where: str, ansible: Ansible
) -> None:
    """PANOS_HOSTNAME is one for all hosts: before the inventory it would show one firewall under all names."""
    result = ansible.module(
        "mlav_status_info",
        {"provider": {"api_key": "unused", "port": 1}, "timeout": 5},
        task={"environment": {"PANOS_HOSTNAME": environment}},
        host_vars=host_vars,
    )
    assert result["error"]["kind"] == "unreachable", result
    assert f"{where} port 1" in result["msg"] or f"{where!r} does not resolve" in result["msg"]


def test_the_task_s_environment_counts(blocked: Firewall, ansible: Ansible) -> None:
    provider = blocked.provider()
    result = ansible.module(
        "mlav_status_info",
        {"provider": {"ip_address": provider["ip_address"], "port": provider["port"]}, "ca_path": str(blocked.ca_path)},
        task={"environment": {"PANOS_API_KEY": blocked.api_key}},
    )
    assert result["cloud_status"]["state"] == "disconnected"


def test_a_connection_to_the_firewall_itself_runs_on_the_controller(blocked: Firewall, ansible: Ansible) -> None:
    """Inventories of network devices often leave the connection at ssh: PAN-OS would run no module."""
    result = ansible.module(
        "mlav_status_info",
        options(blocked),
        task={"connection": "ssh"},
        host_vars={"ansible_host": blocked.address},
    )
    assert result["cloud_status"]["state"] == "disconnected"


def test_panorama_leads_to_the_firewall(tmp_path: Path, ansible: Ansible) -> None:
    with running_fleet([{"name": "fw-1", "scenario": "healthy", "panorama": "pano-1"}], tmp_path / "fleet") as fleet:
        firewall = fleet.firewalls["fw-1"]
        diagnosis = ansible.module("mlav_diagnosis_info", options(firewall))["diagnosis"]
    assert diagnosis["verdict"] == "healthy"
    assert diagnosis["device"]["serial"] == firewall.serial
