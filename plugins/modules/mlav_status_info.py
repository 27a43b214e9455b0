#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_status_info
short_description: Get the MLAV cloud status
version_added: 1.0.0
description:
  - Runs C(show mlav cloud-status) and returns the parsed answer.
  - Retries a few times while device-server is busy.
  - This is the first step of the procedure. M(panops.mlav.mlav_diagnosis_info) runs all steps and returns a verdict.
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
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Get the MLAV cloud status
  panops.mlav.mlav_status_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_status

- name: Require a connection to the MLAV cloud
  ansible.builtin.assert:
    that: mlav_status.cloud_status.state == "connected"
"""

RETURN = r"""
cloud_status:
  description: Parsed answer.
  returned: success
  type: dict
  contains:
    state:
      description:
        - V(connected), V(disconnected), V(busy) (still busy or unavailable after the last attempt), or V(other).
      type: str
      sample: disconnected
    server:
      description: Cloud server in use.
      type: str
      sample: ml.service.paloaltonetworks.com
    raw_state:
      description: The firewall's own status word.
      type: str
      sample: disconnected
    attempts:
      description: Number of attempts.
      type: int
      sample: 1
host:
  description: Name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
missing:
  description:
    - Evidence that is unavailable or incomplete, by name, with the reason. Empty if nothing is missing.
  returned: success
  type: dict
  sample: {}
asked:
  description: Commands sent to the firewall and their raw output, redacted and truncated.
  returned: success
  type: list
  elements: dict
  contains:
    command:
      description: CLI form of the command.
      type: str
      sample: show mlav cloud-status
    transport:
      description: Transport, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: Raw output.
      type: str
      sample: |-
        MLAV cloud
        Current cloud server: ml.service.paloaltonetworks.com
        Cloud connection: disconnected
error:
  description: What failed, and the recommended action.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - One of V(unreachable), V(overloaded), V(foreign_answer) (not from PAN-OS), V(tls), V(host_key),
          V(authentication), V(session), V(permission), V(refused), V(busy), V(timeout), V(malformed), V(oversized),
          V(not_obtainable), V(missing_library), V(invalid_option), V(unrecognized) or V(crash).
      type: str
      sample: authentication
    message:
      description: What failed, with the device's own words.
      type: str
      sample: login failed - the firewall rejected the API key in the option provider (Invalid Credential)
    remedy:
      description: Recommended action. May be empty.
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
