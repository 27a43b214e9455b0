# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach hosts of the inventory, as their own variables say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import (
    UnusableVariables,
    options_from_variables,
)
from ansible_collections.panops.mlav.plugins.plugin_utils.unresolved_variables import unresolved

_API = ("provider", "panorama", "validate_certs", "ca_path", "cert_fingerprint", "timeout")


def with_addresses(
    options: Mapping[str, Any], name: str, own_address: Callable[[], Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The options of a connection with the addresses that they do not give.

    The XML API is at the inventory's address of the host, else at that of the environment, which is the same for all
    hosts, else at the host's name. SSH goes to the firewall itself, also where the XML API is that of a Panorama.

    Args:
        options: of a task, or of a part of one; of whatever kind.
        name: of the host in the inventory.
        own_address: gives the inventory's address of the host, where it has one.
        environment: the variables that the module's process would see.
    """
    given = dict(options)
    provider = given.get("provider") or {}
    if not isinstance(provider, Mapping):
        return given
    if not provider.get("ip_address"):
        address = str(own_address() or environment.get("PANOS_HOSTNAME") or name)
        given["provider"] = {**provider, "ip_address": address}
    ssh = given.get("ssh")
    if isinstance(ssh, Mapping) and not ssh.get("host") and provider.get("serial_number"):
        given["ssh"] = {**ssh, "host": str(own_address() or name)}
    return given


def firewalls_of_hosts(
    names: Iterable[str], hostvars: Any, templar: Any, environment: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The elements of ``firewalls`` for hosts of the inventory, in their order.

    One whose variables cannot be used becomes an element that says why (``unusable``), so that it does not keep the
    others from being asked.

    Args:
        names: of hosts.
        hostvars: Ansible's variable of that name.
        templar: that of the task.
        environment: see ``with_addresses``.
    """
    return [_firewall(name, hostvars, templar, environment) for name in names]


def _firewall(name: str, hostvars: Any, templar: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    if name not in hostvars:
        return {"host": name, "unusable": f"option hosts has {name!r}: expected a host of the inventory"}
    try:
        return {"host": name, **_connection(name, hostvars, templar, environment, _API)}
    except UnusableVariables as error:
        return {"host": name, "unusable": error.message}


def connection_of_host(name: str, hostvars: Any, templar: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    """How to reach one host of the inventory, SSH included; the arguments are those of ``firewalls_of_hosts``.

    Raises:
        UnusableVariables: naming the host, the variable, and what would be right.
    """
    try:
        return _connection(name, hostvars, templar, environment, (*_API, "ssh"))
    except UnusableVariables as error:
        raise UnusableVariables(f"host {name}: {error.message}") from None


def checked_connection(name: str, hostvars: Any, templar: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    """One host as ``connection_of_host`` gives it; in place of that what is wrong with its variables.

    ``unresolved`` names each variable that is missing, ``unusable`` says why the others cannot be used.
    """
    if name not in hostvars:
        return {"host": name, "unusable": f"hosts: expected a host of the inventory, got {name!r}"}
    variables = {**hostvars.raw_get(name), "hostvars": hostvars}
    render = templar.copy_with_new_env(available_variables=variables).template
    missing = unresolved(variables, ("ansible_host", *(f"mlav_{option}" for option in (*_API, "ssh"))), render)
    if missing:
        return {"host": name, "unresolved": missing}
    try:
        return {"host": name, **_connection(name, hostvars, templar, environment, (*_API, "ssh"))}
    except UnusableVariables as error:
        return {"host": name, "unusable": error.message}


def _connection(
    name: str, hostvars: Any, templar: Any, environment: Mapping[str, str], options: Collection[str]
) -> dict[str, Any]:
    # As they stand: what hostvars renders by itself may keep a template whose variable is not defined, and a password
    # that is a template would be a wrong login.
    variables = {**hostvars.raw_get(name), "hostvars": hostvars}
    render = templar.copy_with_new_env(available_variables=variables).template
    try:
        given = options_from_variables(variables, render, options=options)
        return with_addresses(given, name, lambda: render(variables.get("ansible_host")), environment)
    except AnsibleError as error:
        raise UnusableVariables(f"a variable of this host cannot be used: {error}") from None
