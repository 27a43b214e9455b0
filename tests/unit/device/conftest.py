# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.tests.unit.device.servers import (
    ApiServer,
    Certificate,
    Cli,
    SshServer,
    certificate,
)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Certificate]:
    folder = tmp_path_factory.mktemp("pki")
    ca = certificate(folder, "ca", authority=True)
    return {
        "ca": ca,
        "good": certificate(folder, "good", ca, ("127.0.0.1", "localhost")),
        "other_name": certificate(folder, "other-name", ca, ("fw.example.com",)),
        "expired": certificate(folder, "expired", ca, ("127.0.0.1",), expired=True),
        "self_signed": certificate(folder, "self-signed", None, ("127.0.0.1",)),
    }


@pytest.fixture
def make_server(pki: dict[str, Certificate]) -> Iterator[Callable[[str], ApiServer]]:
    servers: list[ApiServer] = []

    def make(name: str = "good") -> ApiServer:
        servers.append(ApiServer(pki[name]))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


@pytest.fixture
def server(make_server: Callable[[str], ApiServer]) -> ApiServer:
    return make_server("good")


@pytest.fixture
def params(pki: dict[str, Certificate]) -> Callable[..., dict[str, Any]]:
    """A module's parameters for a server: an API key, and the tests' CA."""

    def make(server: ApiServer, **changes: Any) -> dict[str, Any]:
        provider = {"ip_address": "127.0.0.1", "port": server.port, "api_key": "THE-api-KEY-1"}
        provider.update(changes.pop("provider", {}))
        provider = {name: value for name, value in provider.items() if value is not None}
        return {"provider": provider, "ca_path": str(pki["ca"].file), "timeout": 5, **changes}

    return make


@pytest.fixture
def options(params: Callable[..., dict[str, Any]]) -> Callable[..., ConnectionOptions]:
    return lambda server, **changes: ConnectionOptions.from_params(params(server, **changes))


@pytest.fixture
def cli() -> Cli:
    return Cli()


@pytest.fixture
def ssh_server(cli: Cli) -> Iterator[SshServer]:
    server = SshServer(cli)
    yield server
    server.close()


@pytest.fixture
def known_hosts(tmp_path: Path, ssh_server: SshServer) -> str:
    file = tmp_path / "known_hosts"
    file.write_text(ssh_server.known_hosts_line())
    return str(file)


@pytest.fixture
def ssh_params(ssh_server: SshServer, known_hosts: str, cli: Cli) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": ssh_server.port,
        "username": cli.user,
        "password": cli.password,
        "known_hosts": known_hosts,
    }
