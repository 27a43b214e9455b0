# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which management addresses answer: TCP connects side by side, each within a time limit."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

SIDE_BY_SIDE = 64


def answering(addresses: Iterable[str], port: int, seconds: float) -> frozenset[str]:
    """Those of the IP addresses that take a TCP connection on ``port``; nothing is sent."""
    wanted = sorted(set(addresses))
    if not wanted:
        return frozenset()
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(wanted))) as pool:
        answers = pool.map(lambda address: _answers(address, port, seconds), wanted)
        return frozenset(address for address, answered in zip(wanted, answers, strict=True) if answered)


def _answers(address: str, port: int, seconds: float) -> bool:
    try:
        with socket.create_connection((address, port), seconds):
            return True
    except OSError:
        return False
