# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: a simulated fleet is diagnosed by the playbook that users run; the findings are compared with its faults.

Runs with the Python of ``.venv``. Leaves ``build/demo/diagnoses.json`` and the reports beside it.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema

from tests.tooling.environment import BUILD, ROOT, VENV, Failed, environment, locked, log_file, stop

DEMO = BUILD / "demo"
FLEET = DEMO / "fleet"
SCHEMA = ROOT / "docs" / "schema" / "diagnosis.schema.json"
SECONDS_TO_START = 60.0
SECONDS_TO_DIAGNOSE = 300.0


def main() -> int:
    """Run the demo; the exit code is 0 when every firewall was judged as its scenario says."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with locked(BUILD / "demo.lock"):
        return show()


def show() -> int:
    """The demo itself, one at a time in a checkout."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir(parents=True)
    try:
        with simulated_fleet():
            diagnose()
            fleet = json.loads((FLEET / "fleet.json").read_text(encoding="utf-8"))
        results = read_results(DEMO / "diagnoses.json")
        wrong = compare([firewall for firewall in fleet if firewall["expect"]], results)
    except Failed as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    for report in sorted(DEMO.glob("*.*")):
        print(f"report: {report.relative_to(ROOT)}")
    if wrong:
        print(f"FAILED: {wrong} firewalls were judged otherwise than expected", file=sys.stderr)
    return 1 if wrong else 0


@contextmanager
def simulated_fleet() -> Iterator[None]:
    """Simulated firewalls that answer until the block ends; they choose free ports themselves."""
    command = [sys.executable, "-m", "tests.simulator", "--fleet", "tests/simulator/fleets/demo.yml"]
    print("starting the simulated firewalls", flush=True)
    with log_file("simulator") as log:
        process = subprocess.Popen(
            [*command, "--directory", str(FLEET)],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not (FLEET / "ready").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    said = Path(log.name).read_text(encoding="utf-8", errors="replace")
                    raise Failed(f"the simulated firewalls did not start:\n{said}")
                time.sleep(0.1)
            yield
        finally:
            stop(process)


def diagnose() -> None:
    """Run the playbook; what it says goes to the terminal."""
    command = [str(VENV / "bin" / "ansible-playbook"), "-i", str(FLEET / "inventory.yml"), "playbooks/diagnose.yml"]
    command += ["-e", json.dumps({"mlav_report_dir": str(DEMO)})]
    print(f"$ {' '.join(command)}", flush=True)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait(SECONDS_TO_DIAGNOSE)
    except subprocess.TimeoutExpired:
        raise Failed(f"the playbook was stopped after {SECONDS_TO_DIAGNOSE:.0f} s") from None
    finally:
        stop(process)
    if code:
        raise Failed(f"the playbook ended with code {code}")


def read_results(path: Path) -> dict[str, dict[str, Any]]:
    """The results by host; every one of them must fit the published schema."""
    if not path.is_file():
        raise Failed(f"the playbook left no {path.relative_to(ROOT)}")
    results = json.loads(path.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for result in results:
        for error in validator.iter_errors(result):
            raise Failed(f"{path.name}: {result.get('host')}: {error.json_path}: {error.message}")
    return {result["host"]: result for result in results}


def compare(fleet: list[dict[str, Any]], results: dict[str, dict[str, Any]]) -> int:
    """Print every firewall's expected and actual finding; returns how many differ, unexpected hosts included."""
    strangers = sorted(results.keys() - {firewall["name"] for firewall in fleet})
    wrong = len(strangers)
    print(f"\n{'firewall':24} {'expected':44} {'got':44}")
    for firewall in fleet:
        name, expected = firewall["name"], finding(firewall["expect"]["verdict"], firewall["expect"].get("cause"))
        result = results.get(name)
        causes = [cause["id"] for cause in result["causes"]] if result else []
        got = finding(result["verdict"], causes[0] if causes else None) if result else "no result"
        wrong += got != expected
        print(f"{name:24} {expected:44} {got:44} {'ok' if got == expected else 'DIFFERS'}")
    for name in strangers:
        print(f"{name:24} {'no result':44} {results[name]['verdict']:44} DIFFERS")
    print(f"firewalls: {len(fleet) + len(strangers) - wrong} passed, {wrong} failed\n", flush=True)
    return wrong


def finding(verdict: str, cause: str | None) -> str:
    """A verdict and its first cause in one phrase."""
    return f"{verdict}: {cause}" if cause else verdict


if __name__ == "__main__":
    sys.exit(main())
