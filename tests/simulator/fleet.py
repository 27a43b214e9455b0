# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet: firewalls that listen on this machine, and the files that lead to them."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from . import yaml_text
from .api_export import export
from .certificates import Authority
from .http_server import HttpServer
from .parts import Admin, ScenarioError, is_panorama, merge
from .scenario import FLEETS, PANORAMA, Scenario, load, panorama_scenario
from .snapshot import Snapshot
from .ssh_server import SshServer
from .world import World
from .xml_api import XmlApi

HOST = "127.0.0.1"


@dataclass
class FleetEntry:
    """One line of a fleet file. `variables` are further ones of the host in the inventory; port 0 is a free one."""

    name: str
    scenario: Scenario
    panorama: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    address: str = HOST
    port: int = 0


@dataclass
class Firewall:
    """One running firewall and what a client needs to reach it."""

    name: str
    scenario: Scenario
    world: World
    address: str
    api_port: int
    ssh_port: int | None
    ca_path: Path
    known_hosts: Path
    key_file: Path
    panorama: Firewall | None = None
    managed: list[Firewall] = field(default_factory=list)
    servers: list[HttpServer | SshServer] = field(default_factory=list)
    listed_password: str = ""
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def admin(self) -> Admin:
        """The administrator whom the inventory uses."""
        name = self.world.access.admin
        return next(a for a in self.world.spec.admins if a.name == name)

    @property
    def username(self) -> str:
        """The administrator's name."""
        return self.admin.name

    @property
    def password(self) -> str:
        """The password in the inventory; wrong when the scenario says so."""
        return self.listed_password or self.admin.password

    @property
    def api_key(self) -> str:
        """The administrator's API key."""
        return self.admin.api_key

    @property
    def serial(self) -> str:
        """The serial number."""
        return self.world.spec.serial

    @property
    def expect(self) -> dict[str, Any]:
        """What a diagnosis should find."""
        return self.scenario.expect

    def provider(self) -> dict[str, Any]:
        """Connection options for the XML API."""
        front = self.panorama or self
        result: dict[str, Any] = {"ip_address": front.address, "port": front.api_port}
        if front.world.access.api == "key":
            result["api_key"] = front.api_key
        else:
            result.update(username=front.username, password=front.password)
        if self.panorama is not None:
            result["serial_number"] = self.serial
        return result

    def ssh(self) -> dict[str, Any] | None:
        """Connection options for SSH, or None where it is not offered."""
        access = self.world.access
        if self.ssh_port is None or access.ssh == "none":
            return None
        result: dict[str, Any] = {
            "host": self.address,
            "port": self.ssh_port,
            "username": self.username,
            "known_hosts": str(self.known_hosts),
        }
        if access.ssh == "key":
            result["key_file"] = str(self.key_file)
        else:
            result["password"] = self.password
        if access.banner:
            result["accept_banner"] = True
        return result

    def host_vars(self) -> dict[str, Any]:
        """The host's variables in the inventory."""
        result: dict[str, Any] = {
            "ansible_connection": "local",
            "mlav_provider": self.provider(),
            "mlav_ca_path": str(self.ca_path),
        }
        ssh = self.ssh()
        if ssh is not None:
            result["mlav_ssh"] = ssh
        return {**result, **self.variables}

    def statistics(self) -> dict[str, Any]:
        """What this firewall was asked so far."""
        return dataclasses.asdict(self.world.statistics)

    def snapshot(self) -> Snapshot:
        """The state that a change could change, to be compared."""
        return self.world.snapshot()

    def describe(self) -> dict[str, Any]:
        """The firewall's entry in fleet.json."""
        return {
            "name": self.name,
            "scenario": self.scenario.name,
            "expect": self.expect,
            "vars": self.variables,
            "address": self.address,
            "api_port": self.api_port,
            "ssh_port": self.ssh_port,
            "username": self.username,
            "password": self.password,
            "api_key": self.api_key,
            "serial": self.serial,
            "panorama": self.panorama.name if self.panorama else None,
            "managed": [m.name for m in self.managed],
        }


def read_fleet(path: str | Path) -> list[FleetEntry]:
    """The entries of a fleet file."""
    file = Path(path)
    if not file.is_file():
        file = FLEETS / f"{file.stem}.yml"
    data = yaml_text.load(file.read_text(encoding="utf-8"))
    try:
        return [entry for item in data["firewalls"] for entry in entries_of(item)]
    except ScenarioError as error:
        raise ScenarioError(f"{file.name}: {error}") from None


def entries_of(item: dict[str, Any], default_name: str = "") -> list[FleetEntry]:
    """What one item of a fleet's list means: one firewall, or `count` of them."""
    unknown = set(item) - {"name", "scenario", "panorama", "count", "changes", "vars", "expect", "address", "port"}
    if unknown:
        raise ScenarioError(f"unknown {sorted(unknown)}")
    changes = merge(item.get("changes", {}), {"expect": item["expect"]} if "expect" in item else {})
    scenario = load(item["scenario"], changes)
    name, count = item.get("name", default_name), int(item.get("count", 0))
    names = [f"{name}-{n:04d}" for n in range(1, count + 1)] if count else [name]
    first = ipaddress.ip_address(item["address"]) if "address" in item else None
    return [
        FleetEntry(
            name,
            scenario,
            item.get("panorama", ""),
            item.get("vars", {}),
            str(first + index) if first else HOST,
            int(item.get("port", 0)),
        )
        for index, name in enumerate(names)
    ]


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def inventory_source(panoramas: Sequence[Firewall]) -> dict[str, Any]:
    """A source of the inventory plugin; every firewall listens on a port of its own, so all are reached through it."""
    entries = [{"name": p.name, **p.provider(), "ca_path": str(p.ca_path)} for p in panoramas]
    return {"plugin": "panops.mlav.panorama", "panoramas": entries, "reach": "panorama"}


