# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every answer: written down by the simulator and read again it is the same, in whatever order and
however it is spaced; and what is read of a hostile one is bounded."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import fromstring

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.panops.mlav.plugins.module_utils._device.addresses import parse_address
from ansible_collections.panops.mlav.plugins.module_utils._evidence import (
    clock,
    cloud_status,
    devsrv_log,
    interfaces,
    licenses,
    netstat,
    ping,
    service_route,
    software_status,
    system_log,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import parsing as reading
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized, bounded
from ansible_collections.panops.mlav.plugins.module_utils._evidence.system_log import RELEVANT
from tests.simulator import cli_text, ops_mlav, ops_system  # noqa: F401  (they fill the command table)
from tests.simulator.commands import Reply, Request, from_cli
from tests.simulator.logs import Event, Line, attempt_lines, device_time, devsrv_text
from tests.simulator.network import Outcome
from tests.simulator.parts import Admin, Clock, WorldSpec, build
from tests.simulator.switches import Switches
from tests.simulator.world import World

few = settings(max_examples=40)

OFFSETS = st.sampled_from(["+0000", "-0400", "+0530", "+1400", "-1200"])
# 2000 to 2100
MOMENTS = st.integers(946684800, 4102444800)
ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6, network="2000::/3")
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True)
ZONES = st.from_regex(r"[+-][0-9]{2}:?[0-9]{2}|Z|UTC|[+-][0-9]{2}", fullmatch=True)
DATES = st.from_regex(
    r"[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,7})? ?([+-][0-9]{4})?",
    fullmatch=True,
)
TEXTS = ZONES | DATES | st.text(max_size=400) | st.text(alphabet="0123456789:/-+. \tTZUCGM%[]()\n", max_size=80)


def made(now: float = 1795428900.0, switches: dict[str, Any] | None = None, **firewall: Any) -> World:
    return World(build(WorldSpec, firewall), build(Switches, switches or {}), now=lambda: now)


def answered(world: World, line: str) -> Reply:
    command, params = from_cli(line)
    return command.run(world, Request(command, Admin(), "ssh", params))


def respaced(lines: list[str], data: st.DataObject) -> str:
    """The same words, with other spaces between them."""
    spaces = st.sampled_from([" ", "  ", "\t", "      "])
    return "\n".join(data.draw(spaces).join(line.split()) for line in lines)


# --- written by the simulator, read again ---


@few
@given(at=MOMENTS, offset=OFFSETS, skew=st.integers(-4000, 4000), day=st.booleans())
def test_a_clock(at: int, offset: str, skew: int, day: bool) -> None:
    shown = Clock(skew_s=skew, utc_offset=offset, zone=offset if day else "XYZ")
    found = clock.read(cli_text.clock(made(clock={"skew_s": skew, "utc_offset": offset, "zone": shown.zone}), at))
    assert found is not None
    assert found.local == device_time(shown, at).replace(tzinfo=None)
    assert found.offset == (device_time(shown, at).utcoffset() if day else None)


@few
@given(at=MOMENTS, skew=st.integers(-400, 400), quarter=st.integers(-48, 56))
def test_a_skew_of_minutes_is_told_whatever_the_time_zone(at: int, skew: int, quarter: int) -> None:
    asked_at = datetime.fromtimestamp(at, timezone.utc)
    offset = timedelta(minutes=15 * quarter)
    local = (asked_at + offset + timedelta(seconds=skew)).replace(tzinfo=None)
    assert clock.compare(local, asked_at, offset).skew_s == skew
    assert clock.compare(local, asked_at, None).skew_s == skew


@few
@given(word=st.sampled_from(["connected", "disconnected"]) | WORDS, shape=st.sampled_from(["text", "member", "tags"]))
def test_a_cloud_status(word: str, shape: str) -> None:
    reply = answered(
        made(switches={"cloud_connection_word": word, "cloud_status_shape": shape}), "show mlav cloud-status"
    )
    xml = fromstring(f"<result>{reply.xml}</result>") if reply.xml else None
    found = cloud_status.parse("".join(xml.itertext()) if xml is not None else reply.text, xml)
    known = word.lower() in ("connected", "disconnected")
    assert (found.state, found.raw_state) == ((word.lower(), None) if known else ("other", word))
    assert found.server == "ml.service.paloaltonetworks.com"


