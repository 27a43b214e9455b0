# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``mlav_commit`` against simulated firewalls: what it commits, and each guard alone, with what lifts it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from tests.simulator.config_default import VSYS
from tests.simulator.fleet import Firewall
from tests.simulator.running import running_fleet
from tests.simulator.snapshot import take_snapshot
from tests.simulator.switches import Fault

from .committing import OWN, assert_one_commit, commit, firewall_with, look, options
from .conftest import Ansible
from .pace import at_the_pace

pytestmark = pytest.mark.usefixtures("quick")

NOTHING_PENDING: dict[str, Any] = {"pending": []}
BOBS: dict[str, Any] = {"pending": [{"admin": "admin"}, {"admin": "bob", "name": "bobs"}]}
UNOWNED = {"dirty_attributes": False, "change_list": "refused"}
WRONG = "sha256:" + 64 * "0"


def window(opens_in: timedelta) -> list[dict[str, str]]:
    """A day long: those below are made when the tests are collected, long before the last of them runs."""
    opens = datetime.now(timezone.utc) + opens_in
    return [{"from": f"{opens:%Y-%m-%dT%H:%M:%SZ}", "to": f"{opens + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"}]


CLOSED = window(timedelta(days=2))
OPEN = window(timedelta(hours=-1))


def test_description_that_contains_the_password() -> None:
    """The job's description tells it from others, and is the caller's own."""
    with firewall_with(firewall={"admins": [{"name": "admin", "password": "the"}], **OWN["firewall"]}) as firewall:
        done = commit(firewall, description="Exclude the cloud")
        assert (done["changed"], done["confirmed"]) == (True, True)
        job = firewall.world.jobs.find(done["job_id"])
        assert job is not None
        assert job.description.endswith(": Exclude the cloud")


def test_commit_is_read_back() -> None:
    with firewall_with(switches={"commit_warnings": ["ae1 has no member interfaces"]}) as firewall:
        lines: list[str] = []
        done = commit(firewall, lines.append, description="Exclude the cloud")
        assert (done["changed"], done["confirmed"], done["lock_left"]) == (True, True, None)
        assert done["warnings"] == ["ae1 has no member interfaces"]
        assert "Configuration committed successfully" in done["details"]
        assert done["duration"] > 0
        assert done["started_at"] < done["finished_at"]
        assert [(item["admin"], item["count"]) for item in done["committed"]] == [("admin", 1)]
        job = firewall.world.jobs.find(done["job_id"])
        assert job is not None
        assert job.description.startswith("panops.mlav ")
        assert job.description.endswith(": Exclude the cloud")
        assert f"fw-1: commit job {job.number}: done" in lines
        again = commit(firewall)
        assert (again["changed"], again["job_id"], again["confirmed"], again["committed"]) == (False, None, True, [])
        assert_one_commit(firewall)


def test_force_commits_without_pending_changes() -> None:
    with firewall_with(firewall=NOTHING_PENDING) as firewall:
        done = commit(firewall, force=True)
        assert (done["changed"], done["committed"]) == (True, [])
        assert [(made.force, made.partial) for made in firewall.world.commits] == [(True, False)]


def test_partial_commit_leaves_other_changes() -> None:
    with firewall_with(firewall=BOBS) as firewall:
        done = commit(firewall, admin="admin")
        assert (done["changed"], done["confirmed"]) == (True, True)
        assert [item["admin"] for item in done["committed"]] == ["admin"]
        assert [change.admin for change in firewall.world.config.changes] == ["bob"]
        assert commit(firewall, admin="admin")["changed"] is False
        assert_one_commit(firewall)


