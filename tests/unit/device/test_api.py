# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device import sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    ForeignAnswer,
    MalformedAnswer,
    Overloaded,
    OversizedAnswer,
    PermissionFailure,
    SessionFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    PUSHED_VALUES_MAY_BE_MISSING,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions
from ansible_collections.panops.mlav.tests.unit.device.servers import (
    KEY,
    NOT_STALLED_S,
    STALL_S,
    ApiServer,
    Reply,
    Request,
    listening,
)

Options = Callable[..., ConnectionOptions]
INFO = "<show><system><info></info></system></show>"
PASSWORD = {"api_key": None, "username": "admin", "password": "s3cr+t & <word>"}


def answering(server: ApiServer, reply: Reply | bytes | str) -> None:
    server.script = lambda request: reply


def error_of(server: ApiServer, options: Options, **changes: Any) -> ExpectedFailure:
    with pytest.raises(ExpectedFailure) as caught:
        XmlApi(options(server, **changes)).op(INFO)
    return caught.value


# --- the session ---


def test_one_handshake_for_many_requests_and_no_key_in_a_url(server: ApiServer, options: Options) -> None:
    api = XmlApi(options(server))
    for _ in range(5):
        assert api.op(INFO).text == "ok"
    api.close()
    assert (server.connections, api.handshakes, api.requests, len(server.requests)) == (1, 1, 5, 5)
    assert {request.path for request in server.requests} == {"/api/"}
    assert {request.headers["x-pan-key"] for request in server.requests} == {"THE-api-KEY-1"}
    assert server.requests[0].fields == {"type": "op", "cmd": INFO}


def test_a_password_gets_one_key(server: ApiServer, options: Options) -> None:
    api = XmlApi(options(server, provider=PASSWORD))
    api.op(INFO)
    api.op(INFO)
    assert [request.fields["type"] for request in server.requests] == ["keygen", "op", "op"]
    assert server.requests[0].fields == {"type": "keygen", "user": "admin", "password": "s3cr+t & <word>"}
    assert server.requests[1].headers["x-pan-key"] == KEY
    assert "password" not in server.requests[1].fields
    assert KEY not in api.redactor.redact(f"it is {KEY}.")


def test_a_serial_number_addresses_a_firewall_behind_panorama(server: ApiServer, options: Options) -> None:
    server.script = log_script()
    api = XmlApi(options(server, provider={**PASSWORD, "serial_number": "0123456789"}))
    api.system_log(SystemLogQuery("(a)", None, 10))
    assert server.sent("action") == [None, "get", "get", "finish"]
    assert set(server.sent("target")) == {"0123456789"}
    assert "target" not in server.requests[0].fields


