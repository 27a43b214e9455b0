# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    ExpectedFailure,
    HostKeyFailure,
    NotObtainable,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import (
    Answer,
    Command,
    Device,
    SystemLogQuery,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live.api import XmlApi
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import LiveDevice, open_device
from ansible_collections.panops.mlav.tests.unit.device.servers import ApiServer, Cli, Request

Params = Callable[..., dict[str, Any]]

PING = Command("ping count 3 host ml.example.com", "<ping><count>3</count><host>ml.example.com</host></ping>")
NETSTAT = Command(
    "show netstat numeric-hosts yes", "<show><netstat><numeric-hosts>yes</numeric-hosts></netstat></show>"
)
CLOCK = Command("show clock", "<show><clock></clock></show>")
REPLIES = {PING.cli: "PING ml.example.com\n", NETSTAT.cli: "tcp 0 0\n", CLOCK.cli: "now\n"}


def refusing(*words: str) -> Callable[[Request], str]:
    """An API that refuses the families that begin so."""

    def script(request: Request) -> str:
        for word in words:
            if request.fields.get("cmd", "").startswith(f"<{word}>"):
                return (
                    f"<response status='error' code='17'><msg><line> {word} not available to xmlapi client</line></msg>"
                    "</response>"
                )
        return "<response status='success'><result>by api</result></response>"

    return script


@pytest.fixture
def device(server: ApiServer, params: Params, ssh_params: dict[str, Any], cli: Cli) -> Any:
    cli.answers.update(REPLIES)
    server.script = refusing()
    opened = open_device(params(server, ssh=ssh_params))
    yield opened
    opened.close()


def test_it_is_a_device(device: LiveDevice) -> None:
    as_device: Device = device
    assert as_device.run(CLOCK).transport == "api"


def test_the_api_comes_first_and_ssh_is_not_opened_without_need(device: LiveDevice, cli: Cli) -> None:
    answer = device.run(CLOCK)
    assert (answer.transport, answer.text, answer.command) == ("api", "by api", "show clock")
    assert answer.result is not None
    assert cli.logins == 0


def test_what_the_api_refuses_goes_to_ssh_and_the_refusal_is_remembered(
    device: LiveDevice, server: ApiServer, cli: Cli
) -> None:
    server.script = refusing("ping")
    for _ in range(3):
        assert device.run(PING).transport == "ssh"
    assert device.run(CLOCK).transport == "api"
    assert len(server.requests) == 2
    assert cli.logins == 1


def test_a_refused_show_says_nothing_about_another_show(device: LiveDevice, server: ApiServer) -> None:
    def script(request: Request) -> str:
        return refusing("show")(request) if "netstat" in request.fields["cmd"] else refusing()(request)

    server.script = script
    assert [device.run(command).transport for command in (NETSTAT, CLOCK)] == ["ssh", "api"]


def test_preferring_ssh(device: LiveDevice, server: ApiServer) -> None:
    answer = device.run(Command(PING.cli, PING.xml, prefer_ssh=True))
    assert (answer.transport, answer.text) == ("ssh", "PING ml.example.com")
    assert server.requests == []


def test_preferring_ssh_without_ssh_asks_the_api(server: ApiServer, params: Params) -> None:
    assert open_device(params(server)).run(Command(PING.cli, PING.xml, prefer_ssh=True)).transport == "api"


def test_preferring_ssh_that_does_not_work_asks_the_api(
    server: ApiServer, params: Params, ssh_params: dict[str, Any], cli: Cli
) -> None:
    device = open_device(params(server, ssh={**ssh_params, "password": "wrong-Pa55"}))
    command = Command(PING.cli, PING.xml, prefer_ssh=True)
    assert device.run(command).transport == "api"
    server.script = refusing("ping")
    for _ in range(2):
        with pytest.raises(AuthenticationFailure, match="SSH"):
            device.run(command)
    # A login that failed is not tried again.
    assert len(cli.attempts) == 1


def test_without_ssh_the_refusal_says_what_would_help(server: ApiServer, params: Params) -> None:
    server.script = refusing("ping")
    device = open_device(params(server))
    for command in (PING, Command("tcpdump filter x")):
        with pytest.raises(CommandRefused) as caught:
            device.run(command)
        assert "option ssh" in caught.value.remedy


def test_where_ssh_fails_its_reason_is_told(
    server: ApiServer, params: Params, ssh_params: dict[str, Any], tmp_path: Any
) -> None:
    server.script = refusing("ping")
    device = open_device(params(server, ssh={**ssh_params, "known_hosts": str(tmp_path / "none")}))
    with pytest.raises(HostKeyFailure) as caught:
        device.run(PING)
    assert "ssh-keyscan" in caught.value.remedy


def test_a_role_without_the_right_falls_back_to_ssh(device: LiveDevice, server: ApiServer, params: Params) -> None:
    server.script = lambda request: "<response status='error' code='16'><msg><line>Unauthorized</line></msg></response>"
    assert device.run(CLOCK).transport == "ssh"
    with pytest.raises(PermissionFailure) as caught:
        open_device(params(server)).run(CLOCK)
    assert "option ssh" in caught.value.remedy


def test_after_a_call_that_took_too_long_ssh_is_opened_anew(device: LiveDevice, cli: Cli) -> None:
    cli.answers["ping host x"] = [3.0, "late\n"]
    with pytest.raises(CallTimeout):
        device.run(Command("ping host x", prefer_ssh=True, seconds=0.4))
    assert device.run(Command(CLOCK.cli, prefer_ssh=True)).text == "now"
    assert cli.logins == 2


# --- logs ---


def test_process_log_with_its_rotation(device: LiveDevice, cli: Cli) -> None:
    cli.answers["tail lines 2000 mp-log devsrv.log"] = "new line\n"
    cli.answers["tail lines 2000 mp-log devsrv.log.old"] = "old line\n"
    assert [answer.text for answer in device.process_log("devsrv.log", 2000)] == ["new line", "old line"]


@pytest.mark.parametrize(
    "absent",
    [
        "Invalid syntax.\n",
        "tail: cannot open 'x' for reading: No such file or directory\n",
        "\nServer error : devsrv.log.old: No such file or directory\n\n",
    ],
)
def test_the_rotation_may_be_absent(device: LiveDevice, cli: Cli, absent: str) -> None:
    cli.answers["tail lines 65535 mp-log devsrv.log"] = "new line\n"
    cli.answers["tail lines 65535 mp-log devsrv.log.old"] = absent
    (answer,) = device.process_log("devsrv.log", 100_000)
    assert (answer.text, answer.notes) == ("new line", ())


def test_a_rotation_that_cannot_be_read_costs_nothing_but_a_note(device: LiveDevice, cli: Cli) -> None:
    cli.answers["tail lines 5 mp-log devsrv.log"] = "new line\n"
    cli.answers["tail lines 5 mp-log devsrv.log.old"] = "Server error : device busy or unavailable\n"
    (answer,) = device.process_log("devsrv.log", 5)
    assert answer.text == "new line"
    assert "devsrv.log.old could not be read" in answer.notes[0]


@pytest.mark.parametrize("lead", ["", "Server error : "])
def test_a_process_log_that_is_not_there(device: LiveDevice, cli: Cli, lead: str) -> None:
    cli.answers["tail lines 5 mp-log x.log"] = f"{lead}x.log: No such file or directory\n"
    with pytest.raises(NotObtainable, match=r"x\.log") as caught:
        device.process_log("x.log", 5)
    assert "tech-support" in caught.value.remedy


def test_without_ssh_the_api_is_tried_once_for_a_process_log(server: ApiServer, params: Params) -> None:
    server.script = refusing("tail")
    with pytest.raises(CommandRefused) as caught:
        open_device(params(server)).process_log("devsrv.log", 10)
    assert "option ssh" in caught.value.remedy
    assert server.sent("cmd") == ["<tail><lines>10</lines><mp-log>devsrv.log</mp-log></tail>"]


class Export:
    """A tech-support file's log, or the error that is there in its place; remembers what it was asked for."""

    def __init__(self, outcome: tuple[Answer, ...] | ExpectedFailure) -> None:
        self.outcome = outcome
        self.reasons: list[ExpectedFailure] = []
        self.sessions: list[XmlApi] = []

    def __call__(self, api: XmlApi, reason: ExpectedFailure) -> tuple[Answer, ...]:
        self.sessions.append(api)
        self.reasons.append(reason)
        if isinstance(self.outcome, ExpectedFailure):
            raise self.outcome
        return self.outcome


ARCHIVED = (
    Answer("var/log/pan/devsrv.log", "archive", "new line"),
    Answer("var/log/pan/devsrv.log.old", "archive", "old line"),
)


def test_a_process_log_from_a_techsupport_file(server: ApiServer, params: Params) -> None:
    server.script = refusing("tail")
    export = Export(ARCHIVED)
    device = open_device(params(server), export)
    for name in ("devsrv.log", "mp_devsrv.log"):
        assert device.process_log(name, 10) == ARCHIVED
    assert [type(reason) for reason in export.reasons] == [CommandRefused]
    assert "tail not available to xmlapi client" in export.reasons[0].message
    # In the same session, so with its connection and its key.
    assert export.sessions == [device.api]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"password": "wrong-Pa55"}, AuthenticationFailure),
        ({"known_hosts": "/nonexistent/known_hosts"}, HostKeyFailure),
    ],
)
def test_a_process_log_from_a_techsupport_file_where_ssh_fails(
    server: ApiServer,
    params: Params,
    ssh_params: dict[str, Any],
    change: dict[str, str],
    expected: type[ExpectedFailure],
) -> None:
    server.script = refusing("tail")
    export = Export(ARCHIVED)
    assert open_device(params(server, ssh={**ssh_params, **change}), export).process_log("devsrv.log", 10) == ARCHIVED
    assert [type(reason) for reason in export.reasons] == [expected]


