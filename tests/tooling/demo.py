# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demos: a simulated fleet is diagnosed by the playbooks that users run; the findings are compared with its faults.

``demo`` asks the firewalls, and leaves ``build/demo/diagnoses.json`` and the reports
beside it; ``demo-techsupport`` reads their tech-support files, and leaves the same in ``build/demo-techsupport``;
``demo-remediate`` plans and repairs another fleet, and leaves ``build/demo/remediation.json``.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.tooling.environment import BUILD, ROOT, Failed, call, environment, locked, log_file, stop
from tests.tooling.schemas import validator

DEMO = BUILD / "demo"
FLEET = DEMO / "fleet"
TECHSUPPORT_DEMO = BUILD / "demo-techsupport"
FILES = TECHSUPPORT_DEMO / "files"
REMEDIATE_DEMO = BUILD / "demo-remediate"
RECORDS = DEMO / "remediation.json"
SIMULATOR = (sys.executable, "-m", "tests.simulator")
DEMO_FLEET = ("--fleet", "tests/simulator/fleets/demo.yml")
BROKEN_FLEET = ("--fleet", "tests/simulator/fleets/remediation.yml")
SECONDS_TO_START = 60.0
SECONDS_TO_PLAY = 300.0


def main(arguments: Sequence[str]) -> int:
    """Run a demo by its name; the exit code is 0 when every firewall was judged as its scenario says."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    [name] = arguments
    folder, show = DEMOS[name]
    with locked(BUILD / f"{name}.lock"):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            # Of another demo, which may run beside this one.
            if old != RECORDS:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
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
    with simulated_fleet(DEMO_FLEET, FLEET):
        inventory = ["-i", str(FLEET / "inventory.yml")]
        playbook([*inventory, "playbooks/diagnose.yml"], {"mlav_report_dir": str(DEMO)})
        fleet = json.loads((FLEET / "fleet.json").read_text(encoding="utf-8"))
    return compare([firewall for firewall in fleet if firewall["expect"]], read_results(DEMO / "diagnoses.json"))


def diagnose_files() -> int:
    """Diagnose from tech-support files of the same firewalls; returns how many verdicts contradict the truth."""
    print("making a tech-support file of every simulated firewall", flush=True)
    with log_file("archives") as log:
        call(log, [*SIMULATOR, *DEMO_FLEET, "--archives", FILES])
    given = {"mlav_techsupport": str(FILES), "mlav_report_dir": str(TECHSUPPORT_DEMO)}
    playbook(["playbooks/diagnose_techsupport.yml"], given)
    fleet = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
    return compare_files(fleet, read_results(TECHSUPPORT_DEMO / "diagnoses.json"))


def remediate_fleet() -> int:
    """Plan, approve and repair; returns how many firewalls ended otherwise than expected.

    The ones that fail have a run of their own: in one with the others, the first failure would stop the rest.
    """
    folder = REMEDIATE_DEMO / "fleet"
    with simulated_fleet(BROKEN_FLEET, folder):
        fleet = json.loads((folder / "fleet.json").read_text(encoding="utf-8"))
        wanted = {
            entry["name"]: entry["expect"]["remediation"] for entry in fleet if entry["expect"].get("remediation")
        }
        failing = sorted(name for name, expected in wanted.items() if expected.get("error"))
        others = sorted(set(wanted) - set(failing))
        records: list[dict[str, Any]] = []
        for name, hosts, code in (("others", others, 0), ("failing", failing, 2)):
            place = REMEDIATE_DEMO / name
            given = {"mlav_hosts": ",".join(hosts), "mlav_verify_timeout": "5s"}
            play = ["-i", str(folder / "inventory.yml"), "playbooks/remediate.yml"]
            playbook([*play, "--check"], {**given, "mlav_report_dir": str(place / "plan")})
            given |= {"mlav_plan": str(place / "plan" / "plan.json"), "mlav_report_dir": str(place / "done")}
            playbook(play, {**given, "mlav_batches": str(len(failing)) if code else ""}, code)
            records += read_results(place / "done" / "remediation.json", "remediation").values()
    DEMO.mkdir(parents=True, exist_ok=True)
    content = json.dumps(records, indent=2, ensure_ascii=False) + "\n"
    RECORDS.write_text(content, encoding="utf-8")
    print(f"records of both runs: {RECORDS.relative_to(ROOT)}")
    return compare_records(wanted, {record["host"]: record for record in records})


DEMOS = {
    "demo": (DEMO, diagnose_fleet),
    "demo-techsupport": (TECHSUPPORT_DEMO, diagnose_files),
    "demo-remediate": (REMEDIATE_DEMO, remediate_fleet),
}


@contextmanager
def simulated_fleet(fleet: Sequence[str], folder: Path) -> Iterator[None]:
    """Simulated firewalls that answer until the block ends; they choose free ports themselves."""
    print("starting the simulated firewalls", flush=True)
    with log_file(f"simulator-{folder.parent.name}") as log:
        process = subprocess.Popen(
            [*SIMULATOR, *fleet, "--directory", str(folder)],
            cwd=ROOT,
            env=environment(Path(sys.prefix)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not (folder / "ready").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    said = Path(log.name).read_text(encoding="utf-8", errors="replace")
                    raise Failed(f"the simulated firewalls did not start:\n{said}")
                time.sleep(0.1)
            yield
        finally:
            stop(process)


def playbook(arguments: Sequence[str], variables: Mapping[str, str], code: int = 0) -> None:
    """Run a playbook that has to end with ``code``; what it says goes to the terminal."""
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *arguments, "-e", json.dumps(variables)]
    print(f"$ {' '.join(command)}", flush=True)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ended = process.wait(SECONDS_TO_PLAY)
    except subprocess.TimeoutExpired:
        raise Failed(f"the playbook was stopped after {SECONDS_TO_PLAY:.0f} s") from None
    finally:
        stop(process)
    if ended != code:
        raise Failed(f"the playbook ended with code {ended}, expected was {code}")


def read_results(path: Path, schema: str = "diagnosis") -> dict[str, dict[str, Any]]:
    """The results by host; every one of them must fit the published schema."""
    if not path.is_file():
        raise Failed(f"the playbook left no {path.relative_to(ROOT)}")
    results = json.loads(path.read_text(encoding="utf-8"))
    check = validator(schema)
    for result in results:
        for error in check.iter_errors(result):
            raise Failed(f"{path.name}: {result.get('host')}: {error.json_path}: {error.message}")
    return {result["host"]: result for result in results}


def compare_records(wanted: dict[str, dict[str, Any]], records: dict[str, dict[str, Any]]) -> int:
    """Print what was done to every firewall beside what was expected; returns how many differ."""
    wrong = len(records.keys() ^ wanted.keys())
    print(f"\n{'firewall':24} {'cause':28} {'expected':24} {'got':24} after")
    for name in sorted(records.keys() & wanted.keys()):
        record, expected = records[name], wanted[name]
        after = record["verdict_after"]
        if expected.get("error"):
            ending = "rolled back" if expected["error"] == "not_reconnected" else "failed"
        else:
            ending = expected["guard"] or ("repaired" if expected["cause"] else "nothing to do")
        got = record["guard"] or record["outcome"].replace("_", " ")
        good = got == ending and record["cause"] == expected["cause"] and record["left_behind"] == []
        # Where nothing was done, nothing is known of afterwards.
        good = good and after == (expected["verdict_after"] if got in ("repaired", "rolled back") else None)
        wrong += not good
        said = "ok" if good else "DIFFERS"
        print(f"{name:24} {record['cause'] or '-':28} {ending:24} {got:24} {after or '-'} {said}")
    print(f"firewalls: {len(wanted) - wrong} as expected, {wrong} not\n", flush=True)
    return wrong


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
        elif result["verdict"] in ("undetermined", truth["verdict"]) and result["missing"] and not proven(result):
            said = "less: " + ", ".join(item["evidence"] for item in result["missing"]) + " not in the file"
        elif name in results and (truth["verdict"] == "undetermined" or not truth.get("cause")):
            said = "more: the firewall could not be asked for it"
        else:
            said = "DIFFERS"
            wrong += 1
        print(f"{name:12} {expected:44} {got:44} {said}")
    print(f"firewalls: {len(fleet) - wrong} passed, {wrong} failed\n", flush=True)
    return wrong


def proven(result: dict[str, Any]) -> bool:
    """Whether the result names a cause that is proven."""
    return bool(result.get("cause_confidence") == "proven")


def finding(verdict: str, cause: str | None) -> str:
    """A verdict and its first cause in one phrase."""
    return f"{verdict}: {cause}" if cause else verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
