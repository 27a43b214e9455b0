# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remediates one firewall, or says what blocks that: diagnose, plan, check guards, act, verify, settle."""

from __future__ import annotations

from contextlib import suppress

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.carry_out import carry_out
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.signals import undisturbed
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Traces
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    Planned,
    Run,
    bind_firewall,
    decryption_host,
    plan,
    require_as_agreed,
    require_guards,
    wait_to_start,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record
from ansible_collections.panops.mlav.plugins.module_utils._remedy.remedy_selection import choose
from ansible_collections.panops.mlav.plugins.module_utils._remedy.settle import settle


def remediate(run: Run, record: Record, check_mode: bool = False, option_prefix: str = "") -> Planned | None:
    """Remediates the firewall and completes its record. Returns the plan; None where there is none.

    ``option_prefix`` stands in the record before the name of the option that overrides a guard.

    Expected failures are in the record. After an interruption, which passes through, the record stays that of an
    interrupted run, and names what is left behind.
    """
    traces = Traces(run.firewall)
    try:
        _act(run, record, traces, check_mode)
    except Blocked as blocked:
        record.block(blocked, option_prefix)
        if record.outcome != "planned":
            record.outcome = "blocked"
    except ExpectedFailure as error:
        record.failed(error)
    except BaseException:
        with undisturbed(), suppress(ExpectedFailure):
            _settle(run, record, traces, False)
            record.save()
        raise
    if record.outcome != "planned":
        _settle(run, record, traces, not check_mode)
    try:
        record.finish()
    except ExpectedFailure as error:
        # The result at least shows what was done.
        record.failed(error)
    return traces.planned


def _act(run: Run, record: Record, traces: Traces, check_mode: bool) -> None:
    record.save()
    planned = _plan(run, record, traces)
    if planned is not None and check_mode:
        record.outcome = "planned"
        require_guards(planned, run.options)
        return
    # A plan from before a wait for the maintenance window is an old one.
    if planned is not None and wait_to_start(run, planned):
        planned = _plan(run, record, traces)
    if planned is None:
        record.outcome = "nothing_to_do"
        return
    carried = carry_out(run, planned, record, traces)
    record.outcome = carried.outcome
    record.error = carried.why or None


def _plan(run: Run, record: Record, traces: Traces) -> Planned | None:
    """Diagnoses and plans; None where there is nothing to remediate. It reads, and changes nothing.

    Raises:
        Blocked: see ``remedy_selection.choose``, ``planning.plan`` and ``planning.require_as_agreed``.
        DeviceChanged, NotBound: see ``LiveDevice.bind``.
        DeviceError: the device to be changed did not answer a question.
    """
    traces.target, traces.planned = run.firewall, None
    bind_firewall(run)
    evidence, diagnosis = run.diagnose()
    record.diagnosed(diagnosis)
    choice = choose(diagnosis, run.options.preferences)
    if choice is None:
        return None
    if choice.elsewhere:
        traces.target = decryption_host(run)
    planned = plan(run, evidence, choice, traces.target)
    if planned is None:
        return None
    traces.planned = planned
    require_as_agreed(planned, run.options)
    record.planned(planned.plan)
    return planned


def _settle(run: Run, record: Record, traces: Traces, act: bool) -> None:
    try:
        settle(run, record, traces, act)
    except ExpectedFailure as error:
        run.progress(f"what was left behind could not be checked: {excerpt(error.message)}")
