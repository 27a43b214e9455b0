# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks a Panorama which firewalls it manages: five requests at most, over one connection."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CommandRefused,
    MalformedAnswer,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live import panorama_answers as answers
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.panorama_answers import ManagedFirewall, Names
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Observer

DEVICES = "<show><devices><all/></devices></show>"
DEVICE_GROUPS = "<show><devicegroups/></show>"
TEMPLATE_STACKS = "<show><template-stack/></show>"
TEMPLATES = "<show><templates/></show>"
TAGS = {"type": "config", "action": "show", "xpath": "/config/mgt-config/devices"}


@dataclass(frozen=True)
class Listing:
    """What one Panorama said.

    Attributes:
        firewalls: in the Panorama's order.
        missing: what it did not tell of any of them, and why, for a person.
    """

    firewalls: tuple[ManagedFirewall, ...]
    missing: tuple[str, ...] = ()


def managed_firewalls(options: ConnectionOptions, observer: Observer | None = None) -> Listing:
    """Every firewall that the Panorama manages, whether it is connected with it or not.

    Device groups, template stacks and tags are further answers; an account that may not have one of them still gets the
    firewalls. ``observer``: see ``live.device.LiveDevice``.

    Raises:
        DeviceError: the Panorama cannot be asked, or does not list its firewalls (``CommandRefused``: no Panorama).
    """
    with closing(XmlApi(options, observer=observer)) as api:
        listed = api.op(DEVICES, asked="show devices all")
        if listed.result is None or listed.result.find("devices") is None:
            raise MalformedAnswer(
                "the answer to show devices all has no list of firewalls",
                remedy="Check that the address is that of a Panorama.",
            )
        missing: list[str] = []

        def optional(what: str, ask: Callable[[], Names]) -> Names | None:
            try:
                return ask()
            except (CommandRefused, PermissionFailure) as error:
                missing.append(f"the {what}: {error.message}")
                return None

        groups = optional("device groups", lambda: answers.device_groups(_op(api, DEVICE_GROUPS, "show devicegroups")))
        stacks = optional("template stacks", lambda: _template_stacks(api))
        tags = optional("tags", lambda: answers.tags(api.call(TAGS, asked="mgt-config/devices").result))
        firewalls = answers.completed(answers.devices(listed.result), groups, stacks, tags)
        return Listing(firewalls, tuple(missing))


def _template_stacks(api: XmlApi) -> Names:
    try:
        return answers.template_stacks(_op(api, TEMPLATE_STACKS, "show template-stack"))
    except CommandRefused:
        return answers.stacks_among_templates(_op(api, TEMPLATES, "show templates"))


def _op(api: XmlApi, cmd: str, asked: str) -> Element | None:
    return api.op(cmd, asked=asked).result
