# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the doctor asks, what it saw, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Clock, Problem

Status = Literal["pass", "fail", "warn", "skipped"]


@dataclass(frozen=True)
class Check:
    """One check and its outcome.

    Attributes:
        id: what was checked; the same for every firewall.
        message: one sentence. It leaves out the firewall's name, so that the same fault reads the same everywhere.
        fix: the command or the setting that mends it; empty where nothing has to be mended.
        host: the firewall, None for the controller.
        evidence: a diagnosis gets what the step gives.
    """

    id: str
    status: Status
    message: str
    fix: str = ""
    host: str | None = None
    evidence: bool = True


# The steps at one firewall, in the order in which they are shown.
Step = Literal[
    "name_resolution",
    "tcp",
    "tls",
    "login",
    "operational",
    "configuration",
    "log",
    "export",
    "ssh_tcp",
    "ssh_known_host",
    "ssh_host_key",
    "ssh_login",
    "ping",
    "netstat",
    "devsrv_log",
    "clock",
]

# The kind of a problem: another firewall has refused the same login. Its message names that firewall.
REFUSED_ELSEWHERE = "refused_elsewhere"


@dataclass(frozen=True)
class Seen:
    """What one step met.

    Attributes:
        problem: None where the firewall answered as a diagnosis needs it.
        code: of OpenSSL, where a certificate did not verify.
        way: ``api`` or ``ssh``, what answered in the end; empty where that does not matter.
        instead: the problem of the usual way, where another one answered.
        clock: what the firewall's clock shows.
        empty: it answered, but with nothing in it.
    """

    problem: Problem | None = None
    code: int | None = None
    way: str = ""
    instead: Problem | None = None
    clock: Clock | None = None
    empty: bool = False


@dataclass(frozen=True)
class Patient:
    """One firewall to ask.

    Attributes:
        unasked: steps that are not taken, and why.
        export: a diagnosis may have a tech-support file made (``techsupport_export``).
    """

    host: str
    options: ConnectionOptions
    unasked: Mapping[Step, str] = field(default_factory=dict)
    export: bool = False

    @property
    def by_panorama(self) -> bool:
        """The XML API is that of a Panorama."""
        return self.options.serial_number is not None
