# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An operation in a process that can be killed: a module of these tests that reads options from its standard input."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from .conftest import ROOT, environment


@contextmanager
def process_of(module: str, options: Mapping[str, Any], before: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """Runs ``tests.integration.MODULE``, leading a group of its own; it is killed at the end, where it still runs.

    ``before`` stands before the command.
    """
    with subprocess.Popen(
        [*before, sys.executable, "-m", f"tests.integration.{module}"],
        start_new_session=True,
        cwd=ROOT,
        env={**environment(ROOT / "build"), "PYTHONPATH": "build/collections:."},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(options))
        process.stdin.close()
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
