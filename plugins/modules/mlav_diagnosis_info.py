#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_diagnosis_info
short_description: Diagnose a firewall's MLAV cloud connection
version_added: 1.0.0
description:
  - Collects the evidence of the whole procedure in one session and returns the verdict, the root causes with their
    evidence, and the recommended action.
  - A firewall that is unreachable or refuses the login is V(undetermined); the task fails only for invalid options.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.logs
  - panops.mlav.logs.lines
  - panops.mlav.pages
  - panops.mlav.role_variables
options:
  depth:
    description:
      - V(auto) runs only the cheap queries on a connected firewall, and all of them on a disconnected one.
      - V(full) runs all of them.
    type: str
    choices: [auto, full]
    default: auto
  evidence:
    description:
      - Diagnose an evidence file written by O(save_evidence), and contact no firewall. Connection options are ignored.
      - A file, or the folder that has the file of O(host).
      - This version of the collection makes the diagnosis, at least as deep as the run that saved the evidence.
    type: path
  save_evidence:
    description:
      - Folder for the evidence file. It is named after O(host), has no secrets, and can be diagnosed again with
        O(evidence). An existing file is replaced.
      - Only the owner can read the file. Nothing is saved in check mode.
      - Its schema is C(docs/schema/evidence.schema.json).
      - With O(role_variables), the default is C(mlav_evidence_dir) if C(mlav_save_evidence) is true.
    type: path
  techsupport_export:
    description:
      - If C(devsrv.log) is needed and cannot be read any other way, have the firewall generate a tech-support file and
        read the log from the download. Nothing else of the file is kept.
      - This is expensive. Generating the file loads the management plane for 5 to 15 minutes, and 100 to 400 MB are
        transferred. With O(depth=auto), a connected firewall does not generate one.
      - The account's admin role needs the XML-API right C(export).
      - PAN-OS does not allow it through Panorama (O(provider.serial_number)).
    type: bool
    default: false
  techsupport_timeout:
    description: Time limit for generating and reading the tech-support file, in seconds, from 1 to 86400.
    type: int
    default: 1200
seealso:
  - module: panops.mlav.mlav_facts
  - module: panops.mlav.mlav_report
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: Vendor article that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Diagnose a firewall
  panops.mlav.mlav_diagnosis_info:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    ssh:
      username: mlav-reader
      key_file: ~/.ssh/mlav-reader
      known_hosts: /etc/ssh/firewalls_known_hosts
  register: mlav

- name: Show the summary
  ansible.builtin.debug:
    msg: "{{ mlav.diagnosis.summary }}"

- name: Diagnose a firewall through its Panorama
  panops.mlav.mlav_diagnosis_info:
    provider:
      ip_address: panorama.example.com
      api_key: "{{ vault_panorama_api_key }}"
      serial_number: "001606000117"

- name: Diagnose with the variables of the role (mlav_provider, mlav_ca_path, ...)
  panops.mlav.mlav_diagnosis_info:
    role_variables: true

- name: Diagnose an evidence file of a previous run
  panops.mlav.mlav_diagnosis_info:
    evidence: report/evidence/fw-lon-1.json
