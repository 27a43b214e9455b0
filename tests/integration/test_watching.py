# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook -vvv shows each request to a firewall while it runs; below that nothing is shown."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.fleet import Fleet
from tests.simulator.running import running_firewall, running_fleet

from .conftest import PLAYBOOKS, Ansible, environment

REQUEST = re.compile(r"^<(?P<host>[^>]+)> (?P<transport>XML API|SSH) .*?: (?:asking|answered|failed|retrying)")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(
        [{"name": "fw-a", "scenario": "healthy"}, {"name": "fw-b", "scenario": "tls_interception"}],
        tmp_path_factory.mktemp("fleet"),
    ) as running:
        yield running


def requests(output: str) -> list[str]:
    return [line for line in output.splitlines() if REQUEST.match(line)]


def secrets(fleet: Fleet) -> set[str]:
    """The passwords and keys of all firewalls."""
    found: set[str] = set()
    for firewall in fleet.firewalls.values():
        found |= {firewall.provider()[name] for name in ("password", "api_key") if firewall.provider().get(name)}
        found |= {admin.api_key for admin in firewall.world.spec.admins}
    return found


@pytest.mark.parametrize("playbook", ["diagnose.yml", "sweep.yml"])
def test_every_request_is_shown_from_vvv_on(playbook: str, fleet: Fleet, ansible: Ansible) -> None:
    inventory = fleet.directory / "inventory.yml"
    quiet = ansible.playbook(PLAYBOOKS / playbook, inventory, options=["-vv"])
    assert requests(quiet.output) == [], quiet.output

    run = ansible.playbook(PLAYBOOKS / playbook, inventory, options=["-vvv"])
    assert run.code == 0, run.output
    shown = requests(run.output)
    assert {line[: line.index(">") + 1] for line in shown} == {"<fw-a>", "<fw-b>"}
    for firewall in fleet.firewalls.values():
        status = [line for line in shown if line.startswith(f"<{firewall.name}>") and "show mlav cloud-status" in line]
        assert any(re.search(r"answered: .* \(\d+ bytes, \d+\.\d\d s", line) for line in status), run.output
    if playbook == "diagnose.yml":
        assert any(line.startswith("<fw-b> SSH ") for line in shown), run.output
    told = secrets(fleet)
    assert told
    assert [secret for secret in told if secret in run.output] == []


def test_a_request_is_shown_while_the_firewall_has_not_answered_yet(ansible: Ansible) -> None:
    faults = {"answers": [{"kind": "hang", "on": "show mlav cloud-status", "times": 0}]}
    with running_firewall("healthy", {"faults": faults, "access": {"api": "key", "ssh": "none"}}) as firewall:
        given = {"provider": firewall.provider(), "ca_path": str(firewall.ca_path), "timeout": 3600}
        task = {"panops.mlav.mlav_status_info": given}
        play = ansible.home / "play.yml"
        play.write_text(
            json.dumps([{"hosts": "fw-1", "connection": "local", "gather_facts": False, "tasks": [task]}]),
            encoding="utf-8",
        )
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-vvv", "-i", "fw-1,", str(play)]
        with subprocess.Popen(
            command,
            cwd=ansible.home,
            env=environment(ansible.home, PYTHONUNBUFFERED="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            assert running.stdout is not None
            try:
                # Whatever else it shows, it does not end: the firewall never answers.
                shown = next((line for line in running.stdout if REQUEST.match(line)), "")
            finally:
                os.killpg(running.pid, signal.SIGKILL)
    assert re.fullmatch(r"<fw-1> XML API 127\.0\.0\.1 port \d+: asking: show mlav cloud-status\n", shown), shown
