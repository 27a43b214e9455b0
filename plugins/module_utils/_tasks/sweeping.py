# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation that asks many firewalls for the state of their connection, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import MAX_TIMEOUT, ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import redact
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Evidence, EvidenceSet, Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions, utc_now
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import problem_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.redacting import redacted
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import between, connection, host
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, Params, Result
from ansible_collections.panops.mlav.plugins.module_utils._tasks.scheduling import side_by_side
from ansible_collections.panops.mlav.plugins.module_utils._tasks.swept import (
    STATES,
    SweptFirewall,
    settled,
    swept_firewall,
)

# PAN-OS takes five API calls at a time, and many firewalls may stand behind one Panorama.
# Source: documentation "Make Your First API Call".
CALLS_AT_ONE_ADDRESS = 5

_ONLY_THE_STATUS = GatherOptions(subset=frozenset({"cloud_status"}), busy_retries=0)


@dataclass(frozen=True)
class _Firewall:
    host: str
    options: ConnectionOptions

    @property
    def address(self) -> tuple[str, int]:
        """What one device answers at; it may be that of a Panorama."""
        return self.options.host.lower(), self.options.port


def _sweep(params: Params, context: Context) -> Result:
    parallel = between("parallel", params["parallel"], 1, 500)
    between("timeout", params["timeout"], 1, int(MAX_TIMEOUT))
    if params["hosts"]:
        raise InvalidOption(
            "option hosts needs the inventory, which a module alone does not have: expected a task on the "
            "controller, whose "
            "action plugin finds the hosts"
        )
    known: dict[int, SweptFirewall] = {}
    usable: dict[int, _Firewall] = {}
    for number, given in enumerate(params["firewalls"]):
        name = given["host"] or (given["provider"] or {}).get("ip_address") or f"firewalls[{number}]"
        try:
            usable[number] = _Firewall(name, _options(given, params["timeout"]))
        except InvalidOption as error:
            known[number] = _row(_without_answer(name, problem_of(error)), redact)
    asked = side_by_side(
        list(usable.values()), _Asker(context).ask, lambda firewall: firewall.address, parallel, CALLS_AT_ONE_ADDRESS
    )
    known.update(zip(usable, asked, strict=True))
    rows = [known[number] for number in sorted(known)]
    return {
        "changed": False,
        "counts": {state: sum(row["state"] == state for row in rows) for state in STATES},
        "firewalls": rows,
        "not_connected": [row["host"] for row in rows if not settled(row)],
    }


def _options(given: Params, timeout: int) -> ConnectionOptions:
    """Raises InvalidOption."""
    if given["unusable"]:
        raise InvalidOption(given["unusable"])
    provider = given["provider"] or {}
    address = provider.get("ip_address") or given["host"]
    return ConnectionOptions.from_params(
        {
            **given,
            "provider": {**provider, "ip_address": address},
            "timeout": timeout if given["timeout"] is None else given["timeout"],
        }
    )


class _Asker:
    """Asks firewalls, from several threads.

    A user name with a password that got no key at an address is not sent there again: behind one Panorama, every
    firewall would be one more failed login, and these lock accounts.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._refused: dict[tuple[object, ...], Problem] = {}
        # Nearly every text of a result is one that all firewalls have in common.
        self._redact = lru_cache(1024)(redact)

    def ask(self, firewall: _Firewall) -> SweptFirewall:
        """Asks one firewall, within its time limit."""
        limit = Deadline(firewall.options.timeout, "asking for the state of the connection")
        observer = self._context.observer(firewall.host)
        with closing(LiveDevice(firewall.options, limit=limit, observer=observer)) as device:
            evidence = redacted(self._evidence(firewall, device), device.redactor.mask)
            return _row(evidence, lambda text: self._redact(device.redactor.mask_message(text)))

    def _evidence(self, firewall: _Firewall, device: LiveDevice) -> EvidenceSet:
        """Raises nothing: one firewall must not end the others' turn."""
        login = (firewall.address, firewall.options.username, firewall.options.password)
        by_password = firewall.options.api_key is None
        if by_password and login in self._refused:
            device.api.watch.note("not asked: this address has refused the same login")
            return _without_answer(firewall.host, self._refused[login])
        try:
            evidence = gather(device, firewall.host, replace(_ONLY_THE_STATUS, watch=device.api.watch.note))
        except Exception as error:
            return _without_answer(firewall.host, problem_of(error))
        problem = evidence.cloud_status.problem
        # The address itself answers the login; a later answer may be another's.
        if by_password and device.api.login_refused and problem is not None:
            self._refused[login] = problem
        return evidence


def _without_answer(host: str, problem: Problem) -> EvidenceSet:
    return EvidenceSet(host, "live", utc_now(), "status", cloud_status=Evidence(problem=problem))


def _row(evidence: EvidenceSet, mask: Callable[[str], str]) -> SweptFirewall:
    """The names of firewalls stay as they are: they come from the inventory, and lead back to it."""
    row = swept_firewall(evidence)
    return {
        **row,
        "cloud_server": masked(row["cloud_server"], mask),
        "error": masked(row["error"], mask),
        "answer": masked(row["answer"], mask),
    }


def firewall() -> dict[str, Any]:
    """The options of one firewall; a time limit that it does not have is the task's."""
    options = {name: value for name, value in connection().items() if name != "ssh"}
    return {**host(), **options, "timeout": {"type": "int"}, "unusable": {"type": "str"}}


SWEEP_INFO = Operation(
    "mlav_sweep_info",
    {
        "firewalls": {"type": "list", "elements": "dict", "default": [], "options": firewall()},
        "hosts": {"type": "list", "elements": "str", "default": []},
        "parallel": {"type": "int", "default": 20},
        "timeout": {"type": "int", "default": 30},
    },
    _sweep,
    names_the_firewall=False,
    masks_itself=True,
)
