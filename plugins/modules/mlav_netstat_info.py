#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_netstat_info
short_description: Finds the connections of a firewall to the MLAV cloud
version_added: 1.0.0
description:
  - Resolves the cloud server as the firewall does, asks C(show netstat), and keeps the connections to its addresses on
    port 443, or to the proxy where one is configured.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
seealso:
  - module: panops.mlav.mlav_ping_info
  - module: panops.mlav.mlav_diagnosis_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: The article of the vendor that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Look for the connection to the MLAV cloud
  panops.mlav.mlav_netstat_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    ssh:
      username: mlav-reader
      key_file: ~/.ssh/mlav-reader
      known_hosts: /etc/ssh/firewalls_known_hosts
"""

RETURN = r"""
netstat:
  description: The connections that matter.
  returned: success
  type: dict
  contains:
    addresses:
      description: The addresses that were looked for.
      type: list
      elements: str
      sample: [203.0.113.20]
    port:
      description: The port that was looked for.
      type: int
      sample: 443
    rows:
      description: How many rows of the answer were understood.
      type: int
      sample: 17
    proxy_connections:
      description: The connections to the management proxy. They do not show whether the cloud is reached.
      type: list
      elements: dict
      sample: []
    history:
      description: Earlier tables, which only a tech-support file holds. V(null) for a firewall that is asked.
      type: dict
      sample:
    connections:
      description: The connections.
      type: list
      elements: dict
      sample:
        - protocol: tcp
          local_address: 10.1.5.254
          local_port: 57966
          foreign_address: 203.0.113.20
          foreign_port: 443
          state: ESTABLISHED
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
      sample: show netstat numeric-hosts yes numeric-ports yes
    transport:
      description: What answered, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: The answer.
      type: str
      sample: |-
        tcp        0      0 10.1.5.254:57966        203.0.113.20:443        ESTABLISHED
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
      sample: refused
    message:
      description: What happened.
      type: str
      sample: >-
        the XML API rejected show netstat numeric-hosts yes numeric-ports yes: show not available to xmlapi client
        (code 17)
    remedy:
      description: What would help. May be empty.
      type: str
      sample: Set the option ssh, so that the firewall's CLI can be asked.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import NETSTAT_INFO


def main() -> None:
    """Runs the module."""
    run_module(NETSTAT_INFO)


if __name__ == "__main__":
    main()