def test_what_is_not_connected_is_the_firewall_only_where_it_was_asked(server: ApiServer, options: Options) -> None:
    said = "<response status='error'><msg><line>server is not connected</line></msg></response>"
    provider = {**PASSWORD, "serial_number": "0123456789"}
    server.keygen = Reply(said.encode())
    with pytest.raises(ExpectedFailure) as login:
        XmlApi(options(server, provider=provider)).op(INFO)
    assert (type(login.value), "does not reach" in login.value.message) == (SessionFailure, False)
    server.keygen = Reply(f"<response status='success'><result><key>{KEY}</key></result></response>".encode())
    server.script = lambda request: said
    with pytest.raises(Unreachable, match="cannot reach firewall 0123456789"):
        XmlApi(options(server, provider=provider)).op(INFO)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_proxies_of_the_environment_are_not_used(
    server: ApiServer, options: Options, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert XmlApi(options(server)).op(INFO).text == "ok"


@pytest.mark.parametrize(
    "cmd",
    [
        INFO,
        "<ping><count>3</count><host>ml.service.paloaltonetworks.com</host></ping>",
        "<check><pending-changes></pending-changes></check>",
        "<tail><lines>10</lines><mp-log>devsrv.log</mp-log></tail>",
        "<request><license><info></info></license></request>",
    ],
)
def test_a_read_is_repeated_when_the_kept_connection_had_been_closed(
    server: ApiServer, options: Options, cmd: str
) -> None:
    api = XmlApi(options(server))
    api.op(INFO)

    def vanish(_out: Any) -> None:
        server.script = lambda request: "<response status='success'><result>again</result></response>"

    answering(server, Reply(raw=vanish))
    assert api.op(cmd).text == "again"
    assert (server.connections, len(server.requests)) == (2, 3)


def test_a_change_is_never_repeated(server: ApiServer, options: Options) -> None:
    api = XmlApi(options(server))
    api.op(INFO)
    answering(server, Reply(raw=lambda out: None))
    with pytest.raises(Unreachable, match="may or may not have been made"):
        api.call({"type": "commit", "cmd": "<commit></commit>"})
    assert len(server.requests) == 2


def test_a_change_after_a_long_pause_opens_a_new_connection(server: ApiServer, options: Options) -> None:
    api = XmlApi(options(server))

    # The server closes without having said so.
    def answer(request: Request) -> Reply:
        return Reply(b"<response status='success'><result>ok</result></response>", close=True)

    server.script = answer
    api.op(INFO)
    time.sleep(0.1)
    assert api.call({"type": "commit", "cmd": "<commit></commit>"}).text == "ok"
    assert len(server.requests) == 2


def test_no_answer_on_a_fresh_connection_is_not_repeated(server: ApiServer, options: Options) -> None:
    answering(server, Reply(raw=lambda out: None))
    assert type(error_of(server, options)) is Unreachable
    assert len(server.requests) == 1


# --- what PAN-OS says, and where ---

REFUSED = " ping not available to xmlapi client"
ENVELOPES = {
    "line": "<response status='error' code='17'><msg><line>{}</line></msg></response>",
    "cdata": "<response status='error' code='17'><msg><line><![CDATA[{}]]></line></msg></response>",
    "nested": "<response status='error' code='17'><msg><line><line>{}</line></line></msg></response>",
    "lines": "<response status='error' code='17'><msg><line>first</line><line>{}</line></msg></response>",
    "result line": "<response status='error' code='17'><result><msg><line>{}</line></msg></result></response>",
    "result msg": "<response status = 'error' code = '17'><result><msg>{}</msg></result></response>",
    "msg": "<response status='error' code='17'><msg>{}</msg></response>",
    "no code": "<response status='error'><msg><line>{}</line></msg></response>",
    "failed": "<response status='failed'><msg><line>{}</line></msg></response>",
    "code beside success": "<response status='success' code='17'><msg><line>{}</line></msg></response>",
    "result of a success": "<response status='success'><result>{}</result></response>",
}


@pytest.mark.parametrize("place", ENVELOPES)
def test_the_message_is_found_everywhere(server: ApiServer, options: Options, place: str) -> None:
    answering(server, ENVELOPES[place].format(REFUSED))
    error = error_of(server, options)
    assert type(error) is CommandRefused
    assert "ping not available to xmlapi client" in error.message


ERRORS: list[tuple[str, str, type[ExpectedFailure]]] = [
    ("17", " debug not available to xmlapi client", CommandRefused),
    ("", "show -> license is unexpected", CommandRefused),
    ("", "invalid client cli", CommandRefused),
    ("", "show -> interface -> all needs to have non NULL value", CommandRefused),
    ("17", " tf123456 -> server is invalid", CommandRefused),
    ("1", "unknown", CommandRefused),
    ("22", "", AuthenticationFailure),
    ("", "Session timed out", AuthenticationFailure),
    ("403", "Invalid Credential", AuthenticationFailure),
    ("16", "Unauthorized request", PermissionFailure),
    ("403", "Forbidden", PermissionFailure),
    ("", "device busy or unavailable", DeviceBusy),
    ("", "Server error : Device Busy or Unavailable", DeviceBusy),
    ("", "op command for client dagger timed out as client is not available", DeviceBusy),
    ("", "Client wf_devsrvr not ready", DeviceBusy),
    ("", "Timed out while getting config lock", DeviceBusy),
    ("", "An error occured. See dagger.log for information .", DeviceBusy),
    ("13", "Another commit/validate is in progress. Please try again later", DeviceBusy),
    ("11", "internal error", DeviceError),
    ("12", "edit failed, may need to override template object dns first", DeviceError),
]


@pytest.mark.parametrize(("code", "text", "expected"), ERRORS)
def test_errors_are_told_apart(
    server: ApiServer, options: Options, code: str, text: str, expected: type[ExpectedFailure]
) -> None:
    attribute = f" code='{code}'" if code else ""
    answering(server, f"<response status='error'{attribute}><msg><line>{text}</line></msg></response>")
    error = error_of(server, options)
    assert type(error) is expected
    assert text.strip() in error.message


def test_a_busy_text_in_a_success_is_busy_and_in_a_log_is_not(server: ApiServer, options: Options) -> None:
    busy = "Server error : device busy or unavailable"
    answering(server, f"<response status='success'><result><![CDATA[{busy}]]></result></response>")
    assert type(error_of(server, options)) is DeviceBusy
    log = "2023-08-28 13:21:23.813 -0400 Error: some line\n" * 20 + busy
    answering(server, f"<response status='success'><result><![CDATA[{log}]]></result></response>")
    assert XmlApi(options(server)).op(INFO).text == log


@pytest.mark.parametrize(
    ("provider", "named"), [({}, "the API key"), (PASSWORD, "the user name and password of 'admin'")]
)
def test_a_wrong_credential_is_named_and_never_shown(
    server: ApiServer, options: Options, provider: dict[str, Any], named: str
) -> None:
    body = b"<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>"
    server.keygen = Reply(body, 403)
    answering(server, Reply(body, 403))
    error = error_of(server, options, provider=provider)
    assert type(error) is AuthenticationFailure
    assert named in error.message
    assert named in error.remedy
    assert "s3cr" not in error.message + error.remedy
    assert "THE-api-KEY" not in error.message + error.remedy


HTTP = [
    (403, b"<html>Forbidden</html>", ForeignAnswer),
    (
        403,
        b"<response status='error' code='403'><msg><line>Type [op] not authorized for user role.</line></msg>"
        b"</response>",
        PermissionFailure,
    ),
    (403, b"<response status='error' code='403'><msg>device busy or unavailable</msg></response>", ForeignAnswer),
    (403, b"<response status='error' code='1'><msg>Invalid Credential</msg></response>", ForeignAnswer),
    (403, b"<response status='success'><result>ok</result></response>", ForeignAnswer),
    (401, b"", ForeignAnswer),
    (401, b"<response status='error' code='403'><msg>Invalid Credential</msg></response>", ForeignAnswer),
    (503, b"<html>later</html>", Overloaded),
    (503, b"<response status='error'><msg>device busy or unavailable</msg></response>", Overloaded),
    (404, b"<html>not here</html>", ForeignAnswer),
    (500, b"<response status='error' code='1'><msg>Unknown command</msg></response>", ForeignAnswer),
    (201, b"<response status='success'><result>ok</result></response>", ForeignAnswer),
]


@pytest.mark.parametrize(("status", "body", "expected"), HTTP)
def test_http_errors(
    server: ApiServer, options: Options, status: int, body: bytes, expected: type[ExpectedFailure]
) -> None:
    answering(server, Reply(body, status, {"Retry-After": "0"}))
    error = error_of(server, options)
    assert type(error) is expected
    assert f"HTTP {status} " in error.message or expected is PermissionFailure


@pytest.mark.parametrize("provider", [{}, PASSWORD])
def test_credentials_that_are_not_accepted_are_tried_once(
    server: ApiServer, options: Options, provider: dict[str, Any]
) -> None:
    server.keygen = Reply(
        b"<response status='error' code='403'><msg><line>Invalid Credential</line></msg></response>", 403
    )
    answering(server, "<response status='error' code='22'><msg><line>Session timed out</line></msg></response>")
    api = XmlApi(options(server, provider=provider))
    for _ in range(3):
        with pytest.raises(AuthenticationFailure):
            api.op(INFO)
    assert len(server.requests) == 1


def test_a_file_is_asked_for_with_the_same_credentials_and_no_more_often(server: ApiServer, options: Options) -> None:
    deadline, get = Deadline(5, "the export"), {"type": "export", "category": "x", "action": "get"}
    answering(server, Reply(b"file", headers={"Content-Type": "application/octet-stream"}))
    with XmlApi(options(server, provider=PASSWORD)).stream(get, deadline, 100) as answer:
        assert answer.body.read() == b"file"
    assert [request.fields["type"] for request in server.requests] == ["keygen", "export"]
    assert server.requests[1].headers["x-pan-key"] == KEY
    server.keygen = Reply(b"<response status='error' code='403'><msg>Invalid Credential</msg></response>", 403)
    api = XmlApi(options(server, provider=PASSWORD))
    for _ in range(3):
        with pytest.raises(AuthenticationFailure), api.stream(get, deadline, 100):
            pass
    assert len(server.requests) == 3


def test_a_firewall_that_cannot_be_reached_costs_one_time_limit(server: ApiServer, options: Options) -> None:
    silent: list[socket.socket] = []
    with listening(lambda connection: silent.append(connection.dup())) as port:
        api = XmlApi(options(server, timeout=0.4, provider={"port": port}))
        for _ in range(5):
            with pytest.raises(CallTimeout):
                api.op(INFO)
    assert len(silent) == 1
    silent[0].close()


def test_one_slow_answer_does_not_end_the_session(server: ApiServer, options: Options) -> None:
    api = XmlApi(options(server))
    answering(server, Reply(raw=lambda out: time.sleep(STALL_S)))
    with pytest.raises(CallTimeout):
        api.op(INFO, 0.3)
    answering(server, "<response status='success'><result>ok</result></response>")
    assert api.op(INFO).text == "ok"


def test_an_error_that_quotes_our_secret_is_redacted(server: ApiServer, options: Options) -> None:
    answering(server, "<response status='error'><msg><line>bad THE-api-KEY-1 here</line></msg></response>")
    assert "bad ******** here" in error_of(server, options).message


# --- answers that are none ---

BOMB = (
    "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
    "<response status='success'><result>&b;</result></response>"
)
MALFORMED: dict[str, tuple[Reply | bytes | str, str]] = {
    "entity bomb": (BOMB, "declares a document type"),
    "utf-16 entity bomb": (BOMB.encode("utf-16"), "declares a document type"),
    "html": ("<html><body>Login</body></html>", "<html>"),
    "html5": ("<!DOCTYPE html><html></html>", "not in PAN-OS's form"),
    "text": ("hello there", "hello there"),
    "truncated xml": ("<response status='success'><result><system>", "not XML"),
    "no status": ("<response><result/></response>", "no status"),
    "nothing": ("", "is empty"),
    "unknown encoding": ("<?xml version='1.0' encoding='klingon'?><response status='success'/>", "not XML"),
    "too deep": (f"<response status='success'>{'<a>' * 5000}{'</a>' * 5000}</response>", "at most 50 elements within"),
    "many elements": (f"<response status='success'>{'<a/>' * 26_300}</response>", "at most 26214 tags"),
    "many attributes": (
        "<response status='success'>" + '<a b = "c"/>' * 6_600 + "</response>",
        "at most 6553 attributes",
    ),
    "many bytes": (f"<response status='success'>{'a' * 300_000}</response>", "at most 262144 bytes"),
    "endless prolog": (f"<!--{'x' * 100_000}--><response status='success'/>", "no element in its first"),
    "redirect": (Reply(b"", 302, {"Location": "https://evil.example/php/login.php?key=abcdef"}), "redirect"),
    "short body": (
        Reply(raw=lambda out: out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<response")),
        "cut short",
    ),
    "chunks cut": (
        Reply(raw=lambda out: out.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<resp")),
        "cut short",
    ),
    "not http": (Reply(raw=lambda out: out.write(b"SSH-2.0-OpenSSH\r\n\r\n")), "does not answer in HTTP"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_answers(server: ApiServer, options: Options, kind: str) -> None:
    reply, expected = MALFORMED[kind]
    answering(server, reply)
    error = error_of(server, options)
    foreign = kind in ("html", "html5", "text", "nothing", "redirect")
    large = kind == "too deep" or kind.startswith("many ")
    assert type(error) is (ForeignAnswer if foreign else OversizedAnswer if large else MalformedAnswer)
    assert expected in error.message
    assert "abcdef" not in error.message
    assert len(error.message) < 500


def test_text_that_looks_like_a_doctype_is_text(server: ApiServer, options: Options) -> None:
    answering(server, "<response status='success'><result><![CDATA[<!DOCTYPE html>]]></result></response>")
    assert XmlApi(options(server)).op(INFO).text == "<!DOCTYPE html>"


def test_an_excerpt_of_an_answer_shows_no_secret(server: ApiServer, options: Options) -> None:
    answering(server, "<config><phash>$1$abcdefgh$abcdefghijklmnopqrstuv</phash><password>hunter22</password></config>")
    message = error_of(server, options).message
    assert "hunter22" not in message
    assert "$1$" not in message


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_answer_is_refused_in_bounded_memory(
    server: ApiServer, options: Options, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    sent = 0

    def pour(out: Any) -> None:
        nonlocal sent
        length = b"Content-Length: 104857600\r\n" if announced else b""
        out.write(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n<response status='success'><result>")
        for _ in range(1600):
            out.write(b"x" * 65536)
            sent += 65536

    answering(server, Reply(raw=pour))
    error = error_of(server, options)
    assert type(error) is OversizedAnswer
    assert "too large" in error.message
    assert sent < 20_000_000


def test_after_an_answer_that_is_too_large_nothing_more_is_read(server: ApiServer, options: Options) -> None:
    """What was begun can still be ended, such as a lock."""
    api = XmlApi(options(server))
    answering(server, f"<response status='success'>{'a' * 300_000}</response>")
    for _ in range(3):
        with pytest.raises(OversizedAnswer):
            api.op(INFO)
    assert len(server.requests) == 1
    answering(server, "<response status='success'><result>ok</result></response>")
    assert api.op("<request><config-lock><remove></remove></config-lock></request>").text == "ok"


SIZES = [
    ({"type": "op", "cmd": INFO}, sizes.STATUS_BYTES),
    ({"type": "op", "cmd": "<show><jobs><all></all></jobs></show>"}, sizes.TABLE_BYTES),
    ({"type": "op", "cmd": "<show><jobs><id>7</id></jobs></show>"}, sizes.STATUS_BYTES),
    ({"type": "op", "cmd": "<show><netstat><numeric-hosts>yes</numeric-hosts></netstat></show>"}, sizes.TABLE_BYTES),
    ({"type": "op", "cmd": "<show><interface>all</interface></show>"}, sizes.TABLE_BYTES),
    ({"type": "op", "cmd": "<tail><lines>10</lines><mp-log>devsrv.log</mp-log></tail>"}, sizes.LOG_BYTES),
    ({"type": "op", "cmd": "<show><config><effective-running/></config></show>"}, sizes.WHOLE_BYTES),
    ({"type": "op", "cmd": "<show><config-locks><vsys>all</vsys></config-locks></show>"}, sizes.STATUS_BYTES),
    ({"type": "op", "cmd": "<show><devices><all/></devices></show>"}, sizes.WHOLE_BYTES),
    ({"type": "config", "action": "get", "xpath": "/config"}, sizes.WHOLE_BYTES),
    ({"type": "config", "action": "set", "xpath": "/config"}, sizes.STATUS_BYTES),
    ({"type": "log", "action": "get", "job-id": "7"}, sizes.WHOLE_BYTES),
    ({"type": "log", "log-type": "system"}, sizes.STATUS_BYTES),
    ({"type": "keygen"}, sizes.STATUS_BYTES),
    ({"type": "commit"}, sizes.STATUS_BYTES),
]


@pytest.mark.parametrize(("fields", "size"), SIZES)
def test_how_large_an_answer_may_be_follows_from_the_question(fields: dict[str, str], size: int) -> None:
    assert sizes.of_request(fields) == size
    assert sizes.limits(size).tags < 1_000_001


def test_a_search_that_never_ends_gives_no_large_answers(server: ApiServer, options: Options) -> None:
    entries = "<log><logs>" + "<entry/>" * 40_000 + "</logs></log>"
    server.script = lambda request: (
        f"<response status='success'><result><job>7<status>ACT</status></job>{entries}</result></response>"
        if request.fields.get("action") == "get"
        else "<response status='success'><result><job>7</job></result></response>"
    )
    api = XmlApi(options(server))
    with pytest.raises(OversizedAnswer):
        api.system_log(SystemLogQuery("(a)", None, 10))
    assert [request.fields.get("action") for request in server.requests] == [None, "get", "finish"]


# --- time ---


def drip(first: bytes) -> Callable[[Any], None]:
    def write(out: Any) -> None:
        out.write(first)
        for _ in range(20 * STALL_S):
            out.write(b"x")
            out.flush()
            time.sleep(0.05)

    return write


@pytest.mark.parametrize(
    "reply",
    [
        Reply(raw=drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")),
        Reply(raw=drip(b"HTTP/1.1 200 OK\r\nX-Header: ")),
        Reply(raw=drip(b"HT")),
        Reply(raw=lambda out: time.sleep(STALL_S)),
    ],
    ids=["body", "header", "status line", "silence"],
)
def test_the_time_limit_is_a_total(server: ApiServer, options: Options, reply: Reply) -> None:
    answering(server, reply)
    start = time.monotonic()
    error = error_of(server, options, timeout=0.5)
    assert type(error) is CallTimeout
    assert "0.5 s" in error.message
    assert time.monotonic() - start < NOT_STALLED_S


def test_a_command_may_have_its_own_time_limit(server: ApiServer, options: Options) -> None:
    answering(server, Reply(raw=lambda out: time.sleep(STALL_S)))
    with pytest.raises(CallTimeout, match=r"0\.3 s"):
        XmlApi(options(server)).op(INFO, 0.3)


def test_a_handshake_has_a_time_limit(server: ApiServer, options: Options) -> None:
    with listening(lambda connection: time.sleep(STALL_S)) as port:
        start = time.monotonic()
        assert type(error_of(server, options, timeout=0.4, provider={"port": port})) is CallTimeout
        assert time.monotonic() - start < NOT_STALLED_S


def test_a_name_that_does_not_resolve_is_told(server: ApiServer, options: Options) -> None:
    error = error_of(server, options, provider={"ip_address": "no-such-host.invalid"})
    assert type(error) is Unreachable
    assert "no-such-host.invalid" in error.message


def test_a_closed_port_is_told(server: ApiServer, options: Options) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = error_of(server, options, provider={"port": port})
    assert type(error) is Unreachable
    assert "refused" in error.message
    assert str(port) in error.message


# --- configuration ---

PATH = "devices/entry[@name='localhost.localdomain']/deviceconfig/system/route"
ROUTE = "<route><service><entry name='x'/></service></route>"


@pytest.mark.parametrize(
    "result",
    [
        ROUTE,
        f"<config><devices><entry name='localhost.localdomain'><deviceconfig><system>{ROUTE}</system></deviceconfig>"
        "</entry></devices></config>",
    ],
    ids=["the node", "from config on"],
)
def test_effective_configuration(server: ApiServer, options: Options, result: str) -> None:
    answering(server, f"<response status='success'><result>{result}</result></response>")
    answer = XmlApi(options(server)).effective_config(PATH)
    assert answer.result is not None
    assert [child.tag for child in answer.result] == ["route"]
    assert answer.result.find("route/service/entry") is not None
    assert answer.notes == ()
    assert "<xpath>" + PATH + "</xpath>" in str(server.sent("cmd")[0])


@pytest.mark.parametrize(
    "body",
    [
        "<response status='success' code='7'><result/></response>",
        "<response status='success'><result/></response>",
        "<response status='error'><msg><line>No such node</line></msg></response>",
        "<response status='error' code='7'><msg><line>Object not present</line></msg></response>",
    ],
)
def test_an_absent_node_is_no_error(server: ApiServer, options: Options, body: str) -> None:
    answering(server, body)
    api = XmlApi(options(server))
    for answer in (api.effective_config(PATH), api.running_config(PATH), api.candidate_config(PATH)):
        assert answer.result is not None
        assert list(answer.result) == []
    assert len(server.requests) == 3


@pytest.mark.parametrize("refusal", ["show -> config -> effective-running is unexpected", "other"])
def test_running_configuration_where_the_effective_is_not_to_be_had(
    server: ApiServer, options: Options, refusal: str
) -> None:
    def script(request: Request) -> str:
        if request.fields["type"] == "op" and refusal == "other":
            return "<response status='success'><result><something/></result></response>"
        if request.fields["type"] == "op":
            return f"<response status='error' code='17'><msg><line>{refusal}</line></msg></response>"
        return f"<response status='success' code='19'><result total-count='1'>{ROUTE}</result></response>"

    server.script = script
    answer = XmlApi(options(server)).effective_config(PATH)
    assert answer.notes == (PUSHED_VALUES_MAY_BE_MISSING,)
    assert answer.result is not None
    assert answer.result.find("route") is not None
    assert server.requests[1].fields == {"type": "config", "action": "show", "xpath": f"/config/{PATH}"}


def test_the_text_of_a_configuration_shows_no_secret(server: ApiServer, options: Options) -> None:
    answering(
        server,
        "<response status='success'><result><system><proxy-user>u</proxy-user>"
        "<secure-proxy-password>hunter22</secure-proxy-password></system></result></response>",
    )
    assert XmlApi(options(server)).effective_config("devices/entry/deviceconfig/system").text == "u********"


# --- system log ---

ENTRY = "<entry logid='1'><opaque>MLAV: Unknown error.</opaque></entry>"


def log_script(
    pending: int = 1, finish: str = "<response status='error' code='7'/>", last: str = "FIN"
) -> Callable[[Request], str]:
    left = [pending]

    def script(request: Request) -> str:
        action = request.fields.get("action")
        if action is None:
            return (
                "<response status='success' code='19'><result><msg><line>query job enqueued with jobid 18</line></msg>"
                "<job>18</job></result></response>"
            )
        if action == "finish":
            return finish
        if left[0]:
            left[0] -= 1
            return "<response status='success'><result><job><id>18</id><status>ACT</status></job></result></response>"
        return (
            f"<response status='success'><result><job><status>{last}</status><id>18</id></job>"
            f"<log><logs count='1' progress='100'>{ENTRY}</logs></log></result></response>"
        )

    return script


def test_system_log(server: ApiServer, options: Options) -> None:
    server.script = log_script(pending=2)
    answer = XmlApi(options(server)).system_log(
        SystemLogQuery("(description contains 'MLAV')", datetime(2023, 8, 8, 16, 7, 21), 9000)
    )
    assert answer.result is not None
    assert answer.result.findtext("log/logs/entry/opaque") == "MLAV: Unknown error."
    assert server.requests[0].fields == {
        "type": "log",
        "log-type": "system",
        "query": "((description contains 'MLAV')) and (receive_time geq '2023/08/08 16:07:21')",
        "nlogs": "5000",
        "dir": "backward",
    }
    assert server.sent("action") == [None, "get", "get", "get", "finish"]
    assert set(server.sent("job-id")) == {None, "18"}


def test_a_log_job_that_never_ends_is_ended(server: ApiServer, options: Options) -> None:
    server.script = log_script(
        pending=10_000, finish="<response status='success'><msg>Job 18 removed.</msg></response>"
    )
    with pytest.raises(CallTimeout, match="system log"):
        XmlApi(options(server, timeout=0.3)).system_log(SystemLogQuery("(a)", None, 10))
    assert server.sent("action")[-1] == "finish"
    assert len(server.requests) < 12


def test_a_log_job_that_is_gone_is_not_waited_for(server: ApiServer, options: Options) -> None:
    gone = '<response status="error" code="7"><msg><line>job 18 not found</line></msg></response>'
    asked = log_script()
    server.script = lambda request: gone if request.fields.get("action") == "get" else asked(request)
    with pytest.raises(ExpectedFailure, match="lost the search 18"):
        XmlApi(options(server)).system_log(SystemLogQuery("(a)", None, 10))
    assert server.sent("action") == [None, "get", "finish"]


def test_a_log_question_without_a_job(server: ApiServer, options: Options) -> None:
    with pytest.raises(MalformedAnswer):
        XmlApi(options(server)).system_log(SystemLogQuery("(a)", None, 10))


# --- one limit for the whole session ---


def test_a_limit_of_the_session_holds_for_all_its_calls_together(server: ApiServer, options: Options) -> None:
    def slow(request: Request) -> str:
        time.sleep(0.3)
        return "<response status='success'><result>ok</result></response>"

    server.script = slow
    api = XmlApi(options(server, timeout=5), Deadline(0.5, "asking twice"))
    assert api.op(INFO).text == "ok"
    with pytest.raises(CallTimeout, match=r"^asking twice took longer than 0\.5 s$"):
        api.op(INFO)
    api.close()
