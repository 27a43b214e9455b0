# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions, SshOptions

PROVIDER = {"ip_address": "192.0.2.7", "username": "admin", "password": "pass-W0rd"}


def build(**params: Any) -> ConnectionOptions:
    return ConnectionOptions.from_params({"provider": PROVIDER, **params})


def test_defaults() -> None:
    options = build()
    assert (options.host, options.port, options.timeout, options.validate_certs) == ("192.0.2.7", 443, 30.0, True)
    assert (options.ca_path, options.cert_fingerprint, options.serial_number, options.ssh) == (None, None, None, None)


def test_none_and_empty_strings_are_not_given() -> None:
    provider = {**PROVIDER, "api_key": "", "serial_number": "", "port": None}
    params = {"ca_path": "", "cert_fingerprint": None, "timeout": None, "validate_certs": None, "ssh": None}
    assert build(provider=provider, **params) == build()


def test_an_empty_ssh_means_ssh_with_the_providers_account() -> None:
    expected = SshOptions(
        "192.0.2.7", "admin", password="pass-W0rd", known_hosts=str(Path("~/.ssh/known_hosts").expanduser())
    )
    assert build(ssh={}).ssh == expected
    assert build(ssh=dict.fromkeys(("port", "host", "username", "password", "key_file"))).ssh == expected


def test_ssh_of_its_own(tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.touch()
    ssh = build(ssh={"host": "fw", "port": "2222", "username": "ops", "key_file": str(key), "accept_banner": True}).ssh
    assert ssh is not None
    assert (ssh.host, ssh.port, ssh.username, ssh.key_file, ssh.accept_banner) == ("fw", 2222, "ops", str(key), True)


def test_nothing_shows_a_secret(tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.touch()
    provider = {**PROVIDER, "api_key": "the-KEY"}
    options = build(
        provider=provider, ssh={"password": "ssh-PASS", "key_file": str(key), "key_passphrase": "the-PHRASE"}
    )
    secrets = {"pass-W0rd", "the-KEY", "ssh-PASS", "the-PHRASE"}
    assert set(options.secrets) == secrets
    for shown in (repr(options), str(options), f"{options.ssh}"):
        assert not [secret for secret in secrets if secret in shown]


INVALID: list[tuple[str, dict[str, Any], str]] = [
    ("provider", {"provider": None}, "dictionary"),
    ("provider", {"provider": "pass-W0rd"}, "dictionary"),
    ("provider", {"provider": {"ip_address": "x"}}, "api_key, or username and password"),
    ("provider", {"provider": {"ip_address": "x", "username": "admin"}}, "got username"),
    ("provider.ip_address", {"provider": {**PROVIDER, "ip_address": None}}, "host name"),
    ("provider.ip_address", {"provider": {**PROVIDER, "ip_address": "https://fw"}}, "without scheme"),
    ("provider.ip_address", {"provider": {**PROVIDER, "ip_address": "fw/api"}}, "without scheme"),
    ("provider.ip_address", {"provider": {**PROVIDER, "ip_address": "fw\r\nX: y"}}, "without scheme"),
    ("provider.ip_address", {"provider": {**PROVIDER, "ip_address": "-oProxy"}}, "without scheme"),
    ("provider.port", {"provider": {**PROVIDER, "port": 0}}, "1 to 65535"),
    ("provider.port", {"provider": {**PROVIDER, "port": "https"}}, "1 to 65535"),
    ("provider.port", {"provider": {**PROVIDER, "port": True}}, "1 to 65535"),
    ("provider.port", {"provider": {**PROVIDER, "port": "9" * 5000}}, "1 to 65535"),
    ("provider.api_key", {"provider": {**PROVIDER, "api_key": "secret\r\nX: y"}}, "printable"),
    ("provider.password", {"provider": {**PROVIDER, "password": 12345678}}, "string"),
    ("provider.serial_number", {"provider": {**PROVIDER, "serial_number": 12345}}, "string"),
    ("provider.serial_number", {"provider": {**PROVIDER, "serial_number": "1&type=x"}}, "serial number"),
    ("validate_certs", {"validate_certs": "maybe"}, "true or false"),
    ("ca_path", {"ca_path": "/no/such/file"}, "existing"),
    ("ca_path", {"ca_path": "~no-such-user/ca.pem"}, "home directory"),
    ("ca_path", {"ca_path": "a" * 300}, "existing"),
    ("cert_fingerprint", {"cert_fingerprint": "abcd"}, "64 hex"),
    ("cert_fingerprint", {"cert_fingerprint": "SHA1:" + "a" * 64}, "64 hex"),
    ("timeout", {"timeout": 0}, "seconds"),
    ("timeout", {"timeout": "soon"}, "seconds"),
    ("timeout", {"timeout": float("nan")}, "seconds"),
    ("timeout", {"timeout": 100000}, "3600"),
    ("timeout", {"timeout": 10**400}, "3600"),
    ("ssh", {"ssh": True}, "dictionary"),
    ("ssh.port", {"ssh": {"port": 70000}}, "65535"),
    ("ssh.host", {"ssh": {"host": "a b"}}, "host name"),
    ("ssh.host", {"provider": {**PROVIDER, "serial_number": "0001"}, "ssh": {}}, "Panorama"),
    ("ssh.key_file", {"ssh": {"key_file": "/no/such/key"}}, "existing file"),
    ("ssh.key_file", {"ssh": {"key_file": "a" * 300}}, "existing file"),
    ("ssh.known_hosts", {"ssh": {"known_hosts": "~no-such-user/known_hosts"}}, "home directory"),
    ("ssh.host_key_checking", {"ssh": {"host_key_checking": "no"}}, "true or false"),
    ("ssh.username", {"provider": {"ip_address": "x", "api_key": "k"}, "ssh": {"password": "p"}}, "user name"),
    ("ssh", {"provider": {"ip_address": "x", "api_key": "k"}, "ssh": {"username": "u"}}, "ssh.password"),
]


@pytest.mark.parametrize("where", ["", "decryption_connection."])
@pytest.mark.parametrize(("option", "params", "right"), INVALID)
def test_invalid_options_are_named(option: str, params: dict[str, Any], right: str, where: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        ConnectionOptions.from_params({"provider": PROVIDER, **params}, f"{where}provider", where)
    message = caught.value.message
    assert message.startswith(f"option {where}{option} ")
    assert right in message
    for secret in ("pass-W0rd", "12345678", "secret"):
        assert secret not in message
