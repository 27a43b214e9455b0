# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sequence of a remediation: what each part does in, what is done in which order and the record out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EvidenceSet
from ansible_collections.panops.mlav.plugins.module_utils._remedy import remediate as under_test
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.carry_out import Carried
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import Planned, Run, Target
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remediate import remediate
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Preferences

from .fakes import NOW, FakeDevice
from .test_planning import evidence, options
from .test_planning import planned as plan_of
from .test_remedy_selection import ELSEWHERE, HERE, PLAN, diagnosis

BLOCKED = Blocked("busy", "a commit runs", "busy_wait")
FAILED = DeviceError("job 17 failed", "Look at it.")
KEPT = "the record could not be written"


class Story:
    """A remediation whose parts are scripted; ``log`` is what was done, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **script: Any) -> None:
        self.log: list[str] = []
        self.kept: list[dict[str, Any]] = []
        self.settled: list[tuple[str, bool, Planned | None]] = []
        self._script = script
        self.plans = list(script.get("plans", [plan_of()]))
        for name in ("bind_firewall", "require_as_agreed", "require_guards", "wait_to_start", "carry_out", "settle"):
            monkeypatch.setattr(under_test, name, getattr(self, name))
        monkeypatch.setattr(under_test, "plan", self.plan)
        found = script.get("diagnosis", diagnosis(HERE))

        def diagnose() -> tuple[EvidenceSet, Diagnosis]:
            self.note("diagnose")
            return evidence(), found

        def open_host() -> Target:
            self.note("open")
            return Target("fw-9", FakeDevice(serial="009").live)

        opts = options(preferences=Preferences(decryption_host="fw-9"))
        firewall = Target("fw-1", FakeDevice().live)
        self.run = Run(firewall, open_host, diagnose, opts, self.log.append, LeaseWatch(Allowances().pace))
        self.record = Record("fw-1", "run", lambda: NOW, self.keep)

    def note(self, what: str) -> None:
        self.log.append(what)
        error = self._script.get(what)
        if error is not None:
            raise error

    def keep(self, data: dict[str, Any]) -> None:
        self.kept.append(data)
        if self._script.get("full") == len(self.kept):
            raise DeviceError(KEPT)

    def bind_firewall(self, _run: Run) -> None:
        self.note("bind")

    def plan(self, _run: Run, _evidence: Any, _choice: Any, target: Target) -> Planned | None:
        self.note(f"plan on {target.name}")
        made: Planned | None = self.plans.pop(0)
        return made

    def require_as_agreed(self, _planned: Planned, _options: Any) -> None:
        self.note("agreed")

    def require_guards(self, _planned: Planned, _options: Any) -> None:
        self.note("guards")

    def wait_to_start(self, _run: Run, _planned: Planned) -> bool:
        self.note("window")
        return bool(self._script.get("waits"))

    def carry_out(self, _run: Run, planned: Planned, _record: Record, _traces: Any) -> Carried:
        self.note(f"carry out {planned.plan.candidate[-1]}")
        result: Carried = self._script.get("carried", Carried("repaired"))
        return result

    def settle(self, _run: Run, _record: Record, traces: Any, act: bool) -> None:
        self.settled.append((traces.target.name, act, traces.planned))
        self.note("settle")

    def tell(self, check_mode: bool = False) -> Planned | None:
        return remediate(self.run, self.record, check_mode, "mlav_")

    @property
    def ended(self) -> tuple[str, str | None, str | None]:
        return self.record.outcome, self.record.reason, self.record.error


READ = ["bind", "diagnose", "plan on fw-1", "agreed"]
TO_CONTINUE = "a commit runs. To continue, set the option mlav_busy_wait."
LATE = plan_of(PLAN.__class__(**{**vars(PLAN), "candidate": "sha256:1"}))


@pytest.mark.parametrize(
    ("script", "check_mode", "log", "ended", "act"),
    [
        ({}, False, [*READ, "window", "carry out 0", "settle"], ("repaired", None, None), True),
        (
            {"carried": Carried("rolled_back", "not connected")},
            False,
            [*READ, "window", "carry out 0", "settle"],
            ("rolled_back", None, "not connected"),
            True,
        ),
        (
            {"carried": Carried("failed", "not connected")},
            False,
            [*READ, "window", "carry out 0", "settle"],
            ("failed", None, "not connected"),
            True,
        ),
        # Check mode checks the guards, and settles nothing.
        ({}, True, [*READ, "guards"], ("planned", None, None), None),
        ({"guards": BLOCKED}, True, [*READ, "guards"], ("planned", TO_CONTINUE, None), None),
        # Connected: nothing to do, in check mode as well.
        (
            {"diagnosis": diagnosis(verdict="healthy")},
            False,
            ["bind", "diagnose", "settle"],
            ("nothing_to_do", None, None),
            True,
        ),
        (
            {"diagnosis": diagnosis(verdict="healthy")},
            True,
            ["bind", "diagnose", "settle"],
            ("nothing_to_do", None, None),
            False,
        ),
        ({"plans": [None]}, False, ["bind", "diagnose", "plan on fw-1", "settle"], ("nothing_to_do", None, None), True),
        # After a wait, the firewall is diagnosed and planned anew, and the new plan is carried out.
        (
            {"waits": True, "plans": [plan_of(), LATE]},
            False,
            [*READ, "window", *READ, "carry out 1", "settle"],
            ("repaired", None, None),
            True,
        ),
        (
            {"waits": True, "plans": [plan_of(), None]},
            False,
            [*READ, "window", *READ[:3], "settle"],
            ("nothing_to_do", None, None),
            True,
        ),
        # Blocked and failed, wherever it happens.
        ({"plan on fw-1": BLOCKED}, False, [*READ[:3], "settle"], ("blocked", TO_CONTINUE, None), True),
        ({"agreed": BLOCKED}, True, [*READ, "settle"], ("blocked", TO_CONTINUE, None), False),
        ({"window": BLOCKED}, False, [*READ, "window", "settle"], ("blocked", TO_CONTINUE, None), True),
        (
            {"carry out 0": BLOCKED},
            False,
            [*READ, "window", "carry out 0", "settle"],
            ("blocked", TO_CONTINUE, None),
            True,
        ),
        ({"bind": FAILED}, False, ["bind", "settle"], ("failed", None, "job 17 failed. Look at it."), True),
        (
            {"carry out 0": FAILED},
            False,
            [*READ, "window", "carry out 0", "settle"],
            ("failed", None, "job 17 failed. Look at it."),
            True,
        ),
        # A record that cannot be kept at first: nothing is asked.
        ({"full": 1}, False, ["settle"], ("failed", None, KEPT), True),
        (
            {"settle": DeviceError("no answer")},
            False,
            [*READ, "window", "carry out 0", "settle", "what was left behind could not be checked: no answer"],
            ("repaired", None, None),
            True,
        ),
    ],
)
def test_sequence(
    script: dict[str, Any],
    check_mode: bool,
    log: list[str],
    ended: tuple[str, str | None, str | None],
    act: bool | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story(monkeypatch, **script)
    story.tell(check_mode)
    assert story.log == log
    assert story.ended == ended
    assert [settled[1] for settled in story.settled] == ([] if act is None else [act])
    assert story.record.finished_at == NOW
    assert story.kept[-1]["outcome"] == ended[0]


def test_plan_is_returned_and_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan_of()
    story = Story(monkeypatch, plans=[made])
    assert story.tell(check_mode=True) is made
    assert [action["state"] for action in story.record.actions] == ["planned", "planned"]
    assert (story.record.cause, story.record.verdict_before) == ("tls_interception", "broken")


def test_plan_from_before_the_wait_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(monkeypatch, waits=True, plans=[plan_of(), None])
    assert story.tell() is None
    assert story.settled == [("fw-1", True, None)]


def test_decryption_host_is_planned_and_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(monkeypatch, diagnosis=diagnosis(ELSEWHERE), **{"plan on fw-9": BLOCKED})
    story.tell()
    assert story.log == ["bind", "diagnose", "open", "plan on fw-9", "settle"]
    assert story.settled == [("fw-9", True, None)]


def test_record_that_cannot_be_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(monkeypatch, full=2)
    story.tell()
    assert story.ended == ("failed", None, KEPT)


@pytest.mark.parametrize("error", [SystemExit(143), KeyboardInterrupt()])
@pytest.mark.parametrize("settles", [True, False])
def test_interruption_passes_through(error: BaseException, settles: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    script: dict[str, Any] = {"carry out 0": error}
    if not settles:
        script["settle"] = DeviceError("no answer")
    story = Story(monkeypatch, **script)
    with pytest.raises(type(error)):
        story.tell()
    # The record stays that of an interrupted run, and nothing is released.
    assert [settled[1] for settled in story.settled] == [False]
    assert (story.kept[-1]["outcome"], story.kept[-1]["finished_at"]) == ("running", None)
