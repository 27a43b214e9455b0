# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values of an inventory source, which may be templates or encrypted with Ansible Vault.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption


def templated(templar: Any, value: Any, where: str) -> Any:
    """The value with every template in it evaluated; ``where`` names the option.

    Raises:
        InvalidOption: a template cannot be evaluated.
    """
    if isinstance(value, Mapping):
        return {str(name): templated(templar, item, f"{where}.{name}") for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [templated(templar, item, f"{where}[{number}]") for number, item in enumerate(value)]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if not isinstance(value, str):
        # Encrypted: what comes out is a value, whatever it looks like.
        return str(value)
    try:
        return templar.template(value) if templar.is_template(value) else str(value)
    except AnsibleError as error:
        # The message holds the template, not what it stands for.
        raise InvalidOption(f"option {where} cannot be evaluated: {error}") from None
