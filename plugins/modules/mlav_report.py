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
  - Takes diagnoses, groups firewalls with the same cause, and returns a summary with one line per firewall.
  - Writes C(diagnoses.json), C(report.md) and C(report.html) where O(report_dir) is given.
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
  - jmespath (only where O(query) is used)
options:
  diagnoses:
    description:
      - The diagnoses, as C(diagnosis) of M(panops.mlav.mlav_diagnosis_info) returns them.
      - Either this or O(remediations) is required.
    type: list
    elements: dict
  remediations:
    description: The records, as C(remediation) of M(panops.mlav.mlav_remediate) returns them.
    type: list
    elements: dict
  swept:
    description:
      - Firewalls of a sweep, as C(firewalls) of M(panops.mlav.mlav_sweep_info) returns them. Those that are connected,
        and those that could not be reached or logged in to, are reported. All others need a diagnosis.
      - A firewall that has a diagnosis in O(diagnoses) is not touched by this.
    type: list
    elements: dict
    default: []
  plan_only:
    description:
      - The records of O(remediations) are those of a run that only planned, such as a check run. Their plans are
        written as C(plan.json), which O(panops.mlav.mlav_remediate#module:plan) takes.
    type: bool
    default: false
  stopped_by:
    description:
      - Firewalls whose remediation has failed and stopped the run. Those of O(remediations) that are still planned were
        not begun for that reason, and are reported as refused by the guard V(halted).
    type: list
    elements: str
    default: []
  failures:
    description:
      - Firewalls whose diagnosis or remediation failed, with the message of the failure. They are reported as
        V(undetermined), or as failed.
      - A firewall that has a diagnosis or a record is not touched by this.
    type: dict
    default: {}
  report_dir:
    description: The folder to write to. It is made where it is missing.
    type: path
  query:
    description: A JMESPath expression over the list of diagnoses. Its answer is RV(query_answer).
    type: str
  fail_on:
    description: Fail, after everything is written, when a firewall has one of these verdicts.
    type: list
    elements: str
    choices: [broken, undetermined, degraded, healthy, not_applicable]
    default: []
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - module: panops.mlav.mlav_sweep_info
  - module: panops.mlav.mlav_remediate
"""

EXAMPLES = r"""
- name: Report on all firewalls of the play
  panops.mlav.mlav_report:
    diagnoses: "{{ ansible_play_hosts_all | map('extract', hostvars) | map(attribute='mlav.diagnosis') }}"
    report_dir: /var/tmp/mlav
    query: "[?verdict=='broken'].host"
    fail_on: [broken]
  run_once: true
  delegate_to: localhost

- name: Write the audit record of all firewalls of the play
  panops.mlav.mlav_report:
    remediations: "{{ ansible_play_hosts_all | map('extract', hostvars) | map(attribute='done.remediation') }}"
    report_dir: /var/tmp/mlav
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
summary:
  description: The summary, line by line.
  returned: always
  type: list
  elements: str
  sample:
    - 'MLAV cloud: 3 firewalls, 1 broken, 2 healthy'
counts:
  description: How many firewalls have which verdict, or which outcome.
  returned: always
  type: dict
  sample: {healthy: 2, degraded: 0, broken: 1, undetermined: 0, not_applicable: 0}
files:
  description: The files of the report.
  returned: when O(report_dir) is given
  type: list
  elements: str
  sample: [/var/tmp/mlav/diagnoses.json, /var/tmp/mlav/report.md, /var/tmp/mlav/report.html]
query_answer:
  description: The answer of O(query).
  returned: when O(query) is given
  type: raw
  sample: [fw-lon-1]
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.reporting import REPORT


def main() -> None:
    """Runs the module."""
    run_module(REPORT)


if __name__ == "__main__":
    main()
