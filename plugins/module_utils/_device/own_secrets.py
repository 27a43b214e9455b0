# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds a session's own secrets in a text, whatever notation they are written in.

The text is looked at as it stands and with its escapes resolved, up to ``DEPTH`` times: HTML and XML references,
percent-encoding, JSON and Python escapes, in any mixture. At each of these levels a secret is found as it is, broken
over lines, in hexadecimal, and in base64 wherever it stands in a longer text that was encoded. What is found leads back
to the place in the text, which is masked from the first to the last character concerned.

All of it is linear in the length of the text: the text is hostile.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

MASK = "********"

#: At least this long to be masked in every notation; a shorter one is masked as a word of its own.
SHORTEST = 4
#: How many times an escape may have been escaped again (``&amp;amp;lt;``, ``%2525``).
DEPTH = 4
# A secret that may leave unmasked in our own words is shorter than this, or made of letters and punctuation only.
_SHORTEST_UNMISTAKABLE = 8

# Each pattern takes a whole run, so that resolving costs one call for each run rather than for each escape.
_ESCAPES = re.compile(
    r"(?P<percent>(?:%[0-9A-Fa-f]{2})+)"
    r"|(?P<unicode>(?:\\u[0-9A-Fa-f]{4})+)"
    r"|(?P<byte>(?:\\x[0-9A-Fa-f]{2})+)"
    r"""|(?P<simple>(?:\\["'/\\bfnrt])+)"""
    r"|(?P<reference>(?:&(?:#[0-9]{1,10};?|#[xX][0-9A-Fa-f]{1,8};?|(?:amp|lt|gt|quot|apos);))+)"
)
# Each begins with one character, which is looked for fast: where none of them is found, nothing has to be resolved.
_ESCAPED = tuple(
    map(
        re.compile,
        (r"%[0-9A-Fa-f]{2}", r"&(?:#|amp;|lt;|gt;|quot;|apos;)", r"""\\(?:["'/\\bfnrt]|[ux][0-9A-Fa-f]{2})"""),
    )
)
_SIMPLE = str.maketrans({"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"})
_NAMED = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))

# A line's end with the indentation after it; bounded, so that no text can make it slow.
_BREAK = r"(?:[\r\n]{1,8}[ \t]{0,80})?"
# What may stand between the digits of a hexadecimal dump.
_BETWEEN_DIGITS = "[ \t\r\n:-]{0,80}"
_DIGITS_APART = ("", ":", " ", "-")
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")


