# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pan-os-python over our session. Run with the lowest and the newest supported versions of pan-os-python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("panos", reason="pan-os-python is not installed")

from panos.device import SslDecrypt, SslDecryptExcludeCert
from panos.errors import PanDeviceError
from panos.firewall import Firewall, FirewallCommit

from ansible_collections.panops.mlav.plugins.module_utils._device import panos_library
from ansible_collections.panops.mlav.plugins.module_utils._device.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    DeviceBusy,
    DeviceError,
    MalformedAnswer,
    MissingLibrary,
    PermissionFailure,
    TlsFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.plugins.module_utils._device.panos_library import library_errors
from ansible_collections.panops.mlav.tests.unit.device.servers import KEY, ApiServer, Reply, Request

Options = Callable[..., ConnectionOptions]

SYSTEM = (
    "<response status='success'><result><system><hostname>fw-lon-1</hostname><model>PA-850</model>"
    "<serial>123456789</serial><sw-version>10.1.14-h9</sw-version><app-version>8868-8828</app-version>"
    "<multi-vsys>off</multi-vsys><operational-mode>normal</operational-mode></system></result></response>"
)
EXCLUSIONS = (
    "<response status='success' code='19'><result total-count='1' count='1'><ssl-exclude-cert>"
    "<entry name='*.paloaltonetworks.com'><exclude>yes</exclude><description>MLAV cloud</description></entry>"
    "</ssl-exclude-cert></result></response>"
)
NO_NODE = "<response status='error'><msg><line>No such node</line></msg></response>"
QUEUED = (
    "<response status='success' code='19'><result><msg><line>Commit job enqueued with jobid 4</line></msg>"
    "<job>4</job></result></response>"
)
FINISHED = (
    "<response status='success'><result><job><tenq>2021/07/21 14:33:55</tenq><id>4</id><user>admin</user>"
    "<type>Commit</type><status>FIN</status><result>OK</result><tfin>14:34:20</tfin><progress>100</progress>"
    "<details><line>Configuration committed successfully</line></details><warnings/></job></result></response>"
)
DONE = "<response status='success' code='20'><msg>command succeeded</msg></response>"


def firewall_script(request: Request) -> str:
    fields = request.fields
    if fields["type"] == "commit":
        return QUEUED
    if fields["type"] == "config":
        return EXCLUSIONS if fields["action"] in {"get", "show"} else DONE
    return FINISHED if "<jobs>" in fields["cmd"] else SYSTEM


def test_reads_changes_and_commits_go_over_one_verified_connection(server: ApiServer, options: Options) -> None:
    server.script = firewall_script
    api = XmlApi(options(server, provider={"api_key": None, "username": "admin", "password": "pass-W0rd"}))
    firewall = api.firewall
    assert isinstance(firewall, Firewall)

    info = firewall.refresh_system_info()
    assert (info.version, info.platform, info.serial) == ("10.1.14-h9", "PA-850", "123456789")

    firewall.vsys = "shared"
    decrypt = SslDecrypt()
    firewall.add(decrypt)
    found = SslDecryptExcludeCert.refreshall(decrypt)
    assert [(entry.name, entry.exclude, entry.description) for entry in found] == [
        ("*.paloaltonetworks.com", True, "MLAV cloud")
    ]
    assert server.requests[-1].fields["xpath"] == "/config/shared/ssl-decrypt/ssl-exclude-cert"

    assert firewall.op("show system info").findtext(".//hostname") == "fw-lon-1"

    added = SslDecryptExcludeCert("*.example.com", description="d", exclude=True)
    decrypt.add(added)
    added.create()
    assert server.requests[-1].fields["action"] == "set"
    assert "*.example.com" in server.requests[-1].fields["element"]

    result = firewall.commit(cmd=FirewallCommit(description="d", force=True), sync=True, exception=True)
    assert result["success"] is True
    commit = next(request for request in server.requests if request.fields["type"] == "commit")
    assert commit.fields["cmd"] == "<commit><description>d</description><force /></commit>"

    assert (server.connections, api.handshakes) == (1, 1)
    assert [request.fields["type"] for request in server.requests].count("keygen") == 1
    for request in server.requests[1:]:
        assert request.headers["x-pan-key"] == KEY
        assert not {"key", "user", "password"} & request.fields.keys()
        assert request.path == "/api/"


def test_the_serial_number_of_the_options_is_the_target(server: ApiServer, options: Options) -> None:
    server.script = firewall_script
    firewall = XmlApi(options(server, provider={"serial_number": "0001"})).firewall
    firewall.refresh_system_info()
    SslDecrypt.refreshall(firewall)
    assert server.sent("target") == ["0001", "0001"]


