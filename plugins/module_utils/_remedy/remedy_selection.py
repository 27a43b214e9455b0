# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selecting the remedy for a diagnosis, and the turn of a firewall. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Cause, Confidence, Diagnosis
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import HighAvailability
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked

Kind = Literal["exclusion", "commit_force", "restart"]
Order = Literal["first", "second", "alone"]

_KINDS: dict[str, Kind] = {
    "tls_interception": "exclusion",
    "commit_force_needed": "commit_force",
    "device_server_unavailable": "restart",
}

# HA states (this peer, the other peer) -> the turn of this peer. The peer that carries no traffic goes first; every
# other pair of states is too uncertain.
_TURNS: dict[tuple[str, str], Order] = {
    ("passive", "active"): "first",
    ("active", "passive"): "second",
    ("active-secondary", "active-primary"): "first",
    ("active-primary", "active-secondary"): "second",
}


@dataclass(frozen=True)
class Preferences:
    """What is allowed by the options.

    Attributes:
        confidence: the minimum confidence required to act.
        decryption_host: inventory name of the device that decrypts, where it is not the firewall itself.
        allow_unknown_ha: act on a peer of an HA pair whose states are unknown.
    """

    confidence: Confidence = "proven"
    decryption_host: str | None = None
    allow_unknown_ha: bool = False


@dataclass(frozen=True)
class Choice:
    """The remedy. ``elsewhere``: it is carried out on the decryption host."""

    cause: Cause
    kind: Kind
    elsewhere: bool = False


def choose(diagnosis: Diagnosis, preferences: Preferences) -> Choice | None:
    """The remedy for the first cause; None where there is nothing to remediate.

    Raises:
        Blocked: the cause is unknown, must be fixed manually or is too uncertain; or it is not set which device
            decrypts. The reason says what to do instead.
    """
    if diagnosis.verdict in ("healthy", "degraded", "standby", "not_applicable"):
        return None
    if not diagnosis.causes:
        raise Blocked("cause", diagnosis.summary)
    cause = diagnosis.causes[0]
    kind = _KINDS.get(cause.id)
    if kind is None:
        raise Blocked("cause", f"{cause.id} must be fixed manually: {cause.remedy.text}")
    if cause.remedy.actor == "nobody":
        raise Blocked("busy", f"{cause.id}: {cause.remedy.text}")
    levels = get_args(Confidence)
    if levels.index(cause.confidence) > levels.index(preferences.confidence):
        raise Blocked(
            "confidence",
            f"expected a cause that is at least {preferences.confidence}, got {cause.id} ({cause.confidence}). "
            f"{diagnosis.summary}",
            "remediate_confidence",
        )
    if kind != "exclusion" or cause.details.get("decrypts") == "this_firewall":
        return Choice(cause, kind)
    if preferences.decryption_host is None:
        raise Blocked("decrypting_device", f"{_who(cause)}. {cause.remedy.text}", "decryption_host")
    return Choice(cause, kind, elsewhere=True)


def _who(cause: Cause) -> str:
    why = cause.details.get("decrypts_why", "")
    if cause.details.get("decrypts") == "elsewhere":
        return f"another device decrypts ({why})"
    return f"it is unknown which device decrypts ({why})"


def turn(state: HighAvailability | None, host: str, allow_unknown: bool) -> Order:
    """The turn of a firewall: passive peers of HA pairs and firewalls without HA go first.

    ``alone``: after all others, and one at a time.

    Raises:
        Blocked: the HA state is unknown, or one in which a change may hit the peer that carries the traffic.
    """
    if state is not None and not state.enabled:
        return "first"
    words = ("unknown", "unknown") if state is None else (state.state or "unknown", state.peer_state or "unknown")
    found = _TURNS.get((words[0].lower(), words[1].lower()))
    if found is not None:
        return found
    if allow_unknown:
        # Its peer may have the same state, and must not have its turn at the same time.
        return "alone"
    raise Blocked(
        "high_availability",
        f"the HA state of {host} is {excerpt(words[0], 40)!r} and that of its peer {excerpt(words[1], 40)!r}: expected "
        "active and passive, or active-primary and active-secondary",
        "allow_unknown_ha",
    )
