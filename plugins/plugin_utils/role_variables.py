# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a task that are read from a host's variables.

Each option that a role hands on as a template is compiled anew for each host. A dozen of them cost more than asking a
healthy firewall does.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def options_from_variables(
    options: Iterable[str], prefix: str, variables: Mapping[str, Any], template: Callable[[Any], Any]
) -> dict[str, Any]:
    """The options that a host's variables set: ``timeout`` from ``mlav_timeout`` where the prefix is ``mlav_``.

    A variable that is empty text is the same as none. ``mlav_panorama``, which the inventory plugin sets where a firewall
    is reached through Panorama, goes before what ``mlav_provider`` says of the address.

    Args:
        options: names of options.
        variables: the host's variables as they stand, templates included.
        template: renders a value.
    """
    given = {}
    for option in options:
        value = _rendered(f"{prefix}{option}", variables, template)
        if value is not None and value != "":
            given[option] = value
    panorama = _rendered(f"{prefix}panorama", variables, template)
    provider = given.get("provider", {})
    if isinstance(panorama, Mapping) and isinstance(provider, Mapping):
        given["provider"] = {**provider, **panorama}
    return given


def _rendered(name: str, variables: Mapping[str, Any], template: Callable[[Any], Any]) -> Any:
    return template(variables[name]) if name in variables else None
