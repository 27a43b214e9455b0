# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who decrypts: can a rule of this firewall's own decryption policy match the service-route traffic?

Address objects, URL categories and management traffic that may cross the firewall's own dataplane leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from ipaddress import ip_address, ip_network
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.facts import address_of
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief_name
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    Decryption,
    DecryptionExclusion,
    DecryptionRule,
    Interface,
)

Match = Literal["yes", "no", "maybe"]
Who = Literal["this_firewall", "elsewhere", "unknown"]

_VSYS = re.compile(r"vsys(\d{1,4})(?:/|$)", re.ASCII)

_NEGATED: dict[Match, Match] = {"yes": "no", "no": "yes", "maybe": "maybe"}

# Only SSL forward proxy replaces a cloud server's certificate.
_OTHER_KINDS = ("ssh-proxy", "ssl-inbound-inspection")


@dataclass(frozen=True)
class Decrypter:
    """Who decrypts and why that is concluded.

    ``rules``: this firewall's rules that can match. ``excluded``: an exclusion covers them, though it may not be
    committed. ``switched_off``: an exclusion is there but disabled.
    """

    who: Who
    why: str
    rules: tuple[str, ...] = ()
    excluded: bool = False
    switched_off: bool = False


def who_decrypts(case: Case) -> Decrypter:
    """Matches the decryption policy against the service route. Never ``elsewhere`` while a rule may be missing."""
    policy, route = case.evidence.decryption.value, case.evidence.service_route.value
    if policy is None:
        return Decrypter("unknown", "its decryption policy could not be collected")
    matching = _matching(case, policy.rules)
    if not matching:
        if not policy.complete or case.evidence.decryption.problem is not None:
            return Decrypter(
                "unknown", "none of its own decrypt rules can match, but rules pushed by Panorama may be missing"
            )
        none = "none of its decrypt rules can match" if may_decrypt(policy) else "it has no decrypt rule"
        return Decrypter("elsewhere", none)
    names = tuple(brief_name(rule.name) for rule, _reason in matching)
    rules = ", ".join(names)
    exclusions = covering(policy.exclusions, case.server)
    if any(entry.exclude for entry in exclusions):
        return _excluded(case, names, exclusions)
    if any(entry.exclude is None for entry in exclusions):
        return Decrypter("unknown", f"rule {rules} may match, and the exclusion may not be in effect", names)
    if route is None or route.kind == "undetermined":
        return Decrypter("unknown", f"rule {rules} may match; the service route is unknown", names)
    if route.kind == "management":
        why = f"rule {rules} matches if management traffic crosses this firewall's own dataplane"
        return Decrypter("unknown", why, names)
    certain = tuple(brief_name(rule.name) for rule, match in matching if match == "yes")
    if certain:
        return Decrypter("this_firewall", f"rule {', '.join(certain)}", certain, switched_off=bool(exclusions))
    return Decrypter("unknown", f"rule {rules} may match, depending on address objects, URL categories or zones", names)


def _excluded(case: Case, names: tuple[str, ...], exclusions: tuple[DecryptionExclusion, ...]) -> Decrypter:
    entry = brief_name(next(entry.name for entry in exclusions if entry.exclude))
    state = case.evidence.commit_state.value
    policy = case.evidence.decryption.value
    if state is not None and state.pending_changes is False and policy is not None and policy.complete:
        return Decrypter("elsewhere", f"it already excludes {entry} from decryption", names, True)
    return Decrypter("unknown", f"it already excludes {entry}, but the exclusion may not be committed", names, True)


def may_decrypt(policy: Decryption) -> bool:
    """Whether any rule of a device can decrypt any traffic."""
    return any(_decrypts(rule) for rule in policy.rules)


def covering(exclusions: Iterable[DecryptionExclusion], server: str) -> tuple[DecryptionExclusion, ...]:
    """The exclusions whose name covers the server; case-sensitive, with ``*`` as wildcard."""
    return tuple(entry for entry in exclusions if _covers(entry.name, server))


