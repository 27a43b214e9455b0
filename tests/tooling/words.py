# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds words that docs/style.md replaces: ``.venv/bin/python -m tests.tooling.words [PATH ...]``."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.tooling.environment import ROOT

STYLE = ROOT / "docs" / "style.md"
CHECKED = (
    *("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "roles", "playbooks", "tests/simulator/README.md"),
    "plugins",
)
_ROW = re.compile(r"^\| (?P<use>[^|`]+) \| (?P<replaced>`[^|]+) \|$", re.MULTILINE)
# Fenced blocks, code style, addresses of links, and the markup of Ansible's documentation.
_CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`|\]\([^)]*\)|\b[A-Z]{1,2}\([^()]*\)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """A word that is not ours, where it stands, and what to use."""

    path: str
    line: int
    word: str
    use: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: "{self.word}": use {self.use}'


def terms(page: str) -> Mapping[str, str]:
    """The phrases that are replaced, in lower case, and what to use, from the tables of a page."""
    return {
        phrase.lower(): row["use"]
        for row in _ROW.finditer(page)
        for phrase in re.findall(r"`([^`]+)`", row["replaced"])
    }


def check_text(path: str, text: str, replaced: Mapping[str, str], first_line: int = 1) -> Iterator[Finding]:
    """What prose has of these phrases; code in it does not count."""
    # A phrase may be broken over lines.
    alternatives = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(replaced, key=len)[::-1])
    prose = _CODE.sub(lambda code: re.sub(r"\S", " ", code[0]), text)
    for found in re.finditer(rf"(?<![\w-])(?<!as )(?:{alternatives})(?![\w-])", prose, re.IGNORECASE):
        word = " ".join(found[0].split())
        yield Finding(path, first_line + prose.count("\n", 0, found.start()), word, replaced[word.lower()])


def strings(source: str) -> Iterator[tuple[int, str]]:
    """The literals of a Python file that hold a blank, each with its line; docstrings are left out."""
    tree = ast.parse(source)
    documenting = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if " " in text and id(node) not in documenting:
                yield node.lineno, text


def check(paths: Sequence[str] = CHECKED) -> list[Finding]:
    """All findings in these files and folders, which are relative to the repository."""
    replaced = terms(STYLE.read_text(encoding="utf-8"))
    findings: list[Finding] = []
    for path in (file for name in paths for file in _files(ROOT / name)):
        name = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        for line, piece in strings(text) if path.suffix == ".py" else [(1, text)]:
            findings += check_text(name, piece, replaced, line)
    return findings


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.suffix in SUFFIXES)


SUFFIXES = (".md", ".py", ".yml")


def main(arguments: Sequence[str]) -> int:
    """Prints the findings, of the paths that are named or of all; 1 when there are any."""
    findings = check(arguments or CHECKED)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
