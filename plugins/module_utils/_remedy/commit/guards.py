# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a change is refused, and in which words: one function for each guard, each without a side effect.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import Path, xpath
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.locks import Lock

# How many places a message names.
_NAMED = 10


def window_block(allowances: Allowances, now: datetime, needed_s: float) -> tuple[Blocked, datetime | None] | None:
    """Why it is not the time, and when it is; None where it is."""
    if allowances.windows is None or allowances.ignore_window:
        return None
    needed = timedelta(seconds=needed_s)
    if allowances.windows.opening_at(now, needed) is not None:
        return None
    following = allowances.windows.next_opening(now, needed)
    opens = f"the next one opens at {following.opens:%Y-%m-%dT%H:%M:%SZ}" if following else "there will be none"
    blocked = Blocked(
        "maintenance_window",
        f"no maintenance window is open for the {needed_s:.0f} seconds that this step needs. Expected: an open window. "
        f"Actual: it is {now:%Y-%m-%dT%H:%M:%SZ}, and {opens}",
        "ignore_window",
        "Run this in the window, let it wait with the option window_wait, or allow it at any time with ignore_window.",
    )
    return blocked, following.opens if following else None


def busy_block(busy: object, waited_s: float) -> Blocked:
    """Another job still runs."""
    return Blocked(
        "busy",
        f"the firewall does not take a commit now. Expected: no other commit, install or synchronisation within "
        f"{waited_s:.0f} seconds. Actual: {busy}",
        "busy_wait",
        "Wait for it to end, or wait longer with the option busy_wait.",
    )


def lock_block(locks: Iterable[Lock]) -> Blocked | None:
    """Somebody holds a lock."""
    for lock in locks:
        return Blocked(
            "config_lock" if lock.kind == "config" else "commit_lock",
            f"{lock}. Expected: no lock of somebody else",
            "take_over_locks",
            "Ask who holds it. Where the lock is forgotten, name its holder in the option take_over_locks.",
        )
    return None


def locked_block(said: str) -> Blocked:
    """The firewall itself refuses a commit for a lock that was taken since the list of locks was read."""
    return Blocked(
        "config_lock",
        f"somebody has taken a lock at the last moment. Expected: no lock of somebody else. Actual: {said}",
        "take_over_locks",
        "Ask who holds it, and run this again.",
    )


def no_lock_block(why: str) -> Blocked:
    """The configuration lock was not given."""
    return Blocked(
        "config_lock",
        f"the configuration lock is not ours. Expected: that the firewall gives and lists it. Actual: {why}",
        "lock",
        "Give the account the right to take locks; without a lock only where nobody else can change this firewall.",
    )


def candidate_block(
    state: CandidateState,
    allowances: Allowances,
    own: str | None,
    own_allowed: bool,
    known: Collection[Path],
    partial: bool,
) -> Blocked | None:
    """The candidate is not the one that was planned for, or holds what the commit must not take along."""
    expected = allowances.expected_candidate
    if expected is not None and expected != state.fingerprint:
        return Blocked(
            "candidate_changed",
            f"the candidate configuration has changed since it was looked at. Expected: {excerpt(expected, 80)}. "
            f"Actual: {state.fingerprint}",
            "expected_candidate",
            "Look at what has changed, and plan again.",
        )
    if partial or allowances.allow_other_changes:
        return None
    remedy = "Let them be committed or reverted first. With allow_other_changes they are committed as well."
    if not state.certain:
        reason = "the firewall does not say whether changes wait to be committed. Expected: yes or no"
        return Blocked("pending_changes", reason, "allow_other_changes", remedy)
    found = objections(state.pending, own, own_allowed, known)
    if not found:
        return None
    reason = f"changes that are not this run's own wait to be committed. Expected: none. Actual: {summary(found)}"
    return Blocked("pending_changes", reason, "allow_other_changes", remedy)


def full_commit_block(required: bool | None) -> Blocked | None:
    """Only the whole candidate can be committed."""
    if required is False:
        return None
    said = "it does" if required else "it does not say"
    return Blocked(
        "full_commit_required",
        f"the firewall may need a full commit. Expected: that it does not (check full-commit-required). Actual: {said}",
        "",
        "Commit the whole candidate.",
    )


def foreign_changes_block(paths: Collection[Path]) -> Blocked | None:
    """The candidate came to differ by more than our own change."""
    if not paths:
        return None
    named = ", ".join(sorted(excerpt(xpath(path), 200) for path in paths)[:_NAMED])
    return Blocked(
        "candidate_changed",
        f"somebody else changes the candidate configuration at the same time. Expected: this run's change alone. "
        f"Actual: {len(paths)} other differences: {named}",
        "",
        "Run this again when nobody else changes the firewall.",
    )


def summary(pending: Collection[PendingChange]) -> str:
    """Who, how many, and the first places."""
    parts = []
    for admin, places in by_administrator(pending).items():
        named = ", ".join(places[:_NAMED]) + (", …" if len(places) > _NAMED else "")
        parts.append(f"{'not known whose' if admin is None else admin}: {len(places)} ({named})")
    return "; ".join(parts)
