# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin ``panops.mlav.panorama``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: panorama
short_description: Get the firewalls managed by Panorama
version_added: 1.0.0
description:
  - Gets the managed firewalls of one or several Panoramas, and adds a host for each. It tests which of them answer at
    their management address; the others are reached through Panorama.
  - The inventory source is a file whose name ends in C(panorama.yml) or C(panorama.yaml).
  - A host is named after the hostname of the firewall. If several firewalls have the same hostname, the serial number
    is appended (C(hostname_serial)).
  - The serial number replaces an ambiguous hostname, such as an IP address in any notation, C(localhost),
    C(all), the name of a variables file, a group, a host of an earlier inventory source, a serial number, a hostname
    that differs only in case or in invisible or compatible characters, or one with characters other than letters,
    digits, C(.), C(_) and C(-). A warning names the firewalls and the reasons.
  - A host of an earlier inventory source keeps its variables. If it is the same firewall, set its variable
    C(panorama_serial) to the serial number, in quotes, and it gets the variables of this plugin too.
  - A firewall whose serial number is taken too, or that an earlier source already has through another Panorama, is left
    out with a warning.
  - A firewall that is managed by several Panoramas of a source is one host, reached through the Panorama that it is
    connected to, else through the first.
  - The variables C(panorama_name), C(panorama_serial), C(panorama_hostname), C(panorama_management_address),
    C(panorama_model), C(panorama_family), C(panorama_sw_version), C(panorama_app_version), C(panorama_connected),
    C(panorama_multi_vsys), C(panorama_ha_state), C(panorama_ha_peer) (a serial number), C(panorama_device_group),
    C(panorama_device_groups), C(panorama_template_stack) and C(panorama_tags) have the values from Panorama, or
    V(null). C(ansible_host) is the management address, IPv4 before IPv6. If Panorama reports none and the host is named
    after its serial number, C(ansible_host) ends in C(.invalid), which never resolves, because resolvers read many
    serial numbers as IPv4 addresses.
  - A firewall that is reached through Panorama has the variable C(mlav_panorama) with C(ip_address), C(port) and
    C(serial_number), and, if set in the entry of O(panoramas), C(mlav_validate_certs), C(mlav_ca_path) and
    C(mlav_cert_fingerprint). In the role C(panops.mlav.mlav_troubleshoot), C(mlav_panorama) overrides
    C(mlav_provider).
  - The groups C(mlav_direct) and C(mlav_through_panorama) show how a firewall is reached. The child group
    C(mlav_through_NAME) of the latter has those that go through one Panorama, for the credentials of that Panorama. The
    group C(panorama_NAME) has all firewalls of one Panorama. Characters that are invalid in group names become V(_).
  - O(keyed_groups) never adds a firewall to a group of another inventory source, to a group that this source defines
    itself, or to one with the name of a host. A warning names the groups that were not created.
  - No variable has credentials. Values from Panorama are never evaluated as templates.
author:
  - panops contributors (@panops)
