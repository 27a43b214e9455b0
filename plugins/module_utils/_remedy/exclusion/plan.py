# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exclusion from decryption: what is wanted, the change that it needs, and its rollback. Pure.

Source: pan-os-codegen, specs/device/ssl-decrypt.yaml (names, elements, lengths).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt
from ansible_collections.panops.mlav.plugins.module_utils._remedy.blocked import Blocked

Location = Literal["auto", "shared", "vsys", "template", "template_stack"]
Action = Literal["none", "create", "switch_on", "switch_off", "update", "delete", "restore"]

# The description of an entry of ours begins with it, so that no other entry is removed.
OWNER_MARK = "panops.mlav:"
DESCRIPTION = f"{OWNER_MARK} keeps the MLAV cloud out of decryption"
MAX_DESCRIPTION = 512

_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.*-]{0,250}[A-Za-z0-9_])?")
_PLACE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_. -]{0,61}[A-Za-z0-9_.-])?")
VSYS_NAME = re.compile(r"vsys[1-9][0-9]{0,2}")


@dataclass(frozen=True)
class Wanted:
    """The wanted entry. Raises InvalidOption where values are invalid, or do not go together.

    Attributes:
        name: host name, ``*`` as wildcard; case-sensitive, as PAN-OS compares it.
        location: ``auto`` is where an entry of this name exists, otherwise ``shared``.
        vsys: ``vsysN``, with location ``vsys`` or within a template.
        template, template_stack: the name, with the location of the same name; the device is then the Panorama.
        description: None keeps that of an existing entry; that of our own entries begins with ``OWNER_MARK``.
        exclude: False is an entry that exists but is switched off.
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
            raise InvalidOption("location is vsys: vsys has to be a virtual system, such as vsys1, but is not set")
        if self.vsys is not None:
            if self.location in ("auto", "shared"):
                raise InvalidOption(
                    f"vsys is {excerpt(self.vsys, 80)!r}: expected location vsys, template or template_stack, "
                    f"got {self.location}"
                )
            _require("vsys", self.vsys, VSYS_NAME, "a virtual system, such as vsys1")
        for option, value in (("template", self.template), ("template_stack", self.template_stack)):
            if (value is not None) != (self.location == option):
                if value is None:
                    raise InvalidOption(f"location is {option}, but {option} is not set")
                raise InvalidOption(
                    f"{option} is {excerpt(value, 80)!r}: expected location {option}, got {self.location}"
                )
            if value is not None:
                _require(option, value, _PLACE, "a name of letters, digits, spaces, dots, hyphens and underscores")
        if self.description is not None:
            _require_description(marked(self.description))


def _require(option: str, value: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(value):
        raise InvalidOption(f"{option}: expected {expected}, got {excerpt(value, 80)!r}")


def _require_description(text: str) -> None:
    if not text.isprintable():
        raise InvalidOption(
            f"description: expected one line of text, got {excerpt(text, 80)!r} with a line end or another control "
            "character"
        )
    if len(text) > MAX_DESCRIPTION:
        raise InvalidOption(
            f"description: expected at most {MAX_DESCRIPTION} characters, got {len(text)} including its mark"
        )


def marked(description: str) -> str:
    """A description that begins with our mark."""
    text = description.strip()
    return text if text.startswith(OWNER_MARK) else f"{OWNER_MARK} {text}".strip()


@dataclass(frozen=True)
class ExclusionState:
    """One entry. ``exclude`` is None where the element is absent; what that means is unknown."""

    exclude: bool | None
    description: str = ""

    @property
    def owned(self) -> bool:
        """It has our mark."""
        return self.description.startswith(OWNER_MARK)

    def __str__(self) -> str:
        word = {True: "exclude yes", False: "exclude no", None: "no exclude"}[self.exclude]
        return f"{word}, description {excerpt(self.description)!r}"


@dataclass(frozen=True)
class Found:
    """Where the entry is or would be, and its state there.

    Attributes:
        location: ``shared``, ``vsys1``, ``template branch``, ``template branch, vsys1``, …
        xpath: of the entry.
        candidate, running: None where there is no entry.
        predefined_disabled: the predefined exclusion of this name is switched off.
        similar: names that differ from this one only in upper and lower case: PAN-OS treats them as other names.
        lacking: xpath of the uppermost parent element that does not exist yet; empty where all exist.
        lacking_in_running: the same in the running configuration.
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

    ``around``: the uppermost parent element that is created with the entry, and removed when it is rolled back.
    """

    action: Action
    name: str
    xpath: str
    before: ExclusionState | None
    after: ExclusionState | None
    around: str = ""


def plan_exclusion(found: Found, wanted: Wanted) -> ExclusionPlan:
    """The change that is needed, which may be none.

    Another owner's entry that is as wanted stays as it is; one that is switched off is switched on. Both keep their
    descriptions, unless ``any_owner``.

    Raises:
        Blocked: an entry without our mark would be switched off or removed.
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
        raise Blocked(
            "owner",
            f"the exclusion of {wanted.name} ({found.location}) was not made by this collection: expected a "
            f"description that begins with {OWNER_MARK!r}, got {excerpt(before.description)!r}",
            "any_owner",
            "Set any_owner to change it nevertheless.",
        )
    return ExclusionPlan(action, wanted.name, found.xpath, before, after, found.lacking if action == "create" else "")


def rollback_plan(plan: ExclusionPlan) -> ExclusionPlan:
    """The plan that rolls another one back, exactly."""
    action: Action = "none" if plan.action == "none" else "delete" if plan.before is None else "restore"
    return replace(plan, action=action, before=plan.after, after=plan.before)


def rollback_uncommitted(found: Found, name: str) -> ExclusionPlan:
    """The plan that rolls back what was not committed: the entry becomes exactly what is running."""
    action: Action = "delete" if found.running is None else "restore"
    return ExclusionPlan(action, name, found.xpath, found.candidate, found.running, found.lacking_in_running)
