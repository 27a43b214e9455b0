# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README works where Galaxy shows it alone: absolute links to files that exist, and small pictures."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.tooling.environment import ROOT
from tests.tooling.pictures import LARGEST_BYTES

README = (ROOT / "README.md").read_text(encoding="utf-8")
REPOSITORY = "https://github.com/panops/panops.mlav/blob/main/"
RAW = "https://raw.githubusercontent.com/panops/panops.mlav/main/"


def tokens(kind: str) -> Iterator[Token]:
    for block in MarkdownIt().enable("table").parse(README):
        yield from (token for token in block.children or () if token.type == kind)


def test_every_link_is_absolute_and_leads_to_a_file() -> None:
    links = [str(token.attrs["href"]) for token in tokens("link_open")]
    assert len(links) > 20
    assert [link for link in links if not link.startswith("https://")] == []
    files = [link.removeprefix(REPOSITORY).partition("#")[0] for link in links if link.startswith(REPOSITORY)]
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_every_reference_is_defined_and_used() -> None:
    names = [line[1:].partition("]: ")[0] for line in README.splitlines() if line.startswith("[") and "]: http" in line]
    used = {str(token.attrs["href"]) for token in tokens("link_open")}
    used |= {str(token.attrs["src"]) for token in tokens("image")}
    assert [name for name in names if README.partition(f"[{name}]: ")[2].splitlines()[0] not in used] == []
    assert [token.content for token in tokens("text") if "[" in token.content] == []


def test_every_picture_is_small_and_described() -> None:
    pictures = {str(token.attrs["src"]).removeprefix(RAW): token.content for token in tokens("image")}
    assert list(pictures) == ["docs/images/terminal.png", "docs/images/report.png"]
    assert [name for name, description in pictures.items() if len(description) < 30] == []
    assert [name for name in pictures if (ROOT / name).stat().st_size > LARGEST_BYTES] == []


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 135
