# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses and remediation records that tasks of this run registered for hosts of the inventory.

The variables are read without templating: for thousands of hosts that would cost far more than the report itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.document import read_diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._remedy.document import RemediationRecord, read_record
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import SweptFirewall, read_swept, settled

_UNFINISHED = "the task did not run to its end"


def _registered(
    option: str, hosts: Iterable[str], hostvars: Any, variables: Collection[str]
) -> Iterator[tuple[str, str | None, Any]]:
    """Each host with the first of ``variables`` that it has, and that variable's value; None without any of them.

    Raises InvalidOption, naming ``option``, where a host is not in the inventory.
    """
    for host in hosts:
        if host not in hostvars:
            raise InvalidOption(f"{option}: expected hosts of the inventory, got {host!r}.")
        own = hostvars.raw_get(host)
        name = next((name for name in variables if name in own), None)
        yield host, name, own[name] if name is not None else None


def _message(result: Any) -> str:
    """Why a result has nothing to report."""
    message = result.get("msg") if isinstance(result, Mapping) else None
    return _UNFINISHED if message is None else str(message)


class RegisteredRemediations:
    """Attributes:
    records: in the order of the hosts.
    failed: hosts of the play whose task failed.
    failures: for each host of the play without a record, the reason.
    """

    def __init__(self, hostvars: Any, variables: Collection[str]) -> None:
        """See ``RegisteredDiagnoses``."""
        self.records: list[RemediationRecord] = []
        self.failed: list[str] = []
        self.failures: dict[str, str] = {}
        self._hostvars = hostvars
        self._variables = variables

    def collect(self, hosts: Iterable[str], of_play: Collection[str], to_come: Collection[str]) -> None:
        """Collects the record of each host.

        A host without one is left out if it is not ``of_play``, or if it has no result yet and is ``to_come``.

        Raises InvalidOption where a host is not in the inventory.
        """
        for host, name, result in _registered("remediated_hosts", hosts, self._hostvars, self._variables):
            record = result.get("remediation") if isinstance(result, Mapping) else None
            if host in of_play and isinstance(result, Mapping) and result.get("failed"):
                self.failed.append(host)
            wrong = _message(result)
            if record is not None:
                try:
                    self.records.append(read_record(record))
                    continue
                except Misfit as misfit:
                    wrong = f"variable {name} holds no record of a remediation: {misfit}."
            if host in of_play and (name is not None or host not in to_come):
                self.failures[host] = wrong


class RegisteredDiagnoses:
    """Attributes:
    diagnoses: in the order of the hosts; a host that stands for tech-support files may have several.
    swept: the rows of a sweep that need no further diagnosis.
    failures: for each host without a diagnosis, the reason.
    """

    def __init__(self, hostvars: Any, variables: Collection[str]) -> None:
        """``hostvars``: Ansible's variable of that name. ``variables``: the first of these that a host has counts."""
        self.diagnoses: list[Diagnosis] = []
        self.swept: list[SweptFirewall] = []
        self.failures: dict[str, str] = {}
        self._hostvars = hostvars
        self._variables = variables
        # A sweep's result is the same object for all of its hosts.
        self._rows: dict[int, dict[Any, Any]] = {}

    def collect(self, hosts: Iterable[str], to_come: Collection[str]) -> None:
        """Collects the diagnoses of each host; a host without a result is left out if it is ``to_come``.

        Raises InvalidOption where a host is not in the inventory.
        """
        for host, name, result in _registered("hosts", hosts, self._hostvars, self._variables):
            if name is not None:
                self._take(host, name, result)
            elif host not in to_come:
                self.failures[host] = _UNFINISHED

    def _take(self, host: str, name: str, result: Any) -> None:
        rows = result.get("firewalls") if isinstance(result, Mapping) else None
        if isinstance(rows, list) and self._is_settled(host, rows):
            return
        found = self._diagnoses(result) if isinstance(result, Mapping) else None
        if found is None:
            self.failures[host] = _message(result)
            return
        try:
            self.diagnoses += [read_diagnosis(item) for item in found]
        except Misfit as misfit:
            self.failures[host] = f"variable {name} holds no diagnosis: {misfit}."

    def _is_settled(self, host: str, rows: list[Any]) -> bool:
        """Whether the sweep's row is all that the report needs of this host; then it is kept."""
        if id(rows) not in self._rows:
            self._rows[id(rows)] = {row.get("host"): row for row in rows if isinstance(row, Mapping)}
        try:
            row = read_swept(self._rows[id(rows)].get(host))
        except Misfit:
            return False
        if settled(row):
            self.swept.append(row)
        return settled(row)

    @staticmethod
    def _diagnoses(result: Mapping[str, Any]) -> list[Any] | None:
        """The diagnoses in a registered result; None without any."""
        if "diagnosis" in result:
            return [result["diagnosis"]]
        found = result.get("diagnoses")
        return found if isinstance(found, list) else None