notes:
  - Ansible only warns about an inventory source that fails, and continues without its hosts. Set
    C(any_unparsed_is_failed) in the section C(inventory) of C(ansible.cfg), or
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED), to V(true).
  - The account needs the XML API right I(Operational Requests) on Panorama, and I(Configuration) for the tags.
  - O(cache) keeps Panorama's answers, without secrets. How a firewall is reached is tested in every run.
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [panops.mlav.panorama]
  panoramas:
    description:
      - The Panoramas. They are queried in parallel.
      - Every value may be a template or encrypted with Ansible Vault. Templates can use extra variables.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name for variables and groups. The default is O(panoramas[].ip_address).
        type: str
      ip_address:
        description: Address or name of the Panorama. Falls back to E(PANOS_HOSTNAME).
        type: str
      port:
        description: TCP port of its XML API. Falls back to E(PANOS_PORT).
        type: int
        default: 443
      username:
        description: User name. Falls back to E(PANOS_USERNAME), then to E(ANSIBLE_NET_USERNAME).
        type: str
      password:
        description: Password. Falls back to E(PANOS_PASSWORD), then to E(ANSIBLE_NET_PASSWORD).
        type: str
      api_key:
        description:
          - API key, used instead of O(panoramas[].username) and O(panoramas[].password). Falls back to
            E(PANOS_API_KEY).
        type: str
      validate_certs:
        description:
          - Verify the TLS certificate of the Panorama. Falls back to E(PANOS_VALIDATE_CERTS).
          - Instead of setting this to V(false), set O(panoramas[].ca_path) to your own certificate authority, or pin
            the certificate with O(panoramas[].cert_fingerprint).
        type: bool
        default: true
      ca_path:
        description:
          - File or folder of PEM CA certificates, used instead of the system's trust store. Falls back to
            E(PANOS_CA_PATH).
        type: path
      cert_fingerprint:
        description: SHA-256 fingerprint of the Panorama's own certificate, in hexadecimal, with or without colons.
        type: str
      timeout:
        description: Time limit per request, in seconds.
        type: int
        default: 30
  reach:
    description:
      - How the firewalls are reached.
      - V(direct) at their management address; V(panorama) through the Panorama that manages them.
      - V(auto) tries a TCP connection to O(reach_port) of every management address. A firewall that does not answer is
        reached through Panorama, unless it is disconnected from Panorama too.
    type: str
    choices: [auto, direct, panorama]
    default: auto
  reach_port:
    description: The TCP port for O(reach=auto).
    type: int
    default: 443
  reach_timeout:
    description: How long O(reach=auto) waits for an address, in seconds. It tries 64 addresses at a time.
    type: float
    default: 2
  name:
    description: What a host is named after.
    type: str
    choices: [hostname, serial]
    default: hostname
  disconnected:
    description:
      - Also list firewalls that are disconnected from Panorama. The variable C(panorama_connected) marks them.
    type: bool
    default: false
  on_failure:
    description:
      - What to do if one of several Panoramas cannot be queried.
      - V(error) fails the whole source. V(warning) continues without the firewalls of that Panorama. If no Panorama can
        be queried, the source always fails.
    type: str
    choices: [error, warning]
    default: error
seealso:
  - module: panops.mlav.mlav_diagnosis_info
  - name: Panorama
    description: How to write the source, set credentials by group, and which evidence is missing through Panorama.
    link: https://github.com/panops/panops.mlav/blob/main/docs/panorama.md
"""

EXAMPLES = r"""
# A file such as mlav.panorama.yml. The minimum, with user name and password from PANOS_USERNAME and PANOS_PASSWORD:
#
# plugin: panops.mlav.panorama
# panoramas:
#   - ip_address: panorama.example.com

# Two Panoramas, groups by device group, tag and HA state, and a cache of ten minutes:
plugin: panops.mlav.panorama
panoramas:
  - name: emea
    ip_address: panorama-emea.example.com
    ca_path: /etc/pki/panorama.pem
    api_key: "{{ lookup('ansible.builtin.env', 'EMEA_API_KEY') }}"
  - name: apac
    ip_address: panorama-apac.example.com
    api_key: "{{ lookup('ansible.builtin.env', 'APAC_API_KEY') }}"
disconnected: true
keyed_groups:
  - {key: panorama_device_group, prefix: dg}
  - {key: panorama_tags, prefix: tag}
  - {key: panorama_ha_state, prefix: ha}
compose:
  site: panorama_hostname.split('-')[1]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/panorama
cache_timeout: 600
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import ExpectedFailure, InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.live.reachability import answering
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory import collect, sources
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_hosts import (
    Choices,
    Host,
    Managed,
    group_tree,
    hosts,
    reached,
)
from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_names import Known, Naming, Taken, naming
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, failure
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_groups import WordGroups, literal_parent
from ansible_collections.panops.mlav.plugins.plugin_utils.inventory_source import templated, untrusted
from ansible_collections.panops.mlav.plugins.plugin_utils.request_display import watch_on

