# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run inside the controller's worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE
from ansible_collections.panops.mlav.plugins.plugin_utils.controller_action import ControllerAction
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_firewalls import connection_of_host


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action. The device that decrypts is reached as its own variables say."""

    operation = REMEDIATE

    def _arguments(self, task_vars: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
        arguments = super()._arguments(task_vars, environment)
        name, hostvars = str(arguments.get("decryption_host") or ""), task_vars["hostvars"]
        if not name or arguments.get("decryption_connection") or name not in hostvars:
            return arguments
        limit = {"timeout": arguments["timeout"]} if "timeout" in arguments else {}
        connection = {**limit, **connection_of_host(name, hostvars, self._templar, environment)}
        return {**arguments, "decryption_connection": connection}
