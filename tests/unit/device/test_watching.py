# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an observer is shown of a session: every request with its duration and size, retries, and no secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import DeviceError
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
from ansible_collections.panops.mlav.plugins.module_utils._device.live import overload
from ansible_collections.panops.mlav.plugins.module_utils._device.live.device import open_device
from ansible_collections.panops.mlav.plugins.module_utils._device.watching import Watch
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._tasks import operation
from ansible_collections.panops.mlav.plugins.module_utils._tasks.operation import Context, Operation, run_module
from ansible_collections.panops.mlav.tests.unit.device.servers import ApiServer, Cli, Reply, Request

Params = Callable[..., dict[str, Any]]

CLOCK = Command("show clock", "<show><clock></clock></show>")
NETSTAT = Command("show netstat all yes", "<show><netstat><all>yes</all></netstat></show>")
OK = "<response status='success'><result>ok</result></response>"
REFUSED = (
    "<response status='error' code='17'><msg><line> netstat not available to xmlapi client</line></msg></response>"
)
BUSY = "<response status='success'><result>Device busy or unavailable</result></response>"


def watched(given: dict[str, Any], *commands: Command) -> list[str]:
    """The lines shown while the commands run, with durations as ``T``."""
    lines: list[str] = []
    with closing(open_device(given, observer=lines.append)) as device:
        for command in commands:
            with suppress(DeviceError):
                device.run(command)
    return [re.sub(r"\d+\.\d\d s", "T", line) for line in lines]


def test_a_request_is_shown_when_it_begins_and_when_it_ends(server: ApiServer, params: Params) -> None:
    lines: list[str] = []
    seen_by_the_server: list[list[str]] = []

    def script(request: Request) -> str:
        seen_by_the_server.append(list(lines))
        return OK

    server.script = script
    with closing(open_device(params(server), observer=lines.append)) as device:
        device.run(CLOCK)
    where = f"XML API 127.0.0.1 port {server.port}"
    assert seen_by_the_server == [[f"{where}: asking: show clock"]]
    assert len(lines) == 2
    assert re.fullmatch(rf"{where}: answered: show clock \({len(OK)} bytes, \d+\.\d\d s, new connection\)", lines[1])


def test_the_request_for_a_key_is_shown_and_the_connection_is_kept(server: ApiServer, params: Params) -> None:
    lines = watched(params(server, provider={"api_key": None, "username": "u", "password": "hunter-2-pw"}), CLOCK)
    assert [line.partition(": ")[2].partition(" (")[0] for line in lines] == [
        "asking: type=keygen",
        "answered: type=keygen",
        "asking: show clock",
        "answered: show clock",
    ]
    assert ["new connection" in line for line in lines] == [False, True, False, False]


def test_panorama_is_named_with_the_firewall_behind_it(server: ApiServer, params: Params) -> None:
    [first, _answered] = watched(params(server, provider={"serial_number": "0123456789"}), CLOCK)
    assert first == f"XML API through Panorama 127.0.0.1 port {server.port}, firewall 0123456789: asking: show clock"


def test_a_retry_over_ssh_shows_the_refusal_before_it(
    server: ApiServer, params: Params, ssh_params: dict[str, Any], cli: Cli
) -> None:
    server.script = lambda request: REFUSED
    cli.answers[NETSTAT.cli] = "tcp 0 0\n"
    lines = watched(params(server, ssh=ssh_params), NETSTAT)
    over_ssh = f"SSH 127.0.0.1 port {ssh_params['port']}"
    assert "the answer is an error (refused): " in lines[2]
    assert "netstat not available to xmlapi client" in lines[2]
    assert lines[3:] == [
        f"XML API 127.0.0.1 port {server.port}: retrying over SSH: show netstat all yes",
        f"{over_ssh}: asking: login and terminal setup",
        f"{over_ssh}: answered: login and terminal setup (size unknown, T)",
        f"{over_ssh}: asking: show netstat all yes",
        f"{over_ssh}: answered: show netstat all yes (7 bytes, T)",
    ]


def test_a_retry_after_an_overload_shows_the_status_and_the_pause(
    server: ApiServer, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overload, "_FIRST_PAUSE", 0.0)
    replies = iter([Reply(b"busy", status=503), Reply(OK.encode())])
    server.script = lambda request: next(replies)
    lines = [line.partition(": ")[2] for line in watched(params(server), CLOCK)]
    assert lines[1:3] == [
        "answered: show clock (4 bytes, T, HTTP 503, new connection)",
        "retrying in 0 s (attempt 2 of 3): HTTP 503",
    ]
    assert len(lines) == 5


