#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_report
short_description: Renders the diagnoses or the remediations of many firewalls
version_added: 1.0.0
description:
  - Takes diagnoses, groups firewalls with the same cause, and returns a summary, those that need a person first.
  - Writes C(diagnoses.json), C(report.md) and C(report.html) where O(report_dir) is given.
  - Takes in the C(diagnoses.json) of other runs, such as the slices of a job, or the runs of several control nodes.
  - Or takes the records of remediations, and writes C(remediation.json) and C(remediation.md); of a run that only
    planned, C(plan.json) as well.
  - Talks to no firewall. Runs on the controller; use C(run_once).
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
  - jmespath >= 1.0.0 (only where O(query) is used)
options:
  hosts:
    description:
      - Hosts of the inventory whose registered diagnoses are reported. They are read from the hosts' variables as they
        stand, which for thousands of hosts is far quicker than an expression over C(hostvars) in O(diagnoses).
      - A host without a diagnosis is reported as V(undetermined), with the message of its failed task. A host that the
        play has yet to begin with (C(serial)) is left out. A host that is not in the inventory is an error.
      - Not together with O(diagnoses), nor in a task that is asynchronous or delegated to another host than the
        controller.
    type: list
    elements: str
  remediated_hosts:
    description:
      - Hosts of the inventory whose registered records of remediations are reported, read as those of O(hosts) are. The
        variable is to be named in O(registered).
      - A host of the play without a record is reported as failed, with the message of its task. One that the play has
        yet to begin with (C(serial)), or that is not of the play, is left out.
      - Hosts of the play whose task failed count as named in O(stopped_by).
      - Only alone.
    type: list
    elements: str
  registered:
    description:
      - Variables that the hosts of O(hosts) or O(remediated_hosts) have their results in; of each host, the first that
        it has counts.
      - Each is the registered result of M(panops.mlav.mlav_diagnosis_info), M(panops.mlav.mlav_techsupport_info) or
        M(panops.mlav.mlav_sweep_info), or of M(panops.mlav.mlav_remediate).
    type: list
    elements: str
    default: [mlav_diagnosis, mlav_swept]
  diagnoses:
    description:
      - The diagnoses themselves, as C(diagnosis) of M(panops.mlav.mlav_diagnosis_info) returns them.
      - One of O(hosts), O(diagnoses), O(swept), O(report_files), O(remediated_hosts) and O(remediations) is required.
    type: list
    elements: dict
  swept:
    description:
      - Firewalls of a sweep, as C(firewalls) of M(panops.mlav.mlav_sweep_info) returns them, where they are not hosts
        of the inventory; O(hosts) finds what was registered by itself.
      - Those that are connected, and those that could not be reached or logged in to, are reported. All others need a
        diagnosis. A firewall that has one is not touched by this.
    type: list
    elements: dict
  report_files:
    description:
      - Reports of other runs, the C(diagnoses.json) of each, to be taken into this one. With O(hosts) or O(diagnoses),
        or alone.
      - Of a firewall that is in more than one, the newest diagnosis by its C(collected_at) stands; RV(superseded) and a
        warning tell of the others. Of equally old ones that of this run stands, then that of the file named first.
      - A firewall is known by its name. Under one name with several serial numbers, each is a firewall of its own, and
        the serial number is added to its name.
      - Together they may have 512 MiB and 20 million values. 20,000 firewalls that were diagnosed in full need half of
        that.
      - Nothing is written where one of them cannot be read, or holds anything else than diagnoses of the published
        schema.
    type: list
    elements: path
  remediations:
    description:
      - The records themselves, as C(remediation) of M(panops.mlav.mlav_remediate) returns them. Only alone.
    type: list
    elements: dict
  plan_only:
    description:
      - The records of O(remediated_hosts) or O(remediations) are those of a run that only planned, such as a check run.
        Their plans are written as C(plan.json), which O(panops.mlav.mlav_remediate#module:plan) takes.
    type: bool
    default: false
  stopped_by:
    description:
      - Firewalls whose remediation has failed and stopped the run. Those that are still planned were not
        begun for that reason, and are reported as refused by the guard V(halted).
    type: list
    elements: str
    default: []
  failures:
    description:
      - Firewalls whose diagnosis or remediation failed, with the message of the failure. They are reported as
        V(undetermined), or as failed.
      - A firewall that has a diagnosis or a record of this run is not touched by this.
    type: dict
    default: {}
  report_dir:
    description: The folder to write to. It is made where it is missing.
    type: path
  query:
    description: A JMESPath expression over the list of diagnoses. Its answer is RV(query_answer).
    type: str
  artifacts:
    description:
      - Which firewalls RV(artifacts) tells of.
      - V(unhealthy) means those that are V(broken), V(undetermined) or V(degraded).
    type: str
    choices: [all, unhealthy, none]
    default: none
  fail_on:
    description: Fail, after everything is written, when a firewall has one of these verdicts.
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
- name: Find out why each firewall of the play is not connected
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

- name: Make one report of those of two control nodes
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
    - The summary, line by line. A line per firewall; of more than a hundred that are V(healthy), or V(not_applicable),
      the number.
  returned: always
  type: list
  elements: str
  sample:
    - 'MLAV cloud: 3 firewalls, 1 broken, 2 healthy'
counts:
  description: How many firewalls have which verdict, or which outcome.
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
    - The diagnoses that a newer one of the same firewall has replaced.
    - RV(superseded[].file) is V(null) for one of this run.
  returned: when O(report_files) is given
  type: list
  elements: dict
  contains:
    host:
      description: The firewall.
      type: str
      sample: fw-lon-1
    collected_at:
      description: When it was asked (UTC).
      type: str
      sample: '2026-11-23T10:15:00Z'
    file:
      description: The report that holds the diagnosis.
      type: str
      sample: /var/tmp/mlav-emea/diagnoses.json
artifacts:
  description:
    - For C(ansible.builtin.set_stats), verdict and first cause (V(null) without one) of the firewalls that O(artifacts)
      chooses, each under C(mlav_) and its name, with C(_) for every character that is no ASCII letter, digit or C(_).
      AWX merges the artifacts of a job's slices by these keys.
    - Where several firewalls of a report would have the same key, or one that of C(mlav_query), a mark is added to the
      key of each, the first eight hexadecimal digits of the SHA-256 of its name, and a warning names them.
  returned: when O(artifacts) is not V(none)
  type: dict
  sample:
    mlav_fw_par_1: {verdict: broken, cause: tls_interception}
query_answer:
  description: The answer of O(query).
  returned: when O(query) is given
  type: raw
  sample: [fw-lon-1]
error:
  description: The class of the failure and what would help.
  returned: when the options or a file of O(report_files) cannot be used
  type: dict
  sample:
    kind: invalid_option
    message: "report_files[0] is 'a.json'. Expected: a file that can be read. Actual: No such file or directory."
    remedy: ''
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT


def main() -> None:
    """Runs the module."""
    run_module(REPORT)


if __name__ == "__main__":
    main()
