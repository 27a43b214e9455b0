# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach a host of the inventory, as its variables say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_firewalls import (
    connection_of_host,
    firewalls_of_hosts,
)
from ansible_collections.panops.mlav.plugins.plugin_utils.role_variables import UnusableVariables


class HostVars(dict[str, dict[str, Any]]):
    """As far as these functions need Ansible's."""

    raw_get = dict.__getitem__


class Templar:
    """Renders ``{{ name }}``."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def copy_with_new_env(self, available_variables: Mapping[str, Any]) -> Templar:
        return Templar(available_variables)

    def template(self, value: Any) -> Any:
        if not (isinstance(value, str) and value.startswith("{{")):
            return value
        try:
            return self._variables[value.strip("{} ")]
        except KeyError as error:
            raise AnsibleError(f"{error} is undefined") from None


Of = Callable[..., dict[str, Any]]


def api_of(name: str, variables: dict[str, Any], **environment: str) -> dict[str, Any]:
    [given] = firewalls_of_hosts([name], HostVars({name: variables}), Templar({}), environment)
    assert given.pop("host") == name
    return given


def connection_of(name: str, variables: dict[str, Any], **environment: str) -> dict[str, Any]:
    return connection_of_host(name, HostVars({name: variables}), Templar({}), environment)


#: name -> (variables of the host, variables of the environment, where its XML API is)
ADDRESSES: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "given": ({"mlav_provider": {"ip_address": "192.0.2.1"}, "ansible_host": "192.0.2.2"}, {}, "192.0.2.1"),
    "of the inventory": ({"ansible_host": "192.0.2.2"}, {"PANOS_HOSTNAME": "192.0.2.3"}, "192.0.2.2"),
    "a template": ({"ansible_host": "{{ own }}", "own": "192.0.2.4"}, {}, "192.0.2.4"),
    "of the environment": ({}, {"PANOS_HOSTNAME": "192.0.2.3"}, "192.0.2.3"),
    "the name": ({"mlav_provider": {"ip_address": ""}}, {}, "fw-1"),
    "of Panorama": (
        {"mlav_provider": {"ip_address": "192.0.2.1"}, "mlav_panorama": {"ip_address": "192.0.2.9"}},
        {},
        "192.0.2.9",
    ),
}


@pytest.mark.parametrize("case", ADDRESSES)
@pytest.mark.parametrize("of", [api_of, connection_of])
def test_the_address_of_the_xml_api(case: str, of: Of) -> None:
    variables, environment, address = ADDRESSES[case]
    assert of("fw-1", variables, **environment)["provider"]["ip_address"] == address


def test_ssh_goes_to_the_firewall_itself() -> None:
    panorama = {"ip_address": "192.0.2.9", "serial_number": "001606000117"}
    variables = {"mlav_panorama": panorama, "mlav_ssh": {"username": "reader"}}
    assert connection_of("fw-1", variables)["ssh"] == {"username": "reader", "host": "fw-1"}
    assert connection_of("fw-1", {**variables, "ansible_host": "192.0.2.2"})["ssh"]["host"] == "192.0.2.2"
    assert "ssh" not in api_of("fw-1", variables)


#: name -> (variables of the host, texts of the message)
UNUSABLE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "of another kind": ({"mlav_timeout": "soon"}, ["mlav_timeout"]),
    "not defined": ({"mlav_provider": "{{ vault_that_is_locked }}"}, ["vault_that_is_locked"]),
    "address not defined": ({"ansible_host": "{{ nowhere }}"}, ["nowhere"]),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_used_is_told(case: str) -> None:
    variables, texts = UNUSABLE[case]
    with pytest.raises(UnusableVariables) as caught:
        connection_of("fw-1", variables)
    for message in (caught.value.message, api_of("fw-1", variables)["unusable"]):
        assert [text for text in texts if text not in message] == []
    assert caught.value.message.startswith("host fw-1: ")
