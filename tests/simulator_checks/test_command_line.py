# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("module", "path"), [("tests.simulator", ""), ("simulator", str(ROOT / "tests"))])
def test_start_and_stop(module: str, path: str, tmp_path: Path) -> None:
    pid_file, directory = tmp_path / "pid", tmp_path / "fleet"
    command = [sys.executable, "-m", module, "--scenario", "healthy", "--scenario", "tls_interception"]
    command += ["--directory", str(directory), "--pid-file", str(pid_file)]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("ready: 2 firewalls")
            deadline = time.monotonic() + 5
            while not (directory / "ready").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert int(pid_file.read_text()) == process.pid
            described = json.loads((directory / "fleet.json").read_text())
            assert [f["scenario"] for f in described] == ["healthy", "tls_interception"]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not pid_file.exists()
    assert not (directory / "ready").exists()
    assert (directory / "statistics.json").exists()


def test_a_wrong_scenario_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.simulator", "--scenario", "nonsense", "--directory", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 2
    assert "no scenario nonsense" in result.stderr
