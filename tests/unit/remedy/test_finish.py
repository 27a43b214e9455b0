# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a commit: what the candidate held, what is running, what the job says, and what follows from that."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    Candidate,
    CandidateState,
    PendingChange,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import (
    CommitFailed,
    CommitUnfinished,
    CommitWithoutEffect,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.finish import (
    FAILED_AND_RUNNING,
    finish,
    nothing_to_commit,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.idle import wait_until_idle
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.read_back import ReadBack
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.sent_once import SentOnce
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.tracked_candidate import TrackedCandidate

from .fakes import NAME, NOW, PLACE, Clock, FakeFirewall, FakeJob, session, with_exclusion

DESCRIPTION = "panops.mlav 01234567: test"
CUT = PendingChange("admin", "/config/shared/addr…")


def config(inside: str = "") -> Element:
    return fromstring(f"<config><shared>{inside}</shared></config>")


ADDRESS = "<address><entry name='a'/></address>"


def tracked(
    before: Element | None = None, now: Element | None = None, pending: tuple[PendingChange, ...] = ()
) -> TrackedCandidate:
    """``before`` when the change began; then our write of the exclusion, if ``now`` holds it."""
    tree = config() if before is None else before
    candidate = TrackedCandidate.begun(Candidate(CandidateState("sha256:0", pending), tree))
    return candidate if now is None else candidate.with_own_changes(now, [PLACE])


@pytest.mark.parametrize(
    ("now", "others"),
    [
        (with_exclusion(), ""),
        (config(), ""),
        (config(ADDRESS), "1 differences that this run did not make: /config/shared/address/entry[@name='a']"),
        (
            config(
                f"<ssl-decrypt><ssl-exclude-cert><entry name='{NAME}'/><entry name='b'/></ssl-exclude-cert>"
                "</ssl-decrypt>"
            ),
            "1 differences that this run did not make: /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='b']",
        ),
    ],
)
def test_only_own_changes(now: Element, others: str) -> None:
    if not others:
        changed = tracked().with_own_changes(now, [PLACE])
        assert changed.latest is now
        assert [str(step) for step in (changed.places or ())[0]][-1] == f"entry[@name='{NAME}']"
        return
    with pytest.raises(Blocked) as blocked:
        tracked().with_own_changes(now, [PLACE])
    assert (blocked.value.guard, blocked.value.option) == ("candidate_changed", "")
    assert blocked.value.message == f"another administrator is changing the candidate configuration: {others}"


def test_candidate_that_changed_while_the_lock_was_lost() -> None:
    candidate = tracked(now=with_exclusion())
    candidate.require_unchanged(with_exclusion())
    with pytest.raises(Blocked) as blocked:
        candidate.require_unchanged(with_exclusion("no"))
    assert blocked.value.message == (
        "could not hold the config lock: it was lost for a while, and the candidate configuration has changed meanwhile"
    )


@pytest.mark.parametrize(
    ("candidate", "partial_to", "world", "confirmed"),
    [
        (tracked(now=with_exclusion()), None, {"running": with_exclusion()}, True),
        (tracked(now=with_exclusion()), None, {"running": config()}, False),
        (tracked(now=with_exclusion()), None, {"running": with_exclusion("no")}, False),
        # Elsewhere Panorama may have pushed something.
        (tracked(now=config()), None, {"running": config(ADDRESS)}, True),
        (tracked(now=with_exclusion()), None, {"errors": {"show /config": [DeviceError("refused")]}}, None),
        (tracked(), None, {}, True),
        (tracked(), None, {"says_pending": "perhaps"}, None),
        (tracked(), None, {"candidate": config(ADDRESS)}, None),
        (tracked(pending=(CUT,)), None, {}, None),
        (tracked(), "admin", {}, True),
        (tracked(), "admin", {"candidate": config(ADDRESS.replace("'a'", "'a' admin='bob'"))}, True),
        (tracked(), "admin", {"candidate": config(ADDRESS.replace("'a'", "'a' admin='admin'"))}, False),
        (tracked(), "admin", {"candidate": config(ADDRESS)}, None),
    ],
)
def test_read_back(
    candidate: TrackedCandidate, partial_to: str | None, world: dict[str, Any], confirmed: bool | None
) -> None:
    assert ReadBack(session(FakeFirewall(**world)), candidate, partial_to, lambda line: None).confirmed() is confirmed


def test_read_back_that_fails_is_shown() -> None:
    lines: list[str] = []
    firewall = FakeFirewall(errors={"show /config": [DeviceError("refused")]})
    ReadBack(session(firewall), tracked(now=with_exclusion()), None, lines.append).confirmed()
    assert lines == ["the commit could not be read back: refused"]


def sent(firewall: FakeFirewall, clock: Clock) -> SentOnce:
    """A commit that was sent, and may be carried out."""
    made = SentOnce(session(firewall, clock), DESCRIPTION, lambda: "admin", lambda line: None)
    made.counts = True
    return made


WRITTEN = tracked(now=with_exclusion())


@pytest.mark.parametrize(
    ("result", "running", "candidate", "confirmed", "notes"),
    [
        ("OK", with_exclusion(), WRITTEN, True, ()),
        ("OK", config(), tracked(pending=(CUT,)), None, ()),
        ("FAIL", with_exclusion(), WRITTEN, True, (FAILED_AND_RUNNING,)),
    ],
)
def test_commit_that_counts(
    result: str, running: Element, candidate: TrackedCandidate, confirmed: bool | None, notes: tuple[str, ...]
) -> None:
    clock = Clock()
    firewall = FakeFirewall(running=running, jobs=[FakeJob(7, description=DESCRIPTION, ends=result)])
    read_back = ReadBack(session(firewall, clock), candidate, None, lambda line: None)
    commit = sent(firewall, clock)
    done = finish(commit, 7, NOW, 60, read_back)
    assert (done.changed, done.job_id, done.confirmed, done.warnings) == (True, 7, confirmed, notes)
    assert commit.counts


@pytest.mark.parametrize(
    ("result", "running", "candidate", "error", "message", "counts"),
    [
        ("FAIL", config(), WRITTEN, CommitFailed, "commit job 7 failed: the firewall gives no reason", False),
        ("FAIL", config(), tracked(), CommitFailed, "commit job 7 failed: the firewall gives no reason", False),
        (
            "OK",
            config(),
            WRITTEN,
            CommitWithoutEffect,
            "the firewall says 'commit job 7: OK', but its running configuration does not hold what was committed",
            False,
        ),
        (
            "",
            config(),
            WRITTEN,
            CommitUnfinished,
            "commit job 7 was not seen to end: it took more than 60 seconds (option commit_timeout)",
            True,
        ),
    ],
)
def test_commit_that_fails(
    result: str,
    running: Element,
    candidate: TrackedCandidate,
    error: type[ExpectedFailure],
    message: str,
    counts: bool,
) -> None:
    clock = Clock()
    firewall = FakeFirewall(running=running, jobs=[FakeJob(7, description=DESCRIPTION, ends=result)])
    commit = sent(firewall, clock)
    with pytest.raises(error) as raised:
        finish(commit, 7, NOW, 60, ReadBack(session(firewall, clock), candidate, None, lambda line: None))
    assert raised.value.message == message
    # One that may still be carried out counts: nothing is rolled back under it.
    assert commit.counts is counts


def test_nothing_to_commit() -> None:
    firewall = FakeFirewall(running=with_exclusion())
    commit = sent(firewall, Clock())
    done = nothing_to_commit(commit, NOW, ReadBack(session(firewall), WRITTEN, None, lambda line: None))
    assert (done.changed, done.job_id, done.confirmed) == (False, None, True)
    with pytest.raises(CommitWithoutEffect, match="there are no changes to commit"):
        nothing_to_commit(commit, NOW, ReadBack(session(FakeFirewall()), WRITTEN, None, lambda line: None))
    assert not commit.counts


@pytest.mark.parametrize(
    ("jobs", "ends_after", "busy_wait_s", "message", "waited_s"),
    [
        ([], None, 0, None, 0),
        ([FakeJob(3, status="FIN", result="OK")], None, 0, None, 0),
        ([FakeJob(3, "Report")], None, 0, None, 0),
        ([FakeJob(3)], 2, 60, None, 20),
        ([FakeJob(3)], None, 0, "within 0 seconds (Commit job 3 of admin runs)", 0),
        ([FakeJob(3, "Content")], None, 30, "within 30 seconds (Content job 3 of admin runs)", 30),
    ],
)
def test_wait_until_idle(
    jobs: list[FakeJob], ends_after: int | None, busy_wait_s: float, message: str | None, waited_s: float
) -> None:
    clock = Clock()
    mine = [FakeJob(**vars(job)) for job in jobs]
    firewall = FakeFirewall(jobs=mine)

    def end() -> None:
        mine[0].status = "FIN"

    clock.waits = [lambda: None] * ((ends_after or 1) - 1) + ([end] if ends_after else [])
    if message is None:
        found = wait_until_idle(session(firewall, clock), busy_wait_s, lambda line: None)
        assert len(found) == len(jobs)
    else:
        with pytest.raises(Blocked) as blocked:
            wait_until_idle(session(firewall, clock), busy_wait_s, lambda line: None)
        assert (blocked.value.guard, blocked.value.option) == ("busy", "busy_wait")
        assert blocked.value.message.endswith(message)
    assert clock.seconds == waited_s


def test_jobs_that_cannot_be_listed() -> None:
    clock = Clock()
    firewall = FakeFirewall(errors={"<jobs>": [Unreachable("closed") for _try in range(9)]})
    with pytest.raises(Unreachable):
        wait_until_idle(session(firewall, clock), 20, lambda line: None)
    assert clock.seconds == 20
