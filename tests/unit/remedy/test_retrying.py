# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failures of a read are waited out, and for how long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    DeviceChanged,
    DeviceError,
    ExpectedFailure,
    MalformedAnswer,
    NotBound,
    Overloaded,
    OversizedAnswer,
    PermissionFailure,
    TlsFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi

from .fakes import Clock, FakeFirewall, session


def answers(*given: ExpectedFailure | str) -> Callable[[XmlApi], str]:
    """A question with these answers, one after the other."""
    left = list(given)

    def question(_api: XmlApi) -> str:
        answer = left.pop(0)
        if isinstance(answer, ExpectedFailure):
            raise answer
        return answer

    return question


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Unreachable("closed"), True),
        (CallTimeout("late"), True),
        (DeviceBusy("busy"), True),
        (Overloaded("503"), True),
        (MalformedAnswer("cut"), True),
        (AuthenticationFailure("session timed out"), True),
        (TlsFailure("expired"), False),
        (PermissionFailure("no right"), False),
        (CommandRefused("unknown command"), False),
        (DeviceChanged("another one"), False),
        (NotBound("no serial number"), False),
        (DeviceError("something"), False),
    ],
    ids=lambda value: value.kind if isinstance(value, ExpectedFailure) else str(value),
)
def test_failures_that_may_pass(error: ExpectedFailure, passes: bool) -> None:
    clock = Clock()
    asking = session(FakeFirewall(), clock)
    question = answers(error, "answer")
    if passes:
        assert asking.ask(question, asking.pace.within(60)) == "answer"
        assert clock.seconds == asking.pace.poll_s
    else:
        with pytest.raises(type(error)) as raised:
            asking.ask(question, asking.pace.within(60))
        assert raised.value is error
        assert clock.seconds == 0


def test_last_failure_when_the_time_is_up() -> None:
    clock = Clock()
    asking = session(FakeFirewall(), clock)
    errors = [Unreachable(f"try {number}") for number in range(9)]
    with pytest.raises(Unreachable, match="try 3"):
        asking.ask(answers(*errors), asking.pace.within(3 * asking.pace.poll_s))


def test_expired_session_is_renewed_once() -> None:
    firewall = FakeFirewall()
    asking = session(firewall)
    expired = AuthenticationFailure("session timed out")
    with pytest.raises(AuthenticationFailure):
        asking.ask(answers(expired, expired, "answer"), asking.pace.within(60))
    assert firewall.renewed == 1
    asking.renewable()
    assert asking.ask(answers(expired, "answer"), asking.pace.within(60)) == "answer"
    assert firewall.renewed == 2


def test_nothing_is_repeated_after_an_oversized_answer() -> None:
    firewall = FakeFirewall()
    firewall.oversized = OversizedAnswer("too large")
    asking = session(firewall)
    with pytest.raises(Unreachable):
        asking.ask(answers(Unreachable("closed"), "answer"), asking.pace.within(60))
