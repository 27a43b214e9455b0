# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence as data: every question with its answers, or with the error in their place.

Published as docs/schema/evidence.schema.json. It holds what was answered, not what that means, so
that a later version judges it anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit, decoder
from ansible_collections.panops.mlav.plugins.module_utils._device.constraints import Shape, Text, Utc
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Transport

SCHEMA = "panops.mlav/evidence/1"

# Characters of one answer.
MAX_ANSWER = 4 * 1024 * 1024

Ask = Literal["command", "configuration", "system_log", "process_log"]
Source = Literal["live", "techsupport"]
Depth = Literal["status", "full"]

_Name = Annotated[str, Text(min_length=1, max_length=1000, pattern=r"\S")]
# Times outside are no times of a recording, and too near the ends of what can be computed with.
_Moment = Annotated[datetime, Utc(years=range(1970, 2200))]
# A longer answer spoils its own question only: ``device.SavedDevice`` refuses it.
_Content = Annotated[str, Text(published_max_length=MAX_ANSWER)]

_COUNT = re.compile(r" count \d+\b")


@dataclass(frozen=True)
class SavedAnswer:
    """One answer: text, or XML."""

    __shape__ = Shape(unknown_keys="ignored", either=("xml", "text"))

    command: Annotated[str, "What was asked, as a person would ask it."]
    transport: Annotated[Transport, "What answered."]
    text: Annotated[
        _Content | None,
        "An answer that is text. Of logs, the lines that concern MLAV, and the first and the last.",
    ] = None
    xml: Annotated[
        _Content | None,
        "An answer that is XML: the serialized result. Of configurations, what the procedure reads.",
    ] = None
    truncated: Annotated[bool, "There was more: the oldest part is missing."] = False
    notes: Annotated[tuple[str, ...], "What a reader has to know (pushed values may be missing)."] = ()


@dataclass(frozen=True)
class SavedError:
    """Why there is no answer."""

    __shape__ = Shape(unknown_keys="ignored")

    kind: Annotated[
        str,
        Text(pattern=r"^[a-z][a-z0-9_]{0,39}$", example="unreachable"),
        "A stable word, such as unreachable or refused.",
    ]
    message: str
    remedy: Annotated[str, "How to obtain the answer; may be empty."] = ""


@dataclass(frozen=True)
class Question:
    """One question, and its answers or an error."""

    __shape__ = Shape(
        unknown_keys="ignored",
        either=("error", "answers"),
        also={
            "if": {"properties": {"ask": {"const": "process_log"}}},
            "else": {"properties": {"answers": {"minItems": 1, "maxItems": 1}}},
        },
    )

    ask: Annotated[Ask, "What kind of question it is."]
    key: Annotated[
        _Name,
        "What it is found by: a command as it is typed, without the number of a ping's packets; a path below /config; "
        "the name of a process's log; system for the system log.",
    ]
    asked_at: Annotated[_Moment, "When it was asked, by the controller's clock: UTC, ISO 8601."]
    answers: Annotated[
        tuple[SavedAnswer, ...],
        "One answer; for a process's log one of each file, newest first.",
    ] = ()
    error: SavedError | None = None


@dataclass(frozen=True)
class SavedEvidence:
    """What one firewall answered in one session, so that it can be judged again later.

    It has no secrets, and is reduced to what the procedure reads. A reader ignores keys that it does not know.
    """

    __shape__ = Shape(SCHEMA, unknown_keys="ignored")

    host: Annotated[_Name, "The name by which the firewall was addressed."]
    source: Annotated[Source, "What was asked: a live firewall, or a tech-support file."]
    collected_at: Annotated[_Moment, "When the session began: UTC, ISO 8601."]
    depth: Annotated[Depth, "How far the session went: status alone, or everything."]
    collection_version: Annotated[str, "The version of the collection that recorded it."]
    questions: Annotated[
        tuple[Question, ...],
        "In the order in which they were asked. The same question may come more than once.",
    ]

    @classmethod
    def from_document(cls, data: Any) -> SavedEvidence:
        """Reads what ``codec.encode`` wrote. Unknown keys are ignored: a later version may add some.

        Raises:
            MalformedAnswer: the data does not fit; the message names the place.
        """
        try:
            saved = _read(data)
            _require_one_answer(saved)
        except Misfit as misfit:
            raise MalformedAnswer(f"{misfit}.") from misfit
        return saved


def _writable(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair, which no output takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


_read = decoder(SavedEvidence, text=_writable)


def _require_one_answer(saved: SavedEvidence) -> None:
    """Every question has one answer or an error; a process's log may have several files."""
    for number, question in enumerate(saved.questions):
        if question.ask != "process_log" and question.error is None and len(question.answers) != 1:
            misfit = Misfit(f"one answer to a {question.ask}", len(question.answers))
            raise misfit.below("answers").below(number).below("questions")


def key_of_command(cli: str) -> str:
    """A command without what changes nothing about its meaning: spacing, and the number of a ping's packets."""
    key = " ".join(cli.split())
    return _COUNT.sub("", key) if key.startswith("ping ") else key
