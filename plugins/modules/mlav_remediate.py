#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_remediate
short_description: Repairs what keeps a firewall from the MLAV cloud, and proves that it helped
version_added: 1.0.0
description:
  - Diagnoses a firewall, plans the remedy of its first cause, carries it out inside a maintenance window, asks until
    the firewall is connected, and diagnoses again. Or refuses, and says why and which option lifts that.
  - C(tls_interception) is repaired with an exclusion from decryption and a commit, on the device that decrypts.
    C(commit_force_needed) with a commit force. C(device_server_unavailable) with a restart of device-server and a
    commit force. All other causes are for a person, and are told.
  - An exclusion that did not help is taken back, and so is one whose commit failed.
  - A B(commit force) commits every administrator's pending changes; it is refused while there are any.
  - In check mode nothing is touched, and the result holds the plan.
  - Bound to a maintenance window. Without O(maintenance_window) or O(ignore_window) it refuses.
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
    details: Shows the exclusion. A commit and a restart have nothing to show.
  idempotent:
    support: full
    details: A connected firewall is left alone.
options:
  remediate_confidence:
    description: The least certain cause that is still acted on.
    type: str
    choices: [proven, likely, possible]
    default: proven
  exclusion:
    description: The host name that is excluded from decryption. Case-sensitive.
    type: str
    default: "*.paloaltonetworks.com"
  decryption_host:
    description:
      - The inventory name of the device that decrypts the traffic of this firewall. Used only where the diagnosis does
        not say that the firewall decrypts it itself.
      - It is refused where that device has no decrypt rule.
    type: str
  decryption_connection:
    description:
      - How to reach O(decryption_host); the options are those of this module.
      - The default, where that is a host of the inventory, is what its own variables say, C(mlav_provider),
        C(mlav_panorama), C(mlav_validate_certs), C(mlav_ca_path), C(mlav_cert_fingerprint), C(mlav_timeout),
        C(mlav_ssh) and C(ansible_host). A time limit that they do not set is O(timeout).
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
            description: Accept the statement that the login asks about.
            type: bool
            default: false
  allow_unknown_ha:
    description: Act on a member of a high-availability pair although its state, or its peer's, is not known.
    type: bool
    default: false
  rollback:
    description: Take the exclusion back when the firewall does not connect within O(verify_timeout).
    type: bool
    default: true
  order:
    description:
      - Act only where it is this one's turn. V(first) are firewalls without a pair, and passive members; V(second) are
        active members; V(alone) are members whose state is not known (O(allow_unknown_ha)).
      - Not given, it is everybody's turn.
    type: str
    choices: [first, second, alone]
  plan:
    description:
      - The file C(plan.json) of an earlier check run. What would be done now has to be exactly what it says of this
        firewall, or it is refused.
    type: path
  audit_dir:
    description:
      - The folder for audit records, one file per firewall and run, written before and after each step. An earlier
        record tells a run that follows one that was killed whether device-server was restarted already.
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
- name: Bring the firewall back on Saturday night
  panops.mlav.mlav_remediate:
    provider:
      ip_address: 192.0.2.10
      username: mlav-operator
      password: "{{ vault_mlav_password }}"
    ssh: {}
    maintenance_window:
      - {weekdays: [sat], start: "22:00", duration: 4h, time_zone: Europe/London}
    audit_dir: /var/log/mlav

- name: Say what would be done
  panops.mlav.mlav_remediate:
    provider: "{{ mlav_provider }}"
    ignore_window: true
  check_mode: true

- name: Bring the firewall back as the variables mlav_provider, mlav_maintenance_window and so on say
  panops.mlav.mlav_remediate:
    role_variables: true
