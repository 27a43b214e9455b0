# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The views of one world cannot disagree: status, connection table and logs tell the same story."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    cloud_status,
    commit_state,
    device_certificate,
    high_availability,
    interfaces,
    licenses,
    netstat,
    software_status,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import system_info as device
from tests.simulator import Firewall, Fleet, World, load, names, running_fleet
from tests.simulator.commands import CommandError, Request, from_cli
from tests.simulator.xml_api import XmlApi
from tests.simulator_checks.api_client import NETSTAT, STATUS, Client

CAUSES = [
    "device_server_unavailable",
    "commit_force_needed",
    "service_route_invalid",
    "name_resolution_failed",
    "defect_pan_229832",
    "name_resolution_intermittent",
    "port_443_blocked",
    "cloud_unreachable",
    "tls_interception",
    "clock_skew",
    "certificate_expired",
    "device_certificate_invalid",
    "unlicensed_content_defect",
    "cloud_rejected_request",
    "cloud_service_missing",
    "cloud_service_error",
    "unexplained",
]
SILENT = ("unreachable", "untrusted_certificate", "wrong_password")
STOPPED = "MLAV cloud error, all machine Learning engines stopped"
RECONNECT = "Reconnect to MLAV cloud, enable all machine Learning engines"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    reachable = [name for name in names() if name not in SILENT]
    entries = [{"name": name, "scenario": name, "changes": {"access": {"ssh": "none"}}} for name in reachable]
    with running_fleet(entries) as running:
        yield running


def say(world: World, line: str) -> str:
    """What the command line answers."""
    command, params = from_cli(line)
    return command.run(world, Request(command, world.spec.admins[0], "ssh", params)).text


@pytest.mark.parametrize("name", CAUSES)
def test_every_cause_has_a_scenario_of_its_name(name: str) -> None:
    assert load(name).expect["cause"] == name