class OwnSecrets:
    """The secrets of one session."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._short: re.Pattern[str] | None = None
        self._shorts: set[str] = set()
        self._all = self._unmistakable = _Secrets()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, secret: str) -> None:
        """Takes one more secret into account; an empty one is none."""
        if secret in self._known or not (secret.strip() or len(secret) >= SHORTEST):
            return
        self._known.add(secret)
        if len(secret) < SHORTEST:
            self._shorts.add(secret)
            words = "|".join(map(re.escape, sorted(self._shorts, key=len, reverse=True)))
            self._short = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])")
            return
        self._all = _Secrets((*self._all.secrets, _secret(secret)))
        self._unmistakable = _Secrets(tuple(one for one in self._all.secrets if one.unmistakable))

    def mask(self, text: str) -> str:
        """Masks every secret in what a device said."""
        text = self._all.mask(text)
        return text if self._short is None else self._short.sub(MASK, text)

    def mask_unmistakable(self, text: str) -> str:
        """Masks the secrets that cannot be words of a sentence, in a text that holds our own."""
        return self._unmistakable.mask(text)


class _Secrets:
    """Secrets that are looked for together."""

    def __init__(self, secrets: tuple[_Secret, ...] = ()) -> None:
        self.secrets = secrets
        self._forms = tuple({form for secret in secrets for form in secret.forms})
        self._joined_forms = tuple(set(map(_joined, self._forms)))

    def mask(self, text: str) -> str:
        """Most texts are short and hold nothing: that they do is seen at once."""
        if _escaped(text) or any(map(text.__contains__, self._forms)):
            return self._masked(text) if self.secrets else text
        if ("\n" in text or "\r" in text) and any(map(_joined(text).__contains__, self._joined_forms)):
            return self._masked(text)
        return text

    def _masked(self, text: str) -> str:
        spans: list[tuple[int, int]] = []
        outer: list[_Level] = []
        level: _Level | None = _Level(text)
        while level is not None and len(outer) <= DEPTH:
            found = [span for secret in self.secrets for span in secret.spans(level)]
            for one in reversed(outer if found else ()):
                found = one.origins(found)
            spans += found
            outer.append(level)
            level = level.resolved
        return _without(text, spans) if spans else text


def _escaped(text: str) -> bool:
    return any(escape.search(text) is not None for escape in _ESCAPED)


def _joined(text: str) -> str:
    """Without blanks and line ends."""
    return "".join(text.split())


class _Level:
    """A text with the same escapes resolved, and what is looked for secrets in it. Each is made when first needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def joined(self) -> str:
        """Without blanks and line ends; empty where it has one line."""
        return _joined(self.text) if "\n" in self.text or "\r" in self.text else ""

    def holds(self, form: str) -> bool:
        """It stands there, in a line or broken over lines."""
        return form in self.text or _joined(form) in self.joined

    @cached_property
    def resolved(self) -> _Level | None:
        """The text with its escapes resolved once; None where it has none."""
        return _Level(_ESCAPES.sub(_resolve, self.text)) if _escaped(self.text) else None

    def origins(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Spans of ``resolved`` as spans of the text itself: a run of escapes counts whole."""
        spans = list(spans)
        places: dict[int, tuple[int, int]] = {}
        runs = _runs(self.text)
        run, shift = next(runs, None), 0
        for place in sorted({place for start, end in spans for place in (start, end - 1)}):
            while run is not None and run.resolved_end <= place:
                shift = run.end - run.resolved_end
                run = next(runs, None)
            inside = run is not None and run.resolved_start <= place
            places[place] = (run.start, run.end) if run is not None and inside else (place + shift, place + shift + 1)
        return [(places[start][0], places[end - 1][1]) for start, end in spans]


@dataclass(frozen=True)
class _Secret:
    """One secret, and what is looked for: as it is, in base64, and its hexadecimal digits with what may be between."""

    text: str
    plain: tuple[str, ...]
    base64: tuple[str, ...]
    hexadecimal: tuple[str, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.plain, *self.base64, *self.hexadecimal)

    @property
    def unmistakable(self) -> bool:
        """It is no word or sentence, and no number of ours."""
        return len(self.text) >= _SHORTEST_UNMISTAKABLE and re.fullmatch(r"[A-Za-z ,.'-]*", self.text) is None

    def spans(self, level: _Level) -> Iterator[tuple[int, int]]:
        """Where it stands; a base64 text is taken as far as it goes, since its neighbors hold bits of the secret."""
        text = level.text
        for form in filter(level.holds, self.plain):
            yield from (match.span() for match in _broken(form).finditer(text))
        if any(map(level.holds, self.hexadecimal)):
            yield from (match.span() for match in _dump(self.hexadecimal[0]).finditer(text))
        for form in filter(level.holds, self.base64):
            yield from _whole_words(text, _broken(form))


def _whole_words(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """What matches, with the characters of base64 around it."""
    end = 0
    for match in pattern.finditer(text):
        if match.end() <= end:
            continue
        start, end = match.span()
        while start > 0 and text[start - 1] in _BASE64:
            start -= 1
        while end < len(text) and text[end] in _BASE64:
            end += 1
        yield start, end


@cache
def _broken(form: str) -> re.Pattern[str]:
    return re.compile(_BREAK.join(map(re.escape, form)))


@cache
def _dump(digits: str) -> re.Pattern[str]:
    return re.compile(_BETWEEN_DIGITS.join(digits), re.IGNORECASE | re.ASCII)


def one_line(text: str) -> str:
    """Without line ends and other characters that do not print, and one blank for several."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _secret(text: str) -> _Secret:
    data = text.encode("utf-8", "surrogatepass")
    # "+" is a blank in forms.
    forms = {text, one_line(text), text.replace(" ", "+")}
    plain = tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))
    base64 = {core for encode in (b64encode, urlsafe_b64encode) for core in _cores(data, encode)}
    pairs = [f"{byte:02x}" for byte in data]
    digits = [between.join(pairs) for between in _DIGITS_APART]
    return _Secret(text, plain, tuple(sorted(base64, key=len, reverse=True)), (*digits, *map(str.upper, digits)))


def _cores(data: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """The characters of base64 that depend on ``data`` alone, for each place that it may have in a group of three."""
    for before in range(3):
        encoded = encode(bytes(before) + data).decode("ascii")
        core = encoded[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        if len(core) >= SHORTEST:
            yield core


@dataclass(frozen=True)
class _Run:
    """A run of escapes: its place, and that of what it stands for."""

    start: int
    end: int
    resolved_start: int
    resolved_end: int


def _runs(text: str) -> Iterator[_Run]:
    shift = 0
    for match in _ESCAPES.finditer(text):
        start, end = match.span()
        resolved_start = start + shift
        resolved_end = resolved_start + len(_resolve(match))
        shift = resolved_end - end
        yield _Run(start, end, resolved_start, resolved_end)


def _resolve(match: re.Match[str]) -> str:
    """What a run of escapes stands for."""
    run, kind = match.group(), match.lastgroup
    if kind == "percent":
        return bytes.fromhex(run.replace("%", "")).decode("utf-8", "replace")
    if kind == "unicode":
        return bytes.fromhex(run.replace("\\u", "")).decode("utf-16-be", "replace")
    if kind == "byte":
        data = bytes.fromhex(run.replace("\\x", ""))
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if kind == "simple":
        return run[1::2].translate(_SIMPLE)
    if "#" in run:
        return html.unescape(run)
    for name, character in _NAMED:
        run = run.replace(name, character)
    return run


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        if start >= done:
            parts += (text[done:start], MASK)
        done = end
    return "".join((*parts, text[done:]))
