# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets stay secret and answers stay text, all the way through ansible-playbook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import SHOWN
from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, Ansible, Case, Run
from .test_modules import BY, Results, options

DIAGNOSE = PLAYBOOKS / "diagnose.yml"

PASSWORDS = {
    "special": "a+b.*[c]&<d>\"'\\{{e}}%20",
    "not ascii": "pässwörd ключ",
    "two lines": "first line\nsecond  line",
    "a word of the result": "broken",
    "short": "7q",
}


def reflecting(firewall: Firewall, password: str) -> None:
    """Gives the firewall this password, and lets it say its secrets wherever it can."""
    firewall.admin.password = password
    told = f"PA-850 {password} {firewall.api_key}"
    firewall.world.spec.model = told
    firewall.world.spec.family = told
    firewall.world.faults.answers[0].text = f"refused: {told}"


#: The inventory's name for the firewall with a password.
NAMES = {name: f"fw-{number}" for number, name in enumerate(PASSWORDS, 1)}


@pytest.fixture(scope="module")
def reflectors() -> Iterator[dict[str, Firewall]]:
    """A firewall for each password."""
    faults = {"answers": [{"kind": "refused", "on": "show high-availability", "text": "later"}]}
    entries: list[Any] = [
        {"name": name, "scenario": "port_443_blocked", "changes": {"faults": faults}} for name in NAMES.values()
    ]
    with running_fleet(entries) as fleet:
        for name, password in PASSWORDS.items():
            reflecting(fleet.firewalls[NAMES[name]], password)
        yield {name: fleet.firewalls[NAMES[name]] for name in PASSWORDS}


def assert_silent(text: str, firewall: Firewall, password: str) -> None:
    """No form of a secret is in the text; a word of this collection may be, alone."""
    assert firewall.api_key not in text
    for form in {password, json.dumps(password)[1:-1], json.dumps(password, ensure_ascii=False)[1:-1]}:
        for around in ("PA-850 {}", "{} LUFRPT"):
            assert around.format(form) not in text
        if password not in ("broken", "7q"):
            assert form not in text


@pytest.fixture(scope="module")
def diagnosed(reflectors: dict[str, Firewall], shared_ansible: Ansible) -> dict[tuple[str, str], dict[str, Any]]:
    """The result for each password, by the worker and by a process, all in one run."""
    cases = {}
    for name, firewall in reflectors.items():
        provider = {**firewall.provider(), "password": "{{ fw_password }}"}
        ssh = {**(firewall.ssh() or {}), "password": "{{ fw_password }}"}
        given = options(firewall, provider=provider, ssh=ssh, depth="full")
        # Not through templates: a password may look like one.
        secret = {"fw_password": {"__ansible_unsafe": PASSWORDS[name]}}
        for by, task in BY.items():
            cases[name, by] = Case("mlav_diagnosis_info", given, task, NAMES[name], secret)
    return shared_ansible.modules(cases)


@pytest.mark.parametrize("name", PASSWORDS)
@pytest.mark.parametrize("by", BY)
def test_no_result_holds_a_secret(
    name: str, by: str, diagnosed: dict[tuple[str, str], dict[str, Any]], reflectors: dict[str, Firewall]
) -> None:
    result = diagnosed[name, by]
    told = json.dumps(result, ensure_ascii=False)
    assert_silent(told, reflectors[name], PASSWORDS[name])
    assert not result.get("failed"), result
    assert bool(result.get("ansible_job_id")) == (by == "process")
    if by == "worker":
        assert result["diagnosis"]["verdict"] == "broken"
        assert result["diagnosis"]["causes"][0]["id"] == "port_443_blocked"
        assert result["diagnosis"]["device"]["model"].startswith("PA-850 ****")


IN_A_PLAYBOOK = ["special", "not ascii", "a word of the result"]


@pytest.fixture(scope="module")
def verbose(reflectors: dict[str, Firewall], tmp_path_factory: pytest.TempPathFactory) -> tuple[Ansible, Run]:
    """A run that says and leaves as much as it can, with a firewall for each password."""
    ansible = Ansible(tmp_path_factory.mktemp("verbose"))
    hosts = {}
    for name in IN_A_PLAYBOOK:
        variables = hosts[NAMES[name]] = reflectors[name].host_vars()
        variables["mlav_provider"]["password"] = {"__ansible_unsafe": PASSWORDS[name]}
        variables["mlav_ssh"]["password"] = {"__ansible_unsafe": PASSWORDS[name]}
    inventory = ansible.home / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    run = ansible.playbook(
        DIAGNOSE,
        inventory,
        {"mlav_depth": "full", "mlav_query": "[]"},
        ["-vvvv", "--diff"],
        ANSIBLE_LOG_PATH=str(ansible.home / "ansible.log"),
        ANSIBLE_KEEP_REMOTE_FILES="1",
    )
    inventory.unlink()
    return ansible, run


@pytest.mark.parametrize("name", IN_A_PLAYBOOK)
def test_no_output_or_file_of_a_run_holds_a_secret(
    name: str, verbose: tuple[Ansible, Run], reflectors: dict[str, Firewall]
) -> None:
    ansible, run = verbose
    password, firewall = PASSWORDS[name], reflectors[name]
    assert run.code == 0, run.output
    assert run.diagnoses[NAMES[name]]["verdict"] == "broken"
    assert_silent(run.output, firewall, password)
    written = [path for path in ansible.home.rglob("*") if path.is_file()]
    assert {"ansible.log", "diagnoses.json", "report.md", "report.html"} <= {path.name for path in written}
    for path in written:
        assert_silent(path.read_text(encoding="utf-8", errors="replace"), firewall, password)


