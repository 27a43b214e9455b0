# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Task options that come from the variables of the role."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.role_variables``."""

    DOCUMENTATION = r"""
options:
  role_variables:
    description:
      - Take options that the task does not set from the variables of the role P(panops.mlav.mlav_troubleshoot#role),
        such as O(timeout) from C(mlav_timeout), and validate these variables as the role documents them.
      - This is much faster than a dozen templated options in each task, which cost more than the diagnosis itself.
      - C(mlav_panorama), which P(panops.mlav.panorama#inventory) sets, overrides the address and the serial number in
        C(mlav_provider).
    type: bool
    default: false
"""
