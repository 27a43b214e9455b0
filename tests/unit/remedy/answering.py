# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An API session that answers from a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.envelope import Envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi


class Answering:
    """``answers``: by a word of the question, the content of the response."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def call(self, fields: Mapping[str, str], seconds: float | None = None, asked: str = "") -> Envelope:
        question = " ".join(fields.values())
        self.asked.append(question)
        for word, content in self.answers.items():
            if word in question:
                if not content.startswith("<response"):
                    content = f'<response status="success">{content}</response>'
                return envelope.check(envelope.parse(content.encode()), asked, "the API key")
        raise AssertionError(question)

    def op(self, cmd: str, seconds: float | None = None, asked: str = "") -> Envelope:
        return self.call({"cmd": cmd}, seconds, asked)


def answering(answers: Mapping[str, str]) -> XmlApi:
    return cast(XmlApi, Answering(answers))
