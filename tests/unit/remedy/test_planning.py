# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning: what is found in, steps and change out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    NotBound,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    Decryption,
    DeviceInfo,
    Evidence,
    EvidenceSet,
    HighAvailability,
    Problem,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy import planning
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import CandidateState
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    Options,
    Planned,
    Run,
    Target,
    bind_firewall,
    exclusion_steps,
    plan,
    remaining_needed_s,
    require_as_agreed,
    require_guards,
    wait_to_start,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Restart, Unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    ReconnectOptions,
    ReconnectPlan,
    ReconnectStep,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import Choice, Kind, Preferences
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

from .fakes import EMPTY, NAME, NOW, PLACE, Clock, FakeDevice, FakeFirewall, FakeJob, with_exclusion
from .test_remedy_selection import PLAN, cause

LATER = MaintenanceWindows.from_option("maintenance_window", [{"from": "2026-11-25T03:00Z", "to": "2026-11-25T05:00Z"}])
THEIRS = "Change 4711"
PARAMS = {"name": NAME, "xpath": PLACE}
EXCLUDE = ("add_exclusion", f"Exclude {NAME} from decryption.")
SWITCH_ON = ("add_exclusion", f"Switch on the exclusion of {NAME} from decryption.")
COMMIT = ("commit", "Commit the exclusion, and nothing else.")


def options(**changes: Any) -> Options:
    given: dict[str, Any] = {
        "preferences": Preferences(),
        "allowances": Allowances(pace=Clock().pace(), ignore_window=True),
        "exclusion": NAME,
        "rollback": True,
        "verify_timeout_s": 300.0,
        "restart_timeout_s": 600.0,
    }
    return Options(**{**given, **changes})


def run(device: FakeDevice, opts: Options | None = None, lines: list[str] | None = None) -> Run:
    def not_called() -> Any:
        raise AssertionError

    opts = opts or options()
    progress = (lines if lines is not None else []).append
    return Run(Target("fw-1", device.live), not_called, not_called, opts, progress, LeaseWatch(opts.allowances.pace))


@pytest.mark.parametrize(
    ("candidate", "running", "written_before", "steps", "write", "rollback", "known"),
    [
        # Nothing there: written, and its rollback removes it.
        (None, None, False, [EXCLUDE, COMMIT], "create", "delete", False),
        # A previous run wrote it, and did not commit.
        (("yes", "panops.mlav: ours"), None, False, [COMMIT], "none", "delete", True),
        (("yes", "panops.mlav: ours"), ("no", "panops.mlav: ours"), False, [COMMIT], "none", "restore", True),
        # A previous run switched another owner's entry on: only its record shows that.
        (("yes", THEIRS), ("no", THEIRS), True, [COMMIT], "none", "restore", True),
        # Switched off: switched on, and its rollback switches it off.
        (("no", THEIRS), ("no", THEIRS), False, [SWITCH_ON, COMMIT], "switch_on", "restore", False),
        (
            ("no", "panops.mlav: ours"),
            ("no", "panops.mlav: ours"),
            False,
            [SWITCH_ON, COMMIT],
            "switch_on",
            "restore",
            True,
        ),
        # A previous run wrote and rolled it back.
        (None, None, True, [EXCLUDE, COMMIT], "create", "delete", True),
        # A previous run removed it from the candidate, and did not commit.
        (None, ("yes", "panops.mlav: ours"), True, [EXCLUDE, COMMIT], "create", "delete", True),
    ],
)
def test_steps_of_an_exclusion(
    candidate: tuple[str, str] | None,
    running: tuple[str, str] | None,
    written_before: bool,
    steps: list[tuple[str, str]],
    write: str,
    rollback: str,
    known: bool,
) -> None:
    device = FakeDevice(firewall_with(candidate, running))
    opts = options(unfinished=Unfinished(written=PLACE, written_on="001") if written_before else Unfinished())
    found, change = exclusion_steps(find_exclusion(device.live, opts.wanted), opts, Target("fw-1", device.live))
    assert [(step.action, step.text) for step in found] == steps
    assert [(step.host, dict(step.params), step.disruptive) for step in found] == [
        ("fw-1", PARAMS, step.action == "commit") for step in found
    ]
    assert change is not None
    assert (change.write.action, change.rollback.action) == (write, rollback)
    assert change.known_xpaths == ((PLACE,) if known else ())


