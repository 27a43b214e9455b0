# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the real ansible-playbook and the real modules against simulated firewalls, over TLS and SSH."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device import redaction
from ansible_collections.panops.mlav.plugins.module_utils._device.live import api
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import find
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks import judging
from tests.simulator.switches import Statistics

from .documented import undocumented
from .pace import at_the_pace

ROOT = Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
HERE = Path(__file__).parent


def environment(home: Path, **changes: str) -> dict[str, str]:
    """An environment without a user's habits: no ansible.cfg, no credentials, the collection from this checkout."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "PANOS_", "http", "HTTP")) or name.startswith("ANSIBLE_COLLECTIONS")
    }
    return {
        **inherited,
        "ANSIBLE_ASYNC_DIR": str(home / ".ansible_async"),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_DEPRECATION_WARNINGS": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        "ANSIBLE_FORKS": "4",
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "HOME": str(home),
        **changes,
    }


@dataclass
class Run:
    """What a run of ansible-playbook said and left."""

    code: int
    output: str
    report_dir: Path

    @property
    def diagnoses(self) -> dict[str, dict[str, Any]]:
        """The results by host."""
        found = json.loads((self.report_dir / "diagnoses.json").read_text(encoding="utf-8"))
        return {diagnosis["host"]: diagnosis for diagnosis in found}


@dataclass(frozen=True)
class Case:
    """A task of a play: a module with its arguments, the task's other keywords, and the host that it is for.

    Cases of the same host share its variables.
    """

    module: str
    arguments: Mapping[str, Any]
    task: Mapping[str, Any] = field(default_factory=dict)
    host: str = "fw-1"
    host_vars: Mapping[str, Any] = field(default_factory=dict)


_Name = TypeVar("_Name", bound=Hashable)


class Ansible:
    """ansible-playbook in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")

    def playbook(
        self,
        playbook: str | Path,
        inventory: str | Path,
        extra_vars: Mapping[str, Any] | None = None,
        options: Sequence[str] = (),
        **changes: str,
    ) -> Run:
        """Runs a playbook; the report goes to a folder below the home."""
        report_dir = self.home / "report"
        given = {"mlav_report_dir": str(report_dir), **(extra_vars or {})}
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                "-i",
                str(inventory),
                str(playbook),
                "-e",
                json.dumps(given),
                *options,
            ],
            cwd=self.home,
            env=environment(self.home, **changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        output = done.stdout + done.stderr
        # Nothing that a later ansible-core will not have, an option of Ansible that only the test sets aside.
        told = [line for line in output.splitlines() if line.startswith("[DEPRECATION WARNING]")]
        assert [line for line in told if "DEFAULT_JINJA2_NATIVE" not in line] == [], output
        return Run(done.returncode, output, report_dir)

    def module(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task: Mapping[str, Any] | None = None,
        options: Sequence[str] = (),
        **changes: str,
    ) -> dict[str, Any]:
        """Runs one module in a play and returns its result."""
        return self.modules({"": Case(module, arguments, task or {})}, options, **changes)[""]

    def modules(
        self, cases: Mapping[_Name, Case], options: Sequence[str] = (), **changes: str
    ) -> dict[_Name, dict[str, Any]]:
        """Runs all cases in one ansible-playbook, a play for each host, and returns their results by the cases' names.

        Whatever becomes of a case, those after it run. What a module does not document it must not return.
        """
        result_file = self.home / "result.json"
        result_file.unlink(missing_ok=True)
        hosts: dict[str, dict[str, Any]] = {}
        tasks: dict[str, list[dict[str, Any]]] = {}
        results = []
        for number, (name, case) in enumerate(cases.items()):
            hosts.setdefault(case.host, {}).update(case.host_vars)
            tasks.setdefault(case.host, []).append(
                {
                    "name": str(name),
                    f"panops.mlav.{case.module}": dict(case.arguments),
                    "register": f"result_{number}",
                    **case.task,
                }
            )
            results.append(f"hostvars['{case.host}']['result_{number}'] | default({{}})")
        whatever_comes = {"gather_facts": False, "ignore_errors": True, "ignore_unreachable": True}
        plays: list[dict[str, Any]] = [
            {"hosts": host, "connection": "local", **whatever_comes, "tasks": listed} for host, listed in tasks.items()
        ]
        content = f"{{{{ [{', '.join(results)}] | to_json }}}}"
        copy = {"ansible.builtin.copy": {"content": content, "dest": str(result_file)}, "check_mode": False}
        plays.append({"hosts": "localhost", "gather_facts": False, "tasks": [copy]})
        playbook = self.home / "play.yml"
        playbook.write_text(json.dumps(plays), encoding="utf-8")
        inventory = self.home / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
        run = self.playbook(playbook, inventory, None, options, **changes)
        assert result_file.exists(), run.output
        found: list[dict[str, Any]] = json.loads(result_file.read_text(encoding="utf-8"))
        strangers = {
            str(name): told
            for (name, case), result in zip(cases.items(), found, strict=True)
            if (told := undocumented(case.module, result))
        }
        assert not strangers, f"results that RETURN does not document: {strangers}"
        return dict(zip(cases, found, strict=True))


@pytest.fixture(scope="module")
def impatient() -> Iterator[None]:
    """Diagnoses in this process ask a busy firewall again after a moment, and so for a log that is not ready."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "_FIRST_PAUSE", 0.005)
        patch.setattr(judging, "GatherOptions", partial(GatherOptions, busy_pause_s=0.02))
        yield


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Operations in this process wait moments only."""
    with at_the_pace():
        yield


# The checks of the simulator, which may run in the same process in between, send it anything.
_running: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tells whose test runs, the set-up of what several share included."""
    _running[:] = [item.path]
    return (yield)


@pytest.fixture(scope="session")
def strangers() -> Iterator[set[str]]:
    """What simulated firewalls have been sent by these tests that is not on the list of what may be sent."""
    found: set[str] = set()
    note = Statistics.note

    def noted(self: Statistics, label: str, prefix: str = "", *, writes: bool = False) -> None:
        if find(label) is None and any(path.is_relative_to(HERE) for path in _running):
            found.add(prefix + label)
        note(self, label, prefix, writes=writes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statistics, "note", noted)
        yield found


@pytest.fixture(autouse=True)
def nothing_else_is_sent(strangers: set[str]) -> Iterator[None]:
    """Whatever a test does, a firewall is sent only what the list allows."""
    yield
    sent = sorted(strangers)
    strangers.clear()
    assert sent == []


@pytest.fixture(autouse=True)
def no_session_of_another_test() -> None:
    """A session lives until it is collected, and its password may be a word of what the next test expects."""
    redaction._SESSIONS.set(())


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    """ansible-playbook in an empty home."""
    return Ansible(tmp_path)


@pytest.fixture(scope="module")
def shared_ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """The same for the runs that the tests of a module share."""
    return Ansible(tmp_path_factory.mktemp("ansible"))
