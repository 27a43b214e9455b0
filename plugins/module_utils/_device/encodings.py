# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML that should be UTF-8 and has bytes that are not: old descriptions and banners of a configuration hold such."""

from __future__ import annotations

import codecs
import re

# Both stand at the beginning of a document, within its first 64 bytes.
_DECLARED = re.compile(rb"""<\?xml[^>]{1,40}?encoding=["']([A-Za-z0-9._-]{1,20})["']""")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_AS_LATIN_1 = "panops_mlav_latin_1"


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_AS_LATIN_1, _as_latin_1)


def claims_utf_8(beginning: bytes) -> bool:
    """Whether a document that begins so is meant to be UTF-8: it is, unless it says otherwise."""
    declared = _DECLARED.match(beginning)
    return (declared is None or declared[1].lower() == b"utf-8") and not beginning.startswith(_UTF_16)


def lenient_decoder() -> codecs.IncrementalDecoder:
    """Decodes UTF-8; a byte that is none counts as the Latin-1 character that was meant by it."""
    return codecs.getincrementaldecoder("utf-8")(errors=_AS_LATIN_1)


def mended(document: bytes) -> bytes:
    """The document as UTF-8 where it claims to be; any other as it is."""
    if not claims_utf_8(document[:64]):
        return document
    try:
        document.decode("utf-8")
    except UnicodeDecodeError:
        return document.decode("utf-8", _AS_LATIN_1).encode()
    return document
