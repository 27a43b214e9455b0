# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an XML API request: how they are sent, named in messages, and whether they only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode
from xml.sax.saxutils import unescape

_READING_TYPES = frozenset({"keygen", "log", "version"})
_READING_ACTIONS = frozenset({"get", "show"})
_READING_OPS = ("<show>", "<ping>", "<test>", "<check>", "<tail>", "<request><license><info>")
# Without an action an export may start a job.
_READING_EXPORTS = frozenset({"status", "get", "finish"})

# <show><clock></clock></show> -> show clock
_TAGS = re.compile(r"</[^<>]*>|[<>]|/>")


def form(fields: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, bytes, dict[str, str]]:
    """A request's path, body and headers."""
    return "/api/", urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded", **headers}


def only_reads(fields: Mapping[str, str]) -> bool:
    kind = fields.get("type", "")
    if kind == "config":
        return fields.get("action") in _READING_ACTIONS
    if kind == "op":
        return fields.get("cmd", "").startswith(_READING_OPS)
    if kind == "export":
        return fields.get("action") in _READING_EXPORTS
    return kind in _READING_TYPES


def in_words(fields: Mapping[str, str]) -> str:
    """What was asked, as it is shown to a person: an operational command in the words of the CLI, the rest as it is."""
    if fields.get("type") == "op":
        return " ".join(unescape(_TAGS.sub(" ", fields.get("cmd", ""))).split()) or "an empty command"
    return asked_in(fields)


def asked_in(fields: Mapping[str, str]) -> str:
    """What was asked, for messages; never with an element or a password in it."""
    kind = fields.get("type", "")
    if kind == "op":
        return fields.get("cmd", "")[:200]
    return " ".join(
        f"{name}={fields[name][:200]}" for name in ("type", "category", "action", "xpath", "log-type") if name in fields
    )