def test_invalid_options() -> None:
    with firewall_with() as firewall:
        before = take_snapshot(firewall.world)
        with pytest.raises(InvalidOption, match="force is true and admin is 'admin': set only one of them"):
            commit(firewall, force=True, admin="admin")
        with pytest.raises(InvalidOption, match="cannot be used in a command"):
            commit(firewall, admin="<x/>")
        with pytest.raises(InvalidOption, match=r"busy_wait.*'soon'.*expected "):
            commit(firewall, busy_wait="soon")
        with pytest.raises(InvalidOption, match=r"expected_candidate: expected the fingerprint .*, got 'latest'"):
            commit(firewall, expected_candidate="latest")
        assert take_snapshot(firewall.world) == before


GUARDS = [
    pytest.param("maintenance_window", "ignore_window", {}, {"maintenance_window": CLOSED}, {"ignore_window": True}),
    pytest.param(
        "maintenance_window",
        "ignore_window",
        {},
        {"maintenance_window": OPEN, "commit_min_remaining": "2d"},
        {"commit_min_remaining": "1s"},
        id="window too short",
    ),
    pytest.param(
        "config_lock",
        "take_over_locks",
        {"firewall": {**OWN["firewall"], "locks": [{"admin": "bob", "kind": "config"}]}},
        {},
        {"take_over_locks": ["bob"]},
    ),
    pytest.param(
        "config_lock",
        "take_over_locks",
        {
            "firewall": {**OWN["firewall"], "locks": [{"admin": "bob", "kind": "config"}]},
            "switches": {"foreign_config_lock": "plain"},
        },
        {},
        {"take_over_locks": ["bob"]},
        id="config_lock removed plainly",
    ),
    pytest.param(
        "config_lock",
        "take_over_locks",
        {"firewall": {**OWN["firewall"], "locks": [{"admin": "admin", "kind": "config"}]}},
        {},
        {"take_over_locks": ["admin"]},
        id="config_lock of a person with our account",
    ),
    pytest.param(
        "commit_lock",
        "take_over_locks",
        {"firewall": {**OWN["firewall"], "locks": [{"admin": "bob", "kind": "commit"}]}},
        {},
        {"take_over_locks": ["bob"]},
    ),
    pytest.param(
        "config_lock", "lock", {"switches": {"lock_over_api": "refused"}}, {}, {"lock": False}, id="no lock to be had"
    ),
    pytest.param("pending_changes", "allow_other_changes", {"firewall": BOBS}, {}, {"allow_other_changes": True}),
    pytest.param(
        "pending_changes",
        "allow_other_changes",
        {"firewall": BOBS},
        {"force": True},
        {"allow_other_changes": True},
        id="pending_changes and force",
    ),
    pytest.param(
        "pending_changes",
        "allow_other_changes",
        {"switches": UNOWNED},
        {},
        {"allow_other_changes": True},
        id="pending_changes of nobody",
    ),
    pytest.param(
        "pending_changes",
        "allow_other_changes",
        {"switches": {"pending_answer": "odd"}},
        {},
        {"allow_other_changes": True},
        id="pending_changes not told",
    ),
    pytest.param(
        "candidate_changed", "expected_candidate", {}, {"expected_candidate": WRONG}, {"expected_candidate": ""}
    ),
    pytest.param(
        "full_commit_required",
        "",
        {"switches": {"full_commit_required": True}},
        {"admin": "admin"},
        {"admin": ""},
    ),
]


@pytest.mark.parametrize(("guard", "option", "world", "given", "lifting"), GUARDS)
def test_each_guard_blocks_and_its_option_overrides_it(
    guard: str, option: str, world: dict[str, Any], given: dict[str, Any], lifting: dict[str, Any]
) -> None:
    with firewall_with(**world) as firewall:
        before = take_snapshot(firewall.world)
        looked = look(firewall, **given)
        assert "failed" not in looked
        # Whether a lock is given, only taking it tells.
        foreseen = None if option == "lock" else guard
        assert (looked["blocked"] or {}).get("guard") == foreseen
        refused = commit(firewall, **given)
        assert (refused["failed"], refused["changed"]) == (True, False)
        assert (refused["guard"], refused["option"], refused["error"]["kind"]) == (guard, option, "blocked")
        if option not in ("", "expected_candidate"):
            assert re.search(rf"\b{option}\b", refused["msg"])
        assert take_snapshot(firewall.world) == before

        assert look(firewall, **{**given, **lifting})["blocked"] is None
        done = commit(firewall, **{**given, **lifting})
        assert (done.get("failed"), done["changed"]) == (None, True), done
        assert_one_commit(firewall)
        assert [lock for lock in firewall.world.locks if lock.kind == "config"] == []


