# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session: asks a firewall the questions of the table ``model.PROBES``, as few as the situation allows."""

from __future__ import annotations

from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import PROBES, EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import parse_release
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import (
    ALWAYS,
    STAGES,
    WITH_MLAV,
    Session,
    Stage,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.settling import settle_times, time_of_techsupport
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import DeviceInfo

# MLAV came with this release.
FIRST_RELEASE = (10, 0)


def gather(device: Device, host: str, options: GatherOptions | None = None) -> EvidenceSet:
    """Asks ``device`` and returns what it answered. Raises nothing: a problem stands in the place of what is missing.

    Depth ``auto`` asks a connected firewall three things: system information (it holds the clock and the status of the
    device certificate too), cloud status, HA state. In any other state, the unknown ones included, it asks everything.
    A release without MLAV is asked no more than the first two.
    """
    options = options or GatherOptions()
    collected_at = options.now()
    session = Session(device, options)
    _ask(session, ALWAYS)
    depth: Literal["status", "full"] = "status"
    if _has_mlav(session):
        _ask(session, WITH_MLAV)
        if options.depth == "full" or not session.connected:
            _ask(session, tuple(stage for stage in STAGES if stage not in (*ALWAYS, *WITH_MLAV)))
            depth = "full"
    settle_times(session)
    return EvidenceSet(
        host=host,
        source=options.source,
        collected_at=time_of_techsupport(session) or collected_at,
        depth=depth,
        **session.found,
    )


def _ask(session: Session, stages: tuple[Stage, ...]) -> None:
    for name, probe in PROBES.items():
        if probe.stage in stages and session.options.wants(name):
            session.found[name] = probe.ask(session)


def _has_mlav(session: Session) -> bool:
    """False where the release is known to be older than MLAV."""
    info: DeviceInfo | None = session.value("device")
    version = parse_release(info.sw_version) if info is not None else None
    return version is None or version.branch >= FIRST_RELEASE
