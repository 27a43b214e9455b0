# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes secrets out of texts, and bounds them.

What counts as a secret follows the element and keyword names of PAN-OS configurations. Too much is taken out rather
than too little: a masked word costs a reader little.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from urllib.parse import quote, quote_plus
from xml.etree.ElementTree import Element, SubElement
from xml.sax.saxutils import escape

MASK = "********"

# A secret's name, whole or as the last words of a longer one (secure-proxy-password, client_secret). Every repetition
# is bounded or runs to a character that ends it: the text is hostile, and may be built to take long.
_WORD = (
    r"(?:password|passwd|passphrase|phash|secret|private[-_]key|pre[-_]shared[-_]key|api[-_]?key|auth[-_]?key|authcode|"
    r"authpwd|privpwd|authpassword|privpassword|community|community[-_]string|key[-_]value|cookie)"
)
_NAME = rf"(?:[\w.-]{{0,40}}[-_])?{_WORD}"
_SECRET_NAME = re.compile(rf"{_NAME}|key", re.IGNORECASE)

# At least this long to be taken out wherever it stands: a shorter one would shred the text.
_SHORTEST = 4

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # PEM blocks of private keys, also cut short.
    (re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL), MASK),
    # <password>…</password>, with attributes and CDATA; also cut short by a bound.
    (
        re.compile(rf"(<({_NAME}|key)(?:\s[^<>]*)?(?<!/)>)(?!\s*<(?!!\[CDATA\[)).*?(?=</\2\s*>|\Z)", re.DOTALL | re.I),
        rf"\1{MASK}",
    ),
    # password="…", phash: …, X-PAN-KEY: …; "key" alone only before "=", since it is a word of prose too.
    (
        re.compile(
            rf"""((?:{_WORD}|x-pan-key)["']?\s{{0,9}}[=:]|\bkey["']?=)([ \t]{{0,9}})"""
            r"""(?:"[^"\n]{0,1000}"?|'[^'\n]{0,1000}'?|[^\s"'&<>,;]+)+""",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"\b(Authorization\s*:\s*(?:Basic|Bearer)\s+)\S+", re.IGNORECASE), rf"\1{MASK}"),
    # API keys, values encrypted with the master key, and password hashes, wherever they stand.
    (re.compile(r"\bLUFRPT[A-Za-z0-9+/=]{8,}"), MASK),
    (re.compile(r"-AQ==[A-Za-z0-9+/=]{8,}"), MASK),
    (re.compile(r"\$(?:1|2[aby]|5|6|y)\$[./A-Za-z0-9$=,]{8,}"), MASK),
)

# A private key may stand in several elements, a line in each.
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY-----")

# set … password …: the CLI's form of the same; a value may be quoted. Within a line only where a configuration begins.
_SET_LINE = re.compile(
    r"(?m)(?:^[ \t]*(?:\S+[>#][ \t]*)?set[ \t]"
    r"|(?<![\w-])set[ \t]+(?:deviceconfig|mgt-config|shared|network|vsys|template|device-group|panorama)\b).*$"
)
_SET_SECRET = re.compile(rf"""([ \t](?:(?:{_NAME}|key)[ \t]+)+)("[^"\n]*"?|\S+)""", re.IGNORECASE)

# Each of the patterns above needs one of these, and most texts have none. To look for them costs a tenth as much.
_TELLING_MARK = re.compile(r"[<=:$]|-----BEGIN|LUFRPT|set[ \t]")
# Parts of words, without the letter i: patterns that ignore case also match it without its dot, which casefold keeps.
_TELLING_WORDS = (
    *("pass", "pwd", "phash", "secret", "key", "auth", "commun", "cook"),
    *("-----begin", "lufrpt", "-aq==", "$"),
)


