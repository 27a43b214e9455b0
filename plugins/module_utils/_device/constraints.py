# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a published format says of a value beyond its type, as ``Annotated`` metadata of the dataclass's fields.

A plain string in ``Annotated`` is the field's description in the published schema. See ``codec`` for the reader, and
docs/development.md for the schemas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from typing import Annotated, Any, Literal


@dataclass(frozen=True)
class Text:
    """Limits of a text.

    Attributes:
        pattern: a regular expression of ASCII classes, searched for; ``example`` fits it.
        published_max_length: a limit for the published schema alone: the reader takes more, and the code that uses the
            text refuses it there.
    """

    min_length: int = 0
    max_length: int | None = None
    pattern: str = ""
    example: str = ""
    published_max_length: int | None = None

    def allow(self, value: str) -> bool:
        if len(value) < self.min_length or (self.max_length is not None and len(value) > self.max_length):
            return False
        return not self.pattern or self._compiled.search(value) is not None

    @property
    def noun(self) -> str:
        """What belongs there."""
        if self.example:
            return f"a text such as {self.example}"
        if self.max_length is not None:
            return f"a text of {self.min_length} to {self.max_length} characters"
        return "a text that is not empty" if self.min_length else "a text"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        # JSON Schema's $ is the end alone; that of Python also stands before a last line end.
        return re.compile(re.sub(r"\$$", r"\\Z", self.pattern), re.ASCII)


@dataclass(frozen=True)
class Number:
    """The least value."""

    minimum: int


@dataclass(frozen=True)
class Items:
    """Limits of a list."""

    min_items: int = 0
    unique: bool = False

    def allow(self, items: list[Any]) -> bool:
        return len(items) >= self.min_items and not (self.unique and len(set(items)) != len(items))

    @property
    def noun(self) -> str:
        """What belongs there."""
        return f"a list of at least {self.min_items}{', each once' if self.unique else ''}"


@dataclass(frozen=True)
class Words:
    """A text of a vocabulary that the stage does not know: the reader and the schema get it by this name."""

    name: str


@dataclass(frozen=True)
class Utc:
    """A time in UTC, written with ``Z``: to the second, or with microseconds where it has any."""

    seconds: bool = False
    years: range = range(1, 10000)

    def written(self, moment: datetime) -> str:
        # At the ends of the calendar the offset is dropped.
        with suppress(OverflowError):
            moment = moment.astimezone(timezone.utc) if moment.tzinfo is not None else moment
        moment = moment.replace(tzinfo=None, microsecond=0 if self.seconds else moment.microsecond)
        return f"{moment.isoformat()}Z"

    @property
    def pattern(self) -> str:
        """The regular expression that what is written fits."""
        fraction = "" if self.seconds else r"(\.\d{6})?"
        return rf"^\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:\d{{2}}{fraction}Z$"

    @property
    def example(self) -> str:
        """One that fits."""
        return "2026-11-23T10:15:00Z"


@dataclass(frozen=True)
class LeftOut:
    """The key is left out where the field is None."""


@dataclass(frozen=True)
class Shape:
    """What the fields of a class do not say of its JSON. The class attribute ``__shape__`` holds it.

    Attributes:
        schema: the value of the key ``schema``, which stands first; empty where the class is a part of a document.
        unknown_keys: what a reader does with keys that are no field.
        either: fields of which JSON has exactly one; the first that is not None is written.
        also: JSON Schema of what the types cannot say; the document's own code checks it.
    """

    schema: str = ""
    unknown_keys: Literal["refused", "ignored"] = "refused"
    either: tuple[str, ...] = ()
    also: Mapping[str, Any] = field(default_factory=dict)


def shape_of(of: type) -> Shape:
    """The shape of a class; the usual one where it says nothing."""
    shape: Shape = getattr(of, "__shape__", Shape())
    return shape


FilledText = Annotated[str, Text(min_length=1)]
Natural = Annotated[int, Number(0)]
UtcSeconds = Annotated[datetime, Utc(seconds=True)]
