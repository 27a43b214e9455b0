# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``request license info``. No licence is needed for the connection itself; some remedies depend on one.

Source: recorded answer of a PA-850; the text form is the CLI's "License entry:" blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import pairs_of, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe

COMMAND = Command(
    cli="request license info",
    xml="<request><license><info></info></license></request>",
    structured=True,
)


@dataclass(frozen=True)
class License:
    """``expires`` as the device writes it (``August 05, 2025``, ``Never``)."""

    feature: str
    expires: str | None
    expired: bool | None


@dataclass(frozen=True)
class Licenses:
    entries: tuple[License, ...]


def parse(text: str, result: Element | None = None) -> Licenses:
    """Every licence. An answer without the list is Unrecognized: it never means "no licence"."""
    listed = result.find("licenses") if result is not None else None
    if listed is not None:
        return Licenses(
            tuple(
                License(feature, text_of(entry, "expires"), yes_no(text_of(entry, "expired")))
                for entry in listed.findall("entry")
                if (feature := text_of(entry, "feature"))
            )
        )
    blocks = [pairs_of(block) for block in text.split("License entry:")[1:]]
    if not blocks:
        raise Unrecognized("the answer holds no list of licenses")
    return Licenses(
        tuple(
            License(block["feature"], block.get("expires"), yes_no(block.get("expired?")))
            for block in blocks
            if "feature" in block
        )
    )


def probe_licenses(device: Device) -> Evidence[Licenses]:
    """Asks for the licences."""

    def ask(recorder: Recorder) -> Licenses:
        answer = recorder.run(COMMAND)
        return parse(answer.text, answer.result)

    return probe(device, ask)


PROBE = Probe(lambda session: probe_licenses(session.device), "system")
