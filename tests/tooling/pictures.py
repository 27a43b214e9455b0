# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the pictures of the README from a run of the demo: ``.venv/bin/python -m tests.tooling.pictures``.

It needs Chromium. The terminal shows the demo's own output, shortened; the report is ``build/demo/report.html``.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tooling.demo import DEMO
from tests.tooling.environment import ROOT, VENV, environment, link_collection

IMAGES = ROOT / "docs" / "images"
LARGEST_BYTES = 150 * 1024
# Sizes in pixels. The terminal's is that of its text: LINES of COLUMNS characters.
REPORT_SIZE = (960, 600)
COLUMNS, LINES = 112, 25
LINE_HEIGHT, WIDTH = 18, 912
_TASK = "TASK [panops.mlav.mlav_troubleshoot : Show the summary]"
_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #1b1f27; color: #d6dbe4; }}
pre {{ margin: 14px 16px; font: 13px/{height}px "DejaVu Sans Mono", monospace; }}
b {{ color: #fff; }} i {{ font-style: normal; color: #7fce7f; }} u {{ text-decoration: none; color: #8b93a3; }}
</style><pre>{text}</pre>"""


def terminal(output: str) -> list[str]:
    """The lines of the picture, as HTML: the summary's first lines as they were printed, and how the demo ended."""
    shown = output[output.index(_TASK) :].splitlines()
    printed = [piece for line in shown for piece in _wrapped(line)][: LINES - 4]
    ended = next(line for line in reversed(shown) if line.startswith("firewalls: "))
    lines = [f"<i>{html.escape(line)}</i>" for line in printed]
    lines[0] = html.escape(printed[0])
    return ["<b>$ make demo</b>", "<u>[…]</u>", *lines, "<u>[…]</u>", html.escape(ended)]


def _wrapped(line: str) -> list[str]:
    """A line as a terminal of this width shows it."""
    return [line[start : start + COLUMNS] for start in range(0, len(line), COLUMNS)] or [""]


def picture(page: Path, target: Path, width: int, height: int) -> None:
    """Writes what a browser of this size shows of a page.

    Raises:
        SystemExit: there is no Chromium, or the picture is larger than the README should load.
    """
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("Chromium is needed: apt-get install chromium")
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    look = ("--hide-scrollbars", f"--window-size={width},{height}", f"--screenshot={target}")
    subprocess.run([browser, *quiet, *look, page.as_uri()], check=True, timeout=120, stderr=subprocess.DEVNULL)
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        sys.exit(f"{target.name} has {size} bytes: expected at most {LARGEST_BYTES}")
    print(f"{target.relative_to(ROOT)}: {size} bytes")


def main() -> int:
    link_collection()
    demo = [str(VENV / "bin" / "python"), "-m", "tests.tooling.demo", "demo"]
    run = subprocess.run(demo, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f"the demo failed:\n{run.stdout}{run.stderr}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "terminal.html"
        page.write_text(_PAGE.format(height=LINE_HEIGHT, text="\n".join(terminal(run.stdout))), encoding="utf-8")
        picture(page, IMAGES / "terminal.png", WIDTH, LINES * LINE_HEIGHT + 28)
    picture(DEMO / "report.html", IMAGES / "report.png", *REPORT_SIZE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
