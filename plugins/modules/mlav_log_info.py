#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_log_info
short_description: Get MLAV messages from devsrv.log and the system log
version_added: 1.0.0
description:
  - Returns the MLAV messages of C(devsrv.log) and its rotation, with equal messages grouped (first time, last time and
    count), and the MLAV events of the system log.
  - C(devsrv.log) is usually not available over the XML API, so it needs O(ssh). The module fails only if neither log
    can be read.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.logs
  - panops.mlav.logs.lines
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Get the MLAV messages of the last two days
  panops.mlav.mlav_log_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    ssh:
      username: mlav-reader
      key_file: ~/.ssh/mlav-reader
      known_hosts: /etc/ssh/firewalls_known_hosts
    log_window: 2d
"""

RETURN = r"""
devsrv_log:
  description: MLAV messages of C(devsrv.log). V(null) if it could not be read.
  returned: success
  type: dict
  contains:
    signatures:
      description: Equal messages, grouped, newest first.
      type: list
      elements: dict
      sample:
        - kind: curl
          code: 60
          text: Peer certificate cannot be authenticated with given CA certificates
          first: '2023-08-28T13:21:23.813000-04:00'
          last: '2023-08-28T13:36:24.606000-04:00'
          count: 2
          sample: >-
            2023-08-28 13:36:24.606 -0400 Error: pan_mlav_send_query(pan_mlav_cloud.c:1394): Failed to send req type[3],
            curl error: Peer certificate cannot be authenticated with given CA certificates
    lines:
      description: Number of lines read.
      type: int
      sample: 5000
    oldest:
      description: Time of the oldest line.
      type: str
      sample: '2023-08-27T02:10:00.001000-04:00'
    newest:
      description: Time of the newest line.
      type: str
      sample: '2023-08-28T13:36:24.606000-04:00'
    utc_offset_s:
      description: UTC offset of the log, in seconds.
      type: int
      sample: -14400
    truncated:
      description: Whether the oldest part was cut off.
      type: bool
      sample: false
    unrecognized_errors:
      description: Entries of RV(devsrv_log.signatures) that match no known text or code, newest first.
      type: list
      elements: dict
      sample: []
system_log:
  description: MLAV events of the system log, newest first. V(null) if it could not be read.
  returned: success
  type: dict
  contains:
    events:
      description: Events.
      type: list
      elements: dict
      sample:
        - kind: tls_validation_failed
          time: '2023-08-08T16:07:21'
          severity: high
          text: >-
            MLAV Server certificate validation failed. Dest Addr: ml.service.paloaltonetworks.com, Reason: unable to get
            local issuer certificate
          reason: unable to get local issuer certificate
          event_id: tls-X509-validation-failed
    complete:
      description: Whether all events of the window fit in O(log_entries).
      type: bool
      sample: true
    utc_offset_s:
      description: UTC offset of the log, in seconds, if the log has it.
      type: int
      sample: -14400
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
      sample: tail lines 5000 mp-log devsrv.log
    transport:
      description: Transport, V(api) or V(ssh).
      type: str
      sample: ssh
    raw:
      description: Raw output.
      type: str
      sample: |-
        2023-08-28 13:36:24.606 -0400 Error: pan_mlav_send_query(pan_mlav_cloud.c:1394): Failed to send req type[3],
        curl error: Peer certificate cannot be authenticated with given CA certificates
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
from ansible_collections.panops.mlav.plugins.module_utils._tasks.read_modules import LOG_INFO


def main() -> None:
    """Runs the module."""
    run_module(LOG_INFO)


if __name__ == "__main__":
    main()
