# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts for a scheduler: one top-level key per firewall, since it merges those of several jobs by key.

This is a private module: it may change in any release. The keys are a contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import VERDICTS
from ansible_collections.panops.mlav.plugins.module_utils._report.fleet import NEEDS_A_PERSON

Data = Mapping[str, Any]

#: What each choice of artifacts holds.
CHOICES: dict[str, tuple[str, ...]] = {"all": VERDICTS, "unhealthy": NEEDS_A_PERSON, "none": ()}

_NO_WORD = re.compile(r"\W", re.ASCII)
# A statistic of the role.
_TAKEN = "mlav_query"


def artifacts(diagnoses: Iterable[Data], choice: str) -> tuple[dict[str, Any], list[str]]:
    """Verdict and first cause by key, and the firewalls whose key is another one than their name alone would give.

    Where several names give the same key, each of them gets one with a mark of its name: none would know whose the
    plain one is. Firewalls that the choice leaves out count as well, so that a key does not change with a verdict.
    """
    told = list(diagnoses)
    names: dict[str, set[str]] = {_TAKEN: {""}}
    for diagnosis in told:
        names.setdefault(_key(diagnosis["host"]), set()).add(diagnosis["host"])
    data: dict[str, Any] = {}
    marked: list[str] = []
    for diagnosis in told:
        host, key = diagnosis["host"], _key(diagnosis["host"])
        if diagnosis["verdict"] not in CHOICES[choice]:
            continue
        if len(names[key]) > 1:
            key = f"{key}_{sha256(host.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
            marked.append(host)
        causes = diagnosis.get("causes") or []
        data[key] = {"verdict": diagnosis["verdict"], "cause": causes[0]["id"] if causes else None}
    return data, marked


def _key(host: str) -> str:
    return f"mlav_{_NO_WORD.sub('_', host)}"
