# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers with bytes that are no UTF-8."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer

ANSWER = b'<response status="success"><result><login-banner>%s</login-banner></result></response>'


@pytest.mark.parametrize("declared", [b"", b'<?xml version="1.0"?>', b'<?xml version="1.0" encoding="utf-8"?>\n'])
@pytest.mark.parametrize(
    ("banner", "text"),
    [
        (b"Z\xfcrich", "Z\xfcrich"),
        (b"Z\xc3\xbcrich \xfc", "Z\xfcrich \xfc"),
        (b"\xe2\x82 \xff", "\xe2\x82 \xff"),
        ("防火墙".encode(), "防火墙"),
    ],
)
def test_a_byte_of_another_encoding_hides_no_answer(declared: bytes, banner: bytes, text: str) -> None:
    found = envelope.parse(declared + ANSWER % banner)
    assert found.result is not None
    assert found.result.findtext("login-banner") == text


def test_what_says_that_it_is_no_utf_8_is_read_as_it_says() -> None:
    latin = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + ANSWER % b"Z\xc3\xbc"
    wide = ('<?xml version="1.0" encoding="UTF-16"?>' + (ANSWER % b"Z").decode()).encode("utf-16")
    for body, text in ((latin, "Z\xc3\xbc"), (wide, "Z")):
        found = envelope.parse(body)
        assert found.result is not None
        assert found.result.findtext("login-banner") == text


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\xfc", ANSWER % b"\x01", ANSWER[:-5] % b"\xfc"])
def test_what_is_no_xml_stays_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        envelope.parse(body)
