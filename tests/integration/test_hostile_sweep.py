# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark of a sweep beside hostile firewalls, with small numbers: what it finds, not how fast."""

from __future__ import annotations

from benchmarks.fleet.hostile import KINDS, sweep
from tests.simulator.fleet import closed_port


def test_hostile_firewalls_are_asked_once_and_cost_the_others_nothing() -> None:
    """``sweep`` raises where an honest one is not healthy, or a hostile one is judged by what it sent."""
    found = sweep(10, len(KINDS), port=closed_port())
    assert found.hostile_requests == (1,) * len(KINDS)
    assert len(found.honest_ms) == 10 - len(KINDS)
