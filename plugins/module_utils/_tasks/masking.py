# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result may hold: no secret and nothing that drives a terminal, and still the words that programs read.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import MASK
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import DOC_URL
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import (
    SCHEMA,
    CauseConfidence,
    Status,
    Verdict,
)
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Guard

# These words stand in results whatever the secrets are, so they tell nothing. With a password such as "broken" or
# "panops" a result without them could not be read by the report, and one firewall would spoil that of all others.
_OWN_WORDS = frozenset(
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

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def masked(data: Any, mask: Callable[[str], str]) -> Any:
    """Gives a result with every text passed through ``mask``, and without control characters but line ends and tabs.

    Values that are wholly a word of this collection (a verdict, the id of a cause) stay as they are.
    """
    if isinstance(data, str):
        return data if data in _OWN_WORDS else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", mask(data))
    if isinstance(data, dict):
        return {name: masked(value, mask) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [masked(value, mask) for value in data]
    return data


def mask_of(secrets: Iterable[str]) -> Callable[[str], str]:
    """A mask for the values of options that are secret, however short they are."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)

    def mask(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, MASK)
        return text

    return mask
