# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An exclusion from decryption: what is wanted, and what has to be changed for it or taken back. Pure.

Source: pan-os-codegen, specs/device/ssl-decrypt.yaml (names, elements, lengths).

This is a private module: it may change in any release.
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

# What is ours begins with it, so that nothing of anybody else is taken away.
OWNER_MARK = "panops.mlav:"
DESCRIPTION = f"{OWNER_MARK} keeps the MLAV cloud out of decryption"
MAX_DESCRIPTION = 512

_NAME = re.compile(r"(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.*-]{0,250}[A-Za-z0-9_])?")
_PLACE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_. -]{0,61}[A-Za-z0-9_.-])?")
VSYS_NAME = re.compile(r"vsys[1-9][0-9]{0,2}")


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
            _require("vsys", self.vsys, VSYS_NAME, "a virtual system, such as vsys1")
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


def plan_exclusion(found: Found, wanted: Wanted) -> ExclusionPlan:
    """What has to be changed, which may be nothing.

    An entry of somebody else that is as wanted is left as it is; one that is switched off is switched on. Both keep
    their descriptions, unless ``any_owner``.

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
            f"the exclusion of {wanted.name} ({found.location}) is not one of this collection. "
            f"Expected: a description that begins with {OWNER_MARK!r}. Actual: {excerpt(before.description)!r}",
            "any_owner",
            "With any_owner it is changed all the same.",
        )
    return ExclusionPlan(action, wanted.name, found.xpath, before, after, found.lacking if action == "create" else "")


def rollback_plan(plan: ExclusionPlan) -> ExclusionPlan:
    """The plan that takes another back, to the letter."""
    action: Action = "none" if plan.action == "none" else "delete" if plan.before is None else "restore"
    return replace(plan, action=action, before=plan.after, after=plan.before)


def rollback_uncommitted(found: Found, name: str) -> ExclusionPlan:
    """The plan that takes back what was not committed: the entry is as it runs, to the letter."""
    action: Action = "delete" if found.running is None else "restore"
    return ExclusionPlan(action, name, found.xpath, found.candidate, found.running, found.lacking_in_running)
