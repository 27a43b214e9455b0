# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration file, read as it streams by: only what the procedure reads of it becomes a tree.

A configuration may be tens of megabytes and holds every secret of a firewall; what is not wanted is never kept.
"""

from __future__ import annotations

from typing import BinaryIO, NoReturn
from xml.etree.ElementTree import Element
from xml.parsers import expat

from ansible_collections.panops.mlav.plugins.module_utils._device.encodings import claims_utf_8, lenient_decoder
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.pruning import tops, wanted_places
from ansible_collections.panops.mlav.plugins.module_utils._device.sizes import MAX_DEPTH, MAX_TAGS

_CHUNK = 64 * 1024
# Before the root element, where alone a document type can stand, expat is fed in small pieces: it reads a piece to its
# end, whatever the handlers say.
_PROLOG_CHUNK = 64
_MAX_PROLOG_BYTES = 64 * 1024
_MAX_TEXT = 32 * 1024**2
# Of what helps but is not needed: a firewall may have hundreds of thousands of address objects.
MAX_EXTRA_TAGS = 100_000
_MAX_EXTRA_TEXT = 8 * 1024**2
# expat keeps a tag or a comment until it is whole; it passes text on in pieces.
_MAX_PART_BYTES = 1024**2


def read_configuration(content: BinaryIO, what: str, wanted: tuple[str, ...], extras: tuple[str, ...] = ()) -> Element:
    """The ``<config>`` in ``content``, pruned as ``pruning.prune`` does it; ``what`` names it in messages.

    ``extras`` are kept as well, all of them or, where there are too many, none.

    Raises:
        MalformedAnswer: it is not well-formed, no configuration, too deep or too large, or declares a document type.
    """
    builder = _Builder(wanted, extras, what)
    try:
        read = 0
        while builder.root is None and read < _MAX_PROLOG_BYTES and (data := content.read(_PROLOG_CHUNK)):
            read += len(data)
            builder.feed(data)
        if builder.root is not None:
            while data := content.read(_CHUNK):
                builder.expect_a_part_within(len(data))
                builder.feed(data)
        builder.feed(b"", final=True)
    # The latter two: an encoding that is not known, or of more than one byte.
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MalformedAnswer(f"{what} is not well-formed XML ({error})") from error
    if builder.root is None:  # pragma: no cover - expat has raised by then
        raise MalformedAnswer(f"{what} is empty")
    return builder.root


class _Builder:
    def __init__(self, wanted: tuple[str, ...], extras: tuple[str, ...], what: str) -> None:
        self._places, self._above = wanted_places((*wanted, *extras))
        self._tops = tops(extras, wanted_places(wanted)[1])
        # The kept tops of extras with their parents, and the depth of the one that is open.
        self._extras: list[tuple[Element, Element]] = []
        self._extra_depth = self._extra_count = self._extra_text = 0
        self._without_extras = False
        self._what = what
        # The kept elements from the root to here, each with its place; None within a subtree that is wanted whole.
        self._kept: list[tuple[Element, tuple[str, ...] | None]] = []
        self._depth = self._count = self._text = self._unseen = 0
        self.root: Element | None = None
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = parser.ProcessingInstructionHandler = self._pass
        self._parser = parser
        self._decoder = lenient_decoder()
        self._is_utf_8: bool | None = None

    def feed(self, data: bytes, final: bool = False) -> None:
        """Parses the next bytes. One that is no UTF-8 counts as a Latin-1 character: old descriptions hold such."""
        if self._is_utf_8 is None and data:
            self._is_utf_8 = claims_utf_8(data)
        if self._is_utf_8:
            data = self._decoder.decode(data, final).encode()
        self._parser.Parse(data, final)

    def expect_a_part_within(self, size: int) -> None:
        """Bounds what expat may be given, ``size`` bytes now, without that a tag, a text or a comment ends."""
        self._unseen += size
        if self._unseen > _MAX_PART_BYTES + _CHUNK:
            raise MalformedAnswer(f"{self._what} holds a tag or a comment of more than {_MAX_PART_BYTES} bytes")

    def _pass(self, *_args: object) -> None:
        self._unseen = 0

    def _refuse(self, *_args: object) -> NoReturn:
        raise MalformedAnswer(f"{self._what} declares a document type")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._unseen = 0
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise MalformedAnswer(f"{self._what} nests deeper than {MAX_DEPTH} elements")
        if self.root is None:
            if tag != "config":
                raise MalformedAnswer(f"{self._what} is not a configuration: expected <config>, got <{tag[:40]}>")
            self.root = Element(tag, attributes)
            self._kept.append((self.root, ()))
            return
        if len(self._kept) < self._depth - 1:
            return
        parent, place = self._kept[-1]
        here = (*place, tag) if place is not None else None
        if here in self._places:
            here = None
        elif here is not None and here not in self._above:
            return
        is_top = place is not None and (*place, tag) in self._tops
        if is_top:
            self._extra_depth = self._depth
        self._count_tags(1 + len(attributes))
        self._grow(sum(len(name) + len(value) for name, value in attributes.items()))
        if self._extra_depth and self._without_extras:
            return
        element = Element(tag, attributes)
        parent.append(element)
        self._kept.append((element, here))
        if is_top:
            self._extras.append((parent, element))

    def _count_tags(self, count: int) -> None:
        if self._extra_depth:
            self._extra_count += count
            self._limit_extras(self._extra_count > MAX_EXTRA_TAGS)
            return
        self._count += count
        if self._count > MAX_TAGS:
            raise MalformedAnswer(f"{self._what} is too large: expected at most {MAX_TAGS} relevant elements")

    def _limit_extras(self, too_many: bool) -> None:
        """Half of the extras would be taken for all of them, so none is kept where there are too many."""
        if too_many and not self._without_extras:
            self._without_extras = True
            for parent, element in self._extras:
                parent.remove(element)
                element.clear()
            self._extras.clear()

    def _end(self, _tag: str) -> None:
        self._unseen = 0
        if len(self._kept) == self._depth:
            self._kept.pop()
        if self._extra_depth == self._depth:
            self._extra_depth = 0
        self._depth -= 1

    def _characters(self, text: str) -> None:
        self._unseen = 0
        if len(self._kept) != self._depth:
            return
        element, place = self._kept[-1]
        # Between elements there is space only.
        if place is not None or len(element):
            return
        self._grow(len(text))
        if not (self._extra_depth and self._without_extras):
            element.text = (element.text or "") + text

    def _grow(self, size: int) -> None:
        if self._extra_depth:
            self._extra_text += size
            self._limit_extras(self._extra_text > _MAX_EXTRA_TEXT)
            return
        self._text += size
        if self._text > _MAX_TEXT:
            raise MalformedAnswer(f"{self._what} is too large: expected at most {_MAX_TEXT} relevant characters")
