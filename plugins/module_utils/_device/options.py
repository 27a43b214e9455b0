# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a connection, checked: provider, TLS and SSH, from the plain parameters of a module."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption

DEFAULT_TIMEOUT = 30.0
MAX_TIMEOUT = 3600.0

SERIAL = re.compile(r"[A-Za-z0-9-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9_:]([A-Za-z0-9._:%-]*[A-Za-z0-9_.])?")


@dataclass(frozen=True)
class SshOptions:
    """How to reach the firewall's CLI.

    Attributes:
        port: 1-65535.
        known_hosts: a path with ``~`` resolved.
        option: where all this was given, for messages.
    """

    host: str
    username: str
    port: int = 22
    password: str | None = field(default=None, repr=False)
    key_file: str | None = None
    key_passphrase: str | None = field(default=None, repr=False)
    known_hosts: str = "~/.ssh/known_hosts"
    host_key_checking: bool = True
    accept_banner: bool = False
    option: str = "ssh"


@dataclass(frozen=True)
class ConnectionOptions:
    """How to reach one firewall, directly or through Panorama (``serial_number``).

    Attributes:
        api_key: used as it is; without it, ``username`` and ``password`` get one.
        ca_path: file or folder of trusted CA certificates, in place of the system's.
        cert_fingerprint: SHA-256 of the certificate itself as 64 lower-case hex digits, in place of CA verification.
        timeout: seconds for one call.
        ssh: None where SSH may not be used.
        option: where address and credentials were given, for messages.
        beside: what stands before the names of the other options, for messages.
    """

    host: str
    port: int = 443
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    serial_number: str | None = None
    validate_certs: bool = True
    ca_path: str | None = None
    cert_fingerprint: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    ssh: SshOptions | None = None
    option: str = "provider"
    beside: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any], option: str = "provider", beside: str = "") -> ConnectionOptions:
        """Builds the options from a module's parameters (None means: not given).

        Args:
            params: the parameters.
            option, beside: see the attributes of these names.

        Raises:
            InvalidOption: naming the option, its value (secrets excepted) and what would be right.
        """
        provider = _mapping(option, params.get("provider"))
        username = _string(f"{option}.username", provider.get("username"))
        password = _string(f"{option}.password", provider.get("password"), secret=True)
        api_key = _string(f"{option}.api_key", provider.get("api_key"), secret=True)
        if api_key is None and (username is None or password is None):
            raise InvalidOption(
                f"option {option} has no usable credentials: expected api_key, or username and password, "
                f"got {_given(provider, ('api_key', 'username', 'password'))}"
            )
        if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
            raise InvalidOption(f"option {option}.api_key cannot be sent: expected printable ASCII")
        host = _host(f"{option}.ip_address", provider.get("ip_address"))
        serial_number = _serial(f"{option}.serial_number", provider.get("serial_number"))
        return cls(
            host=host,
            port=_port(f"{option}.port", provider.get("port"), 443),
            username=username,
            password=password,
            api_key=api_key,
            serial_number=serial_number,
            validate_certs=_boolean(f"{beside}validate_certs", params.get("validate_certs"), True),
            ca_path=_existing(
                f"{beside}ca_path", params.get("ca_path"), "an existing file or folder", "nothing", Path.exists
            ),
            cert_fingerprint=_fingerprint(f"{beside}cert_fingerprint", params.get("cert_fingerprint")),
            timeout=_timeout(f"{beside}timeout", params.get("timeout")),
            ssh=_ssh(f"{beside}ssh", params.get("ssh"), option, None if serial_number else host, username, password),
            option=option,
            beside=beside,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret in these options, for redaction."""
        found = [self.password, self.api_key]
        if self.ssh is not None:
            found += [self.ssh.password, self.ssh.key_passphrase]
        return tuple(secret for secret in found if secret)


def _ssh(
    name: str, value: Any, provider: str, host: str | None, username: str | None, password: str | None
) -> SshOptions | None:
    """Host, user name and password are those of the option ``provider``."""
    if value is None:
        return None
    ssh = _mapping(name, value)
    user = _string(f"{name}.username", ssh.get("username")) or username
    if user is None:
        raise InvalidOption(
            f"option {name}.username is missing, and so is {provider}.username: expected a user name in one of them"
        )
    own_password = _string(f"{name}.password", ssh.get("password"), secret=True) or password
    key_file = _existing(f"{name}.key_file", ssh.get("key_file"), "an existing file", "none", Path.is_file)
    if own_password is None and key_file is None:
        raise InvalidOption(
            f"option {name} has no credentials: expected {name}.password, {provider}.password or {name}.key_file"
        )
    if host is None and not ssh.get("host"):
        raise InvalidOption(
            f"option {name}.host is missing: expected the firewall's own address, since with {provider}.serial_number "
            f"{provider}.ip_address is that of Panorama"
        )
    known_hosts = _string(f"{name}.known_hosts", ssh.get("known_hosts")) or SshOptions.known_hosts
    return SshOptions(
        host=_host(f"{name}.host", ssh.get("host") or host),
        port=_port(f"{name}.port", ssh.get("port"), 22),
        username=user,
        password=own_password,
        key_file=key_file,
        key_passphrase=_string(f"{name}.key_passphrase", ssh.get("key_passphrase"), secret=True),
        known_hosts=str(_path(f"{name}.known_hosts", known_hosts)),
        host_key_checking=_boolean(f"{name}.host_key_checking", ssh.get("host_key_checking"), True),
        accept_banner=_boolean(f"{name}.accept_banner", ssh.get("accept_banner"), False),
        option=name,
    )


def _given(values: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(name for name in names if values.get(name)) or "none of them"


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        # The value may hold a password in a shape that was not expected, so only its type is told.
        raise InvalidOption(f"option {name} cannot be used: expected a dictionary, got {type(value).__name__}")
    return value


def _string(name: str, value: Any, secret: bool = False) -> str | None:
    """An empty string is the same as none: AWX passes empty strings for unset credential fields."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        shown = "cannot be used" if secret else f"is {value!r}"
        raise InvalidOption(f"option {name} {shown}: expected a string, got {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError:
        # Bytes of the environment in another encoding.
        raise InvalidOption(f"option {name} cannot be sent: expected text in UTF-8, got other bytes") from None
    return value


def _host(name: str, value: Any) -> str:
    host = _string(name, value)
    if host is None:
        raise InvalidOption(f"option {name} is missing: expected a host name or an IP address")
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise InvalidOption(
            f"option {name} is {host!r}: expected a host name or an IP address, without scheme, path or port"
        )
    return host


def _port(name: str, value: Any, default: int) -> int:
    if value is None:
        return default
    port = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise InvalidOption(f"option {name} is {value!r}: expected a number from 1 to 65535")
    return port


def _boolean(name: str, value: Any, default: bool) -> bool:
    if value is None:
        return default
    if not isinstance(value, bool):
        raise InvalidOption(f"option {name} is {value!r}: expected true or false")
    return value


def _timeout(name: str, value: Any) -> float:
    if value is None:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(value) if not isinstance(value, bool) else 0.0
    except (OverflowError, TypeError, ValueError):
        seconds = 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise InvalidOption(f"option {name} is {value!r}: expected seconds, above 0 and up to {MAX_TIMEOUT:.0f}")
    return seconds


def _serial(name: str, value: Any) -> str | None:
    serial = _string(name, value)
    if serial is not None and not SERIAL.fullmatch(serial):
        raise InvalidOption(f"option {name} is {serial!r}: expected the serial number of a firewall, as a string")
    return serial


def _path(name: str, given: str) -> Path:
    """``~`` is resolved."""
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise InvalidOption(f"option {name} is {given!r}: expected a path, got {str(error)!r}") from error


def _existing(name: str, value: Any, expected: str, absent: str, exists: Callable[[Path], bool]) -> str | None:
    given = _string(name, value)
    if given is None:
        return None
    path = _path(name, given)
    try:
        actual = None if exists(path) else absent
    except OSError as error:
        actual = error.strerror or str(error)
    if actual is not None:
        raise InvalidOption(f"option {name} is {str(path)!r}: expected {expected}, got {actual}")
    return str(path)


def _fingerprint(name: str, value: Any) -> str | None:
    given = _string(name, value)
    if given is None:
        return None
    digits = re.sub(r"^sha-?256[:=]\s*", "", given.strip(), flags=re.IGNORECASE).replace(":", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise InvalidOption(f"option {name} is {given!r}: expected SHA-256, 64 hex digits with or without colons")
    return digits
