# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for the connection: the firewall's cloud status, polled until it is connected or the time is up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import probe_cloud_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import CloudStatus, Evidence, Problem
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace, Progress

# Progress is shown on a change, and otherwise at this interval.
_PROGRESS_EVERY_S = 30.0

# Polling does not help against these, and one more failed login may lock the account.
_HOPELESS = frozenset({"authentication", "permission", "tls", "host_key", "missing_library", "refused"})


@dataclass(frozen=True)
class Status:
    """The state of the connection.

    Attributes:
        state: as ``CloudStatus``; ``unknown`` where the firewall did not answer.
        server: the cloud server as the firewall names it.
        raw_state: the firewall's own word where ``state`` is ``other``.
        problem: why there was no answer.
    """

    state: Literal["connected", "disconnected", "busy", "other", "unknown"]
    server: str | None = None
    raw_state: str | None = None
    problem: Problem | None = None

    @property
    def answered(self) -> bool:
        """device-server answered, with any state."""
        return self.state not in ("busy", "unknown")

    def __str__(self) -> str:
        if self.problem is not None:
            return self.problem.message
        return repr(excerpt(self.raw_state)) if self.raw_state else self.state


def status_of(evidence: Evidence[CloudStatus]) -> Status:
    """The state that the evidence shows."""
    if evidence.value is None:
        return Status("unknown", problem=evidence.problem)
    return Status(evidence.value.state, evidence.value.server, evidence.value.raw_state)


def statuses(device: Device, limit_s: float, pace: Pace, progress: Progress, what: str) -> Iterator[Status]:
    """Polls the state at least once, for ``limit_s`` seconds at most. Raises nothing.

    A lost connection is polled again; an error that polling cannot help ends it. ``what`` names in the progress lines
    what is waited for.
    """
    began = time.monotonic()
    last, shown_at = "", began
    while True:
        status = status_of(probe_cloud_status(device, busy_retries=0))
        now = time.monotonic()
        if str(status) != last or now - shown_at >= _PROGRESS_EVERY_S:
            last, shown_at = str(status), now
            progress(f"waiting for {what}: {last} ({now - began:.0f} s)")
        yield status
        hopeless = status.problem is not None and status.problem.kind in _HOPELESS
        if hopeless or time.monotonic() - began + pace.poll_s > limit_s:
            return
        pace.sleep(pace.poll_s)


def wait_connected(device: Device, limit_s: float, pace: Pace, progress: Progress) -> Status:
    """Polls until the firewall is connected, or for ``limit_s`` seconds. Returns the last state."""
    for status in statuses(device, limit_s, pace, progress, "the connection to the MLAV cloud"):
        if status.state == "connected":
            break
    return status
