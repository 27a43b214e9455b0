#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_diagnosis_info
short_description: Finds out why a firewall is not connected to the MLAV cloud
version_added: 1.0.0
description:
  - Gathers the evidence of the whole procedure in one session, judges it, and returns the verdict with the root
    causes, the evidence for them and what to do.
  - A firewall that cannot be reached or logged in to is V(undetermined), not a failed task. Only unusable options fail.
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
      - V(auto) asks a connected firewall only the cheap questions, and a disconnected one everything.
      - V(full) asks everything.
    type: str
    choices: [auto, full]
    default: auto
  evidence:
    description:
      - Judge evidence that was saved earlier, with O(save_evidence), and ask no firewall. Options of the connection
        are not used.
      - A file, or the folder that it was saved in, where the file of O(host) is looked for.
      - The evidence is judged as this version of the collection judges. It is asked at least as deep as it was then.
    type: path
  save_evidence:
    description:
      - A folder. What the firewall answered is saved there, without secrets, as a file of the name of O(host), so that
        it can be judged again with O(evidence). A file that is there already is replaced.
      - Only the owner can read the file. Nothing is saved in check mode.
      - Its shape is published as C(docs/schema/evidence.schema.json).
      - With O(role_variables) it is C(mlav_evidence_dir) where C(mlav_save_evidence) is true.
    type: path
  techsupport_export:
    description:
      - Where C(devsrv.log) is needed and cannot be read otherwise, have the firewall make a tech-support file, and take
        the log from it while it is downloaded. Nothing else of the file is kept.
      - This is heavy. The firewall makes the file for 5 to 15 minutes, which loads its management plane, and 100 to
        400 MB are transferred. A connected firewall is not asked for it with O(depth=auto).
      - The account's admin role needs the XML-API right C(export).
      - PAN-OS refuses it through a Panorama (O(provider.serial_number)).
    type: bool
    default: false
  techsupport_timeout:
    description: Time limit for making and reading the tech-support file, in seconds, from 1 to 86400.
    type: int
    default: 1200
seealso:
  - module: panops.mlav.mlav_facts
  - module: panops.mlav.mlav_report
  - name: Troubleshooting connectivity issues to the MLAV cloud server
    description: The article of the vendor that this collection follows.
    link: https://knowledgebase.paloaltonetworks.com/KCSArticleDetail?id=kA14u000000HDuDCAW
"""

EXAMPLES = r"""
- name: Diagnose
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

- name: Say what to do
  ansible.builtin.debug:
    msg: "{{ mlav.diagnosis.summary }}"

- name: Diagnose a firewall through the Panorama that manages it
  panops.mlav.mlav_diagnosis_info:
    provider:
      ip_address: panorama.example.com
      api_key: "{{ vault_panorama_api_key }}"
      serial_number: "001606000117"

- name: Diagnose as the variables mlav_provider, mlav_ca_path and so on say
  panops.mlav.mlav_diagnosis_info:
    role_variables: true

- name: Judge again what was saved by an earlier run
  panops.mlav.mlav_diagnosis_info:
    evidence: report/evidence/fw-lon-1.json
