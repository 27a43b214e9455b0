# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that guard a change."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.guards``; ``panops.mlav.guards.reconnecting`` where device-server is restarted as well."""

    DOCUMENTATION = r"""
requirements:
  - python-dateutil >= 2.8.1 (only for recurring windows in O(maintenance_window))
options:
  maintenance_window:
    description:
      - Maintenance windows in which the change is allowed. It starts only if a window stays open for
        O(commit_min_remaining).
      - A window has C(start), C(end) or C(duration), C(time_zone) and, unless it is every day, C(weekdays); or C(from)
        and C(to); or C(rrule), as in RFC 5545, with C(start), C(duration) or C(end), and C(time_zone).
      - Without this option the change is not bound to a maintenance window.
    type: list
    elements: raw
  ignore_window:
    description:
      - Overrides the guard V(maintenance_window). The change is allowed at any time.
    type: bool
    default: false
  window_wait:
    description:
      - How long to wait for a maintenance window to open, as a number and a unit (V(s), V(m), V(h) or V(d)). V(0s) does
        not wait.
    type: str
    default: 0s
  commit_min_remaining:
    description: Minimum time left in the maintenance window to start a commit.
    type: str
    default: 10m
  allow_other_changes:
    description:
      - Overrides the guard V(pending_changes). Pending changes of other administrators, and of unknown ones, are
        committed as well.
    type: bool
    default: false
  take_over_locks:
    description:
      - Overrides the guards V(config_lock) and V(commit_lock) for locks of these administrators. Their locks are
        removed.
      - A stale lock of this collection is removed without this option. A run renews its lock while it works; a lock is
        stale if it was not renewed for the lease in its comment (three minutes, or three times O(timeout) where that is
        longer).
    type: list
    elements: str
    default: []
  lock:
    description:
      - Take the config lock during the change, and always release it.
      - V(false) overrides the guard V(config_lock) where the firewall does not give the lock. Other administrators can
        then change the candidate configuration at the same time.
    type: bool
    default: true
  busy_wait:
    description:
      - How long to wait for another commit, install or synchronization to end before the guard V(busy) blocks the
        change, and how long to watch whether the lock of another run of this collection is still renewed.
      - V(0s) does not wait.
    type: str
    default: 10m
  expected_candidate:
    description:
      - Fingerprint of the candidate configuration that the change was planned for, from check mode or a plan.
      - The guard V(candidate_changed) blocks the change if the candidate is a different one. Without this option it is
        not compared.
    type: str
  commit_timeout:
    description:
      - How long to follow a commit job. The job itself continues after that.
    type: str
    default: 30m
"""

    RECONNECTING = r"""
options:
  restart_min_remaining:
    description:
      - Minimum time left in the maintenance window to restart device-server, in addition to O(commit_min_remaining).
    type: str
    default: 5m
  restart_timeout:
    description: How long device-server may take to answer after its restart.
    type: str
    default: 10m
  verify_timeout:
    description: How long the firewall may take to connect after the change.
    type: str
    default: 5m
"""
