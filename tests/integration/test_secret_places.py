# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every notation of a secret at every place where text leaves; our sentences stay whole whatever the password is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import failure
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import FACTS, STATUS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO
from tests.simulator.fleet import Fleet
from tests.simulator.running import running_fleet
from tests.tooling.notations import NOTATIONS
from tests.tooling.operations import run_operation

from . import committing, repairing
from .test_modules import options

pytestmark = pytest.mark.usefixtures("quick")

SECRET = "Zebra&4711<s/t>ripes?ü"
#: What a device says of somebody else's secret, and the secret in it.
OTHERS = {
    "psk": ("ike psk planted-4711", "planted-4711"),
    "PSK with a colon": ("PSK: planted-4711", "planted-4711"),
    "access token": ("access_token=planted-4711", "planted-4711"),
    "bearer": ("sent Bearer planted-4711", "planted-4711"),
    "header": ("sent X-PAN-KEY planted-4711", "planted-4711"),
    "community": ("snmp-community-string planted-4711", "planted-4711"),
    "tacacs": ("tacacs key planted-4711", "planted-4711"),
    "quoted": ("password 'planted 4711'", "planted 4711"),
    "JSON": ('{"password": "planted-4711"}', "planted-4711"),
    "URL": ("https://bob:planted-4711@192.0.2.1/", "planted-4711"),
}


@dataclass(frozen=True)
class Places:
    """Firewalls of one account that repeat a text wherever they can, and what becomes of it by place."""

    fleet: Fleet
    folder: Path

    def told(self, text: str, password: str, folder: str) -> dict[str, str]:
        """What leaves, by the place where it leaves."""
        for firewall in self.fleet.firewalls.values():
            firewall.admin.password = password
            firewall.world.spec.model = text
            for fault in firewall.world.faults.answers:
                fault.text = text
            for lock in firewall.world.locks:
                lock.comment = text
        return {**self._read(folder), **self._changed(folder)}

    def _read(self, folder: str) -> dict[str, str]:
        broken, refusing = self.fleet.firewalls["fw-1"], self.fleet.firewalls["fw-2"]
        saved, reports = self.folder / folder / "saved", self.folder / folder / "reports"
        diagnosed = run_operation(DIAGNOSIS_INFO, options(broken, host="fw-1", depth="full", save_evidence=str(saved)))
        report = run_operation(REPORT, {"diagnoses": [diagnosed["diagnosis"]], "report_dir": str(reports)})
        asked = {"host": "fw-2", "provider": refusing.provider(), "ca_path": str(refusing.ca_path)}
        return {
            "result": _json(diagnosed),
            "facts": _json(run_operation(FACTS, options(broken))),
            "failed result": _json(_failed(refusing)),
            "sweep": _json(run_operation(SWEEP_INFO, {"firewalls": [asked]})),
            "summary": _json(report),
            **{path.name: path.read_text(encoding="utf-8") for path in (*saved.iterdir(), *reports.iterdir())},
        }

    def _changed(self, folder: str) -> dict[str, str]:
        locked, failing = self.fleet.firewalls["fw-3"], self.fleet.firewalls["fw-4"]
        lines: list[str] = []
        audit, reports = self.folder / folder / "audit", self.folder / folder / "remediation"
        given = repairing.options(locked, audit_dir=str(audit))
        refused = run_operation(REMEDIATE, given, say=lines.append)
        record = refused["remediation"]
        assert record["guard"] == "config_lock"
        report = run_operation(REPORT, {"remediations": [record], "report_dir": str(reports)})
        committed = run_operation(COMMIT, committing.options(failing, ssh=failing.ssh()), say=lines.append)
        assert committed["failed"], committed
        return {
            "refusal": _json(refused),
            "remediation summary": _json(report),
            "failed commit": _json(committed),
            "progress": "\n".join(lines),
            **{path.name: path.read_text(encoding="utf-8") for path in reports.iterdir()},
            "audit record": next(audit.rglob("*.json")).read_text(encoding="utf-8"),
        }


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _failed(firewall: Any) -> dict[str, Any]:
    try:
        return run_operation(STATUS_INFO, {**options(firewall), "ssh": None})
    except ExpectedFailure as error:
        return failure(error)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    folder = tmp_path_factory.mktemp("places")
    quick = {"log_polls": 0, "commit_seconds": 0.05}
    refused = {"answers": [{"kind": "refused", "on": "show mlav cloud-status", "text": "x", "via": "both"}]}
    later = {"answers": [{"kind": "refused", "on": "show high-availability", "text": "x", "via": "both"}]}
    fails = {"answers": [{"kind": "job_fails", "on": "commit", "text": "x"}]}
    entries: list[Any] = [
        {"name": "fw-1", "scenario": "port_443_blocked", "changes": {"faults": later, "switches": quick}},
        {"name": "fw-2", "scenario": "healthy", "changes": {"faults": refused, "access": {"ssh": "none"}}},
        {"name": "fw-3", "scenario": "locked_by_other", "changes": {"switches": quick}},
        {"name": "fw-4", "scenario": "healthy", "changes": {**committing.OWN, "faults": fails, "switches": quick}},
    ]
    with running_fleet(entries, folder / "fleet") as fleet:
        yield Places(fleet, folder)