def test_a_techsupport_file_is_not_made_for_a_log_that_ssh_gives_or_knows_to_be_absent(
    server: ApiServer, params: Params, ssh_params: dict[str, Any], cli: Cli
) -> None:
    cli.answers["tail lines 5 mp-log devsrv.log"] = "new line\n"
    cli.answers["tail lines 5 mp-log devsrv.log.old"] = "Server error : device busy or unavailable\n"
    cli.answers["tail lines 5 mp-log x.log"] = "x.log: No such file or directory\n"
    export = Export(ARCHIVED)
    device = open_device(params(server, ssh=ssh_params), export)
    assert [answer.text for answer in device.process_log("devsrv.log", 5)] == ["new line"]
    with pytest.raises(NotObtainable, match=r"x\.log"):
        device.process_log("x.log", 5)
    assert export.reasons == []


def test_a_techsupport_file_that_fails_is_not_made_again(server: ApiServer, params: Params) -> None:
    server.script = refusing("tail")
    export = Export(CallTimeout("it took too long.", remedy="Wait longer."))
    device = open_device(params(server), export)
    for name in ("devsrv.log", "mp_devsrv.log"):
        with pytest.raises(CallTimeout) as caught:
            device.process_log(name, 10)
        assert caught.value.message == "it took too long."
        assert caught.value.remedy == (
            "Wait longer. Or let the log be read without a tech-support file, which failed: the XML API rejected "
            "tail lines 10 mp-log devsrv.log: tail not available to xmlapi client (code 17). "
            "Set the option ssh, so that the firewall's CLI can be asked."
        )
    assert len(export.reasons) == 1


def test_the_system_log_by_ssh_where_the_role_lacks_it(device: LiveDevice, server: ApiServer, cli: Cli) -> None:
    server.script = lambda request: "<response status='error' code='16'><msg><line>no</line></msg></response>"
    head = "Time Severity Subtype Object EventID ID Description\n=====\n"
    command = (
        "show log system direction equal backward start-time equal 2023/08/08@16:07:21 "
        """query equal "(description contains 'MLAV')\""""
    )
    cli.answers[command] = head + "".join(f"2023/08/09 line {number}\n" for number in range(50))
    answer = device.system_log(SystemLogQuery("(description contains 'MLAV')", datetime(2023, 8, 8, 16, 7, 21), 3))
    assert answer.transport == "ssh"
    assert answer.text.splitlines()[2:] == [f"2023/08/09 line {number}" for number in range(3)]
    assert answer.truncated


def test_the_system_log_without_the_right_and_without_ssh(server: ApiServer, params: Params) -> None:
    server.script = lambda request: "<response status='error' code='16'><msg><line>no</line></msg></response>"
    with pytest.raises(PermissionFailure):
        open_device(params(server)).system_log(SystemLogQuery("(a)", None, 3))
