# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exclusion from decryption: found, planned, written and taken back. It is never committed here.

Source: PANOS facts "Decryption exclusion" (pan-os-codegen: specs/device/ssl-decrypt.yaml): places, elements, lengths.
"Reading and writing configuration": ``set`` merges and makes what is not there, ``delete`` removes.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device import panos_library
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    DeviceBusy,
    DeviceError,
    InvalidOption,
    MalformedAnswer,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._evidence.reading import members_of, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._remedy.refusal import Refused

Location = Literal["auto", "shared", "vsys", "template", "template_stack"]
Action = Literal["none", "create", "switch_on", "switch_off", "update", "delete", "restore"]

# What is ours begins with it, so that nothing of anybody else is taken away.
OWNER_MARK = "panops.mlav:"
DESCRIPTION = f"{OWNER_MARK} keeps the MLAV cloud out of decryption"
MAX_DESCRIPTION = 512

_DEVICES = "devices/entry[@name='localhost.localdomain']"
_TAGS = {"template": "template", "template_stack": "template-stack"}
_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.*-]{0,250}[A-Za-z0-9_])?")
_PLACE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_. -]{0,61}[A-Za-z0-9_.-])?")
_VSYS = re.compile(r"vsys[1-9][0-9]{0,2}")

# After these the change may have been made, and after CallTimeout it may still be: what the candidate holds decides.
_LOST = (Unreachable, CallTimeout, MalformedAnswer, DeviceBusy)