@few
@given(
    icmp=st.sampled_from(["answered", "dropped"]),
    routing=st.sampled_from(["ok", "network_unreachable", "host_unreachable"]),
    dns=st.sampled_from(["resolves", "fails"]),
    unknown=st.sampled_from(["unknown_host", "not_known", "temporary"]),
    address=ADDRESSES,
    count=st.integers(1, 100),
    source=st.sampled_from(["", "192.0.2.10", "198.18.0.1"]),
)
def test_a_ping(icmp: str, routing: str, dns: str, unknown: str, address: Any, count: int, source: str) -> None:
    six = address.version == 6
    cloud = {"addresses6" if six else "addresses": [str(address)]}
    world = made(
        switches={"ping_name_unknown": unknown},
        path={"icmp": icmp, "routing": routing, "ipv6": six},
        dns={"mode": dns},
        cloud=cloud,
    )
    text, end = cli_text.ping(world, world.cloud_server, source, count)
    found = ping.parse(text + end, world.cloud_server, source or None)
    if source == "198.18.0.1":
        assert found.outcome == "bind_failed"
    elif dns == "fails":
        assert (found.outcome, found.address) == ("unknown_host", None)
    elif routing == "network_unreachable":
        assert found.outcome == "network_unreachable"
    else:
        lost = "host_unreachable" if routing == "host_unreachable" else "lost"
        received = count if icmp == "answered" and routing == "ok" else 0
        assert found.outcome == ("answered" if received else lost)
        assert (found.address, found.transmitted, found.received) == (str(address), count, received)


ROWS = st.lists(
    st.tuples(ADDRESSES, st.integers(1, 65535), ADDRESSES, st.sampled_from([443, 443, 80, 65535])),
    min_size=1,
    max_size=8,
)
STATES = st.sampled_from(["ESTABLISHED", "SYN_SENT", "TIME_WAIT", "CLOSE_WAIT", "FIN_WAIT2"])


def bracketed(address: Any, dice: int) -> str:
    """An IPv6 address, with or without brackets around it."""
    return f"[{address}]" if address.version == 6 and dice % 2 else str(address)


@few
@given(rows=ROWS, states=st.lists(STATES, min_size=8, max_size=8), data=st.data())
def test_a_connection_table(rows: list[Any], states: list[str], data: st.DataObject) -> None:
    lines = [
        f"tcp        0      0 {local}:{port:<10} {bracketed(foreign, port)}:{to:<10} {state}"
        for (local, port, foreign, to), state in zip(rows, states, strict=False)
    ]
    wanted = (str(rows[0][2]),)
    found = netstat.parse("\n".join(lines), wanted)
    assert found.rows == len(rows)
    expected = Counter(
        (str(local), port, str(foreign), state)
        for (local, port, foreign, to), state in zip(rows, states, strict=False)
        if to == 443 and str(foreign) == wanted[0]
    )
    assert Counter((c.local_address, c.local_port, c.foreign_address, c.state) for c in found.connections) == expected
    other = netstat.parse(respaced(data.draw(st.permutations(lines)), data), wanted)
    assert (Counter(other.connections), other.rows) == (Counter(found.connections), found.rows)


EVENT_TEXTS = st.sampled_from(
    [
        "MLAV cloud error, all machine Learning engines stopped",
        "Reconnect to MLAV cloud, enable all machine Learning engines",
        "MLAV: Unknown error.",
        "MLAV: Expired Client Certificate.",
        "MLAV Server certificate validation failed. Dest Addr: a.example, Reason: certificate has expired",
        "PANDB: Unknown error.",
        "User admin logged in via Web from 192.0.2.99",
    ]
)
EVENTS = st.lists(
    st.builds(
        Event,
        at=MOMENTS,
        severity=st.sampled_from(["informational", "medium", "high", "critical"]),
        subtype=st.sampled_from(["general", "tls"]),
        eventid=st.sampled_from(["general", "tls-X509-validation-failed"]),
        text=EVENT_TEXTS,
    ),
    max_size=8,
    unique_by=lambda event: event.at,
)


@few
@given(events=EVENTS, offset=OFFSETS, data=st.data())
def test_a_system_log(events: list[Event], offset: str, data: st.DataObject) -> None:
    shown = Clock(utc_offset=offset)
    found = system_log.parse(cli_text.system_log(events, shown))
    expected = [
        (device_time(shown, event.at).replace(tzinfo=None), event.severity, event.text, event.eventid[:7])
        for event in sorted(events, key=lambda event: -event.at)
        if RELEVANT.matches(event.text)
    ]
    assert [(event.time, event.severity, event.text, event.event_id) for event in found.events] == expected
    assert system_log.parse(cli_text.system_log(data.draw(st.permutations(events)), shown)) == found


# libcurl's, of the texts that an attempt without an answer leaves.
CODES = {"dns": 6, "unreachable": 7, "timeout": 28, "refused": 7, "bind": 45, "client": 35}
OUTCOMES = st.builds(
    Outcome,
    kind=st.sampled_from(["dns", "unreachable", "timeout", "refused", "bind", "client"]),
) | st.builds(
    Outcome,
    kind=st.just("http"),
    code=st.sampled_from([400, 403, 404, 500, 503]),
    detail=st.sampled_from(["", "invalid flatbuffer request: invalid content version"]),
)


