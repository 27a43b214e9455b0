# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH connection to the firewall: host key verified, authenticated, with a shell.

asyncssh does the protocol; its event loop runs only within these calls, so that every one of them has a total limit.
Source: netmiko for the ways of authentication and the questions that PAN-OS asks on the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    ExpectedFailure,
    InvalidOption,
    MissingLibrary,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.known_hosts import KnownHosts
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline, connect
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

T = TypeVar("T")

TERMINAL_WIDTH = 500
_TERMINAL_HEIGHT = 1000
_CLOSING_SECONDS = 1.0

try:
    import asyncssh
except ImportError as error:
    _IMPORT_ERROR: ImportError | None = error
else:
    _IMPORT_ERROR = None

    class _Client(asyncssh.SSHClient):
        """Answers the questions of a login. Each credential is given once: PAN-OS locks accounts that fail often."""

        def __init__(self, options: SshOptions) -> None:
            self._options = options
            self._password_given = False
            self.presented: asyncssh.SSHKey | None = None
            self.banner_refused = False
            self.unforeseen: str | None = None

        def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
            self.presented = key
            return False

        def kbdint_auth_requested(self) -> str | None:
            return None if self._options.password is None or self._password_given else ""

        def kbdint_challenge_received(
            self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
        ) -> list[str] | None:
            answers: list[str] = []
            for prompt, _echo in prompts:
                answer = self._answer(prompt)
                if answer is None:
                    # Whatever else could be tried would be one more failed attempt.
                    self._password_given = True
                    return None
                answers.append(answer)
            return answers

        def password_auth_requested(self) -> str | None:
            if self._password_given:
                return None
            self._password_given = True
            return self._options.password

        def _answer(self, prompt: str) -> str | None:
            if "do you accept" in prompt.lower():
                self.banner_refused = not self._options.accept_banner
                return "yes" if self._options.accept_banner else None
            if "ssword" in prompt and not self._password_given:
                self._password_given = True
                return self._options.password
            if "ssword" not in prompt:
                self.unforeseen = prompt
            return None

    class _Session(asyncssh.SSHClientSession[bytes]):
        """Collects what the shell prints."""

        def __init__(self) -> None:
            self.received = bytearray()
            self.ended = False
            self.news = asyncio.Event()

        def data_received(self, data: bytes, datatype: int | None) -> None:
            self.received += data
            self.news.set()

        def eof_received(self) -> bool:
            self.ended = True
            self.news.set()
            return False

        def connection_lost(self, exc: Exception | None) -> None:
            self.ended = True
            self.news.set()


