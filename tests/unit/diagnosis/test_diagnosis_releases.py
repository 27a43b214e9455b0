# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PAN-OS releases: read and compared."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1.14", Release(10, 1, 14)),
        ("10.1.14-h9", Release(10, 1, 14, 9)),
        (" 11.2.0\n", Release(11, 2, 0)),
        ("", None),
        (None, None),
        ("unknown", None),
        ("10.1", None),
        ("11.2.5-h1.aingfw", Release(11, 2, 5, 1)),
        ("10.0.4.vm_eval", Release(10, 0, 4)),
        ("9.0.3.xfr", Release(9, 0, 3)),
        ("9.0.0-c300", Release(9, 0, 0)),
        ("10.1.0-b17", Release(10, 1, 0)),
        ("11.2.5-h", None),
        ("11.2.5-", None),
        ("11.2.5.", None),
        ("11.2.5-h1-h2", None),
        ("11.2.5 (build)", None),
        ("10.1.14-h9 evil", None),
        ("١٠.1.14", None),
        ("10.1.14.1", None),
    ],
)
def test_parse(text: str | None, expected: Release | None) -> None:
    assert parse_release(text) == expected


def test_order_and_text() -> None:
    texts = ["9.1.16", "10.0.2", "10.1.9", "10.1.14", "10.1.14-h2", "10.1.14-h9", "10.1.14-h10", "10.1.15", "11.0.0"]
    releases = [parse_release(text) for text in texts]
    assert sorted(releases, key=lambda release: release or Release(0, 0, 0)) == releases
    assert [str(release) for release in releases] == texts
