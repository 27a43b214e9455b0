# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a cause in the catalogue, and what several of them say alike.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Actor = Literal["firewall_admin", "network_admin", "decryption_admin", "vendor", "nobody"]
Risk = Literal["none", "low", "medium", "high"]

DOC_URL = "ansible_collections/panops/mlav/docs/causes"


@dataclass(frozen=True)
class RemedyEntry:
    """What to do.

    Attributes:
        essence: what is the matter, where a variant says it otherwise than its cause.
        action: the first thing to do, short, for the one-sentence summary.
        text: all of it, imperative.
        actor: who has to act.
        risk: what following it may do to the firewall.
        module, params: the module of this collection that can do it; string values are templates.
    """

    action: str
    text: str
    actor: Actor
    risk: Risk
    needs_maintenance_window: bool = False
    module: str | None = None
    essence: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CauseEntry:
    """One cause. ``variants`` replace ``remedy`` where the finding names one of them."""

    id: str
    code: str
    title: str
    essence: str
    proven_by: str
    ruled_out_by: str
    remedy: RemedyEntry
    variants: Mapping[str, RemedyEntry] = field(default_factory=dict)

    def doc_url(self, base: str) -> str:
        """The address or path of its page, below ``base``."""
        return f"{base.rstrip('/')}/{self.id}.md"


FORCED = (
    "The forced commit takes every administrator's pending changes with it; look at the candidate configuration first."
)
LINES = "the lines of devsrv.log around the failure"
SUPPORT = f"open a support case and attach the tech-support file and {LINES}"
