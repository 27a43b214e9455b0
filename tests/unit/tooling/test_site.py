# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site can be read where there is no network."""

from __future__ import annotations

import pytest

from tests.tooling.site import loaded_from_elsewhere


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<link rel="stylesheet" href="_static/a.css">', False),
        ('<a href="https://example.com/">elsewhere</a>', False),
        ('<img src="images/stages.svg" alt="https://example.com">', False),
        ('<link rel="stylesheet" href="https://example.com/a.css">', True),
        ('<script src="//example.com/a.js"></script>', True),
        ("<img alt='' src='http://example.com/a.png'>", True),
        ('<iframe\n  src="https://example.com/"></iframe>', True),
    ],
)
def test_what_a_page_loads(page: str, expected: bool) -> None:
    assert (loaded_from_elsewhere(page) is not None) is expected
