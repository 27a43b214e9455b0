#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_reconnect
short_description: Restarts device-server and forces the commit that it needs
version_added: 1.0.0
description:
  - Runs C(debug software restart process device-server), waits until device-server answers again, does a commit force,
    and asks until the firewall is connected to the MLAV cloud.
  - A connected firewall is left alone, unless O(restart=always).
  - Where device-server was restarted already and no commit has followed, the commit force alone is done. So a run that
    was interrupted between the two goes on where it stopped. The system log and the jobs of the firewall tell.
  - Where the firewall writes nothing about the restart into its system log, a run that was interrupted restarts it once
    more when it is run again. O(restart=never) prevents that.
  - The restart is sent over the XML API, and over SSH where the API refuses it. It is sent once. Whether it happened is
    told by what follows (the process, the status, the system log), never by the text of the answer.
  - A B(commit force) commits the pending changes of all administrators. So it is refused while there are any, and under
    all other conditions of M(panops.mlav.mlav_commit).
  - Restarting device-server disturbs what the management plane does with the dataplane, such as commits. Do it in a
    maintenance window. O(maintenance_window) has to be open for both steps before the first, and is looked at again
    before the second.
  - It fails where the firewall is not connected at the end.
  - The account needs the right to run operational commands, to read the configuration and the logs, and to commit.
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
      - Says in RV(would) what would be done, and in RV(blocked) which guard would block it. Takes no lock.
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
      - V(auto) restarts device-server unless that was done already, V(never) does the commit force alone, V(always)
        restarts it even where the firewall is connected.
    type: str
    choices: [auto, always, never]
    default: auto
  description:
    description:
      - The description of the commit.
    type: str
    default: commit force after a restart of device-server, for the MLAV cloud
seealso:
  - module: panops.mlav.mlav_commit
  - module: panops.mlav.mlav_status_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: The article of the vendor that this collection follows.
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

- name: Only do the commit force that a restart by hand needs
  panops.mlav.mlav_reconnect:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    restart: never

- name: Show what would be done, and what would refuse it
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
  returned: always, but where the firewall could not be asked
  type: bool
  sample: true
because:
  description: Why these steps were taken, or none.
  returned: always, but where the firewall could not be asked
  type: str
  sample: the connection is disconnected
done:
  description: The steps that were done, V(restart_device_server) and V(commit_force).
  returned: always, but where the firewall could not be asked
  type: list
  elements: str
  sample: [restart_device_server, commit_force]
outstanding:
  description: The steps that were needed and not done. Not empty only where the module failed.
  returned: always, but where the firewall could not be asked
  type: list
  elements: str
  sample: []
would:
  description: The steps that would be done.
  returned: in check mode
  type: list
  elements: str
  sample: [restart_device_server, commit_force]
blocked:
  description: Which guard would refuse. V(null) where none would.
  returned: in check mode
  type: dict
  contains:
    guard:
      description: The name of the guard, as in RV(guard).
      type: str
      sample: pending_changes
    reason:
      description: Why it refuses.
      type: str
      sample: >-
        changes that are not this run's own wait to be committed. Expected: none. Actual: bob: 1
        (/config/shared/address)
    option:
      description: The option that lifts it. Empty where none does.
      type: str
      sample: allow_other_changes
    remedy:
      description: What would help.
      type: str
      sample: Let them be committed or reverted first. With allow_other_changes they are committed as well.
guard:
  description:
    - The guard that refused; RV(error.kind) is then V(blocked). Those of M(panops.mlav.mlav_commit). Look at
      RV(done) whether it refused before the restart or after it.
  returned: when a guard refuses
  type: str
  sample: maintenance_window
option:
  description: The option that lifts the guard. Empty where none does.
  returned: when a guard refuses
  type: str
  sample: ignore_window
restarted:
  description:
    - V(true) where the process, the status or the system log prove that device-server was restarted, V(null) where
      nothing tells, V(false) where it was not.
  returned: always, but where the firewall could not be asked
  type: bool
  sample: true
restart_transport:
  description: What took the command, V(api) or V(ssh). V(null) where its answer was lost, or where it was not sent.
  returned: always, but where the firewall could not be asked
  type: str
  sample: ssh
restart_duration:
  description: How long it took until device-server answered again, in seconds.
  returned: always, but where the firewall could not be asked
  type: float
  sample: 74.2
job_id:
  description: The commit job.
  returned: always, but where the firewall could not be asked
  type: int
  sample: 17
commit_duration:
  description: How long the commit took, in seconds.
  returned: always, but where the firewall could not be asked
  type: float
  sample: 41.0
warnings:
  description: What the commit job warns of.
  returned: always, but where the firewall could not be asked
  type: list
  elements: str
  sample: []
details:
  description: What the commit job says at its end.
  returned: always, but where the firewall could not be asked
  type: list
  elements: str
  sample: [Configuration committed successfully]
confirmed:
  description: Whether what was committed is running, as read back from the firewall. V(null) where it does not tell.
  returned: always, but where the firewall could not be asked
  type: bool
  sample: true
lock_left:
  description: Why the configuration lock could not be released. V(null) where it was.
  returned: outside check mode, where there were steps to take
  type: str
  sample: 192.0.2.10 port 443 closed the connection without an answer
taken_over:
  description:
    - The locks that were removed before the change, of runs of this collection that are over and of administrators whom
      O(take_over_locks) names.
  returned: outside check mode, where there were steps to take
  type: list
  elements: str
  sample:
    - admin holds the configuration lock of shared since 2026/11/28 22:01:17 (panops.mlav run 5f0c2a91 job awx-1234
      lease 180s until 2026-11-28T22:04:17Z)
status_before:
  description: What the firewall said of the connection at the beginning.
  returned: always, but where the firewall could not be asked
  type: dict
  contains:
    state:
      description: V(connected), V(disconnected), V(busy), V(other) or V(unknown).
      type: str
      sample: disconnected
    server:
      description: The cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own word where the state is V(other).
      type: str
      sample: connecting
status_after:
  description: What it said at the end. V(null) where it did not come to that.
  returned: always, but where the firewall could not be asked
  type: dict
  contains:
    state:
      description: V(connected), V(disconnected), V(busy), V(other) or V(unknown).
      type: str
      sample: connected
    server:
      description: The cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own word where the state is V(other).
      type: str
      sample: connecting
host:
  description: The name of the firewall.
  returned: always, but where the firewall could not be asked
  type: str
  sample: fw-lon-1
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(restart_not_made) (device-server is the same process as before), V(restart_unknown) (the answer was lost,
          and nothing tells), V(device_server_not_back) (within O(restart_timeout)), V(not_connected) (within
          O(verify_timeout)), those of M(panops.mlav.mlav_commit), and those of M(panops.mlav.mlav_status_info).
      type: str
      sample: device_server_not_back
    message:
      description: What happened.
      type: str
      sample: device-server does not answer.
    remedy:
      description: What would help. May be empty.
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
