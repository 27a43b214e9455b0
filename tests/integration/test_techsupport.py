# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tech-support files through the real playbook and the real module: one run over every scenario of the simulator."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.parts import WorldSpec, build
from tests.simulator.planted import PLANTED
from tests.simulator.scenario import load, names
from tests.simulator.switches import Switches
from tests.simulator.techsupport import Layout, write_archive
from tests.simulator.world import World
from tests.tooling.schemas import validator

from .conftest import PLAYBOOKS, Ansible, Run
from .test_modules import AS_PROCESS

DIAGNOSE = PLAYBOOKS / "diagnose_techsupport.yml"

# 2025-11-23 10:15:00 UTC: long before any run.
THEN = 1763892900.0

RESOLVES = "whether the name resolves now"
PINGS = "whether the cloud server answers a ping"
CLOCK = "whether the firewall's clock is right"
# What an archive tells where it does not tell what the live firewall does: verdict, causes, and the evidence that is
# missing or the question that is open. Every other scenario has the verdict and the first cause of its ``expect``.
LOWER: dict[str, tuple[str, list[tuple[str, str]], str]] = {
    # One clock has nothing to be compared with.
    "certificate_expired": ("broken", [("clock_skew", "possible"), ("certificate_expired", "possible")], CLOCK),
    "clock_skew": ("broken", [("clock_skew", "possible"), ("certificate_expired", "possible")], CLOCK),
    "clock_skew_behind": ("broken", [("clock_skew", "possible"), ("certificate_expired", "possible")], CLOCK),
    # Without a ping nothing tells a missing route from a blocked port.
    "cloud_host_unreachable": (
        "broken",
        [("port_443_blocked", "possible"), ("cloud_unreachable", "possible")],
        PINGS,
    ),
    "cloud_unreachable": ("broken", [("port_443_blocked", "possible"), ("cloud_unreachable", "possible")], PINGS),
    "port_443_refused": ("broken", [("port_443_blocked", "possible"), ("cloud_unreachable", "possible")], PINGS),
    # Without a ping nothing tells whether the name resolves.
    "name_resolution_failed": (
        "broken",
        [("name_resolution_failed", "possible"), ("name_resolution_intermittent", "possible")],
        RESOLVES,
    ),
    "name_resolution_intermittent": (
        "broken",
        [("name_resolution_failed", "possible"), ("name_resolution_intermittent", "possible")],
        RESOLVES,
    ),
    "old_tls_errors_newer_dns": (
        "broken",
        [("name_resolution_failed", "possible"), ("name_resolution_intermittent", "possible")],
        RESOLVES,
    ),
    "defect_pan_229832": (
        "broken",
        [("name_resolution_failed", "possible"), ("defect_pan_229832", "possible")],
        RESOLVES,
    ),
    # Not all evidence was read, so that nothing may be called unexplained.
    "commit_force_needed_without_trace": ("broken", [], "ping"),
    "unexplained": ("broken", [], "ping"),
    "passive_ha": ("broken", [], "ping"),
}
# Scenarios about access to the firewall: an archive needs none, and tells what the firewall has.
NOT_IN_THE_WAY: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "key_without_log_right": ("broken", [("cloud_service_error", "proven")]),
    "refused_commands_without_ssh": ("broken", [("cloud_service_error", "proven")]),
    "ssh_closed": ("broken", [("cloud_service_error", "proven")]),
    "ssh_host_key_changed": ("broken", [("cloud_service_error", "proven")]),
    "unreachable": ("healthy", []),
    "untrusted_certificate": ("healthy", []),
    "wrong_password": ("healthy", []),
}

# Files whose names are more than names: a template, names of Ansible's own, numbers, bytes that are no text.
STRANGE = (
    b"{{ lookup('pipe', 'touch ran') }}.tgz",
    b"{% if 1 %}x{% endif %}.tgz",
    b"localhost.tgz",
    b"all.tgz",
    b"mlav_files.tgz",
    b"4711.tgz",
    b"none.tgz",
    b"two words\nand a line.tgz",
    b"f\xff\xfe.tgz",
    b"x" * 246 + b".tgz",
)


