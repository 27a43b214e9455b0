# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PAN-OS releases, and which of them a known defect affects.

Source: the defect table of the knowledge-base article kA14u000000HDuDCAW (PAN-229832: 10.1.14, 10.2.11, 11.0.5,
11.1.3 and later; the defect without an id: 10.0.2). That 11.2 and later have the fix is inferred, not published.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release

Affected = Literal["affected", "fixed", "unknown"]


@dataclass(frozen=True)
class Defect:
    """A defect by branch.

    Attributes:
        fixes: the first fixed release of each branch that has one.
        fixed_branch: every branch from here on has the fix from its first release.
    """

    id: str
    title: str
    fixes: tuple[Release, ...]
    fixed_branch: tuple[int, int]

    def fix_for(self, release: Release | None) -> Release | None:
        """The first fixed release of the same branch; None where the article lists none."""
        return next((fix for fix in self.fixes if release is not None and fix.branch == release.branch), None)

    def affects(self, release: Release | None) -> Affected:
        """Compares within the release's own branch; ``unknown`` where no fix of that branch is listed."""
        if release is None:
            return "unknown"
        if release.branch >= self.fixed_branch:
            return "fixed"
        fix = self.fix_for(release)
        if fix is None:
            return "unknown"
        return "affected" if release < fix else "fixed"


PAN_229832 = Defect(
    id="PAN-229832",
    title="MLAV and URL cloud connectivity is lost intermittently",
    fixes=(Release(10, 1, 14), Release(10, 2, 11), Release(11, 0, 5), Release(11, 1, 3)),
    fixed_branch=(11, 2),
)

UNLICENSED_CONTENT = Defect(
    id="unlicensed content version",
    title="without a Threat Prevention licence the cloud rejects the content version with HTTP 400",
    fixes=(Release(10, 0, 2),),
    fixed_branch=(10, 1),
)

FIRST_RELEASE_WITH_MLAV = Release(10, 0, 0)
