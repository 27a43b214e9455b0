# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decryption policy, the exclusions from decryption and the zones, from the effective configuration.

Source: pan-os-codegen (ssl-decrypt, decryption rules). Where rules pushed by Panorama stand in the effective tree is
not documented: they are looked for beside the local rulebase and under ``panorama``; a managed firewall where none
are found is reported as incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    Device,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.interfaces import Interfaces, Zone, with_zones
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import members_of, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.service_route import ServiceRoute
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

SHARED_PATH = "shared/ssl-decrypt"
VSYS_PATH = "devices/entry/vsys"
PUSHED_PATH = "panorama/vsys"

# In order of evaluation, with the suffix of the rule's location.
_RULEBASES = (("pre-rulebase", "/pre"), ("rulebase", ""), ("post-rulebase", "/post"))
_RULES = tuple(f"entry/{rulebase}/decryption" for rulebase, _suffix in _RULEBASES)

_ZONES = "entry/zone"
_ZONE_MEMBERS = "network/layer3"

# All that ``parse`` looks at.
READ = (
    SHARED_PATH,
    f"{VSYS_PATH}/entry/ssl-decrypt",
    f"{VSYS_PATH}/{_ZONES}/entry/{_ZONE_MEMBERS}",
    *(f"{path}/{rules}" for path in (VSYS_PATH, PUSHED_PATH) for rules in _RULES),
)


@dataclass(frozen=True)
class DecryptionRule:
    """A rule of the decryption policy, in order of evaluation.

    ``location`` is ``vsys1``, or ``vsys1/pre`` and ``vsys1/post`` for rules pushed by Panorama. ``action`` is the
    device's word (``decrypt``, ``no-decrypt`` …), ``unknown`` where it is absent: its default is not known.
    ``kind`` is the type (``ssl-forward-proxy``, ``ssl-inbound-inspection``, ``ssh-proxy``).
    """

    name: str
    action: str
    disabled: bool
    location: str
    from_zones: tuple[str, ...] = ("any",)
    to_zones: tuple[str, ...] = ("any",)
    sources: tuple[str, ...] = ("any",)
    destinations: tuple[str, ...] = ("any",)
    categories: tuple[str, ...] = ("any",)
    kind: str | None = None
    negate_source: bool = False
    negate_destination: bool = False


@dataclass(frozen=True)
class DecryptionExclusion:
    """``exclude`` is None where the element is absent: its default is not known."""

    name: str
    exclude: bool | None
    location: str
    description: str | None = None


@dataclass(frozen=True)
class Decryption:
    """``complete`` is false where rules pushed by Panorama may be missing."""

    rules: tuple[DecryptionRule, ...]
    exclusions: tuple[DecryptionExclusion, ...]
    disabled_predefined: tuple[str, ...] = ()
    complete: bool = True
    zones: tuple[Zone, ...] = ()


def parse(
    shared: Element | None, vsys: Element, pushed: Element | None = None, complete: bool = True, managed: bool = False
) -> Decryption:
    """From ``shared/ssl-decrypt``, ``devices/entry/vsys`` and ``panorama/vsys``.

    ``managed``: a Panorama manages the firewall, so rules pushed by it are to be expected.
    """
    local = {entry.get("name", ""): entry for entry in vsys.findall("entry")}
    above = {entry.get("name", ""): entry for entry in pushed.findall("entry")} if pushed is not None else {}
    rules: list[DecryptionRule] = []
    found_pushed = bool(above)
    for name in dict.fromkeys((*local, *above)):
        both = (local.get(name), above.get(name))
        for rulebase, suffix in _RULEBASES:
            bases = [base for item in both if item is not None and (base := item.find(rulebase)) is not None]
            found_pushed = found_pushed or bool(bases and suffix)
            rules += [_rule(rule, name + suffix) for base in bases for rule in base.findall("decryption/rules/entry")]
    found = [("shared", shared), *((name, entry.find("ssl-decrypt")) for name, entry in local.items())]
    lists = [(location, node) for location, node in found if node is not None]
    disabled = [
        name for _place, node in lists for name in members_of(node, "disabled-ssl-exclude-cert-from-predefined")
    ]
    return Decryption(
        rules=tuple(dict.fromkeys(rules)),
        exclusions=tuple(_exclusions(lists)),
        disabled_predefined=tuple(dict.fromkeys(disabled)),
        complete=complete and (found_pushed or not managed),
        zones=tuple(zone for name, entry in local.items() for zone in _zones(name, entry)),
    )


def _zones(vsys: str, entry: Element) -> Iterable[Zone]:
    for zone in entry.findall("zone/entry"):
        interfaces = members_of(zone, _ZONE_MEMBERS)
        if interfaces:
            yield Zone(zone.get("name", ""), vsys, interfaces)


def _rule(rule: Element, location: str) -> DecryptionRule:
    kind = rule.find("type/*")
    return DecryptionRule(
        name=rule.get("name", ""),
        action=text_of(rule, "action") or "unknown",
        disabled=yes_no(text_of(rule, "disabled")) is True,
        location=location,
        from_zones=members_of(rule, "from") or ("any",),
        to_zones=members_of(rule, "to") or ("any",),
        sources=members_of(rule, "source") or ("any",),
        destinations=members_of(rule, "destination") or ("any",),
        categories=members_of(rule, "category") or ("any",),
        kind=kind.tag if kind is not None else None,
        negate_source=yes_no(text_of(rule, "negate-source")) is True,
        negate_destination=yes_no(text_of(rule, "negate-destination")) is True,
    )


def _exclusions(lists: Iterable[tuple[str, Element]]) -> Iterable[DecryptionExclusion]:
    for location, node in lists:
        for entry in node.findall("ssl-exclude-cert/entry"):
            yield DecryptionExclusion(
                entry.get("name", ""), yes_no(text_of(entry, "exclude")), location, text_of(entry, "description")
            )


def probe_decryption(device: Device, managed: bool = False) -> Evidence[Decryption]:
    """Reads the three subtrees; ``managed``: see ``parse``."""

    def ask(recorder: Recorder) -> Decryption:
        shared, shared_notes = recorder.effective_config(SHARED_PATH, (".",))
        vsys, notes = recorder.effective_config(VSYS_PATH, ("entry/ssl-decrypt", *_RULES, _ZONES))
        if vsys is None:
            raise Unrecognized("the effective configuration has no virtual system")
        pushed, pushed_notes = recorder.effective_config(PUSHED_PATH, _RULES)
        complete = PUSHED_VALUES_MAY_BE_MISSING not in (*shared_notes, *notes, *pushed_notes)
        return parse(shared, vsys, pushed, complete, managed)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[Decryption]:
    """The policy. It also gives the interfaces the whole names of their zones, which only the configuration has."""
    route: ServiceRoute | None = session.value("service_route")
    found = probe_decryption(session.device, route is not None and route.panorama_managed)
    listed: Interfaces | None = session.value("interfaces")
    if listed is not None and found.value is not None:
        named = with_zones(listed, found.value.zones)
        session.found["interfaces"] = replace(session.found["interfaces"], value=named)
    return found


PROBE = Probe(_ask, "policy", needs=("service_route",))
