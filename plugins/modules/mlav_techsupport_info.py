#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_techsupport_info
short_description: Finds out from a tech-support file why a firewall was not connected to the MLAV cloud
version_added: 1.0.0
description:
  - Reads the evidence of the whole procedure from a tech-support file and judges it as
    M(panops.mlav.mlav_diagnosis_info) judges that of a firewall that answers. No device is asked.
  - The time at which the file was generated counts as now.
  - What such a file cannot hold, such as a ping, is in C(missing), and the verdict is no surer than the rest allows.
  - The file is read once, from its beginning to its end. Nothing is unpacked to disk, links are not followed, and of
    the configuration only the service route, DNS and proxy settings and the decryption policy are kept.
  - A file that cannot be read is V(undetermined), not a failed task. Only unusable options fail.
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
      - A tech-support file (C(.tgz), C(.tar.gz) or C(.tar)), the folder that one was unpacked into, evidence that
        was saved (C(.json)), or a folder of many.
    type: path
    required: true
  diagnose:
    description:
      - Diagnose every file. With V(false) they are only listed, without being read.
    type: bool
    default: true
  save_evidence:
    description:
      - A folder. What was read of each file is saved there, without secrets, under the file's name in RV(archives), so
        that it can be judged again with O(panops.mlav.mlav_diagnosis_info#module:evidence).
      - Only the owner can read the files. Nothing is saved in check mode.
    type: path
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_report
  - name: Diagnose without the device
    description: How to get a tech-support file, what is read from it and what stays on the machine.
    link: https://github.com/panops/panops.mlav/blob/main/docs/techsupport.md
"""

EXAMPLES = r"""
- name: Diagnose from a tech-support file
  panops.mlav.mlav_techsupport_info:
    path: ~/cases/4711/techsupport.tgz
  register: mlav

- name: Say what to do
  ansible.builtin.debug:
    msg: "{{ mlav.diagnoses[0].summary }}"

- name: Diagnose from every tech-support file of a folder
  panops.mlav.mlav_techsupport_info:
    path: ~/cases/4711
  register: mlav

- name: Write one report on all of them
  panops.mlav.mlav_report:
    diagnoses: "{{ mlav.diagnoses }}"
    report_dir: ~/cases/4711/report
"""

RETURN = r"""
archives:
  description: The tech-support files, by name.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Where it is.
      type: str
      sample: /home/support/cases/4711/techsupport.tgz
    name:
      description: Its name without the ending, fit for the name of a host in an inventory, and unique in the list.
      type: str
      sample: techsupport
diagnoses:
  description:
    - One diagnosis per file, in the order of RV(archives), with the shape of
      RV(panops.mlav.mlav_diagnosis_info#module:diagnosis).
    - C(source) is V(techsupport) or V(saved), C(source_file) is the name of the file, C(collected_at) is the file's
      own time, and C(host) is the name of the firewall as the file tells it, or else the name of the file.
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
  description: The files that evidence was saved in. There is none of a tech-support file that could not be read.
  returned: when O(save_evidence) is set, outside check mode
  type: list
  elements: str
  sample: [report/evidence/techsupport.json]
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  sample:
    kind: invalid_option
    message: >-
      option path is '/tmp/none'. Expected: a tech-support file (.tgz, .tar.gz, .tar), one that was unpacked, saved
      evidence (.json), or a folder of them. Actual: nothing there.
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.techsupport import TECHSUPPORT_INFO


def main() -> None:
    """Runs the module."""
    run_module(TECHSUPPORT_INFO)


if __name__ == "__main__":
    main()
