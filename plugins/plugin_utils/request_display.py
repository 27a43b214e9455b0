# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows requests to firewalls on Ansible's own display, while they run."""

from __future__ import annotations

from collections.abc import Callable

from ansible.utils.display import Display

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import WATCHED_FROM


def watch_on(display: Display) -> Callable[[str, str], None] | None:
    """See ``operation.Context.watch``; None below ``-vvv``."""
    if display.verbosity < WATCHED_FROM:
        return None
    return lambda firewall, line: display.vvv(visible(line), host=visible(firewall))
