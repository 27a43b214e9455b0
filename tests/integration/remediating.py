# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remediate.yml against simulated firewalls: runs, what they left, and what they did to the firewalls."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulator.fleet import Firewall, Fleet
from tests.simulator.planted import PLANTED
from tests.simulator.snapshot import Snapshot

from .conftest import PLAYBOOKS, Ansible, Run

REMEDIATE = PLAYBOOKS / "remediate.yml"
OPEN = {"start": "00:00", "duration": "24h", "time_zone": "UTC"}
_RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s.* failed=(\d+)", re.MULTILINE)


def entry(name: str, scenario: str, changes: Mapping[str, Any] | None = None, **variables: Any) -> dict[str, Any]:
    """A firewall of a fleet, its window open unless the variables say otherwise."""
    given = {"mlav_maintenance_window": [OPEN], **variables}
    return {"name": name, "scenario": scenario, "changes": dict(changes or {}), "vars": given}


@dataclass
class Remediated:
    """A run, its report, and the firewalls before and after it."""

    run: Run
    records: dict[str, dict[str, Any]]
    before: dict[str, Snapshot]
    after: dict[str, Snapshot]
    written: dict[str, list[str]]

    def touched(self) -> set[str]:
        """The firewalls that differ, or that were asked to change something."""
        return {name for name in self.before if self.before[name] != self.after[name] or self.written[name]}

    def outcomes(self) -> dict[str, str]:
        """How it ended, per firewall; a refusal with its guard."""
        return {
            name: record["guard"] if record["outcome"] == "blocked" else record["outcome"]
            for name, record in self.records.items()
        }

    def recap(self, column: str) -> dict[str, int]:
        """What the play's recap counts: ``changed`` or ``failed``."""
        found = _RECAP.findall(self.run.output)
        assert found, self.run.output
        return {host: int(changed if column == "changed" else failed) for host, changed, failed in found}


def remediate(
    fleet: Fleet,
    ansible: Ansible,
    name: str,
    variables: Mapping[str, Any] | None = None,
    options: Sequence[str] = (),
    playbook: str | Path = REMEDIATE,
    inventory: Path | None = None,
    **environment: str,
) -> Remediated:
    """Runs the playbook; its report goes to the folder ``name`` of the home."""
    folder = ansible.home / name
    before = {host: firewall.snapshot() for host, firewall in fleet.firewalls.items()}
    asked = {host: len(firewall.statistics()["writes"]) for host, firewall in fleet.firewalls.items()}
    given = {"mlav_report_dir": str(folder), **(variables or {})}
    run = ansible.playbook(playbook, inventory or fleet.directory / "inventory.yml", given, options, **environment)
    return Remediated(
        Run(run.code, run.output, folder),
        records_in(folder),
        before,
        {host: firewall.snapshot() for host, firewall in fleet.firewalls.items()},
        {host: firewall.statistics()["writes"][asked[host] :] for host, firewall in fleet.firewalls.items()},
    )


def records_in(folder: Path) -> dict[str, dict[str, Any]]:
    """``remediation.json`` by host; empty where there is none."""
    file = folder / "remediation.json"
    if not file.exists():
        return {}
    return {record["host"]: record for record in json.loads(file.read_text(encoding="utf-8"))}


def own_commits(firewall: Firewall) -> list[tuple[float, float]]:
    """When each commit of this account began and ended, the firewall's own history aside."""
    jobs = [job for job in firewall.world.jobs.all if job.kind == "Commit"][-len(firewall.world.commits) :]
    return [(job.enqueued, job.finished or float("inf")) for job in jobs] if firewall.world.commits else []


def secrets_of(fleet: Fleet) -> set[str]:
    """Everything that must not leave a run."""
    return {*PLANTED} | {secret for each in fleet.firewalls.values() for secret in (each.password, each.api_key)}


def leaked(fleet: Fleet, *runs: Remediated) -> list[str]:
    """Secrets in the output or in a file of the report."""
    texts = [run.run.output for run in runs]
    for run in runs:
        texts += [path.read_text(encoding="utf-8") for path in run.run.report_dir.rglob("*") if path.is_file()]
    return sorted(secret for secret in secrets_of(fleet) if any(secret in text for text in texts))
