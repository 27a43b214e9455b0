# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retrying reads: a firewall that is committing drops connections and answers late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    DeviceBusy,
    ExpectedFailure,
    MalformedAnswer,
    Overloaded,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Limit, Pace

T = TypeVar("T")

_PASSING = (CallTimeout, DeviceBusy, MalformedAnswer, Overloaded, Unreachable)


class RetryingSession:
    """A session that survives lost connections and, once, its own expiry."""

    def __init__(self, api: XmlApi, pace: Pace) -> None:
        self.api = api
        self.pace = pace
        self._renewed = False

    def ask(self, question: Callable[[XmlApi], T], limit: Limit) -> T:
        """The answer to a question that only reads; it is repeated after failures that may pass.

        Raises:
            DeviceError: a failure that does not pass, or the last one when the time is up.
        """
        while True:
            try:
                return question(self.api)
            except ExpectedFailure as error:
                if not self.may_pass(error) or limit.over:
                    raise
            self.pace.sleep(self.pace.poll_s)

    def renewable(self) -> None:
        """Allows one more login: a lock that is left behind is worse."""
        self._renewed = False

    def may_pass(self, error: ExpectedFailure) -> bool:
        """Whether the next attempt may succeed.

        An expired session is renewed for it, but only once: failed logins lock accounts.
        """
        if isinstance(error, AuthenticationFailure) and not self._renewed:
            self._renewed = True
            self.api.renew()
            return True
        # After an oversized answer the session reads nothing more.
        return isinstance(error, _PASSING) and self.api.oversized is None
