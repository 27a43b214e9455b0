#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_status_info
short_description: Asks a firewall whether it is connected to the MLAV cloud
version_added: 1.0.0
description:
  - Asks C(show mlav cloud-status) and says what the firewall answered.
  - A busy device-server is asked again a few times.
  - This is the first step of the procedure; M(panops.mlav.mlav_diagnosis_info) takes all steps and judges.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: The article of the vendor that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Ask for the state of the connection
  panops.mlav.mlav_status_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_status

- name: Stop where the cloud is lost
  ansible.builtin.assert:
    that: mlav_status.cloud_status.state == "connected"
"""

RETURN = r"""
cloud_status:
  description: What the firewall answered.
  returned: success
  type: dict
  contains:
    state:
      description:
        - V(connected), V(disconnected), V(busy) (device busy or unavailable, also after the last attempt), or V(other).
      type: str
      sample: disconnected
    server:
      description: The cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own word for the state of the connection.
      type: str
      sample: disconnected
    attempts:
      description: How often the firewall was asked.
      type: int
      sample: 1
host:
  description: The name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
missing:
  description:
    - Why evidence is missing or incomplete, by the name of the evidence. Empty where all is there.
  returned: success
  type: dict
  sample: {}
asked:
  description: The questions that were put to the firewall, with their raw answers, redacted and bounded.
  returned: success
  type: list
  elements: dict
  contains:
    command:
      description: The command as an engineer would type it.
      type: str
      sample: show mlav cloud-status
    transport:
      description: What answered, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: The answer.
      type: str
      sample: |-
        MLAV cloud
        Current cloud server: ml.service.paloaltonetworks.com
        Cloud connection: disconnected
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - One of V(unreachable), V(overloaded), V(foreign_answer) (not PAN-OS's), V(tls), V(host_key),
          V(authentication), V(session), V(permission), V(refused), V(busy), V(timeout), V(malformed), V(oversized),
          V(not_obtainable), V(missing_library), V(invalid_option), V(unrecognized) or V(crash).
      type: str
      sample: authentication
    message:
      description: What happened.
      type: str
      sample: login failed - the firewall rejected the API key in the option provider (Invalid Credential)
    remedy:
      description: What would help. May be empty.
      type: str
      sample: Check the API key in the option provider.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import STATUS_INFO


def main() -> None:
    """Runs the module."""
    run_module(STATUS_INFO)


if __name__ == "__main__":
    main()
