# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a whole run: results that hosts have registered, reports of other runs, verdicts for a scheduler."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet
from tests.tooling.schemas import validator

from .conftest import PLAYBOOKS, ROOT, Ansible, Run

MERGE = PLAYBOOKS / "merge_reports.yml"
STATS = {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    entries: list[Any] = [
        {"name": "fw-a", "scenario": "healthy"},
        {"name": "fw-b", "scenario": "name_resolution_failed"},
        {"name": "fw.c", "scenario": "healthy"},
    ]
    with running_fleet(entries, tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture(scope="module")
def swept(fleet: Fleet, shared_ansible: Ansible) -> Run:
    """A sweep of two, with a statistic for each."""
    extra = {"mlav_hosts": "fw-a,fw-b", "mlav_artifacts": "all", "mlav_query": "[].host"}
    return shared_ansible.playbook(PLAYBOOKS / "sweep.yml", fleet.directory / "inventory.yml", extra, **STATS)


def statistics(run: Run) -> dict[str, Any]:
    """The custom statistics; none of a host's own."""
    _before, found, told = run.output.partition("CUSTOM STATS:")
    if not found:
        return {}
    line = next(line for line in told.splitlines() if "RUN: " in line)
    numbers: dict[str, Any] = json.loads(line.partition("RUN: ")[2])
    return numbers


def test_a_sweep_hands_the_verdicts_to_the_scheduler(swept: Run) -> None:
    assert swept.code == 0, swept.output
    assert statistics(swept) == {
        "mlav_query": ["fw-a", "fw-b"],
        "mlav_fw_a": {"verdict": "healthy", "cause": None},
        "mlav_fw_b": {"verdict": "broken", "cause": "name_resolution_failed"},
    }


@pytest.mark.parametrize(
    ("choice", "keys"),
    [({}, {"mlav_fw_b"}), ({"mlav_artifacts": "none"}, set()), ({"mlav_artifacts": "all"}, {"mlav_fw_b", "mlav_fw_c"})],
    ids=["by default", "none", "all"],
)
def test_a_diagnosis_hands_those_that_are_wanted(
    choice: dict[str, str], keys: set[str], fleet: Fleet, ansible: Ansible
) -> None:
    extra = {"mlav_hosts": "fw-b,fw.c", **choice}
    run = ansible.playbook(PLAYBOOKS / "diagnose.yml", fleet.directory / "inventory.yml", extra, **STATS)
    assert run.code == 0, run.output
    assert set(statistics(run)) == keys


def test_a_choice_of_artifacts_that_there_is_not(fleet: Fleet, ansible: Ansible) -> None:
    extra = {"mlav_artifacts": "some", "mlav_hosts": "fw-a"}
    run = ansible.playbook(PLAYBOOKS / "diagnose.yml", fleet.directory / "inventory.yml", extra)
    assert run.code == 2
    assert "value of mlav_artifacts must be one of: all, unhealthy, none, got: some" in run.output


def aged(run: Run, folder: Path, **changes: Any) -> str:
    """A report of a day before, as another control node would have left it."""
    told = [{**found, "collected_at": "2026-01-01T00:00:00Z", **changes} for found in run.diagnoses.values()]
    folder.mkdir()
    (folder / "diagnoses.json").write_text(json.dumps(told), encoding="utf-8")
    return str(folder / "diagnoses.json")


def test_reports_of_several_runs_become_one(swept: Run, ansible: Ansible) -> None:
    other = aged(swept, ansible.home / "other", verdict="undetermined", causes=[])
    more = aged(swept, ansible.home / "more", host="{{ 1 + 1 }}\x1b[31m\udce9")
    files = [other, str(swept.report_dir / "diagnoses.json"), more]
    run = ansible.playbook(
        "panops.mlav.merge_reports",
        "localhost,",
        {"mlav_report_files": files, "mlav_fail_on": ["undetermined"]},
        **STATS,
    )
    assert run.code == 0, run.output
    assert "[WARNING]: 3 firewalls are in more than one report" in " ".join(run.output.split())
    assert len(run.diagnoses) == 3
    assert {name: run.diagnoses[name]["verdict"] for name in swept.diagnoses} == {"fw-a": "healthy", "fw-b": "broken"}
    for found in run.diagnoses.values():
        validator("diagnosis").validate(found)
    assert run.output.count("Written: ") == 3
    assert "\x1b" not in run.output
    assert statistics(run)["mlav_fw_b"] == {"verdict": "broken", "cause": "name_resolution_failed"}


def test_a_run_takes_in_the_report_of_another(swept: Run, fleet: Fleet, ansible: Ansible) -> None:
    extra = {"mlav_hosts": "fw.c", "mlav_report_files": str(swept.report_dir / "diagnoses.json")}
    run = ansible.playbook(PLAYBOOKS / "diagnose.yml", fleet.directory / "inventory.yml", extra)
    assert run.code == 0, run.output
    assert sorted(run.diagnoses) == ["fw-a", "fw-b", "fw.c"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "mlav_report_files is not set. Expected: the files diagnoses.json of the reports. Actual: none."),
        (None, "mlav_report_files is not set."),
        (
            ["/nowhere/diagnoses.json"],
            "report_files[0] is '/nowhere/diagnoses.json': expected a file that can be read",
        ),
    ],
    ids=["an empty list", "nothing", "a file that is not there"],
)
def test_what_cannot_be_merged_fails_and_leaves_nothing(files: list[str] | None, said: str, ansible: Ansible) -> None:
    run = ansible.playbook(MERGE, "localhost,", {} if files is None else {"mlav_report_files": files})
    assert run.code == 2
    assert said in " ".join(run.output.split())
    assert not run.report_dir.exists()


