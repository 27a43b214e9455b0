# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a tech-support archive: every file, derived from a world.

Source of the layout: tbortolossi/tsf-anonymizer, TSF-GUIDE.md. Texts come from the handlers that the command line runs.
"""

from __future__ import annotations

import copy
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from . import cli_text, logs, ops_mlav
from .commands import CommandError, Request, from_cli
from .config_default import default_configuration
from .network import Outcome, bare
from .ops_system import pretty
from .parts import Admin, DecryptionRule, Interface, ServiceRoute, seconds
from .world import World

CLOUD_STATUS = "show mlav cloud-status"
# The commands whose answers the dump holds, in its order.
SECTIONS = (
    "show clock",
    "show clock more",
    "show system info",
    "request license info",
    "show system software status",
    "show interface all",
    "show high-availability all",
    "show jobs processed",
    "show ntp",
    "show panorama-status",
    "show url-cloud status",
    CLOUD_STATUS,
    "show device-certificate status",
)
FILES = (
    "cli",
    "system_log",
    "netstat",
    "devsrv",
    "devsrv_rotations",
    "dagger",
    "monitor",
    "running",
    "merged",
    "candidate",
    "ha_remote",
    "telemetry",
    "dataplane",
)
PARTS = frozenset((*SECTIONS, *FILES))
SAVED = "opt/pancfg/mgmt/saved-configs"
LOGS = "var/log/pan"


@dataclass(frozen=True)
class Member:
    """One file; `filler` is the size of one whose content is made up while it is written."""

    name: str
    data: bytes = b""
    filler: int = 0


def frozen(world: World) -> World:
    """The world at this moment, so that all parts of an archive show the same one."""
    world.refresh()
    at = world.now()
    still = copy.copy(world)
    still.now = lambda: at
    return still


def say(world: World, line: str) -> str | None:
    """What the command line answers; None where there is no such command. Faults of the doors do not reach it."""
    command, params = from_cli(line)
    try:
        return command.run(world, Request(command, Admin(), "ssh", params)).text
    except CommandError as error:
        return None if error.syntax else f"Server error : {error.text.strip()}\n"


def members(world: World, include: frozenset[str] = PARTS) -> Iterator[Member]:
    """The files of a frozen world's archive, without a prefix."""
    moment = logs.device_time(world.spec.clock, world.now())
    files: dict[str, Callable[[], Iterator[Member]]] = {
        "cli": lambda: _one(
            f"tmp/cli/techsupport_{world.spec.hostname}_{moment:%Y%m%d_%H%M}.txt", _cli(world, include)
        ),
        "system_log": lambda: _one("tmp/cli/logs/show_log_system.txt", _system_log(world).encode()),
        "netstat": lambda: _one("tmp/cli/logs/cli_netstat.txt", _netstat(world).encode()),
        "devsrv": lambda: _devsrv_live(world),
        "devsrv_rotations": lambda: _devsrv_rotations(world),
        "dagger": lambda: _one(f"{LOGS}/dagger.log", _dagger(moment)),
        "monitor": lambda: _one(f"{LOGS}/mp-monitor.log", _monitor(world).encode()),
        "running": lambda: _one(f"{SAVED}/running-config.xml", _saved(world.config.running)),
        "merged": lambda: _one(f"{SAVED}/.merged-running-config.xml", _saved(world.config.effective())),
        "candidate": lambda: _one(f"{SAVED}/techsupport-saved-currcfg.xml", _saved(world.config.candidate, marks=True)),
        "ha_remote": lambda: _one(f"{SAVED}/.ha-remote-rc.xml", _saved(_peer(world))),
        "telemetry": lambda: _one(f"{LOGS}/content_telemetry.log", _telemetry(world).encode()),
        "dataplane": lambda: _one("opt/var.dp0/log/pan/devsrv.log", _dataplane(world).encode()),
    }
    for part, make in files.items():
        if part in include:
            yield from make()


def _one(name: str, data: bytes) -> Iterator[Member]:
    yield Member(name, data)


# -- what the command line said
def _cli(world: World, include: frozenset[str]) -> bytes:
    texts: list[tuple[str, str]] = []
    for line in SECTIONS:
        if line in include and (text := _section(world, line)) is not None:
            texts.append((line, text))
        texts += _NOISE_AFTER.get(line, [])
    texts += [(f"debug dataplane internal statistics slot {n}", f"counter {n}: {n * 7919}\n") for n in range(1, 41)]
    # The description of a user, kept as the bytes that somebody once typed: not all of a dump is UTF-8.
    texts.append(
        (
            "show admins",
            "Admin  From        Client  Session-start  Idle-for\nren\xe9   192.0.2.99  Web     09:00:11       00:01s\n",
        )
    )
    return "".join(f"> {line}\n\n{text}\n\n" for line, text in texts).encode("latin-1", "replace")


def _section(world: World, line: str) -> str | None:
    if line == CLOUD_STATUS and world.switches.archive_status == "absent":
        return None
    return say(world, line)


def _system_log(world: World) -> str:
    """The whole log; the command line itself stops after some."""
    backward = world.switches.archive_system_log_order == "backward"
    return cli_text.system_log(sorted(world.events, key=lambda event: event.at, reverse=backward), world.spec.clock)


def _netstat(world: World) -> str:
    return say(world, "show netstat numeric-hosts yes numeric-ports yes") or ""


