# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the same name, run inside the controller's worker."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import STATUS_INFO
from ansible_collections.panops.mlav.plugins.plugin_utils.controller_action import ControllerAction


class ActionModule(ControllerAction):
    """See plugin_utils/controller_action."""

    operation = STATUS_INFO
