# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records what a firewall answers while it is asked, without secrets, so that it can be judged again later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, tostring

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, NotObtainable
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    Device,
    Interest,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import prune, tag_at
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import Redactor, redacted_tree
from ansible_collections.panops.mlav.plugins.module_utils._device.relevant_lines import DATED_TEXT
from ansible_collections.panops.mlav.plugins.module_utils._device.saved.document import (
    MAX_ANSWER,
    Ask,
    Depth,
    Question,
    SavedAnswer,
    SavedError,
    SavedEvidence,
    Source,
    key_of_command,
)

SYSTEM_LOG_KEY = "system"

# Of the file that all answers go into.
MAX_RECORDING_BYTES = 64 * 1024 * 1024
_MAX_MESSAGE = 64 * 1024

T = TypeVar("T")


class RecordingDevice:
    """Implements ``interface.Device`` over another one, and keeps every question with its answer or error.

    What the one who asks gets is the device's own answer, and nothing that goes wrong here reaches him: an answer that
    cannot be recorded leaves an error that says so.
    """

    def __init__(self, device: Device, interest: Interest, redactor: Redactor, now: Callable[[], datetime]) -> None:
        self._device = device
        self._interest = interest
        self._redactor = redactor
        self._clock = now
        self._told: datetime | None = None
        self._size = 0
        self.questions: list[Question] = []

    def now(self) -> datetime:
        """The time; the next question is recorded with this very one, so that its replay gives the same skew."""
        self._told = self._clock()
        return self._told

    def run(self, command: Command) -> Answer:
        """See ``interface.Device``."""
        key = key_of_command(command.cli)
        if key.startswith("ping "):
            # The host and the source in it are the device's own words.
            key = self._redactor.redact(key)
        return self._asked("command", key, lambda: self._device.run(command), self._of_command)

    def effective_config(self, path: str) -> Answer:
        """See ``interface.Device``."""

        def pruned(answer: Answer) -> tuple[SavedAnswer, ...]:
            return (self._of_configuration(answer, path),)

        return self._asked("configuration", path, lambda: self._device.effective_config(path), pruned)

    def system_log(self, query: SystemLogQuery) -> Answer:
        """See ``interface.Device``."""

        def relevant(answer: Answer) -> tuple[SavedAnswer, ...]:
            return (self._of_system_log(answer, query.limit),)

        return self._asked("system_log", SYSTEM_LOG_KEY, lambda: self._device.system_log(query), relevant)

    def process_log(self, name: str, lines: int) -> tuple[Answer, ...]:
        """See ``interface.Device``."""

        def relevant(answers: tuple[Answer, ...]) -> tuple[SavedAnswer, ...]:
            return tuple(
                self._text(answer, self._interest.process_log.part_of(answer.text, bounds=True), newest_last=True)
                for answer in answers
            )

        return self._asked("process_log", name, lambda: self._device.process_log(name, lines), relevant)

    def close(self) -> None:
        """See ``interface.Device``."""
        self._device.close()

    def to_document(
        self, host: str, source: Source, collected_at: datetime, depth: Depth, collection_version: str
    ) -> dict[str, Any]:
        """What was recorded so far, as the data of a file (see ``evidence_file.SavedEvidence`` for the arguments)."""
        questions = tuple(self.questions)
        return dict(encode(SavedEvidence(host, source, collected_at, depth, collection_version, questions)))

    def _asked(
        self, ask: Ask, key: str, question: Callable[[], T], recorded: Callable[[T], tuple[SavedAnswer, ...]]
    ) -> T:
        asked_at = self._told or self._clock()
        self._told = None
        entry = Question(ask, key, asked_at)
        try:
            answer = question()
        except Exception as error:
            self._keep(replace(entry, error=self._error(error)))
            raise
        try:
            entry = replace(entry, answers=recorded(answer))
        except Exception as error:
            entry = replace(entry, error=self._unrecorded(error))
        self._keep(entry)
        return answer

    def _keep(self, entry: Question) -> None:
        size = sum(len(json.dumps(answer.xml or answer.text)) for answer in entry.answers)
        if self._size + size > MAX_RECORDING_BYTES:
            entry = replace(
                entry,
                answers=(),
                error=self._unrecorded(f"the evidence file is full: expected at most {MAX_RECORDING_BYTES} bytes"),
            )
            size = 0
        self._size += size
        self.questions.append(entry)

    def _error(self, error: Exception) -> SavedError:
        if isinstance(error, ExpectedFailure):
            message, kind, remedy = error.message, error.kind, error.remedy
        else:
            message, kind, remedy = f"{type(error).__name__}: {error}", "crash", "This is a bug in this collection."
        redact = self._redactor.redact_message
        return SavedError(kind, redact(message)[:_MAX_MESSAGE], redact(remedy)[:_MAX_MESSAGE])

    def _unrecorded(self, why: object) -> SavedError:
        failed = NotObtainable(f"the answer could not be recorded: {why}", "Ask the firewall itself.")
        return self._error(failed)

    def _of_command(self, answer: Answer) -> tuple[SavedAnswer, ...]:
        if answer.result is None:
            return (self._text(answer, answer.text),)
        return (self._xml(answer, redacted_tree(answer.result, self._redactor.redact)),)

    def _of_configuration(self, answer: Answer, path: str) -> SavedAnswer:
        """As text, a configuration cannot be told apart from its secrets."""
        if answer.result is None:
            return self._text(answer, "")
        kept = Element("result")
        kept.extend(prune(node, path, self._interest.all_config_paths) for node in answer.result.findall(tag_at(path)))
        return self._xml(answer, redacted_tree(kept, self._redactor.redact))

    def _of_system_log(self, answer: Answer, limit: int) -> SavedAnswer:
        """The relevant entries, and the first and the last; that there were more stays known as ``truncated``."""
        relevance, result = self._interest.system_log, answer.result
        if result is None:
            lines = [line.strip() for line in answer.text.split("\n")]
            many = sum(DATED_TEXT.match(line) is not None for line in lines) >= limit
            return self._text(
                replace(answer, truncated=answer.truncated or many), relevance.part_of("\n".join(lines), bounds=True)
            )
        entries = list(result.iter("entry"))
        ends = {*entries[:1], *entries[-1:]}
        dull = {entry for entry in entries if entry not in ends and not relevance.matches(_words(entry))}
        answer = replace(answer, truncated=answer.truncated or len(entries) >= limit)
        kept = redacted_tree(result, self._redactor.redact, dull)
        left = [(parent, child) for parent in kept.iter() for child in parent if child.tag == "entry"]
        while len(_serialised(kept)) > MAX_ANSWER and left:
            # Newest first: the oldest half goes.
            answer = replace(answer, truncated=True)
            half = len(left) // 2
            for parent, child in left[half:]:
                parent.remove(child)
            left = left[:half]
        return self._xml(answer, kept)

    def _text(self, answer: Answer, text: str, newest_last: bool = False) -> SavedAnswer:
        clean = self._redactor.redact(text)
        excess = len(clean) - MAX_ANSWER
        if excess > 0:
            clean = clean[excess:] if newest_last else clean[:MAX_ANSWER]
        return replace(self._saved(answer), text=clean, truncated=answer.truncated or excess > 0)

    def _xml(self, answer: Answer, result: Element) -> SavedAnswer:
        """An XML answer whole, or an error: who reads half of a policy takes it for all of it."""
        xml = _serialised(result)
        if len(xml) > MAX_ANSWER:
            raise ValueError(f"it is too large: expected at most {MAX_ANSWER} characters, got {len(xml)}")
        return replace(self._saved(answer), xml=xml)

    def _saved(self, answer: Answer) -> SavedAnswer:
        redact = self._redactor.redact
        return SavedAnswer(
            redact(answer.command),
            answer.transport,
            truncated=answer.truncated,
            notes=tuple(redact(note) for note in answer.notes),
        )


def _words(element: Element) -> str:
    return " ".join(element.itertext())


def _serialised(element: Element) -> str:
    # A carriage return as it is would be read back as a line feed.
    return tostring(element, encoding="unicode").replace("\r", "&#13;")
