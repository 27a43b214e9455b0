# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PAN-OS releases as values that compare.

Source: releases as devices and the vendor's documentation write them. What follows the numbers and the hotfix
(``11.2.5-h1.aingfw``, ``10.0.4.vm_eval``, ``9.0.3.xfr``, ``9.0.0-c300``, ``10.1.0-b17``) names a build of that release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RELEASE = re.compile(
    r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:-h(\d{1,4}))?(?:(?:\.|-(?!h))[A-Za-z][A-Za-z0-9_]{0,30}){0,2}", re.ASCII
)


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

    def includes(self, fix: Release) -> bool:
        """Whether a fix that came with ``fix`` is in this release, which is of the same branch and not older.

        A hotfix mends its own maintenance release alone, a plain release all later ones of its branch.
        """
        if self.branch != fix.branch or self < fix:
            return False
        return not fix.hotfix or self.maintenance == fix.maintenance

    def __str__(self) -> str:
        plain = f"{self.major}.{self.feature}.{self.maintenance}"
        return f"{plain}-h{self.hotfix}" if self.hotfix else plain


def parse_release(text: str | None) -> Release | None:
    """Reads ``10.1.14``, ``10.1.14-h9`` and builds of them, which count as their release; None: not comparable."""
    match = _RELEASE.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    return Release(*(int(part or 0) for part in match.groups()))
