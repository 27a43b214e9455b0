# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output in docs/running.md is that of a real run."""

from __future__ import annotations

from pathlib import Path

from tests.simulator.running import running_fleet

from .conftest import PLAYBOOKS, ROOT, Ansible

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
SCENARIOS = {
    "fw-ams-1": "tls_interception",
    "fw-ams-2": "tls_interception_this_firewall",
    "fw-dub-1": "defect_pan_229832",
    "fw-fra-1": "port_443_blocked",
    "fw-lon-1": "healthy",
    "fw-prg-1": "refused_commands_without_ssh",
    "fw-rom-2": "standby",
}


def summary(text: str) -> list[str]:
    """The lines of the summary, without the paths of one machine."""
    lines = [line.strip().rstrip(",") for line in text.split("Show the summary]")[1].split("}")[0].splitlines()]
    return [line for line in lines if line.startswith('"') and not line.startswith(('"msg"', '"Written: '))]


def test_the_sample_is_real_output(tmp_path: Path, ansible: Ansible) -> None:
    entries = [{"name": name, "scenario": scenario} for name, scenario in SCENARIOS.items()]
    with running_fleet(list(entries), tmp_path / "fleet"):
        run = ansible.playbook(PLAYBOOKS / "diagnose.yml", tmp_path / "fleet" / "inventory.yml")
    assert run.code == 0, run.output
    assert len(summary(PAGE)) > len(SCENARIOS)
    assert summary(run.output) == summary(PAGE)