def old_world(scenario: str, hostname: str, now: float = THEN) -> World:
    found = load(scenario)
    return World(
        build(WorldSpec, {**found.firewall, "hostname": hostname}), build(Switches, found.switches), now=lambda: now
    )


def listing(folder: Path) -> dict[str, str]:
    """Every file below a folder, and what is in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
        found[os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")] = content
    return found


@dataclass
class Case:
    """The run over the folder, and the folder before and after."""

    run: Run
    folder: Path
    before: dict[str, str]
    after: dict[str, str]
    home: dict[str, str]

    @property
    def all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.run.report_dir / "diagnoses.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One run of diagnose_techsupport.yml over an archive of every scenario, an unpacked folder and broken files."""
    home = tmp_path_factory.mktemp("techsupport")
    folder = home / "case"
    folder.mkdir()
    for number, name in enumerate(names()):
        ending = (".tgz", ".tar.gz", ".tar")[number % 3]
        layout = Layout(prefix=("", "./")[number % 2], seed=number, mode=(0o644, 0o000)[number % 2])
        write_archive(load(name).world(name.replace("_", "-")), folder / f"{name}{ending}", layout)
    write_archive(old_world("tls_interception", "unpacked"), folder / "unpacked")
    write_archive(old_world("cloud_service_error", "a-year-ago"), folder / "a-year-ago.tgz")
    whole = write_archive(old_world("tls_interception", "half"), home / "half.tar").read_bytes()
    (folder / "half.tar").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.tgz").write_bytes(b"")
    (folder / "text.tgz").write_text("show mlav cloud-status\n", encoding="utf-8")
    (folder / "zipped.tgz").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "notes.txt").write_text("not of the case", encoding="utf-8")
    for strange in STRANGE:
        (folder / os.fsdecode(strange)).write_bytes(b"no archive")
    before = listing(folder)
    run = Ansible(home).playbook(DIAGNOSE, "localhost,", {"mlav_techsupport": str(folder)})
    assert run.code == 0, run.output
    return Case(run, folder, before, listing(folder), listing(home))


