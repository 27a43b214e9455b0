# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that diagnoses firewalls from their tech-support files. It asks no device.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.archive import (
    NEW_FILE,
    Archive,
    ArchiveDevice,
    find_archives,
    open_archive,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.data import to_data
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import GatherOptions, gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, EvidenceSet, Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import problem_of
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import between, duration
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
)


def _techsupport(params: Params, context: Context) -> Result:
    judging = DiagnosisOptions(log_window=duration("log_window", params["log_window"]))
    gathering = GatherOptions(
        depth="full",
        log_window=judging.log_window,
        log_entries=between("log_entries", params["log_entries"], 1, 5000),
        # An archive that is asked again answers the same.
        busy_retries=0,
        source="techsupport",
    )
    archives = find_archives("path", params["path"])
    result: Result = {
        "changed": False,
        "archives": [{"path": str(archive.path), "name": archive.name} for archive in archives],
    }
    if params["diagnose"]:
        found = [_gather(archive, gathering, context.say) for archive in archives]
        result["diagnoses"] = masked([to_data(diagnose(evidence, judging)) for evidence in found], str)
    return result


def _gather(archive: Archive, options: GatherOptions, say: Callable[[str], None]) -> EvidenceSet:
    """One firewall's evidence. A file that cannot be read is evidence that could not be had."""
    try:
        device = open_archive(archive, INTEREST, say)
    except DeviceError as error:
        unreadable: Evidence[Any] = Evidence(problem=problem_of(error))
        return EvidenceSet(archive.name, "techsupport", options.now(), "full", device=unreadable)
    own_time = _written_at(device, archive.path) or options.now()
    evidence = gather(device, archive.name, replace(options, now=lambda: own_time))
    if evidence.devsrv_log.value is not None and (gaps := device.log_gaps()):
        older = Problem("not_obtainable", f"older lines may be missing: {'; '.join(gaps)[:300]}", NEW_FILE)
        evidence = replace(evidence, devsrv_log=replace(evidence.devsrv_log, problem=older))
    info = evidence.device.value
    named = (info.hostname if info is not None else None) or device.contents.device_name
    return replace(evidence, host=named or archive.name)


def _written_at(device: ArchiveDevice, path: Path) -> datetime | None:
    """As the name of a file in it tells the time, or else the file itself; local time of the firewall."""
    written_at = device.contents.written_at
    if written_at is None:
        try:
            written_at = datetime.fromtimestamp(path.stat().st_mtime)
        except (OSError, OverflowError, ValueError):
            return None
    return written_at.replace(tzinfo=timezone.utc)


TECHSUPPORT_INFO = Operation(
    "mlav_techsupport_info",
    {
        "path": {"type": "path", "required": True},
        "diagnose": {"type": "bool", "default": True},
        "log_window": {"type": "str", "default": "24h"},
        "log_entries": {"type": "int", "default": 500},
    },
    _techsupport,
    names_the_firewall=False,
)
