#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_report
short_description: Report on diagnoses or remediations of many firewalls
version_added: 1.0.0
description:
  - Groups diagnosed firewalls by cause and returns a summary. Firewalls that need a person come first.
  - Writes C(diagnoses.json), C(report.md) and C(report.html) to O(report_dir).
  - Merges the C(diagnoses.json) of other runs, such as the slices of a job or the runs of several control nodes.
  - Reports on remediations instead when given their records, and writes C(remediation.json) and C(remediation.md), for
    a run that only planned also C(plan.json).
  - Connects to no firewall. Runs on the controller; use C(run_once).
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
requirements:
  - jmespath >= 1.0.0 (only for O(query))
  - Jinja2 (only for O(report_dir); ansible-core brings it to the controller)
options:
  hosts:
    description:
      - Hosts of the inventory whose registered diagnoses are reported. For thousands of hosts this is far faster than
        an expression over C(hostvars) in O(diagnoses).
      - A host without a diagnosis is reported as V(undetermined), with the message of its failed task. A host whose
        batch of the play (C(serial)) has not started is left out. A host that is not in the inventory is an error.
      - Cannot be combined with O(diagnoses), and needs a task that runs on the controller, not asynchronously.
    type: list
    elements: str
  remediated_hosts:
    description:
      - Hosts of the inventory whose registered remediation records are reported. Name the variable in O(registered).
      - A host of the play without a record is reported as failed, with the message of its task. A host whose batch of
        the play (C(serial)) has not started, or that is not in the play, is left out.
      - Hosts of the play whose task failed count as named in O(stopped_by).
      - Cannot be combined with the options for diagnoses.
    type: list
    elements: str
  registered:
    description:
      - Variables in which the hosts of O(hosts) or O(remediated_hosts) registered their results. The first one that a
        host has counts.
      - Each is the registered result of M(panops.mlav.mlav_diagnosis_info), M(panops.mlav.mlav_techsupport_info) or
        M(panops.mlav.mlav_sweep_info), or of M(panops.mlav.mlav_remediate).
    type: list
    elements: str
    default: [mlav_diagnosis, mlav_swept]
  diagnoses:
    description:
      - The diagnoses themselves, as M(panops.mlav.mlav_diagnosis_info) returns them in C(diagnosis). Each is checked
        against the published schema, C(docs/schema/diagnosis.schema.json).
      - One of O(hosts), O(diagnoses), O(swept), O(report_files), O(remediated_hosts) and O(remediations) is required.
    type: list
    elements: dict
  swept:
    description:
      - Firewalls of a sweep that are not hosts of the inventory, as M(panops.mlav.mlav_sweep_info) returns them in
        C(firewalls). O(hosts) finds registered results by itself.
      - Firewalls that are connected, unreachable or refuse the login are reported. All others need a diagnosis.
      - A firewall that has a diagnosis keeps it.
    type: list
    elements: dict
  report_files:
    description:
      - The C(diagnoses.json) of other runs to merge into this report, alone or with O(hosts), O(diagnoses) or O(swept).
      - If a firewall appears twice, its newest diagnosis by C(collected_at) wins; RV(superseded) and a warning list the
        others. Between equally old ones this run wins, then the file named first.
      - A firewall is identified by its name. Several serial numbers under one name are several firewalls, and the
        serial number is added to each name.
      - All files together may have 512 MiB and 20 million values. 20,000 fully diagnosed firewalls need half of that.
      - Nothing is written if one of the files cannot be read or does not match the published schema. The error names
        the file, the place in it, what belongs there and what is there.
    type: list
    elements: path
  remediations:
    description:
      - The remediation records themselves, as M(panops.mlav.mlav_remediate) returns them in C(remediation).
      - Cannot be combined with the options for diagnoses.
    type: list
    elements: dict
  plan_only:
    description:
      - The records come from a run that only planned, such as one with C(--check). Also writes C(plan.json), which
        O(panops.mlav.mlav_remediate#module:plan) takes.
    type: bool
    default: false
  stopped_by:
    description:
      - Firewalls whose failed remediation stopped the run. Firewalls that were still planned are reported as blocked by
        the guard V(halted).
    type: list
    elements: str
    default: []
  failures:
    description:
      - Firewalls whose diagnosis or remediation failed, and the message of the failure. They are reported as
        V(undetermined), or as failed.
      - A firewall that has a diagnosis or a record of this run keeps it.
    type: dict
    default: {}
  report_dir:
    description: The folder to write to. It is created if it is missing.
    type: path
  query:
    description: A JMESPath expression over the list of diagnoses. RV(query_answer) holds the result.
    type: str
  artifacts:
    description:
      - The firewalls that RV(artifacts) includes.
      - V(unhealthy) includes those that are V(broken), V(undetermined) or V(degraded).
    type: str
    choices: [all, unhealthy, none]
    default: none
  fail_on:
    description: Fail, after all files are written, when a firewall has one of these verdicts.
    type: list
    elements: str
    choices: [broken, undetermined, degraded, standby, healthy, not_applicable]
    default: []
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_sweep_info
  - module: panops.mlav.mlav_remediate
"""

EXAMPLES = r"""
- name: Diagnose each firewall of the play
  panops.mlav.mlav_diagnosis_info:
  register: mlav_diagnosis
  ignore_errors: true

- name: Report on all firewalls of the play
  panops.mlav.mlav_report:
    hosts: "{{ ansible_play_hosts_all }}"
    report_dir: /var/tmp/mlav
    query: "[?verdict=='broken'].host"
    fail_on: [broken]
  run_once: true
  delegate_to: localhost

- name: Merge the reports of two control nodes
  panops.mlav.mlav_report:
    report_files:
      - /var/tmp/mlav-emea/diagnoses.json
      - /var/tmp/mlav-apac/diagnoses.json
    report_dir: /var/tmp/mlav-all
  run_once: true
  delegate_to: localhost

- name: Write the audit record of all firewalls of the play
  panops.mlav.mlav_report:
    remediated_hosts: "{{ ansible_play_hosts_all }}"
    registered: [done]
    report_dir: /var/tmp/mlav
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
summary:
  description:
    - The summary, one line per firewall. A group of more than a hundred that need nobody is counted instead.
  returned: always
  type: list
  elements: str
  sample:
    - 'MLAV cloud: 3 firewalls, 1 broken, 2 healthy'
counts:
  description: The number of firewalls per verdict, or per outcome.
  returned: always
  type: dict
  sample: {healthy: 2, degraded: 0, broken: 1, undetermined: 0, standby: 0, not_applicable: 0}
files:
  description: The files of the report.
  returned: when O(report_dir) is given
  type: list
  elements: str
  sample: [/var/tmp/mlav/diagnoses.json, /var/tmp/mlav/report.md, /var/tmp/mlav/report.html]
superseded:
  description:
    - The diagnoses that a newer one of the same firewall replaced.
    - RV(superseded[].file) is V(null) for a diagnosis of this run.
  returned: when O(report_files) is given
  type: list
  elements: dict
  contains:
    host:
      description: The firewall.
      type: str
      sample: fw-lon-1
    collected_at:
      description: When the evidence was collected (UTC).
      type: str
      sample: '2026-11-23T10:15:00Z'
    file:
      description: The report that holds the diagnosis.
      type: str
      sample: /var/tmp/mlav-emea/diagnoses.json
artifacts:
  description:
    - For C(ansible.builtin.set_stats), verdict and first cause (V(null) without one) of the firewalls that O(artifacts)
      chooses. The key is C(mlav_) and the firewall's name, with C(_) for every character that is not an ASCII letter, a
      digit or C(_). AWX merges the artifacts of a job's slices by these keys.
    - If several firewalls have the same key, or one has C(mlav_query), the key of each gets a suffix, the first eight
      hexadecimal digits of the SHA-256 of its name, and a warning lists them.
  returned: when O(artifacts) is not V(none)
  type: dict
  sample:
    mlav_fw_par_1: {verdict: broken, cause: tls_interception}
query_answer:
  description: The result of O(query).
  returned: when O(query) is given
  type: raw
  sample: [fw-lon-1]
error:
  description: The class of the failure, and how to fix it.
  returned: when the options or a file of O(report_files) cannot be used
  type: dict
  sample:
    kind: invalid_option
    message: "report_files[0], 'a.json': expected a file that can be read, got: No such file or directory."
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT


def main() -> None:
    """Runs the module."""
    run_module(REPORT)


if __name__ == "__main__":
    main()
