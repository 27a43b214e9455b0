# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry of an exclusion on a device: found, and written to the candidate configuration. It is not committed here.

Source: pan-os-codegen, specs/device/ssl-decrypt.yaml (places, elements); documentation "Configuration Actions" (``set``
merges and creates missing elements, ``delete`` removes).
"""

from __future__ import annotations

from contextlib import suppress
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    InvalidOption,
    MalformedAnswer,
    Overloaded,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live import pan_os_python as panos_library
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import members_of, text_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._remedy.exclusion.plan import (
    VSYS_NAME,
    ExclusionPlan,
    ExclusionState,
    Found,
    Wanted,
)

_DEVICES = "devices/entry[@name='localhost.localdomain']"
_TAGS = {"template": "template", "template_stack": "template-stack"}
# After these errors the change may have been made, and after CallTimeout it still may be: the candidate decides.
_LOST = (Unreachable, CallTimeout, MalformedAnswer, DeviceBusy, Overloaded)


def find_exclusion(device: LiveDevice, wanted: Wanted) -> Found:
    """Finds the entry in the candidate and in the running configuration.

    Raises:
        InvalidOption: the device has no such virtual system or template; or the entry is to be removed, and is in more
            than one place.
        DeviceError: the subclass that fits.
    """
    found = [_look(device, wanted.name, location, path) for location, path in _places(device, wanted)]
    there = [place for place in found if place.candidate is not None]
    if wanted.state == "absent" and len(there) > 1:
        raise InvalidOption(
            f"location is auto, but {wanted.name} exists in {len(there)} places: "
            f"{', '.join(place.location for place in there)}. Set location (and vsys) to one of them"
        )
    return there[0] if there else found[0]


def _places(device: LiveDevice, wanted: Wanted) -> list[tuple[str, str]]:
    """Where to look: name and path of ``ssl-decrypt``. Only places that exist, since ``set`` would create others."""
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
            f"vsys: expected a virtual system of this firewall ({', '.join(systems) or 'it lists none'}), "
            f"got {wanted.vsys!r}"
        )
    return [(wanted.vsys, _base("", wanted.vsys))]


def _place_in_template(device: LiveDevice, wanted: Wanted) -> tuple[str, str]:
    option, name, vsys = wanted.location, wanted.template or wanted.template_stack, wanted.vsys
    root = f"{_DEVICES}/{_TAGS[option]}/entry[@name='{name}']"
    template = _node(device.candidate_config(root).result)
    if template is None:
        raise InvalidOption(
            f"{option}: the device has no {option} {name!r}. provider.ip_address has to be that of a Panorama, without "
            "provider.serial_number"
        )
    # Every firewall has vsys1, even if its template does not mention it.
    if vsys not in (None, "vsys1") and template.find(f"config/devices/entry/vsys/entry[@name='{vsys}']") is None:
        raise InvalidOption(f"vsys: expected a virtual system of {option} {name!r}, got {vsys!r}")
    within = f", {vsys}" if vsys is not None else ""
    return f"{_TAGS[option]} {name}{within}", _base(f"{root}/config/", vsys)


def _base(root: str, vsys: str | None) -> str:
    """The path of ``ssl-decrypt`` below /config."""
    inside = "shared" if vsys is None else f"{_DEVICES}/vsys/entry[@name='{vsys}']"
    return f"{root}{inside}/ssl-decrypt"


def _virtual_systems(device: LiveDevice) -> dict[str, Element]:
    node = _node(device.candidate_config(f"{_DEVICES}/vsys").result)
    entries = node.findall("entry") if node is not None else []
    return {name: entry for entry in entries if VSYS_NAME.fullmatch(name := entry.get("name", ""))}


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


def apply_exclusion(device: LiveDevice, plan: ExclusionPlan) -> None:
    """Writes to the candidate configuration and reads it back; the answer's text is not evaluated.

    Raises:
        DeviceError: the candidate is not as planned, or it is unknown whether it is.
    """
    if plan.action == "none":
        return
    lost: ExpectedFailure | None = None
    try:
        for request in _requests(plan):
            device.api.call(request)
    except _LOST as error:
        lost = error
    try:
        node = _node(device.candidate_config(_around(plan)).result)
    except ExpectedFailure as error:
        raise type(error)(
            f"it is unknown whether the change of {plan.xpath} is in the candidate configuration: {error.message}",
            error.remedy or "Run this again: it checks that first.",
        ) from (lost or error)
    there = _state(node, plan.name)
    if there == plan.after:
        _tidy(device, plan, node)
        return
    if lost is not None:
        locked = "is locked by" in lost.message.lower()
        remedy = "Have the lock released, then run this again." if locked else lost.remedy
        held = "is not" if there == plan.before else f"is only partly (now: {there or 'no entry'})"
        message = f"the change of {plan.xpath} {held} in the candidate configuration: {lost.message}"
        raise type(lost)(message, remedy) from lost
    raise DeviceError(
        f"the firewall accepted the change of {plan.xpath}, but its candidate configuration is not as planned: "
        f"expected {plan.after or 'no entry'}, got {there or 'no entry'}",
        "Check who else is changing the candidate configuration, then run this again.",
    )


def runs(device: LiveDevice, state: ExclusionState | None, plan: ExclusionPlan) -> bool:
    """The running configuration has the plan's entry in this state. Raises DeviceError."""
    return _state(_node(device.api.running_config(_around(plan)).result), plan.name) == state


def _around(plan: ExclusionPlan) -> str:
    """The path of ``ssl-decrypt`` below /config."""
    return plan.xpath.removeprefix("/config/").rpartition("/ssl-exclude-cert/")[0]


def _requests(plan: ExclusionPlan) -> list[dict[str, str]]:
    """The requests: only what differs, so that nothing that was read from the firewall is written back."""
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
    """Removes the empty parent elements of an entry that was rolled back. They exclude nothing, so it may fail."""
    if plan.after is not None or not plan.around or node is None:
        return
    emptied = node if plan.around.endswith("/ssl-decrypt") else node.find("ssl-exclude-cert")
    if emptied is not None and {element.tag for element in emptied.iter()} <= {"ssl-decrypt", "ssl-exclude-cert"}:
        with suppress(ExpectedFailure):
            device.api.call(_delete(plan.around))


def entry_xml(name: str, state: ExclusionState) -> str:
    """The entry, as pan-os-python models it. Raises MissingLibrary."""
    return panos_library.exclusion_xml(name, state.exclude, state.description or None)
