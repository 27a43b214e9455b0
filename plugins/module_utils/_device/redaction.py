# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes secrets out of text that leaves a device's result.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re

_SECRET = re.compile(r"(<(key|password|phash|private-key|secret)\b[^>]*>)[^<]*(</)", re.IGNORECASE)


def redact(text: str) -> str:
    """``text`` with the content of elements that hold secrets replaced."""
    return _SECRET.sub(r"\1********\3", text)
