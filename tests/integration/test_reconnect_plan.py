# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the two halves a firewall needs, from what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.previous_runs import Restart
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import (
    ReconnectOptions,
    ReconnectPlan,
    ReconnectStep,
    plan_reconnect,
)
from tests.simulator.world import World

from .test_restart import PACE, opened, quick

BEGUN = Restart(datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc), made=False)
NOTHING: tuple[ReconnectStep, ...] = ()
FORCE: tuple[ReconnectStep, ...] = ("commit_force",)
BOTH: tuple[ReconnectStep, ...] = ("restart_device_server", "commit_force")


def plan(
    scenario: str, changes: dict[str, Any], options: dict[str, Any], meanwhile: Callable[[World], Any] | None
) -> ReconnectPlan:
    with quick(scenario, changes) as firewall:
        if meanwhile is not None:
            meanwhile(firewall.world)
        with opened(firewall) as device:
            found = plan_reconnect(device, ReconnectOptions(Allowances(pace=PACE), **options))
        assert not any("debug" in asked or "commit" in asked.split()[:1] for asked in firewall.statistics()["asked"])
        return found


def restarted_just_now(world: World) -> None:
    world.restart_device_server("admin")
    world.busy_until = time.time() + 3600


def committed(world: World) -> None:
    """A commit that finishes at once."""
    assert world.commit("bob") is not None


def hang(ago: str) -> dict[str, Any]:
    return {"firewall": {"device_server": {"state": "busy", "restarted_ago": ago}}}


@pytest.mark.parametrize(
    ("scenario", "changes", "options", "meanwhile", "steps"),
    [
        pytest.param("healthy", {}, {}, None, NOTHING, id="connected"),
        pytest.param("healthy", {}, {"restart": "never"}, None, NOTHING, id="connected, never"),
        pytest.param("healthy", {}, {"begun": BEGUN}, None, NOTHING, id="connected, begun"),
        pytest.param("healthy", {}, {"restart": "always"}, None, BOTH, id="connected, always"),
        pytest.param("unexplained", {}, {}, None, BOTH, id="disconnected"),
        pytest.param("unexplained", {}, {"restart": "never"}, None, FORCE, id="disconnected, never"),
        pytest.param("device_server_unavailable", {}, {}, None, BOTH, id="busy"),
        pytest.param("device_server_unavailable", {}, {"begun": BEGUN}, None, BOTH, id="busy, begun"),
        pytest.param("commit_force_needed", {}, {}, None, FORCE, id="restarted"),
        pytest.param("commit_force_needed", {}, {"restart": "always"}, None, BOTH, id="restarted, always"),
        pytest.param(
            "commit_force_needed",
            {"firewall": {"device_server": {"restarted_ago": "3d"}}},
            {},
            None,
            FORCE,
            id="restarted days ago",
        ),
        pytest.param("commit_force_needed_without_trace", {}, {}, None, BOTH, id="restarted without a trace"),
        pytest.param("commit_force_needed_without_trace", {}, {"begun": BEGUN}, None, FORCE, id="the same, begun"),
        pytest.param("unexplained", {}, {}, restarted_just_now, FORCE, id="still restarting"),
        pytest.param("commit_force_needed", hang("3h"), {}, None, BOTH, id="hangs since a restart"),
        pytest.param(
            "commit_force_needed",
            hang("3h"),
            {"restart_timeout_s": 86400.0},
            None,
            FORCE,
            id="a restart that may take a day",
        ),
    ],
)
def test_steps(
    scenario: str,
    changes: dict[str, Any],
    options: dict[str, Any],
    meanwhile: Callable[[World], Any] | None,
    steps: tuple[ReconnectStep, ...],
) -> None:
    assert plan(scenario, changes, options, meanwhile).steps == steps


def test_commit_after_the_restart_may_not_be_forced() -> None:
    changes = {"switches": {"commit_seconds": 0.0}, "firewall": {"pending": [{"admin": "bob"}]}}
    assert plan("commit_force_needed", changes, {}, committed).steps == BOTH


@pytest.mark.parametrize("restart", ["auto", "always"])
def test_unrecognized_state_is_not_acted_on(restart: str) -> None:
    if restart == "always":
        assert plan("unknown_status_word", {}, {"restart": restart}, None).steps == BOTH
        return
    with pytest.raises(ExpectedFailure, match="expected the connection to be connected or disconnected") as raised:
        plan("unknown_status_word", {}, {"restart": restart}, None)
    assert raised.value.kind == "unrecognized"
    assert "run this again" in raised.value.remedy


@pytest.mark.parametrize("restart", ["auto", "always", "never"])
def test_firewall_without_mlav_is_not_changed(restart: str) -> None:
    with pytest.raises(ExpectedFailure) as raised:
        plan("not_applicable", {}, {"restart": restart}, None)
    assert raised.value.kind == "refused"
