# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts as the command line prints them; the API wraps some of the same texts."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .logs import Event, device_time
from .network import bare, cloud_addresses, route_for, source_problem
from .parts import Clock, Interface
from .world import World

SEVERITY = {"informational": "info"}


def cloud_status(world: World, word: str) -> str:
    """show mlav cloud-status."""
    return f"MLAV cloud\nCurrent cloud server: {world.cloud_server}\nCloud connection: {word}\n"


def clock(world: World, at: float) -> str:
    """show clock."""
    moment = device_time(world.spec.clock, at)
    return f"{moment:%a %b} {moment.day:>2} {moment:%H:%M:%S} {world.spec.clock.zone} {moment:%Y}\n"


def pairs(xml: str) -> str:
    """'tag: text' lines of a flat answer, as show system info prints them."""
    root = ET.fromstring(xml)
    return "".join(f"{e.tag}: {(e.text or '').strip()}\n" for e in root.iter() if len(e) == 0)


INTERFACE_DOWN = {"autoneg": "down(autoneg)", "autoneg_twice": "down((autoneg))", "plain": "down"}


def interfaces(world: World, found: list[Interface], tables: str = "hardware logical") -> str:
    """show interface all: the two tables of public recordings (networktocode/ntc-templates)."""
    text = ""
    if "hardware" in tables:
        fec = "/fec" if world.switches.interface_fec else ""
        text += f"total configured hardware interfaces: {len(found)}\n\n"
        text += f"{'name':<23} {'id':<5} {'speed/duplex/state' + fec:<29} mac address\n" + "-" * 80 + "\n"
        for number, interface in enumerate(found, 16):
            speed = "1000/full/up"
            if interface.state != "up":
                speed = f"ukn/ukn/{INTERFACE_DOWN[world.switches.interface_down]}"
            speed += "/auto" if fec else ""
            text += f"{interface.name:<23} {number:<5} {speed:<29} 00:1b:17:00:01:{number:02x}\n"
        text += "\naggregation groups: 0\n\n\n"
    if "logical" in tables:
        text += f"total configured logical interfaces: {len(found)}\n\n"
        text += f"{'name':<19} {'id':<5} {'vsys':<4} {'zone':<16} {'forwarding':<24} {'tag':<6} address\n"
        text += " ".join("-" * width for width in (19, 5, 4, 16, 24, 6, 18)) + "\n"
        for number, interface in enumerate(found, 16):
            text += f"{interface.name:<19} {number:<5} {1:<4} {interface.zone[:16]:<16} {'vr:default':<24} {0:<6} "
            text += f"{interface.address or 'N/A'}\n"
    return text


def netstat(world: World, listeners: bool = False) -> str:
    """show netstat numeric-hosts yes numeric-ports yes: listeners only when asked."""
    management = bare(world.spec.management.address)
    rows = [
        ("tcp", f"{management}:22", "192.0.2.99:51514", "ESTABLISHED"),
        ("tcp", "127.0.0.1:28869", "127.0.0.1:45212", "ESTABLISHED"),
        ("tcp", f"{management}:38122", "203.0.113.77:443", "ESTABLISHED"),
        ("tcp", f"{management}:51234", "203.0.113.80:443", "TIME_WAIT"),
        *_mlav_rows(world),
    ]
    if listeners:
        rows.insert(0, ("tcp", "0.0.0.0:443", "0.0.0.0:*", "LISTEN"))
    head = f"Active Internet connections ({'servers and established' if listeners else 'w/o servers'})\n"
    head += "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
    body = "".join(f"{p:<5}{0:>7}{0:>7} {local:<23} {foreign:<23} {state}\n" for p, local, foreign, state in rows)
    return head + body + "udp        0      0 127.0.0.1:514           127.0.0.1:41002         ESTABLISHED\n"


def _mlav_rows(world: World) -> list[tuple[str, str, str, str]]:
    outcome = world.outcome
    if (outcome.kind, outcome.detail) == ("proxy", "unreachable"):
        proxy = world.spec.proxy
        return [("tcp", f"{outcome.source}:{world.source_port}", f"{proxy.server}:{proxy.port}", "SYN_SENT")]
    if not outcome.destination or world.busy():
        return []
    proto = "tcp6" if ":" in outcome.destination else "tcp"
    local, foreign = f"{outcome.source}:{world.source_port}", f"{outcome.destination}:443"
    if outcome.connected:
        return [(proto, local, foreign, "ESTABLISHED")]
    if outcome.kind == "timeout":
        return [(proto, local, foreign, "SYN_SENT")]
    if outcome.kind in ("cut", "tls", "http", "client") and world.switches.netstat_leftovers:
        return [(proto, local, foreign, "TIME_WAIT")]
    return []


def ping(world: World, host: str, source: str, count: int) -> tuple[str, str]:
    """The answer of ping: what comes while it runs, and the statistics at its end."""
    spec, switches = world.spec, world.switches
    cloud = world.cloud_server
    if source and source_problem(spec, source):
        return ("ping: " if switches.ping_bind_prefix else "") + "bind: Cannot assign requested address\n", ""
    if host != cloud and not _is_address(host):
        return _name_unknown(switches.ping_name_unknown, host), ""
    if host == cloud and spec.dns.mode == "fails":
        return _name_unknown(switches.ping_name_unknown, host), ""
    address = cloud_addresses(spec)[0] if host == cloud else host
    if not source:
        route = route_for(spec, world.config.effective(), address)
        source_used = bare(spec.management.address) if route.management else route.address
    else:
        source_used = source
    if spec.path.routing == "network_unreachable":
        return "connect: Network is unreachable\n", ""
    return _packets(world, host, address, source_used if source else "", count)


