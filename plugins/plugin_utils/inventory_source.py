# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values on their way through an inventory source: templates and vaulted ones in, somebody else's texts out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption

# Nothing that ansible-core up to 2.18 could take for a template, a list or a dictionary.
_HARMLESS = re.compile(r"[\w .,:;@/+-]*")


def untrusted(value: Any) -> Any:
    """The value with every text in it marked, so that ansible-core never evaluates it.

    From 2.19 on it evaluates none that is not trusted. Up to 2.18 a mark shows in the output of ansible-inventory, so
    that only the texts get one that need it.
    """
    if isinstance(value, Mapping):
        return {name: untrusted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [untrusted(item) for item in value]
    return value if isinstance(value, str) and _HARMLESS.fullmatch(value) else wrap_var(value)


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
