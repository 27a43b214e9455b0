# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation by the name of its module.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._tasks import reading, reporting
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Operation

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        reading.STATUS_INFO,
        reading.SERVICE_ROUTE_INFO,
        reading.PING_INFO,
        reading.NETSTAT_INFO,
        reading.LOG_INFO,
        reading.FACTS,
        reading.DIAGNOSIS_INFO,
        reporting.REPORT,
    )
}