class SshShell:
    """An interactive shell on the firewall. Opens at once.

    Not for use in a thread that runs an event loop.

    Raises:
        MissingLibrary: asyncssh is not installed.
        HostKeyFailure: the host key is unknown, has changed or is revoked.
        AuthenticationFailure: no credentials were accepted, or a question was not foreseen.
        Unreachable, CallTimeout: no connection.
        InvalidOption: a key file or the known hosts cannot be used.
    """

    def __init__(self, options: SshOptions, deadline: Deadline) -> None:
        if _IMPORT_ERROR is not None:
            raise MissingLibrary(
                f"the Python library asyncssh is needed for SSH and cannot be imported: {_IMPORT_ERROR}",
                remedy="pip install 'asyncssh[bcrypt]'",
            )
        # What cannot be read is found before anything is sent.
        keys = [load_key(options)] if options.key_file is not None else []
        known = KnownHosts(options) if options.host_key_checking else None
        sock = connect(options.host, options.port, deadline)
        self._connection: asyncssh.SSHClientConnection | None = None
        self._loop = asyncio.new_event_loop()
        try:
            sock.setblocking(False)
            self._within(self._open(options, deadline, keys, known, sock), deadline)
        except BaseException:
            self.close()
            sock.close()
            raise

    async def _open(
        self,
        options: SshOptions,
        deadline: Deadline,
        keys: list[asyncssh.SSHKey],
        known: KnownHosts | None,
        sock: socket.socket,
    ) -> None:
        client = _Client(options)
        try:
            self._connection = await asyncssh.connect(
                options.host,
                options.port,
                sock=sock,
                config=None,
                known_hosts=None if known is None else known.match,
                server_host_key_algs=() if known is None else known.preferred_algorithms,
                # First what the Terrapin attack cannot touch; a server that has neither still gets all the others.
                encryption_algs="^aes256-gcm@openssh.com,aes128-gcm@openssh.com",
                x509_trusted_certs=None,
                username=options.username,
                client_keys=keys or None,
                agent_path=None,
                gss_host=None,
                preferred_auth=("publickey", "keyboard-interactive", "password"),
                client_factory=lambda: client,
                login_timeout=deadline.remaining(),
            )
            session = _Session()
            self._channel, _same = await self._connection.create_session(
                lambda: session, term_type="vt100", term_size=(TERMINAL_WIDTH, _TERMINAL_HEIGHT), encoding=None
            )
            self._session = session
        except asyncssh.HostKeyNotVerifiable as error:
            if known is None:  # pragma: no cover - nothing is verified then
                raise
            raise known.failure(client.presented, str(error)) from error
        except asyncssh.PermissionDenied as error:
            raise _not_accepted(options, client, str(error)) from error
        except ExpectedFailure:
            raise
        except Exception as error:
            # Not only asyncssh.Error: what a hostile server sends makes its decoding raise almost anything.
            deadline.remaining()
            raise Unreachable(
                f"cannot open an SSH session with {options.host} port {options.port}: "
                f"{excerpt(str(error)) or type(error).__name__}",
                remedy=f"Check that {options.option}.port is the SSH port of the management interface, and that SSH is "
                "permitted.",
            ) from error

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Sends all of ``data``, a line.

        Raises:
            CallTimeout: the deadline passed.
            Unreachable: the connection has ended.
        """
        deadline.remaining()
        if self._session.ended:
            raise Unreachable("the firewall closed the SSH connection")
        self._channel.write(data)

    def receive(self, seconds: float) -> bytes | None:
        """What came, None where nothing came within ``seconds``, and an empty value at the end of the connection."""
        session = self._session
        if not session.received and not session.ended:
            session.news.clear()
            try:
                self._loop.run_until_complete(asyncio.wait_for(session.news.wait(), seconds))
            except asyncio.TimeoutError:
                return None
        data = bytes(session.received)
        session.received.clear()
        return data

    def close(self) -> None:
        """Ends the connection."""
        if self._loop.is_closed():
            return
        if self._connection is not None:
            self._connection.abort()
        with contextlib.suppress(Exception):
            self._loop.run_until_complete(asyncio.wait_for(self._ended(), _CLOSING_SECONDS))
        self._loop.close()

    async def _ended(self) -> None:
        if self._connection is not None:
            await self._connection.wait_closed()
        # Tasks of the library that still have to see the end.
        await asyncio.sleep(0)

    def _within(self, work: Awaitable[T], deadline: Deadline) -> T:
        try:
            return self._loop.run_until_complete(asyncio.wait_for(work, deadline.remaining()))
        except asyncio.TimeoutError:
            raise deadline.exceeded() from None


def load_key(options: SshOptions) -> asyncssh.SSHKey:
    """The private key of ``key_file``. Raises InvalidOption where it cannot be used."""
    path = str(options.key_file)
    try:
        return asyncssh.read_private_key(path, options.key_passphrase)
    except OSError as error:
        raise InvalidOption(
            f"option {options.option}.key_file is {path!r}: expected a readable file, got {error.strerror!r}"
        ) from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise InvalidOption(
            f"option {options.option}.key_file is {path!r}: expected a private key (Ed25519, ECDSA or RSA), with its "
            f"passphrase in {options.option}.key_passphrase if it has one, got {excerpt(str(error))!r}"
        ) from error


def _not_accepted(options: SshOptions, client: _Client, reason: str) -> AuthenticationFailure:
    name = options.option
    if client.banner_refused:
        return AuthenticationFailure(
            f"the SSH login banner must be accepted: expected {name}.accept_banner: true, got false",
            remedy=f"Log in manually once and read the banner. If you accept it, set {name}.accept_banner: true.",
        )
    if client.unforeseen is not None:
        return AuthenticationFailure(
            f"the firewall asks {excerpt(client.unforeseen)!r} at the SSH login, which is not supported",
            remedy=f"Use an account that logs in with a password alone, or {name}.key_file.",
        )
    given = [name for name, value in (("key_file", options.key_file), ("password", options.password)) if value]
    return AuthenticationFailure(
        f"SSH login as {options.username!r} with {' and '.join(given)} failed: {excerpt(reason)}",
        remedy=f"Check {name}.username and {name}.password (by default those of provider), or {name}.key_file.",
    )
