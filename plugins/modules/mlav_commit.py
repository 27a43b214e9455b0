#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_commit
short_description: Commit the candidate configuration with safety checks
version_added: 1.0.0
description:
  - Commits the pending changes of one firewall, follows the job to its end, and reads back the running configuration.
  - The commit is blocked outside the maintenance window, while another commit, install or synchronization runs, while
    another administrator holds a lock or has pending changes, and if the candidate is not the expected one. RV(guard)
    names the guard, RV(option) the option that overrides it.
  - Takes the config lock first, and always releases it. The stale lock of a run that was killed is taken over once its
    lease has expired without a renewal.
  - A commit is sent once. If the answer is lost, its job is found by its description; if the connection is lost later,
    the job is polled again.
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
      - Takes no lock and writes nothing. RV(would_commit) lists what would be committed per administrator, RV(blocked)
        the guard that would block it.
  diff_mode:
    support: none
    details:
      - RV(would_commit) and RV(committed) list the xpaths that differ.
  idempotent:
    support: partial
    details:
      - Without O(force), a second run has nothing to commit. With O(force), each run commits.
options:
  description:
    description: Description of the commit. It is prefixed with the mark of this collection and of the run.
    type: str
  force:
    description:
      - Commit the whole candidate, even if nothing is pending (C(commit force)). It always includes the changes of all
        administrators.
      - Cannot be used together with O(admin).
    type: bool
    default: false
  admin:
    description:
      - Commit only the changes of this administrator.
      - Cannot be used together with O(force).
    type: str
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - name: Commit configuration changes
    description: Vendor documentation.
    link: https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-panorama-api/pan-os-xml-api-request-types/commit-configuration-api
"""

EXAMPLES = r"""
- name: Commit in the maintenance window, waiting up to two hours for it
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

- name: Show what would be committed, and who changed it
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
  description: Number of the commit job. V(null) where there was nothing to commit.
  returned: when a commit was sent
  type: int
  sample: 17
started_at:
  description: Time in UTC when the commit was sent.
  returned: success, outside check mode
  type: str
  sample: "2026-11-23T02:15:00Z"
finished_at:
  description: Time in UTC when the commit job was seen to be done.
  returned: success, outside check mode
  type: str
  sample: "2026-11-23T02:16:10Z"
duration:
  description: Duration of the commit in seconds. V(null) where there was nothing to commit.
  returned: success, outside check mode
  type: float
  sample: 70.0
warnings:
  description: Warnings of the commit job, in the firewall's words.
  returned: when a commit job ended
  type: list
  elements: str
  sample: [Aggregate-ethernet interface ae1 has no member interfaces.]
details:
  description: Details of the commit job, in the firewall's words.
  returned: when a commit job ended
  type: list
  elements: str
  sample: [Configuration committed successfully]
confirmed:
  description:
    - V(true) where the firewall has nothing pending, or its running configuration holds what was committed. V(false)
      where it does not. V(null) where that could not be determined.
  returned: success, outside check mode
  type: bool
  sample: true
committed:
  description: What was committed, per administrator.
  returned: success, outside check mode
  type: list
  elements: dict
  contains:
    admin:
      description: Administrator who made the changes. V(null) where that is unknown.
      type: str
      sample: automation
    count:
      description: Number of xpaths that differed.
      type: int
      sample: 1
    xpaths:
      description: The first 50 of these xpaths.
      type: list
      elements: str
      sample: ["/config/shared/ssl-decrypt"]
would_commit:
  description: What would be committed, per administrator, as in RV(committed).
  returned: in check mode
  type: list
  elements: dict
  sample:
    - admin: automation
      count: 1
      xpaths: [/config/shared/ssl-decrypt]
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
candidate:
  description: Fingerprint of the candidate configuration before the commit, for O(expected_candidate).
  returned: success
  type: str
  sample: sha256:4bfd84e58b45e2aeeb232c49ad64ecb3662a01ac61b9031b31da91ce576c75df
lock_left:
  description: Why the config lock could not be released. V(null) where it was.
  returned: outside check mode
  type: str
  sample: 192.0.2.10 port 443 closed the connection without an answer
taken_over:
  description:
    - Locks that were removed before the change, stale ones of this collection and those of administrators in
      O(take_over_locks).
  returned: outside check mode
  type: list
  elements: str
  sample:
    - admin holds the config lock of shared since 2026/11/28 22:01:17 (panops.mlav run 5f0c2a91 job awx-1234
      lease 180s until 2026-11-28T22:04:17Z)
host:
  description: Name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
guard:
  description:
    - Guard that blocked the commit. One of V(maintenance_window), V(busy), V(config_lock), V(commit_lock),
      V(pending_changes), V(full_commit_required) and V(candidate_changed).
  returned: when a guard blocks it
  type: str
  sample: pending_changes
option:
  description: Option that overrides the guard. Empty where none does.
  returned: when a guard blocks it
  type: str
  sample: allow_other_changes
error:
  description: Kind of the failure and its remedy.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(blocked), V(commit_failed) (the firewall reports that the job failed), V(commit_unfinished) (the job was not
          seen to end and may still be running), V(commit_unknown) (the answer was lost and no job was found; it was not
          sent again), V(commit_without_effect) (the firewall reports success, but what was committed is not running),
          V(controller_gone) (the process that started the run has ended), or one of V(unreachable), V(overloaded),
          V(foreign_answer), V(tls), V(authentication), V(session), V(permission), V(refused), V(busy), V(timeout),
          V(malformed), V(oversized), V(missing_library), V(invalid_option) and V(device_error).
      type: str
      sample: commit_failed
    message:
      description: What failed, with the firewall's own text.
      type: str
      sample: "commit job 17 failed: job failed because of configd restart"
    remedy:
      description: Recommended action. May be empty.
      type: str
      sample: Correct what the firewall reports, then commit again.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.committing import COMMIT
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(COMMIT)


if __name__ == "__main__":
    main()
