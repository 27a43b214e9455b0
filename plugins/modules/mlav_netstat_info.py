#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_netstat_info
short_description: Get a firewall's TCP connections to the MLAV cloud
version_added: 1.0.0
description:
  - Resolves the cloud server on the firewall, runs C(show netstat), and returns the connections to the resolved
    addresses on port 443, or to the management proxy if one is configured.
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
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Get the TCP connections to the MLAV cloud
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
  description: Relevant connections.
  returned: success
  type: dict
  contains:
    addresses:
      description: Addresses of the cloud server.
      type: list
      elements: str
      sample: [203.0.113.20]
    port:
      description: Destination port.
      type: int
      sample: 443
    rows:
      description: Number of parsed rows.
      type: int
      sample: 17
    proxy_connections:
      description: Connections to the management proxy. They do not show whether the cloud is reachable.
      type: list
      elements: dict
      sample: []
    history:
      description: Earlier connection tables, from a tech-support file only. V(null) for a live firewall.
      type: dict
      sample:
    connections:
      description: Connections to the cloud server.
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
      sample: show netstat numeric-hosts yes numeric-ports yes
    transport:
      description: Transport, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: Raw output.
      type: str
      sample: |-
        tcp        0      0 10.1.5.254:57966        203.0.113.20:443        ESTABLISHED
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
      sample: refused
    message:
      description: What failed, with the device's own words.
      type: str
      sample: >-
        the XML API rejected show netstat numeric-hosts yes numeric-ports yes: show not available to xmlapi client
        (code 17)
    remedy:
      description: Recommended action. May be empty.
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