def test_waits_for_a_running_job() -> None:
    world = {"pending": [{"admin": "admin"}], "jobs": [{"kind": "Content"}]}
    with firewall_with(firewall=world) as firewall:
        before = take_snapshot(firewall.world)
        assert look(firewall, busy_wait="0s")["blocked"]["guard"] == "busy"
        refused = commit(firewall, busy_wait="0s")
        assert (refused["guard"], refused["option"]) == ("busy", "busy_wait")
        assert "Content job" in refused["msg"]
        assert take_snapshot(firewall.world) == before

        def end_it(line: str) -> None:
            if "waiting for Content job" in line:
                running = firewall.world.jobs.running()
                assert running is not None
                running.takes = 0

        assert commit(firewall, end_it)["changed"] is True
        assert_one_commit(firewall)


@pytest.mark.parametrize("kind", ["Exec", "Report", "Downld"])
def test_harmless_jobs_are_not_waited_for(kind: str) -> None:
    with firewall_with(firewall={"pending": [{"admin": "admin"}], "jobs": [{"kind": kind}]}) as firewall:
        assert commit(firewall, busy_wait="0s")["changed"] is True


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime.now(timezone.utc)
        self.slept = 0.0

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.slept += seconds


def test_waits_for_the_maintenance_window() -> None:
    soon = window(timedelta(hours=1))
    clock = Clock()
    with firewall_with(switches={"commit_seconds": 0.0}) as firewall, at_the_pace(now=clock.now, sleep=clock.sleep):
        assert commit(firewall, maintenance_window=soon, window_wait="59m")["guard"] == "maintenance_window"
        assert clock.slept == 0
        lines: list[str] = []
        assert look(firewall, maintenance_window=soon, window_wait="2h")["blocked"] is None
        assert clock.slept == 0
        done = commit(firewall, lines.append, maintenance_window=soon, window_wait="2h")
        assert done["changed"] is True
        assert clock.slept >= 3500
        assert sum("waiting for the maintenance window" in line for line in lines) == 1


@pytest.mark.parametrize("given", [{}, {"force": True}, {"admin": "admin"}, {"maintenance_window": OPEN}])
def test_check_mode_shows_what_would_be_committed(given: dict[str, Any]) -> None:
    with firewall_with(firewall=BOBS) as firewall:
        before = take_snapshot(firewall.world)
        result = look(firewall, **given)
        assert result["changed"] is True
        listed = {item["admin"]: item["xpaths"] for item in result["would_commit"]}
        assert list(listed) == (["admin"] if "admin" in given else ["admin", "bob"])
        assert all(xpath.startswith("/config/devices/") for xpaths in listed.values() for xpath in xpaths)
        assert (result["blocked"] or {}).get("guard") == (None if "admin" in given else "pending_changes")
        assert take_snapshot(firewall.world) == before


def test_check_mode_without_pending_changes() -> None:
    with firewall_with(firewall=NOTHING_PENDING) as firewall:
        assert look(firewall)["changed"] is False
        assert look(firewall)["would_commit"] == []
        assert look(firewall, force=True)["changed"] is True


def test_fingerprint_of_check_mode_guards_the_commit() -> None:
    with firewall_with() as firewall:
        seen = look(firewall)["candidate"]
        element = ET.fromstring("<entry name='later'><ip-netmask>203.0.113.7</ip-netmask></entry>")
        firewall.world.config.set(f"{VSYS}/address", [element], "admin")
        assert commit(firewall, expected_candidate=seen)["guard"] == "candidate_changed"
        assert commit(firewall, expected_candidate=look(firewall)["candidate"])["changed"] is True
        assert_one_commit(firewall)


