# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run inside the controller's worker."""

from __future__ import annotations

from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Params
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT
from ansible_collections.panops.mlav.plugins.plugin_utils.controller_action import ControllerAction
from ansible_collections.panops.mlav.plugins.plugin_utils.registered_results import (
    RegisteredDiagnoses,
    RegisteredRemediations,
)


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action. Names of hosts become results here: a module knows no host's variables."""

    operation = REPORT

    def _completed(self, params: dict[str, Any], task_vars: dict[str, Any]) -> Params:
        for names, results in (("hosts", "diagnoses"), ("remediated_hosts", "remediations")):
            if params[names] is not None and params[results] is not None:
                raise InvalidOption(f"options {names} and {results}: expected one of them, got both")
        hostvars, variables = task_vars["hostvars"], params["registered"]
        # Active, and of another batch of the play (serial): such a host may have its turn yet.
        to_come = set(task_vars.get("ansible_play_hosts", ())) - set(task_vars.get("ansible_play_batch", ()))
        found: dict[str, Any] = {"hosts": None, "remediated_hosts": None}
        if params["hosts"] is not None:
            diagnosed = RegisteredDiagnoses(hostvars, variables)
            diagnosed.collect(params["hosts"], to_come)
            swept = [*(params["swept"] or []), *diagnosed.swept]
            failures = {**diagnosed.failures, **params["failures"]}
            found |= {"diagnoses": diagnosed.diagnoses, "swept": swept or None, "failures": failures}
        if params["remediated_hosts"] is not None:
            remediated = RegisteredRemediations(hostvars, variables)
            remediated.collect(params["remediated_hosts"], set(task_vars.get("ansible_play_hosts_all", ())), to_come)
            stopped_by = [*params["stopped_by"], *remediated.failed]
            failures = {**remediated.failures, **params["failures"]}
            found |= {"remediations": remediated.records, "stopped_by": stopped_by, "failures": failures}
        return {**params, **found}