PLACES = {
    *(
        "result",
        "facts",
        "failed result",
        "sweep",
        "summary",
        "fw-1.json",
        "diagnoses.json",
        "report.md",
        "report.html",
    ),
    *("refusal", "remediation summary", "failed commit", "progress", "remediation.json", "remediation.md"),
    "audit record",
}


def _assert_nowhere(told: dict[str, str], secret: str) -> None:
    assert set(told) == PLACES
    inner = json.dumps(secret, ensure_ascii=False)[1:-1]
    assert [place for place, text in told.items() if secret in text or inner in text] == []
    # The text that held it is there.
    seen = {place for place, text in told.items() if "told" in text}
    assert {
        "result",
        "facts",
        "failed result",
        "sweep",
        "fw-1.json",
        "refusal",
        "audit record",
        "failed commit",
    } <= seen


@pytest.mark.parametrize("notation", NOTATIONS)
def test_no_notation_of_the_password_leaves_anywhere(notation: str, places: Places) -> None:
    written = NOTATIONS[notation](SECRET)
    told = places.told(f"told [{written}] end", SECRET, notation)
    _assert_nowhere(told, written)
    _assert_nowhere(told, SECRET)


@pytest.mark.parametrize("name", OTHERS)
def test_no_secret_of_somebody_else_leaves_anywhere(name: str, places: Places) -> None:
    text, secret = OTHERS[name]
    _assert_nowhere(places.told(f"told {text} end", SECRET, f"of others, {name}"), secret)


#: Passwords that are words of our sentences, or short.
WORDS = ("the", "firewall", "lock", "broken", "commit", "7q", "Expected", "Another person")
_RUN = re.compile(r"job \d+|\d+ seconds? (?:ahead|behind)|\b\d+ ms\b")


def _sentences(told: dict[str, str]) -> dict[str, Any]:
    """What we say, but for what differs from run to run."""
    diagnosis, failed = json.loads(told["result"])["diagnosis"], json.loads(told["failed result"])
    return {
        "summary": diagnosis["summary"],
        "checks": [_RUN.sub("…", check["message"]) for check in diagnosis["checks"]],
        "model": diagnosis["device"]["model"],
        "missing": [(item["reason"], item["hint"]) for item in diagnosis["missing"]],
        "failed": (failed["msg"], failed["error"]),
        "refusal": json.loads(told["refusal"])["remediation"]["reason"],
        "commit": _RUN.sub("…", json.loads(told["failed commit"])["msg"]),
    }


@pytest.mark.parametrize("password", WORDS)
def test_our_sentences_stay_whole_whatever_the_password_is(password: str, places: Places) -> None:
    told = places.told(f"told [{password}] end", password, f"word {password}")
    usual = places.told("told [********] end", "Another-Pass-4711", f"usual {password}")
    assert _sentences(told) == _sentences(usual)
    assert "[********]" in _sentences(told)["failed"][0]
    assert "[********]" in _sentences(told)["refusal"]
    assert f"[{password}]" not in "".join(told.values())


@pytest.mark.parametrize("password", ["SYN_SENT", "disconnected"])
def test_a_password_that_the_judgement_rests_on_changes_no_judgement(password: str, places: Places) -> None:
    """What the device said is masked all the same."""
    told = places.told("told", password, f"judged {password}")
    diagnosis = json.loads(told["result"])["diagnosis"]
    causes = [(cause["id"], cause["confidence"]) for cause in diagnosis["causes"]]
    assert (diagnosis["verdict"], causes) == ("broken", [("port_443_blocked", "proven")])
    answers = "".join(item["raw"] for check in diagnosis["checks"] for item in check["evidence"])
    assert password not in answers
    assert "********" in answers