def _packets(world: World, host: str, address: str, source: str, count: int) -> tuple[str, str]:
    path = world.spec.path
    size = "56 data bytes" if ":" in address else "56(84) bytes of data."
    text = f"PING {host} ({address}){f' from {source} :' if source else ''} {size}\n"
    name = f"{address}" if ":" in address else f"{host} ({address})" if host != address else address
    errors = ""
    received = 0
    if path.routing == "host_unreachable":
        gateway = source or bare(world.spec.management.address)
        text += "".join(f"From {gateway} icmp_seq={n} Destination Host Unreachable\n" for n in range(1, count + 1))
        errors = f" +{count} errors,"
    elif path.icmp == "answered":
        received = count
        text += "".join(f"64 bytes from {name}: icmp_seq={n} ttl=57 time=2.7{n % 10} ms\n" for n in range(1, count + 1))
    loss = round(100 * (count - received) / count)
    end = f"\n--- {host} ping statistics ---\n{count} packets transmitted, {received} received,{errors} "
    end += f"{loss}% packet loss, time {1000 * (count - 1) + 2}ms\n"
    end += "rtt min/avg/max/mdev = 2.701/2.750/2.790/0.021 ms\n\n" if received else "\n"
    return text, end


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit() or ":" in host


def _name_unknown(family: str, host: str) -> str:
    if family == "not_known":
        return f"ping: {host}: Name or service not known\n"
    if family == "temporary":
        return f"ping: {host}: Temporary failure in name resolution\n"
    return f"ping: unknown host {host}\n"


def system_log(events: list[Event], clock_of: Clock) -> str:
    """show log system: the event id is cut to seven characters, informational is info."""
    text = "Time                Severity Subtype Object EventID ID Description\n" + "=" * 79 + "\n"
    for event in events:
        moment = device_time(clock_of, event.at)
        severity = SEVERITY.get(event.severity, event.severity)
        text += f"{moment:%Y/%m/%d %H:%M:%S} {severity:<8} {event.subtype:<7} {event.object:<6} "
        text += f"{event.eventid[:7]:<7} {event.number}  {event.text}\n"
    return text


def system_log_csv(events: list[Event], clock_of: Clock, serial: str) -> str:
    """show log system csv-output equal yes."""
    text = "Domain,Receive Time,Serial #,Type,Threat/Content Type,Config Version,Generate Time,Virtual System,"
    text += "Event ID,Object,fmt,id,module,Severity,Description\n"
    for event in events:
        stamp = f"{device_time(clock_of, event.at):%Y/%m/%d %H:%M:%S}"
        text += f"1,{stamp},{serial},SYSTEM,{event.subtype},0,{stamp},,{event.eventid},{event.object},0,"
        text += f'{event.number},{event.module},{event.severity},"{event.text}"\n'
    return text


def high_availability(world: World) -> str:
    """show high-availability all of a pair, abridged (networktocode/ntc-templates)."""
    ha, spec = world.spec.ha, world.spec

    def unit(state: str) -> str:
        return f"    Version: 1\n    Mode: {ha.mode}\n    State: {state} (last 5 days)\n    Device Information:\n"

    return (
        f"Group 1: \n  Mode: {ha.mode}\n  Local Information:\n{unit(ha.state)}      Model: {spec.model}\n"
        f"      Management IPv4 Address: {spec.management.address}\n"
        f"    Version Information:\n      Build Release: {spec.sw_version}\n"
        "    State Synchronization: Complete; type: ethernet\n"
        f"  Peer Information:\n    Connection status: up\n{unit(ha.peer_state)}      Model: {spec.model}\n"
        "  Link Monitoring Information:\n    Enabled: yes\n    Failure condition: any\n"
        "  Configuration Synchronization:\n    Enabled: yes\n    Running Configuration: synchronized\n"
    )


def software_status(world: World) -> str:
    """show system software status: the device server is devsrvr."""
    style = world.switches.software_status
    text = "Slot 1, Role mp\n" + "-" * 60 + "\n"
    for name in ("all", "base", "batch", "gdb", "mgmt"):
        text += f"Group {name:<22} running\n"
    for name, pid in (("configd", 3061), ("devsrvr", world.pid), ("ikemgr", 3102), ("mgmtsrvr", 3077)):
        suffix = "" if style == "no_pid" else f" (pid: {pid})"
        if style == "start_time":
            since = world.started if name == "devsrvr" else world.now() - 8000000
            suffix += f" - started {device_time(world.spec.clock, since):%Y/%m/%d %H:%M:%S}"
        text += f"Process {name:<20} running{suffix}\n"
    return text


def device_certificate(world: World) -> str:
    """show device-certificate status."""
    now, day = world.now(), 86400
    status = world.spec.device_certificate.status
    zone = world.spec.clock.zone
    left = world.spec.device_certificate.days_left * day
    first, last = (-200 * day, -10 * day) if status == "Expired" else (left - 90 * day, left)

    def stamp(at: float) -> str:
        return f"{device_time(world.spec.clock, at):%Y/%m/%d %H:%M:%S} {zone}"

    text = f"Device Certificate information:\n\tCurrent device certificate status: {status}\n"
    if status == "Not found":
        return text
    text += f"\tNot valid before: {stamp(now + first)}\n\tNot valid after: {stamp(now + last)}\n"
    fetched = world.spec.device_certificate.last_fetched
    info = "Successfully fetched Device Certificate" if fetched == "success" else "Failed to fetch Device Certificate"
    text += f"\tLast fetched timestamp: {stamp(now + first + 700)}\n\tLast fetched status: {fetched}\n"
    return text + f"\tLast fetched info: {info}\n"
