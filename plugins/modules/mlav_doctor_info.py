#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_doctor_info
short_description: Check whether firewalls can be diagnosed from here
version_added: 1.0.0
description:
  - Checks this controller (ansible-core, Python, libraries, CA file, known hosts, SSH key, folders, time zones).
  - Asks firewalls for all that a diagnosis needs, one step at a time (name, TCP, TLS, login, each XML API right, SSH,
    C(ping), C(show netstat), C(devsrv.log), clock).
  - Every fault comes with the command or setting that fixes it. What could not be checked is V(skipped), with the
    reason, and is never a pass. The playbook C(panops.mlav.doctor) shows all of it, and fails unless RV(ready) is true.
  - A user name with a password that was refused is not tried again, not even at other firewalls unless one of them has
    accepted it, since failed logins lock accounts.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
options:
  hosts:
    description:
      - Hosts of the inventory, in place of the one that O(provider) leads to. Their own variables say how to reach
        them, C(mlav_provider), C(mlav_panorama), C(mlav_ssh), C(mlav_validate_certs), C(mlav_ca_path),
        C(mlav_cert_fingerprint), C(mlav_timeout) and C(ansible_host).
      - These are variables of the inventory, facts and extra variables; those of a play or a role are not seen.
    type: list
    elements: str
    default: []
  sample:
    description:
      - How many of O(hosts) are asked of each inventory group. V(all) or V(0) asks every one.
      - The same inventory gives the same sample. A host that is in several groups counts for each of them.
    type: str
    default: "2"
  parallel:
    description: How many firewalls are asked at a time, from 1 to 500.
    type: int
    default: 20
  report_dir:
    description: The folder that reports will be written to. That is tried without leaving anything.
    type: str
  audit_dir:
    description: The folder that audit records will be written to, tried like O(report_dir).
    type: str
  query:
    description: The query that a report will answer. With one, jmespath is needed.
    type: str
  maintenance_window:
    description: The maintenance windows of a remediation. Their time zones have to be known on this controller.
    type: raw
  techsupport_export:
    description: A diagnosis may have tech-support files made. The right for that is then checked as well.
    type: bool
    default: false
  role_variables:
    description:
      - Take O(sample), O(timeout), O(report_dir), O(audit_dir), O(query), O(maintenance_window) and
        O(techsupport_export), where the task does not give them, from the variables of the role
        P(panops.mlav.mlav_troubleshoot#role), such as O(timeout) from C(mlav_timeout) and O(sample) from
        C(mlav_doctor_sample).
      - Messages then name the role's variables.
    type: bool
    default: false
  firewalls:
    description: What the action plugin makes of O(hosts), where the module runs in a process of its own.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The firewall's name in the result.
        type: str
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
        description: Time limit of each call. The default is the task's O(timeout).
        type: int
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
      unusable:
        description: Why the variables of this host cannot be used. It is not asked then.
        type: str
      unresolved:
        description: The options of this host that could not be rendered. It is not asked then.
        type: list
        elements: dict
        default: []
        suboptions:
          option:
            description: The option, such as V(mlav_provider.password).
            type: str
          variable:
            description: The variable that is undefined.
            type: str
          reason:
            description: Why it could not be rendered, where that is something else.
            type: str
  out_of:
    description: How many hosts O(firewalls) is a sample of.
    type: int
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_sweep_info
"""

EXAMPLES = r"""
- name: Check a sample of the inventory
  panops.mlav.mlav_doctor_info:
    hosts: "{{ groups['firewalls'] }}"
    report_dir: /var/lib/mlav
  run_once: true
  delegate_to: localhost
  register: mlav_doctor

- name: Require that a diagnosis can name causes
  ansible.builtin.assert:
    that: mlav_doctor.ready
    fail_msg: "{{ mlav_doctor.summary }}"
  run_once: true

- name: Check one firewall
  panops.mlav.mlav_doctor_info:
    provider:
      ip_address: 192.0.2.10
      username: mlav-reader
      password: "{{ vault_mlav_password }}"
    ca_path: /etc/pki/firewalls.pem
    ssh: {}
"""

RETURN = r"""
ready:
  description: Whether a diagnosis of the firewalls that were asked can name causes. No check has failed.
  returned: success
  type: bool
  sample: false
summary:
  description: One sentence, whether a diagnosis will be worth something, and what it will lack.
  returned: success
  type: str
  sample: >-
    Not ready, 4 of 312 firewalls asked: over the API only, ping and devsrv.log will be missing, so tls_interception,
    service_route_invalid, port_443_blocked and 1 more cannot be proven.
lines:
  description: All checks as lines of text, the controller first. The same fault of many firewalls is one line.
  returned: success
  type: list
  elements: str
  sample:
    - Controller
    - "\u2713 ansible-core 2.19.1"
    - Firewalls (4 of 312 asked, 2 of each group; mlav_doctor_sample=all asks every one)
    - "\u2713 TCP: open (all 4)"
checks:
  description: Every check, those of the controller first, then firewall by firewall.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - Of the controller, V(ansible_core), V(python), V(library_pan_os_python), V(library_pan_python),
          V(library_jmespath), V(library_asyncssh), V(library_python_dateutil), V(ca_file), V(known_hosts_file),
          V(key_file), V(report_dir), V(audit_dir) or V(time_zones).
        - Of a firewall, V(variables), V(options), V(name_resolution), V(tcp), V(tls), V(login), V(operational),
          V(configuration), V(log), V(export), V(ssh_tcp), V(ssh_known_host), V(ssh_host_key), V(ssh_login), V(ping),
          V(netstat), V(devsrv_log) or V(clock).
      type: str
      sample: tls
    host:
      description: The firewall. V(null) for the controller.
      type: str
      sample: fw-lon-1
    status:
      description: V(pass), V(fail), V(warn), or V(skipped) where it could not be checked, or did not have to be.
      type: str
      sample: fail
    message:
      description: What was found, without the firewall's name.
      type: str
      sample: the certificate has expired
    fix:
      description: The command or setting that fixes it. Empty where nothing has to be fixed.
      type: str
      sample: Renew it on the firewall.
  sample: []
asked:
  description: How many firewalls were asked.
  returned: success
  type: int
  sample: 4
known:
  description: How many firewalls there are.
  returned: success
  type: int
  sample: 312
error:
  description: The class of the failure and the recommended action.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: "sample: expected a number of firewalls, or all, got 'few'"
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.doctor import DOCTOR_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(DOCTOR_INFO)


if __name__ == "__main__":
    main()
