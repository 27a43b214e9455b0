# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The notations that a secret may be written in, for tests that look for it where none may be."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Notation = Callable[[str], str]


def _wrapped(text: str, width: int, between: str = "\n") -> str:
    return between.join(text[start : start + width] for start in range(0, len(text), width))


def _within(encode: Callable[[bytes], bytes], before: str, after: str = "") -> Notation:
    return lambda secret: encode(f"{before}{secret}{after}".encode()).decode("ascii")


def _hexadecimal(between: str = "") -> Notation:
    return lambda secret: between.join(f"{byte:02x}" for byte in secret.encode())


def _each(form: str) -> Notation:
    return lambda secret: "".join(form.format(ord(character)) for character in secret)


def _escaped_json(secret: str) -> str:
    return json.dumps(secret)[1:-1]


#: By name. Where a secret has nothing to escape, the escaping ones leave it as it is.
NOTATIONS: dict[str, Notation] = {
    "plain": lambda secret: secret,
    "base64": _within(base64.b64encode, ""),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode("ascii").rstrip("="),
    "base64, one byte before": _within(base64.b64encode, "u", "tail"),
    "base64, two bytes before": _within(base64.b64encode, "us", "tail"),
    "base64 of user:password": _within(base64.b64encode, "admin:"),
    "url-safe base64": _within(base64.urlsafe_b64encode, "admin:"),
    "url-safe base64 without padding": lambda secret: _within(base64.urlsafe_b64encode, "")(secret).rstrip("="),
    "wrapped base64": lambda secret: _wrapped(_within(base64.b64encode, "user: ", " and more")(secret), 8),
    "wrapped base64, indented": lambda secret: _wrapped(_within(base64.b64encode, "")(secret), 7, "\r\n    "),
    "base64 in JSON": lambda secret: _within(base64.b64encode, "a:")(secret).replace("/", "\\/"),
    "percent-encoded base64": lambda secret: quote(_within(base64.b64encode, "")(secret), safe=""),
    "hexadecimal": _hexadecimal(),
    "upper-case hexadecimal": lambda secret: _hexadecimal()(secret).upper(),
    "hexadecimal with colons": _hexadecimal(":"),
    "hexadecimal with blanks": lambda secret: _hexadecimal(" ")(secret).upper(),
    "wrapped hexadecimal": lambda secret: _wrapped(_hexadecimal(" ")(secret), 9, "\n  "),
    "JSON": _escaped_json,
    "JSON within JSON": lambda secret: _escaped_json(_escaped_json(secret)),
    "JSON, every character escaped": _each("\\u{0:04x}"),
    "JSON, in upper case": _each("\\u{0:04X}"),
    "JSON with escaped slashes": lambda secret: _escaped_json(secret).replace("/", "\\/"),
    "HTML": html.escape,
    "HTML twice": lambda secret: html.escape(html.escape(secret)),
    "HTML three times": lambda secret: html.escape(html.escape(html.escape(secret))),
    "decimal references": _each("&#{0};"),
    "padded decimal references": _each("&#00{0};"),
    "hexadecimal references": _each("&#x{0:X};"),
    "references in HTML": lambda secret: html.escape(_each("&#{0};")(secret)),
    "percent-encoded": lambda secret: quote(secret, safe=""),
    "percent-encoded twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "percent-encoded whole": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "percent-encoded whole, in upper case": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "a form": quote_plus,
    "percent-encoded HTML": lambda secret: quote(html.escape(secret), safe=""),
    "Python": lambda secret: repr(secret)[1:-1],
    "Python bytes": lambda secret: repr(secret.encode())[2:-1],
    "broken over lines": lambda secret: f"{secret[:3]}\n{secret[3:]}",
    "broken and indented": lambda secret: f"{secret[:-2]}\r\n        {secret[-2:]}",
    "broken after every character": "\n".join,
    "broken in JSON": lambda secret: json.dumps(f"{secret[:2]}\n  {secret[2:]}")[1:-1],
}
