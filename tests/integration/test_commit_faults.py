# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_commit`` when something fails in the middle: never a second commit, and no lock that stays."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances, Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.commit import CommitRequest
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locked_change import LockedChange
from tests.simulator.config_default import VSYS
from tests.simulator.fleet import HOST
from tests.simulator.front_end import Step, front_end, hostile_xml, says
from tests.simulator.switches import Fault

from .committing import assert_one_commit, commit, fault, firewall_with, once_queued, options

pytestmark = pytest.mark.usefixtures("quick")

BUSY = "Another commit/validate is in progress. Please try again later"
LOCKED = "Configuration is locked by bob"


@pytest.mark.parametrize("force", [False, True], ids=["plain", "force"])
@pytest.mark.parametrize("kind", ["drop_after", "hang_after", "drop_middle", "truncate", "html"])
def test_commit_whose_answer_is_lost_is_found_and_not_sent_again(kind: str, force: bool) -> None:
    with firewall_with(fault(kind, "commit")) as firewall:
        lines: list[str] = []
        done = commit(firewall, lines.append, force=force, timeout=1)
        assert (done["changed"], done["confirmed"]) == (True, True), done
        assert done["job_id"] == firewall.world.jobs.all[-1].number
        assert any("the answer to the commit was lost" in line for line in lines)
        assert_one_commit(firewall)


def test_lost_commit_is_not_mistaken_for_another() -> None:
    """Somebody else's comes first, of the same administrator and with another description."""
    with firewall_with(fault("drop_before", "commit")) as firewall:

        def elsewhere(line: str) -> None:
            if "the answer to the commit was lost" in line:
                firewall.world.commit("admin", text="by hand")

        failed = commit(firewall, elsewhere)
        assert failed["error"]["kind"] == "commit_unknown"
        assert_one_commit(firewall)


@pytest.mark.parametrize("kind", ["drop_before", "busy"])
def test_commit_that_is_not_found_is_not_sent_again(kind: str) -> None:
    with firewall_with(fault(kind, "commit", 0)) as firewall:
        failed = commit(firewall)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "commit_unknown")
        assert "unknown whether the firewall queued it" in failed["msg"]
        assert firewall.statistics()["asked"].count("commit") == 1
        assert_one_commit(firewall, 0)


@pytest.mark.parametrize("words", ["", "[^<]{0,15}"], ids=["no descriptions", "cut descriptions"])
@pytest.mark.parametrize("said", [BUSY, LOCKED])
def test_ambiguous_commit_is_not_sent_again(said: str, words: str) -> None:
    """The firewall says that it has not taken the commit, and lists one that may be ours all the same."""

    def lists_less(text: str) -> str:
        return re.sub(rf"<description>({words})[^<]*</description>", r"<description>\1</description>", text)

    script = [says(said, on="commit", forward=True), Step("show jobs", times=0, forward=True, body=lists_less)]
    with firewall_with() as firewall, front_end(firewall, script=script) as front:
        provider = {"ip_address": HOST, "port": front.port, "api_key": firewall.api_key}
        failed = commit(firewall, provider=provider, force=True, lock=False, allow_other_changes=True)
        assert failed["error"]["kind"] == "commit_unknown", failed
        assert_one_commit(firewall)


def test_job_is_not_followed_after_an_oversized_answer() -> None:
    """After an answer that was too large."""
    script = [Step("show jobs", at=4, body=hostile_xml("elements", 5_000_000))]
    with firewall_with() as firewall, front_end(firewall, script=script) as front:
        failed = commit(firewall, provider=front.provider())
        assert (failed["error"]["kind"], failed["job_id"]) == ("commit_unfinished", firewall.world.jobs.all[-1].number)
        assert_one_commit(firewall)


def test_failed_job_is_reported_in_the_firewalls_words() -> None:
    with firewall_with(fault("job_fails", "commit", text="vsys1: rule r1 is invalid\nCommit failed")) as firewall:
        firewall.world.switches.commit_warnings = ["ae1 has no member interfaces"]
        failed = commit(firewall)
        assert (failed["failed"], failed["error"]["kind"]) == (True, "commit_failed")
        assert failed["details"] == ["vsys1: rule r1 is invalid", "Commit failed"]
        assert failed["warnings"] == ["ae1 has no member interfaces"]
        assert failed["job_id"] == firewall.world.jobs.all[-1].number
        assert "rule r1 is invalid" in failed["msg"]
        assert_one_commit(firewall)
        assert commit(firewall)["changed"] is True
        assert_one_commit(firewall, 2)


def test_job_that_never_ends_is_reported_with_its_number() -> None:
    with firewall_with(fault("job_hangs", "commit")) as firewall:
        failed = commit(firewall, commit_timeout="1s")
        assert (failed["failed"], failed["error"]["kind"]) == (True, "commit_unfinished")
        assert failed["job_id"] == firewall.world.jobs.all[-1].number
        assert commit(firewall, busy_wait="0s")["guard"] == "busy"
        assert_one_commit(firewall)


