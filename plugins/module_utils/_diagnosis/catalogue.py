# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The causes as data: what proves each, what rules it out, and what to do about it.

docs/contributing.md shows how to add one. Remedies are those of the knowledge-base article kA14u000000HDuDCAW in our
own words. Ids and codes are stable and never reused.

Texts are templates. ``wording`` fills ``{server}``, ``{address}``, ``{egress}`` and others with the values of one
firewall; a cause's ``details`` may add names of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.cloud import CLOUD
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.device import DEVICE
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.entry import CauseEntry
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.path import PATH
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.causes.software import SOFTWARE

CATALOGUE: Mapping[str, CauseEntry] = {entry.id: entry for entry in (*DEVICE, *PATH, *SOFTWARE, *CLOUD)}
