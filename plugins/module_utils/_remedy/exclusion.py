# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exclusion from decryption: found, planned, written and taken back. It is never committed here.

Source: PANOS facts "Decryption exclusion" (pan-os-codegen: specs/device/ssl-decrypt.yaml): places, elements, lengths.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device import panos_library
from ansible_collections.panops.mlav.plugins.module_utils._device.cli import safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    DeviceError,
    InvalidOption,
    MalformedAnswer,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._evidence.reading import members_of, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Refused

Location = Literal["auto", "shared", "vsys", "template", "template_stack"]
Action = Literal["none", "create", "switch_on", "switch_off", "update", "delete", "restore"]

# What is ours begins with it, so that nothing of anybody else is taken away.
OWNER_MARK = "panops.mlav:"
DESCRIPTION = f"{OWNER_MARK} keeps the MLAV cloud out of decryption"
MAX_DESCRIPTION = 512

_DEVICES = "devices/entry[@name='localhost.localdomain']"
_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.*-]{0,250}[A-Za-z0-9_])?")
_PLACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,62}")
_VSYS = re.compile(r"vsys[1-9][0-9]{0,2}")

# After these the change may have been made: what the candidate holds decides.
_LOST = (Unreachable, CallTimeout, MalformedAnswer)


@dataclass(frozen=True)
class Wanted:
    """What is wanted.

    Attributes:
        name: host name, ``*`` as wildcard; case-sensitive, as PAN-OS compares it.
        location: ``auto`` is where an entry of this name is, else ``shared``.
        vsys: ``vsysN``, with location ``vsys`` or within a template.
        description: None leaves that of an existing entry; of our own, it begins with ``OWNER_MARK``.
        exclude: False is an entry that is there and switched off.
        any_owner: an entry without our mark may be changed and removed.
    """

    name: str
    location: Location = "auto"
    vsys: str | None = None
    template: str | None = None
    template_stack: str | None = None
    description: str | None = None
    exclude: bool = True
    state: Literal["present", "absent"] = "present"
    any_owner: bool = False

    def __post_init__(self) -> None:
        _require("name", self.name, _NAME, "a host name, with * as wildcard, such as *.paloaltonetworks.com")
        if (self.vsys is not None) and self.location not in ("vsys", "template", "template_stack"):
            raise InvalidOption(f"vsys is {self.vsys!r} with location {self.location}. Expected: location vsys.")
        if self.location == "vsys" and self.vsys is None:
            raise InvalidOption("location is vsys, and vsys is not set. Expected: a virtual system, such as vsys1.")
        if self.vsys is not None:
            _require("vsys", self.vsys, _VSYS, "a virtual system, such as vsys1")
        for place in ("template", "template_stack"):
            value = getattr(self, place)
            if (value is not None) != (self.location == place):
                raise InvalidOption(
                    f"location is {self.location} and {place} is {value!r}. Expected: both, or neither of them."
                )
            if value is not None:
                _require(place, value, _PLACE, "a name of letters, digits, spaces, dots, hyphens and underscores")
        if self.description is not None and len(marked(self.description)) > MAX_DESCRIPTION:
            raise InvalidOption(
                f"description has {len(marked(self.description))} characters with its mark. "
                f"Expected: at most {MAX_DESCRIPTION}."
            )