_NOISE_AFTER: dict[str, list[tuple[str, str]]] = {
    "show system info": [
        ("show system resources", "top - 10:15:00 up 98 days,  load average: 0.41, 0.52, 0.47\nTasks: 214 total\n"),
        (
            "show system disk-space",
            "Filesystem      Size  Used Avail Use% Mounted on\n/dev/root       6.9G  3.1G  3.5G  48% /\n",
        ),
    ],
    "show interface all": [
        (
            "show routing route",
            "flags: A:active, ?:loose, C:connect, H:host, S:static\n\nVIRTUAL ROUTER: default (id 1)\n",
        ),
        (
            "show session info",
            "target-dp: *.dp0\nNumber of sessions supported:  196606\nNumber of allocated sessions:  212\n",
        ),
        (
            "show counter global",
            "Global counters:\nElapsed time since last sampling: 12.031 seconds\n\n"
            "name                       value     rate severity  category  aspect    description\n"
            "pkt_recv               410882211     3108 info      packet    pktproc   Packets received\n"
            "flow_policy_deny           88123        2 drop      flow      session   Denied by policy\n\n"
            "Total counters shown: 2\n",
        ),
    ],
    "show device-certificate status": [
        ("show wildfire status", "Connection info:\n        Signature verification:        enable\n"),
        ("show vpn ike-sa", "There is no IKEv1 phase-1 SA found.\n"),
    ],
}


# -- logs
def _devsrv_live(world: World) -> Iterator[Member]:
    if world.switches.devsrv_log_content != "absent":
        yield Member(f"{LOGS}/{world.switches.devsrv_log}", _text(ops_mlav.log_lines(world, old=False), world))


def _devsrv_rotations(world: World) -> Iterator[Member]:
    """Generations of the same age, newest first; one without lines is not there."""
    switches = world.switches
    if switches.devsrv_log_content == "absent":
        return
    old = ops_mlav.log_lines(world, old=True)
    name = f"{LOGS}/{switches.devsrv_log}"
    if switches.archive_rotations == "old":
        if old:
            yield Member(f"{name}.old", _text(old, world))
        return
    age, most = seconds(switches.rotated_after), 2 if switches.archive_rotations == "numbered" else 3
    generations: dict[int, list[logs.Line]] = {}
    for line in old:
        generations.setdefault(min(most, int((world.now() - line.at) // age)), []).append(line)
    for number, (_age, lines) in enumerate(sorted(generations.items()), 1):
        data = _text(lines, world)
        if switches.archive_rotations == "gz" and number > 1:
            yield Member(f"{name}.{number}.gz", gzip.compress(data, mtime=int(world.now())))
        else:
            yield Member(f"{name}.{number}", data)


def _text(lines: list[logs.Line], world: World) -> bytes:
    switches = world.switches
    offset = {"yes": True, "no": False}.get(switches.archive_log_offset, switches.log_offset)
    return "".join(f"{line}\n" for line in logs.devsrv_text(lines, world.spec.clock, offset)).encode()


def _dagger(moment: datetime) -> bytes:
    stamp = f"{moment:%Y-%m-%d %H:%M:%S}.000"
    return (
        f'{stamp} OPCMD: handler "show mlav cloud-status"\n{stamp} finish handler\n'
        f'{stamp} OPCMD: handler "show system info"\n'
    ).encode() + b"\xff\xfe not text\n"


def _monitor(world: World) -> str:
    """The management plane looks at itself every ten minutes; the exact form of a real firewall is not published."""
    now, text = world.now(), ""
    address = world.outcome.destination or world.cloud_addresses[0]
    source = world.outcome.source or bare(world.spec.management.address)
    for age in range(12 * 3600, 0, -600):
        moment = logs.device_time(world.spec.clock, now - age)
        connected = next((state for begin, state in reversed(world.past) if begin <= now - age), True)
        session = f"tcp        0      0 {source}:40001        {address}:443         ESTABLISHED\n"
        text += f"{moment:%Y-%m-%d %H:%M:%S}.000 {moment:%z}  --- top\nload average: 0.41, 0.52, 0.47\n"
        text += f"{moment:%Y-%m-%d %H:%M:%S}.100 {moment:%z}  --- netstat\n"
        text += "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
        text += f"tcp        0      0 {source}:22        192.0.2.99:51514         ESTABLISHED\n"
        text += session if connected else ""
    return text


def _telemetry(world: World) -> str:
    return f"--- show system info ---\n{say(world, 'show system info')}\n--- end ---\n"


def _dataplane(world: World) -> str:
    """The log of another process with the same name: what stands in it must count for nothing."""
    now = world.now()
    outcome = Outcome("tls", detail="certificate is not yet valid", code=9)
    lines = [line for age in (900, 30) for line in logs.attempt_lines(outcome, now - age)]
    return "".join(f"{line}\n" for line in logs.devsrv_text(lines, world.spec.clock, True))


# -- configurations
def _saved(root: Element, marks: bool = False) -> bytes:
    return ('<?xml version="1.0"?>\n' + pretty(root, marks)).encode()


def _peer(world: World) -> Element:
    """The HA peer's configuration; it stays behind when high availability is switched off."""
    spec = copy.deepcopy(world.spec)
    spec.hostname = f"{spec.hostname}-peer"
    spec.interfaces.append(Interface("ethernet1/9", "198.18.0.9/24", "up", "peer"))
    spec.service_route = ServiceRoute("interface", "ethernet1/9", "198.18.0.9/24")
    spec.decryption_rules = [DecryptionRule("peer-decrypts")]
    spec.exclusions, spec.pending = [], []
    return default_configuration(spec).running
