# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which firewalls are asked, and how passwords are tried."""

from __future__ import annotations

import threading
from collections.abc import Collection

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._doctor.logins import Logins
from ansible_collections.panops.mlav.plugins.module_utils._doctor.sampling import sample_size, sampled

HOSTS = ["a1", "a2", "a3", "b1", "b2", "b3", "c1", "x"]
GROUPS: dict[str, Collection[str]] = {
    "all": HOSTS,
    "ungrouped": ["x"],
    "europe": ["a1", "a2", "a3", "b1", "b2", "b3"],
    "a": ["a1", "a2", "a3"],
    "b": ["b3", "b1", "b2"],
    "c": ["c1", "not-in-the-play"],
    "empty": [],
}


@pytest.mark.parametrize(
    ("size", "chosen"),
    [
        (1, ["a1", "b1", "c1", "x"]),
        (2, ["a1", "a2", "b1", "b2", "c1", "x"]),
        (3, HOSTS),
        (99, HOSTS),
        (None, HOSTS),
    ],
)
def test_of_each_group_so_many(size: int | None, chosen: list[str]) -> None:
    assert sampled(HOSTS, GROUPS, size) == chosen
    assert sampled(HOSTS, dict(reversed(GROUPS.items())), size) == chosen


def test_hosts_without_a_group_are_one() -> None:
    assert sampled(["x", "y", "z"], {"all": ["x", "y", "z"]}, 2) == ["x", "y"]
    assert sampled(["x", "y", "z"], {}, 1) == ["x"]


@pytest.mark.parametrize(("value", "size"), [("2", 2), (" 17 ", 17), ("0", None), ("all", None), ("ALL", None)])
def test_the_size(value: str, size: int | None) -> None:
    assert sample_size("mlav_doctor_sample", value) == size


@pytest.mark.parametrize("value", ["", "-1", "some", "2.5", "99999999"])
def test_no_size(value: str) -> None:
    with pytest.raises(InvalidOption, match="mlav_doctor_sample: expected a number of firewalls, or all, got"):
        sample_size("mlav_doctor_sample", value)


def attempt(logins: Logins, host: str, accepted: bool | None) -> str | None:
    """Tries a login, where that may be; who has refused it before."""
    with logins.attempt("reader", "secret", host) as attempted:
        if attempted.refused_by is None:
            attempted.accepted = accepted
        return attempted.refused_by


#: what became of it at each firewall -> who is said to have refused it, at each
@pytest.mark.parametrize(
    ("outcomes", "refused_by"),
    [
        ([False, True, True], [None, "fw-0", "fw-0"]),
        ([True, False, True], [None, None, None]),
        ([None, False, True], [None, None, "fw-1"]),
        ([None, True, False, True], [None, None, None, None]),
    ],
)
def test_a_refused_login_is_not_tried_again_unless_it_was_accepted(
    outcomes: list[bool | None], refused_by: list[str | None]
) -> None:
    logins = Logins()
    assert [attempt(logins, f"fw-{number}", outcome) for number, outcome in enumerate(outcomes)] == refused_by


def test_the_first_attempt_is_made_alone() -> None:
    logins, found = Logins(), list[str | None]()
    with logins.attempt("reader", "secret", "fw-0") as first:
        others = [
            threading.Thread(target=lambda: found.append(attempt(logins, "fw-1", True)), daemon=True) for _n in range(3)
        ]
        for other in others:
            other.start()
        assert attempt_of_another(logins) is None
        assert found == []
        first.accepted = False
    for other in others:
        other.join(60)
    assert found == ["fw-0"] * 3


def attempt_of_another(logins: Logins) -> str | None:
    """Another login waits for nobody."""
    with logins.attempt("writer", "secret", "fw-0") as attempted:
        return attempted.refused_by