@few
@given(attempts=st.lists(st.tuples(MOMENTS, OUTCOMES), min_size=1, max_size=6), offset=OFFSETS, data=st.data())
def test_a_log_of_device_server(attempts: list[tuple[int, Outcome]], offset: str, data: st.DataObject) -> None:
    """However the log is spread over its rotations, and whether its lines tell their offset or another source does."""
    attempts = [
        (at + 1000 * place, outcome) for place, (at, outcome) in enumerate(sorted(attempts, key=lambda a: a[0]))
    ]
    shown = Clock(utc_offset=offset)
    files = ["\n".join(devsrv_text(attempt_lines(outcome, at), shown, True)) for at, outcome in attempts]
    whole = devsrv_log.parse(["\n".join(files)])
    counted = Counter((outcome.kind == "http", CODES.get(outcome.kind, outcome.code)) for _at, outcome in attempts)
    by_code: Counter[tuple[bool, int | None]] = Counter()
    for signature in whole.signatures:
        if signature.kind in ("curl", "http"):
            by_code[(signature.kind == "http", signature.code)] += signature.count
    assert by_code == counted
    newest = max(at for at, _outcome in attempts)
    assert whole.signatures[0].last is not None
    assert abs((whole.signatures[0].last - device_time(shown, newest)).total_seconds()) < 1
    assert devsrv_log.parse(data.draw(st.permutations(files))) == whole
    plain = ["\n".join(devsrv_text(attempt_lines(outcome, at), shown, False)) for at, outcome in attempts]
    assert whole.utc_offset_s is not None
    assert devsrv_log.with_offset(devsrv_log.parse(plain), whole.utc_offset_s).newest == whole.newest


@few
@given(
    features=st.lists(st.tuples(WORDS, st.sampled_from(["yes", "no"]), st.sampled_from(["Never", "August 05, 2030"]))),
)
def test_licences_say_the_same_as_text_and_as_xml(features: list[tuple[str, str, str]]) -> None:
    given = [{"feature": name, "expired": expired, "expires": expires} for name, expired, expires in features]
    reply = answered(made(licences=given), "request license info")
    found = licenses.parse("", fromstring(f"<result>{reply.xml}</result>"))
    assert [(entry.feature, entry.expired, entry.expires) for entry in found.entries] == [
        (name, expired == "yes", expires) for name, expired, expires in features
    ]
    if features:
        assert licenses.parse(reply.text) == found


@few
@given(
    held=st.lists(st.tuples(st.integers(1, 24), ADDRESSES, st.sampled_from(["up", "down"])), min_size=1, max_size=6),
    style=st.sampled_from(["autoneg", "autoneg_twice", "plain"]),
    fec=st.booleans(),
)
def test_interfaces_say_the_same_as_text_and_as_xml(held: list[Any], style: str, fec: bool) -> None:
    listed = [
        {"name": f"ethernet{slot}/{port}", "address": f"{address}/{24 if address.version == 4 else 64}", "state": state}
        for slot, (port, address, state) in enumerate(held, 1)
    ]
    world = made(switches={"interface_down": style, "interface_fec": fec}, interfaces=listed)
    reply = answered(world, "show interface all")
    found = interfaces.parse("", fromstring(f"<result>{reply.xml}</result>"))
    assert [entry.name for entry in found.entries] == [interface["name"] for interface in listed]
    text = interfaces.parse(reply.text)
    assert [(entry.name, entry.addresses) for entry in text.entries] == [
        (entry.name, entry.addresses) for entry in found.entries if entry.name
    ]
    down = [interface["name"] for interface in listed if interface["state"] == "down"]
    for told in (found, text):
        assert [entry.name for entry in told.entries if "down" in (entry.state or "")] == down


@few
@given(pid=st.integers(2, 99999), style=st.sampled_from(["pid", "start_time"]))
def test_the_state_of_processes(pid: int, style: str) -> None:
    world = made(switches={"software_status": style})
    world.pid = pid
    found = software_status.parse(cli_text.software_status(world))
    assert str(pid) in str(found)


