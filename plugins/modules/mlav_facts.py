#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_facts
short_description: Gathers what is known about a firewall's connection to the MLAV cloud
version_added: 1.0.0
description:
  - Gathers the evidence of the whole procedure in one session and sets it as C(ansible_facts.mlav).
  - Says what was found, not what it means. M(panops.mlav.mlav_diagnosis_info) judges.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.logs
  - panops.mlav.logs.lines
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
options:
  gather_subset:
    description:
      - What to gather. V(all), names, and names with a leading V(!) that leave something out. Only exclusions
        imply V(all).
      - Names are V(cloud_status), V(device), V(clock), V(high_availability), V(licenses), V(device_certificate),
        V(service_route), V(interfaces), V(ping), V(netstat), V(devsrv_log), V(system_log), V(decryption),
        V(commit_state) and V(software_status).
      - What a name rests on is gathered with it (V(netstat) needs V(ping), which needs V(service_route)).
    type: list
    elements: str
    default: [all]
  depth:
    description:
      - V(full) gathers everything in O(gather_subset).
      - V(auto) asks a connected firewall only the cheap questions, and a disconnected one everything.
    type: str
    choices: [auto, full]
    default: full
seealso:
  - module: panops.mlav.mlav_diagnosis_info
"""

EXAMPLES = r"""
- name: Gather everything but the decryption policy
  panops.mlav.mlav_facts:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    ssh: {}
    gather_subset:
      - "!decryption"

- name: Show the release
  ansible.builtin.debug:
    var: ansible_facts.mlav.device.sw_version
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: success
  type: dict
  contains:
    mlav:
      description:
        - Each piece of evidence under its name, where it could be had, for example C(cloud_status) and C(device).
          The fields are those that the modules of the single steps return.
      type: dict
      contains:
        host:
          description: The name of the firewall.
          type: str
          sample: fw-lon-1
        collected_at:
          description: When the facts were gathered (UTC).
          type: str
          sample: '2026-11-23T10:15:00Z'
        cloud_status:
          description: The state of the connection. See M(panops.mlav.mlav_status_info).
          returned: with V(cloud_status) in O(gather_subset)
          type: dict
          sample:
            state: connected
            server: ml.service.paloaltonetworks.com
            word: connected
            attempts: 1
        missing:
          description: Evidence that could not be had or is incomplete, by name, and what would give it.
          type: dict
          sample:
            ping:
              kind: refused
              message: ping not available to xmlapi client
              would_give: Set the option ssh, so that the command can be asked at the command line.
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  sample:
    kind: authentication
    message: The firewall refused the API key.
    remedy: Check provider.api_key.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reading import FACTS


def main() -> None:
    """Runs the module."""
    run_module(FACTS)


if __name__ == "__main__":
    main()