@pytest.fixture(scope="module")
def others(shared_ansible: Ansible) -> Results:
    """The results of further tasks; what the environment holds is no text."""
    entries: list[Any] = [{"name": name, "scenario": "healthy"} for name in ("fw-1", "fw-2")]
    with running_fleet(entries) as fleet:
        plain, strange = fleet.firewalls.values()
        strange.world.spec.model = "PA\x9b2J\x7f"
        without_password = {name: value for name, value in plain.provider().items() if name != "password"}
        return shared_ansible.modules(
            {
                "password": Case("mlav_status_info", options(plain, provider=without_password)),
                "terminal": Case("mlav_facts", options(strange)),
                "report": Case("mlav_report", {"diagnoses": []}),
            },
            PANOS_PASSWORD="p\udcff",
        )


def test_a_password_that_is_not_text_is_refused(others: Results) -> None:
    result = others["password"]
    assert result["error"]["kind"] == "invalid_option"
    assert "provider.password" in result["msg"]


# --- what a device says is never a template ---


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, str]]:
    folder = tmp_path_factory.mktemp("scripted")
    text = f"{{{{ lookup('pipe', 'touch {folder}/ran') }}}}"
    entries: list[Any] = [{"name": name, "scenario": "port_443_blocked"} for name in ("fw-1", "fw-2")]
    with running_fleet(entries, folder) as fleet:
        fleet.firewalls["fw-1"].world.spec.model = text
        # Looks like a list, which Ansible before 2.19 made of text that looked like one.
        fleet.firewalls["fw-2"].world.spec.model = f"['{text}', {text}]"
        yield fleet, text


@pytest.mark.parametrize("native", ["0", "1"])
def test_templates_in_answers_stay_text(native: str, scripted: tuple[Fleet, str], ansible: Ansible) -> None:
    fleet, text = scripted
    run = ansible.playbook(
        DIAGNOSE,
        fleet.directory / "inventory.yml",
        {"mlav_query": "[].[summary, device, checks[].evidence[].raw]"},
        ["-v"],
        ANSIBLE_SHOW_CUSTOM_STATS="1",
        ANSIBLE_JINJA2_NATIVE=native,
    )
    assert run.code == 0, run.output
    assert run.diagnoses["fw-1"]["device"]["model"] == text
    assert run.diagnoses["fw-2"]["device"]["model"] == fleet.firewalls["fw-2"].world.spec.model
    assert text in run.output.split("CUSTOM STATS:")[1]
    assert not (fleet.directory / "ran").exists()


def test_no_answer_drives_a_terminal(others: Results) -> None:
    result = others["terminal"]
    assert result["ansible_facts"]["mlav"]["device"]["model"] == "PA\ufffd2J\ufffd"
    assert "\x9b" not in json.dumps(result, ensure_ascii=False)


# --- every module is itself ---


def test_every_module_runs_its_own_operation(others: Results) -> None:
    """Of one name for all, ansible-core 2.16 would know only the action plugin's."""
    modules = {path.stem for path in (PLAYBOOKS.parent / "plugins" / "modules").glob("mlav_*.py")}
    actions = {path.stem for path in (PLAYBOOKS.parent / "plugins" / "action").glob("mlav_*.py")}
    assert actions == modules
    result = others["report"]
    assert result["counts"]["healthy"] == 0, result


# --- what a device says neither hides nor turns around what stands beside it ---

UNSEEN = "\u202e\u2066\u200b\u061c\ufeff\u2028\U000e0041\x85"


def test_no_unseen_character_of_a_device_reaches_a_reader(ansible: Ansible) -> None:
    changes = {
        "firewall": {
            "hostname": f"fw{UNSEEN}1",
            "model": f"PA{UNSEEN}850",
            "decryption_rules": [{"name": f"decrypt{UNSEEN}all"}],
            "locks": [{"admin": f"bob{UNSEEN}", "kind": "config", "comment": f"held{UNSEEN}now"}],
        },
        "faults": {"answers": [{"kind": "refused", "on": "show netstat", "text": f"not{UNSEEN}now"}]},
    }
    entries: list[Any] = [
        {
            "name": "fw-1",
            "scenario": "tls_interception_this_firewall",
            "changes": changes,
            "vars": {"mlav_maintenance_window": [{"start": "00:00", "duration": "24h", "time_zone": "UTC"}]},
        }
    ]
    with running_fleet(entries, ansible.home / "fleet") as fleet:
        inventory = fleet.directory / "inventory.yml"
        run = ansible.playbook(DIAGNOSE, inventory, {"mlav_depth": "full", "mlav_query": "[]"}, ["-v"])
        likely = {"mlav_remediate_confidence": "likely"}
        again = ansible.playbook(PLAYBOOKS / "remediate.yml", inventory, likely, ["-v"])
    assert run.diagnoses["fw-1"]["device"]["model"] == f"PA{len(UNSEEN) * SHOWN}850"
    assert "(held" in again.output, again.output
    texts = [run.output, again.output]
    texts += [path.read_text(encoding="utf-8") for path in run.report_dir.rglob("*") if path.is_file()]
    assert len(texts) > 6
    assert [character for character in UNSEEN if any(character in text for text in texts)] == []
