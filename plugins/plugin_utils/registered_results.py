# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagnoses and the records of remediations that tasks of this run have registered for hosts of the inventory.

They are read as they stand: rendering the variables of thousands of hosts costs far more than the report on them.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import no_diagnosis, no_record
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import settled

_UNTOLD = "the task did not run to its end"


def _registered(
    option: str, hosts: Iterable[str], hostvars: Any, variables: Collection[str]
) -> Iterator[tuple[str, str | None, Any]]:
    """Each host with the first of ``variables`` that it has, and what that holds; None where it has none of them.

    Raises InvalidOption, naming ``option``, where a host is not in the inventory.
    """
    for host in hosts:
        if host not in hostvars:
            raise InvalidOption(f"option {option} has {host!r}: expected a host of the inventory")
        own = hostvars.raw_get(host)
        name = next((name for name in variables if name in own), None)
        yield host, name, own[name] if name is not None else None


def _message(result: Any) -> str:
    """Why a result holds nothing to report."""
    message = result.get("msg") if isinstance(result, Mapping) else None
    return _UNTOLD if message is None else str(message)


class RegisteredRemediations:
    """Attributes:
    records: of the hosts that have one, in the order of the hosts.
    failed: hosts of the play whose task has failed.
    failures: by host of the play, why there is no record.
    """

    def __init__(self, hostvars: Any, variables: Collection[str]) -> None:
        """See ``RegisteredDiagnoses``."""
        self.records: list[Any] = []
        self.failed: list[str] = []
        self.failures: dict[str, str] = {}
        self._hostvars = hostvars
        self._variables = variables

    def collect(self, hosts: Iterable[str], of_play: Collection[str], to_come: Collection[str]) -> None:
        """Collects of each host. One without a record is left out where it is not ``of_play``, and where it has no
        result and is ``to_come``.

        Raises InvalidOption where a host is not in the inventory.
        """
        for host, name, result in _registered("remediated_hosts", hosts, self._hostvars, self._variables):
            record = result.get("remediation") if isinstance(result, Mapping) else None
            if host in of_play and isinstance(result, Mapping) and result.get("failed"):
                self.failed.append(host)
            wrong = no_record(record)
            if not wrong:
                self.records.append(record)
            elif host in of_play and (name is not None or host not in to_come):
                self.failures[host] = (
                    _message(result) if record is None else f"the variable {name} of this host holds no record. {wrong}"
                )


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
        for host, name, result in _registered("hosts", hosts, self._hostvars, self._variables):
            if name is not None:
                self._take(host, name, result)
            elif host not in to_come:
                self.failures[host] = _UNTOLD

    def _take(self, host: str, name: str, result: Any) -> None:
        rows = result.get("firewalls") if isinstance(result, Mapping) else None
        if isinstance(rows, list) and self._is_settled(host, rows):
            return
        told = self._told(result) if isinstance(result, Mapping) else None
        if told is None:
            self.failures[host] = _message(result)
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
