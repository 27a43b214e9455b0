# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result may hold: no secret and nothing that drives a terminal, and still the words that programs read."""

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

# These words appear in results whatever the secrets are, so they reveal nothing. Redacted for a password such as
# "broken" or "panops", one firewall's result could not be read by the report, and would spoil it for all others.
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
    """The result with every text passed through ``mask`` and without unseen characters (``characters.visible``).

    A value that is exactly one of this collection's own words (a verdict, the id of a cause) stays as it is.
    """
    if isinstance(data, str):
        return data if data in OWN_WORDS else visible(mask(data))
    if isinstance(data, dict):
        return {visible(str(name)): masked(value, mask) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [masked(value, mask) for value in data]
    return data


def mask_of(secrets: Iterable[str]) -> Callable[[str], str]:
    """Redacts the values of secret options, however short: for messages that quote options."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)

    def mask(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, MASK)
        return text

    return mask


def net_of(secrets: Iterable[str]) -> Callable[[str], str]:
    """Redacts the values of secret options where they cannot be our own words: for results.

    The last safeguard: an operation redacts a device's words before they become part of a sentence.
    """
    return Redactor(secrets).mask_message
