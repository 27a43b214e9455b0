# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which firewalls are asked, of many. Pure, and the same for the same inventory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption

_NO_GROUP = "all"


def sample_size(option: str, value: str) -> int | None:
    """How many of each group; None for all of them. Raises InvalidOption."""
    word = value.strip().lower()
    if word in ("all", "0"):
        return None
    if not (word.isascii() and word.isdigit() and len(word) < 7):
        raise InvalidOption(f"{option}: expected a number of firewalls, or all, got {value!r}")
    return int(word)


def sampled(hosts: Sequence[str], groups: Mapping[str, Collection[str]], size: int | None) -> list[str]:
    """At least ``size`` hosts of each group, or all that it has; in the order of ``hosts``.

    Small groups choose first, and what they have chosen counts for the larger ones that hold it, so that few are asked.
    A host that is in no group but ``all`` counts for that.
    """
    if size is None:
        return list(hosts)
    of_group = {name: frozenset(group) for name, group in groups.items()}
    members = {name: [host for host in hosts if host in group] for name, group in of_group.items()}
    grouped = {host for name, group in members.items() if name != _NO_GROUP for host in group}
    members[_NO_GROUP] = [host for host in hosts if host not in grouped]
    chosen: set[str] = set()
    for _name, group in sorted(members.items(), key=lambda item: (len(item[1]), item[0])):
        lacking = size - len(chosen.intersection(group))
        chosen.update([host for host in group if host not in chosen][: max(lacking, 0)])
    return [host for host in hosts if host in chosen]
