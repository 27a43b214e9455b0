# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run inside the controller's worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_list

from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO
from ansible_collections.panops.mlav.plugins.plugin_utils.controller_action import ControllerAction
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_firewalls import firewalls_of_hosts


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action. Names of hosts become firewalls here: a module knows no inventory."""

    operation = SWEEP_INFO

    def _arguments(self, task_vars: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        arguments = super()._arguments(task_vars, environment)
        try:
            hosts = check_type_list(arguments.get("hosts") or [])
            firewalls = check_type_list(arguments.get("firewalls") or [])
        except TypeError:
            # What is wrong is said by the check of the options.
            return arguments
        found = firewalls_of_hosts(map(str, hosts), task_vars["hostvars"], self._templar, environment)
        return {**arguments, "hosts": [], "firewalls": [*firewalls, *found]}
