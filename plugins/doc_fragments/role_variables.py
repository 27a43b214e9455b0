# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task that are variables of the role."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.role_variables``."""

    DOCUMENTATION = r"""
options:
  role_variables:
    description:
      - Take the options that the task does not give from the variables of the role
        P(panops.mlav.mlav_troubleshoot#role), such as O(timeout) from C(mlav_timeout), and check these variables as the
        role documents them.
      - Handing on a dozen options as templates costs each of a thousand firewalls more than its diagnosis.
      - Where C(mlav_panorama) is set, as P(panops.mlav.panorama#inventory) does, it goes before what C(mlav_provider)
        says of the address and the serial number.
    type: bool
    default: false
"""
