# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demos: a simulated fleet is diagnosed by the playbooks that users run; the findings are compared with its faults.

Run with the Python of ``.venv``. ``demo`` asks the firewalls, and leaves ``build/demo/diagnoses.json`` and the reports
beside it; ``demo-techsupport`` reads their tech-support files, and leaves the same in ``build/demo-techsupport``.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema

from tests.tooling.environment import BUILD, ROOT, VENV, Failed, call, environment, locked, log_file, stop

DEMO = BUILD / "demo"
FLEET = DEMO / "fleet"
TECHSUPPORT_DEMO = BUILD / "demo-techsupport"
FILES = TECHSUPPORT_DEMO / "files"
SIMULATOR = (sys.executable, "-m", "tests.simulator", "--fleet", "tests/simulator/fleets/demo.yml")
SCHEMA = ROOT / "docs" / "schema" / "diagnosis.schema.json"
SECONDS_TO_START = 60.0
SECONDS_TO_DIAGNOSE = 300.0


def main(arguments: Sequence[str]) -> int:
    """Run a demo by its name; the exit code is 0 when every firewall was judged as its scenario says."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    [name] = arguments
    folder, show = DEMOS[name]
    with locked(BUILD / f"{name}.lock"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            wrong = show()
        except Failed as problem:
            print(f"FAILED: {problem}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            return 130
        for report in sorted(folder.glob("*.*")):
            print(f"report: {report.relative_to(ROOT)}")
    if wrong:
        print(f"FAILED: {wrong} firewalls were judged otherwise than expected", file=sys.stderr)
    return 1 if wrong else 0


def diagnose_fleet() -> int:
    """Diagnose firewalls that answer; returns how many were judged otherwise than expected."""
    with simulated_fleet():
        inventory = ["-i", str(FLEET / "inventory.yml")]
        playbook([*inventory, "playbooks/diagnose.yml"], mlav_report_dir=str(DEMO))
        fleet = json.loads((FLEET / "fleet.json").read_text(encoding="utf-8"))
    return compare([firewall for firewall in fleet if firewall["expect"]], read_results(DEMO / "diagnoses.json"))


def diagnose_files() -> int:
    """Diagnose from tech-support files of the same firewalls; returns how many verdicts contradict the truth."""
    print("making a tech-support file of every simulated firewall", flush=True)
    with log_file("simulator") as log:
        call(log, [*SIMULATOR, "--archives", FILES])
    given = {"mlav_techsupport": str(FILES), "mlav_report_dir": str(TECHSUPPORT_DEMO)}
    playbook(["playbooks/diagnose_techsupport.yml"], **given)
    fleet = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
    return compare_files(fleet, read_results(TECHSUPPORT_DEMO / "diagnoses.json"))


DEMOS = {"demo": (DEMO, diagnose_fleet), "demo-techsupport": (TECHSUPPORT_DEMO, diagnose_files)}


@contextmanager
def simulated_fleet() -> Iterator[None]:
    """Simulated firewalls that answer until the block ends; they choose free ports themselves."""
    print("starting the simulated firewalls", flush=True)
    with log_file("simulator") as log:
        process = subprocess.Popen(
            [*SIMULATOR, "--directory", str(FLEET)],
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


def playbook(arguments: Sequence[str], **variables: str) -> None:
    """Run a playbook; what it says goes to the terminal."""
    command = [str(VENV / "bin" / "ansible-playbook"), *arguments, "-e", json.dumps(variables)]
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


def compare_files(fleet: list[dict[str, Any]], results: dict[str, dict[str, Any]]) -> int:
    """The same for files. They may hold less than a firewall answers, or more than a login gets; never otherwise."""
    wrong = len(results.keys() - {firewall["name"] for firewall in fleet})
    print(f"\n{'firewall':12} {'live':44} {'from its tech-support file':44}")
    for firewall in fleet:
        name, truth = firewall["name"], firewall["expect"]
        expected = finding(truth["verdict"], truth.get("cause"))
        result = results.get(name) or {"verdict": "no result", "causes": [], "missing": []}
        got = finding(result["verdict"], result["causes"][0]["id"] if result["causes"] else None)
        if got == expected:
            said = "the same"
        elif result["verdict"] == "undetermined" and result["missing"]:
            said = "less: " + ", ".join(item["evidence"] for item in result["missing"]) + " not in the file"
        elif truth["verdict"] == "undetermined" and name in results:
            said = "more: the firewall could not be asked"
        else:
            said = "DIFFERS"
            wrong += 1
        print(f"{name:12} {expected:44} {got:44} {said}")
    print(f"firewalls: {len(fleet) - wrong} passed, {wrong} failed\n", flush=True)
    return wrong


def finding(verdict: str, cause: str | None) -> str:
    """A verdict and its first cause in one phrase."""
    return f"{verdict}: {cause}" if cause else verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
