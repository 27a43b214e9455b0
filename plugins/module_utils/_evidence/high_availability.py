# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show high-availability state``.

Source: recorded answers of a PA-850; the text form is that of ``show high-availability all``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

COMMAND = Command(
    cli="show high-availability state",
    xml="<show><high-availability><state></state></high-availability></show>",
    structured=True,
)


@dataclass(frozen=True)
class HighAvailability:
    """``show high-availability state``."""

    enabled: bool
    mode: str | None = None
    state: str | None = None
    peer_state: str | None = None
    running_sync: str | None = None


def parse(text: str, result: Element | None = None) -> HighAvailability:
    """Whether HA is on, and the two states as the device's own words."""
    enabled = yes_no(text_of(result, "enabled"))
    if enabled is None:
        return _from_text(text)
    group = result.find("group") if result is not None else None
    return HighAvailability(
        enabled,
        mode=text_of(group, "mode") or text_of(group, "local-info/mode"),
        state=text_of(group, "local-info/state"),
        peer_state=text_of(group, "peer-info/state"),
        running_sync=text_of(group, "running-sync"),
    )


def _from_text(text: str) -> HighAvailability:
    if re.search(r"\bHA (?:is )?not enabled|high-availability (?:is )?not enabled", text, re.IGNORECASE):
        return HighAvailability(False)
    local, _colon, peer = text.partition("Peer Information:")
    state = _value(local, "State")
    if state is None:
        raise Unrecognized("the answer does not say whether high availability is enabled")
    return HighAvailability(
        True,
        mode=_value(local, "Mode"),
        state=state,
        peer_state=_value(peer, "State"),
        running_sync=_value(text, "Running Configuration"),
    )


def _value(text: str, name: str) -> str | None:
    found = re.search(rf"^[ \t]*{name}:[ \t]*(\S+)", text, re.MULTILINE)
    return found[1] if found else None


def probe_high_availability(device: Device) -> Evidence[HighAvailability]:
    """Asks for the HA state."""

    def ask(recorder: Recorder) -> HighAvailability:
        answer = recorder.run(COMMAND)
        return parse(answer.text, answer.result)

    return probe(device, ask)


PROBE = Probe(lambda session: probe_high_availability(session.device), "report")
