#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_decryption_exclusion
short_description: Manage SSL decryption exclusions
version_added: 1.0.0
description:
  - Adds, changes or removes an SSL decryption exclusion (Device > Certificate Management > SSL Decryption Exclusion) in
    the candidate configuration of a firewall, or of a template of a Panorama.
  - It does not commit. Use M(panops.mlav.mlav_commit) for that; a template also has to be pushed to its firewalls,
    which this collection does not do.
  - After the commit, this firewall no longer decrypts, and so no longer inspects, connections to servers whose name
    (SNI or the CN of the certificate) matches O(name). It helps only on the device that decrypts the traffic.
  - The change is read back from the candidate configuration, also after an answer that was lost. The module fails if
    the candidate does not have it.
  - The description of every exclusion that this module creates begins with C(panops.mlav:). An entry without that mark
    belongs to another owner. With V(present) it is not changed if it excludes, and switched on if it says
    C(exclude no); it is neither switched off nor removed, unless O(any_owner=true).
  - Only an entry of exactly this name counts. A wider exclusion that covers O(name) does not.
  - Takes no lock. While another administrator holds the config lock, the firewall rejects the change, and the message
    names the holder.
  - The account needs the XML API right Configuration, and Operational Requests for RV(in_effect). A commit also needs
    the right Commit.
author:
  - panops contributors (@panops)
requirements:
  - pan-os-python >= 1.13.1
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the entry in the candidate configuration as XML, before and after.
  idempotent:
    support: full
options:
  name:
    description:
      - Host name to exclude, with C(*) as wildcard. PAN-OS compares names case-sensitively; RV(similar) lists entries
        that differ only in case.
    type: str
    default: "*.paloaltonetworks.com"
  state:
    description: Whether the entry should exist. With V(absent), only the name, the location and O(any_owner) matter.
    type: str
    choices: [present, absent]
    default: present
  exclude:
    description:
      - With V(false) the entry exists but is switched off (C(exclude no)), so that the traffic is decrypted. Use it to
        restore a previous state.
    type: bool
    default: true
  location:
    description:
      - Where the entry is. V(auto) is the location of an existing entry of this name (shared first, then each virtual
        system), otherwise shared.
      - An entry that exists in several locations is removed only if its location is set.
      - With V(template) and V(template_stack), O(provider.ip_address) is the Panorama, without
        O(provider.serial_number).
    type: str
    choices: [auto, shared, vsys, template, template_stack]
    default: auto
  vsys:
    description:
      - Virtual system, such as V(vsys2). Required with O(location=vsys).
      - With a template, the virtual system within it. The default is the shared part of the template.
      - It has to exist. V(vsys1) of a template always does.
    type: str
  template:
    description: Name of the template, with O(location=template). It has to exist.
    type: str
  template_stack:
    description: Name of the template stack, with O(location=template_stack). It has to exist.
    type: str
  description:
    description:
      - Description of the entry, one line. It is prefixed with the mark C(panops.mlav:) if it does not begin with it.
        At most 512 characters including the mark.
      - "Without this option, a new entry gets C(panops.mlav: keeps the MLAV cloud out of decryption), and an existing
        entry keeps its description."
      - Another owner's entry keeps its description, unless O(any_owner=true).
    type: str
  any_owner:
    description:
      - Overrides the guard V(owner). An entry without the mark of this collection may be switched off, get a new
        description, and be removed.
    type: bool
    default: false
  test_hostname:
    description: Host name to test for RV(in_effect).
    type: str
    default: ml.service.paloaltonetworks.com
seealso:
  - module: panops.mlav.mlav_commit
  - module: panops.mlav.mlav_remediate
  - module: panops.mlav.mlav_diagnosis_info
  - name: Exclude a server from decryption for technical reasons
    description: Vendor documentation.
    link: https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-admin/decryption/decryption-exclusions/exclude-a-server-from-decryption
"""

EXAMPLES = r"""
- name: Exclude the MLAV cloud from decryption
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_exclusion

- name: Commit the exclusion
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
    description: Exclude the MLAV cloud from decryption
  when: mlav_exclusion.pending

