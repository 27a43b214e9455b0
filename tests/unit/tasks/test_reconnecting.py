# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.reconnect import ReconnectOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reconnecting import RECONNECT, reconnect_options
from tests.tooling.operations import validated


def options(**given: Any) -> ReconnectOptions:
    return reconnect_options(validated(RECONNECT.argument_spec, given), Context())


def test_defaults_are_those_of_the_stage() -> None:
    found, stage = options(), ReconnectOptions()
    for name in ("restart", "restart_timeout_s", "verify_timeout_s", "description", "begun"):
        assert getattr(found, name) == getattr(stage, name)
    for name in (
        "windows",
        "restart_min_remaining_s",
        "commit_min_remaining_s",
        "busy_wait_s",
        "lock",
        "allow_other_changes",
    ):
        assert getattr(found.allowances, name) == getattr(stage.allowances, name)


def test_options_arrive() -> None:
    found = options(
        restart="never",
        restart_timeout="20m",
        restart_min_remaining="0s",
        verify_timeout="90s",
        description="why",
        commit_min_remaining="1m",
        ignore_window=True,
    )
    assert (found.restart, found.restart_timeout_s, found.verify_timeout_s) == ("never", 1200, 90)
    assert found.description == "why"
    assert (found.allowances.restart_min_remaining_s, found.allowances.commit_min_remaining_s) == (0, 60)
    assert found.allowances.ignore_window


@pytest.mark.parametrize("name", ["restart_timeout", "restart_min_remaining", "verify_timeout"])
def test_a_duration_that_is_none_is_named(name: str) -> None:
    with pytest.raises(InvalidOption, match=f"{name} is 'soon': expected "):
        options(**{name: "soon"})