def test_a_request_that_fails_shows_the_reason(server: ApiServer, params: Params) -> None:
    server.script = lambda request: Reply(b"", raw=lambda file: None)
    [_asking, failed] = watched(params(server), CLOCK)
    assert re.fullmatch(r"XML API \S+ port \d+: failed: show clock \(T\): unreachable: .*without an answer", failed)


def test_a_busy_device_and_the_circuit_breaker_are_shown(server: ApiServer, params: Params) -> None:
    lines: list[str] = []
    server.script = lambda request: BUSY
    with closing(open_device(params(server), observer=lines.append)) as device:
        options = GatherOptions(
            subset=frozenset({"cloud_status"}), busy_retries=1, busy_pause_s=0, watch=device.api.watch.note
        )
        gather(device, "fw-1", options)
    retry = "retrying in 0 s (attempt 2 of 2): show mlav cloud-status: the device is busy or unavailable"
    assert sum(line.endswith(retry) for line in lines) == 1

    server.close()
    lines.clear()
    with closing(open_device(params(server), observer=lines.append)) as device:
        gather(device, "fw-1", GatherOptions(watch=device.api.watch.note))
    assert [line for line in lines if "asking" in line] == lines[:1]
    assert lines[-1].endswith("circuit breaker: no further questions (unreachable)")


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "rejected"])
def test_no_secret_is_shown(
    accepted: bool, server: ApiServer, params: Params, ssh_params: dict[str, Any], cli: Cli
) -> None:
    secret = "Zebra-4711-stripes"
    echo = f"<response status='error' code='400'><msg><line>bad {secret} key=LUFRPT1aZebra</line></msg></response>"
    server.script = lambda request: OK if accepted else echo
    if not accepted:
        server.keygen = echo.encode()
    cli.answers["show clock"] = "now\n"
    ssh = {**ssh_params, "password": ssh_params["password"] if accepted else secret}
    given = params(server, ssh=ssh, provider={"api_key": None, "username": "admin", "password": secret})
    lines = watched(
        given,
        CLOCK,
        Command("show clock", prefer_ssh=True),
        Command(f"ping host {secret}", f"<ping><host>{secret}</host></ping>"),
    )
    assert len(lines) > 3
    shown = "\n".join(lines)
    for planted in (secret, ssh_params["password"], "LUFRPT1aZebra"):
        assert planted not in shown


def test_a_line_is_one_line_of_printable_text_and_bounded() -> None:
    lines: list[str] = []
    Watch(lines.append, "XML API", str).note("a\nb\x1b[2J\u202e" + 1000 * "c")
    assert len(lines[0]) == 501
    assert lines[0].isprintable()
    assert lines[0].startswith("XML API: a b ")


def test_without_an_observer_nothing_is_composed() -> None:
    def composed(*_given: object) -> str:
        raise AssertionError("composed")

    watch = Watch(None, "XML API", composed)
    with watch.exchange(composed) as exchange:
        exchange.size = 1
    watch.note("a")
    assert not watch.active


class _Module:
    """As much of AnsibleModule as ``run_module`` uses."""

    def __init__(self, verbosity: int) -> None:
        self._verbosity = verbosity
        self.params: dict[str, Any] = {}
        self.check_mode = False
        self.no_log_values: set[str] = set()
        self.logged: list[str] = []
        self.exited: dict[str, Any] = {}

    def log(self, text: str) -> None:
        self.logged.append(text)

    def exit_json(self, **result: Any) -> None:
        self.exited = {"logged_before_the_end": list(self.logged), **result}


@pytest.mark.parametrize(("verbosity", "logged"), [(2, []), (3, ["<fw-1> XML API: asking: show clock"])])
def test_a_module_in_its_own_process_logs_each_request(
    verbosity: int, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = _Module(verbosity)
    monkeypatch.setattr(operation, "AnsibleModule", lambda **_spec: module)

    def run(params: Any, context: Context) -> dict[str, Any]:
        Watch(context.observer("fw-1"), "XML API", str).note("asking: show clock")
        return {"changed": False}

    run_module(Operation("mlav_status_info", {}, run))
    assert module.exited == {"logged_before_the_end": logged, "changed": False}
