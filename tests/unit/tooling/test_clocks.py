# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reads the wall clock. A limit, a wait or a duration never does: somebody may set it meanwhile.

tests/unit/device/test_clock_changes.py sets it while each of them runs. Remedies have tests of their own.
"""

from __future__ import annotations

import ast

import pytest

from tests.tooling.environment import ROOT

PLUGINS = ROOT / "plugins"
# What reads it, and what for.
POINTS_IN_TIME = {
    ("module_utils/_device/live/overload.py", "pause"): "until when a Retry-After that is a date asks to wait",
    ("module_utils/_evidence/options.py", "utc_now"): "when evidence was collected; the skew of the device's clock",
    ("module_utils/_tasks/reporting.py", "_of_this_run"): "when a firewall without a diagnosis was reported",
    ("plugin_utils/maintenance_window.py", "moment_from"): "whether a maintenance window is open now",
}
_READS = {
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime", "clock_gettime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}


def readers(source: str) -> set[str]:
    """The functions of a module that read the wall clock, or name what reads it."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            hit = node.module == "time" and bool({name.name for name in node.names} & _READS["time"])
        elif isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            hit = node.attr in _READS.get(owner, ())
        else:
            continue
        if hit:
            around = [one for one in functions if one.lineno <= node.lineno <= (one.end_lineno or one.lineno)]
            found.add(max(around, key=lambda one: one.lineno).name if around else "")
    return found


def test_only_what_needs_a_point_in_time_reads_the_wall_clock() -> None:
    found = {
        (str(path.relative_to(PLUGINS)), name)
        for path in PLUGINS.rglob("*.py")
        if "_remedy" not in path.parts
        for name in readers(path.read_text(encoding="utf-8"))
    }
    assert found == set(POINTS_IN_TIME)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time\ndef f():\n    return time.time()", {"f"}),
        ("import time\nclock = time.time", {""}),
        ("from time import time\n", {""}),
        ("from time import monotonic, sleep\n", set()),
        ("def f():\n    def g():\n        return datetime.now(timezone.utc)\n    return g", {"g"}),
        ("import datetime\ndef f():\n    return datetime.datetime.utcnow()", {"f"}),
        ("def f(x):\n    return date.today() > x.today", {"f"}),
        ("import time\ndef f(case):\n    return time.monotonic() + case.now", set()),
    ],
)
def test_what_counts_as_reading_it(source: str, found: set[str]) -> None:
    assert readers(source) == found
