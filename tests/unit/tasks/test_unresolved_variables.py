# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that are missing behind a connection: each is named, and nothing that was rendered is told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.plugin_utils.unresolved_variables import unresolved


def render(value: Any) -> Any:
    """Renders what begins with a brace: the word in it is undefined, or an error that says it."""
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    word = value.strip("{} ")
    raise AnsibleError(word if " " in word else f"Error while resolving: '{word}' is undefined. '{word}' is undefined")


class Sealed:
    """A text that cannot be decrypted once somebody looks at it."""

    def __str__(self) -> str:
        raise AnsibleError("Attempting to decrypt but no vault secrets found")


def entry(option: str, variable: str = "", reason: str = "AnsibleError") -> dict[str, str]:
    return {"option": option, "variable": variable, "reason": reason}


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, []),
        ({"mlav_provider": {"username": "reader", "port": 443}, "other": "{{ x }}"}, []),
        (
            {"mlav_provider": {"username": "{{ u }}", "password": "{{ p }}"}, "mlav_ssh": {"password": "{{ s }}"}},
            [
                entry("mlav_provider.username", "u"),
                entry("mlav_provider.password", "p"),
                entry("mlav_ssh.password", "s"),
            ],
        ),
        ({"mlav_provider": "{{ everything }}"}, [entry("mlav_provider", "everything")]),
        ({"mlav_provider": {"password": "{{ Expecting value in 'hunter2' }}"}}, [entry("mlav_provider.password")]),
        (
            {"mlav_provider": {"password": Sealed()}},
            [entry("mlav_provider.password", "", "Attempting to decrypt but no vault secrets found")],
        ),
    ],
)
def test_each_is_named(variables: dict[str, Any], found: list[dict[str, str]]) -> None:
    assert unresolved(variables, ("mlav_provider", "mlav_ssh"), render) == found
