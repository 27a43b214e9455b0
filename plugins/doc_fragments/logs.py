# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far back and how much the modules read of the logs."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.logs``; ``panops.mlav.logs.lines`` for modules that read devsrv.log of a firewall."""

    DOCUMENTATION = r"""
options:
  log_window:
    description:
      - How far back errors count, in device time, as a number and a unit (V(s), V(m), V(h) or V(d)).
      - Older errors are history, not causes.
    type: str
    default: 24h
  log_entries:
    description: Maximum number of system log entries to read, from 1 to 5000.
    type: int
    default: 500
"""

    LINES = r"""
options:
  log_lines:
    description: Number of lines to read of C(devsrv.log) and of its rotation, from 1 to 65535.
    type: int
    default: 5000
"""