@dataclass(frozen=True)
class Wanted:
    """What is wanted. Raises InvalidOption where the values cannot be used, or not together.

    Attributes:
        name: host name, ``*`` as wildcard; case-sensitive, as PAN-OS compares it.
        location: ``auto`` is where an entry of this name is, else ``shared``.
        vsys: ``vsysN``, with location ``vsys`` or within a template.
        template, template_stack: the name, with the location of that name; the device is the Panorama then.
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
        if self.location == "vsys" and self.vsys is None:
            raise InvalidOption("location is vsys, and vsys is not set. Expected: a virtual system, such as vsys1.")
        if self.vsys is not None:
            if self.location in ("auto", "shared"):
                raise InvalidOption(
                    f"vsys is {excerpt(self.vsys, 80)!r}, and location is {self.location}. "
                    "Expected: vsys, template or template_stack as location."
                )
            _require("vsys", self.vsys, _VSYS, "a virtual system, such as vsys1")
        for option, value in (("template", self.template), ("template_stack", self.template_stack)):
            if (value is not None) != (self.location == option):
                given = "is not set" if value is None else f"is {excerpt(value, 80)!r}"
                raise InvalidOption(
                    f"{option} {given}, and location is {self.location}. Expected: {option} with location {option}."
                )
            if value is not None:
                _require(option, value, _PLACE, "a name of letters, digits, spaces, dots, hyphens and underscores")
        if self.description is not None:
            _require_description(marked(self.description))


def _require(option: str, value: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(value):
        raise InvalidOption(f"{option} is {excerpt(value, 80)!r}. Expected: {expected}.")


def _require_description(text: str) -> None:
    if not text.isprintable():
        raise InvalidOption(
            f"description is {excerpt(text, 80)!r}, with a line end or another control character. "
            "Expected: one line of text."
        )
    if len(text) > MAX_DESCRIPTION:
        raise InvalidOption(
            f"description has {len(text)} characters, its mark included. Expected: at most {MAX_DESCRIPTION}."
        )


def marked(description: str) -> str:
    """A description with the mark of whose it is in front."""
    text = description.strip()
    return text if text.startswith(OWNER_MARK) else f"{OWNER_MARK} {text}".strip()


@dataclass(frozen=True)
class ExclusionState:
    """One entry. ``exclude`` None: the element is absent, and what that means is not known."""

    exclude: bool | None
    description: str = ""

    @property
    def owned(self) -> bool:
        """It carries our mark."""
        return self.description.startswith(OWNER_MARK)

    def __str__(self) -> str:
        word = {True: "exclude yes", False: "exclude no", None: "no exclude"}[self.exclude]
        return f"{word}, description {excerpt(self.description)!r}"


@dataclass(frozen=True)
class Found:
    """Where the entry is or would be, and what is there.

    Attributes:
        location: ``shared``, ``vsys1``, ``template branch``, ``template branch, vsys1``, …
        xpath: of the entry.
        candidate, running: None where there is no entry.
        predefined_disabled: the predefined exclusion of this name is switched off.
        similar: names that differ from this one in upper and lower case only: PAN-OS takes them for others.
        lacking: xpath of the uppermost element around the entry that is not there yet; empty where all are.
        lacking_in_running: the same of the running configuration.
    """

    location: str
    xpath: str
    candidate: ExclusionState | None = None
    running: ExclusionState | None = None
    predefined_disabled: bool = False
    similar: tuple[str, ...] = ()
    lacking: str = ""
    lacking_in_running: str = ""


@dataclass(frozen=True)
class ExclusionPlan:
    """A change of one entry, or none.

    ``around``: the uppermost element that comes into being with the entry, and goes when the entry is taken back.
    """

    action: Action
    name: str
    xpath: str
    before: ExclusionState | None
    after: ExclusionState | None
    around: str = ""


def find_exclusion(device: LiveDevice, wanted: Wanted) -> Found:
    """Looks for the entry in the candidate and in the running configuration.

    Raises:
        InvalidOption: the device has no such virtual system or template; or the entry is to be removed, and is in more
            than one place.
        DeviceError: the subclass that fits.
    """
    found = [_look(device, wanted.name, location, path) for location, path in _places(device, wanted)]
    there = [place for place in found if place.candidate is not None]
    if wanted.state == "absent" and len(there) > 1:
        raise InvalidOption(
            f"location is auto, and {wanted.name} is in {len(there)} places. Expected: the one that is meant, as "
            f"location (and vsys). Actual: {', '.join(place.location for place in there)}."
        )
    return there[0] if there else found[0]


def _places(device: LiveDevice, wanted: Wanted) -> list[tuple[str, str]]:
    """Where to look: name and path of ``ssl-decrypt``. Never in a place that is not there: ``set`` would make it."""
    if wanted.location in _TAGS:
        return [_place_in_template(device, wanted)]
    shared = ("shared", _base("", None))
    if wanted.location == "shared":
        return [shared]
    systems = _virtual_systems(device)
    if wanted.vsys is None:
        own = [name for name, entry in systems.items() if entry.find("ssl-decrypt/ssl-exclude-cert/entry") is not None]
        return [shared, *((name, _base("", name)) for name in own)]
    if wanted.vsys not in systems:
        raise InvalidOption(
            f"vsys is {wanted.vsys!r}. Expected: a virtual system of this firewall. "
            f"Actual: {', '.join(systems) or 'it names none'}."
        )
    return [(wanted.vsys, _base("", wanted.vsys))]


def _place_in_template(device: LiveDevice, wanted: Wanted) -> tuple[str, str]:
    option, name, vsys = wanted.location, wanted.template or wanted.template_stack, wanted.vsys
    root = f"{_DEVICES}/{_TAGS[option]}/entry[@name='{name}']"
    template = _node(device.candidate_config(root).result)
    if template is None:
        raise InvalidOption(
            f"{option} is {name!r}. Expected: one of the Panorama that provider.ip_address leads to (without "
            "provider.serial_number). Actual: the device has none of this name."
        )
    # Every firewall has vsys1, also where its template does not speak of it.
    if vsys not in (None, "vsys1") and template.find(f"config/devices/entry/vsys/entry[@name='{vsys}']") is None:
        raise InvalidOption(
            f"vsys is {vsys!r}. Expected: a virtual system of {option} {name!r}. Actual: it has none of this name."
        )
    within = f", {vsys}" if vsys is not None else ""
    return f"{_TAGS[option]} {name}{within}", _base(f"{root}/config/", vsys)


def _base(root: str, vsys: str | None) -> str:
    """The path of ``ssl-decrypt`` below /config."""
    inside = "shared" if vsys is None else f"{_DEVICES}/vsys/entry[@name='{vsys}']"
    return f"{root}{inside}/ssl-decrypt"


def _virtual_systems(device: LiveDevice) -> dict[str, Element]:
    node = _node(device.candidate_config(f"{_DEVICES}/vsys").result)
    entries = node.findall("entry") if node is not None else []
    return {name: entry for entry in entries if _VSYS.fullmatch(name := entry.get("name", ""))}


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
        _lacking(candidate, path),
        _lacking(running, path),
    )


def _lacking(node: Element | None, path: str) -> str:
    if node is None:
        return f"/config/{path}"
    return f"/config/{path}/ssl-exclude-cert" if node.find("ssl-exclude-cert") is None else ""


def _entries(node: Element | None) -> list[Element]:
    return node.findall("ssl-exclude-cert/entry") if node is not None else []


def _state(node: Element | None, name: str) -> ExclusionState | None:
    for entry in _entries(node):
        if entry.get("name") == name:
            return ExclusionState(yes_no(text_of(entry, "exclude")), entry.findtext("description") or "")
    return None


def plan_exclusion(found: Found, wanted: Wanted) -> ExclusionPlan:
    """What has to be changed, which may be nothing.

    An entry of somebody else that is as wanted is left as it is; one that is switched off is switched on. Both keep
    their descriptions, unless ``any_owner``.

    Raises:
        Refused: an entry without our mark would be switched off or removed.
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
            f"the exclusion of {wanted.name} ({found.location}) is not one of this collection. "
            f"Expected: a description that begins with {OWNER_MARK!r}. Actual: {excerpt(before.description)!r}",
            "any_owner",
            "With any_owner it is changed all the same.",
        )
    return ExclusionPlan(action, wanted.name, found.xpath, before, after, found.lacking if action == "create" else "")


