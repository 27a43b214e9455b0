# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups that Ansible makes of a Panorama's words (``keyed_groups``): what stands between them and the inventory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from weakref import WeakSet

from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.module_utils._tasks.inventory_names import (
    GROUP_LOOP,
    canonical,
    group_refusal,
    listing,
    quoted,
)

# Groups that a source of this plugin has made of words, which another source of it may add to.
_MADE: WeakSet[Any] = WeakSet()


def literal_parent(keyed: Any) -> str | None:
    """The parent group of an entry of ``keyed_groups``, where the entry itself names it, and no word does."""
    parent = keyed.get("parent_group") if isinstance(keyed, Mapping) else None
    return parent if isinstance(parent, str) and "{" not in parent else None


class WordGroups:
    """The groups of one source that are made of a Panorama's words.

    Attributes:
        inventory: where they are made; with it goes what it has already, which none may be named like.
        made: the names of those that were made, or added to.
    """

    def __init__(self, inventory: Any, fixed: Collection[str], trial: bool = False) -> None:
        """``fixed`` are the groups that the source itself names; in a ``trial`` hosts may still get another name."""
        self.inventory = inventory
        self.made: set[str] = set()
        self._fixed = {canonical(name) for name in fixed}
        self._others = {canonical(str(name)) for name, group in inventory.groups.items() if group not in _MADE}
        self._hosts: set[str] | None = set() if trial else None
        self._refused: dict[str, dict[str, list[str]]] = {}

    def of(self, host: str, parent: str | None) -> _Guard:
        """The inventory for one host and one entry of ``keyed_groups``, which names ``parent``."""
        return _Guard(self, host, parent)

    def add(self, name: str, host: str) -> str | None:
        """The group, made where it is not there yet; None where a word may not make it."""
        if self._hosts is None:
            # All hosts of the source are there before the first of these groups.
            self._hosts = {canonical(str(known)) for known in self.inventory.hosts}
        why = group_refusal(name, self._hosts, self._fixed, self._others)
        if why is not None:
            self.refuse(why, name, host)
            return None
        added = str(self.inventory.add_group(name))
        self.made.add(added)
        _MADE.add(self.inventory.groups[added])
        return added

    def refuse(self, why: str, name: str, host: str) -> None:
        """Keeps for a warning that a host is not in a group."""
        self._refused.setdefault(why, {}).setdefault(name, []).append(host)

    def warnings(self) -> tuple[str, ...]:
        """What a person has to know of groups that were not made."""
        return tuple(
            f"Group not created from Panorama's words, because {why}: "
            + listing(f"{quoted(name)} of {listing(hosts)}" for name, hosts in sorted(names.items()))
            + ". Set another prefix in keyed_groups, or rename it on Panorama."
            for why, names in sorted(self._refused.items())
        )


class _Guard:
    """The part of an inventory that Ansible calls while it makes ``keyed_groups`` of one host."""

    def __init__(self, groups: WordGroups, host: str, parent: str | None) -> None:
        self._groups = groups
        self._host = host
        self._parent = parent
        self._parent_is_next = False
        self._kept_out: set[str] = set()

    def get_host(self, name: str) -> Any:
        return self._groups.inventory.get_host(name)

    def add_group(self, name: str) -> str | None:
        if self._parent_is_next:
            self._parent_is_next = False
            return str(self._groups.inventory.add_group(name))
        added = self._groups.add(name, self._host)
        if added is None:
            self._kept_out.add(name)
        return added

    def add_host(self, host: str, group: str | None) -> None:
        # Ansible adds the parent group right after the host, if at all.
        self._parent_is_next = self._parent is not None
        if group is not None:
            self._groups.inventory.add_host(host, group)

    def add_child(self, group: str, child: str | None) -> None:
        if child is None or (self._parent is None and group in self._kept_out):
            return
        try:
            self._groups.inventory.add_child(group, child)
        except AnsibleError:
            self._groups.refuse(GROUP_LOOP, child, self._host)
