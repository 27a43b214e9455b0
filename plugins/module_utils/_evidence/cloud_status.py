# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show mlav cloud-status``: is the firewall connected to the MLAV cloud?

Source: KB kA14u000000HDuDCAW; documentation "Enable Advanced WildFire Inline ML". The shape of the API's answer is not
known, so text and tags are both read and only the documented words are believed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceBusy
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import (
    Recorder,
    Unrecognized,
    probe,
    unwatched,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

DEFAULT_CLOUD_SERVER = "ml.service.paloaltonetworks.com"
COMMAND = Command(
    cli="show mlav cloud-status",
    xml="<show><mlav><cloud-status></cloud-status></mlav></show>",
)

# The texts of a daemon that is busy or gone; they may stand in an error or inside a success.
_BUSY = re.compile(
    r"device busy|busy or unavailable|timed out as client is not available|client \S{1,64} not ready"
    r"|timed out while getting config lock|see dagger\.log",
    re.IGNORECASE,
)
_SERVER = re.compile(r"Current cloud server[ \t]*:[ \t]*(\S+)", re.IGNORECASE)
# The answers about other clouds of the same process have a space before the colon.
_CONNECTION = re.compile(r"Cloud connection[ \t]*:[ \t]*(\S[^\r\n]*)", re.IGNORECASE)
_SERVER_TAGS = ("current-cloud-server", "cloud-server", "server")
_CONNECTION_TAGS = ("cloud-connection", "connection", "connection-status")
_WORD_LIMIT = 80


@dataclass(frozen=True)
class CloudStatus:
    """``show mlav cloud-status``. ``word`` is the device's own word where ``state`` is ``other``."""

    state: Literal["connected", "disconnected", "busy", "other"]
    server: str | None = None
    raw_state: str | None = None
    attempts: int = 1


def parse(text: str, result: Element | None = None) -> CloudStatus:
    """The known answers: ``connected``, ``disconnected`` or ``not connected``, busy.

    Another word of "Cloud connection" is ``other``; anything else is Unrecognized.
    """
    if _BUSY.search(text):
        return CloudStatus("busy")
    servers = _SERVER.findall(text) or _tagged(result, _SERVER_TAGS)
    words = [word.strip() for word in _CONNECTION.findall(text)] or _tagged(result, _CONNECTION_TAGS)
    if not words:
        raise Unrecognized('the answer has neither "Cloud connection" nor a busy text')
    server = servers[0] if servers else None
    word = " / ".join(dict.fromkeys(words))
    if word.lower() == "connected":
        return CloudStatus("connected", server)
    if word.lower() in ("disconnected", "not connected"):
        return CloudStatus("disconnected", server)
    return CloudStatus("other", server, word[:_WORD_LIMIT])


def _tagged(result: Element | None, tags: tuple[str, ...]) -> list[str]:
    if result is None:
        return []
    named = {element.tag.lower().replace("_", "-"): (element.text or "").strip() for element in result.iter()}
    return [named[tag] for tag in tags if named.get(tag)][:1]


def probe_cloud_status(
    device: Device,
    busy_retries: int = 3,
    busy_pause_s: float = 5.0,
    sleep: Callable[[float], None] = time.sleep,
    watch: Callable[[str], None] = unwatched,
) -> Evidence[CloudStatus]:
    """Asks for the status, and again after a pause while the device is busy; ``watch`` is shown each retry."""

    def ask(recorder: Recorder) -> CloudStatus:
        attempts = 1
        status = _once(recorder)
        while status.state == "busy" and attempts <= busy_retries:
            attempts += 1
            of = f"attempt {attempts} of {busy_retries + 1}"
            watch(f"retrying in {busy_pause_s:g} s ({of}): {COMMAND.cli}: the device is busy or unavailable")
            sleep(busy_pause_s)
            status = _once(recorder)
        return CloudStatus(status.state, status.server, status.raw_state, attempts)

    return probe(device, ask)


def _once(recorder: Recorder) -> CloudStatus:
    try:
        return recorder.read(COMMAND, lambda answer: parse(answer.text, answer.result))
    except DeviceBusy as error:
        recorder.keep(COMMAND.cli, "unknown", error.message)
        return CloudStatus("busy")


def _ask(session: Session) -> Evidence[CloudStatus]:
    options = session.options
    return probe_cloud_status(session.device, options.busy_retries, options.busy_pause_s, options.sleep, options.watch)


PROBE = Probe(_ask, "state")
