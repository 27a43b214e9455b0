# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH connection to the firewall's CLI: host key verified, authenticated, with a shell.

Source: PANOS facts "SSH" for the ways of authentication and the questions that PAN-OS asks on the way.

This is a private module: it may change in any release.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    DeviceError,
    HostKeyFailure,
    InvalidOption,
    MissingLibrary,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.network import Deadline, connect
from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt

try:
    import paramiko
except ImportError as error:
    _IMPORT_ERROR: ImportError | None = error
else:
    _IMPORT_ERROR = None

# paramiko reports from a thread of its own; what matters reaches us as exceptions.
_LOG_CHANNEL = "panops.mlav.ssh"
logging.getLogger(_LOG_CHANNEL).addHandler(logging.NullHandler())

TERMINAL_WIDTH = 500
_TERMINAL_HEIGHT = 1000


class SshShell:
    """An interactive shell on the firewall."""

    def __init__(self, transport: paramiko.Transport, channel: paramiko.Channel) -> None:
        self._transport = transport
        self._channel = channel

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Sends all of ``data``.

        Raises:
            CallTimeout: the deadline passed.
            Unreachable: the connection has ended.
        """
        try:
            self._channel.settimeout(deadline.remaining())
            self._channel.sendall(data)
        except TimeoutError:
            raise deadline.exceeded() from None
        except OSError as error:
            raise Unreachable(f"the SSH connection has ended: {error}") from error

    def receive(self, seconds: float) -> bytes | None:
        """What came, None where nothing came within ``seconds``, and an empty value at the end of the connection."""
        try:
            self._channel.settimeout(seconds)
            return self._channel.recv(64 * 1024)
        except TimeoutError:
            return None
        except OSError:
            return b""

    def close(self) -> None:
        """Ends the connection."""
        self._transport.close()


def open_shell(options: SshOptions, deadline: Deadline) -> SshShell:
    """Connects, verifies the host key, authenticates and opens a shell.

    Raises:
        MissingLibrary: paramiko is not installed.
        HostKeyFailure: the host key is unknown or has changed.
        AuthenticationFailure: no credentials were accepted, or a question was not foreseen.
        Unreachable, CallTimeout: no connection.
    """
    if _IMPORT_ERROR is not None:
        raise MissingLibrary(
            f"the Python library paramiko is needed for SSH and cannot be imported: {_IMPORT_ERROR}",
            remedy="pip install paramiko",
        )
    # A key that cannot be read is found before anything is sent.
    key = _load_key(options) if options.key_file is not None else None
    known = _known_keys(options) if options.host_key_checking else None
    sock = connect(options.host, options.port, deadline)
    try:
        sock.settimeout(deadline.remaining())
        transport = paramiko.Transport(sock)
    except BaseException:
        sock.close()
        raise
    transport.set_log_channel(_LOG_CHANNEL)
    try:
        _negotiate(transport, options, known, deadline)
        _authenticate(transport, options, key, deadline)
        transport.channel_timeout = deadline.remaining()
        channel = transport.open_session(timeout=deadline.remaining())
        channel.settimeout(deadline.remaining())
        channel.get_pty(term="vt100", width=TERMINAL_WIDTH, height=_TERMINAL_HEIGHT)
        channel.invoke_shell()
    except (DeviceError, KeyboardInterrupt):
        transport.close()
        raise
    except (paramiko.SSHException, OSError, EOFError) as error:
        transport.close()
        deadline.remaining()
        raise Unreachable(
            f"no SSH session with {options.host} port {options.port}: {excerpt(str(error)) or type(error).__name__}",
            remedy="Check that ssh.port is the SSH port of the management interface, and that SSH is permitted there.",
        ) from error
    except BaseException:
        transport.close()
        raise
    return SshShell(transport, channel)


def _known_keys(options: SshOptions) -> dict[str, paramiko.PKey]:
    """The known keys of the host by their type; hashed and ``[host]:port`` entries included."""
    keys = paramiko.HostKeys()
    try:
        keys.load(options.known_hosts)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidOption(
            f"option ssh.known_hosts is {options.known_hosts!r}. Expected: a readable file. Actual: {error}."
        ) from error
    found = keys.lookup(_known_hosts_name(options))
    return {} if found is None else dict(found.items())


def _known_hosts_name(options: SshOptions) -> str:
    return options.host if options.port == 22 else f"[{options.host}]:{options.port}"


def _negotiate(
    transport: paramiko.Transport, options: SshOptions, known: dict[str, paramiko.PKey] | None, deadline: Deadline
) -> None:
    if known:
        # Ask for a key of a type that is known, so that a server with several keys presents the comparable one.
        offered = transport.get_security_options()
        names = [name for name in offered.key_types if _plain_type(name) in known]
        offered.key_types = [*names, *(name for name in offered.key_types if name not in names)]
    transport.banner_timeout = deadline.remaining()
    transport.handshake_timeout = deadline.remaining()
    transport.start_client(timeout=deadline.remaining())
    if known is None:
        return
    key = transport.get_remote_server_key()
    expected = known.get(key.get_name())
    if expected is not None and expected.asbytes() == key.asbytes():
        return
    name = _known_hosts_name(options)
    port = "" if options.port == 22 else f"-p {options.port} "
    shown = f"{key.get_name()} {key.fingerprint}"
    if not known:
        raise HostKeyFailure(
            f"the SSH host key of {name} is unknown. Expected: an entry in {options.known_hosts} (option "
            f"ssh.known_hosts). Actual: none there; the host presents {shown}.",
            remedy=f"Compare the fingerprint at the firewall's console, then: "
            f"ssh-keyscan {port}{options.host} >> {options.known_hosts}",
        )
    listed = ", ".join(sorted(f"{kind} {entry.fingerprint}" for kind, entry in known.items()))
    raise HostKeyFailure(
        f"the SSH host key of {name} has changed. Expected, from {options.known_hosts} (option ssh.known_hosts): "
        f"{listed}. Actual: {shown}.",
        remedy="If the firewall was replaced or its key made anew, compare the fingerprint at its console, then: "
        f"ssh-keygen -R '{name}' -f {options.known_hosts}; ssh-keyscan {port}{options.host} >> {options.known_hosts}. "
        "Otherwise find out who answers in its place.",
    )


def _plain_type(algorithm: str) -> str:
    """RSA keys go by one name and sign by several."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm


