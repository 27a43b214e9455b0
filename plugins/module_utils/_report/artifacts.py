# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts for a scheduler: one top-level key per firewall, since it merges those of several jobs by key.

The keys are a contract.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256
from typing import TypedDict

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import VERDICTS, Diagnosis, Verdict
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import NEEDS_A_PERSON

#: The verdicts that each choice of artifacts includes.
CHOICES: dict[str, tuple[Verdict, ...]] = {"all": VERDICTS, "unhealthy": NEEDS_A_PERSON, "none": ()}

_NO_WORD = re.compile(r"\W", re.ASCII)
# A statistic of the role.
_TAKEN = "mlav_query"


class Artifact(TypedDict):
    """Verdict and first cause of one firewall."""

    verdict: Verdict
    cause: str | None


def artifacts(diagnoses: Collection[Diagnosis], choice: str) -> tuple[dict[str, Artifact], list[str]]:
    """Verdict and first cause by key, and the firewalls whose key has a mark beside their name.

    Where several names give the same key, each of them gets a mark of its name, so that no key is ambiguous. Firewalls
    that the choice leaves out count as well: a key does not change with a verdict.
    """
    names: dict[str, set[str]] = {_TAKEN: {""}}
    for diagnosis in diagnoses:
        names.setdefault(_key(diagnosis.host), set()).add(diagnosis.host)
    data: dict[str, Artifact] = {}
    marked: list[str] = []
    for diagnosis in diagnoses:
        host, key = diagnosis.host, _key(diagnosis.host)
        if diagnosis.verdict not in CHOICES[choice]:
            continue
        if len(names[key]) > 1:
            key = f"{key}_{sha256(host.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
            marked.append(host)
        data[key] = {"verdict": diagnosis.verdict, "cause": diagnosis.causes[0].id if diagnosis.causes else None}
    return data, marked


def _key(host: str) -> str:
    return f"mlav_{_NO_WORD.sub('_', host)}"