def firewall_with(candidate: tuple[str, str] | None, running: tuple[str, str] | None) -> FakeFirewall:
    def tree(entry: tuple[str, str] | None) -> Element:
        return fromstring(EMPTY) if entry is None else with_exclusion(*entry)

    return FakeFirewall(tree(candidate), tree(running))


@pytest.mark.parametrize("description", ["panops.mlav: ours", THEIRS])
def test_exclusion_that_is_running_needs_no_step(description: str) -> None:
    entry = ("yes", description)
    device = FakeDevice(firewall_with(entry, entry))
    found = find_exclusion(device.live, options().wanted)
    assert exclusion_steps(found, options(), Target("fw-1", device.live)) == ((), None)


@pytest.mark.parametrize("serial", ["001", "002"])
def test_uncommitted_exclusion_of_another_administrator_blocks(serial: str) -> None:
    device = FakeDevice(firewall_with(("yes", THEIRS), None), serial=serial)
    # The record is that of a firewall which this one has replaced.
    opts = options(unfinished=Unfinished(written=PLACE, written_on="009"))
    with pytest.raises(Blocked) as blocked:
        exclusion_steps(find_exclusion(device.live, opts.wanted), opts, Target("fw-1", device.live))
    assert (blocked.value.guard, blocked.value.option) == ("pending_changes", "")
    assert blocked.value.message == f"fw-1 has an uncommitted exclusion of {NAME} by another administrator"


ALONE = HighAvailability(False)


def evidence(serial: str = "001", ha: HighAvailability | None = ALONE) -> EvidenceSet:
    info = DeviceInfo(hostname="fw-1", serial=serial, model="PA-440", sw_version="11.1.4")
    return replace(
        EvidenceSet("fw-1", "live", NOW, "full"),
        device=Evidence(info),
        high_availability=Evidence(ha) if ha is not None else Evidence(None, problem=Problem("busy", "busy")),
    )


def choice(kind: Kind, elsewhere: bool = False) -> Choice:
    name = {"exclusion": "tls_interception", "commit_force": "commit_force_needed"}.get(
        kind, "device_server_unavailable"
    )
    return Choice(cause(name), kind, elsewhere)


def test_plan_of_an_exclusion() -> None:
    device = FakeDevice()
    planned = plan(run(device), evidence(), choice("exclusion"), Target("fw-1", device.live))
    assert planned is not None
    made = planned.plan
    assert (made.host, made.serial, made.sw_version, made.cause, made.confidence) == (
        "fw-1",
        "001",
        "11.1.4",
        "tls_interception",
        "proven",
    )
    assert (made.target, made.target_serial, made.order, made.pending) == ("fw-1", "001", "first", {})
    assert [step.action for step in made.steps] == ["add_exclusion", "commit"]
    assert made.candidate == planned.candidate.fingerprint
    assert planned.bound(Allowances()).expected_candidate == made.candidate
    assert (planned.in_place, planned.reconnect) == (False, None)
    assert device.firewall.sent == []


def test_plan_where_the_exclusion_is_running() -> None:
    entry = ("yes", THEIRS)
    device = FakeDevice(firewall_with(entry, entry))
    planned = plan(run(device), evidence(), choice("exclusion"), Target("fw-1", device.live))
    assert planned is not None
    assert (planned.plan.steps, planned.exclusion, planned.in_place) == ((), None, True)


FORCE_TEXT = "Commit force: the whole candidate configuration, with the pending changes of every administrator."


