# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would block a change now: facts in, guard and message out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    DeviceError,
    ExpectedFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.dry_run import dry_run
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import CommitScope
from ansible_collections.panops.mlav.plugins.module_utils._remedy.window.windows import MaintenanceWindows

from .fakes import EMPTY, NOW, PLACE, Clock, FakeDevice, FakeFirewall, FakeJob, FakeLock, mark, with_exclusion

# NOW is 02:00 UTC.
LATER = MaintenanceWindows.from_option("maintenance_window", [{"from": "2026-11-25T03:00Z", "to": "2026-11-25T05:00Z"}])
OPEN = MaintenanceWindows.from_option("maintenance_window", [{"from": "2026-11-25T01:00Z", "to": "2026-11-25T05:00Z"}])
PAST = MaintenanceWindows.from_option("maintenance_window", [{"from": "2026-11-24T01:00Z", "to": "2026-11-24T05:00Z"}])
COMMIT = FakeJob(3, user="bob")
UNCOMMITTED = {"candidate": with_exclusion(description="theirs")}
OURS = CommitScope(known_xpaths=(PLACE,))
MARKED = fromstring(
    "<config><shared><address><entry name='a' admin='bob'><fqdn>a</fqdn></entry></address></shared></config>"
)
OWN = fromstring(
    "<config><shared><address><entry name='a' admin='admin'><fqdn>a</fqdn></entry></address></shared></config>"
)
NOT_OURS = "changes that this run did not make are pending: "
ADDRESS = "/config/shared/address"


@pytest.mark.parametrize(
    ("world", "allowed", "scope", "guard", "message"),
    [
        ({}, {}, CommitScope(), None, ""),
        ({}, {"windows": OPEN}, CommitScope(), None, ""),
        (
            {},
            {"windows": LATER},
            CommitScope(),
            "maintenance_window",
            "no maintenance window is open for the 600 seconds that this step needs: it is 2026-11-25T02:00:00Z, and "
            "the next one opens at 2026-11-25T03:00:00Z",
        ),
        ({}, {"windows": LATER, "window_wait_s": 3600.0}, CommitScope(), None, ""),
        ({}, {"windows": LATER, "window_wait_s": 3599.0}, CommitScope(), "maintenance_window", "no maintenance window"),
        ({}, {"windows": LATER, "ignore_window": True}, CommitScope(), None, ""),
        ({}, {"windows": PAST}, CommitScope(), "maintenance_window", "and there is no later one"),
        (
            {},
            {"windows": OPEN, "commit_min_remaining_s": 10801.0},
            CommitScope(),
            "maintenance_window",
            "for the 10801 seconds",
        ),
        (
            {"jobs": [COMMIT]},
            {"busy_wait_s": 0.0},
            CommitScope(),
            "busy",
            "the firewall cannot start a commit: another commit, install or synchronization did not end within 0 "
            "seconds (Commit job 3 of bob runs)",
        ),
        ({"jobs": [COMMIT]}, {"busy_wait_s": 1.0}, CommitScope(), None, ""),
        ({"jobs": [FakeJob(3, "Downld")]}, {"busy_wait_s": 0.0}, CommitScope(), None, ""),
        (
            {"locks": [FakeLock("bob", "why")]},
            {},
            CommitScope(),
            "config_lock",
            "bob holds the config lock of shared (why)",
        ),
        (
            {"locks": [FakeLock("bob", "", "commit")]},
            {},
            CommitScope(),
            "commit_lock",
            "bob holds the commit lock of shared",
        ),
        ({"locks": [FakeLock("bob", "why")]}, {"take_over_locks": ("bob",)}, CommitScope(), None, ""),
        ({"locks": [FakeLock("admin", mark())]}, {"busy_wait_s": 180.0}, CommitScope(), None, ""),
        ({"locks": [FakeLock("admin", mark())]}, {"busy_wait_s": 179.0}, CommitScope(), "config_lock", "admin holds"),
        (
            {"locks": [FakeLock("admin", mark(until=NOW - timedelta(minutes=5)))]},
            {"busy_wait_s": 0.0},
            CommitScope(),
            None,
            "",
        ),
        (
            {"errors": {"config-locks": [CommandRefused("not available")]}},
            {},
            CommitScope(),
            "config_lock",
            "could not hold the config lock: not available",
        ),
        ({"errors": {"config-locks": [CommandRefused("not available")]}}, {"lock": False}, CommitScope(), None, ""),
        (
            {"candidate": MARKED},
            {},
            CommitScope(own_changes=True),
            "pending_changes",
            f"{NOT_OURS}bob: 1 ({ADDRESS}/entry[@name='a'])",
        ),
        ({"candidate": MARKED}, {"allow_other_changes": True}, CommitScope(), None, ""),
        ({"candidate": MARKED}, {}, CommitScope(partial=True), None, ""),
        ({"candidate": OWN}, {}, CommitScope(), "pending_changes", f"{NOT_OURS}admin: 1 ({ADDRESS}/entry[@name='a'])"),
        ({"candidate": OWN}, {}, CommitScope(own_changes=True), None, ""),
        (UNCOMMITTED, {}, CommitScope(), "pending_changes", f"{NOT_OURS}unknown administrator: 1 ({PLACE})"),
        (UNCOMMITTED, {}, OURS, None, ""),
        (
            {"says_pending": "perhaps"},
            {},
            CommitScope(),
            "pending_changes",
            "the firewall does not say whether changes are pending",
        ),
        (
            {"full_commit": "yes"},
            {},
            CommitScope(partial=True),
            "full_commit_required",
            "the firewall requires a full commit (check full-commit-required)",
        ),
        (
            {"full_commit": "perhaps"},
            {},
            CommitScope(partial=True),
            "full_commit_required",
            "the firewall does not say whether it requires a full commit (check full-commit-required)",
        ),
        ({"full_commit": "yes"}, {}, CommitScope(), None, ""),
        (
            {},
            {"expected_candidate": "sha256:0"},
            CommitScope(partial=True),
            "candidate_changed",
            "the candidate configuration has changed since it was read: expected sha256:0, got sha256:",
        ),
    ],
)
def test_guards(
    world: dict[str, Any], allowed: dict[str, Any], scope: CommitScope, guard: str | None, message: str
) -> None:
    device = FakeDevice(FakeFirewall(**world))
    clock = Clock()
    _state, blocked = dry_run(device.live, Allowances(**{"pace": clock.pace(), **allowed}), scope)
    assert (blocked.guard if blocked is not None else None) == guard
    assert blocked is None or message in blocked.message
    # It only reads, and waits for nothing.
    assert (device.firewall.sent, clock.seconds, device.bound) == ([], 0, 0)


@pytest.mark.parametrize(
    ("candidate", "lock", "blocked"),
    [(OWN, True, False), (OWN, False, True), (fromstring(EMPTY), True, False)],
)
def test_api_key_does_not_show_our_name(candidate: Any, lock: bool, blocked: bool) -> None:
    device = FakeDevice(FakeFirewall(candidate=candidate), api_key="secret")
    _state, found = dry_run(device.live, Allowances(lock=lock), CommitScope(own_changes=True))
    assert (found is not None) is blocked


def test_firewall_that_does_not_answer() -> None:
    device = FakeDevice(FakeFirewall(errors={"/config": [DeviceError("no answer")]}))
    with pytest.raises(ExpectedFailure, match="no answer"):
        dry_run(device.live, Allowances())