def redact(text: str) -> str:
    """Masks what looks like a secret in any text: XML, CLI output, logs, messages. Idempotent."""
    if _TELLING_MARK.search(text) is None:
        return text
    folded = text.casefold()
    if not any(word in folded for word in _TELLING_WORDS):
        return text
    text = _SET_LINE.sub(lambda line: _SET_SECRET.sub(rf"\1{MASK}", line.group()), text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class Redactor:
    """``redact`` for one session: also masks that session's own secrets.

    Plain, URL-encoded, XML-escaped, as Python quotes them, and as ``excerpt`` makes one line of them.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def add(self, secret: str) -> None:
        """Takes one more secret into account (the API key that a password got)."""
        if len(secret) < _SHORTEST:
            return
        quoted = {'"': "&quot;", "'": "&apos;"}
        forms = {
            secret,
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            escape(secret),
            escape(secret, quoted),
            _one_line(secret),
        }
        # A double quote in front makes repr take single ones, and escape those within.
        forms |= {repr(f'"{form}')[2:-1] for form in forms}
        forms |= {form.replace("\\'", "'") for form in forms}
        forms = {form for form in forms if len(form) >= _SHORTEST}
        self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Masks this session's secrets and everything that ``redact`` masks."""
        return redact(self.mask(text))

    def mask(self, text: str) -> str:
        """Masks this session's secrets only."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def flatten(element: Element | None) -> str:
    """The text of an element without its tags; the texts of elements that hold secrets are masked."""
    if element is None:
        return ""
    parts: list[str] = []
    # A stack of our own: the depth of an answer is the device's choice.
    pending: list[Element | str] = [element]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        if not len(item) and (item.text or "").strip() and _SECRET_NAME.fullmatch(str(item.tag)):
            parts.append(MASK)
            continue
        for child in reversed(item):
            if child.tail:
                pending.append(child.tail)
            pending.append(child)
        parts.append(item.text or "")
    return "".join(parts)


def redacted_tree(
    element: Element, redact_text: Callable[[str], str], left_out: Collection[Element] = frozenset()
) -> Element:
    """A copy in which each text and attribute went through ``redact_text``, and elements that hold secrets are masked.

    Serialised, it stays well-formed whatever the texts are, which a pattern over serialised XML cannot promise.
    ``left_out`` names elements that are not copied.
    """
    texts = _Texts(redact_text)
    copied = Element(element.tag, texts.attributes(element))
    copied.text = texts.of(element)
    # A stack of our own, in the order of the document. A string is the tail of the element beside it.
    pending: list[tuple[Element | str, Element]] = [(child, copied) for child in reversed(element)]
    while pending:
        original, target = pending.pop()
        if isinstance(original, str):
            target.tail = texts.clean(original)
            continue
        if original in left_out:
            continue
        kept = SubElement(target, original.tag, texts.attributes(original))
        kept.text = texts.of(original)
        if original.tail:
            pending.append((original.tail, kept))
        pending += [(child, kept) for child in reversed(original)]
    return copied


class _Texts:
    """The texts of one tree, to be asked for in the order of the document."""

    def __init__(self, redact_text: Callable[[str], str]) -> None:
        self._redact = redact_text
        # Configurations and logs say the same few words over and over.
        self._known: dict[str, str] = {}
        self._within_key = False

    def attributes(self, element: Element) -> dict[str, str]:
        return {
            name: MASK if value.strip() and _SECRET_NAME.fullmatch(name) else self._clean(value)
            for name, value in element.items()
        }

    def of(self, element: Element) -> str | None:
        text = element.text
        if text and text.strip() and _SECRET_NAME.fullmatch(str(element.tag)):
            text = MASK
        return self.clean(text) if text else text

    def clean(self, text: str) -> str:
        if not text.strip():
            return text
        if not self._within_key:
            begins = [found.end() for found in _KEY_BEGINS.finditer(text)]
            self._within_key = bool(begins) and _KEY_ENDS.search(text, begins[-1]) is None
            return self._clean(text)
        ends = _KEY_ENDS.search(text)
        if ends is None:
            return MASK
        self._within_key = False
        return MASK + self.clean(text[ends.end() :])

    def _clean(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._redact(text)
        return known


def excerpt(text: str, limit: int = 200) -> str:
    """A short, redacted, one-line piece of what came, for an error message."""
    line = _one_line(redact(text[: 20 * limit]))
    return line if len(line) <= limit else f"{line[:limit]}…"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
