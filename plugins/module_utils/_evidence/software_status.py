# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show system software status``: which processes run. The device server is ``devsrvr``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import number
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

COMMAND = Command(
    cli="show system software status",
    xml="<show><system><software><status></status></software></system></show>",
)

_LINE = re.compile(
    r"^[ \t]*(?:Process|Group)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t]+\(pid:?[ \t]*(\d{1,9})\))?", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True)
class Process:
    """A line of ``show system software status``; ``state`` is the device's word (``running``)."""

    name: str
    state: str
    pid: int | None = None


@dataclass(frozen=True)
class SoftwareStatus:
    processes: tuple[Process, ...]


def parse(text: str) -> SoftwareStatus:
    """Lines such as ``Process devsrvr running (pid: 3061)``; ``Group`` lines have no pid."""
    processes = tuple(Process(line[1], line[2], number(line[3])) for line in _LINE.finditer(text))
    if not processes:
        raise Unrecognized("no line names a process and its state")
    return SoftwareStatus(processes)


def probe_software_status(device: Device) -> Evidence[SoftwareStatus]:
    """Asks for the processes."""
    return probe(device, lambda recorder: parse(recorder.run(COMMAND).text))


PROBE = Probe(lambda session: probe_software_status(session.device), "system")
