# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence that is saved while it is gathered, and judged again later."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Device
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.device import (
    SavedDevice,
    name_of_file,
    read_saved,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.recorder import RecordingDevice
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interest import INTEREST
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks.files import make_folder, write_saved
from ansible_collections.panops.mlav.plugins.module_utils._version import COLLECTION_VERSION


def folder_for_evidence(folder: str | None) -> str | None:
    """Creates the folder of the option ``save_evidence`` before anything is asked; None without one.

    Raises:
        InvalidOption: it cannot be written.
    """
    if folder is None:
        return None
    if not folder:
        raise InvalidOption(
            "save_evidence: expected a folder that can be written, got ''. In the role, set mlav_report_dir."
        )
    make_folder(folder, f"option save_evidence is {folder!r}")
    return folder


def gather_and_save(
    device: Device,
    host: str,
    options: GatherOptions,
    redactor: Redactor,
    folder: str | None,
    named: Callable[[EvidenceSet], str] | None = None,
) -> tuple[EvidenceSet, str | None]:
    """Gathers, and saves the answers where there is a folder for them.

    Args:
        host: the name of the firewall and of its evidence file.
        named: finds the firewall's own name in the evidence, where ``host`` names a tech-support file.

    Returns:
        The evidence, and the path of the evidence file; None where none was written.
    """
    recording = RecordingDevice(device, INTEREST, redactor, options.now) if folder is not None else None
    asked = device if recording is None else recording
    evidence = gather(asked, host, options if recording is None else replace(options, now=recording.now))
    if named is not None:
        evidence = replace(evidence, host=named(evidence))
    if recording is None or folder is None:
        return evidence, None
    path = os.path.join(folder, name_of_file(host))
    document = recording.to_document(
        evidence.host,
        "techsupport" if options.source == "techsupport" else "live",
        evidence.collected_at,
        evidence.depth,
        COLLECTION_VERSION,
    )
    write_saved(path, document)
    return evidence, path


def gather_again(path: str, host: str, options: GatherOptions) -> EvidenceSet:
    """Gathers from an evidence file: ``path`` itself, or the file of ``host`` in the folder ``path``.

    At least as deep as the evidence was collected.

    Raises:
        InvalidOption: there is no such file; the message names the option ``evidence``.
    """
    file = Path(path)
    saved = read_saved(str(file / name_of_file(host)) if file.is_dir() else path)
    device = SavedDevice(saved)
    depth = "full" if saved.depth == "full" else options.depth
    again = replace(options, depth=depth, source="saved", now=device.now, sleep=lambda seconds: None)
    return gather(device, saved.host, again)
