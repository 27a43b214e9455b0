# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run leaves behind on a device, read from the device itself at the end, not from what the run believes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import MARK, Lock, read_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionState, Found, Wanted
from ansible_collections.panops.mlav.plugins.module_utils._remedy.planning import Planned, Target

# What may be left: the config lock, an uncommitted change, a running exclusion.
Kind = Literal["lock", "candidate", "running"]


@dataclass
class Traces:
    """What this run has planned and may leave behind. Like the record it is written while the run goes on.

    Attributes:
        target: the device that is to be changed, as far as that is known.
        planned: the plan that stands; None where there is none.
        why: why something could not be released or rolled back.
        locks: our locks that could not be released.
        jobs: the jobs of our commits.
    """

    target: Target
    planned: Planned | None = None
    why: list[tuple[Kind, str]] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)
    jobs: set[int] = field(default_factory=set)

    def keep(self, kind: Kind, why: str) -> None:
        """Notes why something is left behind."""
        self.why.append((kind, why))

    def note(self, change: LockedChange) -> None:
        """Notes what a locked change has left behind."""
        if change.lock_left:
            self.keep("lock", change.lock_left)
        self.locks += change.locks_left
        if change.job_id is not None:
            self.jobs.add(change.job_id)


@dataclass(frozen=True)
class Expected:
    """What may be found on one device, by what this run and previous ones did.

    Attributes:
        acted: this run, or a previous one that did not finish, has started to change something, so that what cannot be
            checked is reported as well.
        written_at: xpath where an exclusion was written or rolled back, also one without our mark; empty for none.
        committed_in_vain: a running exclusion did not help, or is not known to have helped.
        seen: whether it helped has been checked since.
        locks, jobs: of this run, also where the firewall lists them without our mark.
        why: per kind of finding, why it could not be released or rolled back.
    """

    acted: bool = False
    written_at: str = ""
    committed_in_vain: bool = False
    seen: bool = True
    locks: tuple[Lock, ...] = ()
    jobs: frozenset[int] = frozenset()
    why: tuple[tuple[Kind, str], ...] = ()

    def reason(self, kind: Kind) -> str:
        """The reason as the end of a sentence; empty where none is known."""
        reasons = "; ".join(text.rstrip(".") for name, text in self.why if name == kind)
        return f": {reasons}" if reasons else ""


def left_behind(
    host: str, device: LiveDevice, exclusion: str, expected: Expected, watch: LeaseWatch
) -> tuple[str, ...]:
    """What runs of this collection have left behind on the device, each as a sentence.

    What the device does not show is reported as unknown. A lock that its run was seen to renew is in use, not left.
    """
    where = f"{host} (serial number {device.serial})" if device.serial else host

    def found(what: str, kinds: tuple[Kind, ...], look: Callable[[], Iterator[str]]) -> tuple[str, ...]:
        try:
            return tuple(look())
        except ExpectedFailure as error:
            if not expected.acted:
                return ()
            why = "".join(map(expected.reason, kinds))
            return (f"It is unknown whether {what} was left behind on {where}: {excerpt(error.message, 300)}{why}",)

    return (
        *found("the config lock", ("lock",), lambda: _locks(where, device, expected, watch)),
        *found(
            f"the exclusion of {exclusion}",
            ("candidate", "running"),
            lambda: _exclusion(where, device, exclusion, expected),
        ),
        *found("a commit job", (), lambda: _jobs(where, device, expected.jobs)),
    )


def _locks(host: str, device: LiveDevice, expected: Expected, watch: LeaseWatch) -> Iterator[str]:
    for lock in read_locks(device.api, "config"):
        what = f"The config lock on {host}{expected.reason('lock')} ({lock}). "
        if lock.mark is None:
            # The firewall keeps no comments, or cuts them.
            if lock in expected.locks or lock.comment.startswith(f"{MARK} run "):
                yield (
                    f"{what}If its run has ended, release it on the firewall: its comment is incomplete, so no run will"
                )
        elif watch.left_s(lock) is not None:
            yield (
                f"{what}If its run has ended, the next run, or the playbook panops.mlav.unlock, releases it once its "
                "lease has expired"
            )


def _exclusion(host: str, device: LiveDevice, name: str, expected: Expected) -> Iterator[str]:
    found = find_exclusion(device, Wanted(name=name))
    change = uncommitted(found, expected.written_at)
    if change is not None:
        yield f"{change} {name} on {host} is not committed, at {found.xpath}{expected.reason('candidate')}"
    elif expected.committed_in_vain and excludes(found.running) and ours(found, expected.written_at):
        helped = "did not help" if expected.seen else "is not known to have helped"
        yield f"The exclusion of {name} is committed on {host} but {helped}{expected.reason('running')}"


def uncommitted(found: Found, written_at: str) -> str | None:
    """The uncommitted change of ours, as the beginning of a sentence; None where there is none."""
    if found.candidate == found.running or not ours(found, written_at):
        return None
    return "The exclusion of" if excludes(found.candidate) else "The removal of the exclusion of"


def ours(found: Found, written_at: str) -> bool:
    """It has our mark, or a run of ours wrote there."""
    marked = any(state is not None and state.owned for state in (found.candidate, found.running))
    return marked or found.xpath == written_at


def excludes(state: ExclusionState | None) -> bool:
    return state is not None and state.exclude is True


def _jobs(host: str, device: LiveDevice, known: frozenset[int]) -> Iterator[str]:
    for job in read_jobs(device.api):
        if job.active and (_is_ours(job) or (job.id in known and not job.description)):
            yield f"Commit job {job.id} of this collection is still running on {host}"


def _is_ours(job: Job) -> bool:
    return job.is_commit and job.description.startswith(MARK)
