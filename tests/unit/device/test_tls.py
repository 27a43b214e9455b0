# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, TlsFailure
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.tls import context_for
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.tests.unit.device.servers import ApiServer, Certificate, listening

Options = Callable[..., ConnectionOptions]
MakeServer = Callable[[str], ApiServer]


def ask(options: ConnectionOptions) -> str:
    return XmlApi(options).op("<show><clock></clock></show>").text


def test_a_certificate_of_the_ca_is_good(server: ApiServer, options: Options) -> None:
    assert ask(options(server)) == "ok"


def test_a_folder_of_certificates(
    server: ApiServer, options: Options, pki: dict[str, Certificate], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("no certificate")
    (tmp_path / "b.crt").write_bytes("# Größe\n".encode("latin-1") + pki["ca"].file.read_bytes())
    assert ask(options(server, ca_path=str(tmp_path))) == "ok"


def test_a_firewalls_own_certificate_may_be_the_trusted_one(
    make_server: MakeServer, options: Options, pki: dict[str, Certificate]
) -> None:
    assert ask(options(make_server("self_signed"), ca_path=str(pki["self_signed"].file))) == "ok"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("self_signed", "self-signed certificate"),
        ("expired", "certificate has expired"),
        ("other_name", "IP address mismatch, certificate is not valid for '127.0.0.1'"),
    ],
)
def test_a_certificate_that_does_not_verify(make_server: MakeServer, options: Options, name: str, reason: str) -> None:
    server = make_server(name)
    with pytest.raises(TlsFailure) as caught:
        ask(options(server))
    for told in (reason, "ca_path", "validate_certs", "cert_fingerprint"):
        assert told in caught.value.message
    assert server.requests == []


def test_options_are_named_as_they_were_given(
    make_server: MakeServer, options: Options, pki: dict[str, Certificate], tmp_path: Path
) -> None:
    given = replace(options(make_server("self_signed")), beside="decryption_connection.")
    with pytest.raises(TlsFailure) as caught:
        ask(given)
    for told in (caught.value.message, caught.value.remedy):
        for name in ("ca_path", "cert_fingerprint", "validate_certs"):
            assert told.count(f"decryption_connection.{name}") == told.count(name)
    with pytest.raises(TlsFailure) as caught:
        ask(replace(given, cert_fingerprint=pki["good"].fingerprint))
    assert "set decryption_connection.cert_fingerprint to it" in caught.value.remedy
    with pytest.raises(InvalidOption, match=r"^option decryption_connection\.ca_path is .*got none$"):
        ask(replace(given, ca_path=str(tmp_path)))


def test_a_wrong_host_name(make_server: MakeServer, options: Options) -> None:
    with pytest.raises(TlsFailure, match="Hostname mismatch"):
        ask(options(make_server("other_name"), provider={"ip_address": "localhost"}))


def test_the_system_does_not_trust_the_tests_ca(server: ApiServer, options: Options) -> None:
    with pytest.raises(TlsFailure, match="issued by the system's CAs"):
        ask(options(server, ca_path=None))
    assert server.requests == []


def test_verification_can_be_given_up(make_server: MakeServer, options: Options) -> None:
    assert ask(options(make_server("expired"), validate_certs=False, ca_path=None)) == "ok"


@pytest.mark.parametrize("form", ["{}", "SHA256:{}", "sha-256={}", "colons"])
def test_a_pinned_certificate(
    make_server: MakeServer, options: Options, pki: dict[str, Certificate], form: str
) -> None:
    digits = pki["self_signed"].fingerprint
    colons = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    given = colons if form == "colons" else form.format(digits)
    assert ask(options(make_server("self_signed"), ca_path=None, cert_fingerprint=given)) == "ok"


@pytest.mark.parametrize("validate", [True, False])
def test_another_certificate_than_the_pinned_one(
    server: ApiServer, options: Options, pki: dict[str, Certificate], validate: bool
) -> None:
    pinned = pki["self_signed"].fingerprint
    with pytest.raises(TlsFailure, match=f"expected SHA256:{pinned}, got SHA256:{pki['good'].fingerprint}"):
        ask(options(server, cert_fingerprint=pinned, validate_certs=validate))
    assert server.requests == []


def test_a_port_without_tls(server: ApiServer, options: Options) -> None:
    def answer(connection: Any) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    with listening(answer) as port, pytest.raises(TlsFailure, match=f"port {port} failed"):
        ask(options(server, provider={"port": port}))


def test_contexts_are_shared(server: ApiServer, options: Options) -> None:
    for changes in ({}, {"ca_path": None}, {"validate_certs": False}):
        assert context_for(options(server, **changes)) is context_for(options(server, **changes))
    assert context_for(options(server)) is not context_for(options(server, ca_path=None))


@pytest.mark.parametrize(
    "content",
    ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ids=["empty", "text", "bad"],
)
def test_a_ca_path_without_certificates(server: ApiServer, options: Options, tmp_path: Path, content: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(content)
    with pytest.raises(InvalidOption, match=r"option ca_path is .*ca\.pem"):
        ask(options(server, ca_path=str(file)))


def test_a_folder_of_certificates_that_cannot_be_listed(
    server: ApiServer, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(InvalidOption, match=r"option ca_path is .*, got Permission denied"):
        ask(options(server, ca_path=str(tmp_path)))
