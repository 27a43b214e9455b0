# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many questions side by side: bounded in all, and bounded for those that go to the same place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(
    items: Sequence[T], ask: Callable[[T], R], place: Callable[[T], Hashable], parallel: int, at_one_place: int
) -> list[R]:
    """Asks every item in threads, and gives the answers in the order of the items.

    A place has up to ``at_one_place`` lanes, each open to one thread at a time; a thread takes whatever lane is free.
    So none waits for a place that is busy while another could be asked, and no place keeps the others from their turn.

    Args:
        ask: what it raises is raised here, and no further item is asked.
        place: what an item counts for, such as its address.
        parallel: the most that are asked at a time, at least 1.
        at_one_place: the most that are asked at a time at one place, at least 1.
    """
    waiting: dict[Hashable, deque[int]] = {}
    for number, item in enumerate(items):
        waiting.setdefault(place(item), deque()).append(number)
    free = deque(numbers for lane in range(at_one_place) for numbers in waiting.values() if len(numbers) > lane)
    answers: dict[int, R] = {}
    stopped = Event()

    def work() -> None:
        # There are as many lanes as threads, or more. So where none is free, those that still lead to an item are all
        # taken, and this thread is not needed any more.
        while free and not stopped.is_set():
            try:
                lane = free.popleft()
                number = lane.popleft()
            except IndexError:
                continue
            try:
                answers[number] = ask(items[number])
            except BaseException:
                stopped.set()
                raise
            free.append(lane)

    threads = min(parallel, len(free))
    if threads:
        with ThreadPoolExecutor(threads, "panops-ask") as pool:
            working = [pool.submit(work) for _thread in range(threads)]
            try:
                for thread in working:
                    thread.result()
            finally:
                stopped.set()
    return [answers[number] for number in range(len(items))]
