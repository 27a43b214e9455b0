# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PAN-OS releases: read, compared, named.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What a private, limited or preview build adds: ``.aingfw``, ``.vm_eval``, ``.xfr``, ``-c300``, ``-b17``.
_SUFFIX = r"(?:\.[A-Za-z][A-Za-z0-9_]{0,19}|-[bc]\d{1,4})?"
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:-h(\d{1,4}))?" + _SUFFIX, re.ASCII)


@dataclass(frozen=True, order=True)
class Release:
    """A PAN-OS release; a hotfix (``10.1.14-h9``) sorts after the plain release."""

    major: int
    feature: int
    maintenance: int
    hotfix: int = 0

    @property
    def branch(self) -> tuple[int, int]:
        return (self.major, self.feature)

    def __str__(self) -> str:
        plain = f"{self.major}.{self.feature}.{self.maintenance}"
        return f"{plain}-h{self.hotfix}" if self.hotfix else plain


def parse_release(text: str | None) -> Release | None:
    """Reads ``10.1.14`` or ``10.1.14-h9``; a suffix compares as its base release. Anything else is None."""
    match = _RELEASE.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    return Release(*(int(part or 0) for part in match.groups()))


def releases(text: str) -> tuple[Release, ...]:
    """Several releases in one text, ``10.1.14 10.2.11``. Raises ValueError for a text that is no release."""
    found = tuple((name, parse_release(name)) for name in text.split())
    wrong = [name for name, release in found if release is None]
    if wrong:
        raise ValueError(f"no release: {', '.join(wrong)}")
    return tuple(release for _name, release in found if release is not None)


FIRST_RELEASE_WITH_MLAV = Release(10, 0, 0)
