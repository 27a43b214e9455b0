# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML envelope of PAN-OS answers: parsed as hostile input, and its failures told apart.

The same envelope comes from the XML API and from the CLI in XML output mode.
Sources: PAN-OS documentation "PAN-OS XML API Error Codes"; message places as in pan-python and pango.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from itertools import islice
from threading import BoundedSemaphore
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers import expat

from ansible_collections.panops.mlav.plugins.module_utils._device.encodings import mended
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CommandRefused,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    ForeignAnswer,
    MalformedAnswer,
    OversizedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt, flatten
from ansible_collections.panops.mlav.plugins.module_utils._device.sizes import ANY, Limits

# Larger ones are parsed few at a time in a process, in pieces: a tree takes up to a hundred bytes a tag, and parsing
# lets no other thread go on. So what a few firewalls send does not hold up, nor push out, the many others.
_LARGE_BYTES = 64 * 1024
_LARGE_AT_A_TIME = 2
_PARSED_BYTES = 1024 * 1024
_MAX_PROLOG_BYTES = 64 * 1024
_PIECE_BYTES = 64

_SUCCESS_CODES = frozenset({"", "0", "19", "20"})
ABSENT_CODE = "7"
_ABSENT_TEXT = "no such node"

# Matched as lower-case substrings. Sources: KB kA14u000000HDuDCAW, release notes, pan-os-python panos/base.py.
_NOT_BY_API = "not available to xmlapi client"
_REFUSED_TEXTS = (
    "invalid client cli",
    "is unexpected",
    "needs to have non null value",
    "unknown command",
    "invalid syntax",
)
_BUSY_TEXTS = (
    "device busy or unavailable",
    "timed out as client is not available",
    "timed out while getting config lock",
    "an error occured. see dagger.log",
    "another commit/validate is in progress",
    "a commit is in progress",
    "you cannot commit while an install is in progress",
    "another sync is in progress",
    "configuration is locked by",
)
_BUSY_PATTERN = re.compile(r"\bclient \S+ not ready\b")
_ALWAYS_REFUSED_CODES = frozenset({"1", "6", "17", "18", "400"})

# Without one of these, not even a damaged answer is PAN-OS's; the second is in UTF-16.
_MARKS = (b"<response", b"<\0r\0e\0s\0p\0o\0n\0s\0e")

# A failure inside a successful answer is a line or two; a log that quotes such a text is longer, or has times.
_SHORT_ANSWER = 300
# With the zero bytes that UTF-16 puts in between.
_ATTRIBUTE = re.compile(rb"""=[\s\x00]*["']""")
_LOG_LINE = re.compile(r"^\s*\d{4}[-/]\d\d[-/]\d\d\b", re.MULTILINE)


_LARGE = BoundedSemaphore(_LARGE_AT_A_TIME)


@dataclass(frozen=True)
class Envelope:
    """``<response>``: its status and code as strings, its message, and its ``<result>`` (None where there is none)."""

    status: str
    code: str
    message: str
    root: Element
    result: Element | None

    @property
    def text(self) -> str:
        """The result as plain text; the message where there is no result."""
        return flatten(self.result) if self.result is not None else self.message

    @property
    def absent(self) -> bool:
        """The node or object that was asked for is not there."""
        if self.status == "success":
            return self.code == ABSENT_CODE
        return self.code == ABSENT_CODE or _ABSENT_TEXT in self.message.lower()

    @property
    def succeeded(self) -> bool:
        return self.status == "success" and self.code in _SUCCESS_CODES | {ABSENT_CODE}


def parse(body: bytes, limit: Limits = ANY) -> Envelope:
    """Parses an answer to a question whose answers have that limit.

    Raises:
        OversizedAnswer: it holds more elements or attributes, or nests deeper.
        ForeignAnswer: it is not PAN-OS's envelope, nor a damaged one.
        MalformedAnswer: it is truncated, not XML, or declares entities.
    """
    try:
        root = tree(body, limit)
    except MalformedAnswer as error:
        if any(mark in body for mark in _MARKS):
            raise
        raise foreign("the answer", body) from error
    if root.tag != "response":
        raise foreign(f"the answer is a <{excerpt(str(root.tag), 40)}>, and", body)
    status = root.get("status", "").strip().lower()
    if not status:
        raise malformed("the answer has no status", body)
    return Envelope(status, root.get("code", "").strip(), _message(root), root, root.find("result"))


def tree(body: bytes, limit: Limits = ANY) -> Element:
    """Parses XML that anybody may have written, whatever its root.

    Raises:
        OversizedAnswer: it holds more elements or attributes than the limit, or nests deeper.
        MalformedAnswer: it is truncated, not XML, or declares entities.
    """
    with _LARGE if len(body) > _LARGE_BYTES else contextlib.nullcontext():
        return _tree(body, limit)


def _tree(body: bytes, limit: Limits) -> Element:
    _limit_elements(body, limit)
    parser = XMLParser()  # noqa: S314 - entities can be declared in a DOCTYPE only, which is refused
    try:
        _refuse_doctype(body)
        text = mended(body)
        for start in range(0, len(text), _PARSED_BYTES):
            parser.feed(text[start : start + _PARSED_BYTES])
        root: Element = parser.close()
    except (ParseError, expat.ExpatError, ValueError, LookupError) as error:
        raise malformed(f"the answer is not XML ({excerpt(str(error))})", body) from error
    _limit_depth(root, limit)
    return root