def undo_plan(plan: ExclusionPlan) -> ExclusionPlan:
    """The plan that takes another back, to the letter."""
    action: Action = "none" if plan.action == "none" else "delete" if plan.before is None else "restore"
    return replace(plan, action=action, before=plan.after, after=plan.before)


def undo_uncommitted(found: Found, name: str) -> ExclusionPlan:
    """The plan that takes back what was not committed: the entry is as it runs, to the letter."""
    action: Action = "delete" if found.running is None else "restore"
    return ExclusionPlan(action, name, found.xpath, found.candidate, found.running, found.lacking_in_running)


def apply_exclusion(device: LiveDevice, plan: ExclusionPlan) -> None:
    """Writes to the candidate configuration, and reads it back: the answer's text counts for nothing.

    Raises:
        DeviceError: the candidate is not as planned, or it is not known whether it is.
    """
    if plan.action == "none":
        return
    lost: DeviceError | None = None
    try:
        for request in _requests(plan):
            device.api.call(request)
    except _LOST as error:
        lost = error
    try:
        node = _read_back(device, plan)
    except DeviceError as error:
        raise type(error)(
            f"whether the change of {plan.xpath} is in the candidate configuration is not known: {error.message}",
            error.remedy or "Run this again: it finds out, and changes nothing twice.",
        ) from (lost or error)
    there = _state(node, plan.name)
    if there == plan.after:
        _tidy(device, plan, node)
        return
    if lost is not None:
        locked = "is locked by" in lost.message.lower()
        remedy = "Have the lock released, then run this again." if locked else lost.remedy
        held = "is not" if there == plan.before else f"is only partly (now: {there or 'no entry'})"
        told = f"the change of {plan.xpath} {held} in the candidate configuration: {lost.message}"
        raise type(lost)(told, remedy) from lost
    raise DeviceError(
        f"the firewall took the change of {plan.xpath}, and its candidate configuration is not as planned. "
        f"Expected: {plan.after or 'no entry'}. Actual: {there or 'no entry'}",
        "See who else is changing the candidate configuration, then run this again.",
    )


def _read_back(device: LiveDevice, plan: ExclusionPlan) -> Element | None:
    base, _list, _entry = plan.xpath.removeprefix("/config/").rpartition("/ssl-exclude-cert/")
    return _node(device.candidate_config(base).result)


def _requests(plan: ExclusionPlan) -> list[dict[str, str]]:
    """What is sent: only what differs, so that nothing is written that was merely read from the firewall."""
    before, after = plan.before or ExclusionState(None), plan.after
    if after is None:
        return [_delete(plan.xpath)]
    requests = []
    if before.exclude is not None and after.exclude is None:
        requests.append(_delete(f"{plan.xpath}/exclude"))
    if before.description and not after.description:
        requests.append(_delete(f"{plan.xpath}/description"))
    differing = ExclusionState(
        after.exclude if after.exclude != before.exclude else None,
        after.description if after.description != before.description else "",
    )
    if plan.before is None or differing != ExclusionState(None):
        parent = plan.xpath.rpartition("/entry[@name='")[0]
        element = entry_xml(plan.name, differing)
        requests.append({"type": "config", "action": "set", "xpath": parent, "element": element})
    return requests


def _delete(xpath: str) -> dict[str, str]:
    return {"type": "config", "action": "delete", "xpath": xpath}


def _tidy(device: LiveDevice, plan: ExclusionPlan, node: Element | None) -> None:
    """Removes the emptied elements that came with an entry that is taken back. They exclude nothing: it may fail."""
    if plan.after is not None or not plan.around or node is None:
        return
    emptied = node if plan.around.endswith("/ssl-decrypt") else node.find("ssl-exclude-cert")
    if emptied is not None and {element.tag for element in emptied.iter()} <= {"ssl-decrypt", "ssl-exclude-cert"}:
        with suppress(DeviceError):
            device.api.call(_delete(plan.around))


def entry_xml(name: str, state: ExclusionState) -> str:
    """The entry, as pan-os-python models it. Raises MissingLibrary."""
    return panos_library.exclusion_xml(name, state.exclude, state.description or None)