@few
@given(data=st.data(), address=ADDRESSES, interface=st.sampled_from(["ethernet1/3", "loopback.7", "any", "MGT", ""]))
def test_a_service_route_among_others_in_any_order(data: st.DataObject, address: Any, interface: str) -> None:
    named = f"<interface>{interface}</interface>" if interface else ""
    source = f"<source>{named}<address>{address}/{24 if address.version == 4 else 64}</address></source>"
    entries = [
        f'<entry name="paloalto-networks-services">{source}</entry>',
        '<entry name="dns"><source><address>192.0.2.99/24</address></source></entry>',
        '<entry name="paloalto-networks-services-2"><source/></entry>',
    ]

    def read(order: list[str]) -> Any:
        text = f"<deviceconfig><system><route><service>{''.join(order)}</service></route></system></deviceconfig>"
        return service_route.parse(fromstring(text))

    found = read(entries)
    assert found.kind == ("management" if interface == "MGT" else "dataplane")
    assert found.source_address == str(address)
    assert found.interface == (interface if interface not in ("any", "MGT", "") else None)
    assert read(data.draw(st.permutations(entries))) == found


# --- anything at all ---


@settings(max_examples=150)
@given(text=TEXTS)
def test_small_readers_take_every_text(text: str) -> None:
    moment = reading.date_time(text)
    assert moment is None or moment.year in reading.YEARS
    offset = reading.zone_offset(text)
    assert offset is None or abs(offset) <= timedelta(hours=14)
    value = reading.number(text)
    assert value is None or 0 <= value < 10**18
    found = parse_address(text)
    assert found is None or "%" not in str(found)
    assert reading.yes_no(text) in (True, False, None)
    assert all(key == key.lower() and value for key, value in reading.pairs_of(text).items())
    assert "\n".join(reading.lines_of(text)) == text.replace("\r\n", "\n").removesuffix("\r")
    assert reading.without_prefix(text) is None or "/" not in str(reading.without_prefix(text))


@few
@given(at=MOMENTS, offset=OFFSETS, mark=st.sampled_from("/-"), between=st.sampled_from(" T"))
def test_a_date_is_read_as_it_was_written(at: int, offset: str, mark: str, between: str) -> None:
    moment = device_time(Clock(utc_offset=offset), at)
    written = moment.strftime(f"%Y{mark}%m{mark}%d{between}%H:%M:%S")
    assert reading.date_time(written) == moment.replace(tzinfo=None)
    assert reading.date_time(f"{written}.250 {offset}") == moment + timedelta(milliseconds=250)


LINE_PIECES = st.sampled_from(
    [
        *devsrv_text(attempt_lines(Outcome("tls", detail="x" * 900, code=20), 1795428900.0), Clock(), True),
        *devsrv_text(attempt_lines(Outcome("http", detail="y" * 6000, code=500), 1795428900.0), Clock(), True),
        "2023-08-28 13:36:24.605 Error: pan_mlav_x(a.c:1): ",
        "2023/08/08 16:07:21 high general general 0 MLAV: Reason - ",
        "\n",
    ]
)


@settings(max_examples=60)
@given(pieces=st.lists(LINE_PIECES | st.text(max_size=30), max_size=40), times=st.integers(1, 50))
def test_what_is_read_of_a_log_is_bounded(pieces: list[str], times: int) -> None:
    numbered = (piece + f" {number}\n" for number in range(times) for piece in pieces)
    text = "".join(itertools.islice(numbered, 400))
    with contextlib.suppress(Unrecognized):
        log = devsrv_log.parse([text, text])
        assert len(log.signatures) <= 120
        assert all(len(item.text) <= 220 and len(item.sample) <= 500 for item in log.signatures)
        assert log.lines <= 2 * (text.count("\n") + 1)
    with contextlib.suppress(Unrecognized):
        events = system_log.parse(text).events
        assert all(len(event.text) <= 512 for event in events)
        assert len(events) <= text.count("\n") + 1


@few
@given(errors=st.integers(1, 300), others=st.integers(0, 300))
def test_a_flood_of_errors_leaves_a_bounded_number_of_signatures(errors: int, others: int) -> None:
    lines = [f"curl error: {number}" for number in range(errors)] + [f"odd {number}" for number in range(others)]
    text = "\n".join(f"2026-11-23 10:15:00.000 Error: pan_mlav_x(a.c:1): {line}" for line in lines)
    kinds = Counter(signature.kind for signature in devsrv_log.parse([text]).signatures)
    assert kinds == Counter({"curl": min(errors, 100), "other": min(others, 20)})


@settings(max_examples=60)
@given(text=st.text(max_size=200), times=st.integers(0, 200), limit=st.integers(1, 400))
def test_a_raw_answer_is_bounded(text: str, times: int, limit: int) -> None:
    assert len(bounded(text * times, "first", limit)) <= limit + 50
    assert len(bounded(text * times, "last", limit)) <= limit + 50


@few
@given(lines=st.lists(st.builds(Line, at=MOMENTS, text=st.text(alphabet="ab :\t", max_size=30)), min_size=1))
def test_lines_without_mlav_leave_no_signature(lines: list[Line]) -> None:
    assert devsrv_log.parse(["\n".join(devsrv_text(lines, Clock(), True))]).signatures == ()
