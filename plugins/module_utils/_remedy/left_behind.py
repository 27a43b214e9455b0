# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run leaves on a device, read from the device itself at the end, and not from what the run believes.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import LeaseWatch
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import Job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import MARK, Lock, read_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import find_exclusion
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import ExclusionState, Found, Wanted


@dataclass(frozen=True)
class Expected:
    """What may be found, by what this run and the records of earlier ones did.

    Attributes:
        acted: this run, or an earlier one that was not finished, has begun to change something: what cannot be
            checked is then reported too.
        written_at: xpath of an exclusion that was written or taken back, also of one without our mark; empty for none.
        committed_in_vain: an exclusion that runs did not help, or is not known to have.
        seen: whether it helped was looked at since.
        locks, jobs: of this run, also where the firewall lists them without our mark.
        why: for each kind of finding (``lock``, ``candidate``, ``running``) why it could not be taken back.
    """

    acted: bool = False
    written_at: str = ""
    committed_in_vain: bool = False
    seen: bool = True
    locks: tuple[Lock, ...] = ()
    jobs: frozenset[int] = frozenset()
    why: tuple[tuple[str, str], ...] = ()

    def reason(self, kind: str) -> str:
        """The reason as the end of a sentence; empty where none is known."""
        said = "; ".join(text.rstrip(".") for name, text in self.why if name == kind)
        return f": {said}" if said else ""


def left_behind(
    host: str, device: LiveDevice, exclusion: str, expected: Expected, watch: LeaseWatch
) -> tuple[str, ...]:
    """What is on the device now that a run of this collection has left, each as a sentence for a person.

    What the device does not tell is said to be not known. A lock that its run was seen to renew is not left.
    """
    where = f"{host} (serial number {device.serial})" if device.serial else host

    def asked(what: str, kinds: tuple[str, ...], ask: Callable[[], Iterator[str]]) -> tuple[str, ...]:
        try:
            return tuple(ask())
        except DeviceError as error:
            if not expected.acted:
                return ()
            why = "".join(map(expected.reason, kinds))
            return (f"Whether {what} was left on {where} is not known: {excerpt(error.message, 300)}{why}",)

    return (
        *asked("the configuration lock", ("lock",), lambda: _locks(where, device, expected, watch)),
        *asked(
            f"the exclusion of {exclusion}",
            ("candidate", "running"),
            lambda: _exclusion(where, device, exclusion, expected),
        ),
        *asked("a commit job", (), lambda: _jobs(where, device, expected.jobs)),
    )


def _locks(host: str, device: LiveDevice, expected: Expected, watch: LeaseWatch) -> Iterator[str]:
    for lock in read_locks(device.api, "config"):
        what = f"The configuration lock on {host}{expected.reason('lock')} ({lock}). Where its run is over, "
        if lock.mark is None:
            # The firewall keeps no comments, or cuts them.
            if lock in expected.locks or lock.comment.startswith(f"{MARK} run "):
                yield f"{what}release it on the firewall: its comment is not whole, so that no run releases it"
        elif watch.left_s(lock) is not None:
            yield (
                f"{what}the next run releases it once its lease is over, and so does the playbook panops.mlav.unlock"
            )


def _exclusion(host: str, device: LiveDevice, name: str, expected: Expected) -> Iterator[str]:
    found = find_exclusion(device, Wanted(name=name))
    waits = waiting(found, expected.written_at)
    if waits is not None:
        yield f"{waits} {name} on {host} waits to be committed, at {found.xpath}{expected.reason('candidate')}"
    elif expected.committed_in_vain and excludes(found.running) and ours(found, expected.written_at):
        helped = "did not help" if expected.seen else "is not known to have helped"
        yield f"The exclusion of {name} is committed on {host} and {helped}{expected.reason('running')}"


def waiting(found: Found, written_at: str) -> str | None:
    """Which change of ours is in the candidate and does not run; None where there is none."""
    if found.candidate == found.running or not ours(found, written_at):
        return None
    return "The exclusion of" if excludes(found.candidate) else "The removal of the exclusion of"


def ours(found: Found, written_at: str) -> bool:
    """It carries our mark, or a run of ours wrote there."""
    marked = any(state is not None and state.owned for state in (found.candidate, found.running))
    return marked or found.xpath == written_at


def excludes(state: ExclusionState | None) -> bool:
    return state is not None and state.exclude is True


def _jobs(host: str, device: LiveDevice, known: frozenset[int]) -> Iterator[str]:
    for job in read_jobs(device.api):
        if job.active and (_is_ours(job) or (job.id in known and not job.description)):
            yield f"Commit job {job.id} of this collection still runs on {host}"


def _is_ours(job: Job) -> bool:
    return job.is_commit and job.description.startswith(MARK)
