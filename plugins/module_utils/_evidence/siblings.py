# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other clouds that the firewall talks to over the same service route: do they fail as MLAV does?

Source: documentation "Verify the URL filtering cloud connection" (``Cloud connection : not connected``). The answers of
``show wildfire status`` and ``show ctd-agent status security-client`` are not published: a line ``Cloud connection`` in
them is believed, any other answer is ``unknown``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    ExpectedFailure,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence, not_asked
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, probe, problem_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

URL_CLOUD = Command(
    cli="show url-cloud status",
    xml="<show><url-cloud><status></status></url-cloud></show>",
)
WILDFIRE = Command(
    cli="show wildfire status",
    xml="<show><wildfire><status></status></wildfire></show>",
)
CTD_AGENT = Command(
    cli="show ctd-agent status security-client",
    xml="<show><ctd-agent><status><security-client></security-client></status></ctd-agent></show>",
)

_CONNECTION = re.compile(r"^[ \t]*Cloud connection[ \t]*:[ \t]*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
# A private PAN-DB cloud: it stands in the customer's own network, so its state says nothing of the way to the vendor.
_PRIVATE = re.compile(r"^[ \t]*Cloud status[ \t]*:[ \t]*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_NOT_CONNECTED = re.compile(r"\bnot\W{1,5}connected\b|\bdis-?connected\b", re.IGNORECASE)
_CONNECTED = re.compile(r"connected\b", re.IGNORECASE)
_WORD_LIMIT = 80


@dataclass(frozen=True)
class Sibling:
    """Another cloud of device-server's. ``raw_state`` is the device's own word, None where the answer has none.

    ``state``: ``other`` is a known answer with a state that is neither, ``unknown`` an answer in no known form.
    """

    state: Literal["connected", "disconnected", "other", "unknown"]
    raw_state: str | None = None


@dataclass(frozen=True)
class Siblings:
    """The clouds that share MLAV's service route: PAN-DB, WildFire, and the security client of ctd-agent.

    Only a firewall that is not connected is asked. None where the firewall does not answer the question.
    """

    url_cloud: Sibling | None = None
    wildfire: Sibling | None = None
    ctd_agent: Sibling | None = None


def parse(text: str) -> Sibling:
    """The state of one cloud. Where several connections are listed, one that is not connected decides."""
    words = [word.strip()[:_WORD_LIMIT] for word in _CONNECTION.findall(text)]
    if not words:
        private = _PRIVATE.search(text)
        return Sibling("other", private[1].strip()[:_WORD_LIMIT]) if private else Sibling("unknown")
    for word in words:
        if _NOT_CONNECTED.search(word):
            return Sibling("disconnected", word)
    for word in words:
        if not _CONNECTED.match(word):
            return Sibling("other", word)
    return Sibling("connected", words[0])


def probe_siblings(device: Device) -> Evidence[Siblings]:
    """Asks for the state of each. A command that the firewall refuses leaves None: it may lack the license for it."""

    def ask(recorder: Recorder) -> Siblings:
        failures: list[ExpectedFailure] = []

        def one(command: Command) -> Sibling | None:
            try:
                return parse(recorder.run(command).text)
            except ExpectedFailure as error:
                failures.append(error)
                return None

        found = Siblings(one(URL_CLOUD), one(WILDFIRE), one(CTD_AGENT))
        unexpected = [error for error in failures if not isinstance(error, (CommandRefused, NotObtainable))]
        if unexpected and found == Siblings():
            raise unexpected[0]
        if unexpected:
            recorder.incomplete = problem_of(unexpected[0])
        return found

    return probe(device, ask)


def _ask(session: Session) -> Evidence[Siblings]:
    return not_asked() if session.connected else probe_siblings(session.device)


PROBE = Probe(_ask, "network", needs=("cloud_status",))
