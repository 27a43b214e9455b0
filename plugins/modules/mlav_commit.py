#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_commit
short_description: Commits the candidate configuration of a firewall, guarded
version_added: 1.0.0
description:
  - Commits what waits in the candidate configuration of one firewall, follows the job to its end, and reads back what
    runs then.
  - Refuses outside the maintenance window, while another commit, install or synchronisation runs, while somebody else
    holds a lock, while changes of other administrators wait, and where the candidate is not the one that was looked at.
    A guard that blocks the commit is named in RV(guard), with the option that overrides it.
  - Takes the configuration lock before, and releases it whatever happens. The lock of a run that was killed is taken
    over once nobody has renewed it for the time of its lease.
  - A commit is sent once. Where the answer is lost, its job is looked for by its description; where the connection is
    lost later, the job is asked for again.
author:
  - panops contributors (@panops)
requirements:
  - pan-os-python >= 1.13.1
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.guards
attributes:
  check_mode:
    support: full
    details:
      - Takes no lock and writes nothing. RV(would_commit) says what would be committed, for each administrator, and
        RV(blocked) which guard would block.
  diff_mode:
    support: none
    details:
      - RV(would_commit) and RV(committed) name the places that differ.
  idempotent:
    support: partial
    details:
      - Without O(force), a second run has nothing to commit. With O(force), each run commits.
options:
  description:
    description: The description of the commit. The mark of this collection and of the run is put in front.
    type: str
  force:
    description:
      - Commit the whole candidate, also where nothing waits (C(commit force)). It always takes the changes of all
        administrators along.
      - Cannot be used together with O(admin).
    type: bool
    default: false
  admin:
    description:
      - Commit the changes of this administrator alone. Those of others stay.
      - Cannot be used together with O(force).
    type: str
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - name: Commit configuration changes
    description: The documentation of the vendor.
    link: https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-panorama-api/pan-os-xml-api-request-types/commit-configuration-api
"""

EXAMPLES = r"""
- name: Commit in the maintenance window, and wait up to two hours for it
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
    maintenance_window:
      - weekdays: [saturday, sunday]
        start: "02:00"
        end: "05:00"
        time_zone: Europe/Berlin
    window_wait: 2h
    description: Exclude the MLAV cloud from decryption

- name: See what would be committed, and by whom it was changed
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
  check_mode: true
  register: mlav_waiting

- name: Commit the changes of one administrator, if nothing has changed since
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    admin: automation
    expected_candidate: "{{ mlav_waiting.candidate }}"

- name: Force a commit after device-server was restarted
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    force: true
    busy_wait: 20m
"""

RETURN = r"""
job_id:
  description: The number of the commit job. V(null) where there was nothing to commit.
  returned: when a commit was sent
  type: int
  sample: 17
started_at:
  description: When the commit was sent, in UTC.
  returned: success, outside check mode
  type: str
  sample: "2026-11-23T02:15:00Z"
finished_at:
  description: When the commit job was seen to be done, in UTC.
  returned: success, outside check mode
  type: str
  sample: "2026-11-23T02:16:10Z"
duration:
  description: How long the commit took, in seconds. V(null) where there was nothing to commit.
  returned: success, outside check mode
  type: float
  sample: 70.0
warnings:
  description: The warnings of the commit job, in the firewall's words.
  returned: when a commit job ended
  type: list
  elements: str
  sample: [Aggregate-ethernet interface ae1 has no member interfaces.]
details:
  description: What else the commit job says, in the firewall's words.
  returned: when a commit job ended
  type: list
  elements: str
  sample: [Configuration committed successfully]
confirmed:
  description:
    - V(true) where the firewall, asked again, has nothing pending and runs what was committed. V(false) where something
      is pending, or something else runs in these places. V(null) where it does not tell.
  returned: success, outside check mode
  type: bool
  sample: true
committed:
  description: What was committed, for each administrator.
  returned: success, outside check mode
  type: list
  elements: dict
  contains:
    admin:
      description: The administrator who made the changes. V(null) where the firewall does not tell.
      type: str
      sample: automation
    count:
      description: How many places differed.
      type: int
      sample: 1
    xpaths:
      description: The first 50 of these places.
      type: list
      elements: str
      sample: ["/config/shared/ssl-decrypt"]
would_commit:
  description: What would be committed, for each administrator, as in RV(committed).
  returned: in check mode
  type: list
  elements: dict
  sample:
    - admin: automation
      count: 1
      xpaths: [/config/shared/ssl-decrypt]
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
candidate:
  description: The fingerprint of the candidate configuration before the commit, for O(expected_candidate).
  returned: success
  type: str
  sample: sha256:4bfd84e58b45e2aeeb232c49ad64ecb3662a01ac61b9031b31da91ce576c75df
lock_left:
  description: Why the configuration lock could not be released. V(null) where it was.
  returned: outside check mode
  type: str
  sample: 192.0.2.10 port 443 closed the connection without an answer
taken_over:
  description:
    - The locks that were removed before the change, of runs of this collection that are over and of administrators whom
      O(take_over_locks) names.
  returned: outside check mode
  type: list
  elements: str
  sample:
    - admin holds the configuration lock of shared since 2026/11/28 22:01:17 (panops.mlav run 5f0c2a91 job awx-1234
      lease 180s until 2026-11-28T22:04:17Z)
host:
  description: The name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
guard:
  description:
    - The guard that refused. One of V(maintenance_window), V(busy), V(config_lock), V(commit_lock), V(pending_changes),
      V(full_commit_required) and V(candidate_changed).
  returned: when a guard refuses
  type: str
  sample: pending_changes
option:
  description: The option that lifts the guard. Empty where none does.
  returned: when a guard refuses
  type: str
  sample: allow_other_changes
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(blocked), V(commit_failed) (the firewall says that the job failed), V(commit_unfinished) (the job
          was not seen to end and may still run), V(commit_unknown) (the answer was lost and no job was found; it was
          not sent again), or one of V(unreachable), V(overloaded), V(foreign_answer), V(tls),
          V(authentication), V(session), V(permission), V(refused), V(busy), V(timeout), V(malformed),
          V(oversized), V(missing_library), V(invalid_option) and V(device_error).
      type: str
      sample: commit_failed
    message:
      description: What happened, with the firewall's own text.
      type: str
      sample: "commit job 17 failed: job failed because of configd restart"
    remedy:
      description: What would help. May be empty.
      type: str
      sample: Correct what the firewall names, then commit again.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(COMMIT)


if __name__ == "__main__":
    main()