def test_what_hosts_have_registered(swept: Run, ansible: Ansible) -> None:
    """Results of any task, by the names they were registered under; what a host lacks is told, and harms no other."""
    told = swept.diagnoses
    row = {"state": "connected", "cloud_server": None, "error": None, "answer": None, "duration_ms": 1}
    rows = [{**row, "host": host, "collected_at": "2026-11-24T09:30:00Z"} for host in ("s-1", "s-2")]
    sweep = {"firewalls": [*rows, {**rows[0], "host": "s-4", "state": "disconnected"}, {"host": "s-5"}, "s-6"]}
    registered = {
        "d-1": {"mine": {"diagnosis": {**told["fw-b"], "host": "d-1"}}, "swept": sweep},
        "d-2": {"mine": {"failed": True, "msg": "{{ 6 * 7 }} no route"}, "swept": sweep},
        "d-3": {"mine": {"skipped": True}},
        "d-4": {"mine": "a text"},
        "d-5": {"mine": {"diagnosis": {"schema": "other/1"}}},
        "d-6": {},
        "f-1": {"mine": {"diagnoses": [{**told["fw-a"], "host": "PA-1"}, {**told["fw-b"], "host": "PA-2"}]}},
        "s-1": {"swept": sweep},
        **{f"s-{number}": {"swept": sweep} for number in (3, 4, 5, 6)},
    }
    inventory = ansible.home / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": registered}}), encoding="utf-8")
    arguments = {"hosts": list(registered), "registered": ["mine", "swept"], "report_dir": "{{ mlav_report_dir }}"}
    task = {"panops.mlav.mlav_report": arguments, "run_once": True}
    playbook = ansible.home / "site.yml"
    play = {"hosts": "d-1", "connection": "local", "gather_facts": False, "tasks": [task]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = ansible.playbook(playbook, inventory)
    assert run.code == 0, run.output
    found = {host: (item["verdict"], item["summary"]) for host, item in run.diagnoses.items()}
    verdicts = {host: verdict for host, (verdict, _summary) in found.items()}
    never_told = ("d-3", "d-4", "d-6", "s-3", "s-4", "s-5", "s-6")
    unknown = dict.fromkeys(("d-2", "d-5", *never_told), "undetermined")
    assert verdicts == {"d-1": "broken", "PA-1": "healthy", "PA-2": "broken", "s-1": "healthy", **unknown}
    never = "The diagnosis did not run: the task did not run to its end"
    assert {host: found[host][1] for host in unknown} == {
        **dict.fromkeys(never_told, never),
        "d-2": "The diagnosis did not run: {{ 6 * 7 }} no route",
        "d-5": "The diagnosis did not run: the variable mine of this host holds no diagnosis. "
        "Expected: schema panops.mlav/diagnosis/1, a host and a verdict. Actual: other/1.",
    }


def test_what_hosts_have_registered_of_remediations(ansible: Ansible) -> None:
    """Records of all hosts; what one of the play lacks is told, and those that have failed have stopped the others."""
    told: dict[str, Any] = {
        "schema": "panops.mlav/remediation/1",
        **dict.fromkeys(("cause", "reason", "verdict_before", "verdict_after")),
        "actions": [],
    }

    def result(host: str, outcome: str = "repaired", failed: bool = False) -> dict[str, Any]:
        return {"failed": failed, "remediation": {**told, "host": host, "outcome": outcome}}

    registered: dict[str, Any] = {
        "p-1": {"done": result("p-1")},
        "p-2": {"done": result("p-2", "failed", failed=True)},
        "p-3": {"done": {"failed": True, "msg": "{{ 6 * 7 }} no route"}},
        "p-4": {"done": {"skipped": True}},
        "p-5": {"done": {"remediation": {"schema": "other/1"}}},
        "p-6": {},
        "p-7": {"done": "a text"},
        "q-1": {"done": result("q-1", "planned")},
        "q-2": {},
        "q-3": {"done": {"failed": True, "msg": "no route"}},
    }
    inventory = ansible.home / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": registered}}), encoding="utf-8")
    arguments = {"remediated_hosts": list(registered), "registered": ["done"], "report_dir": "{{ mlav_report_dir }}"}
    task = {"panops.mlav.mlav_report": arguments, "run_once": True}
    playbook = ansible.home / "site.yml"
    play = {"hosts": "p-*", "connection": "local", "gather_facts": False, "tasks": [task]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = ansible.playbook(playbook, inventory)
    assert run.code == 0, run.output
    records = {found["host"]: found for found in json.loads((run.report_dir / "remediation.json").read_text())}
    never = "the task did not run to its end"
    assert {host: found["error"] for host, found in records.items() if "error" in found} == {
        **dict.fromkeys(("p-4", "p-6", "p-7"), never),
        "p-3": "{{ 6 * 7 }} no route",
        "p-5": "the variable done of this host holds no record. "
        "Expected: schema panops.mlav/remediation/1, a host and an outcome. Actual: other/1.",
    }
    failed = dict.fromkeys(("p-2", "p-3", "p-4", "p-5", "p-6", "p-7"), "failed")
    outcomes = {host: found["outcome"] for host, found in records.items()}
    assert outcomes == {**failed, "p-1": "repaired", "q-1": "refused"}
    assert records["q-1"]["reason"].startswith("Not begun: the remediation of p-2, p-3 failed")


@pytest.mark.parametrize(
    ("arguments", "task", "said"),
    [
        ({"hosts": ["fw-1", "fw-z"]}, {}, "option hosts has 'fw-z': expected a host of the inventory"),
        ({"hosts": ["fw-1"], "diagnoses": []}, {}, "options hosts and diagnoses: expected one of them, got both"),
        ({"hosts": ["fw-1"], "remediations": []}, {}, "Actual: diagnoses and remediations."),
        ({"hosts": ["fw-1"], "remediated_hosts": ["fw-1"]}, {}, "Actual: diagnoses and remediations."),
        ({"hosts": ["fw-1"]}, {"async": 60, "poll": 1}, "option hosts cannot be used by the module alone"),
    ],
    ids=["a host that there is not", "hosts and diagnoses", "hosts and remediations", "two kinds", "asynchronous"],
)
def test_hosts_that_cannot_be_reported(
    arguments: dict[str, Any], task: dict[str, Any], said: str, ansible: Ansible
) -> None:
    result = ansible.module("mlav_report", {**arguments, "report_dir": str(ansible.home / "report")}, task)
    assert result["failed"] is True
    assert said in result["msg"]
    assert not (ansible.home / "report").exists()


def test_the_documented_examples_run(swept: Run, fleet: Fleet, ansible: Ansible) -> None:
    examples = re.search(r'EXAMPLES = r"""(.*?)"""', (ROOT / "plugins/modules/mlav_report.py").read_text(), re.DOTALL)
    assert examples
    tasks = yaml.safe_load(examples[1].replace("/var/tmp", str(ansible.home)))
    for region in ("emea", "apac"):
        aged(swept, ansible.home / f"mlav-{region}")
    defaults = {
        "panops.mlav.mlav_diagnosis_info": {"provider": "{{ mlav_provider }}", "ca_path": "{{ mlav_ca_path }}"},
        "panops.mlav.mlav_remediate": {"provider": "{{ mlav_provider }}", "ca_path": "{{ mlav_ca_path }}"},
    }
    remediate = {"panops.mlav.mlav_remediate": {}, "register": "done", "check_mode": True}
    play = {"hosts": "fw-a,fw.c", "connection": "local", "gather_facts": False, "module_defaults": defaults}
    playbook = ansible.home / "site.yml"
    playbook.write_text(json.dumps([{**play, "tasks": [*tasks[:-1], remediate, tasks[-1]]}]), encoding="utf-8")
    run = ansible.playbook(playbook, fleet.directory / "inventory.yml")
    assert run.code == 0, run.output
    hosts = {
        folder: [found["host"] for found in json.loads((ansible.home / folder / "diagnoses.json").read_text())]
        for folder in ("mlav", "mlav-all")
    }
    assert hosts == {"mlav": ["fw-a", "fw.c"], "mlav-all": ["fw-a", "fw-b"]}
    records = json.loads((ansible.home / "mlav" / "remediation.json").read_text())
    assert [record["outcome"] for record in records] == ["nothing_to_do", "nothing_to_do"]
