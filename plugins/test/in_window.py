# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The test ``panops.mlav.in_window``. Its documentation is in_window.yml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.panops.mlav.plugins.plugin_utils.maintenance_window import (
    moment_from,
    needed_from,
    template_errors,
    windows_from,
)


def in_window(value: Any, windows: Any, needed: Any = None) -> bool:
    """Whether a window is open at ``value``, and for ``needed`` more. Raises AnsibleFilterError."""
    with template_errors("in_window"):
        opening = windows_from("windows", windows).opening_at(moment_from("value", value), needed_from(needed))
    return opening is not None


class TestModule:
    """What Ansible looks for."""

    def tests(self) -> dict[str, Callable[..., bool]]:
        return {"in_window": in_window}
