# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an XML API request: how they are sent, named in messages, and whether they only read.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

_READING_TYPES = frozenset({"keygen", "log", "version"})
_READING_ACTIONS = frozenset({"get", "show"})
_READING_OPS = ("<show>", "<ping>", "<test>", "<check>", "<tail>", "<request><license><info>")
# Without an action an export may start a job.
_READING_EXPORTS = frozenset({"status", "get", "finish"})


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


def asked_in(fields: Mapping[str, str]) -> str:
    """What was asked, for messages; never with an element or a password in it."""
    kind = fields.get("type", "")
    if kind == "op":
        return fields.get("cmd", "")[:200]
    return " ".join(
        f"{name}={fields[name][:200]}" for name in ("type", "category", "action", "xpath", "log-type") if name in fields
    )
