# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock of a run that was killed, on a firewall where nothing else is to be done: no later change would meet it.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._remedy.allowances import Allowances
from ansible_collections.panops.mlav.plugins.module_utils._remedy.asking import PatientSession
from ansible_collections.panops.mlav.plugins.module_utils._remedy.change import own_name
from ansible_collections.panops.mlav.plugins.module_utils._remedy.holding import HeldLock, stale
from ansible_collections.panops.mlav.plugins.module_utils._remedy.locks import Lock, read_locks
from ansible_collections.panops.mlav.plugins.module_utils._remedy.plan import Step
from ansible_collections.panops.mlav.plugins.module_utils._remedy.record import Record


def tidy_up(
    host: str, device: LiveDevice, allowances: Allowances, record: Record, say: Callable[[str], None], act: bool
) -> None:
    """Releases such a lock, or (not ``act``) notes it in ``Record.left_behind``.

    A firewall that does not tell its locks has none that could be released. Raises the DeviceError of ``Record.keep``.
    """
    found = _forgotten(device, allowances)
    if found and act:
        step = Step("remove_lock", host, "Release the configuration lock of a run that was interrupted.", False)
        session = PatientSession(device.api, allowances.pace)
        with record.step(step) as action:
            held = HeldLock(session, allowances, secrets.token_hex(4), own_name(device), say)
            for lock in found:
                try:
                    held.remove(lock, allowances.pace.now())
                except DeviceError as error:
                    action["error"] = error.message
            found = _forgotten(device, allowances)
    record.left_behind += [f"The lock of a run that was interrupted, on {host}: {lock}" for lock in found]


def _forgotten(device: LiveDevice, allowances: Allowances) -> tuple[Lock, ...]:
    try:
        locks = read_locks(device.api, "config")
    except DeviceError:
        return ()
    return tuple(lock for lock in locks if stale(lock, allowances.pace.now()))
