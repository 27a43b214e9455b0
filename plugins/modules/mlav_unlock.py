#!/usr/bin/python
# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mlav_unlock
short_description: Release stale config locks of this collection
version_added: 1.0.0
description:
  - Releases config locks that killed runs of this collection left on a firewall. Other locks are not touched.
  - A run renews its lock while it works. A lock is stale if it was not renewed for the lease in its comment (three
    minutes, or three times O(timeout) where that is longer). It is watched for that, for O(busy_wait) at most; a lease
    that expired more than five minutes ago needs no watching.
  - The next run of M(panops.mlav.mlav_remediate), M(panops.mlav.mlav_commit) or M(panops.mlav.mlav_reconnect) on the
    same firewall does the same.
author:
  - panops contributors (@panops)
extends_documentation_fragment:
  - panops.mlav.attributes
  - panops.mlav.attributes.action_group
  - panops.mlav.connection
  - panops.mlav.role_variables
attributes:
  check_mode:
    support: full
    details:
      - Watches nothing. RV(released) lists locks whose lease expired more than five minutes ago, RV(not_known) those
        that would be watched.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  busy_wait:
    description: How long to watch a lock that may be stale. V(0s) does not watch.
    type: str
    default: 10m
seealso:
  - module: panops.mlav.mlav_remediate
  - module: panops.mlav.mlav_commit
"""

EXAMPLES = r"""
- name: Release the locks of killed runs
  panops.mlav.mlav_unlock:
    provider:
      ip_address: 192.0.2.10
      username: automation
      password: "{{ vault_panos_password }}"
    ca_path: /etc/pki/firewalls.pem
"""

RETURN = r"""
host:
  description: Name of the firewall.
  returned: success
  type: str
  sample: fw-lon-1
released:
  description: Stale locks that were released, or in check mode those that would be.
  returned: success
  type: list
  elements: str
  sample:
    - admin holds the config lock of shared since 2026/11/28 22:01:17 (panops.mlav run 5f0c2a91 job awx-1234
      lease 180s until 2026-11-28T22:04:17Z)
in_use:
  description: Locks of this collection that their runs have renewed. They stay.
  returned: success
  type: list
  elements: str
  sample: []
not_known:
  description: Locks of this collection that could not be watched for long enough. They stay.
  returned: success
  type: list
  elements: str
  sample: []
error:
  description: Why the firewall did not answer, or a stale lock could not be released.
  returned: failure
  type: dict
  contains:
    kind:
      description: Kind of the error, such as V(unreachable) or V(stale_lock_stays).
      returned: always
      type: str
      sample: unreachable
    message:
      description: What failed.
      returned: always
      type: str
      sample: "cannot connect to 192.0.2.10 port 443: Connection refused"
    remedy:
      description: Recommended action.
      returned: always
      type: str
      sample: Check the address and the port, the routing, and that the interface permits this service.
"""

from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import run_module
from ansible_collections.panops.mlav.plugins.module_utils._tasks.unlocking import UNLOCK


def main() -> None:
    """Runs the module."""
    run_module(UNLOCK)


if __name__ == "__main__":
    main()
