# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a task leaves: whole or not at all, and never through a link that somebody has put in their place."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption


def replace_file(path: str, content: bytes, mode: int) -> None:
    """Writes a file beside ``path`` and puts it in its place, with the permissions ``mode``.

    What stands there and is no file (a link, a pipe) is replaced and never followed. Raises OSError.
    """
    folder, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(dir=folder or ".", prefix=f".{name}.")
    try:
        with os.fdopen(handle, "wb") as output:
            output.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def make_folder(folder: str, named: str) -> None:
    """Makes a folder for its owner alone, where it is missing, before anything is done that will be written there.

    Raises:
        InvalidOption: it cannot be written; ``named`` says which option that is, and its value.
    """
    expected = "expected a writable folder"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise InvalidOption(f"{named}: {expected}, got {error.strerror!r}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidOption(f"{named}: {expected}, got 'permission denied'")


def mode_of_file(path: str) -> int | None:
    """The permissions of the regular file at ``path``; None where there is none."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    return stat.S_IMODE(status.st_mode) if stat.S_ISREG(status.st_mode) else None


def umask() -> int:
    """The permissions that new files of this process do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_saved(path: str, document: Mapping[str, Any]) -> None:
    """Writes saved evidence (``recording.RecordingDevice.to_document``) for its owner alone, with its folder.

    Raises:
        InvalidOption: it cannot be written; the message names the option ``save_evidence``.
    """
    # In ASCII: half of a surrogate pair, which hostile text may hold, has no other form in a file.
    content = json.dumps(document, indent=1).encode("ascii") + b"\n"
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        replace_file(path, content, 0o600)
    except (OSError, ValueError) as error:
        raise InvalidOption(
            f"option save_evidence is {path!r}: expected a writable file, got {str(error)!r}"
        ) from error
