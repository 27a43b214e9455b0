# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result may hold: no secret and nothing that drives a terminal, and still the words that programs read.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import MASK, Redactor
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import DOC_URL
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    SCHEMA,
    CauseConfidence,
    Status,
    Verdict,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Guard

# These words stand in results whatever the secrets are, so they tell nothing. With a password such as "broken" or
# "panops" a result without them could not be read by the report, and one firewall would spoil that of all others.
OWN_WORDS = frozenset(
    {
        SCHEMA,
        *get_args(Verdict),
        *get_args(Status),
        *get_args(CauseConfidence),
        *get_args(Guard),
        *(word for cause in CATALOGUE.values() for word in (cause.id, cause.code, cause.title, cause.doc_url(DOC_URL))),
        *(word for check in CHECKS for word in (check.id, check.title)),
    }
)


def masked(data: Any, mask: Callable[[str], str]) -> Any:
    """Gives a result with every text passed through ``mask``, and nothing unseen in it (see ``characters.visible``).

    Values that are wholly a word of this collection (a verdict, the id of a cause) stay as they are.
    """
    if isinstance(data, str):
        return data if data in OWN_WORDS else visible(mask(data))
    if isinstance(data, dict):
        return {shown(name): masked(value, mask) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [masked(value, mask) for value in data]
    return data


def shown(data: Any) -> Any:
    """A text, or data of any depth, with nothing unseen in it (see ``characters.visible``)."""
    if isinstance(data, str):
        return visible(data)
    return masked(data, str) if isinstance(data, (dict, list, tuple)) else data


def mask_of(secrets: Iterable[str]) -> Callable[[str], str]:
    """A mask for the values of options that are secret, however short they are: for messages that quote options."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)

    def mask(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, MASK)
        return text

    return mask


def net_of(secrets: Iterable[str]) -> Callable[[str], str]:
    """A mask for the values of options that are secret, where they cannot be words of ours: for results.

    The last net: an operation redacts what a device said before that becomes a part of a sentence.
    """
    return Redactor(secrets).mask_message
