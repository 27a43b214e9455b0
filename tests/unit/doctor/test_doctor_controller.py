# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's checks: facts in, checks out; and what the collection needs is what users are told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from ansible_collections.panops.mlav.plugins.module_utils._doctor.controller import (
    ControllerFacts,
    FileFact,
    LibraryFact,
    judge_controller,
)
from ansible_collections.panops.mlav.plugins.module_utils._doctor.requirements import ANSIBLE_CORE, LIBRARIES, PYTHON
from tests.tooling.environment import ROOT

GOOD = ControllerFacts(
    prefix="mlav_",
    ansible_core="2.19.1",
    python=(3, 12, 1),
    libraries={library.package: LibraryFact(library.lowest) for library in LIBRARIES},
    used=frozenset({"ssh", "query", "windows"}),
    ca_files=(FileFact("mlav_ca_path", "/etc/pki/ca.pem", holds="2 certificates"),),
    known_hosts=(FileFact("mlav_ssh.known_hosts", "/root/.ssh/known_hosts"),),
    key_files=(FileFact("mlav_ssh.key_file", "/root/.ssh/id"),),
    folders=(FileFact("mlav_report_dir", "report"), FileFact("mlav_audit_dir", "report/audit")),
    window_problem="",
)


def with_library(package: str, fact: LibraryFact) -> dict[str, Any]:
    return {"libraries": {**GOOD.libraries, package: fact}}


#: name -> (what differs, the checks that are no pass: id, status, message, the beginning of the fix)
FACTS: dict[str, tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = {
    "all good": ({}, []),
    "a candidate of a release": ({"ansible_core": "2.16.0rc1"}, []),
    "an old ansible-core": (
        {"ansible_core": "2.15.9"},
        [
            (
                "ansible_core",
                "fail",
                "ansible-core: expected 2.16.0 or later, got 2.15.9",
                "pip install 'ansible-core>=2.16'",
            )
        ],
    ),
    "an old Python": (
        {"python": (3, 9, 7)},
        [("python", "fail", "Python: expected 3.10 or later, got 3.9.7", "Install ansible-core into a virtual")],
    ),
    "no asyncssh": (
        with_library("asyncssh", LibraryFact(error="No module named 'asyncssh'")),
        [
            (
                "library_asyncssh",
                "fail",
                "asyncssh could not be imported: No module named 'asyncssh'; mlav_ssh needs it",
                "pip install 'asyncssh[bcrypt]>=2.17.0'",
            )
        ],
    ),
    "an old dateutil": (
        with_library("python-dateutil", LibraryFact("2.7.5")),
        [
            (
                "library_python_dateutil",
                "fail",
                "python-dateutil: expected 2.8.1 or later, got 2.7.5; mlav_maintenance_window needs it",
                "pip install 'python-dateutil>=2.8.1'",
            )
        ],
    ),
    "a library of no known version": (
        with_library("jmespath", LibraryFact()),
        [
            (
                "library_jmespath",
                "fail",
                "jmespath: expected 1.0.0 or later, got an unknown version; mlav_query needs it",
                "pip install",
            )
        ],
    ),
    "a library that only changes need": (
        with_library("pan-os-python", LibraryFact(error="No module named 'panos'")),
        [
            (
                "library_pan_os_python",
                "warn",
                "pan-os-python could not be imported: No module named 'panos'; remediation needs it, "
                "a diagnosis does not",
                "pip install 'pan-os-python>=1.13.1'",
            )
        ],
    ),
    "nothing is used, and nothing is there": (
        {
            **{"used": frozenset(), "ca_files": (), "folders": (), "unset": ("mlav_report_dir",)},
            **{"window_problem": None, "libraries": dict.fromkeys(GOOD.libraries, LibraryFact("9"))},
        },
        [
            ("library_jmespath", "skipped", "jmespath: not needed, because mlav_query is not set", ""),
            ("library_asyncssh", "skipped", "asyncssh: not needed, because mlav_ssh is not set", ""),
            (
                "library_python_dateutil",
                "skipped",
                "python-dateutil: not needed, because mlav_maintenance_window is not set",
                "",
            ),
            (
                "ca_file",
                "skipped",
                "mlav_ca_path is not set: the certificate authorities of this system apply",
                "",
            ),
            ("known_hosts_file", "skipped", "mlav_ssh is not set", ""),
            ("report_dir", "skipped", "mlav_report_dir is not set: nothing will be written", ""),
            ("time_zones", "skipped", "mlav_maintenance_window is not set: no time zone is needed", ""),
        ],
    ),
    "files that cannot be used, in a module": (
        {
            "prefix": "",
            "ca_files": (FileFact("ca_path", "/ca.pem", "Permission denied"),),
            "known_hosts": (FileFact("ssh.known_hosts", "/hosts", "No such file or directory"),),
            "key_files": (FileFact("ssh.key_file", "/id", "Passphrase must be specified"),),
            "folders": (FileFact("report_dir", "/proc/x", "No such file or directory (/proc)"),),
            "window_problem": "option maintenance_window[0].time_zone is 'Mars'",
        },
        [
            ("ca_file", "fail", "ca_path is /ca.pem: Permission denied", "Set ca_path to a file, or folder"),
            ("known_hosts_file", "fail", "ssh.known_hosts is /hosts: No such file or directory", "Compare each"),
            ("key_file", "fail", "ssh.key_file is /id: Passphrase must be specified", "Set ssh.key_file to a private"),
            (
                "report_dir",
                "fail",
                "report_dir is /proc/x, which cannot be written: No such file or directory (/proc)",
                "Set report_dir to a folder",
            ),
            (
                "time_zones",
                "fail",
                "option maintenance_window[0].time_zone is 'Mars'",
                "Correct maintenance_window, or",
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_what_is_found_on_the_controller(name: str) -> None:
    changes, expected = FACTS[name]
    checks = [check for check in judge_controller(replace(GOOD, **changes)) if check.status != "pass"]
    assert [(check.id, check.status, check.message) for check in checks] == [row[:3] for row in expected]
    for check, (*_said, fix) in zip(checks, expected, strict=True):
        assert check.fix.startswith(fix)
        assert bool(check.fix) is (check.status in ("fail", "warn"))


def test_a_library_that_nobody_looked_for_is_no_pass() -> None:
    checks = judge_controller(replace(GOOD, libraries={}))
    assert {check.id: check.status for check in checks}["library_asyncssh"] == "fail"


def test_the_requirements_are_those_that_users_are_told() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    told = {line for line in lines if line and not line.startswith("#")}
    core = ".".join(ANSIBLE_CORE.split(".")[:2])
    assert told == {f"ansible-core>={core}", *(library.requirement for library in LIBRARIES)}
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={ANSIBLE_CORE}"
    [python] = re.findall(r"Python (3\.\d+) or newer", lines[0])
    assert python == ".".join(map(str, PYTHON))
