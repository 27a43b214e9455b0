# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations that read from a firewall. None of them changes anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError, ExpectedFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import (
    LiveDevice,
    Techsupport,
    open_device,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    EVIDENCE_NAMES,
    NOT_ASKED,
    Evidence,
    EvidenceSet,
    Problem,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.redacting import redacted
from ansible_collections.panops.mlav.plugins.module_utils._evidence.subset import parse_subset
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import (
    connection,
    host,
    log_lines,
    logs,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.judging import gather_options
from ansible_collections.panops.mlav.plugins.module_utils._tasks.masking import masked
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import (
    Context,
    Operation,
    Params,
    Result,
    failure,
)


def _gather(device: LiveDevice, params: Params, subset: frozenset[str]) -> EvidenceSet:
    options = replace(gather_options(params, subset), watch=device.api.watch.note)
    found = gather(device, params["host"] or device.options.host, options)
    return redacted(found, device.redactor.mask)


class EvidenceMissing(DeviceError):
    """Nothing that the task asked for could be had; carries the class of the problem behind it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message, problem.hint)
        self.kind = problem.kind


def ask_firewall(
    params: Params,
    context: Context,
    ask: Callable[[LiveDevice, Params], Result],
    techsupport: Techsupport | None = None,
) -> Result:
    """Opens a firewall, asks it and closes it. ``techsupport``: see ``LiveDevice``.

    What ``ask`` returns is redacted where it is the device's; here is the last net.
    """
    observer = context.observer(params["host"] or str((params["provider"] or {}).get("ip_address")))
    with closing(open_device(params, techsupport, observer)) as device:
        try:
            result = ask(device, params)
        except ExpectedFailure as error:
            result = {"failed": True, **failure(error)}
        masked_result: Result = masked(result, device.redactor.redact_message)
    return {"changed": False, **masked_result}


def _operation(name: str, argument_spec: dict[str, Any], ask: Callable[[LiveDevice, Params], Result]) -> Operation:
    """An operation that reads from one firewall."""
    return Operation(name, argument_spec, lambda params, context: ask_firewall(params, context, ask))


def _step(*names: str) -> Callable[[LiveDevice, Params], Result]:
    """A step of the article's procedure: one or more pieces of evidence and what they rest on."""

    def ask(device: LiveDevice, params: Params) -> Result:
        found = _gather(device, params, parse_subset(names))
        evidence: dict[str, Evidence[Any]] = {name: getattr(found, name) for name in names}
        problems = {name: item.problem for name, item in evidence.items() if item.problem is not None}
        if all(item.value is None for item in evidence.values()):
            raise EvidenceMissing(next(iter(problems.values())))
        return {
            "host": found.host,
            **{name: encode(item.value) for name, item in evidence.items()},
            "missing": {name: encode(problem) for name, problem in problems.items()},
            "asked": [encode(asked) for item in evidence.values() for asked in item.asked],
        }

    return ask


def _facts(device: LiveDevice, params: Params) -> Result:
    found = _gather(device, params, parse_subset(params["gather_subset"]))
    evidence: dict[str, Evidence[Any]] = {name: getattr(found, name) for name in EVIDENCE_NAMES}
    problems = {
        name: item.problem for name, item in evidence.items() if item.problem is not None and item.problem != NOT_ASKED
    }
    values = {name: encode(item.value) for name, item in evidence.items() if item.value is not None}
    if not values and problems:
        raise EvidenceMissing(next(iter(problems.values())))
    return {
        "ansible_facts": {
            "mlav": {
                "host": found.host,
                "collected_at": encode(found.collected_at),
                **values,
                "missing": {name: encode(problem) for name, problem in problems.items()},
            }
        },
    }


CONNECTION = {**connection(), **host()}

STATUS_INFO = _operation("mlav_status_info", CONNECTION, _step("cloud_status"))
SERVICE_ROUTE_INFO = _operation("mlav_service_route_info", CONNECTION, _step("service_route"))
PING_INFO = _operation("mlav_ping_info", {**CONNECTION, "count": {"type": "int", "default": 3}}, _step("ping"))
NETSTAT_INFO = _operation("mlav_netstat_info", CONNECTION, _step("netstat"))
LOG_INFO = _operation("mlav_log_info", {**CONNECTION, **logs(), **log_lines()}, _step("devsrv_log", "system_log"))
FACTS = _operation(
    "mlav_facts",
    {
        **CONNECTION,
        **logs(),
        **log_lines(),
        "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
        "depth": {"type": "str", "choices": ["auto", "full"], "default": "full"},
    },
    _facts,
)
