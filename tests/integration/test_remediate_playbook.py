# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remediate.yml as a person runs it: plan, approve, repair, and run it again."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.config import to_text
from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.interference import edit
from tests.simulator.planted import PLANTED
from tests.simulator.running import running_fleet
from tests.tooling.schemas import validator

from .conftest import Ansible
from .remediating import Remediated, entry, leaked, own_commits, remediate, secrets_of

WITHOUT_PAIR = {"fw-decrypts", "fw-force", "fw-behind"}
PAIR = {"fw-pair-1", "fw-pair-2"}
CHANGED_SINCE = {"fw-edited", "fw-replaced", "fw-unapproved"}
REPAIRED = WITHOUT_PAIR | PAIR
UNKNOWN = {"ha": {"state": "unknown", "peer_state": "unknown"}}
FLEET = [
    entry("fw-behind", "tls_interception_by_neighbour", mlav_decryption_host="fw-neighbour"),
    entry("fw-blind", "tls_interception", mlav_decryption_host="fw-healthy"),
    entry("fw-decrypts", "tls_interception_this_firewall"),
    entry("fw-edited", "tls_interception_this_firewall"),
    entry("fw-force", "commit_force_needed"),
    entry("fw-gone", "unreachable"),
    entry("fw-healthy", "healthy"),
    entry("fw-lost", "tls_interception", mlav_decryption_host="fw-stranger"),
    entry("fw-neighbour", "decrypting_neighbour", {"access": {"api": "key"}}),
    # By name, the active member's turn would come first.
    entry("fw-pair-1", "ha_active_commit_force_needed"),
    entry("fw-pair-2", "ha_passive_commit_force_needed"),
    entry("fw-pair-3", "commit_force_needed", {"firewall": UNKNOWN}),
    entry("fw-pair-4", "commit_force_needed", {"firewall": UNKNOWN}),
    entry("fw-replaced", "commit_force_needed"),
    entry("fw-stranger", "wrong_password"),
    entry("fw-unapproved", "commit_force_needed"),
]
PLANNED = REPAIRED | CHANGED_SINCE
ALIKE = {
    **dict.fromkeys(("fw-healthy", "fw-neighbour"), "nothing_to_do"),
    # A firewall that cannot be asked is one without a cause.
    **dict.fromkeys(("fw-gone", "fw-stranger"), "cause"),
    "fw-lost": "failed",
    **dict.fromkeys(("fw-pair-3", "fw-pair-4"), "high_availability"),
    "fw-blind": "decrypting_device",
}


@dataclass
class Story:
    """A plan, the firewalls that then changed, the run that is bound to the plan, and one more without it."""

    fleet: Fleet
    plan: Remediated
    done: Remediated
    again: Remediated


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("story")
    ansible = Ansible(home)
    entries: list[Any] = list(FLEET)
    with running_fleet(entries, home / "fleet") as fleet:
        plan = remediate(fleet, ansible, "plan", options=["--check", "--diff", "-vvv"])
        edit(fleet.firewalls["fw-edited"].world, "bob")
        fleet.firewalls["fw-replaced"].world.spec.serial = "0007999999"
        file = home / "plan" / "plan.json"
        approved = json.loads(file.read_text(encoding="utf-8"))
        approved["plans"] = [each for each in approved["plans"] if each["host"] != "fw-unapproved"]
        file.write_text(json.dumps(approved), encoding="utf-8")
        done = remediate(fleet, ansible, "done", {"mlav_plan": str(file), "mlav_batches": "10"}, ["-vvv"])
        again = remediate(fleet, ansible, "again", options=["--limit", ",".join(sorted(REPAIRED | {"fw-neighbour"}))])
        yield Story(fleet, plan, done, again)


def test_check_run_plans_and_changes_nothing(story: Story) -> None:
    plan = story.plan
    assert plan.run.code == 0, plan.run.output
    assert plan.touched() == set()
    assert set(plan.recap("failed").values()) == {0}
    assert {host for host, changed in plan.recap("changed").items() if changed} == PLANNED
    assert plan.outcomes() == {**ALIKE, **dict.fromkeys(PLANNED, "planned")}
    left = sorted(str(path.relative_to(plan.run.report_dir)) for path in plan.run.report_dir.rglob("*"))
    assert left == ["plan.json", "remediation.json", "remediation.md"]
    page = (plan.run.report_dir / "remediation.md").read_text(encoding="utf-8")
    assert all(f"## {host}\n" in page for host in PLANNED)


