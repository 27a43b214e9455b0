# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which locks are stale, and how they are released."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    DeviceError,
    ExpectedFailure,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Kind, Lock
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.stale_locks import (
    LeaseWatch,
    release_stale_locks,
    remove_lock,
)

from .fakes import NOW, Clock, FakeFirewall, FakeLock, mark, session

EXPIRED = mark(until=NOW - timedelta(minutes=5))
RUNNING = mark()
OWN = "request config-lock remove"
OF_ADMIN = "request config-lock remove admin admin"


def lock(comment: str, admin: str = "admin", kind: Kind = "config") -> Lock:
    return Lock(kind, admin, "shared", "", comment)


@pytest.mark.parametrize(
    ("listed", "watched_s", "left_s"),
    [
        (lock(RUNNING), 0, 180),
        (lock(RUNNING), 100, 80),
        (lock(RUNNING), 180, 0),
        (lock(RUNNING), 1000, 0),
        (lock(EXPIRED), 0, 0),
        (lock(mark(until=NOW - timedelta(minutes=4, seconds=59))), 0, 180),
        (lock("change window"), 1000, None),
        (lock(""), 1000, None),
        (lock(RUNNING[:-1]), 1000, None),
        (lock(EXPIRED, kind="commit"), 1000, None),
    ],
)
def test_time_until_a_lock_is_stale(listed: Lock, watched_s: float, left_s: float | None) -> None:
    clock = Clock()
    watch = LeaseWatch(clock.pace())
    watch.left_s(listed)
    clock.seconds = watched_s
    assert watch.left_s(listed) == left_s
    assert watch.stale(listed) is (left_s == 0)


def test_renewed_lock_is_in_use() -> None:
    clock = Clock()
    watch = LeaseWatch(clock.pace())
    assert watch.left_s(lock(RUNNING)) == 180
    clock.seconds = 60
    renewed = lock(mark(until=NOW + timedelta(seconds=240)))
    assert watch.left_s(renewed) is None
    clock.seconds = 10_000
    assert watch.left_s(renewed) is None


@pytest.mark.parametrize(
    ("kind", "admin", "stale", "refused", "sent"),
    [
        ("config", "admin", True, [], [OWN]),
        ("config", "bob", True, [], [OWN, "request config-lock remove admin bob"]),
        ("config", "bob", False, [], ["request config-lock remove admin bob"]),
        ("config", "admin", False, ["<admin>"], [OWN]),
        ("commit", "bob", False, [], ["request commit-lock remove admin bob"]),
        ("config", "admin", True, ["<remove></remove>"], [OF_ADMIN]),
    ],
)
def test_ways_to_remove_a_lock(kind: Kind, admin: str, stale: bool, refused: list[str], sent: list[str]) -> None:
    firewall = FakeFirewall(locks=[FakeLock(admin, EXPIRED, kind)])
    firewall.errors = {word: [PermissionFailure("no right")] for word in refused}
    lines: list[str] = []
    assert remove_lock(session(firewall), lock(EXPIRED, admin, kind), stale, lines.append)
    assert (firewall.sent, firewall.locks) == (sent, [])
    why = "its run has ended" if stale else "the option take_over_locks names its holder"
    assert lines[0] == f"removing a lock, since {why}: {lock(EXPIRED, admin, kind)}"
    assert lines[1:] == ["the lock was not removed: no right"] * len(refused)


def test_lock_that_cannot_be_removed() -> None:
    firewall = FakeFirewall(locks=[FakeLock("bob", EXPIRED)])
    firewall.errors = {"<request>": [PermissionFailure("no right"), PermissionFailure("no right")]}
    assert not remove_lock(session(firewall), lock(EXPIRED, "bob"), True, lambda line: None)


def test_lock_that_was_renewed_meanwhile_is_not_removed() -> None:
    renewed = FakeLock("admin", mark(until=NOW + timedelta(hours=1)))
    firewall = FakeFirewall(locks=[renewed])
    assert not remove_lock(session(firewall), lock(EXPIRED), True, lambda line: None)
    assert (firewall.sent, firewall.locks) == ([], [renewed])


@pytest.mark.parametrize(
    ("limit_s", "renews", "released"),
    [(180, False, True), (170, False, False), (0, False, False), (600, True, False)],
)
def test_lock_is_watched_for_the_limit(limit_s: float, renews: bool, released: bool) -> None:
    clock = Clock()
    held = FakeLock("admin", RUNNING)
    firewall = FakeFirewall(locks=[held, FakeLock("bob", "change window")])

    def renew() -> None:
        held.comment = mark(until=NOW + timedelta(seconds=190))

    clock.waits = [renew] if renews else []
    lines: list[str] = []
    found = release_stale_locks(session(firewall, clock), LeaseWatch(clock.pace()), limit_s, lines.append)
    assert found == ((str(lock(RUNNING)),) if released else ())
    assert [each.admin for each in firewall.locks] == ["bob"] if released else ["admin", "bob"]
    assert ("watching whether its run still renews it" in "".join(lines)) is (limit_s >= 180)


def test_locks_that_cannot_be_listed() -> None:
    firewall = FakeFirewall(errors={"config-locks": [DeviceError("refused")]})
    with pytest.raises(ExpectedFailure, match="refused"):
        release_stale_locks(session(firewall), LeaseWatch(Clock().pace()), 0, lambda line: None)
