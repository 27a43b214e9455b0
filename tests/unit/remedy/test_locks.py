# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The marks of runs in locks, and the lists of locks and jobs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.jobs import newest_id, read_job, read_jobs
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import (
    CLOCK_TOLERANCE,
    Mark,
    read_locks,
    remove_lock_of,
)

from .answering import answering

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WRITTEN = "panops.mlav run 0123abcd job awx-1234 lease 180s until 2026-11-25T03:00:00Z"
MARK = Mark("0123abcd", "awx-1234", 180, LATER)


def test_mark_round_trip() -> None:
    assert str(MARK) == WRITTEN
    assert Mark.read(WRITTEN) == MARK
    assert Mark.read(str(Mark.begun("0123abcd", "-", 179.6, NOW))) == Mark("0123abcd", "-", 180, NOW + 3 * MINUTE)


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "change window",
        "panops.mlav",
        WRITTEN.replace("abcd", "ABCD"),
        f"{WRITTEN} and more",
        f"x {WRITTEN}",
        WRITTEN.replace("T03:", "T33:"),
        WRITTEN.replace("-11-25", "-13-25"),
        WRITTEN.replace("180s", "0s"),
        WRITTEN.replace("180s", "86401s"),
        WRITTEN.replace("180s", "99999999s"),
        WRITTEN.replace("awx-1234", "a b"),
        WRITTEN.replace("awx-1234", "x" * 41),
    ],
)
def test_other_comments_are_no_marks(comment: str) -> None:
    assert Mark.read(comment) is None


@given(st.text())
def test_arbitrary_comments_are_no_marks(comment: str) -> None:
    assert Mark.read(comment) is None


def test_lease_expires_after_the_clock_tolerance() -> None:
    assert MARK.expired(NOW) is False
    assert MARK.expired(LATER + CLOCK_TOLERANCE - timedelta(seconds=1)) is False
    assert MARK.expired(LATER + CLOCK_TOLERANCE) is True


def test_renewed_mark_differs_even_if_the_clock_goes_back() -> None:
    first = Mark.begun("0123abcd", "-", 180, NOW)
    again = first.renewed(NOW)
    assert str(again) != str(first)
    assert first.renewed(NOW + timedelta(microseconds=5)).until.microsecond == 0
    assert str(again.renewed(NOW - timedelta(days=1))) not in (str(first), str(again))


LOCK = (
    '<entry name="admin"><type>shared</type><name>shared</name><created>2026/03/19 17:00:45</created>'
    "<last-activity>2026/03/19 17:00:45</last-activity><loggedin>yes</loggedin>"
    "<comment><![CDATA[Testing config lock api]]></comment></entry>"
)


def test_read_locks() -> None:
    (lock,) = read_locks(answering({"config-locks": f"<result><config-locks>{LOCK}</config-locks></result>"}), "config")
    assert (lock.admin, lock.scope, lock.since) == ("admin", "shared", "2026/03/19 17:00:45")
    assert (lock.comment, lock.mark) == ("Testing config lock api", None)
    assert "admin" in str(lock)
    assert "Testing config lock api" in str(lock)
    assert read_locks(answering({"commit": "<result><commit-locks/></result>"}), "commit") == ()


@pytest.mark.parametrize(
    "answer",
    ["<result/>", "<result>none</result>", "<result><config-locks><lock/></config-locks></result>", "<msg>ok</msg>"],
)
def test_answer_that_is_not_a_list_of_locks(answer: str) -> None:
    with pytest.raises(MalformedAnswer, match="locks"):
        read_locks(answering({"config-locks": answer}), "config")


@pytest.mark.parametrize("name", ["", "a b", "<x/>", "a;b", "-x"])
def test_unsafe_administrator_name_is_not_sent(name: str) -> None:
    with pytest.raises(InvalidOption):
        remove_lock_of(answering({}), "config", name)


JOBS = """<result>
<job><tenq>2026/11/25 01:00:00</tenq><id>7</id><user>admin</user><type>Commit</type><status>ACT</status>
<queued>NO</queued><result>PEND</result><tfin/><description>d</description><progress>55</progress><warnings><line>w</line></warnings>
<details/></job>
<job><tenq>2023/08/07 04:00:40</tenq><id>4</id><user>Auto update agent</user><type>WildFire</type><status>FIN</status>
<result>OK</result><tfin>2023/08/07 04:00:45</tfin><description/><progress>2023/08/07 04:00:45</progress>
<details><line><line>one</line><line>two</line></line></details><warnings/></job>
<job><type>Failed-Job</type><details><line>job failed because of configd restart</line></details><warnings/></job>
</result>"""


def test_read_jobs() -> None:
    running, done, odd = read_jobs(answering({"<jobs>": JOBS}))
    assert (running.id, running.active, running.busy, running.is_commit, running.progress) == (7, True, True, True, 55)
    assert (running.warnings, running.details, running.description) == (("w",), (), "d")
    assert (done.active, done.busy, done.progress, done.details) == (False, False, None, ("one", "two"))
    assert done.finished is not None
    assert done.enqueued is not None
    assert (done.finished - done.enqueued).total_seconds() == 5
    assert (odd.id, odd.active, odd.details) == (None, False, ("job failed because of configd restart",))
    assert newest_id([running, done, odd]) == 7
    assert newest_id([odd]) == 0


@pytest.mark.parametrize(
    ("kind", "status", "result", "busy"),
    [
        ("Commit", "ACT", "PEND", True),
        ("CommitAll", "PEND", "PEND", True),
        ("HA-Sync", "ACT", "PEND", True),
        ("Something new", "ACT", "PEND", True),
        ("Install", "", "PEND", True),
        ("Install", "FIN", "OK", False),
        ("Report", "ACT", "PEND", False),
        ("Exec", "ACT", "PEND", False),
        ("Downld", "ACT", "PEND", False),
        ("logquery", "ACT", "PEND", False),
    ],
)
def test_busy_jobs(kind: str, status: str, result: str, busy: bool) -> None:
    text = f"<job><id>1</id><type>{kind}</type><status>{status}</status><result>{result}</result></job>"
    (job,) = read_jobs(answering({"<jobs>": f"<result>{text}</result>"}))
    assert job.busy is busy


def test_empty_and_malformed_job_lists() -> None:
    assert read_jobs(answering({"<jobs>": "<result/>"})) == ()
    with pytest.raises(MalformedAnswer, match="jobs"):
        read_jobs(answering({"<jobs>": "<result>none that I know</result>"}))


def test_read_job_ignores_other_jobs() -> None:
    api = answering({"<jobs>": JOBS})
    found = read_job(api, 4)
    assert found is not None
    assert found.type == "WildFire"
    assert read_job(api, 5) is None
    gone = '<response status="error" code="7"><msg><line>job 5 not found</line></msg></response>'
    assert read_job(answering({"<jobs>": gone}), 5) is None
