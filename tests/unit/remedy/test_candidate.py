# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose the changes in the candidate are, and which of them a commit must not take along."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.candidate import (
    PendingChange,
    by_administrator,
    full_commit_required,
    objections,
    read_candidate,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.diff import parse_xpath
from ansible_collections.panops.mlav.plugins.module_utils._remedy.commit.guards import full_commit_block

from .answering import answering

RUNNING = "<a><entry name='1'/><entry name='2'/></a>"
REFUSED = '<response status="error" code="17"><msg><line>is unexpected</line></msg></response>'


def journal(*entries: tuple[str, str]) -> str:
    lines = "".join(f"<entry><owner>{owner}</owner><xpath>{place}</xpath></entry>" for owner, place in entries)
    return f"<result><journal>{lines}</journal></result>"


def read(candidate: str, changes: str = REFUSED, pending: str = "yes") -> dict[str | None, list[str]]:
    state = read_candidate(
        answering(
            {
                "pending-changes": f"<result>{pending}</result>",
                "get": f"<result><config>{candidate}</config></result>",
                "<list>": changes,
                "show": f"<result><config>{RUNNING}</config></result>",
            }
        )
    ).state
    assert state.certain == (pending in ("yes", "no"))
    return by_administrator(state.pending)


ONE, TWO, THREE = (f"/config/a/entry[@name='{number}']" for number in "123")


@pytest.mark.parametrize(
    ("candidate", "changes", "owners"),
    [
        pytest.param(
            "<a><entry name='1'/><entry name='2'/><entry name='3' admin='bob'/></a>",
            REFUSED,
            {"bob": [THREE]},
            id="own",
        ),
        pytest.param(
            "<a admin='bob'><entry name='1'/><entry name='2'/><entry name='3'/></a>",
            REFUSED,
            {"bob": [THREE]},
            id="mark around it",
        ),
        pytest.param(
            "<a><entry name='1'/><entry name='2'/><entry name='3' admin='bob'><x admin='eve'/></entry></a>",
            REFUSED,
            {"bob": [THREE], "eve": [THREE]},
            id="two administrators in one",
        ),
        pytest.param("<a><entry name='1'/><entry name='2'/><entry name='3'/></a>", REFUSED, {None: [THREE]}, id="none"),
        pytest.param(
            "<a><entry name='1'/><entry name='2'/><entry name='3'/></a>",
            journal(("eve", THREE)),
            {"eve": [THREE]},
            id="list alone",
        ),
        pytest.param(
            "<a><entry name='1'/><entry name='2'/><entry name='3' admin='bob'/></a>",
            journal(("eve", f"{THREE}/x")),
            {"bob": [THREE], "eve": [THREE]},
            id="list and marks",
        ),
        pytest.param(
            "<a><entry name='1'/><entry name='2'/><entry name='3' admin='bob'/></a>",
            journal(("eve", ONE)),
            {"bob": [THREE]},
            id="list of another place",
        ),
        pytest.param(
            "<a admin='bob'><entry name='1'/></a>", REFUSED, {"bob": [TWO]}, id="removed, the mark of its parent"
        ),
        pytest.param(
            "<a admin='bob'><entry name='1'/></a>", journal(("eve", TWO)), {"eve": [TWO]}, id="removed, by the list"
        ),
        pytest.param("<a><entry name='1'/></a>", journal(("eve", "//x")), {None: [TWO]}, id="list not understood"),
        pytest.param("<a><entry name='1'/></a>", "<result>eve delete it</result>", {None: [TWO]}, id="list as text"),
        pytest.param(RUNNING, REFUSED, {None: ["/config"]}, id="pending and not to be seen"),
    ],
)
def test_owners_of_pending_changes(candidate: str, changes: str, owners: dict[str | None, list[str]]) -> None:
    assert read(candidate, changes) == owners


def test_no_comparison_without_pending_changes() -> None:
    assert read("<a/>", pending="no") == {}


def test_comparison_decides_where_the_firewall_does_not_say() -> None:
    assert read("<a><entry name='1'/></a>", pending="perhaps") == {None: [TWO]}


def test_answer_that_is_not_a_configuration() -> None:
    api = answering({"pending-changes": "<result>no</result>", "get": "<result><shared/></result>"})
    with pytest.raises(MalformedAnswer, match="answer is not its candidate configuration"):
        read_candidate(api)


@pytest.mark.parametrize(("answer", "refused"), [("no", False), ("yes", True), ("perhaps", True)])
def test_partial_commit_only_where_the_firewall_allows_it(answer: str, refused: bool) -> None:
    required = full_commit_required(answering({"full-commit-required": f"<result>{answer}</result>"}))
    blocked = full_commit_block(required)
    assert (blocked is not None) is refused
    assert blocked is None or (blocked.guard, blocked.option) == ("full_commit_required", "")


@pytest.mark.parametrize(
    ("admin", "place", "own", "own_allowed", "objected"),
    [
        ("us", ONE, "us", True, False),
        ("us", ONE, "us", False, True),
        ("us", ONE, None, True, True),
        ("bob", ONE, "us", True, True),
        (None, ONE, "us", True, True),
        (None, ONE, None, True, True),
        # At a place where an earlier run of ours may have written.
        ("us", THREE, "us", False, False),
        ("us", f"{THREE}/x", "us", False, False),
        (None, THREE, "us", False, False),
        ("bob", THREE, "us", False, True),
        ("us", "/config/a", "us", False, True),
        ("us", f"{THREE}/entry[@name='cut sho…", "us", False, True),
    ],
)
def test_changes_that_block_a_commit(
    admin: str | None, place: str, own: str | None, own_allowed: bool, objected: bool
) -> None:
    change = PendingChange(admin, place)
    assert objections([change], own, own_allowed, [parse_xpath(THREE)]) == ((change,) if objected else ())