def _load_key(options: SshOptions) -> paramiko.PKey:
    path = str(options.key_file)
    try:
        text = Path(path).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise InvalidOption(
            f"option ssh.key_file is {path!r}. Expected: a readable file. Actual: {error.strerror}."
        ) from error
    kinds: Sequence[Callable[..., paramiko.PKey]] = (
        paramiko.Ed25519Key.from_private_key_file,
        paramiko.ECDSAKey.from_private_key_file,
        paramiko.RSAKey.from_private_key_file,
    )
    for kind in kinds:
        try:
            return kind(path, password=options.key_passphrase)
        except paramiko.PasswordRequiredException:
            break
        except (paramiko.SSHException, ValueError, TypeError, IndexError):
            continue
    if "PRIVATE KEY" not in text:
        expected = "a private key file (Ed25519, ECDSA or RSA)"
    elif options.key_passphrase is None:
        expected = "a key without a passphrase, or its passphrase in ssh.key_passphrase"
    else:
        expected = "an Ed25519, ECDSA or RSA key that ssh.key_passphrase opens"
    raise InvalidOption(f"option ssh.key_file is {path!r}. Expected: {expected}. Actual: it cannot be opened.")


def _authenticate(
    transport: paramiko.Transport, options: SshOptions, key: paramiko.PKey | None, deadline: Deadline
) -> None:
    """Each kind of credentials is tried at most once: PAN-OS counts failed attempts and locks accounts."""
    offered = _offered(transport, options, deadline)
    tried: list[str] = []
    for method, attempt in _attempts(transport, options, key):
        if transport.is_authenticated():
            return
        if method not in offered or (method == "password" and "keyboard-interactive" in tried):
            continue
        tried.append(method)
        transport.auth_timeout = deadline.remaining()
        try:
            offered = attempt() or offered
        except paramiko.BadAuthenticationType as error:
            offered = list(error.allowed_types)
        except paramiko.AuthenticationException as error:
            deadline.remaining()
            if not transport.is_active():
                raise Unreachable(f"{options.host} cut the SSH connection while authenticating: {error}") from error
    if not transport.is_authenticated():
        raise AuthenticationFailure(
            f"SSH as {options.username!r} was not accepted. Tried: {', '.join(tried) or 'nothing'}. "
            f"The firewall takes: {', '.join(offered) or 'nothing'}.",
            remedy="Check ssh.username and ssh.password (by default those of provider), or ssh.key_file.",
        )


def _offered(transport: paramiko.Transport, options: SshOptions, deadline: Deadline) -> list[str]:
    transport.auth_timeout = deadline.remaining()
    try:
        transport.auth_none(options.username)
    except paramiko.BadAuthenticationType as error:
        return list(error.allowed_types)
    return []


def _attempts(
    transport: paramiko.Transport, options: SshOptions, key: paramiko.PKey | None
) -> list[tuple[str, Callable[[], list[str]]]]:
    attempts: list[tuple[str, Callable[[], list[str]]]] = []
    if key is not None:
        attempts.append(("publickey", lambda: transport.auth_publickey(options.username, key)))
    password = options.password
    if password is not None:
        questions = _Questions(password, options.accept_banner)

        def interactive() -> list[str]:
            try:
                return transport.auth_interactive(options.username, questions.answer)
            except paramiko.AuthenticationException:
                questions.explain()
                raise

        attempts.append(("keyboard-interactive", interactive))
        attempts.append(("password", lambda: transport.auth_password(options.username, password, fallback=False)))
    return attempts


class _Questions:
    """Answers what PAN-OS asks while authenticating; remembers what it would not answer."""

    def __init__(self, password: str, accept_banner: bool) -> None:
        self._password = password
        self._accept_banner = accept_banner
        self._banner_refused = False
        self._unforeseen: str | None = None

    def answer(self, _title: str, _instructions: str, questions: list[tuple[str, bool]]) -> list[str]:
        return [self._answer(question) for question, _echo in questions]

    def _answer(self, question: str) -> str:
        if "do you accept" in question.lower():
            self._banner_refused = not self._accept_banner
            return "yes" if self._accept_banner else "no"
        if "ssword" in question:
            return self._password
        self._unforeseen = question
        return ""

    def explain(self) -> None:
        """Raises the reason for a failure that lies in a question."""
        if self._banner_refused:
            raise AuthenticationFailure(
                "the firewall shows a banner and asks whether it is accepted. Expected: ssh.accept_banner: true. "
                "Actual: ssh.accept_banner: false.",
                remedy="Read the banner (log in by hand once); if you accept it, set ssh.accept_banner: true.",
            )
        if self._unforeseen is not None:
            raise AuthenticationFailure(
                f"the firewall asks {excerpt(self._unforeseen)!r} while authenticating, which is not foreseen",
                remedy="Use an account that logs in with a password alone, or ssh.key_file.",
            )
