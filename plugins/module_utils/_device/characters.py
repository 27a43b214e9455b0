# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Characters that no reader sees and that change how others are seen: control, direction and format characters."""

from __future__ import annotations

import re

#: What stands in the place of each of them.
SHOWN = "\N{REPLACEMENT CHARACTER}"

# First and last of each range, after the Unicode standard: the categories Cc (line ends and tabs aside), Cf, Zl and Zp,
# and what else is ignorable by default (DerivedCoreProperties.txt) and shows nothing either: fillers, variation
# selectors, tags, code points set aside.
_UNSEEN_RANGES = (
    *((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F), (0x0600, 0x0605), (0x061C, 0x061C)),
    *((0x06DD, 0x06DD), (0x070F, 0x070F), (0x0890, 0x0891), (0x08E2, 0x08E2), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD)),
    *((0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
_UNSEEN = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _UNSEEN_RANGES)}]")


def visible(text: str) -> str:
    """The text with a visible character for each that would not be seen; line ends and tabs stay as they are."""
    return text if text.isprintable() and text.isascii() else _UNSEEN.sub(SHOWN, text)
