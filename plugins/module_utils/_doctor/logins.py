# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that may be wrong, tried with care: failed logins lock accounts, a central one for all firewalls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Attempt:
    """One login. ``refused_by`` names the firewall that has refused the same one before; then it is not to be tried.

    ``accepted`` is set by whoever tries: None where the login got no answer.
    """

    def __init__(self, refused_by: str | None) -> None:
        self.refused_by = refused_by
        self.accepted: bool | None = None


class Logins:
    """Shares what became of each user name and password between the threads that ask firewalls.

    The first attempt is made alone. Once a login was accepted somewhere it is right, and each firewall is asked by
    itself; one that was refused before it was accepted anywhere is not tried again.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._trying: set[tuple[str, str]] = set()
        self._accepted: set[tuple[str, str]] = set()
        self._refused: dict[tuple[str, str], str] = {}

    @contextmanager
    def attempt(self, username: str, password: str, host: str) -> Iterator[Attempt]:
        """Within it the login may be tried, where ``refused_by`` is None."""
        login = (username, password)
        with self._changed:
            self._changed.wait_for(lambda: login not in self._trying)
            refused_by = self._refused.get(login)
            alone = refused_by is None and login not in self._accepted
            if alone:
                self._trying.add(login)
        attempt = Attempt(refused_by)
        try:
            yield attempt
        finally:
            with self._changed:
                if alone:
                    self._trying.discard(login)
                if attempt.accepted:
                    self._accepted.add(login)
                elif attempt.accepted is False and login not in self._accepted:
                    self._refused.setdefault(login, host)
                self._changed.notify_all()
