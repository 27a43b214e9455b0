#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_decryption_exclusion
short_description: Keeps the MLAV cloud out of decryption, or ends that
version_added: 1.0.0
description:
  - Puts an exclusion from decryption (Device > Certificate Management > SSL Decryption Exclusion) into the candidate
    configuration of a firewall, or of a template of a Panorama, or removes it.
  - It commits nothing. M(panops.mlav.mlav_commit) does; a template has then to be pushed to its firewalls as well,
    which this collection does not do.
  - Once it is committed, connections to servers whose name (SNI or the CN of the certificate) matches O(name) are no
    longer decrypted by this firewall, and so not inspected. It helps only on the device that decrypts the traffic.
  - What is written is read back from the candidate configuration, and the module fails where it is not there. An answer
    that is lost is decided in the same way.
  - Each exclusion that this module makes carries the mark C(panops.mlav:) at the beginning of its description. One
    without it belongs to somebody else. As V(present) it is left as it is where it excludes, and is switched on where
    it says C(exclude no); it is neither switched off nor removed, unless O(any_owner=true).
  - Only an entry of the very same name counts. A wider exclusion that covers O(name) does not.
  - Takes no lock. While another administrator holds the configuration lock, the firewall refuses the change; the
    message then says who holds it.
  - The account needs the XML API right Configuration, and Operational Requests for RV(in_effect); committing needs the
    right Commit as well.
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
      - Shows the entry as XML, as it is in the candidate configuration and as it is to be.
  idempotent:
    support: full
options:
  name:
    description:
      - The host name that is excluded, with C(*) as wildcard. PAN-OS tells upper from lower case. RV(similar) names
        entries that differ in nothing else.
    type: str
    default: "*.paloaltonetworks.com"
  state:
    description: Whether the entry is to be there. V(absent) looks at no other option than O(name), place and owner.
    type: str
    choices: [present, absent]
    default: present
  exclude:
    description:
      - With V(false) the entry is there and switched off (C(exclude no)), so that the traffic is decrypted. For putting
        back an earlier state.
    type: bool
    default: true
  location:
    description:
      - Where the entry is. V(auto) is the place where an entry of this name already is (shared is looked at first, then
        each virtual system), and shared where there is none.
      - An entry that is in several places is removed only where its place is named.
      - With V(template) and V(template_stack), O(provider.ip_address) is the Panorama, without
        O(provider.serial_number).
    type: str
    choices: [auto, shared, vsys, template, template_stack]
    default: auto
  vsys:
    description:
      - The virtual system, such as V(vsys2). Needed with O(location=vsys).
      - With a template, the virtual system within it. Without this option it is the template's shared part.
      - It has to be there already. V(vsys1) of a template is always taken to be there.
    type: str
  template:
    description: The name of the template, with O(location=template). It has to be there already.
    type: str
  template_stack:
    description: The name of the template stack, with O(location=template_stack). It has to be there already.
    type: str
  description:
    description:
      - The description of the entry, one line. The mark C(panops.mlav:) is put in front where it is not there. At most
        512 characters with it.
      - "Not given, a new entry is described as C(panops.mlav: keeps the MLAV cloud out of decryption), and an entry
        that is there keeps its description."
      - An entry of somebody else keeps its description, unless O(any_owner=true).
    type: str
  any_owner:
    description:
      - Lifts the guard V(owner). An entry without the mark of this collection may be switched off, described anew and
        removed.
    type: bool
    default: false
  test_hostname:
    description: The host that RV(in_effect) is about.
    type: str
    default: ml.service.paloaltonetworks.com
seealso:
  - module: panops.mlav.mlav_commit
  - module: panops.mlav.mlav_remediate
  - module: panops.mlav.mlav_diagnosis_info
  - name: Exclude a server from decryption for technical reasons
    description: The documentation of the vendor.
    link: https://docs.paloaltonetworks.com/pan-os/10-2/pan-os-admin/decryption/decryption-exclusions/exclude-a-server-from-decryption
