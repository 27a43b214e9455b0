# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a raw answer."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact
from ansible_collections.panops.mlav.plugins.module_utils._evidence import probing
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import bounded


def test_a_bound_keeps_the_newest() -> None:
    assert bounded("abc", "last", 3) == "abc"
    assert bounded("abcdef", "last", 3) == "[3 characters left out]\ndef"
    assert bounded("abcdef", "first", 3) == "abc\n[3 characters left out]"


@pytest.mark.parametrize("newest", ["first", "last"])
def test_what_is_not_kept_is_not_searched_for_secrets(newest: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that begins before what is kept is seen from its beginning all the same."""
    searched: list[int] = []

    def counting(text: str) -> str:
        searched.append(len(text))
        return redact(text)

    monkeypatch.setattr(probing, "redact", counting)
    key = "-----BEGIN PRIVATE KEY-----\n" + "secret-line\n" * 400 + "-----END PRIVATE KEY-----\n"
    text = f"{'x' * 1_000_000}\n{key}{'last words' * 10}" if newest == "last" else f"{key}{'x' * 1_000_000}"
    kept = probing.bounded(text, newest, 1000)
    assert "secret-line" not in kept
    assert len(kept) < 1100
    assert "characters left out" in kept
    assert sum(searched) < 10_000