"""

RETURN = r"""
diagnosis:
  description:
    - The diagnosis. Its schema is C(docs/schema/diagnosis.schema.json).
  returned: success
  type: dict
  contains:
    schema:
      description: Name and version of the schema.
      type: str
      sample: panops.mlav/diagnosis/1
    host:
      description: Name of the firewall.
      type: str
      sample: fw-lon-1
    source:
      description: Source of the evidence, V(live), V(techsupport) or V(saved).
      type: str
      sample: live
    source_file:
      description: File that the evidence was read from. V(null) for a live firewall.
      type: str
      sample:
    collected_at:
      description: Time of collection (UTC).
      type: str
      sample: '2026-11-23T10:15:00Z'
    device:
      description: Facts about the firewall. Unknown values are V(null).
      type: dict
      sample:
        hostname: fw-lon-1
        serial: '001606000117'
        model: PA-850
        sw_version: 10.2.9-h1
        ha_state: active
        clock_skew_s: 1
    cloud_server:
      description: Cloud server in use.
      type: str
      sample: ml.service.paloaltonetworks.com
    verdict:
      description:
        - V(healthy), V(degraded), V(broken), V(standby), V(undetermined) or V(not_applicable).
        - V(broken) is every disconnected firewall, whether the cause is known or not. V(standby) is a passive HA peer
          that is disconnected as expected.
      type: str
      sample: broken
    cause_confidence:
      description: Confidence of the first cause, V(proven), V(likely) or V(possible); V(unknown) without a cause.
      type: str
      sample: likely
    summary:
      description: What is wrong, the decisive fact, and what to do, in at most 160 characters.
      type: str
      sample: >-
        TLS intercepted upstream (likely): ml.service.paloaltonetworks.com shows an untrusted certificate. Have the
        decrypting device exclude *.paloaltonetworks.com.
    causes:
      description: Root causes, most certain first. Empty if none is known.
      type: list
      elements: dict
      contains:
        id:
          description: ID of the cause.
          type: str
          sample: tls_interception
        code:
          description: Stable code of the cause.
          type: str
          sample: MLAV0102
        title:
          description: Title of the cause.
          type: str
          sample: TLS intercepted
        confidence:
          description: V(proven), V(likely) or V(possible).
          type: str
          sample: likely
        because:
          description: Checks that support the cause.
          type: list
          elements: str
          sample: [tls_validation, decryption_policy]
        details:
          description: Details specific to the cause, such as who decrypts.
          type: dict
          sample: {decrypts: elsewhere, x509_code: 20}
        remedy:
          description: Recommended action.
          type: dict
          contains:
            text:
              description: Recommended action, as text.
              type: str
              sample: >-
                Ask the owner of the device that decrypts between the management interface and the cloud to exclude
                *.paloaltonetworks.com from decryption there. This firewall is not that device (it has no decrypt rule)
                and needs no change.
            actor:
              description:
                - Owner of the action, V(firewall_admin), V(network_admin), V(decryption_admin), V(vendor) or V(nobody).
              type: str
              sample: decryption_admin
            automated:
              description: Whether a module of this collection can carry it out.
              type: bool
              sample: false
            module:
              description: Name of that module.
              type: str
              sample:
            params:
              description: Options for that module.
              type: dict
              sample: {}
            risk:
              description: Risk of the action for the firewall, V(none), V(low), V(medium) or V(high).
              type: str
              sample: low
            needs_maintenance_window:
              description: Whether it needs a maintenance window.
              type: bool
              sample: false
            doc_url:
              description: Page of this cause, see O(doc_url).
              type: str
              sample: ansible_collections/panops/mlav/docs/causes/tls_interception.md
    checks:
      description: All checks, in dependency order.
      type: list
      elements: dict
      contains:
        id:
          description: ID of the check.
          type: str
          sample: tls_validation
        title:
          description: Title of the check.
          type: str
          sample: TLS certificate validation
        status:
          description: V(pass), V(warn), V(fail), V(error) (unknown) or V(skipped).
          type: str
          sample: fail
        message:
          description: Finding of the check.
          type: str
          sample: >-
            The certificate shown for ml.service.paloaltonetworks.com does not validate (x509 code 20: "Peer
            certificate cannot be authenticated with given CA certificates"), last 8 minutes ago (10:07:02 UTC).
        evidence:
          description: Commands and output behind the check, redacted and truncated.
          type: list
          elements: dict
          sample: []
        blocked_by:
          description: Check that blocks this one.
          type: str
          sample:
        duration_ms:
          description: Duration of its queries, in milliseconds.
          type: int
          sample: 210
    history:
      description: Past causes, seen in the logs and ruled out now.
      type: list
      elements: dict
      sample: []
    missing:
      description: Evidence that could not be collected, and how to obtain it.
      type: list
      elements: dict
      sample:
        - evidence: devsrv_log
          kind: refused
          reason: >-
            the XML API rejected tail lines 5000 mp-log devsrv.log: tail not available to xmlapi client (code 17)
          hint: Set the option ssh, so that the firewall's CLI can be asked.
    duration_ms:
      description: Duration of collection and diagnosis, in milliseconds.
      type: int
      sample: 840
evidence_file:
  description: Path of the evidence file.
  returned: when O(save_evidence) is set, outside check mode
  type: str
  sample: report/evidence/fw-lon-1.json
error:
  description: What failed, and the recommended action.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: "cert_fingerprint is 'abc': expected 64 hexadecimal digits"
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(DIAGNOSIS_INFO)


if __name__ == "__main__":
    main()
