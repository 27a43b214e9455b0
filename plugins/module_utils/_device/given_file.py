# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that a person names: read whole, up to a size, and never waited for."""

from __future__ import annotations

import os
import stat


class UnusableFile(Exception):
    """A file that cannot be read; its text ends a message that names the option and the path."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected, self.actual = expected, actual


class FileTooLarge(UnusableFile):
    """A file with more bytes than are read."""


def read_given_file(path: str, max_bytes: int) -> bytes:
    """The content of a regular file. Raises UnusableFile."""
    try:
        # Opening a pipe without a writer would wait for one.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnusableFile("a regular file", "something else")
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnusableFile("a file that can be read", reason) from error
    if len(data) > max_bytes:
        raise FileTooLarge(f"at most {max_bytes} bytes", "more")
    return data
