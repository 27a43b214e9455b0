# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's own checks: facts in, checks out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import Check
from ansible_collections.panops.mlav.plugins.module_utils._doctor.requirements import (
    ANSIBLE_CORE,
    LIBRARIES,
    PYTHON,
    Library,
    Use,
)

_USED_BY: Mapping[Use, str] = {
    "changes": "remediation",
    "ssh": "{ssh}",
    "query": "{query}",
    "windows": "{maintenance_window}",
}


@dataclass(frozen=True)
class LibraryFact:
    """What importing a library gave: its version, or why it failed. An unknown version is an empty text."""

    version: str = ""
    error: str = ""


@dataclass(frozen=True)
class FileFact:
    """A file or folder that an option names. ``problem``: why it cannot be used, empty where it can."""

    option: str
    path: str
    problem: str = ""
    holds: str = ""


@dataclass(frozen=True)
class ControllerFacts:
    """What was found on the controller.

    Attributes:
        prefix: what stands before the names of options where the caller set them (``mlav_`` in the role).
        libraries: by package.
        used: what this run uses. ``changes`` is never among them: a diagnosis changes nothing.
        ca_files, known_hosts, key_files: those that the firewalls' options name, each once.
        folders: those that are set; the problem of one is why it cannot be written.
        window_problem: why the maintenance windows cannot be used; None where there are none.
    """

    prefix: str
    ansible_core: str
    python: tuple[int, ...]
    libraries: Mapping[str, LibraryFact]
    used: frozenset[Use]
    ca_files: tuple[FileFact, ...] = ()
    known_hosts: tuple[FileFact, ...] = ()
    key_files: tuple[FileFact, ...] = ()
    folders: tuple[FileFact, ...] = ()
    window_problem: str | None = None
    unset: tuple[str, ...] = field(default=())


def judge_controller(facts: ControllerFacts) -> tuple[Check, ...]:
    """All checks of the controller, in the order in which they are shown."""
    return (
        _ansible_core(facts),
        _python(facts),
        *(_library(facts, library) for library in LIBRARIES),
        *_ca_files(facts),
        *_ssh_files(facts),
        *_folders(facts),
        _windows(facts),
    )


def numbers(version: str) -> tuple[int, ...]:
    """The first three numbers of a version: ``2.19.1rc1`` is (2, 19, 1)."""
    found = [int(number) for number in re.findall(r"\d+", version)[:3]]
    return (*found, *[0] * (3 - len(found)))


def _ansible_core(facts: ControllerFacts) -> Check:
    if numbers(facts.ansible_core) >= numbers(ANSIBLE_CORE):
        return Check("ansible_core", "pass", f"ansible-core {facts.ansible_core}")
    return Check(
        "ansible_core",
        "fail",
        f"ansible-core: expected {ANSIBLE_CORE} or later, got {facts.ansible_core or 'an unknown version'}",
        f"pip install 'ansible-core>={ANSIBLE_CORE.removesuffix('.0')}'",
    )


def _python(facts: ControllerFacts) -> Check:
    version, lowest = ".".join(map(str, facts.python)), ".".join(map(str, PYTHON))
    if facts.python >= PYTHON:
        return Check("python", "pass", f"Python {version}")
    return Check(
        "python",
        "fail",
        f"Python: expected {lowest} or later, got {version}",
        f"Install ansible-core into a virtual environment of Python {lowest} or later, and run it from there.",
    )


def _library(facts: ControllerFacts, library: Library) -> Check:
    found = facts.libraries.get(library.package, LibraryFact(error="not installed"))
    check_id = f"library_{library.package.replace('-', '_')}"
    used = library.use in facts.used
    user = _USED_BY[library.use].format(
        ssh=f"{facts.prefix}ssh",
        query=f"{facts.prefix}query",
        maintenance_window=f"{facts.prefix}maintenance_window",
    )
    fix = f"pip install '{library.requirement}'"
    if not used and library.use != "changes":
        return Check(check_id, "skipped", f"{library.package}: not needed, because {user} is not set")
    if found.error:
        message = f"{library.package} could not be imported: {found.error}"
    elif not found.version:
        message = f"{library.package}: expected {library.lowest} or later, got an unknown version"
    elif numbers(found.version) < numbers(library.lowest):
        message = f"{library.package}: expected {library.lowest} or later, got {found.version}"
    else:
        return Check(check_id, "pass", f"{library.package} {found.version}")
    if used:
        return Check(check_id, "fail", f"{message}; {user} needs it", fix)
    return Check(check_id, "warn", f"{message}; {user} needs it, a diagnosis does not", fix)


def _ca_files(facts: ControllerFacts) -> Iterator[Check]:
    if not facts.ca_files:
        yield Check(
            "ca_file", "skipped", f"{facts.prefix}ca_path is not set: the certificate authorities of this system apply"
        )
    for file in facts.ca_files:
        if file.problem:
            yield Check(
                "ca_file",
                "fail",
                f"{file.option} is {file.path}: {file.problem}",
                f"Set {file.option} to a file, or folder, of CA certificates in PEM form that this user can read.",
            )
        else:
            yield Check("ca_file", "pass", f"{file.option} is {file.path}: {file.holds}")


def _ssh_files(facts: ControllerFacts) -> Iterator[Check]:
    if "ssh" not in facts.used:
        yield Check("known_hosts_file", "skipped", f"{facts.prefix}ssh is not set")
        return
    for file in facts.known_hosts:
        if file.problem:
            yield Check(
                "known_hosts_file",
                "fail",
                f"{file.option} is {file.path}: {file.problem}",
                f"Compare each firewall's key at its console, then: ssh-keyscan ADDRESS >> {file.path}",
            )
        else:
            yield Check("known_hosts_file", "pass", f"{file.option} is {file.path}: readable")
    for file in facts.key_files:
        if file.problem:
            yield Check(
                "key_file",
                "fail",
                f"{file.option} is {file.path}: {file.problem}",
                f"Set {file.option} to a private key that this user can read. An encrypted key needs key_passphrase.",
            )
        else:
            yield Check("key_file", "pass", f"{file.option} is {file.path}: a private key that can be used")


def _folders(facts: ControllerFacts) -> Iterator[Check]:
    for option in facts.unset:
        yield Check(_folder_id(facts, option), "skipped", f"{option} is not set: nothing will be written")
    for folder in facts.folders:
        check_id = _folder_id(facts, folder.option)
        if folder.problem:
            yield Check(
                check_id,
                "fail",
                f"{folder.option} is {folder.path}, which cannot be written: {folder.problem}",
                f"Set {folder.option} to a folder that this user can write.",
            )
        else:
            yield Check(check_id, "pass", f"{folder.option} is {folder.path}: can be written")


def _folder_id(facts: ControllerFacts, option: str) -> str:
    return option.removeprefix(facts.prefix)


def _windows(facts: ControllerFacts) -> Check:
    option = f"{facts.prefix}maintenance_window"
    if facts.window_problem is None:
        return Check("time_zones", "skipped", f"{option} is not set: no time zone is needed")
    if facts.window_problem:
        return Check("time_zones", "fail", facts.window_problem, f"Correct {option}, or: pip install tzdata")
    return Check("time_zones", "pass", f"{option} can be used, its time zones are known")
