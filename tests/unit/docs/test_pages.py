# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generated documentation is up to date."""

from __future__ import annotations

from tests.tooling.pages import PAGES, REQUESTS, pages, requests_page


def test_cause_pages_are_up_to_date() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert found == pages(), "write them anew: .venv/bin/python -m tests.tooling.pages"


def test_the_page_of_requests_is_up_to_date() -> None:
    written = REQUESTS.read_text(encoding="utf-8")
    assert written == requests_page(), "write it anew: .venv/bin/python -m tests.tooling.pages"
