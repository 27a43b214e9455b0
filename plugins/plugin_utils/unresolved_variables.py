# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables behind a host's connection are missing, each by its name: Ansible stops at the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

_UNDEFINED = re.compile(r"'([^']{1,200})' is undefined")


def unresolved(
    variables: Mapping[str, Any], names: Iterable[str], render: Callable[[Any], Any]
) -> list[dict[str, str]]:
    """The options that cannot be rendered: ``option``, and ``variable`` that is undefined or else ``reason``.

    Args:
        variables: of the host, as they stand.
        names: of the variables to look at; members of dictionaries are looked at one by one.
        render: renders a value.
    """
    return [
        entry
        for name in names
        if name in variables
        for place, value in _members(name, variables[name])
        if (entry := _entry(place, value, render)) is not None
    ]


def _members(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield place, value
        return
    for name, member in value.items():
        yield from _members(f"{place}.{name}", member)


def _entry(place: str, value: Any, render: Callable[[Any], Any]) -> dict[str, str] | None:
    try:
        # What is encrypted is decrypted only when somebody looks at it.
        str(render(value))
    except Exception as error:  # a lookup, or a filter, raises anything
        text = str(getattr(error, "message", None) or error)
        found = _UNDEFINED.search(text)
        # Another text may quote what was rendered, and that may be a secret.
        reason = excerpt(text) if "vault" in text.lower() else type(error).__name__
        return {"option": place, "variable": found[1] if found else "", "reason": reason}
    return None
