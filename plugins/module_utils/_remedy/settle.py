# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run: releases stale locks, and records what is left behind on the devices."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import utc
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.carry_out import note_taken_over
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.retrying import RetryingSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import release_stale_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.left_behind import Expected, Traces, left_behind
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import (
    RECONNECTING,
    Options,
    Run,
    Target,
    decryption_host,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import restart_left
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record

# Guards after which running it again soon does not help, so that no next run will learn from a stale lock.
_NOT_SOON = ("cause", "decrypting_device", "pending_changes")
_ENDED_WELL = ("nothing_to_do", "repaired", "rolled_back")


def settle(run: Run, record: Record, traces: Traces, act: bool) -> None:
    """Records in ``record.left_behind`` what this run or a previous one has left.

    Stale locks are released where ``act``, unless the next run soon learns from one what became of its run.

    Raises:
        DeviceError: the record could not be written.
    """
    firewall, unfinished = run.firewall, run.options.unfinished
    if record.outcome != "nothing_to_do" and record.cause is None and firewall.device.serial is None:
        # It did not answer, and one more failed login may lock the account.
        if unfinished:
            record.left_behind.append(
                f"It is unknown what a previous run left behind on {firewall.name}: the firewall did not answer"
            )
        return
    restart = unfollowed_restart(run, record)
    if restart:
        record.left_behind.append(restart)
    act = act and (record.outcome in _ENDED_WELL or record.guard in _NOT_SOON)
    for target in _devices(run, record, traces):
        if act:
            _release_stale_locks(run, record, traces, target)
        expected = expected_on(target, run.options, record, traces)
        record.left_behind += left_behind(target.name, target.device, run.options.exclusion, expected, run.watch)


def unfollowed_restart(run: Run, record: Record) -> str:
    """A restart of device-server without the forced commit that it needs, as a sentence; empty where there is none."""
    serial = run.firewall.device.serial
    left = restart_left(record.actions, serial or "")
    if left is None and record.outcome != "nothing_to_do":
        left = run.options.unfinished.restart_of(serial)
    if not left:
        return ""
    since = f" at {utc(left.began_at)}" if left.began_at is not None else ""
    return (
        f"device-server of {run.firewall.name} {'was' if left.made else 'may have been'} restarted{since}, and no "
        f"forced commit is known to have followed. Outstanding: {RECONNECTING['commit_force']}"
    )


def _devices(run: Run, record: Record, traces: Traces) -> list[Target]:
    """The devices where this run or a previous one may have left something."""
    named, serial = run.options.unfinished.target, run.options.unfinished.target_serial
    devices = {each.name: each for each in (run.firewall, traces.target)}
    why = ""
    if named and named not in devices:
        try:
            if named != run.options.preferences.decryption_host:
                raise Blocked("decrypting_device", "this run has no connection to it: it is not the decryption_host")
            devices[named] = decryption_host(run)
        except ExpectedFailure as error:
            why = excerpt(error.message, 300)
    found = devices[named].device.serial if named in devices else None
    if serial and found not in (None, serial):
        why = f"a device with serial number {found} answers there now"
    if why:
        where = f"{named} (serial number {serial})" if serial else named
        record.left_behind.append(f"It is unknown what a previous run left behind on {where}: {why}")
    return list(devices.values())


def expected_on(target: Target, options: Options, record: Record, traces: Traces) -> Expected:
    """What may be found on a device, by what this run and previous ones did."""
    unfinished, planned = options.unfinished, traces.planned
    exclusion = planned.exclusion if planned is not None else None
    sent = {action["action"] for action in record.actions if action["state"] in ("begun", "done", "failed")}
    written_at = options.written_before(target.device)
    if exclusion is not None and sent & {"add_exclusion", "remove_exclusion", "commit"} and target is traces.target:
        written_at = exclusion.write.xpath
    in_place = planned is not None and planned.in_place and record.guard == "decrypting_device"
    running = "commit" in sent or any(where == "running" for where, _why in traces.why)
    return Expected(
        acted=bool(unfinished) or any(action["action"] != "remove_lock" for action in record.actions),
        written_at=written_at,
        committed_in_vain=record.outcome not in _ENDED_WELL and (running or unfinished.may_run or in_place),
        seen=record.verdict_after is not None or not (running or unfinished.written),
        locks=tuple(traces.locks),
        jobs=frozenset(traces.jobs),
        why=tuple(traces.why),
    )


def _release_stale_locks(run: Run, record: Record, traces: Traces, target: Target) -> None:
    session = RetryingSession(target.device.api, run.options.allowances.pace)
    try:
        released = release_stale_locks(session, run.watch, run.options.allowances.busy_wait_s, run.progress)
        note_taken_over(record, target.name, released)
    except ExpectedFailure as error:
        traces.keep("lock", error.message)
