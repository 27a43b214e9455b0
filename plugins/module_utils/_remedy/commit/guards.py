# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a guard blocks a change, and in which words: one function per guard, without side effects."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    CandidateState,
    PendingChange,
    by_administrator,
    objections,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import Path, parse_xpath, xpath
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock

# How many places a message names.
_NAMED = 10


@dataclass(frozen=True)
class CommitScope:
    """What a commit may include beside the changes that its run makes.

    Attributes:
        partial: it is a commit of one administrator's changes, so that those of others do not matter.
        own_changes: the pending changes of our own administrator are what is to be committed.
        known_xpaths: where a previous run may have written already: our own pending changes there are included.
    """

    partial: bool = False
    own_changes: bool = False
    known_xpaths: tuple[str, ...] = ()


def window_block(allowances: Allowances, now: datetime, needed_s: float) -> tuple[Blocked, datetime | None] | None:
    """Blocked, and when the next window opens; None where one is open for ``needed_s`` more seconds."""
    if allowances.windows is None or allowances.ignore_window:
        return None
    needed = timedelta(seconds=needed_s)
    if allowances.windows.opening_at(now, needed) is not None:
        return None
    following = allowances.windows.next_opening(now, needed)
    opens = f"the next one opens at {following.opens:%Y-%m-%dT%H:%M:%SZ}" if following else "there is no later one"
    blocked = Blocked(
        "maintenance_window",
        f"no maintenance window is open for the {needed_s:.0f} seconds that this step needs: it is "
        f"{now:%Y-%m-%dT%H:%M:%SZ}, and {opens}",
        "ignore_window",
        "Run this in the window, wait for it with the option window_wait, or override the guard with ignore_window.",
    )
    return blocked, following.opens if following else None


def busy_block(busy: object, waited_s: float) -> Blocked:
    """Another job still runs."""
    return Blocked(
        "busy",
        f"the firewall cannot start a commit: another commit, install or synchronization did not end within "
        f"{waited_s:.0f} seconds ({busy})",
        "busy_wait",
        "Wait for it to end, or wait longer with the option busy_wait.",
    )


def lock_block(locks: Iterable[Lock]) -> Blocked | None:
    """Another administrator, or another run, holds a lock: the first one that is given."""
    for lock in locks:
        return Blocked(
            "config_lock" if lock.kind == "config" else "commit_lock",
            str(lock),
            "take_over_locks",
            "Ask its holder to release it. If the lock was left behind, name its holder in the option take_over_locks.",
        )
    return None


def locked_block(reason: str) -> Blocked:
    """The firewall itself rejects a commit because of a lock that was taken after the locks were listed."""
    return Blocked(
        "config_lock",
        f"another administrator took a lock just before the commit: {reason}",
        "take_over_locks",
        "Ask its holder to release it, then run this again.",
    )


def no_lock_block(why: str) -> Blocked:
    """The configuration lock could not be acquired, or is no longer held."""
    return Blocked(
        "config_lock",
        f"could not hold the config lock: {why}",
        "lock",
        "Allow the account to take locks. Set lock to false only where nobody else can change this firewall.",
    )


def candidate_block(
    state: CandidateState, allowances: Allowances, own: str | None, scope: CommitScope
) -> Blocked | None:
    """The candidate is not the one that was planned for, or holds changes that the commit must not include.

    ``own``: our administrator's name; None where it is not known.
    """
    expected = allowances.expected_candidate
    if expected is not None and expected != state.fingerprint:
        return Blocked(
            "candidate_changed",
            f"the candidate configuration has changed since it was read: expected {excerpt(expected, 80)}, "
            f"got {state.fingerprint}",
            "expected_candidate",
            "Review what has changed, and plan again.",
        )
    if scope.partial or allowances.allow_other_changes:
        return None
    remedy = "Have them committed or reverted first, or set allow_other_changes to commit them as well."
    if not state.certain:
        reason = "the firewall does not say whether changes are pending"
        return Blocked("pending_changes", reason, "allow_other_changes", remedy)
    known = [parse_xpath(text) for text in scope.known_xpaths]
    found = objections(state.pending, own, scope.own_changes, known)
    if not found:
        return None
    reason = f"changes that this run did not make are pending: {summary(found)}"
    return Blocked("pending_changes", reason, "allow_other_changes", remedy)


def full_commit_block(required: bool | None) -> Blocked | None:
    """Only the whole candidate can be committed."""
    if required is False:
        return None
    verb = "requires" if required else "does not say whether it requires"
    return Blocked(
        "full_commit_required",
        f"the firewall {verb} a full commit (check full-commit-required)",
        "",
        "Commit the whole candidate.",
    )


def foreign_changes_block(paths: Collection[Path]) -> Blocked | None:
    """The candidate has come to differ by more than our own change."""
    if not paths:
        return None
    named = ", ".join(sorted(excerpt(xpath(path), 200) for path in paths)[:_NAMED])
    return Blocked(
        "candidate_changed",
        f"another administrator is changing the candidate configuration: {len(paths)} differences that this run did "
        f"not make: {named}",
        "",
        "Run this again when nobody else changes the firewall.",
    )


def summary(pending: Collection[PendingChange]) -> str:
    """Pending changes per administrator: how many, and the first places."""
    parts = []
    for admin, places in by_administrator(pending).items():
        named = ", ".join(places[:_NAMED]) + (", …" if len(places) > _NAMED else "")
        parts.append(f"{'unknown administrator' if admin is None else admin}: {len(places)} ({named})")
    return "; ".join(parts)