def test_a_users_panrc_file_changes_nothing(
    server: ApiServer, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("hostname=evil.example", "port=1", "serial=666", "api_key=stolen", "api_username=u", "api_password=p")
    (tmp_path / ".panrc").write_text("\n".join(lines))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    server.script = firewall_script
    XmlApi(options(server)).firewall.refresh_system_info()
    (request,) = server.requests
    assert request.fields == {"type": "op", "cmd": "<show><system><info></info></system></show>"}
    assert request.headers["x-pan-key"] == "THE-api-KEY-1"


def test_the_library_never_holds_the_key(server: ApiServer, options: Options) -> None:
    server.script = firewall_script
    firewall = XmlApi(options(server)).firewall
    firewall.refresh_system_info()
    held = repr(vars(firewall)) + str(firewall.xapi) + repr(firewall.xapi.api_key)
    assert "THE-api-KEY-1" not in held
    # A renewed session is ours, too.
    firewall.update_connection_method()
    firewall.refresh_system_info()
    assert len(server.requests) == 2


def test_absent_nodes_are_the_librarys_to_read(server: ApiServer, options: Options) -> None:
    server.script = lambda request: NO_NODE if request.fields["type"] == "config" else SYSTEM
    assert list(SslDecrypt.refreshall(XmlApi(options(server)).firewall)) == []


def failing(code: str, text: str) -> Callable[[Request], str]:
    attribute = f" code='{code}'" if code else ""
    return lambda request: f"<response status='error'{attribute}><msg><line>{text}</line></msg></response>"


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("403", "Invalid Credential", AuthenticationFailure),
        ("22", "Session timed out", AuthenticationFailure),
        ("16", "Unauthorized request", PermissionFailure),
        ("", "Another commit/validate is in progress. Please try again later", DeviceBusy),
        ("", "Configuration is locked by admin", DeviceBusy),
        ("12", "something is wrong", DeviceError),
    ],
)
def test_errors_are_ours(
    server: ApiServer, options: Options, code: str, text: str, expected: type[DeviceError]
) -> None:
    server.script = failing(code, text)
    api = XmlApi(options(server))
    with pytest.raises(DeviceError) as caught, library_errors(api):
        api.firewall.commit(cmd=FirewallCommit(description="d"))
    assert type(caught.value) is expected
    assert text in caught.value.message or code == "22"


def test_errors_of_the_connection_are_ours_without_further_ado(
    make_server: Callable[[str], ApiServer], options: Options
) -> None:
    with pytest.raises(TlsFailure):
        XmlApi(options(make_server("self_signed"))).firewall.refresh_system_info()
    server = make_server("good")
    server.script = lambda request: "<!DOCTYPE r [<!ENTITY a 'b'>]><response status='success'>&a;</response>"
    with pytest.raises(MalformedAnswer):
        XmlApi(options(server)).firewall.refresh_system_info()
    server.script = lambda request: Reply(b"<html/>", 403)
    with pytest.raises(PermissionFailure):
        XmlApi(options(server)).firewall.refresh_system_info()


def test_a_job_that_takes_too_long(server: ApiServer, options: Options) -> None:
    server.script = lambda request: (
        QUEUED if request.fields["type"] == "commit" else FINISHED.replace("FIN<", "ACT<").replace("OK<", "PEND<")
    )
    api = XmlApi(options(server))
    api.firewall.timeout, api.firewall.interval = 1, 0.1
    with pytest.raises(CallTimeout), library_errors(api):
        api.firewall.commit(cmd=FirewallCommit(description="d"), sync=True, exception=True)


def test_nothing_of_the_libraries_is_changed(server: ApiServer, options: Options) -> None:
    import pan.xapi
    import panos.base

    server.script = firewall_script
    XmlApi(options(server)).firewall.refresh_system_info()
    for name in ("_PanXapi__api_request", "generate_xapi", "_panops_session"):
        owners = [owner for owner in (pan.xapi.PanXapi, panos.base.PanDevice, Firewall) if name in vars(owner)]
        assert all(vars(owner)[name].__module__ == owner.__module__ for owner in owners)


def test_without_the_library_its_name_is_told(
    server: ApiServer, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panos_library, "_IMPORT_ERROR", ImportError("No module named 'panos'"))
    with pytest.raises(MissingLibrary) as caught:
        _ = XmlApi(options(server)).firewall
    assert caught.value.remedy == "pip install pan-os-python"


def test_library_errors_lets_others_pass(server: ApiServer, options: Options) -> None:
    api: Any = XmlApi(options(server))
    with pytest.raises(ZeroDivisionError), library_errors(api):
        _ = 1 / 0
    with pytest.raises(DeviceError), library_errors(api):
        raise PanDeviceError("x")
