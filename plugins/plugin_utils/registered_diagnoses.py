# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagnoses that tasks of this run have registered for hosts of the inventory.

They are read as they stand: rendering the variables of thousands of hosts costs far more than the report on them.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import no_diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import settled

_UNTOLD = "the task did not run to its end"


class RegisteredDiagnoses:
    """Attributes:
    diagnoses: of the hosts that have one, or of the files that they stand for, in the order of the hosts.
    swept: what a sweep returned of those that it has settled.
    failures: by host, why there is none.
    """

    def __init__(self, hostvars: Any, variables: Collection[str]) -> None:
        """``hostvars``: Ansible's variable of that name. ``variables``: names; the first that a host has counts."""
        self.diagnoses: list[dict[str, Any]] = []
        self.swept: list[Any] = []
        self.failures: dict[str, str] = {}
        self._hostvars = hostvars
        self._variables = variables
        # A sweep's result is the same object for all of its hosts.
        self._rows: dict[int, dict[Any, Any]] = {}

    def collect(self, hosts: Iterable[str], to_come: Collection[str]) -> None:
        """Collects of each host; of those in ``to_come``, a host without a result is left out.

        Raises InvalidOption where a host is not in the inventory.
        """
        for host in hosts:
            if host not in self._hostvars:
                raise InvalidOption(
                    f"hosts names {host!r}. Expected: a host of the inventory. Actual: it is not there."
                )
            variables = self._hostvars.raw_get(host)
            name = next((name for name in self._variables if name in variables), None)
            if name is not None:
                self._take(host, name, variables[name])
            elif host not in to_come:
                self.failures[host] = _UNTOLD

    def _take(self, host: str, name: str, result: Any) -> None:
        rows = result.get("firewalls") if isinstance(result, Mapping) else None
        if isinstance(rows, list) and self._is_settled(host, rows):
            return
        told = self._told(result) if isinstance(result, Mapping) else None
        if told is None:
            message = result.get("msg") if isinstance(result, Mapping) else None
            self.failures[host] = _UNTOLD if message is None else str(message)
            return
        wrong = next(filter(None, map(no_diagnosis, told)), None)
        if wrong is None:
            self.diagnoses += told
        else:
            self.failures[host] = f"the variable {name} of this host holds no diagnosis. {wrong}"

    def _is_settled(self, host: str, rows: list[Any]) -> bool:
        """Whether a sweep has said all that is needed of this host; then that is kept."""
        if id(rows) not in self._rows:
            self._rows[id(rows)] = {row.get("host"): row for row in rows if isinstance(row, Mapping)}
        row = self._rows[id(rows)].get(host)
        try:
            if row is None or not settled(row):
                return False
        except (KeyError, TypeError):
            return False
        self.swept.append(row)
        return True

    @staticmethod
    def _told(result: Mapping[str, Any]) -> list[Any] | None:
        """The diagnoses in a registered result; None where it holds none."""
        if "diagnosis" in result:
            return [result["diagnosis"]]
        told = result.get("diagnoses")
        return told if isinstance(told, list) else None
