# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the documentation site into build/site, without a network: ``.venv/bin/python -m tests.tooling.site``.

The pages are those of the repository, plus the documentation of modules, plugins and the role. A warning is a failure.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import IO

from tests.tooling.environment import BUILD, ROOT, VENV, Failed, call, environment, link_collection, log_file

SITE = BUILD / "site"
SOURCE = BUILD / "site-source"
CONF = ROOT / "docs" / "docsite"
# The pages and their link targets. Copied, because MyST resolves links from the real path of a file.
COPIED = (
    *("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "docs"),
    *("meta/runtime.yml", "requirements.txt", "tests/simulator/README.md"),
)
ROOT_PAGES = ("index.md",)
# Galaxy shows the README alone, so it has absolute links; in the site they lead to the pages of the site.
_REPOSITORY = re.compile(
    r"https://(?:github\.com/panops/panops\.mlav/blob|raw\.githubusercontent\.com/panops/panops\.mlav)/main/"
)
# furo shows the contents next to each page, and reports an error for a page that lists them again.
_CONTENTS = re.compile(r"^\.\. contents::.*\n(?:   .*\n)*", re.MULTILINE)
_THEME_ERROR = "ERROR: Adding a table of contents"
_LOADED = re.compile(r"""<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^"']*["'][^>]*>""")


def build(log: IO[str]) -> str:
    """Builds the site; returns how many pages it has.

    Raises:
        Failed: a tool warned, a page has an error of the theme, or it loads something from another server.
    """
    shutil.rmtree(SITE, ignore_errors=True)
    _lay_out()
    # antsibull-docs leaves a log in the home folder.
    home = BUILD / "antsibull"
    home.mkdir(exist_ok=True)
    env = environment(HOME=str(home), ANSIBLE_LOCAL_TEMP=str(home / "tmp"))
    reference = SOURCE / "reference"
    reference.mkdir(mode=0o755)
    collection = ["--use-current", "--squash-hierarchy", "--no-breadcrumbs", "--no-add-antsibull-docs-version"]
    antsibull: list[str | Path] = [VENV / "bin" / "antsibull-docs", "collection", "--fail-on-error", *collection]
    call(log, [*antsibull, "--dest-dir", reference, "panops.mlav"], env=env)
    for page in reference.rglob("*.rst"):
        page.write_text(_CONTENTS.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")
    sphinx: list[str | Path] = [
        VENV / "bin" / "python",
        "-m",
        "sphinx",
        "--builder",
        "html",
        "--fail-on-warning",
        "--keep-going",
        "--quiet",
    ]
    conf: list[str | Path] = ["--conf-dir", CONF, "--doctree-dir", BUILD / "site-doctrees", "--fresh-env"]
    call(log, [*sphinx, *conf, SOURCE, SITE], env=env)
    pages = sorted(SITE.rglob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        if _THEME_ERROR in text:
            raise Failed(f"{page.relative_to(SITE)} shows an error of the theme: {_THEME_ERROR}")
        if found := loaded_from_elsewhere(text):
            raise Failed(f"{page.relative_to(SITE)} loads something from elsewhere: {found}")
    return f"{len(pages)} pages in {SITE.relative_to(ROOT)}"


def loaded_from_elsewhere(page: str) -> str | None:
    """The first tag of a page that makes a browser load something from another server. Links do not count."""
    found = _LOADED.search(page)
    return found[0] if found else None


def _lay_out() -> None:
    """Copies the pages of the repository to the source folder of Sphinx, with the layout that their links expect."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    places = {name: ROOT / name for name in COPIED} | {name: CONF / name for name in ROOT_PAGES}
    for name, origin in places.items():
        target = SOURCE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, target)
        else:
            shutil.copyfile(origin, target)
    readme = SOURCE / "README.md"
    readme.write_text(_REPOSITORY.sub("", readme.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> int:
    link_collection()
    with log_file("docs-site") as log:
        try:
            print(build(log))
        except Failed as problem:
            print(f"FAILED: {problem}", file=sys.stderr)
            print(Path(log.name).read_text(encoding="utf-8"), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
