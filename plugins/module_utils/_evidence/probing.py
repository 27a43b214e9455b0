# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every probe shares: it asks, keeps what was asked, and never lets one failure hide another probe's answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar
from xml.etree.ElementTree import Element, tostring

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    Device,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import tag_at
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact, redacted_tree
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Asked, Evidence, Problem

T = TypeVar("T")

# Characters of one raw answer that are kept; longer answers keep the newest part and say how much is missing.
RAW_LIMIT = 8192
MESSAGE_LIMIT = 500
# So many times as much is searched for secrets as is kept: one that begins before it is seen from its beginning.
_MARGIN = 8

# The hint where the error itself has none.
_USUAL_HINT = {
    "session": "Run this again when the firewall is less busy.",
    "timeout": "Raise the option timeout, or run this again when the firewall is less busy.",
    "unreachable": "Check the connection from this controller to the management interface of the firewall.",
}
_BY_HAND = "Run the command on the firewall manually, or use a tech-support file."

ASK_FOR_SUPPORT = "Report it with the raw answer, so that a parser for it can be added."


def unwatched(line: str) -> None:
    """Shows nothing: the observer of a session that nobody watches."""


class Unrecognized(Exception):
    """An answer that the parser does not recognize. The message says what was looked for."""


def bounded(text: str, newest: Literal["first", "last"] = "first", limit: int = RAW_LIMIT) -> str:
    """Redacted text of at most ``limit`` characters (and a remark): the part where the newest lines stand."""
    # What cannot be kept is not searched for secrets either, which takes long in megabytes that were made for it.
    margin = _MARGIN * limit
    near = text if len(text) <= margin else text[:margin] if newest == "first" else text[-margin:]
    clean = redact(near)
    missing = len(text) - len(near) + len(clean) - limit
    if missing <= 0:
        return clean
    remark = f"[{missing} characters left out]"
    return f"{clean[:limit]}\n{remark}" if newest == "first" else f"{remark}\n{clean[-limit:]}"


def serialised(element: Element) -> str:
    """XML without secrets, those in texts that hold markup of their own included."""
    return tostring(redacted_tree(element, redact), encoding="unicode")


class Recorder:
    """Asks the device for one probe, and keeps each question with its raw answer, redacted and bounded."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.asked: list[Asked] = []
        self.incomplete: Problem | None = None

    def keep(self, command: str, transport: str, raw: str, newest: Literal["first", "last"] = "first") -> None:
        """Records a question and its raw answer."""
        self.asked.append(Asked(redact(command), transport, bounded(raw, newest)))

    def run(self, command: Command, relevant: Callable[[str], str] | None = None) -> Answer:
        """Asks ``command``; ``relevant`` picks the part of a long answer that is kept."""
        answer = self._device.run(command)
        if command.structured and answer.result is not None:
            raw = serialised(answer.result)
        else:
            raw = (relevant(answer.text) if relevant else "") or answer.text
        self.keep(answer.command, answer.transport, raw)
        return answer

    def read(self, command: Command, parse: Callable[[Answer], T], relevant: Callable[[str], str] | None = None) -> T:
        """Asks ``command`` and parses the answer; where one of the API is not understood, SSH is asked as well."""
        answer = self.run(command, relevant)
        try:
            return parse(answer)
        except Unrecognized:
            if answer.transport != "api" or command.prefer_ssh:
                raise
            try:
                reason = "the answer of the XML API was not recognized"
                second = self.run(replace(command, prefer_ssh=True, retry_reason=reason), relevant)
            except ExpectedFailure:
                second = answer
            if second.transport == "api":
                raise
        return parse(second)

    def effective_config(self, path: str, relevant: tuple[str, ...]) -> tuple[Element | None, tuple[str, ...]]:
        """Reads a subtree: its node (None: absent) and the answer's notes.

        Only the parts under ``relevant`` (paths below the node) are kept as raw text: a configuration holds more
        than the probe needs, and secrets.
        """
        answer = self._device.effective_config(path)
        if answer.result is None:
            self.keep(answer.command, answer.transport, "")
            raise Unrecognized(f"the configuration under {path} did not come as XML")
        node = answer.result.find(tag_at(path))
        parts = [part for name in relevant for part in node.findall(name)] if node is not None else []
        self.keep(answer.command, answer.transport, "\n".join(map(serialised, parts)))
        return node, answer.notes

    def system_log(self, query: SystemLogQuery) -> Answer:
        """Asks the system log."""
        answer = self._device.system_log(query)
        raw = answer.text if answer.result is None else serialised(answer.result)
        self.keep(answer.command, answer.transport, raw)
        return answer

    def process_log(self, name: str, lines: int, relevant: Callable[[str], str]) -> tuple[Answer, ...]:
        """Reads a process's log; of each file only the part that ``relevant`` picks is kept, or its end."""
        answers = self._device.process_log(name, lines)
        for answer in answers:
            self.keep(answer.command, answer.transport, relevant(answer.text) or answer.text, newest="last")
        if notes := "; ".join(note for answer in answers for note in answer.notes):
            message = bounded(f"older lines may be missing: {notes}", limit=MESSAGE_LIMIT)
            self.incomplete = Problem("not_obtainable", message, _BY_HAND)
        return answers


def problem_of(error: Exception) -> Problem:
    """The problem that stands in the place of a value that could not be had."""
    if isinstance(error, ExpectedFailure):
        hint = error.remedy or _USUAL_HINT.get(error.kind, _BY_HAND)
        return Problem(error.kind, bounded(error.message, limit=MESSAGE_LIMIT), hint)
    if isinstance(error, Unrecognized):
        return Problem("unrecognized", bounded(str(error), limit=MESSAGE_LIMIT), ASK_FOR_SUPPORT)
    return Problem(
        "crash",
        bounded(f"{type(error).__name__}: {error}", limit=MESSAGE_LIMIT),
        "This is a bug in this collection. " + ASK_FOR_SUPPORT,
    )


def probe(device: Device, ask: Callable[[Recorder], T]) -> Evidence[T]:
    """Runs one probe. Never raises: a failure becomes the evidence's problem."""
    started = time.monotonic()
    recorder = Recorder(device)
    value: T | None = None
    try:
        value = ask(recorder)
        problem = recorder.incomplete
    except Exception as error:
        problem = problem_of(error)
    duration_ms = round((time.monotonic() - started) * 1000)
    return Evidence(value, problem, tuple(recorder.asked), duration_ms)
