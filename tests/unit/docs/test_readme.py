# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README works where Galaxy shows it alone: absolute links to files that exist, and small pictures."""

from __future__ import annotations

import re

from tests.tooling.environment import ROOT
from tests.tooling.pictures import LARGEST_BYTES

README = (ROOT / "README.md").read_text(encoding="utf-8")
REPOSITORY = "https://github.com/panops/panops.mlav/blob/main/"
RAW = "https://raw.githubusercontent.com/panops/panops.mlav/main/"
LINKS = re.findall(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)", README)
IMAGES = re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", README)


def test_every_link_is_absolute_and_leads_to_a_file() -> None:
    assert len(LINKS) > 20
    assert [link for link in LINKS if not link.startswith("https://")] == []
    files = [link.removeprefix(REPOSITORY).partition("#")[0] for link in LINKS if link.startswith(REPOSITORY)]
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_every_picture_is_small_and_described() -> None:
    assert [target.removeprefix(RAW) for _alt, target in IMAGES] == [
        "docs/images/terminal.png",
        "docs/images/report.png",
    ]
    assert [target for alt, target in IMAGES if len(alt) < 30] == []
    assert [target for _alt, target in IMAGES if (ROOT / target.removeprefix(RAW)).stat().st_size > LARGEST_BYTES] == []


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 120
