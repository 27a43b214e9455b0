#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_facts
short_description: Gather MLAV cloud connection facts from a firewall
version_added: 1.0.0
description:
  - Collects the evidence of the whole procedure in one session and sets it as C(ansible_facts.mlav).
  - Returns evidence only. Use M(panops.mlav.mlav_diagnosis_info) for a verdict.
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
      - Evidence to collect. V(all), or names; a leading V(!) excludes a name. If every entry is an exclusion, V(all) is
        implied.
      - Names are V(cloud_status), V(device), V(clock), V(high_availability), V(licenses), V(device_certificate),
        V(service_route), V(interfaces), V(ping), V(netstat), V(devsrv_log), V(system_log), V(decryption),
        V(siblings), V(commit_state) and V(software_status).
      - Evidence that a name depends on is collected too (V(netstat) needs V(ping), which needs V(service_route)).
    type: list
    elements: str
    default: [all]
  depth:
    description:
      - V(full) collects everything in O(gather_subset).
      - V(auto) runs only the cheap queries on a connected firewall, and all of them on a disconnected one.
    type: str
    choices: [auto, full]
    default: full
seealso:
  - module: panops.mlav.mlav_diagnosis_info
"""

EXAMPLES = r"""
- name: Gather everything except the decryption policy
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
        - Each piece of evidence that was collected, by name. Fields are the same as in the modules for the
          single steps.
      type: dict
      contains:
        host:
          description: Name of the firewall.
          type: str
          sample: fw-lon-1
        collected_at:
          description: Time of collection (UTC).
          type: str
          sample: '2026-11-23T10:15:00Z'
        cloud_status:
          description: Connection state. See M(panops.mlav.mlav_status_info).
          returned: with V(cloud_status) in O(gather_subset)
          type: dict
          sample:
            state: connected
            server: ml.service.paloaltonetworks.com
            raw_state: connected
            attempts: 1
        device:
          description: System information from C(show system info).
          returned: with V(device) in O(gather_subset)
          type: dict
          sample:
            hostname: fw-lon-1
            serial: '051466734339'
            model: PA-850
            family: '800'
            sw_version: 11.1.6-h3
            app_version: 8868-8828
            threat_version: 8868-8828
            av_version: 4875-5393
            vm_license: null
            has_tpm: null
            device_certificate_status: Valid
            app_release_date: '2026-11-24T18:02:03'
        clock:
          description: Device clock compared with the controller's clock.
          returned: with V(clock) in O(gather_subset)
          type: dict
          sample:
            device_time: '2026-11-28T20:14:08'
            utc_offset_s: -14400
            offset_source: devsrv_log
            asked_at: '2026-11-29T00:14:08.355679Z'
            skew_s: 0
        high_availability:
          description: HA state of the firewall and its peer.
          returned: with V(high_availability) in O(gather_subset)
          type: dict
          sample:
            enabled: true
            mode: Active-Passive
            state: active
            peer_state: passive
            running_sync: synchronized
        device_certificate:
          description:
            - The full device certificate status. RV(ansible_facts.mlav.device) has the short form for every firewall.
          returned: >-
            with V(device_certificate) in O(gather_subset), for a disconnected firewall on which the command is safe
            (PAN-313623)
          type: dict
          sample:
            status: Valid
            not_before: '2026-10-29T20:14:08'
            not_after: '2027-01-27T20:14:08'
            last_fetched_status: success
            last_fetched_info: Successfully fetched Device Certificate
            last_fetched: '2026-10-29T20:14:08'
            days_left: 60
        licenses:
          description: Licenses.
          returned: with V(licenses) in O(gather_subset)
          type: dict
          sample:
            entries:
            - feature: Threat Prevention
              expires: August 05, 2030
              expired: false
        software_status:
          description: Processes of the management plane.
          returned: with V(software_status) in O(gather_subset)
          type: dict
          sample:
            processes:
            - name: all
              state: running
              pid: null
        commit_state:
          description: Commit jobs and pending changes.
          returned: with V(commit_state) in O(gather_subset)
          type: dict
          sample:
            jobs:
            - id: 2
              type: WildFire
              status: FIN
              result: OK
              user: Auto update agent
              enqueued: '2026-11-27T19:14:08'
            pending_changes: false
        service_route:
          description: Service route used for the cloud. See M(panops.mlav.mlav_service_route_info).
          returned: with V(service_route) in O(gather_subset)
          type: dict
          sample:
            kind: dataplane
            interface: ethernet1/1
            source_address: 192.0.2.10
            origin: local
            reason: ''
            complete: true
            destination_routes: []
            proxy_server: proxy.example.net
        interfaces:
          description: Interfaces and their addresses.
          returned: with V(interfaces) in O(gather_subset)
          type: dict
          sample:
            entries:
            - name: ethernet1/1
              state: up
              addresses:
              - 192.0.2.10
              zone: untrust
              zone_cut: false
              vsys: 1
            complete: true
            why_incomplete: ''
        ping:
          description: Ping result. See M(panops.mlav.mlav_ping_info).
          returned: with V(ping) in O(gather_subset)
          type: dict
          sample:
            host: ml.service.paloaltonetworks.com
            source: 192.0.2.10
            outcome: answered
            address: 198.51.100.25
            transmitted: 3
            received: 3
            loss_percent: 0
        netstat:
          description: TCP connections to the cloud. See M(panops.mlav.mlav_netstat_info).
          returned: with V(netstat) in O(gather_subset)
          type: dict
          sample:
            addresses:
            - 198.51.100.25
            port: 443
            connections:
            - protocol: tcp
              local_address: 192.0.2.10
              local_port: 47942
              foreign_address: 198.51.100.25
              foreign_port: 443
              state: ESTABLISHED
            rows: 5
            proxy_connections: []
        siblings:
          description:
            - State of the other clouds that use the same service route, each V(connected), V(disconnected), V(other)
              or V(unknown), with the firewall's own status word. V(null) if the firewall gave no answer.
          returned: with V(siblings) in O(gather_subset), for a disconnected firewall
          type: dict
          sample:
            url_cloud:
              state: disconnected
              raw_state: not connected
            wildfire: null
            ctd_agent:
              state: unknown
              raw_state: null
        devsrv_log:
          description: MLAV messages of C(devsrv.log). See M(panops.mlav.mlav_log_info).
          returned: with V(devsrv_log) in O(gather_subset)
          type: dict
          sample:
            signatures: []
            lines: 3
            oldest: '2026-11-26T12:40:48.312000-04:00'
            newest: '2026-11-28T20:09:08.312000-04:00'
            utc_offset_s: -14400
            truncated: false
        system_log:
          description: MLAV events of the system log. See M(panops.mlav.mlav_log_info).
          returned: with V(system_log) in O(gather_subset)
          type: dict
          sample:
            events: []
            complete: true
            utc_offset_s: -14400
        decryption:
          description: Decryption policy rules and SSL decryption exclusions.
          returned: with V(decryption) in O(gather_subset)
          type: dict
          sample:
            rules:
            - name: decrypt-outbound
              action: decrypt
              disabled: false
              location: vsys1
              from_zones:
              - any
              to_zones:
              - any
            exclusions:
            - name: '*.paloaltonetworks.com'
              exclude: true
              location: shared
              description: Vendor clouds
            disabled_predefined: []
            complete: true
        missing:
          description: Evidence that is unavailable or incomplete, by name, and how to obtain it.
          type: dict
          sample:
            ping:
              kind: refused
              message: >-
                the XML API rejected ping count 3 host ml.service.paloaltonetworks.com: ping not available to
                xmlapi client (code 17)
              hint: Set the option ssh, so that the firewall's CLI can be asked.
error:
  description: What failed, and the recommended action.
  returned: failure
  type: dict
  sample:
    kind: authentication
    message: login failed - the firewall rejected the API key in the option provider (Invalid Credential)
    remedy: Check the API key in the option provider.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import FACTS


def main() -> None:
    """Runs the module."""
    run_module(FACTS)


if __name__ == "__main__":
    main()
