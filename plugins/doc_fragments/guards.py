# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that guard a change."""

from __future__ import annotations


class ModuleDocFragment:
    """``panops.mlav.guards``; ``panops.mlav.guards.reconnecting`` where device-server is restarted as well."""

    DOCUMENTATION = r"""
requirements:
  - python-dateutil >= 2.8.1 (only where O(maintenance_window) has a window that recurs)
options:
  maintenance_window:
    description:
      - When the change may be made, as a list of windows. It is made when one of them stays
        open for O(commit_min_remaining) more.
      - A window has C(start), C(end) or C(duration), C(time_zone), and C(weekdays) where it is not every day; or
        C(from) and C(to); or C(rrule), as in RFC 5545, with C(start), C(duration) or C(end), and C(time_zone).
      - Without this option the change is not bound to a window.
    type: list
    elements: raw
  ignore_window:
    description:
      - Lifts the guard V(maintenance_window). The change is made at any time.
    type: bool
    default: false
  window_wait:
    description:
      - How long to wait for a window to open, as a number and a unit (V(s), V(m), V(h) or V(d)). V(0s) does not wait.
    type: str
    default: 0s
  commit_min_remaining:
    description: What has to be left of the window when a commit begins.
    type: str
    default: 10m
  allow_other_changes:
    description:
      - Lifts the guard V(pending_changes). Changes of other administrators, and changes of which the firewall does not
        tell whose they are, are committed as well.
    type: bool
    default: false
  take_over_locks:
    description:
      - Lifts the guards V(config_lock) and V(commit_lock) for locks that these administrators hold. The locks are
        removed.
      - The lock of a run of this collection that is over is removed without this option. A run renews its lock while it
        works; one whose lock nobody has renewed for the time that stands in its comment (three minutes, or three times
        O(timeout) where that is longer) is over.
    type: list
    elements: str
    default: []
  lock:
    description:
      - Take the configuration lock for the time of the change, and release it whatever happens.
      - V(false) lifts the guard V(config_lock) where the lock is not given. Somebody else can then change the candidate
        configuration at the same time.
    type: bool
    default: true
  busy_wait:
    description:
      - How long to wait for another commit, install or synchronisation to end before the guard V(busy) refuses, and how
        long to watch whether the lock of another run of this collection is still renewed.
      - V(0s) does not wait.
    type: str
    default: 10m
  expected_candidate:
    description:
      - The fingerprint of the candidate configuration that the change was planned for, as check mode and plans name it.
      - The guard V(candidate_changed) refuses where the candidate is another one. Without this option it may be any.
    type: str
  commit_timeout:
    description:
      - How long to follow a commit job. The job runs on when the time is over.
    type: str
    default: 30m
"""

    RECONNECTING = r"""
options:
  restart_min_remaining:
    description:
      - What has to be left of the window when device-server is restarted, beside what O(commit_min_remaining) says.
    type: str
    default: 5m
  restart_timeout:
    description: How long device-server may take to answer again after its restart.
    type: str
    default: 10m
  verify_timeout:
    description: How long the firewall may take to connect after the remedy.
    type: str
    default: 5m
"""
