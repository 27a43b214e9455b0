# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failures that the CLI prints as text: over SSH, and in the answers that a tech-support file holds."""

from __future__ import annotations

import re

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CommandRefused
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

_REFUSED = re.compile(r"^\s*(?:Unknown command:|Invalid syntax\.|Validation Error:)", re.MULTILINE | re.IGNORECASE)
_SERVER_ERROR = re.compile(r"^\s*Server error\b\s*:?\s*(.*)", re.MULTILINE | re.IGNORECASE)
# A refusal is a few lines; a log that quotes one is longer.
_SHORT_LINES = 10


def check_cli_text(text: str, asked: str, credential: str) -> None:
    """Raises the DeviceError that a short answer to ``asked`` stands for; ``credential``: see ``envelope.check``."""
    if text.count("\n") >= _SHORT_LINES:
        return
    if found := _SERVER_ERROR.search(text):
        raise envelope.failure("", found.group(1) or text, asked, credential)
    if _REFUSED.search(text):
        raise CommandRefused(f"the CLI does not take {asked!r}: {excerpt(text)}")
    envelope.check_text(text, asked, credential)