def told(diagnosis: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    return diagnosis["verdict"], [(cause["id"], cause["confidence"]) for cause in diagnosis["causes"]]


def test_every_file_has_its_line(case: Case) -> None:
    hosts = [diagnosis["host"] for diagnosis in case.all]
    named = [name.replace("_", "-") for name in names()]
    broken = ["half", "empty", "text", "zipped"]
    strange = ["_lookup_pipe_touch_ran_", "_if_1_x_endif_", "localhost-2", "all-2", "mlav_files-2", "4711", "none"]
    strange += ["two_words_and_a_line", "f_", "x" * 100]
    assert sorted(hosts) == sorted([*named, "unpacked", "a-year-ago", *broken, *strange])
    assert "changed=0" in case.run.output
    assert "changed=1" not in case.run.output
    for diagnosis in case.all:
        # A name that is no text is shown with another sign in place of its bytes.
        shown = f"{diagnosis['host']} ({diagnosis['source_file']}) | {diagnosis['verdict']} | "
        assert shown in case.run.output or not shown.isascii() or "{{" in shown or "\n" in shown, shown


@pytest.mark.parametrize("name", names())
def test_scenario(name: str, case: Case) -> None:
    diagnosis = case.run.diagnoses[name.replace("_", "-")]
    verdict, causes = told(diagnosis)
    missing = {item["evidence"] for item in diagnosis["missing"]}
    if name in LOWER:
        expected_verdict, expected_causes, why = LOWER[name]
        assert (verdict, causes) == (expected_verdict, expected_causes)
        assert why in missing or why in diagnosis["summary"]
    elif name in NOT_IN_THE_WAY:
        assert (verdict, causes) == NOT_IN_THE_WAY[name]
    else:
        expect = load(name).expect
        assert (verdict, causes[0][0] if causes else None) == (expect["verdict"], expect["cause"])
        if "decrypts" in expect:
            assert diagnosis["causes"][0]["details"]["decrypts"] == expect["decrypts"]
        if "cloud_server" in expect:
            assert diagnosis["cloud_server"] == expect["cloud_server"]
        assert {item["id"] for item in diagnosis["history"]} >= set(expect.get("history", []))
    # What no archive can hold is never thought to be known.
    assert missing == ({"cloud_status", "clock"} if name == "not_applicable" else {"ping", "clock", "commit_state"})
    assert all(item["reason"] and item["hint"] for item in diagnosis["missing"])


def test_the_table_of_differences_holds_no_scenario_that_agrees(case: Case) -> None:
    for name in (*LOWER, *NOT_IN_THE_WAY):
        expect = load(name).expect
        live = (expect["verdict"], [(expect["cause"], "proven")] if expect["cause"] else [])
        assert told(case.run.diagnoses[name.replace("_", "-")]) != live, name


def test_the_time_is_the_archive_s(case: Case) -> None:
    for host in ("unpacked", "a-year-ago"):
        diagnosis = case.run.diagnoses[host]
        assert (diagnosis["source"], diagnosis["collected_at"]) == ("techsupport", "2025-11-23T10:15:00Z")
    assert told(case.run.diagnoses["unpacked"]) == ("broken", [("tls_interception", "likely")])
    assert told(case.run.diagnoses["a-year-ago"]) == ("broken", [("cloud_service_error", "proven")])
    assert {diagnosis["source"] for diagnosis in case.all} == {"techsupport"}


def test_broken_files_are_undetermined_and_say_why(case: Case) -> None:
    expected = {
        "empty": "an empty file",
        "text": "no whole header where a member should begin",
        "zipped": "ZIP data",
        "4711": "no whole header where a member should begin",
    }
    for host, actual in expected.items():
        diagnosis = case.run.diagnoses[host]
        assert told(diagnosis) == ("undetermined", [])
        (missing,) = [item for item in diagnosis["missing"] if item["evidence"] == "device"]
        assert missing["reason"] == (
            f"{host}.tgz is not a tech-support file: "
            f"expected a tar archive, gzipped or not, or an unpacked folder, got {actual}"
        )
    half = case.run.diagnoses["half"]
    assert told(half) == ("broken", [("tls_interception", "likely")])
    assert any("half.tar is cut off or damaged after" in item["reason"] for item in half["missing"])


def test_the_results_follow_the_published_schema(case: Case) -> None:
    for diagnosis in case.all:
        validator("diagnosis").validate(diagnosis)


def test_nothing_is_written_but_the_report(case: Case) -> None:
    assert case.after == case.before
    written = {
        name for name in case.home if not name.startswith(("case", "report", ".ansible", "ansible.cfg", "half.tar"))
    }
    assert written == set()
    assert {name for name in case.home if name.startswith("report/")} == {
        "report/diagnoses.json",
        "report/report.html",
        "report/report.md",
    }


def test_no_planted_secret_leaves(case: Case) -> None:
    held = (case.folder / "unpacked" / "opt/pancfg/mgmt/saved-configs/running-config.xml").read_text(encoding="utf-8")
    assert [secret for secret in PLANTED if secret not in held] == []
    texts = [case.run.output, *(path.read_text(encoding="utf-8") for path in case.run.report_dir.iterdir())]
    assert [secret for secret in PLANTED if any(secret in text for text in texts)] == []


def test_a_name_that_is_a_template_is_text(case: Case) -> None:
    assert not list(case.folder.parent.rglob("ran"))
    diagnosis = case.run.diagnoses["_lookup_pipe_touch_ran_"]
    (missing,) = [item for item in diagnosis["missing"] if item["evidence"] == "device"]
    assert missing["reason"].startswith("{{ lookup('pipe', 'touch ran') }}.tgz is not a tech-support file:")


# --- the playbook's options ---

NOT_SET = (
    "mlav_techsupport is not set: expected the path of a tech-support file, an evidence file, or a folder of them."
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, NOT_SET),
        ({"mlav_techsupport": ""}, NOT_SET),
        ({"mlav_techsupport": "/none/at/all"}, "option path is '/none/at/all': expected a tech-support file"),
    ],
    ids=["unset", "empty", "not there"],
)
def test_a_wrong_path_ends_the_run_with_a_message(given: dict[str, Any], message: str, ansible: Ansible) -> None:
    run = ansible.playbook(DIAGNOSE, "localhost,", given)
    assert run.code != 0
    assert message in run.output, run.output
    assert not run.report_dir.exists()


