#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_remediate
short_description: Remediate the MLAV cloud connection of a firewall
version_added: 1.0.0
description:
  - Diagnoses a firewall, plans the remedy for its first cause, carries it out inside a maintenance window, waits until
    the firewall is connected, and diagnoses it again. If a guard blocks that, the record names the guard and the option
    that overrides it.
  - For C(tls_interception) it adds an exclusion from decryption on the device that decrypts, and commits it. For
    C(commit_force_needed) it does a commit force. For C(device_server_unavailable) it restarts device-server and does a
    commit force. Other causes are reported for manual action.
  - An exclusion that did not help is rolled back, and so is one whose commit failed.
  - A B(commit force) includes the pending changes of every administrator, so it is blocked while there are any.
  - In check mode nothing is changed, and the result has the plan.
  - It needs a maintenance window. Without O(maintenance_window) or O(ignore_window) it is blocked.
author:
  - panops contributors (@panops)
requirements:
  - pan-os-python >= 1.13.1
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.logs
  - panops.mlav.logs.lines
  - panops.mlav.guards
  - panops.mlav.guards.reconnecting
  - panops.mlav.role_variables
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details: Shows the exclusion. A commit and a restart have no diff.
  idempotent:
    support: full
    details: A connected firewall is not changed.
options:
  remediate_confidence:
    description: Minimum confidence required to act.
    type: str
    choices: [proven, likely, possible]
    default: proven
  exclusion:
    description: Host name to exclude from decryption. Case-sensitive.
    type: str
    default: "*.paloaltonetworks.com"
  decryption_host:
    description:
      - Inventory name of the device that decrypts the traffic of this firewall. Used unless the diagnosis shows that
        the firewall decrypts it itself.
      - A device without a decrypt rule is not changed.
    type: str
  decryption_connection:
    description:
      - How to connect to O(decryption_host), with the options of this module.
      - The default is taken from the variables of that host in the inventory, C(mlav_provider),
        C(mlav_panorama), C(mlav_validate_certs), C(mlav_ca_path), C(mlav_cert_fingerprint), C(mlav_timeout),
        C(mlav_ssh) and C(ansible_host). Where they set no time limit, O(timeout) applies.
    type: dict
    suboptions:
      provider:
        description: As O(provider).
        type: dict
        suboptions:
          ip_address:
            description: Address or name.
            type: str
          username:
            description: The administrator.
            type: str
          password:
            description: The administrator's password.
            type: str
          api_key:
            description: An API key in place of user name and password.
            type: str
          port:
            description: TCP port of the XML API.
            type: int
            default: 443
          serial_number:
            description: Serial number of the device behind a Panorama.
            type: str
      validate_certs:
        description: As O(validate_certs).
        type: bool
        default: true
      ca_path:
        description: As O(ca_path).
        type: path
      cert_fingerprint:
        description: As O(cert_fingerprint).
        type: str
      timeout:
        description: As O(timeout).
        type: int
        default: 30
      ssh:
        description: As O(ssh).
        type: dict
        suboptions:
          host:
            description: Address or name.
            type: str
          port:
            description: TCP port of SSH.
            type: int
            default: 22
          username:
            description: The administrator.
            type: str
          password:
            description: The administrator's password.
            type: str
          key_file:
            description: Private key.
            type: path
          key_passphrase:
            description: Passphrase of the private key.
            type: str
          known_hosts:
            description: File of known host keys.
            type: path
          host_key_checking:
            description: Refuse unknown and changed host keys.
            type: bool
            default: true
          accept_banner:
            description: Accept the statement that the login requires.
            type: bool
            default: false
  allow_unknown_ha:
    description: Act on a peer of an HA pair even if its state, or that of the other peer, is unknown.
    type: bool
    default: false
  rollback:
    description: Roll the exclusion back when the firewall does not connect within O(verify_timeout).
    type: bool
    default: true
  order:
    description:
      - Act only on firewalls with this turn. V(first) are firewalls without HA and passive peers, V(second) are active
        peers, V(alone) are peers whose HA state is unknown (O(allow_unknown_ha)).
      - Without this option, the turn does not matter.
    type: str
    choices: [first, second, alone]
  plan:
    description:
      - The approved C(plan.json) of a previous check run. If the plan of this firewall is a different one now, nothing
        is changed.
    type: path
  audit_dir:
    description:
      - Folder for audit records, one file per firewall and run, written before and after each step. The record of a
        killed run shows the next run whether device-server was restarted.
      - Not written in check mode.
    type: path
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_decryption_exclusion
  - module: panops.mlav.mlav_commit
  - module: panops.mlav.mlav_reconnect
  - module: panops.mlav.mlav_report
"""

EXAMPLES = r"""
- name: Remediate on Saturday night
  panops.mlav.mlav_remediate:
    provider:
      ip_address: 192.0.2.10
      username: mlav-operator
      password: "{{ vault_mlav_password }}"
    ssh: {}
    maintenance_window:
      - {weekdays: [sat], start: "22:00", duration: 4h, time_zone: Europe/London}
    audit_dir: /var/log/mlav

