# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run inside the controller's worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_list
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._doctor.sampling import sample_size, sampled
from ansible_collections.panops.mlav.plugins.module_utils._tasks.doctor import DOCTOR_INFO
from ansible_collections.panops.mlav.plugins.plugin_utils.controller_action import ControllerAction
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_firewalls import checked_connection
from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import options_from_variables

_OF_THE_TASK = (
    "doctor_sample",
    "timeout",
    "report_dir",
    "audit_dir",
    "query",
    "maintenance_window",
    "techsupport_export",
)


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action. Names of hosts become firewalls here: a module knows no inventory."""

    operation = DOCTOR_INFO

    def _arguments(self, task_vars: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        given = dict(self._task.args)
        if boolean(given.get("role_variables", False), strict=False):
            # Those of the connection are each host's own.
            read = options_from_variables(task_vars, self._templar.template, "doctor", _OF_THE_TASK)
            if "doctor_sample" in read:
                read["sample"] = read.pop("doctor_sample")
            given = {**read, **given}
        if not given.get("hosts"):
            return {**super()._arguments(task_vars, environment), **given}
        try:
            hosts = list(map(str, check_type_list(given["hosts"])))
            size = sample_size("sample", str(given.get("sample", 2)))
        except (TypeError, InvalidOption):
            # What is wrong is said by the check of the options, or by the operation.
            return {**given, "hosts": []}
        chosen = sampled(hosts, task_vars.get("groups", {}), size)
        firewalls = [checked_connection(name, task_vars["hostvars"], self._templar, environment) for name in chosen]
        return {**given, "hosts": [], "firewalls": firewalls, "out_of": len(hosts)}