def test_an_inventory_that_knows_the_firewall_does_not_matter(tmp_path: Path, ansible: Ansible) -> None:
    file = write_archive(old_world("healthy", "fw-1"), tmp_path / "fw-1.tgz")
    inventory = tmp_path / "inventory"
    told_there = "ansible_connection=no.such.connection ansible_host=192.0.2.1 ansible_network_os=panos"
    inventory.write_text(f"[fw-2]\nfw-1 {told_there}\n[mlav_files:children]\nfw-2\n", encoding="utf-8")
    write_archive(old_world("healthy", "fw-2"), tmp_path / "fw-2.tar")
    run = ansible.playbook(DIAGNOSE, inventory, {"mlav_techsupport": str(file.parent)})
    assert run.code == 0, run.output
    assert {host: found["verdict"] for host, found in run.diagnoses.items()} == {"fw-1": "healthy", "fw-2": "healthy"}


@pytest.mark.parametrize(("fail_on", "code"), [(["broken"], False), (["healthy"], True)])
def test_fail_on_ends_the_run(fail_on: list[str], code: bool, tmp_path: Path, ansible: Ansible) -> None:
    file = write_archive(old_world("healthy", "fw-1"), tmp_path / "fw.tgz")
    run = ansible.playbook(DIAGNOSE, "localhost,", {"mlav_techsupport": str(file), "mlav_fail_on": fail_on})
    assert (run.code != 0) == code, run.output
    assert run.diagnoses["fw-1"]["verdict"] == "healthy"


# --- the module alone ---


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    write_archive(old_world("tls_interception", "fw-1"), folder / "one.tgz")
    (folder / "two {{ 1 }}.tgz").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("task", "options"),
    [({}, ()), (AS_PROCESS, ()), ({}, ("--check",))],
    ids=["worker", "process", "check mode"],
)
def test_the_module(task: dict[str, Any], options: tuple[str, ...], two: Path, ansible: Ansible) -> None:
    result = ansible.module("mlav_techsupport_info", {"path": str(two)}, task=task, options=options)
    assert not result.get("failed"), result
    assert result["changed"] is False
    assert result["archives"] == [
        {"path": str(two / "one.tgz"), "name": "one"},
        {"path": str(two / "two {{ 1 }}.tgz"), "name": "two_1_"},
    ]
    assert [(found["host"], *told(found)) for found in result["diagnoses"]] == [
        ("fw-1", "broken", [("tls_interception", "likely")]),
        ("two_1_", "undetermined", []),
    ]


def test_the_module_lists_without_reading(two: Path, ansible: Ansible) -> None:
    result = ansible.module("mlav_techsupport_info", {"path": str(two), "diagnose": False})
    assert [found["name"] for found in result["archives"]] == ["one", "two_1_"]
    assert "diagnoses" not in result


def test_the_module_names_the_option(ansible: Ansible) -> None:
    result = ansible.module("mlav_techsupport_info", {"path": "/none"})
    assert result["failed"] is True
    assert result["error"]["kind"] == "invalid_option"
    assert result["msg"].startswith("option path is '/none': expected a tech-support file (.tgz, .tar.gz, .tar), ")
