# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses from other runs and other hosts: exactly what docs/schema/diagnosis.schema.json allows.

The published schema is the contract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.characters import visible
from ansible_collections.panops.mlav.plugins.module_utils._device.codec import Misfit, decoder
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.catalogue import CATALOGUE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.checks.registry import CHECKS
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES

#: The vocabularies of a diagnosis, by their names in the published schema.
WORDS: Mapping[str, Collection[str]] = {
    "causeId": tuple(CATALOGUE),
    "checkId": tuple(check.id for check in CHECKS),
    "evidenceName": EVIDENCE_NAMES,
}


#: Reads a diagnosis, without unseen characters (``characters.visible``). Raises Misfit, which names the place.
read_diagnosis = decoder(Diagnosis, WORDS, visible)


def read_diagnoses(data: Any) -> Iterator[Diagnosis]:
    """Those of a list, as diagnoses.json of a report holds them.

    Raises:
        Misfit: it is no such list; the error names the place.
    """
    if not isinstance(data, list):
        raise Misfit("a list of diagnoses, as diagnoses.json of a report", data)
    for number, item in enumerate(data):
        try:
            yield read_diagnosis(item)
        except Misfit as misfit:
            raise misfit.below(number) from None