"""

RETURN = r"""
diagnosis:
  description:
    - The diagnosis. Its shape is published as C(docs/schema/diagnosis.schema.json).
  returned: success
  type: dict
  contains:
    schema:
      description: Name and version of this shape.
      type: str
      sample: panops.mlav/diagnosis/1
    host:
      description: The name of the firewall.
      type: str
      sample: fw-lon-1
    source:
      description: Where the evidence is from.
      type: str
      sample: live
    source_file:
      description: The name of the file that the evidence comes from. V(null) where it comes from the firewall.
      type: str
      sample:
    collected_at:
      description: When the evidence was gathered (UTC).
      type: str
      sample: '2026-11-23T10:15:00Z'
    device:
      description: What the firewall is. Values that are not known are V(null).
      type: dict
      sample:
        hostname: fw-lon-1
        serial: '001606000117'
        model: PA-850
        sw_version: 10.2.9-h1
        ha_state: active
        clock_skew_s: 1
    cloud_server:
      description: The cloud server that the firewall uses.
      type: str
      sample: ml.service.paloaltonetworks.com
    verdict:
      description:
        - What the firewall is, V(healthy), V(degraded), V(broken), V(standby), V(undetermined) or V(not_applicable).
        - V(broken) is every firewall that is not connected, whatever is known of the cause. V(standby) is a peer of a
          pair that is not active and is disconnected as expected.
      type: str
      sample: broken
    cause_confidence:
      description: The confidence of the first cause, V(proven), V(likely) or V(possible); V(unknown) without a cause.
      type: str
      sample: likely
    summary:
      description: One sentence that a person can act on.
      type: str
      sample: >-
        Likely cause: ml.service.paloaltonetworks.com shows an untrusted certificate (x509 code 20): a device on the
        path decrypts; have its owner exclude *.paloaltonetworks.com.
    causes:
      description: Root causes, most certain first. Empty where none is known.
      type: list
      elements: dict
      contains:
        id:
          description: The name of the cause.
          type: str
          sample: tls_interception
        code:
          description: Its stable code.
          type: str
          sample: MLAV0102
        title:
          description: The cause in a few words.
          type: str
          sample: A device on the way decrypts the connection
        confidence:
          description: V(proven), V(likely) or V(possible).
          type: str
          sample: likely
        because:
          description: The checks that show it.
          type: list
          elements: str
          sample: [tls_validation, decryption_policy]
        details:
          description: What belongs to this cause alone, such as who decrypts.
          type: dict
          sample: {decrypts: elsewhere, x509_code: 20}
        remedy:
          description: What to do, as text and as data.
          type: dict
          contains:
            text:
              description: What to do.
              type: str
              sample: >-
                Tell the owner of the device that decrypts between the management interface and the cloud to exclude
                *.paloaltonetworks.com from decryption there. This firewall is not that device (it has no decrypt rule),
                so nothing is to be changed on it.
            actor:
              description:
                - Who has to act, V(firewall_admin), V(network_admin), V(decryption_admin), V(vendor) or V(nobody).
              type: str
              sample: decryption_admin
            automated:
              description: Whether a module of this collection can do it.
              type: bool
              sample: false
            module:
              description: That module.
              type: str
              sample:
            params:
              description: Its parameters.
              type: dict
              sample: {}
            risk:
              description: What following it may do to the firewall, V(none), V(low), V(medium) or V(high).
              type: str
              sample: low
            needs_maintenance_window:
              description: Whether it belongs into a maintenance window.
              type: bool
              sample: false
            doc_url:
              description: The page about this cause, see O(doc_url).
              type: str
              sample: ansible_collections/panops/mlav/docs/causes/tls_interception.md
    checks:
      description: All checks, in the order of dependency.
      type: list
      elements: dict
      contains:
        id:
          description: The name of the check.
          type: str
          sample: tls_validation
        title:
          description: The check in a few words.
          type: str
          sample: The certificate of the cloud server validates
        status:
          description: V(pass), V(warn), V(fail), V(error) (could not tell) or V(skipped).
          type: str
          sample: fail
        message:
          description: What was found.
          type: str
          sample: >-
            The certificate shown for ml.service.paloaltonetworks.com does not validate (last at 2026-11-23 10:14:58).
            Expected: a valid certificate Actual: x509 code 20: Peer certificate cannot be authenticated with given CA
            certificates
        evidence:
          description: The questions and answers behind it, redacted and bounded.
          type: list
          elements: dict
          sample: []
        blocked_by:
          description: The check that explains this one.
          type: str
          sample:
        duration_ms:
          description: How long its questions took, in milliseconds.
          type: int
          sample: 210
    history:
      description: Causes that are over, seen in the logs and ruled out now.
      type: list
      elements: dict
      sample: []
    missing:
      description: Evidence that could not be had, and what would give it.
      type: list
      elements: dict
      sample:
        - evidence: devsrv_log
          kind: refused
          reason: >-
            the XML API rejected tail lines 5000 mp-log devsrv.log: tail not available to xmlapi client (code 17)
          hint: Set the option ssh, so that the firewall's CLI can be asked.
    duration_ms:
      description: How long gathering and judging took, in milliseconds.
      type: int
      sample: 840
evidence_file:
  description: The file that the evidence was saved in.
  returned: when O(save_evidence) is set, outside check mode
  type: str
  sample: report/evidence/fw-lon-1.json
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: "cert_fingerprint is 'abc'. Expected: 64 hexadecimal digits."
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.diagnosing import DIAGNOSIS_INFO
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(DIAGNOSIS_INFO)


if __name__ == "__main__":
    main()
