# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that the probes look at in a configuration and in logs: the rest of a large source need not be kept."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Interest
from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    decryption,
    devsrv_log,
    route_source,
    service_route,
    system_log,
)

INTEREST = Interest(
    config_paths=(*(f"{service_route.PATH}/{path}" for path in service_route.READ), *decryption.READ),
    config_extras=route_source.READ,
    system_log=system_log.RELEVANT,
    process_log=devsrv_log.RELEVANT,
)