@pytest.mark.parametrize("name", names())
def test_a_scenario_says_what_to_expect(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert scenario.description
    assert scenario.expect["verdict"] in ("healthy", "broken", "undetermined", "standby", "not_applicable")
    # Where an answer that decides is refused, the cause stays unknown.
    usual = load("healthy")
    limited = (scenario.access, scenario.faults) != (usual.access, usual.faults)
    assert scenario.expect["cause"] or scenario.expect["verdict"] != "broken" or limited


@pytest.mark.parametrize("name", [n for n in names() if n not in SILENT])
def test_status_netstat_and_logs_agree(fleet: Fleet, name: str) -> None:
    firewall: Firewall = fleet.firewalls[name]
    world = firewall.world
    status = world.status()
    rows = [
        line for line in say(world, "show netstat numeric-hosts yes").splitlines() if world.cloud_addresses[0] in line
    ]
    assert (status == "connected") == any("ESTABLISHED" in row for row in rows)
    texts = [event.text for event in world.events if event.text in (STOPPED, RECONNECT)]
    if status == "connected":
        assert texts[-1] == RECONNECT
        assert world.spec.ha.state != "passive" or world.switches.passive_connects
    if world.outcome.kind in ("dns", "timeout", "tls", "http", "bind", "unreachable", "client"):
        assert texts[-1] == STOPPED
        newest = [line.text for line in world.devsrv if "pan_mlav" in line.text]
        assert newest
    if world.outcome.kind == "timeout":
        assert any("SYN_SENT" in row for row in rows)
    if world.outcome.kind == "tls":
        assert f"Code : {world.outcome.code}" in say(world, "tail lines 2000 mp-log devsrv.log")


@pytest.mark.parametrize("name", [n for n in names() if n not in (*SILENT, "key_without_log_right")])
def test_the_api_shows_the_world(fleet: Fleet, name: str) -> None:
    firewall = fleet.firewalls[name]
    client = Client(firewall)
    status = firewall.world.status()
    answer = client.text(STATUS)
    if name == "not_applicable":
        assert "show -> mlav is unexpected" in answer
        return
    if name == "healthy_busy_recovers":
        assert "busy" in answer
        assert "busy" in client.text(STATUS)
        answer = client.text(STATUS)
    if name == "healthy_tags":
        assert "connected" in answer
    elif status == "busy":
        assert "device busy or unavailable" in answer
    else:
        word = firewall.world.switches.cloud_connection_word or status
        assert f"Cloud connection: {word}\n" in answer
        assert f"Current cloud server: {firewall.world.cloud_server}\n" in answer
    table = client.op(NETSTAT)
    assert (table.get("status") == "error") == (firewall.world.switches.netstat_api == "refused")
    logs = [e.findtext("opaque") for e in client.logs("(description contains 'MLAV')") if e is not None]
    assert (STOPPED in logs) == any(event.text == STOPPED for event in firewall.world.events)


def test_device_time_and_offset_are_those_of_the_device() -> None:
    world = load("clock_skew", {"firewall": {"clock": {"utc_offset": "-0400", "zone": "EDT"}}}).world()
    clock = say(world, "show clock")
    assert " EDT " in clock
    last = say(world, "tail lines 1 mp-log devsrv.log")
    assert " -0400 " in last
    first_year = say(world, "show system info").split("time: ")[1].split("\n")[0]
    assert first_year.split()[1] == clock.split()[1]


def test_old_lines_are_in_the_rotated_file() -> None:
    history = [{"ago": "60h", "world": {"cloud": {"http_status": 500}}}]
    world = load("healthy", {"firewall": {"history": history, "since": "50h"}}).world()
    assert "code 500" not in say(world, "tail lines 2000 mp-log devsrv.log")
    assert "code 500" in say(world, "tail lines 2000 mp-log devsrv.log.old")


def test_a_log_that_is_not_there_is_an_error() -> None:
    world = load("healthy", {"switches": {"devsrv_log": "devsrvr.log"}}).world()
    with pytest.raises(CommandError, match="No such file"):
        say(world, "tail lines 10 mp-log devsrv.log")
    assert say(world, "tail lines 10 mp-log devsrvr.log")


def test_order_of_a_grep_and_its_context() -> None:
    world = load("tls_interception").world()
    plain = say(world, "grep ignore-case yes pattern mlav mp-log devsrv.log")
    assert "verify_cb" not in plain
    wide = say(world, "grep ignore-case yes before-context 4 pattern mlav mp-log devsrv.log")
    assert "Code : 19" in wide


def xml_of(world: World, cmd: str) -> tuple[str, ET.Element]:
    """The text and the result element of an answer of the XML API."""
    headers = {"x-pan-key": world.spec.admins[0].api_key}
    result = ET.fromstring(XmlApi(world).handle({"type": "op", "cmd": cmd}, headers).body).find("result")
    assert result is not None
    return "".join(result.itertext()), result


def standing(world: World) -> World:
    """The world with its clock stopped."""
    at = world.now()
    world.now = lambda: at
    return world


def jobs_as_in_the_table(text: str, result: ET.Element | None = None) -> Any:
    """The table knows neither the user nor the details of a job."""
    return [replace(job, user=None, description="", details=()) for job in commit_state.parse_jobs(text, result)]


def plain(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """A parser of text alone, as one that is given the element too."""
    return lambda text, _result=None: parse(text)


HA = {"firewall": {"ha": {"state": "active", "peer_state": "passive"}}}
INTERFACE = "show interface all"
# The command, the parser, and worlds that show its answers in all their forms.
BOTH: list[tuple[str, Callable[..., Any], list[tuple[str, dict[str, Any]]]]] = [
    ("show system info", device.parse, [("healthy", {}), ("healthy_full", {})]),
    ("request license info", licenses.parse, [("healthy", {}), ("healthy_full", {})]),
    ("show high-availability all", high_availability.parse, [("healthy", {}), ("passive_ha", {}), ("healthy", HA)]),
    ("show jobs all", jobs_as_in_the_table, [("healthy", {}), ("device_server_busy_with_content", {})]),
    ("show device-certificate status", device_certificate.parse, [("healthy", {}), ("device_certificate_invalid", {})]),
    ("show netstat", plain(netstat.parse), [("healthy", {}), ("port_443_blocked", {}), ("ipv6_cloud", {})]),
    ("show system software status", plain(software_status.parse), [("healthy", {})]),
    (
        "show mlav cloud-status",
        cloud_status.parse,
        [("healthy", {}), ("healthy_tags", {}), ("tls_interception", {}), ("unknown_status_word", {})],
    ),
    (INTERFACE, interfaces.parse, [("healthy", {}), ("healthy", {"switches": {"interface_fec": False}})]),
    (INTERFACE, interfaces.parse, [("service_route_interface_down", {"switches": {"interface_down": "plain"}})]),
]


@pytest.mark.parametrize(
    ("line", "parse", "name", "changes"),
    [
        pytest.param(line, parse, name, changes, id=f"{line}-{name}-{index}")
        for line, parse, worlds in BOTH
        for index, (name, changes) in enumerate(worlds)
    ],
)
def test_text_and_tags_say_the_same(line: str, parse: Callable[..., Any], name: str, changes: dict[str, Any]) -> None:
    world = standing(load(name, changes).world())
    path, last = line.split()[:-1], line.split()[-1]
    inner = last if line == INTERFACE else f"<{last}></{last}>"
    cmd = "".join(f"<{tag}>" for tag in path) + inner + "".join(f"</{tag}>" for tag in reversed(path))
    assert parse(say(world, line)) == parse(*xml_of(world, cmd))


def test_the_clock_is_the_same_text() -> None:
    world = standing(load("healthy").world())
    text, _result = xml_of(world, "<show><clock></clock></show>")
    asked_at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    assert clock.parse(text, asked_at) == clock.parse(say(world, "show clock"), asked_at)


@pytest.mark.parametrize(("switch", "state"), [("autoneg", "down(autoneg)"), ("autoneg_twice", "down((autoneg))")])
def test_the_table_says_why_an_interface_is_down(switch: str, state: str) -> None:
    world = load("service_route_interface_down", {"switches": {"interface_down": switch}}).world()
    _text, result = xml_of(world, "<show><interface>all</interface></show>")
    entries = interfaces.parse("", result).entries
    assert [entry.state for entry in entries] == ["down", "up"]
    found = interfaces.parse(say(world, INTERFACE)).entries
    assert found == (replace(entries[0], state=state), entries[1])