- name: Plan the remediation
  panops.mlav.mlav_remediate:
    provider: "{{ mlav_provider }}"
    ignore_window: true
  check_mode: true

- name: Remediate with the options from mlav_provider, mlav_maintenance_window and the other variables of the role
  panops.mlav.mlav_remediate:
    role_variables: true
"""

RETURN = r"""
remediation:
  description: Record of this firewall, schema C(panops.mlav/remediation/1).
  returned: unless the options are invalid
  type: dict
  contains:
    schema:
      description: Name and version of the schema.
      type: str
      returned: always
      sample: panops.mlav/remediation/1
    host:
      description: Name of the firewall.
      type: str
      returned: always
      sample: fw-lon-1
    cause:
      description: Cause that was found. V(null) where nothing is wrong, or no cause matched.
      type: str
      returned: always
      sample: tls_interception
    confidence:
      description: Confidence of the cause, V(proven), V(likely) or V(possible). V(null) without a cause.
      type: str
      returned: always
      sample: proven
    actions:
      description:
        - Steps in order, each with C(action), C(host), C(state) (V(planned), V(begun), V(done), V(failed), V(blocked)),
          C(text), C(began_at), C(ended_at), and for commits C(job_id), C(confirmed), C(duration_s), C(warnings) and
          C(details).
      type: list
      elements: dict
      returned: always
      sample:
        - action: commit
          host: fw-lon-1
          state: done
          text: Commit the exclusion, and nothing else.
          began_at: "2026-11-23T02:15:10Z"
          job_id: 17
          confirmed: true
          duration_s: 70.0
          warnings: []
          details: [Configuration committed successfully]
          ended_at: "2026-11-23T02:16:20Z"
    verdict_before:
      description: Verdict before the remediation.
      type: str
      returned: always
      sample: broken
    summary_before:
      description: Summary of that diagnosis. Empty where the firewall was not diagnosed.
      type: str
      returned: always
      sample: >-
        TLS decrypted by this firewall (proven): untrusted certificate, and rule decrypt-outbound matches. Exclude
        *.paloaltonetworks.com here.
    verdict_after:
      description: Verdict after the remediation. V(null) where nothing was done.
      type: str
      returned: always
      sample: healthy
    summary_after:
      description: Summary of that diagnosis. Empty where nothing was done.
      type: str
      returned: always
      sample: Connected to ml.service.paloaltonetworks.com. No action needed.
    reason:
      description: Why it was blocked, and the option to set. V(null) where it was not.
      type: str
      returned: always
      sample: null
    guard:
      description:
        - Guard that blocked it. One of V(cause), V(confidence), V(decrypting_device), V(high_availability), V(plan),
          V(candidate_changed), V(maintenance_window), V(busy), V(config_lock), V(commit_lock) and V(pending_changes).
          V(null) for none.
      type: str
      returned: always
      sample: null
    option:
      description: Role variable that overrides the guard. V(null) where none does.
      type: str
      returned: always
      sample: null
    outcome:
      description:
        - V(nothing_to_do), V(blocked), V(planned) (check mode), V(repaired), V(rolled_back), V(failed); V(running) in
          the file of a run that was killed.
      type: str
      returned: always
      sample: rolled_back
    error:
      description: What failed. V(null) for nothing.
      type: str
      returned: always
      sample: null
    left_behind:
      description: What was changed and could not be rolled back or released.
      type: list
      elements: str
      returned: always
      sample: []
    plan:
      description: Plan, schema C(panops.mlav/plan/1). V(null) without one.
      type: dict
      returned: always
      sample: {host: fw-lon-1, cause: tls_interception, order: first}
    plan_digest:
      description: SHA-256 of the file O(plan). V(null) without one.
      type: str
      returned: always
      sample: sha256:4bfd84e58b45e2aeeb232c49ad64ecb3662a01ac61b9031b31da91ce576c75df
    run_id:
      description: Unique name of this run, and of the record's file in O(audit_dir).
      type: str
      returned: always
      sample: 20261123T021500.250000Z-5f2a90c4
    started_at:
      description: Start time in UTC.
      type: str
      returned: always
      sample: "2026-11-23T02:15:00Z"
    finished_at:
      description: End time in UTC. V(null) in the file of a run that was killed.
      type: str
      returned: always
      sample: "2026-11-23T02:19:10Z"
diff:
  description: Entry of the exclusion in the candidate configuration, before and after.
  returned: when an exclusion is planned or made
  type: dict
  sample:
    before_header: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    before: ""
    after_header: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    after: |
      <entry name="*.paloaltonetworks.com">
        <description>panops.mlav: keeps the MLAV cloud out of decryption</description>
        <exclude>yes</exclude>
      </entry>
error:
  description: Kind of the failure and its remedy.
  returned: when the options are invalid
  type: dict
  sample:
    kind: invalid_option
    message: >-
      plan: expected a plan.json that a --check run wrote, got '/nowhere/plan.json' (No such file or directory)
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE


def main() -> None:
    """Runs the module."""
    run_module(REMEDIATE)


if __name__ == "__main__":
    main()
