# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written about the product is what the product is."""

from __future__ import annotations

from tests.tooling.pages import PAGES, REQUESTS, pages, requests_page


def test_the_pages_of_the_causes_are_those_of_the_catalogue() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert found == pages(), "write them anew: .venv/bin/python -m tests.tooling.pages"


def test_the_page_of_the_requests_is_that_of_the_list() -> None:
    written = REQUESTS.read_text(encoding="utf-8")
    assert written == requests_page(), "write it anew: .venv/bin/python -m tests.tooling.pages"
