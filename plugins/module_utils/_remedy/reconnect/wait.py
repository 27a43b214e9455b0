# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Did it help? The firewall's own word on the connection, asked until it says so or the time is over.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import probe_cloud_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import CloudStatus, Evidence, Problem
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace

# A wait that goes well says little: a change, and now and then that it goes on.
_SAY_EVERY_S = 30.0

# Asking again does not help against these, and one more wrong login may lock the account.
_HOPELESS = frozenset({"authentication", "permission", "tls", "host_key", "missing_library", "refused"})


@dataclass(frozen=True)
class Status:
    """What the firewall said of the connection.

    Attributes:
        state: as ``CloudStatus``; ``unknown`` where it could not be asked.
        server: the cloud server as the firewall names it.
        raw_state: the firewall's own word where ``state`` is ``other``.
        problem: why it could not be asked.
    """

    state: Literal["connected", "disconnected", "busy", "other", "unknown"]
    server: str | None = None
    raw_state: str | None = None
    problem: Problem | None = None

    @property
    def answered(self) -> bool:
        """device-server answered, whatever it said."""
        return self.state not in ("busy", "unknown")

    def __str__(self) -> str:
        if self.problem is not None:
            return self.problem.message
        return repr(excerpt(self.raw_state)) if self.raw_state else self.state


def status_of(evidence: Evidence[CloudStatus]) -> Status:
    """The same as the evidence says it."""
    if evidence.value is None:
        return Status("unknown", problem=evidence.problem)
    return Status(evidence.value.state, evidence.value.server, evidence.value.raw_state)


def statuses(device: Device, limit_s: float, pace: Pace, say: Callable[[str], None], what: str) -> Iterator[Status]:
    """Asks again and again, for ``limit_s`` seconds at the most; at least once. Raises nothing.

    A lost connection is an answer like any other, and is asked again; what asking again cannot help ends it. ``what``
    is waited for, in the lines of progress.
    """
    began = time.monotonic()
    last, said_at = "", began
    while True:
        status = status_of(probe_cloud_status(device, busy_retries=0))
        now = time.monotonic()
        if str(status) != last or now - said_at >= _SAY_EVERY_S:
            last, said_at = str(status), now
            say(f"waiting for {what}: {last} ({now - began:.0f} s)")
        yield status
        hopeless = status.problem is not None and status.problem.kind in _HOPELESS
        if hopeless or time.monotonic() - began + pace.poll_s > limit_s:
            return
        pace.sleep(pace.poll_s)


def wait_connected(device: Device, limit_s: float, pace: Pace, say: Callable[[str], None]) -> Status:
    """Asks until the firewall is connected, or for ``limit_s`` seconds. Gives the last answer."""
    for status in statuses(device, limit_s, pace, say, "the connection to the MLAV cloud"):
        if status.state == "connected":
            break
    return status
