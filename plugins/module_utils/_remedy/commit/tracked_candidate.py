# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The candidate configuration during one locked change: what it was, what this run changed, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import Candidate, CandidateState
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import (
    Path,
    beyond,
    differences,
    lies_at,
    parse_xpath,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import (
    foreign_changes_block,
    no_lock_block,
)


@dataclass(frozen=True)
class TrackedCandidate:
    """The candidate as it was when the change began, and as it was last seen to be.

    Attributes:
        before: its state when the change began.
        baseline: its tree at that time.
        latest: its tree after this run's last write.
        places: what a commit will change; None where some of it is not known.
    """

    before: CandidateState
    baseline: Element
    latest: Element
    places: tuple[Path, ...] | None

    @classmethod
    def begun(cls, candidate: Candidate) -> TrackedCandidate:
        """The candidate when the change begins: what is pending now is committed as well."""
        places = _paths(change.xpath for change in candidate.state.pending)
        return cls(candidate.state, candidate.tree, candidate.tree, places)

    def with_own_changes(self, now: Element, xpaths: Collection[str]) -> TrackedCandidate:
        """The candidate after a write of ours at ``xpaths``.

        Raises:
            Blocked: it differs from ``before`` in other places as well.
        """
        blocked = foreign_changes_block(beyond(differences(self.baseline, now), [parse_xpath(text) for text in xpaths]))
        if blocked is not None:
            raise blocked
        places = _paths(xpaths)
        known = None if self.places is None or places is None else (*self.places, *places)
        return replace(self, latest=now, places=known)

    def require_unchanged(self, now: Element) -> None:
        """Raises Blocked where the candidate has changed since it was last seen; for a lock that was lost meanwhile."""
        if differences(self.latest, now):
            raise no_lock_block("it was lost for a while, and the candidate configuration has changed meanwhile")

    def is_running(self, running: Element) -> bool:
        """Whether the running configuration holds what a commit of ``places`` was to change.

        Elsewhere it may differ from the candidate, by what Panorama pushed.
        """
        return not any(
            lies_at(item.path, place) or (item.kind in ("added", "removed") and lies_at(place, item.path))
            for item in differences(running, self.latest)
            for place in self.places or ()
        )


def _paths(xpaths: Iterable[str]) -> tuple[Path, ...] | None:
    """The paths; None where one cannot be parsed, since it was cut short to be shown."""
    try:
        return tuple(map(parse_xpath, xpaths))
    except InvalidOption:
        return None