def _require(option: str, value: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(value):
        raise InvalidOption(f"{option} is {value[:80]!r}. Expected: {expected}.")


def marked(description: str) -> str:
    """A description with the mark of whose it is."""
    return description if description.startswith(OWNER_MARK) else f"{OWNER_MARK} {description}"


@dataclass(frozen=True)
class ExclusionState:
    """One entry. ``exclude`` None: the element is absent, and what that means is not known."""

    exclude: bool | None
    description: str = ""

    @property
    def owned(self) -> bool:
        return self.description.startswith(OWNER_MARK)


@dataclass(frozen=True)
class Found:
    """Where the entry is or would be, and what is there.

    Attributes:
        location: ``shared``, ``vsys1``, ``template T``, …
        xpath: of the entry.
        candidate, running: None where there is no entry.
        predefined_disabled: the predefined exclusion of this name is switched off.
        similar: entries whose names differ in upper and lower case only: PAN-OS takes them for others.
    """

    location: str
    xpath: str
    candidate: ExclusionState | None = None
    running: ExclusionState | None = None
    predefined_disabled: bool = False
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExclusionPlan:
    """A change of one entry, or none."""

    action: Action
    name: str
    xpath: str
    before: ExclusionState | None
    after: ExclusionState | None


def find_exclusion(device: LiveDevice, wanted: Wanted) -> Found:
    """Looks for the entry in the candidate and in the running configuration. Raises DeviceError."""
    places = [(wanted.vsys or wanted.location, _base(wanted))]
    if wanted.location == "auto":
        places = [("shared", "shared/ssl-decrypt"), *_virtual_systems(device)]
    found = [_look(device, wanted.name, location, path) for location, path in places]
    # The place of an entry that is there, and the first where there is none.
    return next((place for place in found if place.candidate is not None), found[0])


def _base(wanted: Wanted) -> str:
    """The path of ``ssl-decrypt`` below /config."""
    inside = "shared" if wanted.vsys is None else f"{_DEVICES}/vsys/entry[@name='{wanted.vsys}']"
    for kind, name in (("template", wanted.template), ("template-stack", wanted.template_stack)):
        if name is not None:
            return f"{_DEVICES}/{kind}/entry[@name='{name}']/config/{inside}/ssl-decrypt"
    return f"{inside}/ssl-decrypt"


def _virtual_systems(device: LiveDevice) -> list[tuple[str, str]]:
    """Those that have exclusions of their own."""
    node = _node(device.candidate_config(f"{_DEVICES}/vsys").result)
    entries = node.findall("entry") if node is not None else []
    return [
        (name, f"{_DEVICES}/vsys/entry[@name='{name}']/ssl-decrypt")
        for entry in entries
        if _VSYS.fullmatch(name := entry.get("name", ""))
        and entry.find("ssl-decrypt/ssl-exclude-cert/entry") is not None
    ]


def _node(result: Element | None) -> Element | None:
    return result[0] if result is not None and len(result) else None


def _look(device: LiveDevice, name: str, location: str, path: str) -> Found:
    candidate = _node(device.candidate_config(path).result)
    running = _node(device.api.running_config(path).result)
    names = [entry.get("name", "") for entry in _entries(candidate)]
    return Found(
        location,
        f"/config/{path}/ssl-exclude-cert/entry[@name='{name}']",
        _state(candidate, name),
        _state(running, name),
        candidate is not None and name in members_of(candidate, "disabled-ssl-exclude-cert-from-predefined"),
        tuple(other for other in names if other != name and other.lower() == name.lower()),
    )


def _entries(node: Element | None) -> list[Element]:
    return node.findall("ssl-exclude-cert/entry") if node is not None else []


def _state(node: Element | None, name: str) -> ExclusionState | None:
    for entry in _entries(node):
        if entry.get("name") == name:
            return ExclusionState(yes_no(text_of(entry, "exclude")), text_of(entry, "description") or "")
    return None


def plan_exclusion(found: Found, wanted: Wanted) -> ExclusionPlan:
    """What has to be changed, which may be nothing.

    An entry of somebody else that is as wanted is left as it is; one that is switched off is switched on, and keeps its
    description.

    Raises:
        Refused: an entry without our mark would be switched off, described otherwise or removed.
    """
    before = found.candidate
    if wanted.state == "absent":
        return _plan("delete" if before is not None else "none", found, wanted, None)
    if before is None:
        description = marked(wanted.description) if wanted.description is not None else DESCRIPTION
        return _plan("create", found, wanted, ExclusionState(wanted.exclude, description))
    after = replace(before, exclude=wanted.exclude)
    if wanted.description is not None and (before.owned or wanted.any_owner):
        after = replace(after, description=marked(wanted.description))
    if after == before:
        return _plan("none", found, wanted, before)
    if after.exclude == before.exclude:
        return _plan("update", found, wanted, after)
    return _plan("switch_on" if wanted.exclude else "switch_off", found, wanted, after)


def _plan(action: Action, found: Found, wanted: Wanted, after: ExclusionState | None) -> ExclusionPlan:
    before = found.candidate
    if action in ("delete", "switch_off") and before is not None and not (before.owned or wanted.any_owner):
        raise Refused(
            "owner",
            f"the exclusion of {wanted.name} at {found.location} is not one of this collection: its description does not "
            f"begin with {OWNER_MARK!r}",
            "any_owner",
        )
    return ExclusionPlan(action, wanted.name, found.xpath, before, after)


def undo_plan(plan: ExclusionPlan) -> ExclusionPlan:
    """The plan that takes another back, to the letter."""
    action: Action = "none" if plan.action == "none" else "delete" if plan.before is None else "restore"
    return replace(plan, action=action, before=plan.after, after=plan.before)


def apply_exclusion(device: LiveDevice, plan: ExclusionPlan) -> None:
    """Writes to the candidate configuration, and reads it back: the answer's text counts for nothing.

    Raises:
        DeviceError: the candidate is not as planned.
    """
    if plan.action == "none":
        return
    lost: DeviceError | None = None
    try:
        device.api.call(_request(plan))
    except _LOST as error:
        lost = error
    base, _slash, _entry = plan.xpath.removeprefix("/config/").rpartition("/ssl-exclude-cert/")
    there = _state(_node(device.candidate_config(base).result), plan.name)
    if there == plan.after:
        return
    if lost is not None:
        raise lost
    raise DeviceError(
        f"the firewall took the change of {plan.xpath}, and its candidate configuration does not have it. "
        f"Expected: {plan.after}. Actual: {there}."
    )


def _request(plan: ExclusionPlan) -> dict[str, str]:
    if plan.after is None:
        return {"type": "config", "action": "delete", "xpath": plan.xpath}
    element = entry_xml(plan.name, plan.after)
    if plan.before is None:
        parent = plan.xpath.rpartition("/entry[@name='")[0]
        return {"type": "config", "action": "set", "xpath": parent, "element": element}
    # ``set`` would keep an element that is to be gone.
    return {"type": "config", "action": "edit", "xpath": plan.xpath, "element": element}


def entry_xml(name: str, state: ExclusionState) -> str:
    """The entry, as pan-os-python models it. Raises MissingLibrary."""
    return panos_library.exclusion_xml(name, state.exclude, state.description or None)


def in_effect(device: LiveDevice, hostname: str) -> bool | None:
    """Asks the firewall's own test whether ``hostname`` is excluded; None where that cannot be told.

    Source: the command is PROVEN, its answer is not known, so only a plain yes or no counts.
    """
    host = safe_argument(hostname)
    command = Command(
        cli=f"test ssl-exclude-list shared hostname {host}",
        xml=f"<test><ssl-exclude-list><shared></shared><hostname>{host}</hostname></ssl-exclude-list></test>",
    )
    try:
        said = device.run(command).text.lower()
    except DeviceError:
        return None
    if host.lower() not in said or len(said) > 300:
        return None
    return re.search(r"\b(?:not|no)\b", said) is None
