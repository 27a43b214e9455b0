#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_reconnect
short_description: Restart device-server and commit force
version_added: 1.0.0
description:
  - Runs C(debug software restart process device-server), waits until device-server answers again, does a commit force,
    and waits until the firewall is connected to the MLAV cloud.
  - A connected firewall is not changed, unless O(restart=always).
  - If device-server was already restarted and no commit has followed, only the commit force is done, so that a run
    continues where a previous one was interrupted. The system log and the jobs of the firewall show that.
  - If the firewall does not log the restart, the run after an interrupted one restarts device-server once more.
    O(restart=never) prevents that.
  - The restart is sent once, over the XML API, or over SSH where the API does not take the command. The process, the
    cloud status and the system log show whether it was made; the text of the answer is not evaluated.
  - A B(commit force) includes the pending changes of all administrators, so it is blocked while there are any, and by
    all other guards of M(panops.mlav.mlav_commit).
  - A restart of device-server interrupts work between management plane and dataplane, such as commits. Do it in a
    maintenance window. O(maintenance_window) has to stay open long enough for both steps before the first one starts,
    and is checked again before the second.
  - The module fails if the firewall is not connected at the end.
  - The account needs the rights to run operational commands, to read the configuration and the logs, and to commit.
author:
  - panops contributors (@panops)
requirements:
  - pan-os-python >= 1.13.1
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.guards
  - panops.mlav.guards.reconnecting
attributes:
  check_mode:
    support: full
    details:
      - RV(would) lists the steps, RV(blocked) the guard that would block them. Takes no lock.
  diff_mode:
    support: none
    details:
      - It changes no configuration of its own.
  idempotent:
    support: full
    details:
      - With O(restart=always) every run restarts.
options:
  restart:
    description:
      - V(auto) restarts device-server unless that was already done, V(never) does only the commit force, V(always)
        restarts device-server even if the firewall is connected.
    type: str
    choices: [auto, always, never]
    default: auto
  description:
    description:
      - Description of the commit.
    type: str
    default: commit force after a restart of device-server, for the MLAV cloud
seealso:
  - module: panops.mlav.mlav_commit
  - module: panops.mlav.mlav_status_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Reconnect on a Saturday night
  panops.mlav.mlav_reconnect:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
    ssh: {}
    maintenance_window:
      - weekdays: [sat]
        start: "22:00"
        duration: 4h
        time_zone: Europe/London

- name: Do only the commit force after a manual restart
  panops.mlav.mlav_reconnect:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    restart: never

- name: Show what would be done, and what would block it
  panops.mlav.mlav_reconnect:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
  check_mode: true
  register: mlav_reconnect
"""

RETURN = r"""
connected:
  description: Whether the firewall is connected to the MLAV cloud at the end.
  returned: unless the firewall did not answer
  type: bool
  sample: true
because:
  description: Reason for these steps, or for none.
  returned: unless the firewall did not answer
  type: str
  sample: the connection is disconnected
done:
  description: Steps that were done, V(restart_device_server) and V(commit_force).
  returned: unless the firewall did not answer
  type: list
  elements: str
  sample: [restart_device_server, commit_force]
outstanding:
  description: Steps that were needed and not done. Empty unless the module failed.
  returned: unless the firewall did not answer
  type: list
  elements: str
  sample: []
would:
  description: Steps that would be done.
  returned: in check mode
  type: list
  elements: str
  sample: [restart_device_server, commit_force]
blocked:
  description: Guard that would block it. V(null) for none.
  returned: in check mode
  type: dict
  contains:
    guard:
      description: Name of the guard, as in RV(guard).
      type: str
      sample: pending_changes
    reason:
      description: Reason.
      type: str
      sample: >-
        changes that this run did not make are pending: bob: 1 (/config/shared/address)
    option:
      description: Option that overrides the guard. Empty where none does.
      type: str
      sample: allow_other_changes
    remedy:
      description: Recommended action.
      type: str
      sample: Have them committed or reverted first, or set allow_other_changes to commit them as well.
