#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_techsupport_info
short_description: Diagnose the MLAV cloud connection from tech-support files
version_added: 1.0.0
description:
  - Reads the evidence of the whole procedure from a tech-support file and diagnoses it the way
    M(panops.mlav.mlav_diagnosis_info) diagnoses a live firewall. It contacts no device.
  - The time at which the file was generated counts as the current time.
  - Evidence that a file cannot contain, such as a ping, is listed in C(missing) and lowers the confidence of the
    causes.
  - The file is streamed once. Nothing is unpacked to disk, links are not followed, and only the service route, the DNS
    and proxy settings and the decryption policy of the configuration are kept.
  - A file that cannot be read is V(undetermined); the task fails only for invalid options.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.reads_only
  - panops.mlav.logs
  - panops.mlav.pages
options:
  path:
    description:
      - A tech-support file (C(.tgz), C(.tar.gz) or C(.tar)), a folder with an unpacked one, an evidence file
        (C(.json)), or a folder of any of these.
    type: path
    required: true
  diagnose:
    description:
      - Diagnose every file. V(false) only lists the files and reads none of them.
    type: bool
    default: true
  save_evidence:
    description:
      - Folder for evidence files, one per tech-support file, named as in RV(archives) and without secrets. Diagnose
        them again with O(panops.mlav.mlav_diagnosis_info#module:evidence).
      - Only the owner can read them. Nothing is saved in check mode.
    type: path
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_report
  - name: Diagnose without the device
    description: How to get a tech-support file, and what is read and kept from it.
    link: https://github.com/panops/panops.mlav/blob/main/docs/techsupport.md
"""

EXAMPLES = r"""
- name: Diagnose a tech-support file
  panops.mlav.mlav_techsupport_info:
    path: ~/cases/4711/techsupport.tgz
  register: mlav

- name: Show the summary
  ansible.builtin.debug:
    msg: "{{ mlav.diagnoses[0].summary }}"

- name: Diagnose every tech-support file in a folder
  panops.mlav.mlav_techsupport_info:
    path: ~/cases/4711
  register: mlav

- name: Write one report for all files
  panops.mlav.mlav_report:
    diagnoses: "{{ mlav.diagnoses }}"
    report_dir: ~/cases/4711/report
"""

RETURN = r"""
archives:
  description: The tech-support files, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file.
      type: str
      sample: /home/support/cases/4711/techsupport.tgz
    name:
      description: File name without its extension, valid as an inventory host name and unique in the list.
      type: str
      sample: techsupport
diagnoses:
  description:
    - One diagnosis per file, in the order of RV(archives), with the shape of
      RV(panops.mlav.mlav_diagnosis_info#module:diagnosis).
    - C(source) is V(techsupport) or V(saved), C(source_file) is the name of the file, C(collected_at) is the file's
      own time, and C(host) is the firewall's hostname in the file, or else the name of the file.
  returned: success, unless O(diagnose=false)
  type: list
  elements: dict
  sample:
    - schema: panops.mlav/diagnosis/1
      host: fw-lon-1
      source: techsupport
      source_file: techsupport.tgz
      collected_at: '2026-11-23T10:15:00Z'
      verdict: broken
      cause_confidence: likely
      summary: >-
        TLS intercepted upstream (likely): ml.service.paloaltonetworks.com shows an untrusted certificate. Have the
        decrypting device exclude *.paloaltonetworks.com.
evidence_files:
  description: Evidence files that were written. A tech-support file that could not be read has none.
  returned: when O(save_evidence) is set, outside check mode
  type: list
  elements: str
  sample: [report/evidence/techsupport.json]
error:
  description: What failed, and the recommended action.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: >-
      path is '/tmp/none': expected a tech-support file (.tgz, .tar.gz, .tar), an unpacked one, an evidence file
      (.json), or a folder of them, got nothing
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO


def main() -> None:
    """Runs the module."""
    run_module(TECHSUPPORT_INFO)


if __name__ == "__main__":
    main()
