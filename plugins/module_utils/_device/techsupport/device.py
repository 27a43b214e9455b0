# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tech-support file as a device: it answers what it holds the answer to.

Source: the guide to such files in tbortolossi/tsf-anonymizer, for the commands that one holds the answers to.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.cli_text import check_cli_text
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Answer,
    Command,
    Interest,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import flatten
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.contents import (
    DUMP,
    MERGED,
    MONITOR,
    NETSTAT,
    PROCESS_LOGS,
    RUNNING,
    SYSTEM_LOG,
    Contents,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.log_lines import Kept
from ansible_collections.panops.mlav.plugins.module_utils._device.techsupport.tar_stream import read_path, read_stream

# The command of a probe, and those whose sections answer it.
_SECTIONS = {
    "show mlav cloud-status": ("show mlav cloud-status",),
    "show system info": ("show system info",),
    "show clock": ("show clock",),
    "show high-availability state": ("show high-availability all", "show high-availability state"),
    "show device-certificate status": ("show device-certificate status",),
    "request license info": ("request license info",),
    "show system software status": ("show system software status",),
    "show jobs all": ("show jobs processed", "show jobs all"),
    "show interface all": ("show interface all",),
    "show url-cloud status": ("show url-cloud status",),
    "show wildfire status": ("show wildfire status",),
    "show ctd-agent status security-client": ("show ctd-agent status security-client",),
}
# Asked of a tech-support file alone: what a firewall would print is too much.
MONITOR_COMMAND = "less mp-log mp-monitor.log"
_COMMANDS = frozenset(name for names in _SECTIONS.values() for name in names)

# Support portals and browsers add something to a name that they know already.
_ENDINGS = (".tgz", ".tar.gz", ".tar", ".tgz_tw")
_SAVED = ".json"
# Its first member (see ``evidence_file.to_document``): a folder of reports holds other files of this kind.
_SAVED_BEGINNING = re.compile(rb'\s*\{\s*"schema":\s*"panops\.mlav/evidence/')
# Names with a meaning in an inventory: a host called as the playbook's group would stand for the whole group.
_RESERVED = ("all", "ungrouped", "localhost", "mlav_files")
# Folders of which an unpacked file has at least one.
_LANDMARKS = ("tmp/cli", "var/log/pan", "opt/pancfg/mgmt/saved-configs")

_NEW_FILE = "Generate a new tech-support file, or ask the firewall itself."
_CREDENTIAL = "the tech-support file"


class ArchiveDevice:
    """Implements ``interface.Device``. Every answer was read when it was opened."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents

    def close(self) -> None:
        """Nothing is open."""

    def run(self, command: Command) -> Answer:
        """The section of the command.

        Raises:
            NotObtainable: the file holds no answer; what only a live firewall can answer included.
            DeviceError: the firewall had answered with an error.
        """
        if command.cli == MONITOR_COMMAND:
            return self._monitor()
        if command.cli.startswith("show netstat"):
            return self._answer(NETSTAT, self.contents.netstat)
        names = _SECTIONS.get(command.cli)
        if names is None:
            raise NotObtainable(
                f"a tech-support file holds no answer to {command.cli!r}", f"Ask the firewall itself: {command.cli}"
            )
        found = next((name for name in names if name in self.contents.sections), None)
        if found is None:
            raise self._missing(f"section '> {names[0]}'", self._dump_fault())
        kept = self.contents.sections[found]
        check_cli_text(kept.text, found, _CREDENTIAL)
        return self._answer(found, kept)

    def effective_config(self, path: str) -> Answer:
        """See ``interface.Device``; from the merged configuration, else from the running one with a note."""
        for name, notes in ((MERGED, ()), (RUNNING, (PUSHED_VALUES_MAY_BE_MISSING,))):
            root = self.contents.configurations.get(name)
            if root is None:
                continue
            result = Element("result")
            node = root.find(path)
            if node is not None:
                result.append(node)
            return Answer(f"{name}: {path}", "archive", flatten(result), result, notes=notes)
        faults = [fault for name in (MERGED, RUNNING) if (fault := self.contents.faults.get(name))]
        raise self._missing(RUNNING, "; ".join(faults))

    def system_log(self, query: SystemLogQuery) -> Answer:
        """The rows that matter since ``query.since``, newest first; the expression was evaluated while reading."""
        kept = self.contents.system_log
        if kept is None:
            raise self._missing(SYSTEM_LOG, self.contents.faults.get(SYSTEM_LOG, ""))
        since = f"{query.since:%Y/%m/%d %H:%M:%S}" if query.since is not None else ""
        lines = kept.text.split("\n")
        head = [line for line in lines if not line[:1].isdigit()]
        dated = [line for line in lines if line[:1].isdigit()]
        rows = [line for line in dated if line[: len(since)].replace("-", "/") >= since]
        # What was left out while reading is older than all that is kept.
        left_out = len(rows) > query.limit or (kept.truncated and len(rows) == len(dated))
        return self._answer(SYSTEM_LOG, Kept("\n".join(head + rows[: query.limit]), left_out))

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """Every line that matters of a log and of all its rotations, newest file first; ``lines`` does not bound it.

        Without the live file its rotations are no answer: they do not tell the present.
        """
        found = self.contents.generations(name)
        if not found or found[0].generation:
            live = f"var/log/pan/{name}"
            raise self._missing(live, self.contents.faults.get(live, ""))
        answers = [self._answer(log.name, log.kept) for log in found]
        return (replace(answers[0], notes=self._log_gaps()), *answers[1:])

    def _monitor(self) -> Answer:
        """The sessions in the connection tables of mp-monitor.log and its rotations, oldest first."""
        found = sorted(self.contents.monitors.values(), key=lambda item: item.generation, reverse=True)
        if not found:
            raise self._missing(MONITOR)
        gaps = [why for member, why in self.contents.faults.items() if member.startswith(MONITOR)]
        return Answer(
            ", ".join(item.name for item in found),
            "archive",
            "".join(item.kept.text for item in found),
            truncated=any(item.kept.truncated for item in found),
            notes=tuple(filter(None, (*gaps, self.contents.incomplete))),
        )

    def _dump_fault(self) -> str:
        """Why the file that holds the sections could not be read, empty where it was."""
        return next((why for member, why in self.contents.faults.items() if member.startswith(DUMP)), "")

    def _log_gaps(self) -> tuple[str, ...]:
        """Why generations of devsrv.log may be missing beside those that ``process_log`` answers with."""
        gaps = [why for member, why in self.contents.faults.items() if member.startswith(PROCESS_LOGS)]
        return tuple(filter(None, (*gaps, self.contents.incomplete)))

    def _answer(self, command: str, kept: Kept | None) -> Answer:
        if kept is None:
            raise self._missing(command, self.contents.faults.get(command, ""))
        return Answer(command, "archive", kept.text, truncated=kept.truncated)

    def _missing(self, what: str, fault: str = "") -> NotObtainable:
        """``fault``: why what is there is no evidence."""
        told = fault or f"the tech-support file has no {what}"
        if self.contents.incomplete:
            told += f"; {self.contents.incomplete}"
        return NotObtainable(told, _NEW_FILE)


@dataclass(frozen=True)
class Archive:
    """One tech-support file, or evidence that was saved.

    ``name``: that of its file without the ending, fit for an inventory, and unique in a run.
    """

    path: Path
    name: str

    @property
    def is_saved_evidence(self) -> bool:
        return self.path.suffix.lower() == _SAVED


def find_archives(option: str, text: str) -> tuple[Archive, ...]:
    """The archives and the saved evidence at a path: itself, or what is directly in a folder, by name.

    Raises:
        InvalidOption: nothing is there; names ``option``, the path and what would be right.
    """
    expected = (
        "expected a tech-support file (.tgz, .tar.gz, .tar), an unpacked one, an evidence file (.json), or a folder of "
        "them"
    )
    try:
        path = Path(text).expanduser()
        if path.is_file() or (path.is_dir() and _is_unpacked(path)):
            return _named([path])
        if not path.is_dir():
            actual = "neither a file nor a folder" if path.exists() else "nothing"
            raise InvalidOption(f"option {option} is {text!r}: {expected}, got {actual}")
        found = [entry for entry in sorted(path.iterdir()) if _is_archive(entry)]
    except RuntimeError as error:
        raise InvalidOption(f"option {option} is {text!r}: {expected}, got {str(error)!r}") from error
    except OSError as error:
        raise InvalidOption(f"option {option} is {text!r}: {expected}, got {error.strerror or str(error)!r}") from error
    if not found:
        raise InvalidOption(f"option {option} is {text!r}: {expected}, got a folder without any")
    return _named(found)


def _is_archive(entry: Path) -> bool:
    if entry.is_dir():
        return _is_unpacked(entry)
    if not entry.is_file() or entry.name.startswith("."):
        return False
    if entry.suffix.lower() == _SAVED:
        try:
            with entry.open("rb") as file:
                return _SAVED_BEGINNING.match(file.read(200)) is not None
        except OSError:
            # Who may not read it will be told so; the others of the folder are not affected.
            return True
    return entry.name.lower().endswith(_ENDINGS)


def _is_unpacked(folder: Path) -> bool:
    """Also where its folders may not be entered: what is read of it says so."""
    if any(os.path.isdir(folder / landmark) for landmark in _LANDMARKS):
        return True
    tops = [folder / landmark.partition("/")[0] for landmark in _LANDMARKS]
    return any(top.is_dir() and not os.access(top, os.R_OK | os.X_OK) for top in tops)


def _named(paths: list[Path]) -> tuple[Archive, ...]:
    taken = set(_RESERVED)
    archives = []
    for path in paths:
        file = path.resolve().name if path.name in ("", "..") else path.name
        ending = next((ending for ending in (*_ENDINGS, _SAVED) if file.lower().endswith(ending)), "")
        stem = re.sub(r"[^A-Za-z0-9._-]+", "_", file[: len(file) - len(ending)])[:100].lstrip(".-") or "techsupport"
        numbered = (stem if number == 1 else f"{stem}-{number}" for number in itertools.count(1))
        name = next(name for name in numbered if name not in taken)
        taken.add(name)
        archives.append(Archive(path, name))
    return tuple(archives)


def open_archive(archive: Archive, interest: Interest, say: Callable[[str], None]) -> ArchiveDevice:
    """Reads an archive; ``say`` is told every few seconds how far it is.

    Raises:
        MalformedAnswer: it is no tech-support file.
        DeviceError: it cannot be opened.
    """
    contents = Contents(interest, _COMMANDS)
    read_path(archive.path, contents, say)
    return ArchiveDevice(contents)


def read_archive(
    stream: BinaryIO, name: str, size: int | None, interest: Interest, say: Callable[[str], None]
) -> ArchiveDevice:
    """The same for an archive that comes as a stream of ``size`` bytes, such as an export."""
    contents = Contents(interest, _COMMANDS)
    read_stream(stream, name, size, contents, say)
    return ArchiveDevice(contents)
