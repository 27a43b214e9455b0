# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    ExpectedFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Answer, Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Pace
from ansible_collections.panops.mlav.plugins.module_utils._remedy.reconnect.wait import Status, wait_connected

UP = "Current cloud server: ml.service.paloaltonetworks.com\nCloud connection: connected\n"
DOWN = UP.replace("connected", "disconnected")
LIMIT_S = 60.0


class Firewall:
    """Answers one after the other, the last one for ever."""

    def __init__(self, *answers: str | ExpectedFailure) -> None:
        self._answers = list(answers)
        self.asked = 0

    def run(self, command: Command) -> Answer:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        if isinstance(answer, ExpectedFailure):
            raise answer
        return Answer(command.cli, "ssh", answer)


def wait(firewall: Firewall, limit_s: float = LIMIT_S, lines: list[str] | None = None) -> Status:
    pace = Pace(sleep=lambda seconds: None, poll_s=0.01)
    return wait_connected(cast(Device, firewall), limit_s, pace, (lines if lines is not None else []).append)


@pytest.mark.parametrize(
    "before",
    [
        (),
        (DOWN,),
        (DeviceBusy("busy"), DOWN, DOWN),
        ("Server error : device busy or unavailable",),
        (Unreachable("lost"), CallTimeout("late"), DOWN),
        ("what is this?",),
        ("Cloud connection: connecting",),
    ],
)
def test_polls_until_connected(before: tuple[Any, ...]) -> None:
    firewall = Firewall(*before, UP, DOWN)
    assert wait(firewall) == Status("connected", "ml.service.paloaltonetworks.com")
    assert firewall.asked == len(before) + 1


@pytest.mark.parametrize("error", [AuthenticationFailure("key"), CommandRefused("no such command")])
def test_hopeless_error_ends_the_wait(error: ExpectedFailure) -> None:
    firewall = Firewall(DOWN, error, UP)
    status = wait(firewall)
    assert (status.state, status.answered) == ("unknown", False)
    assert status.problem is not None
    assert status.problem.kind == error.kind
    assert firewall.asked == 2


@pytest.mark.parametrize(
    ("answer", "state", "answered"),
    [
        (DOWN, "disconnected", True),
        (DeviceBusy("busy"), "busy", False),
        (Unreachable("lost"), "unknown", False),
        ("Cloud connection: connecting", "other", True),
    ],
)
def test_last_state_when_the_time_is_up(answer: str | ExpectedFailure, state: str, answered: bool) -> None:
    firewall = Firewall(answer)
    status = wait(firewall, limit_s=0.0)
    assert (status.state, status.answered, firewall.asked) == (state, answered, 1)


def test_progress_on_changes() -> None:
    lines: list[str] = []
    wait(Firewall(DOWN, DOWN, DeviceBusy("busy"), DOWN, UP), lines=lines)
    told = ["disconnected", "busy", "disconnected", "connected"]
    assert [line.split(": ")[1].split(" (")[0] for line in lines] == told
