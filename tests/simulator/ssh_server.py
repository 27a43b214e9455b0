# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SSH door of a firewall: who may come in, and with which host key."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from .ssh_shell import Shell
from .world import World

# Without ChaCha20-Poly1305, which asyncssh prefers: each of its packets costs seven times the CPU of AES-GCM.
CIPHERS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
QUESTION = "Do you accept and acknowledge the statement above ? (yes/no) : "


class _Door(asyncssh.SSHServer):
    """Authentication as PAN-OS offers it; a legal banner turns plain password authentication off."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.access = world.access
        self.accepted = not world.access.banner

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return self.access.ssh in ("password", "key") and not self.access.banner

    def validate_password(self, username: str, password: str) -> bool:
        admin = self.world.admin(username)
        return admin is not None and admin.cli and admin.password == password

    def public_key_auth_supported(self) -> bool:
        return self.access.ssh == "key"

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        admin = self.world.admin(username)
        if admin is None or not admin.cli or not admin.public_key:
            return False
        return bool(asyncssh.import_public_key(admin.public_key) == key)

    def kbdint_auth_supported(self) -> bool:
        return self.access.ssh in ("password", "keyboard_interactive")

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        if not self.accepted:
            return "", "Authorised users only.", "", [(QUESTION, True)]
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        answer = responses[0] if len(responses) == 1 else ""
        if not self.accepted:
            self.accepted = answer == "yes"
            return self.get_kbdint_challenge(username, "", "") if self.accepted else False
        return self.validate_password(username, answer)


@dataclass
class SshServer:
    """The SSH listener of one firewall."""

    world: World
    address: str = "127.0.0.1"
    port: int = 0
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    _acceptor: asyncssh.SSHAcceptor | None = None

    async def start(self) -> None:
        """Listen on a port that the system chooses."""
        self._acceptor = await asyncssh.listen(
            self.address,
            0,
            server_factory=lambda: _Door(self.world),
            server_host_keys=[self.key],
            process_factory=self._session,
            line_editor=False,
            encoding="utf-8",
            encryption_algs=CIPHERS,
            login_timeout=20,
            server_version="OpenSSH_8.0",
        )
        self.port = int(self._acceptor.get_port())

    async def stop(self) -> None:
        """Close the listener."""
        if self._acceptor is not None:
            self._acceptor.close()

    async def _session(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self.world.statistics.ssh_sessions += 1
        with contextlib.suppress(OSError, asyncssh.Error):
            await Shell(self.world, process).run()
        process.exit(0)

    def known_hosts_lines(self, host: str) -> list[str]:
        """What known_hosts holds for this firewall; the scenario may want a wrong key or none."""
        kind = self.world.faults.ssh_host_key
        if kind == "unknown":
            return []
        key = asyncssh.generate_private_key("ssh-ed25519") if kind == "changed" else self.key
        return [f"[{host}]:{self.port} {key.export_public_key().decode().strip()}\n"]
