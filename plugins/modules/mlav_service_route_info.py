#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_service_route_info
short_description: Get the service route used for the MLAV cloud
version_added: 1.0.0
description:
  - Returns the effective service route of C(Palo Alto Networks Services), which MLAV uses, including values pushed by
    Panorama, destination service routes, the management proxy and the DNS servers.
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
- name: Get the service route used for the MLAV cloud
  panops.mlav.mlav_service_route_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_route

- name: Show the egress
  ansible.builtin.debug:
    msg: "{{ mlav_route.service_route.kind }} {{ mlav_route.service_route.source_address | default('', true) }}"
"""

RETURN = r"""
service_route:
  description: Service route of C(Palo Alto Networks Services), as configured.
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
        - V(default) (no entry), V(local), V(template) (pushed by Panorama) or V(destination) (overridden by a
          destination service route).
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
      description: Whether a Panorama that can push values is configured.
      type: bool
      sample: false
    destination_routes:
      description: Destination service routes.
      type: list
      elements: dict
      sample: []
    proxy_server:
      description: Management proxy. Whether MLAV uses it is unconfirmed.
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
      description: DNS proxy object used instead of DNS servers.
      type: str
      sample:
    cloud_server_override:
      description: Configured MLAV cloud server, if it is not the default.
      type: str
      sample:
    explicit_mgt:
      description: Whether the management interface is set explicitly. No destination service route overrides it then.
      type: bool
      sample: false
    configured_source:
      description: Name configured instead of a source address, for example an address object.
      type: str
      sample: fw-untrust-ip
    resolved_from:
      description:
        - Origin of the source address if the service route has none, V(address_object), V(template_variable) or
          V(interface). V(null) if the service route has the address.
      type: str
      sample: address_object
    inline_cloud_proxy:
      description: C(deviceconfig system inline-cloud-proxy) as configured. V(null) if not configured.
      type: str
      sample:
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
      sample: show config effective-running xpath devices/entry/deviceconfig
    transport:
      description: Transport, V(api) or V(ssh).
      type: str
      sample: api
    raw:
      description: Raw output.
      type: str
      sample: |-
        <dns-setting><servers><primary>192.0.2.53</primary></servers></dns-setting>
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
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import SERVICE_ROUTE_INFO


def main() -> None:
    """Runs the module."""
    run_module(SERVICE_ROUTE_INFO)


if __name__ == "__main__":
    main()
