# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show device-certificate status``: the client certificate that the firewall shows to the clouds.

Source: documentation "Upgrade WildFire Appliance Device Certificate" (text). The tags of the API's answer are those
that public scripts read (``validity``, ``not_valid_before``, ``not_valid_after``, ``status``, ``msg``): likely, not
documented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import Clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import (
    DEVICE_CERTIFICATE_WITHHELD,
    device_certificate_may_be_asked,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import NOT_ASKED, Evidence, Problem
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import date_time, pairs_of
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Recorder, Unrecognized, probe
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_info import DeviceInfo

COMMAND = Command(
    cli="show device-certificate status",
    xml="<show><device-certificate><status></status></device-certificate></show>",
)


@dataclass(frozen=True)
class DeviceCertificate:
    """``show device-certificate status``; ``status`` is the device's own word (``Valid``).

    Attributes:
        not_before, not_after, last_fetched: device time, naive where the zone has more than one meaning.
        last_fetched_status, last_fetched_info: the device's own words on the last renewal.
        days_left: whole days from the device's clock to ``not_after``, negative once it is over; None without a clock.
    """

    status: str | None
    not_before: datetime | None = None
    not_after: datetime | None = None
    last_fetched_status: str | None = None
    last_fetched_info: str | None = None
    last_fetched: datetime | None = None
    days_left: int | None = None


def parse(text: str, result: Element | None = None) -> DeviceCertificate:
    """The status as the device's own word, from text or from tags."""
    lines = pairs_of(text)
    status = lines.get("current device certificate status")
    if status is not None:
        return DeviceCertificate(
            status,
            date_time(lines.get("not valid before")),
            date_time(lines.get("not valid after")),
            lines.get("last fetched status"),
            lines.get("last fetched info"),
            date_time(lines.get("last fetched timestamp")),
        )
    tags = (
        {item.tag.replace("_", "-"): (item.text or "").strip() for item in result.iter()} if result is not None else {}
    )
    if tags.get("validity"):
        return DeviceCertificate(
            tags["validity"],
            date_time(tags.get("not-valid-before")),
            date_time(tags.get("not-valid-after")),
            tags.get("status") or None,
            tags.get("msg") or None,
        )
    missing = re.search(r"device certificate not found", text, re.IGNORECASE)
    if missing:
        return DeviceCertificate(missing[0])
    raise Unrecognized("the answer has no status of the device certificate")


def with_days_left(found: DeviceCertificate, clock: Clock) -> DeviceCertificate:
    """The same with the days that it is still valid by the device's own clock."""
    if found.not_after is None:
        return found
    offset = clock.utc_offset_s
    until = found.not_after
    if until.tzinfo is not None and offset is not None:
        until = until.astimezone(timezone(timedelta(seconds=offset)))
    return replace(found, days_left=(until.replace(tzinfo=None) - clock.device_time).days)


def probe_device_certificate(device: Device) -> Evidence[DeviceCertificate]:
    """Asks for the status of the device certificate."""

    def ask(recorder: Recorder) -> DeviceCertificate:
        answer = recorder.run(COMMAND)
        return parse(answer.text, answer.result)

    return probe(device, ask)


def _ask(session: Session) -> Evidence[DeviceCertificate]:
    """Asked of a firewall only where that does it no harm; what was asked before is read in any case."""
    withheld = _why_withheld(session)
    if withheld is not None and session.options.source == "live":
        return Evidence(problem=withheld)
    found = probe_device_certificate(session.device)
    if withheld is not None and session.options.source == "saved" and found.value is None:
        return Evidence(problem=withheld)
    return found


def _why_withheld(session: Session) -> Problem | None:
    """Why the firewall is not asked; None where it is."""
    if session.connected:
        return NOT_ASKED
    info: Evidence[DeviceInfo] = session.found["device"]
    if info.value is None:
        return info.problem
    return None if device_certificate_may_be_asked(info.value) else DEVICE_CERTIFICATE_WITHHELD


PROBE = Probe(_ask, "report", needs=("device", "cloud_status"))