"""

RETURN = r"""
remediation:
  description: The record of this firewall, schema C(panops.mlav/remediation/1).
  returned: always, but for options that cannot be used
  type: dict
  contains:
    schema:
      description: Name and version of this shape.
      type: str
      returned: always
      sample: panops.mlav/remediation/1
    host:
      description: The name of the firewall.
      type: str
      returned: always
      sample: fw-lon-1
    cause:
      description: The cause that was found. V(null) where nothing is wrong, or nothing explains it.
      type: str
      returned: always
      sample: tls_interception
    confidence:
      description: How certain that cause is, V(proven), V(likely) or V(possible). V(null) without a cause.
      type: str
      returned: always
      sample: proven
    actions:
      description:
        - What was done, in its order, each with C(action), C(host), C(state) (V(planned), V(begun), V(done), V(failed),
          V(refused)), C(text), C(began_at), C(ended_at), and for commits C(job_id), C(confirmed), C(duration_s),
          C(warnings) and C(details).
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
      description: The verdict of the diagnosis before.
      type: str
      returned: always
      sample: broken
    summary_before:
      description: The summary of that diagnosis. Empty where the firewall was not diagnosed.
      type: str
      returned: always
      sample: >-
        TLS decrypted by this firewall (proven): untrusted certificate, and rule decrypt-outbound matches. Exclude
        *.paloaltonetworks.com here.
    verdict_after:
      description: The verdict of the diagnosis after the remedy. V(null) where nothing was done.
      type: str
      returned: always
      sample: healthy
    summary_after:
      description: The summary of that diagnosis. Empty where nothing was done.
      type: str
      returned: always
      sample: Connected to ml.service.paloaltonetworks.com. No action needed.
    reason:
      description: Why it was refused, and the option that lifts it. V(null) where it was not.
      type: str
      returned: always
      sample: null
    guard:
      description:
        - The guard that refused. One of V(cause), V(confidence), V(decrypting_device), V(high_availability), V(plan),
          V(candidate_changed), V(maintenance_window), V(busy), V(config_lock), V(commit_lock) and V(pending_changes).
          V(null) where none did.
      type: str
      returned: always
      sample: null
    option:
      description: The role's variable that overrides the guard. V(null) where none does.
      type: str
      returned: always
      sample: null
    outcome:
      description:
        - V(nothing_to_do), V(blocked), V(planned) (check mode), V(repaired), V(rolled_back), V(failed); V(running) in
          the file of a run that was killed.
      type: str
      returned: always
      sample: repaired
    error:
      description: What failed. V(null) where nothing did.
      type: str
      returned: always
      sample: null
    left_behind:
      description: What was changed and could not be taken back.
      type: list
      elements: str
      returned: always
      sample: []
    plan:
      description: The plan, schema C(panops.mlav/plan/1). V(null) where there was none.
      type: dict
      returned: always
      sample: {host: fw-lon-1, cause: tls_interception, order: first}
    plan_digest:
      description: The SHA-256 of the file O(plan) that it was bound to. V(null) without one.
      type: str
      returned: always
      sample: sha256:4bfd84e58b45e2aeeb232c49ad64ecb3662a01ac61b9031b31da91ce576c75df
    run_id:
      description: What tells this run from others; the name of the record's file in O(audit_dir).
      type: str
      returned: always
      sample: 20261123T021500.250000Z-5f2a90c4
    started_at:
      description: When it began, in UTC.
      type: str
      returned: always
      sample: "2026-11-23T02:15:00Z"
    finished_at:
      description: When it ended, in UTC. V(null) in the file of a run that was killed.
      type: str
      returned: always
      sample: "2026-11-23T02:19:10Z"
diff:
  description: The exclusion's entry in the candidate configuration, before and after.
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
  description: The class of the failure and what would help.
  returned: when the options cannot be used
  type: dict
  sample:
    kind: invalid_option
    message: >-
      plan is '/nowhere/plan.json'. Expected: the file plan.json that a run with --check wrote. Actual: No such file or
      directory.
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.remediating import REMEDIATE


def main() -> None:
    """Runs the module."""
    run_module(REMEDIATE)


if __name__ == "__main__":
    main()
