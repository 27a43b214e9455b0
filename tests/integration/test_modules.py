# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module alone, in the controller's worker and as a process of its own: arguments in, result out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.running import running_fleet

from .conftest import Ansible, Case

AS_PROCESS = {"async": 60, "poll": 1}
#: Where a module runs -> the keywords of its task.
BY: dict[str, dict[str, Any]] = {"worker": {}, "process": AS_PROCESS}

#: By case.
Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """A firewall whose port 443 to the cloud is blocked, with SSH, and one that is reached through Panorama."""
    entries: list[Any] = [
        {"name": "fw-1", "scenario": "port_443_blocked"},
        {"name": "fw-2", "scenario": "healthy", "panorama": "pano-1"},
    ]
    with running_fleet(entries) as running:
        yield running


@pytest.fixture(scope="module")
def blocked(fleet: Fleet) -> Firewall:
    """The firewall whose port 443 to the cloud is blocked."""
    return fleet.firewalls["fw-1"]


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
                # What ansible-core adds to the result of a process.
                "ansible_parsed",
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
WORKER_AND_PROCESS = [*STEPS, "mlav_facts", "mlav_diagnosis_info"]

#: The inventory's variables, PANOS_HOSTNAME, and where the module then looks for the firewall.
ADDRESSES: dict[str, tuple[dict[str, Any], str, str]] = {
    "inventory": ({"ansible_host": "{{ prefix }}.1", "prefix": "127.0.0"}, "192.0.2.99", "127.0.0.1"),
    "environment": ({}, "127.0.0.1", "127.0.0.1"),
    "name": ({}, "", "fw-name"),
}


@pytest.fixture(scope="module")
def results(fleet: Fleet, blocked: Firewall, shared_ansible: Ansible) -> Results:
    """What the modules answer, by case, all in one run."""
    given = options(blocked)
    place = {name: given["provider"][name] for name in ("ip_address", "port")}
    status = "mlav_status_info"
    return shared_ansible.modules(
        {
            **{module: Case(module, given) for module in WORKER_AND_PROCESS},
            **{f"{module} as process": Case(module, given, AS_PROCESS) for module in WORKER_AND_PROCESS},
            "check mode": Case(status, given, {"check_mode": True}),
            "two pings": Case("mlav_ping_info", {**given, "count": 2}),
            "subsets": Case("mlav_facts", {**given, "gather_subset": ["device", "licenses"]}),
            "unknown subset": Case("mlav_facts", {**given, "gather_subset": ["netstats"]}),
            "module defaults": Case(status, {}, {"module_defaults": {"group/panops.mlav.mlav": given}}),
            "environment": Case(
                status,
                {"provider": place, "ca_path": given["ca_path"]},
                {"environment": {"PANOS_API_KEY": blocked.api_key}},
            ),
            "connection": Case(
                status, given, {"connection": "ssh"}, host="fw-itself", host_vars={"ansible_host": blocked.address}
            ),
            "panorama": Case("mlav_diagnosis_info", options(fleet.firewalls["fw-2"])),
            **{
                f"address by {name}": Case(
                    status,
                    {"provider": {"api_key": "unused", "port": 1}, "timeout": 5},
                    {"environment": {"PANOS_HOSTNAME": environment}},
                    host=f"fw-{name}",
                    host_vars=host_vars,
                )
                for name, (host_vars, environment, _where) in ADDRESSES.items()
            },
        }
    )


@pytest.mark.parametrize("module", WORKER_AND_PROCESS)
def test_worker_and_process_give_the_same(module: str, results: Results) -> None:
    here, there = results[module], results[f"{module} as process"]
    assert not here.get("failed"), here
    assert here["changed"] is False
    assert not there.get("failed"), there
    assert "ansible_job_id" not in here
    assert there["ansible_job_id"]
    assert without_times(there) == without_times(here)


def test_check_mode_reads_as_well(results: Results) -> None:
    result = results["check mode"]
    assert result["cloud_status"]["state"] == "disconnected"
    assert result["changed"] is False


def test_the_steps_of_the_article(results: Results) -> None:
    status = results["mlav_status_info"]["cloud_status"]
    assert (status["state"], status["server"]) == ("disconnected", "ml.service.paloaltonetworks.com")
    route = results["mlav_service_route_info"]["service_route"]
    assert route["kind"] in ("management", "dataplane")
    ping = results["two pings"]["ping"]
    assert (ping["outcome"], ping["transmitted"], ping["source"]) == ("answered", 2, route["source_address"])
    netstat = results["mlav_netstat_info"]["netstat"]
    assert ping["address"] in netstat["addresses"]
    assert {connection["state"] for connection in netstat["connections"]} == {"SYN_SENT"}
    logs = results["mlav_log_info"]
    assert logs["devsrv_log"]["signatures"][0]["kind"] == "curl"
    assert logs["missing"] == {}


def test_facts_take_subsets(blocked: Firewall, results: Results) -> None:
    facts = results["subsets"]["ansible_facts"]["mlav"]
    assert {"device", "licenses"} <= set(facts)
    assert not {"ping", "devsrv_log", "system_log"} & set(facts)
    assert facts["device"]["sw_version"] == blocked.world.spec.sw_version


def test_an_unknown_subset_names_the_known_ones(results: Results) -> None:
    result = results["unknown subset"]
    assert result["failed"] is True
    assert "gather_subset" in result["msg"]
    assert "netstats" in result["msg"]
    assert "did you mean" in result["msg"]
    assert "devsrv_log" in result["msg"]


def test_module_defaults_reach_the_action_group(results: Results) -> None:
    assert results["module defaults"]["cloud_status"]["state"] == "disconnected"


def test_credentials_come_from_the_environment(blocked: Firewall, ansible: Ansible) -> None:
    provider = blocked.provider()
    case = Case(
        "mlav_status_info",
        {"provider": {"port": provider["port"]}},
        host_vars={"ansible_host": provider["ip_address"]},
    )
    found = ansible.modules(
        {"": case},
        ANSIBLE_NET_USERNAME=blocked.username,
        ANSIBLE_NET_PASSWORD=blocked.password,
        PANOS_CA_PATH=str(blocked.ca_path),
    )
    assert found[""]["cloud_status"]["state"] == "disconnected"


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_in_the_inventory_goes_before_the_environment_s(name: str, results: Results) -> None:
    """PANOS_HOSTNAME is one for all hosts: before the inventory it would show one firewall under all names."""
    result, where = results[f"address by {name}"], ADDRESSES[name][2]
    assert result["error"]["kind"] == "unreachable", result
    assert f"{where} port 1" in result["msg"] or f"{where!r} does not resolve" in result["msg"]


def test_the_task_s_environment_counts(results: Results) -> None:
    assert results["environment"]["cloud_status"]["state"] == "disconnected"


def test_a_connection_to_the_firewall_itself_runs_on_the_controller(results: Results) -> None:
    """Inventories of network devices often leave the connection at ssh: PAN-OS would run no module."""
    assert results["connection"]["cloud_status"]["state"] == "disconnected"


def test_panorama_leads_to_the_firewall(fleet: Fleet, results: Results) -> None:
    diagnosis = results["panorama"]["diagnosis"]
    assert diagnosis["verdict"] == "healthy"
    assert diagnosis["device"]["serial"] == fleet.firewalls["fw-2"].serial
