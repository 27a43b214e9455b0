# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is asked when: a fake question, and no clock."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._tasks.scheduling import side_by_side

Item = tuple[str, int]
# Far more than a step takes; a test that would wait for ever fails after it.
PATIENCE_S = 10


def items(**numbers: int) -> list[Item]:
    """So many items at each place, mixed."""
    found = [(place, number) for place, count in numbers.items() for number in range(count)]
    return sorted(found, key=lambda item: item[1])


class Counting:
    """A question that counts who is asked at the same time, in all and at each place.

    The first ``together`` wait for each other, so that they only end where so many really are asked side by side.
    """

    def __init__(self, together: int) -> None:
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(together)
        self._waiting = together
        self._running: dict[str, int] = {}
        self.most = 0
        self.most_at_one_place = 0
        self.asked: list[Item] = []

    def __call__(self, item: Item) -> Item:
        place = item[0]
        with self._lock:
            self.asked.append(item)
            self._running[place] = self._running.get(place, 0) + 1
            self.most = max(self.most, sum(self._running.values()))
            self.most_at_one_place = max(self.most_at_one_place, self._running[place])
            waits = self._waiting > 0
            self._waiting -= 1
        if waits:
            self._barrier.wait(PATIENCE_S)
        with self._lock:
            self._running[place] -= 1
        return item


@pytest.mark.parametrize(
    ("numbers", "parallel", "most", "most_at_one_place"),
    [
        ({}, 3, 0, 0),
        ({"a": 1}, 20, 1, 1),
        ({"a": 100}, 20, 5, 5),
        ({"a": 3, "b": 100}, 20, 8, 5),
        ({"a": 100, "b": 100, "c": 100, "d": 100}, 20, 20, 5),
        ({"a": 100, "b": 100}, 7, 7, 5),
        ({"a": 100, "b": 100}, 1, 1, 1),
        ({f"fw-{number}": 1 for number in range(200)}, 50, 50, 1),
    ],
)
def test_as_many_as_allowed_and_never_more(
    numbers: dict[str, int], parallel: int, most: int, most_at_one_place: int
) -> None:
    ask = Counting(max(most, 1))
    asked = items(**numbers)
    assert side_by_side(asked, ask, lambda item: item[0], parallel, 5) == asked
    assert sorted(ask.asked) == sorted(asked)
    assert ask.most == most
    assert ask.most_at_one_place <= most_at_one_place


def test_a_place_that_does_not_answer_keeps_nobody_waiting() -> None:
    """All that the blocked place may take are taken by it; one thread is left, and does the work of all others."""
    others = 50
    answered = threading.Event()

    def ask(item: Item) -> bool:
        if item[0] == "blocked":
            return answered.wait(PATIENCE_S)
        if item[1] == others - 1:
            answered.set()
        return True

    asked = [("blocked", number) for number in range(20)] + [("free", number) for number in range(others)]
    assert all(side_by_side(asked, ask, lambda item: item[0], 6, 5))


def test_the_places_take_turns() -> None:
    ask = Counting(1)
    side_by_side([*items(a=3), *items(b=2), *items(c=1)], ask, lambda item: item[0], 1, 1)
    assert [place for place, _number in ask.asked] == ["a", "b", "c", "a", "b", "a"]


def test_an_exception_ends_the_whole() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        if number == 2:
            raise ValueError("a defect")
        return number

    def place(number: int) -> Any:
        return number

    with pytest.raises(ValueError, match="a defect"):
        side_by_side(range(100), ask, place, 1, 5)
    assert asked == [0, 1, 2]
