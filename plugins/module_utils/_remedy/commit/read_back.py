# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading back whether what was committed is running: the firewall's word that a job is done is not enough."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Progress
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    configuration,
    pending_changes,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.tracked_candidate import TrackedCandidate

# A question is repeated for this long.
_SOON_S = 60.0


@dataclass(frozen=True)
class ReadBack:
    """One commit's read-back. ``partial_to``: the administrator whose changes alone are committed."""

    session: RetryingSession
    candidate: TrackedCandidate
    partial_to: str | None
    progress: Progress

    @property
    def knows_places(self) -> bool:
        """What the commit changes is known, so that the running configuration shows whether it was carried out."""
        return bool(self.candidate.places)

    def confirmed(self) -> bool | None:
        """Whether what was to be committed is running; None where the firewall does not show it."""
        try:
            if self.partial_to is not None:
                admins = {change.admin for change in read_candidate(self.session.api).state.pending}
                return False if self.partial_to in admins else None if None in admins else True
            limit = self.session.pace.within(_SOON_S)
            if not self.candidate.places:
                pending = self.session.ask(pending_changes, limit)
                return True if pending is False and self.candidate.places is not None else None
            running = self.session.ask(lambda api: configuration(api, "running"), limit)
        except ExpectedFailure as error:
            self.progress(f"the commit could not be read back: {excerpt(error.message)}")
            return None
        return self.candidate.is_running(running)
