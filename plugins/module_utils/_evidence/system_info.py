# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show system info``: which firewall this is.

Source: recorded answer of a PA-850 on 10.1.12.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command, Device
from ansible_collections.panops.mlav.plugins.module_utils._evidence import clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.clock import Clock
from ansible_collections.panops.mlav.plugins.module_utils._evidence.evidence import Evidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.parsing import date_time, pairs_of, yes_no
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import (
    Recorder,
    Unrecognized,
    probe,
    problem_of,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.session import Probe, Session

COMMAND = Command(
    cli="show system info",
    xml="<show><system><info></info></system></show>",
    structured=True,
)

# Documentation "Device Certificate" and the release notes name these series. A PA-500 is not of the PA-500 series.
_WITH_TPM = re.compile(r"PA-(?:4\d\d|5(?!00)\d\d|14\d\d|34\d\d|54\d\d|55\d\d|7500)(?:[A-Z]|-[A-Z0-9]+)*")
_UPTIME = re.compile(r"(?:(\d{1,6}) days?, *)?(\d{1,2}):(\d{2}):(\d{2})")


@dataclass(frozen=True)
class DeviceInfo:
    """``show system info``: strings as the device gives them, None where absent.

    Attributes:
        vm_license: ``VM-50``, ``VM-100`` … of a VM-Series firewall, whose ``model`` is ``PA-VM`` whatever its size.
        device_certificate_status: the device's own word (``Valid``, ``None``: there is no certificate).
        has_tpm: by model; None where it is not known.
        app_release_date, threat_release_date, av_release_date, wildfire_release_date: of the installed content,
            device-local and naive, None where absent or not understood.
    """

    hostname: str | None = None
    serial: str | None = None
    model: str | None = None
    family: str | None = None
    sw_version: str | None = None
    app_version: str | None = None
    threat_version: str | None = None
    av_version: str | None = None
    wildfire_version: str | None = None
    wildfire_rt: str | None = None
    multi_vsys: bool | None = None
    operational_mode: str | None = None
    management_address: str | None = None
    device_certificate_status: str | None = None
    uptime_s: int | None = None
    vm_license: str | None = None
    has_tpm: bool | None = None
    app_release_date: datetime | None = None
    threat_release_date: datetime | None = None
    av_release_date: datetime | None = None
    wildfire_release_date: datetime | None = None


def parse(text: str, result: Element | None = None) -> DeviceInfo:
    """The fields that matter here, as the device gives them (``unknown`` and ``0`` included)."""
    fields = _fields(text, result)
    if not fields.keys() & {"hostname", "serial", "sw-version", "model"}:
        raise Unrecognized("the answer has no host name, serial number, model or release")
    return DeviceInfo(
        hostname=fields.get("hostname"),
        serial=fields.get("serial"),
        model=fields.get("model"),
        family=fields.get("family"),
        sw_version=fields.get("sw-version"),
        app_version=fields.get("app-version"),
        threat_version=fields.get("threat-version"),
        av_version=fields.get("av-version"),
        wildfire_version=fields.get("wildfire-version"),
        wildfire_rt=fields.get("wildfire-rt"),
        multi_vsys=yes_no(fields.get("multi-vsys")),
        operational_mode=fields.get("operational-mode"),
        management_address=fields.get("ip-address"),
        device_certificate_status=fields.get("device-certificate-status"),
        uptime_s=_seconds(fields.get("uptime")),
        vm_license=fields.get("vm-license"),
        has_tpm=has_tpm(fields.get("model")),
        app_release_date=release_date(fields.get("app-release-date")),
        threat_release_date=release_date(fields.get("threat-release-date")),
        av_release_date=release_date(fields.get("av-release-date")),
        wildfire_release_date=release_date(fields.get("wildfire-release-date")),
    )


def _fields(text: str, result: Element | None) -> dict[str, str]:
    if result is None:
        return pairs_of(text)
    system = result if result.tag == "system" else result.find("system")
    found = {item.tag: value for item in system if (value := (item.text or "").strip())} if system is not None else {}
    return found or pairs_of(text)


def _seconds(uptime: str | None) -> int | None:
    found = _UPTIME.fullmatch(uptime or "")
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def release_date(text: str | None) -> datetime | None:
    """``2026/06/08 18:02:03 PDT``, without its zone; a date alone is its beginning. None where it is neither."""
    if re.fullmatch(r"\d{4}[/-]\d{1,2}[/-]\d{1,2}", text or ""):
        text = f"{text} 00:00:00"
    found = date_time(text)
    return found.replace(tzinfo=None) if found is not None else None


def has_tpm(model: str | None) -> bool | None:
    """Whether the model has a Trusted Platform Module; None where that is not known."""
    name = (model or "").strip()
    if name == "PA-VM":
        return False
    return True if _WITH_TPM.fullmatch(name) else None


def probe_device(device: Device, now: Callable[[], datetime]) -> tuple[Evidence[DeviceInfo], Evidence[Clock]]:
    """Asks once and reads two things: the identity, and the clock as far as this answer tells it."""
    asked_at = now()
    clocks: list[Clock] = []

    def ask(recorder: Recorder) -> DeviceInfo:
        answer = recorder.run(COMMAND)
        info = parse(answer.text, answer.result)
        seen = clock.read(_fields(answer.text, answer.result).get("time", ""))
        if seen is not None:
            clocks.append(clock.compare(seen.local, asked_at, seen.offset))
        return info

    info = probe(device, ask)
    if clocks:
        return info, Evidence(clocks[0], None, info.asked, info.duration_ms)
    no_time = Unrecognized("the system information has no time that is understood")
    return info, Evidence(None, info.problem or problem_of(no_time), info.asked, info.duration_ms)


def _ask(session: Session) -> Evidence[DeviceInfo]:
    """The time in the same answer stands in for ``show clock`` where that is not asked, or fails."""
    info, seen = probe_device(session.device, session.options.now)
    if session.options.wants("clock"):
        session.found["clock"] = seen
    return info


PROBE = Probe(_ask, "identity")