def test_check_run_shows_the_diff(story: Story) -> None:
    added = [line for line in story.plan.run.output.splitlines() if line.startswith("+") and "paloaltonetworks" in line]
    assert added, story.plan.run.output


def test_plan_and_records_are_valid(story: Story) -> None:
    plan = json.loads((story.plan.run.report_dir / "plan.json").read_text(encoding="utf-8"))
    validator("plan").validate(plan)
    assert {each["host"] for each in plan["plans"]} == PLANNED - {"fw-unapproved"}
    for run in (story.plan, story.done, story.again):
        assert run.records
        for record in run.records.values():
            validator("remediation").validate(record)


def test_approved_plan_is_carried_out(story: Story) -> None:
    done = story.done
    assert done.run.code == 0, done.run.output
    assert done.outcomes() == {
        **ALIKE,
        **dict.fromkeys(REPAIRED, "repaired"),
        **dict.fromkeys(CHANGED_SINCE, "plan"),
    }
    for host in REPAIRED:
        record = done.records[host]
        assert (record["verdict_before"], record["verdict_after"]) == ("broken", "healthy")
        assert {action["state"] for action in record["actions"]} == {"done"}
        assert record["left_behind"] == []
        assert story.fleet.firewalls[host].world.status() == "connected"
    assert {host for host, changed in done.recap("changed").items() if changed} == REPAIRED


def test_outdated_plan_blocks(story: Story) -> None:
    refusals = {host: story.done.records[host]["reason"] for host in CHANGED_SINCE}
    assert "candidate was 'sha256:" in refusals["fw-edited"]
    assert "serial was '" in refusals["fw-replaced"]
    assert "and is '0007999999'" in refusals["fw-replaced"]
    assert "the approved plan does not include fw-unapproved" in refusals["fw-unapproved"]
    assert all("mlav_plan" in refusal for refusal in refusals.values())


def test_other_firewalls_are_not_changed(story: Story) -> None:
    """The broken firewall behind a decrypting one is not changed: the exclusion belongs to the other."""
    assert story.done.touched() == (REPAIRED - {"fw-behind"}) | {"fw-neighbour"}
    neighbour = story.fleet.firewalls["fw-neighbour"].snapshot()
    assert "*.paloaltonetworks.com" in neighbour.running
    assert "*.paloaltonetworks.com" not in story.done.before["fw-neighbour"].running
    assert "*.paloaltonetworks.com" not in story.fleet.firewalls["fw-behind"].snapshot().candidate
    actions = story.done.records["fw-behind"]["actions"]
    assert {action["host"] for action in actions} == {"fw-neighbour"}
    assert all(snapshot.locks == () for snapshot in story.done.after.values())
    assert story.done.records["fw-blind"]["reason"].startswith("fw-healthy is not known to decrypt")


def test_passive_peer_finishes_before_the_active_peer_starts(story: Story) -> None:
    [(_began, passive_ended)] = own_commits(story.fleet.firewalls["fw-pair-2"])
    [(active_began, _ended)] = own_commits(story.fleet.firewalls["fw-pair-1"])
    assert passive_ended <= active_began
    assert own_commits(story.fleet.firewalls["fw-pair-3"]) == own_commits(story.fleet.firewalls["fw-pair-4"]) == []


def test_second_run_has_nothing_to_do(story: Story) -> None:
    again = story.again
    assert again.run.code == 0, again.run.output
    assert set(again.outcomes().values()) == {"nothing_to_do"}
    assert set(again.recap("changed").values()) == {0}
    assert again.touched() == set()


def test_audit_records(story: Story) -> None:
    audit = story.done.run.report_dir / "audit"
    assert {folder.name for folder in audit.iterdir()} == REPAIRED
    for host in REPAIRED:
        [file] = (audit / host).iterdir()
        assert json.loads(file.read_text(encoding="utf-8"))["outcome"] == "repaired"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE((audit / host).stat().st_mode) == 0o700


def test_no_secret_in_output_and_files(story: Story) -> None:
    # What is planted is really there to be leaked.
    assert all(secret in str(to_text(neighbour(story).world.config.running)) for secret in PLANTED)
    assert neighbour(story).provider()["api_key"] in secrets_of(story.fleet)
    assert leaked(story.fleet, story.plan, story.done, story.again) == []


def neighbour(story: Story) -> Firewall:
    return story.fleet.firewalls["fw-neighbour"]
