# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations that read from a firewall. None of them changes anything.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live import open_device
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.data import to_data as diagnosis_data
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import (
    GatherOptions,
    gather,
    parse_subset,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    EVIDENCE_NAMES,
    Evidence,
    EvidenceSet,
    Problem,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.serialise import to_data
from ansible_collections.panops.mlav.plugins.module_utils._tasks.arguments import (
    between,
    connection,
    duration,
    host,
    logs,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Operation, Params, Result


def _gather(params: Params, subset: frozenset[str] | None, depth: str) -> EvidenceSet:
    options = GatherOptions(
        depth=depth,
        subset=subset,
        log_window=duration("log_window", params.get("log_window") or "24h"),
        log_lines=between("log_lines", params.get("log_lines") or 5000, 1, 65535),
        log_entries=between("log_entries", params.get("log_entries") or 500, 1, 5000),
        ping_count=between("count", params.get("count") or 3, 1, 100),
    )
    device = open_device(params)
    try:
        return gather(device, params.get("host") or params["provider"]["ip_address"], options)
    finally:
        device.close()


class EvidenceMissing(DeviceError):
    """Nothing that the task asked for could be had; carries the class of the problem behind it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message, problem.would_give)
        self.kind = problem.kind


def _step(*names: str) -> Callable[[Params, bool], Result]:
    """A step of the article's procedure: one or more pieces of evidence and what they rest on."""

    def run(params: Params, check_mode: bool) -> Result:
        found = _gather(params, parse_subset(list(names)), "full")
        evidence: dict[str, Evidence[Any]] = {name: getattr(found, name) for name in names}
        problems = {name: item.problem for name, item in evidence.items() if item.problem is not None}
        if all(item.value is None for item in evidence.values()):
            raise EvidenceMissing(next(iter(problems.values())))
        return {
            "changed": False,
            "host": found.host,
            **{name: to_data(item.value) for name, item in evidence.items()},
            "missing": {name: to_data(problem) for name, problem in problems.items()},
            "asked": [to_data(asked) for item in evidence.values() for asked in item.asked],
        }

    return run


def _facts(params: Params, check_mode: bool) -> Result:
    found = _gather(params, parse_subset(params["gather_subset"]), params["depth"])
    evidence: dict[str, Evidence[Any]] = {
        item.name: getattr(found, item.name) for item in fields(found) if item.name in EVIDENCE_NAMES
    }
    problems = {
        name: item.problem
        for name, item in evidence.items()
        if item.problem is not None and item.problem.kind != "not_asked"
    }
    values = {name: to_data(item.value) for name, item in evidence.items() if item.value is not None}
    if not values and problems:
        raise EvidenceMissing(next(iter(problems.values())))
    return {
        "changed": False,
        "ansible_facts": {
            "mlav": {
                "host": found.host,
                "collected_at": to_data(found.collected_at),
                **values,
                "missing": {name: to_data(problem) for name, problem in problems.items()},
            }
        },
    }


def _diagnose(params: Params, check_mode: bool) -> Result:
    found = _gather(params, None, params["depth"])
    options = DiagnosisOptions(log_window=duration("log_window", params["log_window"]))
    return {"changed": False, "diagnosis": diagnosis_data(diagnose(found, options))}


_CONNECTION = {**connection(), **host()}

STATUS_INFO = Operation("mlav_status_info", _CONNECTION, _step("cloud_status"))
SERVICE_ROUTE_INFO = Operation("mlav_service_route_info", _CONNECTION, _step("service_route"))
PING_INFO = Operation("mlav_ping_info", {**_CONNECTION, "count": {"type": "int", "default": 3}}, _step("ping"))
NETSTAT_INFO = Operation("mlav_netstat_info", _CONNECTION, _step("netstat"))
LOG_INFO = Operation("mlav_log_info", {**_CONNECTION, **logs()}, _step("devsrv_log", "system_log"))
FACTS = Operation(
    "mlav_facts",
    {
        **_CONNECTION,
        **logs(),
        "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
        "depth": {"type": "str", "choices": ["auto", "full"], "default": "full"},
    },
    _facts,
)
DIAGNOSIS_INFO = Operation(
    "mlav_diagnosis_info",
    {**_CONNECTION, **logs(), "depth": {"type": "str", "choices": ["auto", "full"], "default": "auto"}},
    _diagnose,
)