def _covers(name: str, server: str) -> bool:
    literal = "".join(f"[{char}]" if char in "?[" else char for char in name)
    return re.match(translate(literal), server) is not None


def _decrypts(rule: DecryptionRule) -> bool:
    """Whether a rule decrypts; one with an unknown action may."""
    return not rule.disabled and rule.action.startswith(("decrypt", "unknown")) and rule.kind not in _OTHER_KINDS


def _matching(case: Case, rules: Iterable[DecryptionRule]) -> tuple[tuple[DecryptionRule, Match], ...]:
    """The decrypt rules that can match. A no-decrypt rule that certainly matches hides those below it in its vsys."""
    found: list[tuple[DecryptionRule, Match]] = []
    decided: set[str] = set()
    for rule in rules:
        vsys = rule.location.partition("/")[0]
        if rule.disabled or vsys in decided:
            continue
        match = _match(case, rule)
        if match == "no":
            continue
        if _decrypts(rule):
            found.append((rule, match))
        if match == "yes" and _any_or_maybe(rule.to_zones) == "yes" and rule.kind not in _OTHER_KINDS:
            decided.add(vsys)
    return tuple(found)


def _match(case: Case, rule: DecryptionRule) -> Match:
    route = case.evidence.service_route.value
    dataplane = route is not None and route.kind == "dataplane"
    # The destination zone is unknown, so any may be the one.
    parts = (
        _vsys_match(case, rule) if dataplane else "yes",
        _zone_match(rule.from_zones, case.source_interface) if dataplane else _any_or_maybe(rule.from_zones),
        _address_match(rule.sources, case.source_address, rule.negate_source),
        _address_match(rule.destinations, case.address, rule.negate_destination),
        _any_or_maybe(rule.categories),
    )
    if "no" in parts:
        return "no"
    if rule.action == "unknown":
        return "maybe"
    return "maybe" if "maybe" in parts else "yes"


def _any_or_maybe(members: tuple[str, ...]) -> Match:
    return "yes" if not members or "any" in members else "maybe"


def _vsys_match(case: Case, rule: DecryptionRule) -> Match:
    """The rules of a vsys apply to its own interfaces only."""
    named = _VSYS.match(rule.location)
    if named is None:
        return "yes"
    interface, device = case.source_interface, case.evidence.device.value
    if interface is None or interface.vsys is None:
        return "yes" if device is not None and not device.multi_vsys else "maybe"
    return "yes" if interface.vsys == int(named[1]) else "no"


def _zone_match(members: tuple[str, ...], interface: Interface | None) -> Match:
    if not members or "any" in members:
        return "yes"
    zone = interface.zone if interface is not None else None
    if not zone or interface is None:
        return "maybe"
    if not interface.zone_cut:
        return "yes" if zone in members else "no"
    # The table may have cut the name off: it fits every name that begins with it.
    return "maybe" if any(member.startswith(zone) for member in members) else "no"


def _address_match(members: tuple[str, ...], text: str | None, negated: bool) -> Match:
    if not members or "any" in members:
        match: Match = "yes"
    else:
        answers = {_holds(member, text) for member in members}
        match = "yes" if "yes" in answers else "maybe" if "maybe" in answers else "no"
    if not negated:
        return match
    return _NEGATED[match]


def _holds(member: str, text: str | None) -> Match:
    address = address_of(text)
    if address is None:
        return "maybe"
    try:
        if "-" in member:
            low, _dash, high = member.partition("-")
            first, last = ip_address(low.strip()), ip_address(high.strip())
            inside = first.version == address.version and int(first) <= int(address) <= int(last)
        else:
            inside = address in ip_network(member, strict=False)
    except ValueError:
        return "maybe"  # the name of an address object or group
    return "yes" if inside else "no"
