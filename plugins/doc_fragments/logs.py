# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of the logs the modules read."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.logs``; ``panops.mlav.logs.lines`` where a firewall is asked for its log."""

    DOCUMENTATION = r"""
options:
  log_window:
    description:
      - How far back errors count, in the firewall's own time, as a number and a unit (V(s), V(m), V(h) or V(d)).
      - Older errors are history, not causes.
    type: str
    default: 24h
  log_entries:
    description: How many entries of the system log are read at the most, from 1 to 5000.
    type: int
    default: 500
"""

    LINES = r"""
options:
  log_lines:
    description: How many lines of C(devsrv.log), and of its rotation, are read, from 1 to 65535.
    type: int
    default: 5000
"""
