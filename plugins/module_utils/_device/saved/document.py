# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence as data: every question with its answers, or with the error in their place.

Published as docs/schema/evidence.schema.json. It holds what was answered, not what that means, so
that a later version judges it anew.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Transport
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

SCHEMA = "panops.mlav/evidence/1"
_NEWER_SCHEMA = re.compile(r"panops\.mlav/evidence/(?:[2-9]|[1-9]\d{1,8})")

# Characters of one answer.
MAX_ANSWER = 4 * 1024 * 1024

Ask = Literal["command", "configuration", "system_log", "process_log"]
Source = Literal["live", "techsupport"]
Depth = Literal["status", "full"]

_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Times outside are no times of a recording, and too near the ends of what can be computed with.
_YEARS = range(1970, 2200)

_COUNT = re.compile(r" count \d+\b")


@dataclass(frozen=True)
class SavedAnswer:
    """One answer: ``xml`` is the serialised result, or ``text`` is the answer; the other is None."""

    command: str
    transport: Transport
    text: str | None = None
    xml: str | None = None
    truncated: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SavedError:
    """What a DeviceError says."""

    kind: str
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Question:
    """What was asked, under a key that a later version finds it by, and what came: answers (one, but for a process's
    log), or an error."""

    ask: Ask
    key: str
    asked_at: datetime
    answers: tuple[SavedAnswer, ...] = ()
    error: SavedError | None = None


@dataclass(frozen=True)
class SavedEvidence:
    """One recorded session.

    Attributes:
        host: the name by which the firewall was addressed.
        source: what was asked then, a firewall or a tech-support archive.
        collected_at: when the session began (UTC).
        depth: how far it went (see ``EvidenceSet.depth``).
        collection_version: what recorded it.
        questions: in the order in which they were asked.
    """

    host: str
    source: Source
    collected_at: datetime
    depth: Depth
    collection_version: str
    questions: tuple[Question, ...]

    @classmethod
    def from_document(cls, data: Any) -> SavedEvidence:
        """Reads what ``to_document`` gave. Unknown keys are ignored: a later version may add some.

        Raises:
            MalformedAnswer: the data does not fit; the message names the place.
        """
        schema = _mapping(data, "the document").get("schema")
        if schema != SCHEMA:
            raise MalformedAnswer(_other_schema(schema))
        return cls(
            host=_filled(data, "host", ""),
            source=_choice(data, "source", "", get_args(Source)),
            collected_at=_time(data, "collected_at", ""),
            depth=_choice(data, "depth", "", get_args(Depth)),
            collection_version=_text(data, "collection_version", ""),
            questions=tuple(
                _question(item, f"questions[{number}]") for number, item in enumerate(_list(data, "questions", ""))
            ),
        )


def key_of_command(cli: str) -> str:
    """A command without what changes nothing about its meaning: spacing, and the number of a ping's packets."""
    key = " ".join(cli.split())
    return _COUNT.sub("", key) if key.startswith("ping ") else key


def to_document(saved: SavedEvidence) -> dict[str, Any]:
    """JSON-able data, in the shape of docs/schema/evidence.schema.json."""
    return {
        "schema": SCHEMA,
        "host": saved.host,
        "source": saved.source,
        "collected_at": _written(saved.collected_at),
        "depth": saved.depth,
        "collection_version": saved.collection_version,
        "questions": [_question_data(question) for question in saved.questions],
    }


def _question_data(question: Question) -> dict[str, Any]:
    data: dict[str, Any] = {"ask": question.ask, "key": question.key, "asked_at": _written(question.asked_at)}
    if question.error is not None:
        error = question.error
        return {**data, "error": {"kind": error.kind, "message": error.message, "remedy": error.remedy}}
    return {**data, "answers": [_answer_data(answer) for answer in question.answers]}


def _answer_data(answer: SavedAnswer) -> dict[str, Any]:
    return {
        "command": answer.command,
        "transport": answer.transport,
        **({"text": answer.text} if answer.xml is None else {"xml": answer.xml}),
        "truncated": answer.truncated,
        "notes": list(answer.notes),
    }


