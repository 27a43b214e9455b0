# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code blocks of the documentation, for the tests that check them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from tests.tooling.environment import ROOT


@dataclass(frozen=True)
class Sample:
    """One fenced block.

    Attributes:
        page: the page's path, relative to the repository.
        line: of the fence, from 1.
        heading: the second-level heading above it.
    """

    page: str
    line: int
    heading: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def commands(self) -> list[tuple[str, list[str]]]:
        """The commands of a shell block, each with its output lines.

        In a block with prompts, lines without a prompt are output; otherwise every line is a command. A backslash at
        the end of a line continues it.
        """
        lines = self.text.replace("\\\n", " ").splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        found: list[tuple[str, list[str]]] = []
        for line in lines:
            if not line.strip() or (not prompted and line.startswith("#")):
                continue
            if line.startswith("$ ") or not prompted:
                found.append((line.removeprefix("$ ").partition("  #")[0].rstrip(), []))
            elif found:
                found[-1][1].append(line)
            else:
                raise ValueError(f"{self}: output before the first command")
        return found


def pages() -> list[Path]:
    """Every page of the documentation, except those for Sphinx alone."""
    found = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("roles/*/README.md")), ROOT / "tests/simulator/README.md"]
    found += sorted((ROOT / "docs").rglob("*.md"))
    return [page for page in found if page.parent.name != "docsite"]


def examples() -> Iterator[Sample]:
    """The EXAMPLES of modules and other plugins."""
    for path in sorted((ROOT / "plugins").glob("*/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name("EXAMPLES")], value=ast.Constant(str(text))):
                    yield Sample(str(path.relative_to(ROOT)), node.lineno, "", "yaml", text)
    for path in sorted((ROOT / "plugins").glob("*/*.yml")):
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "EXAMPLES" in found:
            yield Sample(str(path.relative_to(ROOT)), 1, "", "yaml", found["EXAMPLES"])


def samples(page: Path) -> Iterator[Sample]:
    """The fenced and indented blocks of a page, including those in lists and quotes."""
    heading = ""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            heading = tokens[number + 1].content
        if token.type in ("fence", "code_block"):
            line = (token.map or [0])[0] + 1
            words = token.info.split()
            yield Sample(str(page.relative_to(ROOT)), line, heading, words[0] if words else "", token.content)