def test_lock_shows_the_administrator_of_an_api_key() -> None:
    with firewall_with(access={"api": "key", "ssh": "none"}) as firewall:
        assert look(firewall)["blocked"] is None
        assert look(firewall, lock=False)["blocked"]["guard"] == "pending_changes"
        assert commit(firewall, lock=False)["guard"] == "pending_changes"
        assert commit(firewall)["changed"] is True
        assert_one_commit(firewall)


@pytest.mark.parametrize(
    "switches",
    [
        {"lock_answer": "empty"},
        {"lock_answer": "xml"},
        {"commit_releases_lock": True},
        {"config_lock_stops_commits": False},
        {"dirty_attributes": False},
        {"change_list": "refused"},
        {"change_list": "member"},
        {"pending_answer": "cdata"},
        {"text_shape": "member"},
    ],
    ids=str,
)
def test_unconfirmed_behavior_of_firewalls(switches: dict[str, Any]) -> None:
    with firewall_with(switches=switches) as firewall:
        done = commit(firewall)
        assert (done["changed"], done["confirmed"], done["lock_left"]) == (True, True, None), done
        assert_one_commit(firewall)


def test_pushed_configuration_is_no_difference() -> None:
    with firewall_with(scenario="healthy_panorama_pushed_route") as firewall:
        done = commit(firewall)
        assert (done["changed"], done["confirmed"]) == (True, True)
        assert [item["admin"] for item in done["committed"]] == ["admin"]


def test_commit_through_a_panorama() -> None:
    entry: dict[str, Any] = {"name": "fw-1", "scenario": "healthy", "changes": OWN, "panorama": "pano-1"}
    with running_fleet([entry]) as fleet:
        firewall = fleet.firewalls["fw-1"]
        assert commit(firewall)["changed"] is True
        assert_one_commit(firewall)
        assert firewall.panorama is not None
        assert firewall.panorama.world.commits == []


def test_oversized_configuration_leaves_no_lock() -> None:
    with firewall_with() as firewall:
        firewall.world.faults.answers.append(Fault("huge", "config get", mb=33))
        failed = commit(firewall)
        assert failed["error"]["kind"] == "oversized"
        assert "too large" in failed["msg"]
        assert_one_commit(firewall, 0)


def test_account_without_rights_gets_no_lock() -> None:
    reader = {"pending": [], "admins": [{"name": "reader", "role": "superreader"}]}
    with firewall_with(firewall=reader, access={"admin": "reader", "ssh": "none"}) as firewall:
        refused = commit(firewall)
        assert (refused["guard"], refused["option"]) == ("config_lock", "lock")
        assert commit(firewall, lock=False, force=True)["error"]["kind"] == "permission"
        assert_one_commit(firewall, 0)


def test_check_mode_and_commit_in_a_playbook(ansible: Ansible) -> None:
    with firewall_with(switches={"commit_warnings": ["ae1 has no member interfaces"]}) as firewall:
        given = options(firewall)
        checked = ansible.module("mlav_commit", given, {"check_mode": True})
        assert (checked["changed"], checked["blocked"]) == (True, None)
        assert_one_commit(firewall, 0)
        # As an ordinary module, in a process of its own.
        done = ansible.module("mlav_commit", given, {"async": 60, "poll": 1})
        assert (done["changed"], done["confirmed"]) == (True, True)
        assert done["warnings"] == ["ae1 has no member interfaces"]
        assert_one_commit(firewall)


def _job_descriptions(firewall: Firewall) -> list[str]:
    return [job.description for job in firewall.world.jobs.all]


def test_description_is_escaped() -> None:
    with firewall_with() as firewall:
        assert commit(firewall, description="a </description><force/> & \n b" + 1000 * "x")["changed"] is True
        assert any(" a </description><force/> & b" in text for text in _job_descriptions(firewall))
        assert [made.force for made in firewall.world.commits] == [False]
