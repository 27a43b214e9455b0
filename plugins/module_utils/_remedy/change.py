# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A locked change of one firewall: guards first, then the change, then the commit, and the lock is released whatever
happens.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances


@dataclass(frozen=True)
class PendingChange:
    """A difference between the candidate and the running configuration; ``admin`` None where it is not known."""

    admin: str | None
    xpath: str


@dataclass(frozen=True)
class CandidateState:
    """The candidate configuration before our own write.

    ``fingerprint``: ``sha256:…`` over the canonical candidate (without marks of who changed what).
    ``pending`` is empty where nothing is pending.
    """

    fingerprint: str
    pending: tuple[PendingChange, ...]


@dataclass(frozen=True)
class CommitRequest:
    """``partial_to``: the administrator whose changes alone are committed; never together with ``force``."""

    description: str
    force: bool = False
    partial_to: str | None = None


@dataclass(frozen=True)
class Committed:
    """A finished commit. ``job_id`` None where the firewall had nothing to commit (``changed`` False)."""

    changed: bool
    job_id: int | None
    started: datetime | None
    finished: datetime | None
    duration_s: float | None
    warnings: tuple[str, ...]
    details: tuple[str, ...]


class LockedChange:
    """``with LockedChange(device, allowances, purpose, say) as change:``

    Entering: waits for other jobs, looks at the locks, takes the configuration lock, and looks at the candidate
    (pending changes, fingerprint). Leaving: releases the lock, also after an exception.

    Raises on entering:
        Refused: a guard refuses; nothing was changed, and no lock is left.
        DeviceError: the firewall could not be asked.
    """

    before: CandidateState

    def __init__(
        self,
        device: LiveDevice,
        allowances: Allowances,
        purpose: str,
        say: Callable[[str], None],
        partial: bool = False,
    ) -> None:
        raise NotImplementedError

    def __enter__(self) -> LockedChange:
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    @property
    def lock_left(self) -> str | None:
        """After leaving: why the lock could not be released; None where it was."""
        raise NotImplementedError

    def only_own_changes(self, xpaths: Collection[str]) -> None:
        """Raises Refused when the candidate differs from ``before`` by anything else than what is at ``xpaths``."""
        raise NotImplementedError

    def require_window(self, needed_s: float) -> None:
        """Raises Refused when no window is open, or not for ``needed_s`` more; waits for it where that is allowed."""
        raise NotImplementedError

    def commit(self, request: CommitRequest) -> Committed:
        """Commits and follows the job to its end. Checks the window right before.

        Raises:
            Refused, CommitFailed (job_id, details, warnings), CommitUnfinished (job_id; may still run), DeviceError.
        """
        raise NotImplementedError


def candidate_state(device: LiveDevice) -> CandidateState:
    """The candidate as it is now, read only (for a plan)."""
    raise NotImplementedError