"""

EXAMPLES = r"""
- name: Keep the MLAV cloud out of decryption
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
  register: mlav_exclusion

- name: Commit it
  panops.mlav.mlav_commit:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
    description: Exclude the MLAV cloud from decryption
  when: mlav_exclusion.pending

- name: See what would be changed in the second virtual system
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

- name: Exclude it in a template
  panops.mlav.mlav_decryption_exclusion:
    provider:
      ip_address: 192.0.2.20
      api_key: "{{ vault_panorama_api_key }}"
    ca_path: /etc/pki/firewalls.pem
    location: template
    template: branch

- name: Let it be decrypted again
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
      (the description alone) and V(delete).
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
  description: The entry's place in the configuration.
  returned: success
  type: str
  sample: /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
before:
  description: The entry in the candidate configuration before. V(null) where there was none.
  returned: success
  type: dict
  sample: null
  contains:
    exclude:
      description:
        - Whether it excludes. V(null) where the entry does not say; what PAN-OS takes that for is not documented.
      type: bool
      sample: false
    description:
      description: Its description.
      type: str
      sample: Switched off for a test
after:
  description: The entry afterwards, as RV(before). V(null) where there is none.
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
      description: Its description.
      type: str
      sample: "panops.mlav: keeps the MLAV cloud out of decryption"
diff:
  description: The entry as XML, before and after.
  returned: success
  type: dict
  contains:
    before_header:
      description: Where it stands.
      type: str
      sample: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    before:
      description: The entry before. Empty where there was none.
      type: str
      sample: ""
    after_header:
      description: Where it stands.
      type: str
      sample: candidate /config/shared/ssl-decrypt/ssl-exclude-cert/entry[@name='*.paloaltonetworks.com']
    after:
      description: The entry afterwards. Empty where there is none.
      type: str
      sample: |-
        <entry name="*.paloaltonetworks.com">
          <description>panops.mlav: keeps the MLAV cloud out of decryption</description>
          <exclude>yes</exclude>
        </entry>
committed:
  description: Whether the running configuration has it like RV(after), too.
  returned: success
  type: bool
  sample: false
pending:
  description: Whether a commit is needed for it. The opposite of RV(committed).
  returned: success
  type: bool
  sample: true
predefined_disabled:
  description: Whether the predefined exclusion of this name is switched off in the same place.
  returned: success
  type: bool
  sample: false
in_effect:
  description:
    - Whether the firewall excludes O(test_hostname) now, by its own C(test ssl-exclude-list). An exclusion that is not
      committed has no effect yet.
    - V(null) where its answer is not understood, for a template, and in check mode where something would be changed.
  returned: success
  type: bool
  sample: false
similar:
  description:
    - Entries in the same place whose names differ from O(name) in upper and lower case only, at most five. PAN-OS takes
      them for other names.
  returned: success
  type: list
  elements: str
  sample: ["*.PaloAltoNetworks.com"]
warnings:
  description: Says where there are entries as in RV(similar).
  returned: success
  type: list
  elements: str
  sample: []
host:
  description: The name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
guard:
  description: The guard that refused, V(owner).
  returned: when a guard refuses
  type: str
  sample: owner
option:
  description: The option that lifts the guard.
  returned: when a guard refuses
  type: str
  sample: any_owner
error:
  description: The class of the failure and what would help.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - V(blocked), V(device_error), or one of those of M(panops.mlav.mlav_status_info).
      type: str
      sample: blocked
    message:
      description: What happened.
      type: str
      sample: >-
        the exclusion of *.paloaltonetworks.com (shared) is not one of this collection. Expected: a description that
        begins with 'panops.mlav:'. Actual: 'Change 4711'
    remedy:
      description: What would help. May be empty.
      type: str
      sample: With any_owner it is changed all the same.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.excluding import DECRYPTION_EXCLUSION
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module


def main() -> None:
    """Runs the module."""
    run_module(DECRYPTION_EXCLUSION)


if __name__ == "__main__":
    main()
