# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One firewall's plan: what its diagnosis asks for, where, and whether a guard says no. It reads, and changes nothing.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceChanged, DeviceError, NotBound
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.decryption import may_decrypt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.decryption import probe_decryption
from ansible_collections.panops.mlav.plugins.module_utils._evidence.high_availability import probe_high_availability
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    DeviceInfo,
    EvidenceSet,
    HighAvailability,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import probe_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    by_administrator,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.dry_run import block_of
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    ExclusionPlan,
    Found,
    Wanted,
    plan_exclusion,
    undo_plan,
    undo_uncommitted,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Plan, Step, require_approved
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Unfinished
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import ReconnectOptions, planned
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.restart import Advice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import (
    Choice,
    Order,
    Preferences,
    choose,
    turn,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.waiting import wait_for_window


@dataclass(frozen=True)
class Target:
    """A device with its inventory name."""

    name: str
    device: LiveDevice


@dataclass(frozen=True)
class Options:
    """How to remediate.

    Attributes:
        exclusion: the host name that is excluded from decryption.
        rollback: take the exclusion back when the firewall does not reconnect.
        order: the turn that it is now; None where it is everybody's.
        approved: the approved plan of this firewall, empty where it has none; None where no approval is asked for.
        unfinished: what earlier runs have begun and not finished.
    """

    preferences: Preferences
    allowances: Allowances
    exclusion: str
    rollback: bool
    verify_timeout_s: float
    restart_timeout_s: float
    order: Order | None = None
    approved: Mapping[str, Any] | None = None
    unfinished: Unfinished = field(default_factory=Unfinished)


RECONNECTING = {
    "restart_device_server": "Restart the process device-server.",
    "commit_force": "Commit force: the whole candidate configuration, every administrator's pending changes included.",
}


# The next run reads from the records and from the firewall how far this one came.
ADVICE = Advice()


class Planning:
    """What is planned for one firewall.

    ``judge`` gathers the firewall's evidence and diagnoses it; ``decrypter`` opens the decryption host, and is called
    only where the remedy is carried out there. ``exclusion`` is the change of the configuration that is planned; what
    takes it back is planned with it.
    """

    # As it was when the plan was made.
    _candidate: CandidateState

    def __init__(
        self,
        firewall: Target,
        decrypter: Callable[[], Target],
        judge: Callable[[], tuple[EvidenceSet, Diagnosis]],
        options: Options,
        record: Record,
        say: Callable[[str], None],
    ) -> None:
        self._firewall = firewall
        self._decrypter = decrypter
        self._judge = judge
        self._options = options
        self._record = record
        self._say = say
        # Why something could not be taken back, by what it is: see ``left_behind.Expected``.
        self._why: list[tuple[str, str]] = []
        self._locks_left: list[Lock] = []
        self._jobs_sent: set[int] = set()
        self._watch = LeaseWatch(options.allowances.pace)
        self._forget()

    def _forget(self) -> None:
        """A plan from before the wait for the window may have had another remedy, on another device."""
        self._target = self._firewall
        self._choice: Choice | None = None
        self._in_place: Found | None = None
        self._known: tuple[str, ...] = ()
        self.exclusion: ExclusionPlan | None = None
        self._undo: ExclusionPlan | None = None

    def plan(self) -> Plan | None:
        """Diagnoses and plans; None where there is nothing to repair. It reads and changes nothing.

        Raises:
            Blocked: see ``choice.choose`` and ``choice.turn``; the plan is not the approved one, or the candidate not
                the expected one; or somebody else's exclusion waits to be committed.
            DeviceChanged, NotBound: see ``LiveDevice.bind``.
            DeviceError: the device that would be changed could not be asked.
        """
        self._forget()
        self._bind_firewall()
        evidence, diagnosis = self._judge()
        record = self._record
        record.verdict_before, record.summary_before = diagnosis.verdict, diagnosis.summary
        if diagnosis.causes:
            record.cause, record.confidence = diagnosis.causes[0].id, diagnosis.causes[0].confidence
        self._choice = choose(diagnosis, self._options.preferences)
        if self._choice is None:
            return None
        made = self._planned(self._choice, evidence)
        if not made.steps and self._choice.kind != "exclusion":
            # It has connected since it was diagnosed.
            return None
        expected = self._options.allowances.expected_candidate
        if expected not in (None, made.candidate):
            raise Blocked(
                "candidate_changed",
                f"the candidate configuration of {made.target} is not the expected one. Expected: {expected}. "
                f"Actual: {made.candidate}",
                "expected_candidate",
            )
        if self._options.approved is not None:
            require_approved(made, self._options.approved)
        if self._options.order is not None and self._options.order != made.order:
            raise Blocked(
                "high_availability",
                f"{self._target.name} has changed its high-availability state since the run began",
                remedy="Run it again.",
            )
        record.planned(made)
        return made

    def _bind_firewall(self) -> None:
        """From the first answer to the last, one device is asked. What hinders that otherwise, the diagnosis tells."""
        try:
            self._firewall.device.bind()
        except (DeviceChanged, NotBound):
            raise
        except DeviceError as error:
            self._say(f"the firewall does not tell its serial number: {error.message}")

    def _open_decrypter(self) -> Target:
        target = self._decrypter()
        target.device.bind()
        return target

    def ask_guards(self, plan: Plan) -> None:
        """Looks whether a guard would refuse now. It reads and changes nothing. Raises Blocked."""
        self._require_windows()
        if plan.steps:
            allowances = replace(self._bound(plan), commit_min_remaining_s=self._needed_s(plan))
            blocked = block_of(self._target.device, allowances, self._candidate, known_xpaths=self._known)
            if blocked is not None:
                raise unbound(blocked)

    def wait_for_window(self, plan: Plan) -> bool:
        """Waits where that is allowed. Returns whether it had to: the plan is an old one then. Raises Blocked."""
        self._require_windows()
        allowances = self._options.allowances
        limit = allowances.pace.within(allowances.window_wait_s)
        return wait_for_window(allowances, self._needed_s(plan), limit, self._say)

    def _needed_s(self, plan: Plan) -> float:
        """What has to be left of the window when the first step begins."""
        allowances = self._options.allowances
        restarts = any(step.action == "restart_device_server" for step in plan.steps)
        return allowances.commit_min_remaining_s + (allowances.restart_min_remaining_s if restarts else 0.0)

    def _require_windows(self) -> None:
        """Nothing is repaired without somebody's having said when."""
        allowances = self._options.allowances
        if allowances.windows is None and not allowances.ignore_window:
            raise Blocked(
                "maintenance_window",
                "no maintenance window is given. Expected: maintenance_window, or ignore_window: true",
                "ignore_window",
            )

    def _planned(self, choice: Choice, evidence: EvidenceSet) -> Plan:
        info, state = evidence.device.value, evidence.high_availability.value
        if choice.elsewhere:
            self._target = self._open_decrypter()
            target_info, target_state = self._look_at_decrypter()
        else:
            target_info, target_state = info, state
        order = turn(target_state, self._target.name, self._options.preferences.allow_unknown_ha)
        self._candidate = candidate = read_candidate(self._target.device.api).state
        return Plan(
            host=self._firewall.name,
            serial=info.serial if info is not None else None,
            sw_version=info.sw_version if info is not None else None,
            cause=choice.cause.id,
            confidence=choice.cause.confidence,
            target=self._target.name,
            target_serial=target_info.serial if target_info is not None else None,
            order=order,
            steps=self._steps(choice),
            candidate=candidate.fingerprint,
            pending={
                admin or "unknown": tuple(xpaths) for admin, xpaths in by_administrator(candidate.pending).items()
            },
        )

    def _look_at_decrypter(self) -> tuple[DeviceInfo | None, HighAvailability | None]:
        device, name = self._target.device, self._target.name
        info, _clock = probe_device(device, self._options.allowances.pace.now)
        if info.problem is not None and info.value is None:
            raise DeviceError(f"{name} could not be asked: {info.problem.message}", info.problem.hint)
        policy = probe_decryption(device).value
        if policy is None or not may_decrypt(policy):
            known = "it has no decrypt rule" if policy is not None else "its decryption policy could not be read"
            raise Blocked(
                "decrypting_device",
                f"{name} is not known to decrypt: {known}. Expected: the device that decrypts between "
                f"{self._firewall.name} and the cloud",
            )
        return info.value, probe_high_availability(device).value

    def _steps(self, choice: Choice) -> tuple[Step, ...]:
        if choice.kind == "exclusion":
            return self._exclusion_steps(self._target.name)
        wanted = planned(self._target.device, self._reconnect_options(choice)).steps
        return tuple(Step(action, self._target.name, RECONNECTING[action], True) for action in wanted)

    def _exclusion_steps(self, host: str) -> tuple[Step, ...]:
        found = find_exclusion(self._target.device, self._wanted())
        plan = plan_exclusion(found, self._wanted())
        name = self._options.exclusion
        what = {"name": name, "xpath": plan.xpath}
        commit = Step("commit", host, "Commit the exclusion, and nothing else.", True, what)
        self._known = (plan.xpath,) if self._is_left_over(found) or self._wrote_before(found) else ()
        if plan.action == "none" and not self._is_left_over(found):
            if found.running is not None and found.running.exclude:
                self._in_place = found
                return ()
            raise Blocked("pending_changes", f"{host} has an uncommitted exclusion of {name} of somebody else")
        self.exclusion = plan
        self._undo = undo_plan(plan) if plan.action != "none" else undo_uncommitted(found, name)
        text = "Switch on the exclusion of" if plan.action == "switch_on" else "Exclude"
        step = Step("add_exclusion", host, f"{text} {name} from decryption.", False, what)
        return (commit,) if plan.action == "none" else (step, commit)

    def _is_left_over(self, found: Found) -> bool:
        """An exclusion that an earlier run of ours wrote and did not commit."""
        candidate, running = found.candidate, found.running
        ours = candidate is not None and (candidate.owned or self._wrote_before(found))
        return ours and (running is None or running.exclude is not True)

    def _wrote_before(self, found: Found) -> bool:
        return found.xpath == self._written_before(self._target)

    def _written_before(self, target: Target) -> str:
        """Where an earlier run has written on this very device; a replaced one has got nothing of it."""
        unfinished = self._options.unfinished
        return unfinished.written if target.device.serial == unfinished.written_on else ""

    def _wanted(self) -> Wanted:
        return Wanted(name=self._options.exclusion)

    def _bound(self, plan: Plan) -> Allowances:
        """The candidate has to be the one that was looked at when the plan was made."""
        return replace(self._options.allowances, expected_candidate=plan.candidate)

    def _reconnect_options(self, choice: Choice) -> ReconnectOptions:
        options = self._options
        return ReconnectOptions(
            allowances=options.allowances,
            restart="auto" if choice.kind == "restart" else "never",
            restart_timeout_s=options.restart_timeout_s,
            verify_timeout_s=options.verify_timeout_s,
            begun=options.unfinished.restart_of(self._target.device.serial),
            advice=ADVICE,
        )


def unbound(blocked: Blocked) -> Blocked:
    """What binds the candidate is the look at it when the run began, so no option lifts that."""
    if blocked.guard != "candidate_changed":
        return blocked
    return Blocked(blocked.guard, blocked.message, remedy="Run it again.")
