# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of a cause in the catalogue, and texts that several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Actor = Literal["firewall_admin", "network_admin", "decryption_admin", "vendor", "nobody"]
Risk = Literal["none", "low", "medium", "high"]

DOC_URL = "ansible_collections/panops/mlav/docs/causes"


@dataclass(frozen=True)
class RemedyEntry:
    """What to do. Texts are templates; see ``wording``.

    Attributes:
        action: the first thing to do, short, for the summary: imperative, without a period.
        text: all of it, imperative.
        actor: who has to act.
        risk: what following it may do to the firewall.
        module, params: the module of this collection that can do it; string values are templates.
        title, essence: a variant's own, in place of its cause's.
    """

    action: str
    text: str
    actor: Actor
    risk: Risk
    needs_maintenance_window: bool = False
    module: str | None = None
    title: str = ""
    essence: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CauseEntry:
    """One cause. Texts are templates; see ``wording``.

    Attributes:
        title: what is wrong, in a few words.
        essence: the one decisive fact, to follow the title and a colon.
        article: what the knowledge-base article says about it, in our own words.
        variants: replace ``remedy`` where the finding names one of them.
    """

    id: str
    code: str
    title: str
    essence: str
    proven_by: str
    ruled_out_by: str
    article: str
    remedy: RemedyEntry
    variants: Mapping[str, RemedyEntry] = field(default_factory=dict)

    def doc_url(self, base: str) -> str:
        """The address or path of its page, below ``base``."""
        return f"{base.rstrip('/')}/{self.id}.md"


NOT_NAMED = "The article does not name this cause. "
FORCED = "The forced commit includes all administrators' pending changes: review the candidate configuration first."
LINES = "the devsrv.log lines around the failure"
SUPPORT = f"open a support case with the tech-support file and {LINES}"
