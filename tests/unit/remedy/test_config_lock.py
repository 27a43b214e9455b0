# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The config lock: other locks, taking, renewing, regaining and releasing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    CommandRefused,
    DeviceError,
    ExpectedFailure,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.config_lock import ConfigLock

from .fakes import NOW, Clock, FakeFirewall, FakeLock, mark, session

RUN = "deadbeef"
EXPIRED = mark(until=NOW - timedelta(minutes=5))
ASK = "Ask its holder to release it. If the lock was left behind, name its holder in the option take_over_locks."
ALLOW = "Allow the account to take locks. Set lock to false only where nobody else can change this firewall."
ADD, REMOVE = "request config-lock add", "request config-lock remove"


class Held:
    """A config lock with its firewall, its clock and its lines of progress."""

    def __init__(self, firewall: FakeFirewall, own: str | None = "admin", **allowed: Any) -> None:
        self.firewall, self.clock = firewall, Clock()
        self.lines: list[str] = []
        allowances = Allowances(**{"busy_wait_s": 0.0, "pace": self.clock.pace(), **allowed})
        self.lock = ConfigLock(session(firewall, self.clock), allowances, RUN, own, self.lines.append)


@pytest.mark.parametrize(
    ("locks", "allowed", "left", "interrupted"),
    [
        ([], {}, [], None),
        ([FakeLock("bob", "change window")], {"take_over_locks": ("bob",)}, [], None),
        ([FakeLock("bob", "", "commit")], {"take_over_locks": ("bob",)}, [], None),
        ([FakeLock("admin", EXPIRED)], {}, [], "0123abcd"),
        ([FakeLock("bob", EXPIRED)], {}, [], "0123abcd"),
        ([FakeLock("admin", mark())], {"busy_wait_s": 180.0}, [], "0123abcd"),
    ],
)
def test_locks_that_are_removed(
    locks: list[FakeLock], allowed: dict[str, Any], left: list[str], interrupted: str | None
) -> None:
    held = Held(FakeFirewall(locks=list(locks)), **allowed)
    held.lock.require_no_other_locks()
    assert [lock.admin for lock in held.firewall.locks] == left
    assert len(held.lock.taken_over) == len(locks)
    assert held.lock.interrupted_run == interrupted


@pytest.mark.parametrize(
    ("locks", "allowed", "guard", "message"),
    [
        (
            [FakeLock("bob", "change window")],
            {},
            "config_lock",
            "bob holds the config lock of shared (change window)",
        ),
        ([FakeLock("bob", "", "commit")], {}, "commit_lock", "bob holds the commit lock of shared"),
        (
            [FakeLock("bob", "x")],
            {"take_over_locks": ("eve",)},
            "config_lock",
            "bob holds the config lock of shared (x)",
        ),
        ([FakeLock("admin", mark())], {}, "config_lock", f"admin holds the config lock of shared ({mark()})"),
        (
            [FakeLock("admin", mark())],
            {"busy_wait_s": 179.0},
            "config_lock",
            f"admin holds the config lock of shared ({mark()})",
        ),
        (
            [FakeLock("admin", EXPIRED, "commit")],
            {},
            "commit_lock",
            f"admin holds the commit lock of shared ({EXPIRED})",
        ),
    ],
)
def test_locks_that_block(locks: list[FakeLock], allowed: dict[str, Any], guard: str, message: str) -> None:
    held = Held(FakeFirewall(locks=list(locks)), **allowed)
    with pytest.raises(Blocked) as blocked:
        held.lock.require_no_other_locks()
    assert (blocked.value.guard, blocked.value.option) == (guard, "take_over_locks")
    assert (blocked.value.message, blocked.value.remedy) == (message, ASK)
    assert held.firewall.sent == []


def test_lock_that_is_renewed_while_it_is_watched_blocks() -> None:
    theirs = FakeLock("admin", mark())
    held = Held(FakeFirewall(locks=[theirs]), busy_wait_s=600.0)

    def renew() -> None:
        theirs.comment = mark(until=NOW + timedelta(seconds=190))

    held.clock.waits = [renew]
    with pytest.raises(Blocked, match="admin holds the config lock"):
        held.lock.require_no_other_locks()
    assert held.clock.seconds == 10
    assert held.lines == [f"watching whether its run still renews it: admin holds the config lock of shared ({mark()})"]


@pytest.mark.parametrize("error", [CommandRefused("not available"), PermissionFailure("no right")])
def test_locks_that_are_not_listed(error: ExpectedFailure) -> None:
    with pytest.raises(Blocked) as blocked:
        Held(FakeFirewall(errors={"config-locks": [error]})).lock.require_no_other_locks()
    assert (blocked.value.guard, blocked.value.option, blocked.value.remedy) == ("config_lock", "lock", ALLOW)
    assert blocked.value.message == f"could not hold the config lock: {error.message}"

    without = Held(FakeFirewall(errors={"config-locks": [error]}), lock=False)
    without.lock.require_no_other_locks()
    assert without.lines == [f"the firewall does not list locks: {error.message}"]


