#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_ping_info
short_description: Pings the MLAV cloud from the right source
version_added: 1.0.0
description:
  - Pings the cloud server by name from the source of the service route, so that the answer holds for the
    traffic of MLAV.
  - Says what the name resolved to, how much was lost, and whether the name or the source was the obstacle.
  - The XML API usually refuses C(ping), so O(ssh) is normally needed.
  - Lost replies alone do not mean that the cloud cannot be reached. Many networks drop ICMP.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
options:
  count:
    description: How many echo requests are sent, from 1 to 100.
    type: int
    default: 3
seealso:
  - module: panops.mlav.mlav_service_route_info
  - module: panops.mlav.mlav_netstat_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: The article of the vendor that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Ping the MLAV cloud as the firewall would reach it
  panops.mlav.mlav_ping_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    ssh:
      username: mlav-reader
      key_file: ~/.ssh/mlav-reader
      known_hosts: /etc/ssh/firewalls_known_hosts
    count: 5
"""

RETURN = r"""
ping:
  description: What came of it.
  returned: success
  type: dict
  contains:
    host:
      description: The cloud server that was pinged.
      type: str
      sample: ml.service.paloaltonetworks.com
    source:
      description: The source address. V(null) for the management interface.
      type: str
      sample: 10.1.5.254
    outcome:
      description:
        - V(answered), V(lost), V(unknown_host), V(bind_failed), V(wrong_family) (of the source),
          V(network_unreachable), V(host_unreachable), V(filtered) (a filter answers) or V(ttl_exceeded) (a loop).
      type: str
      sample: answered
    address:
      description: What the name resolved to.
      type: str
      sample: 203.0.113.20
    transmitted:
      description: Echo requests sent.
      type: int
      sample: 5
    received:
      description: Replies received.
      type: int
      sample: 5
    loss_percent:
      description: Share of replies lost.
      type: int
      sample: 0
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
      sample: ping source 10.1.5.254 count 5 host ml.service.paloaltonetworks.com
    transport:
      description: What answered, V(api) or V(ssh).
      type: str
      sample: ssh
    raw:
      description: The answer.
      type: str
      sample: |-
        PING ml.service.paloaltonetworks.com (203.0.113.20) from 10.1.5.254 : 56(84) bytes of data.
        64 bytes from ml.service.paloaltonetworks.com (203.0.113.20): icmp_seq=1 ttl=57 time=2.71 ms
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
        the XML API rejected ping count 3 host ml.service.paloaltonetworks.com: ping not available to xmlapi client
        (code 17)
    remedy:
      description: What would help. May be empty.
      type: str
      sample: Set the option ssh, so that the firewall's CLI can be asked.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import PING_INFO


def main() -> None:
    """Runs the module."""
    run_module(PING_INFO)


if __name__ == "__main__":
    main()