Tree = Mapping[str, Collection[str]]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """What Ansible looks for."""

    NAME = "panops.mlav.panorama"

    def verify_file(self, path: str) -> bool:
        """The file is a source of this plugin, by its name."""
        return bool(super().verify_file(path)) and path.endswith(("panorama.yml", "panorama.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Adds the firewalls to the inventory, all of them or none."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            self._refuse_unknown(config)
            self.templar.available_variables = self._vars or {}
            wanted = sources(templated(self.templar, self.get_option("panoramas"), "panoramas"))
            names = ("reach", "reach_port", "reach_timeout", "name", "disconnected")
            choices = Choices(**{name: self.get_option(name) for name in names})
            cached = self._cached(path) if cache else None
            context = Context(watch=watch_on(self.display))
            collected = collect(wanted, cached, self.get_option("on_failure") == "warning", context)
            firewalls = reached(collected.found, choices, answering)
        except ExpectedFailure as error:
            raise AnsibleParserError(failure(error)["msg"]) from None
        if self.get_option("cache"):
            said = collected.to_cache()
            if said != cached:
                self._cache[self.get_cache_key(path)] = said
        tree = group_tree(wanted)
        fixed = self._fixed_groups(tree)
        named = self._named(inventory, firewalls, choices.name, tree, fixed)
        groups = WordGroups(inventory, fixed)
        self._fill(groups, tree, hosts(firewalls, named.names))
        for warning in (*collected.warnings, *named.warnings, *groups.warnings()):
            self.display.warning(warning)

    def _named(
        self, inventory: Any, firewalls: Sequence[Managed], by: str, tree: Tree, fixed: frozenset[str]
    ) -> Naming:
        """Names that no host and no group has, those that are yet to be made of words included."""
        known = {str(name): _known(host) for name, host in inventory.hosts.items()}
        taken = Taken(known, {*fixed, *map(str, inventory.groups)})
        candidates = [firewall.candidate for firewall in firewalls]
        named = naming(candidates, by, taken)
        if not self.get_option("keyed_groups"):
            return named
        trial = WordGroups(InventoryData(), fixed, trial=True)
        self._fill(trial, tree, hosts(firewalls, named.names))
        return naming(candidates, by, replace(taken, words=trial.made))

    def _refuse_unknown(self, config: Any) -> None:
        """A misspelt option would otherwise be left out silently."""
        unknown = sorted(set(config) - set(self._options) - {"plugin"})
        if unknown:
            raise InvalidOption(f"option {unknown[0]} is unknown: expected one of {', '.join(sorted(self._options))}")

    def _cached(self, path: str) -> Any:
        try:
            return self._cache[self.get_cache_key(path)] if self.get_option("cache") else None
        except KeyError:
            return None

    def _fixed_groups(self, tree: Tree) -> frozenset[str]:
        """The groups that the source itself names, and no word of a Panorama may."""
        composed = (self._sanitize_group_name(str(name)) for name in self.get_option("groups") or {})
        parents = map(literal_parent, self.get_option("keyed_groups") or [])
        literal = (self._sanitize_group_name(parent) for parent in parents if parent)
        return frozenset({*tree, *chain.from_iterable(tree.values()), *composed, *literal})

    def _fill(self, groups: WordGroups, tree: Tree, found: Sequence[Host]) -> None:
        """Adds the hosts with their variables, and then their groups, which no host may be named like."""
        inventory: Any = groups.inventory
        self.inventory = inventory
        for group, children in tree.items():
            inventory.add_group(group)
            for child in children:
                inventory.add_group(child)
                inventory.add_child(group, child)
        strict, listed = self.get_option("strict"), []
        for host in found:
            inventory.add_host(host.name)
            for group in host.groups:
                inventory.add_child(group, host.name)
            variables = untrusted(host.variables)
            for name, value in variables.items():
                inventory.set_variable(host.name, name, value)
            self._set_composite_vars(self.get_option("compose"), variables, host.name, strict)
            listed.append((host.name, variables))
        for name, variables in listed:
            self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict)
        for name, variables in listed:
            for keyed in self.get_option("keyed_groups") or []:
                guard: Any = groups.of(name, literal_parent(keyed))
                self.inventory = guard
                self._add_host_to_keyed_groups([keyed], variables, name, strict)
        self.inventory = inventory


def _known(host: Any) -> Known:
    said = (host.vars.get(name) for name in ("panorama_serial", "panorama_name"))
    return Known(*(str(value) if isinstance(value, str) else None for value in said))
