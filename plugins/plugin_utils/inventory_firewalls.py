# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach hosts of the inventory, as their own variables say.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import (
    UnusableVariables,
    options_from_variables,
)

_OPTIONS = ("provider", "panorama", "validate_certs", "ca_path", "cert_fingerprint", "timeout")


def firewalls_of_hosts(names: Iterable[str], hostvars: Any, templar: Any) -> list[dict[str, Any]]:
    """The elements of ``firewalls`` for hosts of the inventory, in their order.

    One whose variables cannot be used becomes an element that says why (``unusable``), so that it does not keep the
    others from being asked.

    Args:
        names: of hosts.
        hostvars: Ansible's variable of that name.
        templar: that of the task.
    """
    return [_firewall(name, hostvars, templar) for name in names]


def _firewall(name: str, hostvars: Any, templar: Any) -> dict[str, Any]:
    if name not in hostvars:
        return {"host": name, "unusable": f"hosts names {name!r}. Expected: a host of the inventory."}
    # As they stand: what hostvars renders by itself may keep a template whose variable is not defined, and a password
    # that is a template would be a wrong login.
    variables = {**hostvars.raw_get(name), "hostvars": hostvars}
    render = templar.copy_with_new_env(available_variables=variables).template
    try:
        given = {"host": name, **options_from_variables(variables, render, _OPTIONS)}
        if not given.setdefault("provider", {}).get("ip_address") and variables.get("ansible_host"):
            given["provider"] = {**given["provider"], "ip_address": str(render(variables["ansible_host"]))}
    except UnusableVariables as error:
        return {"host": name, "unusable": error.message}
    except AnsibleError as error:
        return {"host": name, "unusable": f"a variable of this host cannot be used: {error}"}
    return given
