# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exclusion that is made on a simulated firewall and taken back leaves the candidate as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import product
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.config import (
    apply_exclusion,
    find_exclusion,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    DESCRIPTION,
    Wanted,
    plan_exclusion,
    rollback_plan,
)
from tests.simulator.fleet import Firewall

from .committing import options
from .excluding import NAME, SHARED, comparable, entry, firewall_with, holding, predefined_disabled, put


@pytest.fixture(scope="module")
def firewall() -> Iterator[Firewall]:
    with firewall_with() as running:
        yield running


def _starts() -> dict[str, str]:
    other = entry("yes", "theirs", name="*.example.com")
    disabled = predefined_disabled("a")
    own = {
        "ours": entry("yes", DESCRIPTION),
        "ours, off": entry("no", DESCRIPTION),
        "theirs": entry("yes", "Change &lt;4711&gt; &amp; 'more'"),
        "theirs, off": entry("no", "Change 4711"),
        "no description": entry("no"),
        "no exclude": entry(None, "Change 4711"),
        "empty entry": entry(None),
    }
    return {
        "nothing": "",
        "empty": "<ssl-decrypt/>",
        "empty list": holding(),
        "no list": f"<ssl-decrypt>{disabled}</ssl-decrypt>",
        "another entry": holding(other),
        **{called: holding(text) for called, text in own.items()},
        **{f"{called}, among others": holding(text, other, more=disabled) for called, text in own.items()},
    }


STATES: tuple[dict[str, Any], ...] = ({}, {"exclude": False}, {"state": "absent"})
DESCRIPTIONS: tuple[dict[str, Any], ...] = ({}, {"description": "panops.mlav: Change 12"})
WISHES = tuple({**state, **description} for state, description in product(STATES, DESCRIPTIONS))


@pytest.mark.parametrize(("called", "start"), _starts().items())
def test_rollback_restores_the_configuration(firewall: Firewall, called: str, start: str) -> None:
    world = firewall.world
    with closing(open_device(options(firewall))) as device:
        for given in WISHES:
            put(world, SHARED, start)
            before = comparable(world.config.candidate)
            wanted = Wanted(NAME, location="shared", any_owner=True, **given)
            plan = plan_exclusion(find_exclusion(device, wanted), wanted)
            apply_exclusion(device, plan)
            assert (comparable(world.config.candidate) != before) is (plan.action != "none"), given
            assert plan_exclusion(find_exclusion(device, wanted), wanted).action == "none", given
            apply_exclusion(device, rollback_plan(plan))
            assert comparable(world.config.candidate) == before, given
