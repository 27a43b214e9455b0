# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this collection needs on the controller. A test compares it with requirements.txt and meta/runtime.yml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PYTHON = (3, 10)
ANSIBLE_CORE = "2.16.0"

# What a library is for, so that one that this run does not use is no fault.
Use = Literal["changes", "ssh", "query", "windows"]


@dataclass(frozen=True)
class Library:
    """A Python library: its name for pip, the module to import, the lowest version, and what uses it."""

    package: str
    module: str
    lowest: str
    use: Use
    extra: str = ""

    @property
    def requirement(self) -> str:
        """As pip takes it."""
        return f"{self.package}{self.extra}>={self.lowest}"


LIBRARIES = (
    Library("pan-os-python", "panos", "1.13.1", "changes"),
    Library("pan-python", "pan.xapi", "0.17.0", "changes"),
    Library("jmespath", "jmespath", "1.0.0", "query"),
    Library("asyncssh", "asyncssh", "2.17.0", "ssh", "[bcrypt]"),
    Library("python-dateutil", "dateutil.rrule", "2.8.1", "windows"),
)
