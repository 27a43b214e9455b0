# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a device answers, a parser gives a value or says that it does not understand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    cloud_status,
    commit_state,
    connection_history,
    decryption,
    device_certificate,
    devsrv_log,
    high_availability,
    interfaces,
    licenses,
    netstat,
    ping,
    route_source,
    service_route,
    siblings,
    software_status,
    system_log,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import system_info as device
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import EVIDENCE_NAMES, ServiceRoute
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import (
    CERTIFICATE,
    CONNECTED,
    FULL,
    NETSTAT,
    NOW,
    PING,
    FakeDevice,
)

Parser = Callable[[str, Element], Any]
BY_INTERFACE = ServiceRoute("undetermined", "ethernet1/8.81", configured_source="$v")

PARSERS: dict[str, Parser] = {
    "clock": lambda text, _result: clock.parse(text, NOW),
    "cloud_status": cloud_status.parse,
    "jobs": commit_state.parse_jobs,
    "jobs_text": lambda text, _result: commit_state.parse_jobs(text),
    "pending": lambda text, _result: commit_state.parse_pending(text),
    "decryption": lambda _text, result: decryption.parse(result, result, result),
    "device": device.parse,
    "device_certificate": device_certificate.parse,
    "devsrv_log": lambda text, _result: devsrv_log.with_offset(devsrv_log.parse([text, text]), -43200),
    "high_availability": high_availability.parse,
    "interfaces": interfaces.parse,
    "licenses": licenses.parse,
    "netstat": lambda text, _result: netstat.parse(text, ("34.120.110.215", "2001:db8::1"), "p.example", 8080),
    "ping": lambda text, _result: ping.parse(text, "host"),
    "service_route": lambda text, result: service_route.apply_destination_route(service_route.parse(result), text),
    "siblings": lambda text, _result: siblings.parse(text),
    "connection_history": lambda text, _result: connection_history.parse(text, ("34.120.110.215",), "10.1.5.254"),
    "route_source": lambda text, result: route_source.from_configured(
        route_source.from_interface(BY_INTERFACE, interfaces.parse(text, result)), result
    ),
    "software_status": lambda text, _result: software_status.parse(text),
    "system_log": lambda text, result: system_log.with_offset(system_log.parse(text, result), 50400),
    "system_log_text": lambda text, _result: system_log.with_offset(system_log.parse(text), 50400),
}

# Pieces of real answers, so that the examples get past the first line of a parser.
PIECES = [
    *CONNECTED.splitlines(),
    *CERTIFICATE.splitlines(),
    *NETSTAT.splitlines(),
    *PING.splitlines(),
    "0001-01-01 00:00:00.000 +1400 Error: pan_mlav_x(a.c:1): curl error: x",
    "9999-12-31 23:59:59.999 -1200 Error: pan_mlav_x(a.c:1): Server resp code[500], msglen[1], msg:",
    "2023-08-28 13:36:24.605 -9999 Error: verify_cb(a.c:1): Failed to validate x509 cert from ctx: (20) x",
    "2023-08-28 13:36:24.605 mlav force_reconnect is true",
    "2023/08/08 16:07:21 high tls tls-X50 0 MLAV Server certificate validation failed. Reason: x",
    "9999/12/31 23:59:59 high general general 0 MLAV: Unknown error.",
    "9999/12/31 23:59:59 23:59:59 1 Commit FIN OK 00:00:01",
    "Fri Dec 31 23:59:59 UTC 9999",
    "Group 1:\n  State: active\nPeer Information:\n  State: ",
    "License entry:\nFeature: x\nExpired?: ",
    "Process devsrvr running (pid: 99999999999999)",
    "uptime: 99999999 days, 0:00:00\nhostname: x",
    "Cloud connection : not connected",
    "total configured logical interfaces: 7",
    "                                        10.10.10.1/29",
    "ethernet1/8.81   300   3    ZONE_TECH  vr:vrf01   81     192.0.2.17/27",
]
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=60), max_size=8).map("\n".join)

TAGS = [
    *["system", "route", "service", "destination", "source", "address", "interface", "member", "entry", "rules"],
    *["rulebase", "decryption", "ssl-decrypt", "ssl-exclude-cert", "log", "logs", "opaque", "time_generated", "job"],
    *["type", "tenq", "tfin", "progress", "id", "hw", "ifnet", "name", "ip", "enabled", "group", "local-info", "state"],
    *["licenses", "feature", "expired", "validity", "cloud-connection", "high_res_timestamp", "details", "line"],
]


@st.composite
def elements(draw: st.DrawFn) -> Element:
    root = Element("result")
    nodes = [root]
    for _number in range(draw(st.integers(0, 12))):
        names = {"name": draw(st.sampled_from(["paloalto-networks-services", "vsys1", "34.120.110.215", ""]))}
        node = SubElement(draw(st.sampled_from(nodes)), draw(st.sampled_from(TAGS)), names)
        node.text = draw(st.none() | st.sampled_from(["yes", "any", "MGT", "10.1.5.254/24", "$v"]) | TEXT)
        nodes.append(node)
    return root


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=80, deadline=None)
@given(text=TEXT, result=elements())
def test_no_parser_crashes(name: str, text: str, result: Element) -> None:
    with contextlib.suppress(Unrecognized):
        encode(PARSERS[name](text, result))


@settings(max_examples=40, deadline=None)
@given(answers=st.lists(TEXT.filter(lambda text: not text.startswith("<")), min_size=len(FULL), max_size=len(FULL)))
def test_no_session_crashes_or_calls_itself_connected(answers: list[str]) -> None:
    found = gather(
        FakeDevice(dict(zip(FULL, answers, strict=True))), "fw", GatherOptions(now=lambda: NOW, sleep=lambda _s: None)
    )
    problems = [getattr(found, name).problem for name in EVIDENCE_NAMES]
    assert "crash" not in {problem.kind for problem in problems if problem is not None}
    status = found.cloud_status.value
    assert status is None or status.state != "connected" or "Cloud connection: connected" in answers[1]