- name: Show what would be changed in the second virtual system
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    name: ml.service.paloaltonetworks.com
    location: vsys
    vsys: vsys2
    description: Change 4711
  check_mode: true
  diff: true

- name: Exclude the MLAV cloud in a template
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.20
      api_key: "{{ vault_panorama_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    location: template
    template: branch

- name: Remove the exclusion
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.10
      api_key: "{{ vault_panos_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    state: absent
"""

RETURN = r"""
action:
  description:
    - What was done, or would be done in check mode. One of V(none), V(create), V(switch_on), V(switch_off), V(update)
      (only the description) and V(delete).
  returned: success
  type: str
  sample: create
location:
  description:
    - Where the entry is or would be, V(shared), the name of a virtual system, or C(template) or C(template-stack) with
      its name (and the virtual system).
  returned: success
  type: str
  sample: shared
xpath:
  description: Xpath of the entry in the configuration.
  returned: success
  type: str
  sample: /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
before:
  description: Entry in the candidate configuration before. V(null) where there was none.
  returned: success
  type: dict
  sample: null
  contains:
    exclude:
      description:
        - Whether it excludes. V(null) where the entry does not say; what that means in PAN-OS is not documented.
      type: bool
      sample: false
    description:
      description: Description of the entry.
      type: str
      sample: Switched off for a test
after:
  description: Entry afterwards, as RV(before). V(null) where there is none.
  returned: success
  type: dict
  sample:
    exclude: true
    description: "panops.mlav: keeps the MLAV cloud out of decryption"
  contains:
    exclude:
      description: Whether it excludes.
      type: bool
      sample: true
    description:
      description: Description of the entry.
      type: str
      sample: "panops.mlav: keeps the MLAV cloud out of decryption"
diff:
  description: Entry as XML, before and after.
  returned: success
  type: dict
  contains:
    before_header:
      description: Configuration and xpath.
      type: str
      sample: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    before:
      description: Entry before. Empty where there was none.
      type: str
      sample: ""
    after_header:
      description: Configuration and xpath.
      type: str
      sample: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    after:
      description: Entry afterwards. Empty where there is none.
      type: str
      sample: |-
        <entry name="*.paloaltonetworks.com">
          <description>panops.mlav: keeps the MLAV cloud out of decryption</description>
          <exclude>yes</exclude>
        </entry>
committed:
  description: Whether the running configuration has the entry as RV(after).
  returned: success
  type: bool
  sample: false
pending:
  description: Whether a commit is needed. The opposite of RV(committed).
  returned: success
  type: bool
  sample: true
predefined_disabled:
  description: Whether the predefined exclusion of this name is switched off in the same location.
  returned: success
  type: bool
  sample: false
in_effect:
  description:
    - Whether the firewall excludes O(test_hostname) now, by its own C(test ssl-exclude-list). An exclusion that is not
      committed has no effect yet.
    - V(null) where its answer is not recognized, for a template, and in check mode where something would be changed.
  returned: success
  type: bool
  sample: false
similar:
  description:
    - Entries in the same location whose names differ from O(name) only in case, at most five. For PAN-OS they are other
      names.
  returned: success
  type: list
  elements: str
  sample: ["*.PaloAltoNetworks.com"]
warnings:
  description: A warning where RV(similar) is not empty.
  returned: success
  type: list
  elements: str
  sample: []
host:
  description: Name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
guard:
  description: Guard that blocked it, V(owner).
  returned: when a guard blocks it
  type: str
  sample: owner
option:
  description: Option that overrides the guard.
  returned: when a guard blocks it
  type: str
  sample: any_owner
error:
  description: Kind of the failure and its remedy.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(blocked), V(device_error), or one of those of M(panops.mlav.mlav_status_info).
      type: str
      sample: blocked
    message:
      description: What failed.
      type: str
      sample: >-
        the exclusion of *.paloaltonetworks.com (shared) was not made by this collection: expected a description that
        begins with 'panops.mlav:', got 'Change 4711'
    remedy:
      description: Recommended action. May be empty.
      type: str
      sample: Set any_owner to change it nevertheless.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import DECRYPTION_EXCLUSION
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(DECRYPTION_EXCLUSION)


if __name__ == "__main__":
    main()
