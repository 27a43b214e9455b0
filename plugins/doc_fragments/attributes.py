# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that all modules share. A module documents only the differences."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.attributes`` and its parts."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying the target.
  diff_mode:
    description:
      Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
  action:
    description:
      - Has an action plugin. On the controller, the module runs inside the worker, without a separate process.
      - Delegated to another host, or run asynchronously, it runs as an ordinary module.
    support: full
"""

    READS_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
  idempotent:
    support: full
    details:
      - This module only reads.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/panops.mlav.mlav) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - panops.mlav.mlav
"""