def test_lock_is_taken_with_the_mark_of_the_run() -> None:
    held = Held(FakeFirewall())
    held.lock.take()
    assert [lock.comment for lock in held.firewall.locks] == [mark(RUN)]
    assert held.lock.admin == "admin"
    held.lock.require()


def test_lock_whose_answer_was_lost_is_ours() -> None:
    held = Held(FakeFirewall(lost={"<add>": [CallTimeout("late")]}))
    held.lock.take()
    held.lock.require()
    assert held.firewall.sent == [ADD]


def test_firewall_that_keeps_no_comments() -> None:
    held = Held(FakeFirewall())
    held.lock.take()
    held.firewall.locks[0].comment = ""
    held.lock.require()
    held.lock.release()
    assert (held.firewall.locks, held.lock.left) == ([], None)


@pytest.mark.parametrize(
    ("errors", "message", "added"),
    [
        ([PermissionFailure("no right")], "could not hold the config lock: no right", 0),
        (3 * [CallTimeout("late")], "could not hold the config lock: late", 0),
    ],
)
def test_lock_that_is_not_given(errors: list[ExpectedFailure | None], message: str, added: int) -> None:
    held = Held(FakeFirewall(errors={"<add>": errors}))
    with pytest.raises(Blocked) as blocked:
        held.lock.take()
    assert (blocked.value.message, blocked.value.option, blocked.value.remedy) == (message, "lock", ALLOW)
    assert held.firewall.sent == [ADD] * added


def test_lock_that_another_administrator_took_first() -> None:
    held = Held(FakeFirewall(locks=[FakeLock("bob", "change window")], errors={"<add>": [DeviceError("held by bob")]}))
    with pytest.raises(Blocked, match=r"^bob holds the config lock of shared \(change window\)$"):
        held.lock.take()


@pytest.mark.parametrize(
    ("waited_s", "keeps_comment", "may_let_go", "sent", "let_go"),
    [
        (59, False, True, [], False),
        (60, False, True, [ADD], False),
        (60, False, False, [ADD], False),
        (60, True, True, [ADD, REMOVE, ADD], True),
        (60, True, False, [ADD], False),
    ],
)
def test_renewal(waited_s: float, keeps_comment: bool, may_let_go: bool, sent: list[str], let_go: bool) -> None:
    held = Held(FakeFirewall(keeps_comment=keeps_comment))
    held.lock.take()
    held.firewall.sent.clear()
    held.clock.seconds = waited_s
    held.lock.renew(may_let_go)
    assert (held.firewall.sent, held.lock.let_go) == (sent, let_go)
    renewed = bool(sent) and (may_let_go or not keeps_comment)
    # Taken again within one second, its lease ends one second later, so that a run that watches it sees that.
    ends = NOW + timedelta(seconds=180 + (60 if renewed else 0) + let_go)
    assert [lock.comment for lock in held.firewall.locks] == [mark(RUN, ends)]


def test_renewal_that_fails_is_repeated() -> None:
    held = Held(FakeFirewall(errors={"config-locks": [None, *9 * [CallTimeout("late")]]}))
    held.lock.take()
    held.clock.seconds = 60
    held.lock.renew(True)
    assert held.lines == ["the config lock was not renewed: late"]
    held.firewall.errors.clear()
    held.lock.renew(True)
    assert held.firewall.sent == [ADD, ADD]


@pytest.mark.parametrize("holder", ["", "bob"])
def test_lost_lock(holder: str) -> None:
    held = Held(FakeFirewall())
    held.lock.take()
    held.firewall.locks = [FakeLock(holder, "mine now")] if holder else []
    with pytest.raises(Blocked) as blocked:
        held.lock.require()
    assert blocked.value.message == (
        "could not hold the config lock: the firewall no longer lists it; another administrator or run has removed it"
    )
    if holder:
        with pytest.raises(Blocked, match="bob holds the config lock"):
            held.lock.regain()
    else:
        held.lock.regain()
        held.lock.require()
    assert held.lock.let_go is (holder == "")


@pytest.mark.parametrize(
    ("errors", "left", "tries"),
    [
        ([], None, 1),
        ([CallTimeout("late"), CallTimeout("late")], None, 1),
        ([PermissionFailure("no right")], "no right", 0),
        (20 * [CallTimeout("late")], "late", 0),
    ],
)
def test_release(errors: list[ExpectedFailure | None], left: str | None, tries: int) -> None:
    held = Held(FakeFirewall())
    held.lock.take()
    held.firewall.sent.clear()
    held.firewall.errors = {"<remove>": list(errors)}
    held.lock.release()
    assert (held.lock.left, held.firewall.sent) == (left, [REMOVE] * tries)
    assert (held.lock.left_lock is not None) is (left is not None)
    assert (held.lines == [f"the config lock could not be released: {left}"]) is (left is not None)


def test_no_lock_that_was_not_taken_is_released() -> None:
    held = Held(FakeFirewall(locks=[FakeLock("admin", "by hand")]))
    held.lock.release()
    assert (held.firewall.sent, len(held.firewall.locks)) == ([], 1)
