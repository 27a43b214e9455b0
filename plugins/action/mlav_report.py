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
from ansible_collections.panops.mlav.plugins.plugin_utils.registered_diagnoses import RegisteredDiagnoses


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action. Names of hosts become diagnoses here: a module knows no host's variables."""

    operation = REPORT

    def _completed(self, params: dict[str, Any], task_vars: dict[str, Any]) -> Params:
        if params["hosts"] is None:
            return params
        if params["diagnoses"] is not None:
            raise InvalidOption("Expected: one of the options hosts and diagnoses. Actual: both.")
        # Active, and of another batch of the play (serial): such a host may have its turn yet.
        to_come = set(task_vars.get("ansible_play_hosts", ())) - set(task_vars.get("ansible_play_batch", ()))
        registered = RegisteredDiagnoses(task_vars["hostvars"], params["registered"])
        registered.collect(params["hosts"], to_come)
        failures = {**registered.failures, **params["failures"]}
        swept = [*(params["swept"] or []), *registered.swept]
        found = {"diagnoses": registered.diagnoses, "swept": swept or None, "failures": failures}
        return {**params, "hosts": None, **found}
