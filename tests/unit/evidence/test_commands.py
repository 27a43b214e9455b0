# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be sent: every probe sends that and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest

from ansible_collections.panops.mlav.plugins.module_utils import _evidence, _remedy
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
from ansible_collections.panops.mlav.plugins.module_utils._evidence import commands, connection_history
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import ALLOWED, find
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import (
    CONNECTED,
    FULL,
    NOW,
    SYSTEM_INFO,
    FakeDevice,
)


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(item.name)


def declared() -> dict[str, Command]:
    """Every command that stands as a constant in a probe or a remedy, by where it stands."""
    return {
        f"{module.__name__}.{name}": value
        for package in (_evidence, _remedy)
        for module in modules(package)
        for name, value in vars(module).items()
        if isinstance(value, Command)
    }


def test_every_command_of_a_probe_is_allowed() -> None:
    # A firewall is never asked this one: a tech-support file holds the log.
    held = {connection_history.COMMAND.cli}
    unknown = {place: command.cli for place, command in declared().items() if find(command.cli) is None}
    assert {place: cli for place, cli in unknown.items() if cli not in held} == {}
    assert len(declared()) > 12


def as_sent(asked: str) -> str:
    """What a live firewall is sent for a question."""
    kind, _space, rest = asked.partition(" ")
    if kind == "config":
        return f"show config effective-running xpath {rest}"
    if asked == "log system":
        return "log"
    return f"tail lines 5000 mp-log {rest}" if kind == "log" else asked


INTERFACE_ALONE = (
    "<deviceconfig><system><route><service><entry name='paloalto-networks-services'><source>"
    "<interface>ethernet1/5</interface><address>fw-outside</address></source></entry></service></route></system>"
    "</deviceconfig>"
)
IPV6 = "PING ml.service.paloaltonetworks.com(2001:db8::1 (2001:db8::1)) 56 data bytes\n"
FIREWALLS: dict[str, Mapping[str, str]] = {
    "connected": {"show mlav cloud-status": CONNECTED},
    "disconnected": {},
    "nothing answers": {name: "no idea" for name in FULL if name != "show system info"},
    "a source by name": {"config devices/entry/deviceconfig": INTERFACE_ALONE, "show interface all": "no idea"},
    "a default route": {"config devices/entry/deviceconfig": "<deviceconfig><system/></deviceconfig>"},
    "a harmless model": {"show system info": SYSTEM_INFO.replace("PA-850", "PA-VM")},
    "an address in place of a name": {
        "show mlav cloud-status": "Current cloud server: 2001:db8::1\nCloud connection: disconnected\n"
    },
}


@pytest.mark.parametrize("depth", ["auto", "full"])
@pytest.mark.parametrize("name", FIREWALLS)
def test_a_session_sends_nothing_else(name: str, depth: str) -> None:
    device = FakeDevice({**FULL, **FIREWALLS[name]})
    gather(device, "fw", GatherOptions(depth=depth, now=lambda: NOW, sleep=lambda _seconds: None, busy_retries=0))  # type: ignore[arg-type]
    sent = [as_sent(asked) for asked in device.asked]
    assert [request for request in sent if find(request) is None] == []
    assert {entry.effect for request in sent if (entry := find(request))} == {"reads"}


@pytest.mark.parametrize(
    "request_",
    [
        "show running security-policy",
        "show system",
        "show system info all",
        "show netstat numeric-hosts yes numeric-ports yes continuous yes",
        "show netstat all yes",
        "ping host ml.service.paloaltonetworks.com",
        "ping count 3 host a b",
        "less mp-log mp-monitor.log",
        "tail follow yes lines 5 mp-log devsrv.log",
        "request certificate fetch",
        "request system private-data-reset",
        "debug software restart process management-server",
        "set cli pager on",
        "config rename",
        "delete config saved x",
        "",
    ],
)
def test_other_requests_are_not_found(request_: str) -> None:
    found = find(request_)
    # The beginning of a request is found for what names it without its values.
    assert found is None or (found.pattern.startswith(request_) and request_ != found.pattern)
    assert request_ in ("", "show system") or found is None


@pytest.mark.parametrize(
    ("request_", "pattern"),
    [
        ("ping count 3 host a", "ping [inet6 yes] [source ADDRESS] count N host HOST"),
        ("ping inet6 yes source 2001:db8::1 count 3 host a", "ping [inet6 yes] [source ADDRESS] count N host HOST"),
        ("show config effective-running", "show config effective-running xpath PATH…"),
        ("show config effective-running xpath a/entry[@name='b c']", "show config effective-running xpath PATH…"),
        ("config set", "config set"),
        ("config show", "config show PATH…"),
        ("ping", "ping [inet6 yes] [source ADDRESS] count N host HOST"),
        ("log", "log"),
        ("log get", "log get"),
    ],
)
def test_a_request_is_found_by_its_pattern(request_: str, pattern: str) -> None:
    found = find(request_)
    assert found is not None
    assert found.pattern == pattern


def test_the_list_says_each_once_and_what_it_is_for() -> None:
    assert len({entry.pattern for entry in ALLOWED}) == len(ALLOWED)
    assert all(entry.purpose and entry.cost and entry.safe for entry in ALLOWED)
    assert all((entry.effect == "changes") <= (entry.when == "remediation") for entry in ALLOWED)
    fixes = find("show device-certificate status")
    assert fixes is not None
    assert all(str(fix) in fixes.safe for fix in commands.DEVICE_CERTIFICATE_FIXES)