class Fleet:
    """Starts and stops the firewalls of a list of entries."""

    def __init__(self, entries: list[FleetEntry], directory: Path) -> None:
        self.entries = entries
        self.directory = directory
        self.authority = Authority()
        self.firewalls: dict[str, Firewall] = {}
        self._known_hosts: list[str] = []

    @property
    def ca_path(self) -> Path:
        """The certificate authority's file."""
        return self.directory / "ca.pem"

    @property
    def known_hosts(self) -> Path:
        """The SSH host keys."""
        return self.directory / "known_hosts"

    async def start(self) -> None:
        """Start everything and write the files."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca_path.write_bytes(self.authority.pem())
        key = asyncssh.generate_private_key("ssh-ed25519")
        key_file = self.directory / "id_ed25519"
        key_file.touch(mode=0o600)
        key_file.write_bytes(key.export_private_key())
        public = key.export_public_key().decode()
        named = {entry.name for entry in self.entries}
        fronts = [name for name in dict.fromkeys(e.panorama for e in self.entries) if name and name not in named]
        entries = [FleetEntry(name, panorama_scenario()) for name in fronts] + self.entries
        # A Panorama first, so that its firewalls find it.
        for entry in sorted(entries, key=lambda entry: entry.scenario.name != PANORAMA):
            await self._start_one(entry, key_file, public)
        for firewall in self.firewalls.values():
            neighbour = self.firewalls.get(firewall.world.path.decrypting_firewall)
            firewall.world.neighbour = neighbour.world if neighbour is not None else None
        self.known_hosts.write_text("".join(self._known_hosts), encoding="utf-8")
        self._write_files()

    async def stop(self) -> None:
        """Stop everything."""
        for firewall in self.firewalls.values():
            for server in firewall.servers:
                await server.stop()

    async def _start_one(self, entry: FleetEntry, key_file: Path, public: str) -> None:
        world = entry.scenario.world(entry.name)
        for admin in world.spec.admins:
            admin.public_key = admin.public_key or public
        firewall = Firewall(
            name=entry.name,
            scenario=entry.scenario,
            world=world,
            address=entry.address,
            api_port=entry.port,
            ssh_port=None,
            ca_path=self.ca_path,
            known_hosts=self.known_hosts,
            key_file=key_file,
            listed_password=secrets.token_urlsafe(9) if world.faults.wrong_password else "",
            variables=entry.variables,
        )
        await self._start_servers(firewall)
        if entry.panorama:
            front = self.firewalls[entry.panorama]
            firewall.panorama = front
            front.managed.append(firewall)
            front.world.manage(world)
        self.firewalls[entry.name] = firewall

    async def _start_servers(self, firewall: Firewall) -> None:
        world = firewall.world
        if world.faults.unreachable:
            firewall.api_port = closed_port()
            firewall.ssh_port = closed_port() if world.access.ssh != "none" else None
            return
        context = self.authority.server_context(firewall.name, world.faults.certificate, firewall.address)
        api = HttpServer(XmlApi(world, export=export), context, firewall.address, firewall.api_port)
        await api.start()
        firewall.api_port = api.port
        firewall.servers.append(api)
        if world.access.ssh == "none":
            return
        if world.faults.ssh_closed:
            firewall.ssh_port = closed_port()
            return
        ssh = SshServer(world, firewall.address)
        await ssh.start()
        firewall.servers.append(ssh)
        firewall.ssh_port = ssh.port
        self._known_hosts += ssh.known_hosts_lines(firewall.address)

    def _write_files(self) -> None:
        fronts = [f for f in self.firewalls.values() if is_panorama(f.world.spec)]
        listed = [f for f in self.firewalls.values() if f not in fronts]
        inventory = {
            "all": {"children": {"firewalls": {"hosts": {f.name: f.host_vars() for f in listed}}}},
        }
        files = {
            "inventory.yml": yaml_text.dump(inventory),
            "fleet.json": json.dumps([f.describe() for f in self.firewalls.values()], indent=2) + "\n",
        }
        if fronts:
            files["panorama.yml"] = yaml_text.dump(inventory_source(fronts))
        for name, text in files.items():
            path = self.directory / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
        self.write_statistics()

    def write_statistics(self) -> None:
        """Write what every firewall was asked so far."""
        text = json.dumps({name: f.statistics() for name, f in self.firewalls.items()}, indent=1)
        temporary = self.directory / "statistics.json.new"
        temporary.write_text(text + "\n", encoding="utf-8")
        temporary.replace(self.directory / "statistics.json")