@pytest.mark.parametrize(
    "faults",
    [
        [fault("drop_before", "show jobs", 5)],
        [fault("drop_middle", "show jobs", 2), fault("truncate", "show jobs", 2)],
        [fault("hang", "show jobs")],
        [fault("busy", "show jobs", 4)],
        [fault("session_timed_out", "show jobs")],
        [fault("key_expired", "show jobs")],
        [fault("html", "show jobs", 3)],
    ],
    ids=lambda faults: faults[0]["kind"],
)
def test_job_is_followed_over_lost_connections(faults: list[dict[str, Any]]) -> None:
    with firewall_with() as firewall:
        done = commit(firewall, once_queued(firewall, *faults), timeout=1)
        assert (done["changed"], done["confirmed"]) == (True, True), done
        assert firewall.world.faults.answers == []
        assert_one_commit(firewall)


@pytest.mark.parametrize("kind", ["session_timed_out", "key_expired"])
def test_login_is_renewed_only_once(kind: str) -> None:
    with firewall_with() as firewall:
        failed = commit(firewall, once_queued(firewall, fault(kind, "show jobs", 0)))
        assert failed["error"]["kind"] == "commit_unfinished"
        assert failed["job_id"] == firewall.world.jobs.all[-1].number
        # The first login, one more for the job, and one more to release the lock.
        assert firewall.statistics()["asked"].count("keygen") == 3
        assert_one_commit(firewall)


def test_job_that_is_no_longer_listed() -> None:
    with firewall_with(fault("job_hangs", "commit")) as firewall:

        def forget(line: str) -> None:
            if line.endswith(": queued"):
                firewall.world.jobs.remove(firewall.world.jobs.all[-1])

        failed = commit(firewall, forget)
        assert failed["error"]["kind"] == "commit_unfinished"
        assert "no longer lists it" in failed["msg"]
        assert_one_commit(firewall)


def test_waits_for_an_install_that_starts_just_before_the_commit() -> None:
    with firewall_with(fault("interfere", "commit", text="content")) as firewall:
        assert commit(firewall)["changed"] is True
        assert firewall.statistics()["asked"].count("commit") == 2
        assert_one_commit(firewall)
    with firewall_with(fault("interfere", "commit", text="content"), switches={"commit_seconds": 60.0}) as firewall:
        assert commit(firewall, busy_wait="0s")["guard"] == "busy"
        assert_one_commit(firewall, 0)


def test_lock_taken_just_before_the_commit_blocks() -> None:
    with firewall_with(fault("interfere", "commit", text="commit_lock")) as firewall:
        refused = commit(firewall)
        assert (refused["guard"], refused["option"]) == ("config_lock", "take_over_locks")
        assert "locked by bob" in refused["msg"]
        assert_one_commit(firewall, 0)


@pytest.mark.parametrize(
    ("text", "given", "guard"),
    [
        pytest.param("edit", {}, None, id="the lock keeps others out"),
        pytest.param("edit_same", {}, "candidate_changed", id="our account elsewhere"),
        pytest.param("edit", {"lock": False}, "candidate_changed", id="nobody is kept out"),
    ],
)
def test_change_of_another_administrator_during_the_run_blocks(
    text: str, given: dict[str, Any], guard: str | None
) -> None:
    with firewall_with(fault("interfere", "config get", text=text, after=True)) as firewall:
        result = commit(firewall, **given)
        assert result.get("guard") == guard, result
        assert_one_commit(firewall, 0 if guard else 1)
        if guard is not None:
            assert "changed-by-" in result["msg"]


def test_commit_lock_taken_meanwhile_blocks_before_the_commit() -> None:
    with firewall_with(fault("interfere", "config get", text="commit_lock")) as firewall:
        refused = commit(firewall)
        assert (refused["guard"], refused["option"]) == ("commit_lock", "take_over_locks")
        assert "commit" not in firewall.statistics()["asked"]


def test_another_administrator_takes_the_lock_first() -> None:
    with firewall_with(fault("interfere", "request config-lock add", text="config_lock")) as firewall:
        refused = commit(firewall)
        assert (refused["guard"], refused["option"]) == ("config_lock", "take_over_locks")
        assert "bob" in refused["msg"]
        assert [lock.admin for lock in firewall.world.locks] == ["bob"]
        assert_one_commit(firewall, 0)


def test_our_lock_is_removed_by_another_administrator() -> None:
    with firewall_with() as firewall, closing(open_device(options(firewall))) as device:
        change = LockedChange(device, Allowances(pace=Pace(poll_s=0.02)), "test", print, CommitScope(own_changes=True))
        with change:
            firewall.world.locks.clear()
            with pytest.raises(Blocked, match="another administrator or run has removed it") as refused:
                change.commit(CommitRequest("test"))
        assert refused.value.guard == "config_lock"
        assert_one_commit(firewall, 0)


