# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``panops.mlav.next_window``. Its documentation is next_window.yml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import utc
from ansible_collections.panops.mlav.plugins.plugin_utils.maintenance_window import (
    moment_from,
    needed_from,
    template_errors,
    windows_from,
)


def next_window(windows: Any, after: Any = "now", needed: Any = None) -> dict[str, str] | None:
    """The opening that is open at ``after`` for ``needed`` more, or else the next. Raises AnsibleFilterError."""
    with template_errors("next_window"):
        known, at, length = windows_from("windows", windows), moment_from("after", after), needed_from(needed)
        opening = known.opening_at(at, length) or known.next_opening(at, length)
    return {"opens": utc(opening.opens), "closes": utc(opening.closes)} if opening is not None else None


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., dict[str, str] | None]]:
        return {"next_window": next_window}