guard:
  description:
    - Guard that blocked it, one of those of M(panops.mlav.mlav_commit). RV(error.kind) is then V(blocked), and RV(done)
      shows whether it blocked before or after the restart.
  returned: when a guard blocks it
  type: str
  sample: maintenance_window
option:
  description: Option that overrides the guard. Empty where none does.
  returned: when a guard blocks it
  type: str
  sample: ignore_window
restarted:
  description:
    - V(true) where the process, the status or the system log prove that device-server was restarted, V(null) where
      that is unknown, V(false) where it was not.
  returned: unless the firewall did not answer
  type: bool
  sample: true
restart_transport:
  description: Transport that took the command, V(api) or V(ssh). V(null) where its answer was lost, or it was not sent.
  returned: unless the firewall did not answer
  type: str
  sample: ssh
restart_duration:
  description: Seconds until device-server answered again.
  returned: unless the firewall did not answer
  type: float
  sample: 74.2
job_id:
  description: Number of the commit job.
  returned: unless the firewall did not answer
  type: int
  sample: 17
commit_duration:
  description: Duration of the commit in seconds.
  returned: unless the firewall did not answer
  type: float
  sample: 41.0
warnings:
  description: Warnings of the commit job.
  returned: unless the firewall did not answer
  type: list
  elements: str
  sample: []
details:
  description: Details of the commit job.
  returned: unless the firewall did not answer
  type: list
  elements: str
  sample: [Configuration committed successfully]
confirmed:
  description: Whether what was committed is running, as read back. V(null) where that could not be determined.
  returned: unless the firewall did not answer
  type: bool
  sample: true
lock_left:
  description: Why the config lock could not be released. V(null) where it was.
  returned: outside check mode, where there were steps to take
  type: str
  sample: 192.0.2.10 port 443 closed the connection without an answer
taken_over:
  description:
    - Locks that were removed before the change, stale ones of this collection and those of administrators in
      O(take_over_locks).
  returned: outside check mode, where there were steps to take
  type: list
  elements: str
  sample:
    - admin holds the config lock of shared since 2026/11/28 22:01:17 (panops.mlav run 5f0c2a91 job awx-1234
      lease 180s until 2026-11-28T22:04:17Z)
status_before:
  description: State of the connection at the beginning.
  returned: unless the firewall did not answer
  type: dict
  contains:
    state:
      description: V(connected), V(disconnected), V(busy), V(other) or V(unknown).
      type: str
      sample: disconnected
    server:
      description: Cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own word where the state is V(other).
      type: str
      sample: connecting
status_after:
  description: State of the connection at the end. V(null) where it was not checked.
  returned: unless the firewall did not answer
  type: dict
  contains:
    state:
      description: V(connected), V(disconnected), V(busy), V(other) or V(unknown).
      type: str
      sample: connected
    server:
      description: Cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own word where the state is V(other).
      type: str
      sample: connecting
host:
  description: Name of the firewall.
  returned: unless the firewall did not answer
  type: str
  sample: fw-lon-1
error:
  description: Kind of the failure and its remedy.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(restart_not_made) (device-server is the same process as before), V(restart_unknown) (the answer was lost,
          and nothing shows whether it was restarted), V(device_server_not_back) (no answer within O(restart_timeout)),
          V(not_connected) (not within O(verify_timeout)), those of M(panops.mlav.mlav_commit), and those of
          M(panops.mlav.mlav_status_info).
      type: str
      sample: device_server_not_back
    message:
      description: What failed.
      type: str
      sample: "device-server did not answer `show mlav cloud-status` within 600 s (option restart_timeout): busy"
    remedy:
      description: Recommended action. May be empty.
      type: str
      sample: Wait until `show mlav cloud-status` answers, then run this again.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reconnecting import RECONNECT


def main() -> None:
    """Runs the module."""
    run_module(RECONNECT)


if __name__ == "__main__":
    main()
