#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_service_route_info
short_description: Finds the way on which a firewall reaches the MLAV cloud
version_added: 1.0.0
description:
  - Reads the effective service route of C(Palo Alto Networks Services), which MLAV uses, with values pushed by
    Panorama, destination routes, the management proxy and the DNS servers.
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
- name: Find the source of the traffic to the MLAV cloud
  panops.mlav.mlav_service_route_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_route

- name: Show it
  ansible.builtin.debug:
    msg: "{{ mlav_route.service_route.kind }} {{ mlav_route.service_route.source_address | default('', true) }}"
"""

RETURN = r"""
service_route:
  description: The way of C(Palo Alto Networks Services), as configured.
  returned: success
  type: dict
  contains:
    kind:
      description: V(management), V(dataplane), or V(undetermined) with a RV(service_route.reason).
      type: str
      sample: dataplane
    interface:
      description: Source interface. V(null) for the management interface.
      type: str
      sample: ethernet1/5
    source_address:
      description: Source address, without its prefix length.
      type: str
      sample: 10.1.5.254
    origin:
      description:
        - V(default) (no entry), V(local), V(template) (pushed by Panorama) or V(destination) (a destination
          route wins).
      type: str
      sample: local
    reason:
      description: Why the route could not be determined.
      type: str
      sample: ''
    complete:
      description: Whether values pushed by Panorama are included.
      type: bool
      sample: true
    panorama_managed:
      description: Whether a Panorama is configured, from which values can be pushed.
      type: bool
      sample: false
    destination_routes:
      description: Destination service routes.
      type: list
      elements: dict
      sample: []
    proxy_server:
      description: The management proxy. Whether MLAV honours it is not known.
      type: str
      sample:
    proxy_port:
      description: Port of the management proxy.
      type: int
      sample:
    dns_servers:
      description: DNS servers of the management plane.
      type: list
      elements: str
      sample: [192.0.2.53]
    dns_proxy_object:
      description: The DNS proxy object that stands in place of DNS servers.
      type: str
      sample:
    cloud_server_override:
      description: The configured MLAV cloud server, where it is not the default.
      type: str
      sample:
    explicit_mgt:
      description: Whether the management interface is chosen by name, so that no destination route overrides it.
      type: bool
      sample: false
    configured_source:
      description: The name that is configured in place of a source address, such as that of an address object.
      type: str
      sample: fw-untrust-ip
    resolved_from:
      description:
        - What gave the source address where the route names none, V(address_object), V(template_variable) or
          V(interface). V(null) where the route names the address.
      type: str
      sample: address_object
    inline_cloud_proxy:
      description: C(deviceconfig system inline-cloud-proxy) as configured. V(null) where it is not.
      type: str
      sample:
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
      sample: show config effective-running xpath devices/entry/deviceconfig
    transport:
      description: What answered, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: The answer.
      type: str
      sample: |-
        <dns-setting><servers><primary>192.0.2.53</primary></servers></dns-setting>
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
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import SERVICE_ROUTE_INFO


def main() -> None:
    """Runs the module."""
    run_module(SERVICE_ROUTE_INFO)


if __name__ == "__main__":
    main()
