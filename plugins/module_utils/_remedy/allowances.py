# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is allowed to do, as set by the modules' options of the same names."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

# Shows one line of progress to the person who waits.
Progress = Callable[[str], None]

# As short as possible: a run that renews its lock late must not be taken for one that has ended.
LEASE_S = 180.0


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Pace:
    """The clocks, and how to wait; tests bring their own.

    Attributes:
        now: the wall clock, for maintenance windows and for what people read. It may be set at any time.
        clock: seconds of a monotonic clock, for every limit and every age.
        poll_s: pause between two questions, in seconds.
        lease_s: how long a lock counts as in use after its last renewal, in seconds.
    """

    now: Callable[[], datetime] = _now
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    poll_s: float = 3.0
    lease_s: float = LEASE_S

    def within(self, seconds: float) -> Limit:
        """A limit that starts now."""
        return Limit(self.clock, self.clock() + seconds)


@dataclass(frozen=True)
class Limit:
    """A time limit. ``ends`` is a reading of ``clock``."""

    clock: Callable[[], float]
    ends: float

    @property
    def left_s(self) -> float:
        """Seconds; 0 where it has passed."""
        return max(0.0, self.ends - self.clock())

    @property
    def over(self) -> bool:
        return self.clock() >= self.ends


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Allowances:
    """What is allowed, and how long to wait. Times in seconds.

    Attributes:
        windows: when disruptive steps may run; None where the task is not bound to a maintenance window.
        ignore_window: disruptive steps may run at any time.
        window_wait_s: how long to wait for a window to open.
        commit_min_remaining_s, restart_min_remaining_s: minimum time left in the window to start such a step.
        allow_other_changes: pending changes of other or unknown administrators may be committed as well.
        take_over_locks: administrators whose locks may be removed.
        lock: take the config lock during the change.
        busy_wait_s: how long to wait for another commit, install or synchronization to end.
        expected_candidate: fingerprint of the candidate configuration that the plan was made for.
        commit_timeout_s: how long to follow a commit job.
        job: the automation controller's job number, for the comment of our lock; ``-`` for none.
        controller_alive: whether the process that started the run still exists; without it no disruptive step starts.
    """

    windows: MaintenanceWindows | None = None
    ignore_window: bool = False
    window_wait_s: float = 0.0
    commit_min_remaining_s: float = 600.0
    restart_min_remaining_s: float = 300.0
    allow_other_changes: bool = False
    take_over_locks: tuple[str, ...] = ()
    lock: bool = True
    busy_wait_s: float = 600.0
    expected_candidate: str | None = None
    commit_timeout_s: float = 1800.0
    pace: Pace = field(default_factory=Pace)
    job: str = "-"
    controller_alive: Callable[[], bool] = _always
