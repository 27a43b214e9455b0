# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cleaning up on SIGTERM and SIGINT, of which Ansible's workers otherwise die at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def _handling(signals: tuple[signal.Signals, ...], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Only the main thread of a process may set handlers; another thread leaves signals alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in before.items():
            # None: set by something that is not Python, which cannot be put back.
            signal.signal(number, signal.SIG_DFL if old is None else old)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """The first SIGTERM or SIGINT raises SystemExit, so that the rollback and the release of the lock run.

    Later ones do nothing: Ansible sends its workers several, and one of them would cut the rollback short.
    """
    came: list[int] = []

    def leave(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1:
            raise SystemExit(128 + number)

    with _handling((signal.SIGTERM, signal.SIGINT), leave):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGTERM and SIGINT are delivered after the block."""
    came: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    with _handling((signal.SIGTERM, signal.SIGINT), remember):
        yield
    if came:
        os.kill(os.getpid(), came[0])
