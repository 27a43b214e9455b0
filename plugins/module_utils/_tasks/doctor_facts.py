# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor finds out about the controller itself. Leaves nothing behind."""

from __future__ import annotations

import importlib
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from ansible.module_utils.ansible_release import __version__ as ansible_core

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MissingLibrary
from ansible_collections.panops.mlav.plugins.module_utils._device.given_file import UnusableFile
from ansible_collections.panops.mlav.plugins.module_utils._device.live.ssh import load_key
from ansible_collections.panops.mlav.plugins.module_utils._device.live.tls import context_for
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions, SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._doctor.controller import FileFact, LibraryFact
from ansible_collections.panops.mlav.plugins.module_utils._doctor.requirements import LIBRARIES, Library
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

ANSIBLE_CORE = str(ansible_core)
PYTHON = tuple(sys.version_info[:3])


def libraries() -> dict[str, LibraryFact]:
    """Every library, by its package: whether it can be imported, and its version."""
    return {library.package: _library(library) for library in LIBRARIES}


def _library(library: Library) -> LibraryFact:
    try:
        importlib.import_module(library.module)
    except Exception as error:  # a broken library raises anything
        return LibraryFact(error=excerpt(str(error)) or type(error).__name__)
    try:
        return LibraryFact(metadata.version(library.package))
    except metadata.PackageNotFoundError:
        return LibraryFact()


def ca_file(option: str, path: str) -> FileFact:
    """A file, or folder, of CA certificates."""
    try:
        stored = context_for(ConnectionOptions("", ca_path=path)).cert_store_stats()
    except InvalidOption as error:
        return FileFact(option, path, _why(error))
    number = stored["x509"]
    return FileFact(option, path, holds=f"{number} certificate{'s' if number != 1 else ''}")


def key_file(option: str, path: str, passphrase: str | None) -> FileFact:
    """A private key for SSH."""
    try:
        load_key(SshOptions("", "", key_file=path, key_passphrase=passphrase))
    except InvalidOption as error:
        return FileFact(option, path, _why(error))
    return FileFact(option, path)


def known_hosts_file(option: str, path: str) -> FileFact:
    """The file of known SSH host keys."""
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        return FileFact(option, path, error.strerror or str(error))
    return FileFact(option, path)


def folder(option: str, path: str) -> FileFact:
    """A folder that will be made, or written to: tried with a file that has no name."""
    nearest = Path(path).absolute()
    while not nearest.exists() and nearest.parent != nearest:
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return FileFact(option, path)
    except OSError as error:
        where = "" if nearest == Path(path).absolute() else f" ({nearest})"
        return FileFact(option, path, f"{error.strerror or error}{where}")


def window_problem(option: str, value: Any) -> str | None:
    """Why the maintenance windows cannot be used, empty where they can; None where there are none, or no library."""
    windows = [value] if isinstance(value, dict) else value
    if not windows:
        return None
    try:
        MaintenanceWindows.from_option(option, windows)
    except MissingLibrary:
        # That is a check of its own.
        return None
    except InvalidOption as error:
        return error.message
    return ""


def _why(error: InvalidOption) -> str:
    cause = error.__cause__
    if isinstance(cause, UnusableFile):
        return (
            cause.actual if isinstance(cause.__cause__, OSError) else f"expected {cause.expected}, got {cause.actual}"
        )
    if isinstance(cause, OSError):
        return cause.strerror or str(cause)
    return excerpt(str(cause)) if cause is not None else error.message
