# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that diagnoses firewalls from their tech-support files. It asks no device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor, redact
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.device import (
    Archive,
    ArchiveDevice,
    find_archives,
    open_archive,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import problem_of
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import doc_url, logs
from ansible_collections.panops.mlav.plugins.module_utils._tasks.judging import diagnosed, gather_options
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.saving import (
    folder_for_evidence,
    gather_again,
    gather_and_save,
)


def _techsupport(params: Params, context: Context) -> Result:
    options = replace(
        gather_options(params),
        # An archive that is asked again answers the same.
        busy_retries=0,
        source="techsupport",
    )
    archives = find_archives("path", params["path"])
    result: Result = {
        "changed": False,
        "archives": [{"path": str(archive.path), "name": archive.name} for archive in archives],
    }
    if not params["diagnose"]:
        return result
    folder = None if context.check_mode else folder_for_evidence(params["save_evidence"])
    found = [_gather(archive, options, folder, context.say) for archive in archives]
    diagnoses = [
        diagnosed(evidence, params, file=archive.path.name or archive.name)
        for archive, (evidence, _file) in zip(archives, found, strict=True)
    ]
    result["diagnoses"] = masked(diagnoses, redact)
    if folder is not None:
        result["evidence_files"] = [file for _evidence, file in found if file is not None]
    return result


def _gather(
    archive: Archive, options: GatherOptions, folder: str | None, say: Callable[[str], None]
) -> tuple[EvidenceSet, str | None]:
    """One firewall's evidence. A file that cannot be read is evidence that could not be had."""
    try:
        if archive.is_saved_evidence:
            return gather_again(str(archive.path), archive.name, replace(options, depth="auto")), None
        device = open_archive(archive, INTEREST, say)
    except ExpectedFailure as error:
        unreadable: Evidence[Any] = Evidence(problem=problem_of(error))
        source: Literal["saved", "techsupport"] = "saved" if archive.is_saved_evidence else "techsupport"
        return EvidenceSet(archive.name, source, options.now(), "full", device=unreadable), None
    own_time = _written_at(device, archive.path) or options.now()

    def named(evidence: EvidenceSet) -> str:
        info = evidence.device.value
        return (info.hostname if info is not None else None) or device.contents.device_name or archive.name

    return gather_and_save(device, archive.name, replace(options, now=lambda: own_time), Redactor(), folder, named)


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
        **logs(),
        **doc_url(),
        "save_evidence": {"type": "path"},
    },
    _techsupport,
    names_the_firewall=False,
)