def _written(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def _other_schema(schema: Any) -> str:
    if isinstance(schema, str) and _NEWER_SCHEMA.fullmatch(schema):
        return (
            f"This version of the collection reads {SCHEMA} only, and a newer one wrote the evidence: use that. "
            f"Expected: schema {SCHEMA}. Actual: {schema}."
        )
    return f"It is no saved evidence. Expected: schema {SCHEMA}. Actual: {_shown(schema)}."


def _question(data: Any, place: str) -> Question:
    data = _mapping(data, place)
    ask: Ask = _choice(data, "ask", place, get_args(Ask))
    key, asked_at = _filled(data, "key", place), _time(data, "asked_at", place)
    if ("answers" in data) == ("error" in data):
        raise MalformedAnswer(f"{place} Expected: either answers or error. Actual: {', '.join(sorted(data))[:200]}.")
    if "error" in data:
        return Question(ask, key, asked_at, error=_error(data["error"], f"{place}.error"))
    given = _list(data, "answers", place)
    answers = tuple(_answer(item, f"{place}.answers[{number}]") for number, item in enumerate(given))
    if len(answers) != 1 and ask != "process_log":
        raise MalformedAnswer(f"{place}.answers Expected: one answer to a {ask}. Actual: {len(answers)}.")
    return Question(ask, key, asked_at, answers)


def _answer(data: Any, place: str) -> SavedAnswer:
    data = _mapping(data, place)
    if ("text" in data) == ("xml" in data):
        raise MalformedAnswer(f"{place} Expected: either text or xml. Actual: {', '.join(sorted(data))[:200]}.")
    truncated = data.get("truncated", False)
    if not isinstance(truncated, bool):
        raise _wrong(f"{place}.truncated", "true or false", truncated)
    notes = _list(data, "notes", place) if "notes" in data else []
    return SavedAnswer(
        command=_text(data, "command", place),
        transport=_choice(data, "transport", place, get_args(Transport)),
        text=_text(data, "text", place) if "text" in data else None,
        xml=_text(data, "xml", place) if "xml" in data else None,
        truncated=truncated,
        notes=tuple(_text({f"notes[{at}]": note}, f"notes[{at}]", place) for at, note in enumerate(notes)),
    )


def _error(data: Any, place: str) -> SavedError:
    data = _mapping(data, place)
    kind = _text(data, "kind", place)
    if not _KIND.fullmatch(kind):
        raise _wrong(f"{place}.kind", "a word such as unreachable", kind)
    return SavedError(kind, _text(data, "message", place), _text(data, "remedy", place) if "remedy" in data else "")


def _mapping(data: Any, place: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _wrong(place, "a mapping", data)
    return data


def _list(data: dict[str, Any], name: str, place: str) -> list[Any]:
    value = data.get(name)
    if not isinstance(value, list):
        raise _wrong(_below(place, name), "a list", value)
    return value


def _text(data: dict[str, Any], name: str, place: str) -> str:
    """A text of the mapping; half of a surrogate pair, which no output takes, becomes a question mark."""
    value = data.get(name)
    if not isinstance(value, str):
        raise _wrong(_below(place, name), "a text", value)
    return value.encode("utf-8", "replace").decode("utf-8")


def _filled(data: dict[str, Any], name: str, place: str) -> str:
    value = _text(data, name, place)
    if not value.strip() or len(value) > 1000:
        raise _wrong(_below(place, name), "a text of 1 to 1000 characters", value)
    return value


def _choice(data: dict[str, Any], name: str, place: str, choices: tuple[str, ...]) -> Any:
    value = data.get(name)
    if not isinstance(value, str) or value not in choices:
        raise _wrong(_below(place, name), f"one of {', '.join(choices)}", value)
    return value


def _time(data: dict[str, Any], name: str, place: str) -> datetime:
    value = data.get(name)
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        raise _wrong(_below(place, name), "a time such as 2026-11-23T10:15:00Z", value)
    return moment.astimezone(timezone.utc)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _wrong(place: str, wanted: str, value: Any) -> MalformedAnswer:
    return MalformedAnswer(f"{place} does not fit. Expected: {wanted}. Actual: {_shown(value)}.")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return repr(excerpt(value, 80)) if isinstance(value, str) else f"a {type(value).__name__}"
