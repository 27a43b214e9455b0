# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The candidate configuration: its fingerprint, its pending changes, and whose they are.

Source: documentation "Configuration Actions" (get reads the candidate, show the running configuration; the attributes
admin, dirtyId and time), "check pending-changes". The answer to ``show config list changes`` is not documented: it is
used only where it has owners and paths.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    ExpectedFailure,
    InvalidOption,
    MalformedAnswer,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import (
    OWNER_MARK,
    Difference,
    Path,
    differences,
    fingerprint,
    lies_at,
    parse_xpath,
    xpath,
)

_PENDING = "<check><pending-changes></pending-changes></check>"
_FULL_COMMIT = "<check><full-commit-required></full-commit-required></check>"
_JOURNAL = "<show><config><list><changes></changes></list></config></show>"

# Something is pending, but the comparison does not show what.
_SOMEWHERE = "/config"

_Journal = tuple[tuple[str, Path], ...]


@dataclass(frozen=True)
class PendingChange:
    """A difference between candidate and running configuration; ``admin`` is None where it is unknown."""

    admin: str | None
    xpath: str


@dataclass(frozen=True)
class CandidateState:
    """The candidate configuration before our own write.

    ``fingerprint``: ``sha256:…`` over the canonical candidate (without the attributes that say who changed what).
    ``pending``: empty where nothing is pending.
    ``certain``: False where the firewall did not say whether changes are pending; ``pending`` is then what the
    comparison shows.
    """

    fingerprint: str
    pending: tuple[PendingChange, ...]
    certain: bool = True


@dataclass(frozen=True)
class Candidate:
    """The state, and the tree that it was computed from."""

    state: CandidateState
    tree: Element


def configuration(api: XmlApi, which: Literal["candidate", "running"]) -> Element:
    """The whole ``<config>``.

    Raises:
        MalformedAnswer: the answer is another node, or too large.
        DeviceError: the subclass that fits.
    """
    action = "get" if which == "candidate" else "show"
    answer = api.call(
        {"type": "config", "action": action, "xpath": "/config"}, asked=f"the whole {which} configuration"
    )
    found = list(answer.result) if answer.result is not None else []
    if len(found) != 1 or found[0].tag != "config":
        raise MalformedAnswer(f"the firewall's answer is not its {which} configuration")
    return found[0]


def pending_changes(api: XmlApi) -> bool | None:
    """Whether changes are pending; None where the firewall does not say."""
    return yes_no(api.op(_PENDING, asked="check pending-changes").text)


def full_commit_required(api: XmlApi) -> bool | None:
    """Whether a partial commit is not possible; None where the firewall does not say."""
    return yes_no(api.op(_FULL_COMMIT, asked="check full-commit-required").text)


def read_candidate(api: XmlApi) -> Candidate:
    """The candidate as it is now, with its pending changes.

    Raises:
        DeviceError: the subclass that fits.
    """
    pending = pending_changes(api)
    tree = configuration(api, "candidate")
    found: tuple[PendingChange, ...] = ()
    if pending is not False:
        found = _owned(differences(configuration(api, "running"), tree), _journal(api))
        if pending and not found:
            found = (PendingChange(None, _SOMEWHERE),)
    return Candidate(CandidateState(fingerprint(tree), found, pending is not None), tree)


def _journal(api: XmlApi) -> _Journal:
    """Owner and place of each change by the firewall's own list; empty where that is not recognized."""
    try:
        answer = api.op(_JOURNAL, asked="show config list changes")
    except ExpectedFailure:
        return ()
    found: list[tuple[str, Path]] = []
    for entry in answer.result.iter("entry") if answer.result is not None else ():
        owner, place = text_of(entry, "owner"), text_of(entry, "xpath")
        if owner is None or place is None:
            return ()
        try:
            found.append((owner, parse_xpath(place)))
        except InvalidOption:
            return ()
    return tuple(found)


def _owned(found: Collection[Difference], journal: _Journal) -> tuple[PendingChange, ...]:
    """Each difference with its owner; one entry per owner where there are several."""
    changes: dict[PendingChange, None] = {}
    for item in found:
        owners = dict(_marked(item))
        for owner, place in journal:
            if lies_at(item.path, place) or lies_at(place, item.path):
                owners.setdefault(owner, item.path)
        if item.kind == "removed" and (listed := [owner for owner, place in journal if lies_at(item.path, place)]):
            # The parent's attribute may name the owner of another change.
            owners = dict.fromkeys(listed, item.path)
        for owner, path in owners.items():
            changes[PendingChange(excerpt(owner, 255), excerpt(xpath(path), 300))] = None
        if not owners:
            changes[PendingChange(None, excerpt(xpath(item.path), 300))] = None
    return tuple(changes)


def _marked(item: Difference) -> Iterator[tuple[str, Path]]:
    """The owners that the attributes name, each at its first place."""
    if item.marked_by is not None:
        yield item.marked_by, item.path
    if item.kind == "added":
        seen = {item.marked_by, None}
        for node in item.node.iter():
            owner = node.get(OWNER_MARK) or None
            if owner not in seen and owner is not None:
                seen.add(owner)
                yield owner, item.path


def objections(
    pending: Collection[PendingChange], own: str | None, own_allowed: bool, known: Collection[Path]
) -> tuple[PendingChange, ...]:
    """The pending changes that a commit of the whole candidate must not include.

    Args:
        pending: what is pending.
        own: our administrator's name; None where it is unknown, so that every change counts as another's.
        own_allowed: our own administrator's changes are what is to be committed.
        known: where a previous run of ours may have written: a change there is allowed unless it is another's.
    """

    def allowed(change: PendingChange) -> bool:
        if own_allowed and own is not None and change.admin == own:
            return True
        if change.admin not in (own, None):
            return False
        try:
            path = parse_xpath(change.xpath)
        except InvalidOption:  # an xpath that was cut short
            return False
        return any(lies_at(path, place) for place in known)

    return tuple(change for change in pending if not allowed(change))


def by_administrator(pending: Collection[PendingChange]) -> dict[str | None, list[str]]:
    """The places of each administrator's changes; the unknown administrator (None) comes last."""
    grouped: dict[str | None, list[str]] = {}
    for change in pending:
        grouped.setdefault(change.admin, []).append(change.xpath)
    return dict(sorted(grouped.items(), key=lambda item: (item[0] is None, item[0] or "")))
