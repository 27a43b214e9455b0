# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a raw answer."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import bounded


def test_a_bound_keeps_the_newest() -> None:
    assert bounded("abc", "last", 3) == "abc"
    assert bounded("abcdef", "last", 3) == "[3 characters left out]\ndef"
    assert bounded("abcdef", "first", 3) == "abc\n[3 characters left out]"
