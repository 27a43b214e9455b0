#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_sweep_info
short_description: Asks many firewalls, in one task, whether they are connected to the MLAV cloud
version_added: 1.0.0
description:
  - Asks every firewall C(show mlav cloud-status) and nothing else, side by side. That is one request with an API key,
    and two with a password, which is exchanged for a key first.
  - Those that are not connected are named in RV(not_connected). They are for M(panops.mlav.mlav_diagnosis_info), which
    finds out why. All others need no further question; M(panops.mlav.mlav_report) takes them as they are.
  - A firewall that cannot be asked is an error in its row, never a failed task, and costs the others nothing.
  - At most five calls at a time go to one address, as PAN-OS wants it. A user name with a password that an address did
    not accept is not sent there again, since failed logins lock accounts.
  - The command line (SSH) is not used.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
options:
  hosts:
    description:
      - Hosts of the inventory. Their own variables say how to reach them, C(mlav_provider), C(mlav_panorama),
        C(mlav_validate_certs), C(mlav_ca_path), C(mlav_cert_fingerprint), C(mlav_timeout) and C(ansible_host).
      - These are variables of the inventory, facts and extra variables; those of a play or a role are not seen. Each
        value falls back as that of O(firewalls) does.
      - They come after those of O(firewalls).
    type: list
    elements: str
    default: []
  firewalls:
    description: Firewalls, and how to reach each.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The firewall's name in the result. The default is O(firewalls[].provider.ip_address).
        type: str
      provider:
        description:
          - How to reach the XML API. The same dictionary as in C(paloaltonetworks.panos).
          - One of O(firewalls[].provider.api_key), or O(firewalls[].provider.username) and
            O(firewalls[].provider.password), is needed.
        type: dict
        suboptions:
          ip_address:
            description:
              - Address or name of the firewall, or of the Panorama in front of it. Falls back to E(PANOS_HOSTNAME),
                then to O(firewalls[].host).
            type: str
          username:
            description: The administrator. Falls back to E(PANOS_USERNAME), then to E(ANSIBLE_NET_USERNAME).
            type: str
          password:
            description:
              - The administrator's password. Falls back to E(PANOS_PASSWORD), then to E(ANSIBLE_NET_PASSWORD).
            type: str
          api_key:
            description:
              - An API key, used in place of O(firewalls[].provider.username) and O(firewalls[].provider.password).
                Falls back to E(PANOS_API_KEY).
            type: str
          port:
            description: TCP port of the XML API. Falls back to E(PANOS_PORT).
            type: int
            default: 443
          serial_number:
            description:
              - Serial number of the firewall, where O(firewalls[].provider.ip_address) is a Panorama that manages it.
            type: str
      validate_certs:
        description: Verify the TLS certificate of the firewall or Panorama. Falls back to E(PANOS_VALIDATE_CERTS).
        type: bool
        default: true
      ca_path:
        description:
          - A file or folder of PEM certificates to verify against, in place of the system's. Falls back to
            E(PANOS_CA_PATH).
        type: path
      cert_fingerprint:
        description:
          - SHA-256 fingerprint of the firewall's own certificate, in hexadecimal, with or without colons. The
            connection is accepted if, and only if, the certificate is this one.
        type: str
      timeout:
        description: Time limit of this firewall, in seconds. The default is the task's O(timeout).
        type: int
      unusable:
        description:
          - Why the options of this firewall cannot be used. It is not asked then, and is reported as an error of the
            kind V(invalid_option). Set for hosts of O(hosts) whose variables cannot be used.
        type: str
  parallel:
    description: How many firewalls are asked at a time, from 1 to 500.
    type: int
    default: 20
  timeout:
    description:
      - Time limit of each firewall, in seconds, from 1 to 3600. It covers the login, the question and the answer.
    type: int
    default: 30
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_status_info
  - module: panops.mlav.mlav_report
"""

EXAMPLES = r"""
- name: Ask all firewalls of the inventory
  panops.mlav.mlav_sweep_info:
    hosts: "{{ groups['firewalls'] }}"
  run_once: true
  delegate_to: localhost
  register: mlav_swept

- name: Name those that have lost the cloud
  ansible.builtin.debug:
    msg: "{{ mlav_swept.not_connected }}"
  run_once: true

- name: Ask two firewalls that are in no inventory
  panops.mlav.mlav_sweep_info:
    firewalls:
      - host: fw-lon-1
        provider:
          ip_address: 192.0.2.10
          api_key: "{{ vault_panos_api_key }}"
        ca_path: /etc/pki/firewalls.pem
      - host: fw-par-1
        provider:
          ip_address: 192.0.2.11
          api_key: "{{ vault_panos_api_key }}"
        ca_path: /etc/pki/firewalls.pem
    timeout: 10
"""

RETURN = r"""
counts:
  description: How many firewalls are in each state.
  returned: success
  type: dict
  sample: {connected: 995, disconnected: 3, unavailable: 1, unknown: 0, error: 1}
firewalls:
  description: One small entry for each firewall, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The name of the firewall.
      type: str
      sample: fw-lon-1
    state:
      description:
        - V(connected), V(disconnected), V(unavailable) (device busy or unavailable), V(unknown) (the firewall's word
          for it is not known), or V(error) (it could not be asked, or the answer is not understood).
      type: str
      sample: connected
    cloud_server:
      description: The cloud server that the firewall uses. V(null) where it does not say.
      type: str
      sample: ml.service.paloaltonetworks.com
    error:
      description: Why the state is V(error). V(null) in any other.
      type: dict
      contains:
        kind:
          description:
            - One of V(unreachable), V(overloaded), V(foreign_answer) (not PAN-OS's), V(tls), V(authentication),
              V(session), V(permission), V(refused), V(timeout), V(malformed), V(oversized), V(unrecognized),
              V(invalid_option), V(device_error) or V(crash).
          type: str
          sample: timeout
        message:
          description: What happened.
          type: str
          sample: asking for the state of the connection took longer than 30 s
        remedy:
          description: What would help.
          type: str
          sample: Look at the load of the firewall and at the network path, or raise the option timeout.
    answer:
      description: What the firewall answered. V(null) where that was nothing, or not understood.
      type: str
      sample: "MLAV cloud\nCurrent cloud server: ml.service.paloaltonetworks.com\nCloud connection: connected"
    collected_at:
      description: When it was asked, in UTC.
      type: str
      sample: "2026-11-24T09:30:00Z"
    duration_ms:
      description: How long asking took, in milliseconds.
      type: int
      sample: 85
  sample:
    - host: fw-lon-1
      state: connected
      cloud_server: ml.service.paloaltonetworks.com
      error:
      answer: |-
        MLAV cloud
        Current cloud server: ml.service.paloaltonetworks.com
        Cloud connection: connected
      collected_at: "2026-11-24T09:30:00Z"
      duration_ms: 85
not_connected:
  description:
    - The names of the firewalls to diagnose further. They are those that answered and are not connected, and those with
      an error after which the full diagnosis may know more.
    - Not those that cannot be reached or logged in to. Asking them again would only cost another time limit, or another
      failed login.
  returned: success
  type: list
  elements: str
  sample: [fw-par-1]
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: 'parallel is 0. Expected: a number from 1 to 500.'
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO


def main() -> None:
    """Runs the module."""
    run_module(SWEEP_INFO)


if __name__ == "__main__":
    main()
