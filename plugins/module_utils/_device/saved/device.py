# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence as a firewall: the probes ask it as they ask a live one, and so judge old answers anew."""

from __future__ import annotations

import json
import re
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope, errors
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    InvalidOption,
    MalformedAnswer,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.given_file import UnusableFile, read_given_file
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, SystemLogQuery
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, flatten
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import (
    MAX_ANSWER,
    Ask,
    SavedAnswer,
    SavedError,
    SavedEvidence,
    key_of_command,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.recorder import SYSTEM_LOG_KEY

MAX_FILE_BYTES = 128 * 1024 * 1024
# Of lists, mappings and members: each takes up to a hundred bytes of memory, and two in the file.
MAX_VALUES = 100_000

_LONGEST_NAME = 160
_REMEDY = "Ask the firewall itself."

_CLASSES: dict[str, type[ExpectedFailure]] = {
    item.kind: item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, ExpectedFailure)
}


class SavedDevice:
    """Implements ``interface.Device``: answers to a question come in recorded order, and the last one repeats."""

    def __init__(self, saved: SavedEvidence) -> None:
        self.saved = saved
        self._places: dict[tuple[Ask, str], list[int]] = {}
        for place, question in enumerate(saved.questions):
            self._places.setdefault((question.ask, question.key), []).append(place)
        self._next = 0
        self._begun = False

    def now(self) -> datetime:
        """The controller's time as it was: first that of the session's beginning, then that of the next answer.

        A session looks at the clock right before it asks; so the skew of the firewall's clock comes out as it was.
        """
        questions = self.saved.questions
        if not self._begun or not questions:
            self._begun = True
            return self.saved.collected_at
        return questions[min(self._next, len(questions) - 1)].asked_at

    def run(self, command: Command) -> Answer:
        """See ``interface.Device``."""
        return self._one("command", key_of_command(command.cli), f"the answer to {command.cli!r}")

    def effective_config(self, path: str) -> Answer:
        """See ``interface.Device``."""
        return self._one("configuration", path, f"the configuration under {path}")

    def system_log(self, query: SystemLogQuery) -> Answer:
        """See ``interface.Device``; the query is the recorded one."""
        return self._one("system_log", SYSTEM_LOG_KEY, "the system log")

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """See ``interface.Device``; as many lines as were recorded."""
        return self._answers("process_log", name, f"the log {name}")

    def close(self) -> None:
        """There is nothing to end."""

    def _one(self, ask: Ask, key: str, what: str) -> Answer:
        [answer] = self._answers(ask, key, what)
        return answer

    def _answers(self, ask: Ask, key: str, what: str) -> tuple[Answer, ...]:
        places = self._places.get((ask, key))
        if not places:
            raise NotObtainable(f"the evidence file does not have {what}", _REMEDY)
        place = places.pop(0) if len(places) > 1 else places[0]
        self._next = place + 1
        question = self.saved.questions[place]
        if question.error is not None:
            raise _raised(question.error)
        return tuple(_answer(answer, what) for answer in question.answers)


def _answer(saved: SavedAnswer, what: str) -> Answer:
    content = saved.text if saved.xml is None else saved.xml
    if content is not None and len(content) > MAX_ANSWER:
        raise MalformedAnswer(
            f"{what} is too large in the evidence file: expected at most {MAX_ANSWER} characters, got {len(content)}",
            _REMEDY,
        )
    if saved.xml is None:
        return Answer(saved.command, saved.transport, saved.text or "", None, saved.truncated, saved.notes)
    try:
        result = envelope.tree(saved.xml.encode("utf-8", "replace"))
    except MalformedAnswer as error:
        raise MalformedAnswer(f"{what} cannot be read in the evidence file: {error.message}", _REMEDY) from error
    return Answer(saved.command, saved.transport, flatten(result), result, saved.truncated, saved.notes)


def _raised(saved: SavedError) -> ExpectedFailure:
    known = _CLASSES.get(saved.kind)
    if known is not None:
        return known(saved.message, saved.remedy)
    error = DeviceError(saved.message, saved.remedy)
    error.kind = saved.kind
    return error


def read_saved(path: str) -> SavedEvidence:
    """Reads a file of saved evidence.

    Raises:
        InvalidOption: it is no such file; the message names the option ``evidence``, the path, and what would be right.
    """
    try:
        return SavedEvidence.from_document(_loaded(read_given_file(path, MAX_FILE_BYTES)))
    except UnusableFile as error:
        raise InvalidOption(f"option evidence is {path!r}: {error}") from error
    except MalformedAnswer as error:
        raise InvalidOption(f"option evidence is {path!r}, which cannot be used. {error.message}") from error


def _loaded(data: bytes) -> Any:
    _limit_values(data)
    try:
        # No field is a number, and reading a long one takes long.
        return json.loads(data.decode("utf-8-sig"), parse_int=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(f"Expected JSON as this collection saves it, got {excerpt(str(error))!r}") from error


def _no_number(_text: str) -> int:
    return 0


def _limit_values(data: bytes) -> None:
    """Bounds the memory that the values take, before they are built: what stands in texts does not count."""
    bare = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    values = bare.count(b'"') // 2
    if values <= MAX_VALUES:
        outside = b"".join(bare.split(b'"')[::2])
        values = sum(outside.count(mark) for mark in (b"[", b"{", b","))
    if values > MAX_VALUES:
        raise MalformedAnswer(f"Expected at most {MAX_VALUES} values, got more")


def name_of_file(host: str) -> str:
    """The name of a host's file: always a plain name in one folder, and another one for another host."""
    name = quote(host, safe="", errors="surrogatepass").replace("~", "%7E") or "%"
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _LONGEST_NAME:
        cut = re.sub(r"%[0-9A-F]?$", "", name[:_LONGEST_NAME])
        name = f"{cut}-{sha256(name.encode()).hexdigest()[:16]}"
    return f"{name}.json"