@pytest.mark.parametrize(
    ("kind", "restart", "found", "texts"),
    [
        ("commit_force", "never", ("commit_force",), [FORCE_TEXT]),
        (
            "restart",
            "auto",
            ("restart_device_server", "commit_force"),
            ["Restart the process device-server.", FORCE_TEXT],
        ),
        ("restart", "auto", (), None),
    ],
)
def test_plan_of_a_reconnection(
    kind: Kind,
    restart: str,
    found: tuple[ReconnectStep, ...],
    texts: list[str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[ReconnectOptions] = []

    def plan_reconnect(_device: Any, wanted: ReconnectOptions) -> ReconnectPlan:
        given.append(wanted)
        return ReconnectPlan(found, "it is so", Status("disconnected"))

    monkeypatch.setattr(planning, "plan_reconnect", plan_reconnect)
    device = FakeDevice()
    before = Restart(NOW, True, "001")
    opts = options(unfinished=Unfinished(restart=before))
    planned = plan(run(device, opts), evidence(), choice(kind), Target("fw-1", device.live))
    assert (given[0].restart, given[0].begun, given[0].verify_timeout_s) == (restart, before, 300.0)
    if texts is None:
        # It has reconnected since it was diagnosed.
        assert planned is None
        return
    assert planned is not None
    assert [step.text for step in planned.plan.steps] == texts
    assert all(step.disruptive for step in planned.plan.steps)
    assert (planned.exclusion, planned.reconnect) == (None, given[0])


@pytest.mark.parametrize(
    ("policy", "known"),
    [
        (Evidence[Decryption](None, problem=Problem("refused", "no")), "its decryption policy could not be read"),
        (Evidence(Decryption((), ())), "it has no decrypt rule"),
    ],
)
def test_decryption_host_that_is_not_known_to_decrypt(
    policy: Evidence[Decryption], known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = Evidence(DeviceInfo(hostname="fw-9", serial="009", model="PA-440", sw_version="11.1.4"))
    monkeypatch.setattr(planning, "probe_device", lambda *_about: (info, None))
    monkeypatch.setattr(planning, "probe_decryption", lambda _device: policy)
    device = FakeDevice(serial="009")
    with pytest.raises(Blocked) as blocked:
        plan(run(FakeDevice()), evidence(), choice("exclusion", True), Target("fw-9", device.live))
    assert (blocked.value.guard, blocked.value.option) == ("decrypting_device", "")
    assert blocked.value.message == (
        f"fw-9 is not known to decrypt ({known}). decryption_host has to be the device that decrypts between fw-1 and "
        "the cloud"
    )


def test_decryption_host_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Evidence[DeviceInfo](None, problem=Problem("unreachable", "port closed", "Open it."))
    monkeypatch.setattr(planning, "probe_device", lambda *_about: (problem, None))
    with pytest.raises(ExpectedFailure) as raised:
        plan(run(FakeDevice()), evidence(), choice("exclusion", True), Target("fw-9", FakeDevice().live))
    assert (raised.value.message, raised.value.remedy) == ("fw-9 did not answer: port closed", "Open it.")


def planned(made: Plan = PLAN, device: FakeDevice | None = None) -> Planned:
    return Planned(made, Target(made.target, (device or FakeDevice()).live), CandidateState(made.candidate, ()))


APPROVED = encode(PLAN)


@pytest.mark.parametrize(
    ("changes", "guard", "option", "message"),
    [
        ({}, None, "", ""),
        ({"approved": APPROVED, "order": "first"}, None, "", ""),
        (
            {"allowances": Allowances(expected_candidate="sha256:1")},
            "candidate_changed",
            "expected_candidate",
            f"the candidate configuration of fw-1 has changed: expected sha256:1, got {PLAN.candidate}",
        ),
        ({"allowances": Allowances(expected_candidate=PLAN.candidate)}, None, "", ""),
        ({"approved": {}}, "plan", "plan", "the approved plan does not include fw-1, which would now be remediated"),
        (
            {"approved": {**APPROVED, "serial": "009"}},
            "plan",
            "plan",
            "the approved plan no longer applies: serial was '009' and is '001'",
        ),
        ({"order": "second"}, "high_availability", "", "the HA state of fw-1 has changed since the run started"),
    ],
)
def test_plan_that_was_agreed(changes: dict[str, Any], guard: str | None, option: str, message: str) -> None:
    if guard is None:
        require_as_agreed(planned(), options(**changes))
        return
    with pytest.raises(Blocked) as blocked:
        require_as_agreed(planned(), options(**changes))
    assert (blocked.value.guard, blocked.value.option, blocked.value.message) == (guard, option, message)


RESTARTS = replace(
    PLAN, steps=(Step("restart_device_server", "fw-1", "", True), Step("commit_force", "fw-1", "", True))
)


@pytest.mark.parametrize(
    ("made", "allowed", "guard", "option", "message"),
    [
        (PLAN, {"ignore_window": True}, None, "", ""),
        (
            PLAN,
            {},
            "maintenance_window",
            "ignore_window",
            "no maintenance window is set. Set maintenance_window, or ignore_window to true",
        ),
        (PLAN, {"windows": LATER}, "maintenance_window", "ignore_window", "for the 600 seconds"),
        (RESTARTS, {"windows": LATER}, "maintenance_window", "ignore_window", "for the 900 seconds"),
        (replace(PLAN, steps=()), {"windows": LATER}, None, "", ""),
        # What the run has read binds the candidate, so no option overrides that.
        (
            replace(PLAN, candidate="sha256:1"),
            {"ignore_window": True, "expected_candidate": "sha256:2"},
            "candidate_changed",
            "",
            "expected sha256:1, got sha256:0",
        ),
        (PLAN, {"ignore_window": True, "busy_wait_s": 0.0}, "busy", "busy_wait", "Commit job 3 of bob runs"),
    ],
)
def test_guards_of_a_plan(made: Plan, allowed: dict[str, Any], guard: str | None, option: str, message: str) -> None:
    device = FakeDevice(FakeFirewall(jobs=[FakeJob(3, user="bob")]))
    opts = options(allowances=Allowances(**{"pace": Clock().pace(), **allowed}))
    current = planned(made, device)
    if made.candidate == "sha256:1":
        current = replace(current, candidate=CandidateState("sha256:0", ()))
    if guard is None:
        require_guards(current, opts)
        return
    with pytest.raises(Blocked) as blocked:
        require_guards(current, opts)
    assert (blocked.value.guard, blocked.value.option) == (guard, option)
    assert message in blocked.value.message


@pytest.mark.parametrize(("made", "needed_s"), [(PLAN, 600.0), (RESTARTS, 900.0)])
def test_time_that_the_steps_need(made: Plan, needed_s: float) -> None:
    assert remaining_needed_s(made, Allowances()) == needed_s


@pytest.mark.parametrize(("wait_s", "waited"), [(3600.0, True), (3599.0, None)])
def test_wait_for_the_window(wait_s: float, waited: bool | None) -> None:
    clock = Clock()
    opts = options(allowances=Allowances(windows=LATER, window_wait_s=wait_s, pace=clock.pace()))
    lines: list[str] = []
    if waited is None:
        with pytest.raises(Blocked, match="no maintenance window is open"):
            wait_to_start(run(FakeDevice(), opts, lines), planned())
        assert clock.seconds == 0
        return
    assert wait_to_start(run(FakeDevice(), opts, lines), planned()) is waited
    assert clock.seconds == 3600
    assert lines == ["waiting for the maintenance window, until 2026-11-25T03:00:00Z"]


@pytest.mark.parametrize("error", [DeviceChanged("another"), NotBound("no serial"), DeviceError("login failed")])
def test_firewall_that_cannot_be_bound(error: ExpectedFailure, monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(_device: Any) -> str:
        raise error

    monkeypatch.setattr(FakeDevice, "bind", bind)
    lines: list[str] = []
    if type(error) is DeviceError:
        # The diagnosis says what is wrong.
        bind_firewall(run(FakeDevice(), lines=lines))
        assert lines == ["the firewall does not give its serial number: login failed"]
        return
    with pytest.raises(type(error)):
        bind_firewall(run(FakeDevice(), lines=lines))
