#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_ping_info
short_description: Ping the MLAV cloud from the service route's source
version_added: 1.0.0
description:
  - Pings the cloud server by name from the source address of the service route, as MLAV traffic would leave the
    firewall.
  - Returns the resolved address, the packet loss, and whether name resolution or the source address failed.
  - The XML API usually refuses C(ping), so O(ssh) is normally needed.
  - Packet loss alone does not prove that the cloud is unreachable. Many networks drop ICMP.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
options:
  count:
    description: Number of echo requests, from 1 to 100.
    type: int
    default: 3
seealso:
  - module: panops.mlav.mlav_service_route_info
  - module: panops.mlav.mlav_netstat_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Ping the MLAV cloud
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
  description: Ping result.
  returned: success
  type: dict
  contains:
    host:
      description: Cloud server.
      type: str
      sample: ml.service.paloaltonetworks.com
    source:
      description: Source address. V(null) for the management interface.
      type: str
      sample: 10.1.5.254
    outcome:
      description:
        - V(answered), V(lost), V(unknown_host), V(bind_failed), V(wrong_family) (address family of the source),
          V(network_unreachable), V(host_unreachable), V(filtered) (ICMP administratively prohibited) or
          V(ttl_exceeded) (routing loop).
      type: str
      sample: answered
    address:
      description: Resolved address.
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
      description: Packet loss, in percent.
      type: int
      sample: 0
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
      sample: ping source 10.1.5.254 count 5 host ml.service.paloaltonetworks.com
    transport:
      description: Transport, V(api) or V(ssh).
      type: str
      sample: ssh
    raw:
      description: Raw output.
      type: str
      sample: |-
        PING ml.service.paloaltonetworks.com (203.0.113.20) from 10.1.5.254 : 56(84) bytes of data.
        64 bytes from ml.service.paloaltonetworks.com (203.0.113.20): icmp_seq=1 ttl=57 time=2.71 ms
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
        the XML API rejected ping count 3 host ml.service.paloaltonetworks.com: ping not available to xmlapi client
        (code 17)
    remedy:
      description: Recommended action. May be empty.
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