def malformed(why: str, body: bytes) -> MalformedAnswer:
    """The error for an answer that is not understood, with a short excerpt of it."""
    return MalformedAnswer(
        f"{why}. It begins: {excerpt(body[:4000].decode('utf-8', 'replace'))!r}",
        remedy="Check that the address and the port are those of a PAN-OS web interface, without a proxy between.",
    )


def foreign(what: str, body: bytes, form: str = "is not in PAN-OS's form") -> ForeignAnswer:
    """The error for an answer that is not PAN-OS's, with a short excerpt of it. ``what`` is the message's subject."""
    begins = excerpt(body[:4000].decode("utf-8", "replace"))
    return ForeignAnswer(
        f"{what} {form}: a proxy, a login portal or another device answered in the firewall's place, or its web server "
        f"did so without its API. It {f'begins: {begins!r}' if begins else 'is empty'}",
        remedy="Check that the address and the port are those of a PAN-OS web interface, without a proxy between.",
    )


class _RootReached(Exception):
    pass


def _refuse_doctype(body: bytes) -> None:
    """Reads up to the root element: a DOCTYPE can stand nowhere else, and text that looks like one is harmless.

    In small pieces, because expat reads a piece to its end whatever the handlers say: entities declared further on
    would be expanded.
    """

    def refuse(*_args: object) -> NoReturn:
        raise malformed("the answer declares a document type", body)

    def stop(*_args: object) -> NoReturn:
        raise _RootReached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    with contextlib.suppress(_RootReached):
        for start in range(0, min(len(body), _MAX_PROLOG_BYTES), _PIECE_BYTES):
            parser.Parse(body[start : start + _PIECE_BYTES], False)
        if len(body) > _MAX_PROLOG_BYTES:
            raise malformed(f"the answer has no element in its first {_MAX_PROLOG_BYTES} bytes", body)


def _limit_elements(body: bytes, limit: Limits) -> None:
    """Bounds the memory that a tree takes (100 bytes an element, 400 an attribute), before one is built."""
    if body.count(b"<") > limit.tags:
        raise oversized(f"at most {limit.tags} tags")
    if next(islice(_ATTRIBUTE.finditer(body), limit.attributes, None), None) is not None:
        raise oversized(f"at most {limit.attributes} attributes")


def _limit_depth(root: Element, limit: Limits) -> None:
    level = [root]
    for _depth in range(limit.depth):
        level = [child for element in level for child in element]
        if not level:
            return
    raise oversized(f"at most {limit.depth} elements within each other")


def oversized(expected: str) -> OversizedAnswer:
    """The error for an answer that is larger than what was asked for can be."""
    return OversizedAnswer(
        f"the answer is too large for this request: expected {expected}",
        remedy="Check that the address is the firewall's. No further requests are sent in this session.",
    )


def _message(root: Element) -> str:
    for path in ("./msg/line", "./result/msg/line", "./result/msg", "./msg"):
        texts = [" ".join(flatten(element).split()) for element in root.findall(path)]
        if any(texts):
            return "\n".join(text for text in texts if text)
    return ""


def check(envelope: Envelope, asked: str, credential: str) -> Envelope:
    """Gives the envelope back when it is a success.

    A node that is absent counts as a success (see ``Envelope.absent``).

    Args:
        envelope: the answer.
        asked: what was asked, for the message.
        credential: what the session presents (``the API key``), for the message.

    Raises:
        DeviceError: the subclass that the code or the text stands for.
    """
    if envelope.absent:
        return envelope
    if not envelope.succeeded:
        raise failure(envelope.code, envelope.message or envelope.text, asked, credential)
    check_text(envelope.text, asked, credential)
    return envelope


def check_text(text: str, asked: str, credential: str) -> None:
    """Raises what a short text stands for when PAN-OS reports a failure as the text of a success."""
    if len(text) > _SHORT_ANSWER or _LOG_LINE.search(text):
        return
    if _is_busy(text) or _NOT_BY_API in text.lower():
        raise failure("", text, asked, credential)


def failure(code: str, message: str, asked: str, credential: str) -> ExpectedFailure:
    """The error that a code and a message stand for."""
    said = excerpt(message) or "no message"
    told = f"{asked}: {said}" + (f" (code {excerpt(code, 10)})" if code else "")
    low = message.lower()
    if _NOT_BY_API in low:
        return CommandRefused(f"the XML API rejected {told}")
    if "invalid credential" in low:
        return AuthenticationFailure(
            f"login failed: the firewall rejected {credential} ({said})", remedy=f"Check {credential}."
        )
    if code == "22" or "session timed out" in low:
        return AuthenticationFailure(
            f"the session timed out: {told}", remedy=f"Check {credential}, then run this again."
        )
    if _is_busy(message):
        return DeviceBusy(f"the firewall is busy: {told}", remedy="Wait, then run this again.")
    if code in {"16", "403"}:
        return PermissionFailure(
            f"permission denied with {credential}: {told}",
            remedy="Give the admin role of the account the XML API rights it needs (op, config, log; for changes "
            "also commit), "
            "and check that the API key has not been revoked.",
        )
    if code in _ALWAYS_REFUSED_CODES or any(text in low for text in _REFUSED_TEXTS):
        return CommandRefused(f"the firewall rejected {told}")
    return DeviceError(f"the firewall returned an error for {told}")


def _is_busy(text: str) -> bool:
    low = text.lower()
    return any(busy in low for busy in _BUSY_TEXTS) or _BUSY_PATTERN.search(low) is not None
