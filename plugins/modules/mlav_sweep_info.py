#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_sweep_info
short_description: Get the MLAV cloud status of many firewalls
version_added: 1.0.0
description:
  - Runs C(show mlav cloud-status) on many firewalls in parallel, in one task. That is one request per firewall with an
    API key, and two with a password, which is exchanged for a key first.
  - RV(not_connected) lists the firewalls to diagnose with M(panops.mlav.mlav_diagnosis_info). All others need no
    further query; M(panops.mlav.mlav_report) reports them from this result.
  - A firewall that cannot be queried is an error in its entry. It fails neither the task nor the other firewalls.
  - At most five requests at a time go to one address, the limit that PAN-OS recommends. A login that an address refused
    is not tried there again, since failed logins lock accounts.
  - SSH is not used.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
options:
  hosts:
    description:
      - Inventory hosts. Their variables define the connection, C(mlav_provider), C(mlav_panorama),
        C(mlav_validate_certs), C(mlav_ca_path), C(mlav_cert_fingerprint), C(mlav_timeout) and C(ansible_host).
      - Inventory variables, facts and extra variables count; play and role variables do not. Fallbacks are the same as
        in O(firewalls).
      - They are listed after those of O(firewalls).
    type: list
    elements: str
    default: []
  firewalls:
    description: Firewalls with their connection options.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the firewall in the result. The default is O(firewalls[].provider.ip_address).
        type: str
      provider:
        description:
          - Connection to the XML API. The same dictionary as in C(paloaltonetworks.panos).
          - One of O(firewalls[].provider.api_key), or O(firewalls[].provider.username) and
            O(firewalls[].provider.password), is needed.
        type: dict
        suboptions:
          ip_address:
            description:
              - Address or name of the firewall, or of the Panorama that manages it. Falls back to E(PANOS_HOSTNAME),
                then to O(firewalls[].host).
            type: str
          username:
            description: User name. Falls back to E(PANOS_USERNAME), then to E(ANSIBLE_NET_USERNAME).
            type: str
          password:
            description:
              - Password. Falls back to E(PANOS_PASSWORD), then to E(ANSIBLE_NET_PASSWORD).
            type: str
          api_key:
            description:
              - API key, used instead of O(firewalls[].provider.username) and O(firewalls[].provider.password).
                Falls back to E(PANOS_API_KEY).
            type: str
          port:
            description: TCP port of the XML API. Falls back to E(PANOS_PORT).
            type: int
            default: 443
          serial_number:
            description:
              - Serial number of the firewall, if O(firewalls[].provider.ip_address) is a Panorama.
            type: str
      validate_certs:
        description: Verify the TLS certificate of the firewall or Panorama. Falls back to E(PANOS_VALIDATE_CERTS).
        type: bool
        default: true
      ca_path:
        description:
          - File or folder of PEM CA certificates, used instead of the system's trust store. Falls back to
            E(PANOS_CA_PATH).
        type: path
      cert_fingerprint:
        description:
          - SHA-256 fingerprint of the firewall's own certificate, in hexadecimal, with or without colons. Only
            this certificate is accepted.
        type: str
      timeout:
        description: Time limit for this firewall, in seconds. The default is O(timeout) of the task.
        type: int
      unusable:
        description:
          - Reason why the options of this firewall are invalid. The firewall is not queried, and its error kind is
            V(invalid_option). Set for hosts of O(hosts) with invalid variables.
        type: str
  parallel:
    description: Number of firewalls queried at a time, from 1 to 500.
    type: int
    default: 20
  timeout:
    description:
      - Time limit per firewall, in seconds, from 1 to 3600. It covers the login, the request and the answer.
    type: int
    default: 30
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_status_info
  - module: panops.mlav.mlav_report
"""

EXAMPLES = r"""
- name: Get the MLAV cloud status of all firewalls
  panops.mlav.mlav_sweep_info:
    hosts: "{{ groups['firewalls'] }}"
  run_once: true
  delegate_to: localhost
  register: mlav_swept

- name: Show disconnected firewalls
  ansible.builtin.debug:
    msg: "{{ mlav_swept.not_connected }}"
  run_once: true

- name: Get the MLAV cloud status of two firewalls that are in no inventory
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
  description: Number of firewalls per state.
  returned: success
  type: dict
  sample: {connected: 995, disconnected: 3, unavailable: 1, unknown: 0, error: 1}
firewalls:
  description: One entry per firewall, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Name of the firewall.
      type: str
      sample: fw-lon-1
    state:
      description:
        - V(connected), V(disconnected), V(unavailable) (device busy or unavailable), V(unknown) (unrecognized status
          word), or V(error) (no answer, or an unrecognized answer).
      type: str
      sample: connected
    cloud_server:
      description: Cloud server in use. V(null) if unknown.
      type: str
      sample: ml.service.paloaltonetworks.com
    error:
      description: Reason for the state V(error). V(null) for any other state.
      type: dict
      contains:
        kind:
          description:
            - One of V(unreachable), V(overloaded), V(foreign_answer) (not from PAN-OS), V(tls), V(authentication),
              V(session), V(permission), V(refused), V(timeout), V(malformed), V(oversized), V(unrecognized),
              V(invalid_option), V(device_error) or V(crash).
          type: str
          sample: timeout
        message:
          description: What failed, with the device's own words.
          type: str
          sample: asking for the state of the connection took longer than 30 s
        remedy:
          description: Recommended action.
          type: str
          sample: Look at the load of the firewall and at the network path, or raise the option timeout.
    answer:
      description: The firewall's answer. V(null) if there was none, or it was unrecognized.
      type: str
      sample: "MLAV cloud\nCurrent cloud server: ml.service.paloaltonetworks.com\nCloud connection: connected"
    collected_at:
      description: Time of the request (UTC).
      type: str
      sample: "2026-11-24T09:30:00Z"
    duration_ms:
      description: Duration of the request, in milliseconds.
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
    - Names of the firewalls to diagnose. These are firewalls that answered and are not connected, and firewalls with an
      error that a full diagnosis may explain.
    - Firewalls that are unreachable or refuse the login are not included. Another attempt would only add a timeout or a
      failed login.
  returned: success
  type: list
  elements: str
  sample: [fw-par-1]
error:
  description: What failed, and the recommended action.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: 'parallel is 0: expected a number from 1 to 500'
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.sweeping import SWEEP_INFO


def main() -> None:
    """Runs the module."""
    run_module(SWEEP_INFO)


if __name__ == "__main__":
    main()
