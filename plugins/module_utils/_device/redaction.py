# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes secrets out of texts, and bounds them: a session's own (``own_secrets``) and others' (``secret_patterns``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from weakref import ReferenceType, ref
from xml.etree.ElementTree import Element, SubElement

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.own_secrets import MASK, OwnSecrets, one_line
from ansible_collections.panops.mlav.plugins.module_utils._device.secret_patterns import SECRET_NAME, redact

__all__ = ("MASK", "Redactor", "excerpt", "flatten", "own_excerpt", "redact", "redacted_tree")

# An excerpt looks at so much of a text: a message of a device is a few lines.
_EXCERPT_FROM = 64 * 1024

# A private key may stand in several elements, a line in each.
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY-----")

#: The redactors of sessions that are open here, so that ``excerpt`` knows their secrets wherever it is called.
_SESSIONS: ContextVar[tuple[ReferenceType[Redactor], ...]] = ContextVar("sessions", default=())


class Redactor:
    """Redaction for one session: ``redact``, and that session's own secrets (see ``own_secrets``).

    What a device said is redacted before it becomes a part of our own sentences (``excerpt``). Afterwards nothing
    tells the two apart, and a password that is a word ("firewall") would take words out of ours.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._own = OwnSecrets()
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._own)} secrets)"

    def add(self, secret: str) -> None:
        """Takes one more secret into account (the API key that a password got)."""
        self._own.add(secret)

    def known_to_excerpts(self) -> Redactor:
        """Itself, now known to ``excerpt`` in this thread for as long as it lives."""
        others = (other for other in _SESSIONS.get() if other() not in (None, self))
        _SESSIONS.set((*others, ref(self)))
        return self

    def redact(self, text: str) -> str:
        """Masks this session's secrets and everything that ``redact`` masks, in what a device said."""
        return redact(self.mask(text))

    def mask(self, text: str) -> str:
        """Masks this session's secrets only, in what a device said."""
        return self._own.mask(text)

    def redact_message(self, text: str) -> str:
        """For texts of ours, in which a device's words are redacted already: the last net, which keeps our own words.

        Masks what ``redact`` masks, and this session's secrets where they cannot be words of ours.
        """
        return redact(self.mask_message(text))

    def mask_message(self, text: str) -> str:
        """``redact_message`` for this session's secrets only."""
        return self._own.mask_unmistakable(text)


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
        if not len(item) and (item.text or "").strip() and SECRET_NAME.fullmatch(str(item.tag)):
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
            name: MASK if value.strip() and SECRET_NAME.fullmatch(name) else self._clean(value)
            for name, value in element.items()
        }

    def of(self, element: Element) -> str | None:
        text = element.text
        if text and text.strip() and SECRET_NAME.fullmatch(str(element.tag)):
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
    """A short, redacted, one-line piece of what came, for one of our sentences.

    The secrets of the sessions that are open are masked too, before anything is cut off: a part of one is one as well.
    """
    return _excerpt(text, limit, Redactor.mask)


def own_excerpt(text: str, limit: int = 200) -> str:
    """The same of what a caller says (the description of a commit): a password that is a word takes none out of it."""
    return _excerpt(text, limit, Redactor.mask_message)


def _excerpt(text: str, limit: int, mask: Callable[[Redactor, str], str]) -> str:
    text = text[: _EXCERPT_FROM + limit]
    for session in _SESSIONS.get():
        redactor = session()
        if redactor is not None:
            text = mask(redactor, text)
    line = visible(one_line(redact(text[: 20 * limit])))
    return line if len(line) <= limit else f"{line[:limit]}…"
