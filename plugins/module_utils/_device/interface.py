# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one small interface through which a probe asks a firewall, whatever answers: API, SSH, archive or saved file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import Relevance

Transport = Literal["api", "ssh", "archive"]


@dataclass(frozen=True)
class Command:
    """An operational command.

    Attributes:
        cli: the command as an engineer types it at the PAN-OS prompt.
        xml: the same for the XML API (the ``cmd`` of ``type=op``), or None where the API has no form of it.
        structured: the probe wants XML; over SSH it is asked in XML output mode.
        prefer_ssh: the API is known to refuse this family, so SSH is asked first where there are credentials.
        seconds: a time limit of its own; None takes the connection's.
        confirmed: the CLI may ask whether this is really wanted; it is, and is answered with yes.
        retry_reason: why it is asked again, for a person; empty the first time.
    """

    cli: str
    xml: str | None = None
    structured: bool = False
    prefer_ssh: bool = False
    seconds: float | None = None
    confirmed: bool = False
    retry_reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        command: what was asked, as a person would ask it.
        transport: who answered.
        text: the whole answer as plain text (``redaction.flatten`` of XML answers).
        result: the ``<result>`` element where the answer is XML, else None.
        truncated: the answer was longer than the limit and its oldest part was left out.
        notes: what a reader has to know (``pushed values may be missing``).
    """

    command: str
    transport: Transport
    text: str
    result: Element | None = None
    truncated: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SystemLogQuery:
    """A bounded question to the system log: newest first, at most ``limit`` (1-5000) entries.

    ``since`` is device-local time without an offset, as PAN-OS takes it; None asks without a lower bound.
    """

    expression: str
    since: datetime | None
    limit: int


@dataclass(frozen=True)
class Interest:
    """What the procedure reads of sources that hold far more; a transport drops the rest before it is kept or saved.

    Attributes:
        config_paths: subtrees of the configuration, relative to ``/config``; the elements above them count as well,
            each without its other children. Attributes are not part of a path: ``entry`` is every entry.
        config_extras: the same for subtrees that help where they are small enough to be kept, and are left out else.
        system_log: the relevant lines of the system log.
        process_log: those of devsrv.log.
    """

    config_paths: tuple[str, ...]
    system_log: Relevance
    process_log: Relevance
    config_extras: tuple[str, ...] = ()

    @property
    def all_config_paths(self) -> tuple[str, ...]:
        """``config_paths`` and ``config_extras``."""
        return (*self.config_paths, *self.config_extras)


class Device(Protocol):
    """A firewall that can be asked. Every method raises a subclass of ``errors.DeviceError``."""

    def run(self, command: Command) -> Answer:
        """Asks an operational command."""

    def effective_config(self, path: str) -> Answer:
        """Reads one subtree of the effective configuration.

        ``path`` is relative to ``/config``, without a leading slash (``devices/entry/deviceconfig/system``).
        ``result`` holds the node as its only child, or nothing where the node is absent. Where only the running
        configuration can be had, the answer says so in ``notes`` (``PUSHED_VALUES_MAY_BE_MISSING``).
        """

    def system_log(self, query: SystemLogQuery) -> Answer:
        """Asks the system log; ``result`` holds ``log/logs/entry`` elements (API) or ``text`` the CLI's table."""

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """The last ``lines`` lines of a management-plane log and of its rotations, newest file first."""

    def close(self) -> None:
        """Ends the connections."""


PUSHED_VALUES_MAY_BE_MISSING = "running configuration only: values pushed by Panorama may be missing"