@pytest.mark.parametrize(
    "faults",
    [
        [fault("drop_after", "request config-lock add")],
        [fault("drop_before", "request config-lock add", 2)],
        [fault("busy", "request config-lock add", 2)],
        [fault("drop_middle", "show config-locks", 2)],
        [fault("drop_after", "request config-lock remove")],
        [fault("drop_before", "request config-lock remove", 4)],
        [fault("busy", "request config-lock remove", 3)],
        [fault("session_timed_out", "request config-lock remove")],
    ],
    ids=lambda faults: f"{faults[0]['kind']} {faults[0]['on']}",
)
def test_lock_is_taken_and_released_over_lost_connections(faults: list[dict[str, Any]]) -> None:
    with firewall_with() as firewall:
        say = None
        if "show" in faults[0]["on"]:
            # The first list of locks is asked for when there is nothing to lose yet.
            say = once_queued(firewall, *faults)
        else:
            firewall.world.faults.answers += [Fault(**item) for item in faults]
        done = commit(firewall, say or (lambda line: None))
        assert (done["changed"], done["lock_left"]) == (True, None), done
        assert firewall.world.faults.answers == []
        assert_one_commit(firewall)


def test_lock_that_cannot_be_released_is_reported() -> None:
    with firewall_with(fault("refused", "request config-lock remove", 0, text="not today")) as firewall:
        done = commit(firewall)
        assert done["changed"] is True
        assert "not today" in done["lock_left"]
        assert len(firewall.world.locks) == 1
        firewall.world.faults.answers.clear()
        # Nobody is seen to renew it, but there is no time to see that.
        assert commit(firewall, busy_wait="0s")["option"] == "take_over_locks"
        taken = commit(firewall)
        assert (taken["job_id"], len(taken["taken_over"])) == (done["job_id"], 1)
        assert_one_commit(firewall)


def test_firewall_that_does_not_answer_is_not_changed() -> None:
    for on in ("show jobs", "show config-locks", "check pending-changes", "config get", "config show"):
        with firewall_with(fault("refused", on, 0, text="is unexpected")) as firewall:
            failed = commit(firewall)
            assert (failed["failed"], failed["changed"], failed["lock_left"]) == (True, False, None), on
            assert_one_commit(firewall, 0)


@pytest.mark.parametrize("edited", [False, True], ids=["quiet", "edited meanwhile"])
def test_lock_released_by_the_commit_is_taken_again(edited: bool) -> None:
    with (
        firewall_with(switches={"commit_releases_lock": True}) as firewall,
        closing(open_device(options(firewall))) as device,
        LockedChange(device, Allowances(pace=Pace(poll_s=0.02)), "t", print, CommitScope(own_changes=True)) as change,
    ):
        assert change.commit(CommitRequest("first")).confirmed is True
        assert firewall.world.locks == []
        if edited:
            firewall.world.config.set(f"{VSYS}/address", [Element("entry", {"name": "theirs"})], "bob")
            with pytest.raises(Blocked, match="has changed meanwhile"):
                change.commit(CommitRequest("second", force=True))
        else:
            assert change.commit(CommitRequest("second", force=True)).changed is True
    assert_one_commit(firewall, 1 if edited else 2)


def test_no_secret_in_messages() -> None:
    with firewall_with() as firewall:
        firewall.world.take_lock("config", "bob", f"the password is {firewall.password} today")
        lines: list[str] = []
        refused = commit(firewall, lines.append)
        assert "******** today" in refused["msg"]
        done = commit(firewall, lines.append, take_over_locks=["bob"])
        assert any("******** today" in line for line in lines)
        assert firewall.password not in json.dumps([refused, done, lines])


def test_stale_lock_counts_until_its_lease_has_expired() -> None:
    with firewall_with() as firewall:
        for until_, guard in (("2099-01-01T00:00:00Z", "config_lock"), ("2020-01-01T00:00:00Z", None)):
            firewall.world.locks.clear()
            firewall.world.take_lock("config", "admin", f"panops.mlav run 0123abcd job - lease 3600s until {until_}")
            assert commit(firewall).get("guard") == guard
        assert_one_commit(firewall)


def test_xpaths_are_reported_as_data() -> None:
    """What an administrator wrote into a name cannot leave it."""
    with firewall_with() as firewall:
        world = firewall.world
        entry = Element("entry", {"name": "x'] | //*[@name='\x85\u202e" + 500 * "y"})
        world.config.set(f"{VSYS}/address", [entry], "bob")
        refused = commit(firewall)
        assert refused["guard"] == "pending_changes"
        assert refused["msg"].isprintable()
        assert len(refused["msg"]) < 1000
