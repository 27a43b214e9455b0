# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device import sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    CommandRefused,
    DeviceBusy,
    DeviceError,
    ExpectedFailure,
    HostKeyFailure,
    InvalidOption,
    MalformedAnswer,
    OversizedAnswer,
    SessionFailure,
    Unreachable,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
from ansible_collections.panops.mlav.plugins.module_utils._device.live import terminal
from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import CliSession, safe_argument
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions, SshOptions
from ansible_collections.panops.mlav.tests.unit.device.servers import NOT_STALLED_S, STALL_S, Cli, SshServer, listening


def options_of(ssh: dict[str, Any], where: str = "") -> SshOptions:
    provider = {"ip_address": "127.0.0.1", "username": "admin", "password": "provider-Pa55"}
    found = ConnectionOptions.from_params({"provider": provider, "ssh": ssh}, f"{where}provider", where).ssh
    assert found is not None
    return found


def session(ssh: dict[str, Any], timeout: float = 30, **changes: Any) -> CliSession:
    return CliSession(options_of({**ssh, **changes}), timeout)


def ask(ssh: dict[str, Any], command: str, **changes: Any) -> str:
    opened = session(ssh, **changes)
    try:
        return opened.run(Command(command)).text
    finally:
        opened.close()


def test_gives_the_text_between_echo_and_prompt(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["show clock"] = "\nThu Jul 11 15:16:54 CEST 2024\n\n"
    assert ask(ssh_params, "show clock") == "Thu Jul 11 15:16:54 CEST 2024"
    assert cli.received == [
        "set cli scripting-mode on",
        "set cli terminal width 500",
        "set cli pager off",
        "show clock",
    ]


@pytest.mark.parametrize(
    "prompt",
    [
        "admin@fw-1> ",
        "admin@fw-1>",
        "admin@fw-1(active)> ",
        "admin@fw-1(passive)> ",
        "admin@fw vsys2> ",
        "admin@PA-vsys2> ",
        "a.b-c@PA_1> ",
        "corp\\jdoe@fw-1(active-primary)> ",
        "jdoe@corp.example@fw-1> ",
    ],
)
def test_knows_every_prompt(cli: Cli, ssh_params: dict[str, Any], prompt: str) -> None:
    cli.prompt = prompt
    cli.answers["show clock"] = "now\n"
    assert ask(ssh_params, "show clock") == "now"


def test_what_is_printed_at_login_is_tolerated(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.motd = "Number of failed attempts since last successful login: 3\n\nadmin@other> is not this\nWelcome <all>\n"
    cli.answers["show clock"] = "now\n"
    assert ask(ssh_params, "show clock") == "now"


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_a_prompt_in_the_output_does_not_end_it(cli: Cli, ssh_params: dict[str, Any], pause: float) -> None:
    cli.answers["tail lines 3 mp-log cli.log"] = [
        "one\nadmin@fw-1> ",
        pause,
        "show clock\nadmin@fw-1> \nadmin@other> ",
        pause,
        "\nlast\n",
    ]
    cli.answers["show clock"] = "now\n"
    opened = session(ssh_params)
    expected = "one\nadmin@fw-1> show clock\nadmin@fw-1> \nadmin@other> \nlast"
    assert opened.run(Command("tail lines 3 mp-log cli.log")).text == expected
    # What was sent to confirm does not spill into the next answer.
    assert opened.run(Command("show clock")).text == "now"
    opened.close()


def test_a_device_that_ignores_empty_lines(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.confirms_empty_lines = False
    cli.answers["show clock"] = ["now\n", 0.8, "later\n"]
    assert ask(ssh_params, "show clock") == "now\nlater"


def test_the_state_in_the_prompt_may_change(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.prompt = "admin@fw-1(active)> "
    cli.answers["show clock"] = "now\n"
    opened = session(ssh_params)
    cli.prompt = "admin@fw-1(passive)> "
    assert opened.run(Command("show clock")).text == "now"
    opened.close()


def test_a_session_costs_little(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["show clock"] = "now\n"
    ask(ssh_params, "show clock")
    start = time.monotonic()
    opened = session(ssh_params)
    for _ in range(5):
        opened.run(Command("show clock"))
    opened.close()
    assert time.monotonic() - start < NOT_STALLED_S


def test_structured_commands_use_xml_output_mode(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["xml:show system info"] = (
        '<response status="success"><result><system><hostname>fw-1</hostname></system></result></response>\n'
    )
    cli.answers["show clock"] = "now\n"
    opened = session(ssh_params)
    answer = opened.run(Command("show system info", structured=True))
    assert answer.result is not None
    assert answer.result.findtext("system/hostname") == "fw-1"
    assert opened.run(Command("show clock")).text == "now"
    opened.close()
    assert cli.received[3:] == [
        "set cli op-command-xml-output on",
        "show system info",
        "set cli op-command-xml-output off",
        "show clock",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unknown command: show x\n", CommandRefused),
        ("\n    ^\nInvalid syntax.\n", CommandRefused),
        ("Server error : device busy or unavailable\n", DeviceBusy),
        ("\nServer error : op command for client dagger timed out as client is not available\n", DeviceBusy),
        ("Server error : Client wf_devsrvr not ready\n", DeviceBusy),
        ("Server error : show -> x is unexpected\n", CommandRefused),
        ("Server error : something else\n", DeviceError),
    ],
)
def test_errors_of_the_cli(cli: Cli, ssh_params: dict[str, Any], text: str, expected: type[ExpectedFailure]) -> None:
    cli.answers["show x"] = text
    with pytest.raises(ExpectedFailure) as caught:
        ask(ssh_params, "show x")
    assert type(caught.value) is expected


def test_a_log_that_quotes_an_error_is_no_error(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["tail lines 20 mp-log x.log"] = "line\n" * 20 + "Server error : device busy or unavailable\n"
    assert "Server error" in ask(ssh_params, "tail lines 20 mp-log x.log")


def test_a_short_log_that_quotes_an_error_is_no_error(cli: Cli, ssh_params: dict[str, Any]) -> None:
    line = "2023-08-28 13:36:24.606 -0400 Error: f(a.c:1): device busy or unavailable"
    cli.answers["tail lines 1 mp-log x.log"] = f"{line}\n"
    assert ask(ssh_params, "tail lines 1 mp-log x.log") == line


BUSY = "Server error : device busy or unavailable\n"


@pytest.mark.parametrize(("text", "expected"), [(BUSY, SessionFailure), ("Invalid syntax.\n", CommandRefused)])
def test_what_the_switch_to_xml_says_is_no_answer_to_the_command(
    cli: Cli, ssh_params: dict[str, Any], text: str, expected: type[ExpectedFailure]
) -> None:
    cli.answers["set cli op-command-xml-output on"] = text
    opened = session(ssh_params)
    with pytest.raises(ExpectedFailure) as caught:
        opened.run(Command("show clock", structured=True))
    opened.close()
    assert type(caught.value) is expected
    assert "show clock" not in cli.received


@pytest.mark.parametrize("command", ["set cli scripting-mode on", "set cli pager off", "message of the day"])
def test_what_comes_before_the_command_is_no_answer_to_it(cli: Cli, ssh_params: dict[str, Any], command: str) -> None:
    cli.motd = BUSY if command == "message of the day" else ""
    cli.answers |= {command: BUSY, "show clock": "now\n"}
    assert ask(ssh_params, "show clock") == "now"


def test_structured_answer_that_is_no_xml(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["xml:show clock"] = "Thu Jul 11\n"
    opened = session(ssh_params)
    with pytest.raises(MalformedAnswer, match="Thu Jul 11"):
        opened.run(Command("show clock", structured=True))
    opened.close()


@pytest.mark.parametrize(
    ("keep", "has", "lacks"), [("newest", "line 3999\n", "line 0\n"), ("first", "line 0\n", "line 3999\n")]
)
def test_output_is_bounded(
    cli: Cli, ssh_params: dict[str, Any], monkeypatch: pytest.MonkeyPatch, keep: Any, has: str, lacks: str
) -> None:
    monkeypatch.setattr(sizes, "_LARGER", {"tail": 20_000})
    monkeypatch.setattr(sizes, "LOG_BYTES", 20_000)
    cli.answers["tail lines 4000 mp-log x.log"] = "".join(f"line {number}\n" for number in range(4000)) + "end\n"
    opened = session(ssh_params)
    answer = opened.run(Command("tail lines 4000 mp-log x.log"), keep=keep)
    opened.close()
    assert answer.truncated
    assert len(answer.text) <= 20_000
    assert has in answer.text
    assert lacks not in answer.text


class Flood:
    """A shell that prints one thing without an end, as fast as it is read."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Takes what comes."""

    def receive(self, seconds: float) -> bytes | None:
        return self.piece


@pytest.mark.parametrize(
    "piece",
    [b"\r" * 65536, b"\r" * 65536 + b"x", b"\x1b", b"\x1b]" + b"1" * 65536, b"\x1b[" + b"0;" * 32768, b"x" * 65536],
    ids=["returns", "returns and text", "escapes", "title", "colours", "text"],
)
def test_a_flood_at_login_keeps_to_the_time_limit_and_to_little_memory(piece: bytes) -> None:
    start = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(CallTimeout):
            terminal.Terminal(Flood(piece), Deadline(0.5, "the login"))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - start < NOT_STALLED_S
    assert peak < 10 * sizes.STATUS_BYTES


@pytest.mark.parametrize("structured", [False, True])
def test_an_answer_that_is_too_large_ends_the_session(cli: Cli, ssh_params: dict[str, Any], structured: bool) -> None:
    """A flood is not read to its end, and of a status no part is worth anything."""
    line = "x" * 1000 + "\n"
    cli.answers[f"{'xml:' if structured else ''}show clock"] = [
        line * 300,
        *(piece for _ in range(10_000) for piece in (0.05, line)),
    ]
    opened = session(ssh_params)
    start = time.monotonic()
    with pytest.raises(OversizedAnswer, match="at most 262144 bytes"):
        opened.run(Command("show clock", structured=structured))
    assert opened.closed
    assert time.monotonic() - start < NOT_STALLED_S


def test_a_command_has_a_time_limit_however_much_it_prints(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.answers["ping host x"] = [piece for _ in range(600) for piece in ("64 bytes\n", 0.1)]
    cli.answers["show clock"] = "now\n"
    opened = session(ssh_params)
    start = time.monotonic()
    with pytest.raises(CallTimeout, match="ping host x"):
        opened.run(Command("ping host x", seconds=0.6))
    assert time.monotonic() - start < NOT_STALLED_S
    assert opened.closed
    with pytest.raises(Unreachable):
        opened.run(Command("show clock"))


def test_a_server_without_an_answer_has_a_time_limit(ssh_params: dict[str, Any]) -> None:
    with listening(lambda connection: time.sleep(STALL_S)) as port:
        start = time.monotonic()
        with pytest.raises((CallTimeout, Unreachable)):
            session(ssh_params, timeout=0.5, port=port)
        assert time.monotonic() - start < NOT_STALLED_S


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"junk\r\n" * 5000,
        b"SSH-2.0-x\r\n" + b"\x00\x00\x00\x0c" + b"z" * 200,
        b"SSH-2.0-x\r\n" + b"\xff" * 5000,
        b"SSH-1.5-old\r\n",
    ],
)
def test_a_server_that_speaks_no_ssh(ssh_params: dict[str, Any], greeting: bytes) -> None:
    with listening(lambda connection: connection.sendall(greeting)) as port, pytest.raises(Unreachable):
        session(ssh_params, port=port)


# --- authentication ---


@pytest.mark.parametrize("method", ["password", "keyboard-interactive"])
def test_password(cli: Cli, ssh_params: dict[str, Any], method: str) -> None:
    cli.methods = (method,)
    session(ssh_params).close()
    assert cli.attempts == [method]


@pytest.mark.parametrize("methods", [("password",), ("keyboard-interactive",), ("password", "keyboard-interactive")])
def test_a_wrong_password_is_sent_once(cli: Cli, ssh_params: dict[str, Any], methods: tuple[str, ...]) -> None:
    cli.methods = methods
    with pytest.raises(AuthenticationFailure, match="'admin' with password failed") as caught:
        session(ssh_params, password="wrong-Pa55")
    assert len(cli.attempts) == 1
    assert "wrong-Pa55" not in f"{caught.value.message}{caught.value.remedy}"


def test_a_banner_is_accepted_only_when_told_to(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.banner = True
    cli.methods = ("keyboard-interactive",)
    with pytest.raises(AuthenticationFailure, match=r"ssh\.accept_banner"):
        session(ssh_params)
    session(ssh_params, accept_banner=True).close()


def test_a_question_that_is_not_foreseen(cli: Cli, ssh_params: dict[str, Any]) -> None:
    cli.question = "Token code: "
    cli.methods = ("keyboard-interactive",)
    with pytest.raises(AuthenticationFailure, match="Token code"):
        session(ssh_params)


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("default", "aes256-gcm@openssh.com"),
        ("chacha20-poly1305@openssh.com", "chacha20-poly1305@openssh.com"),
        ("aes128-ctr", "aes128-ctr"),
    ],
)
def test_the_safest_cipher_that_the_firewall_has(offered: str, taken: str) -> None:
    cli = Cli(ciphers=offered)
    server = SshServer(cli)
    try:
        session(
            {
                "host": "127.0.0.1",
                "port": server.port,
                "username": cli.user,
                "password": cli.password,
                "host_key_checking": False,
            }
        ).close()
    finally:
        server.close()
    assert cli.cipher == taken


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
@pytest.mark.parametrize("passphrase", [None, "Op3n-sesame"])
@pytest.mark.parametrize("form", ["openssh", "pkcs1-pem"])
def test_public_key(
    cli: Cli, ssh_params: dict[str, Any], tmp_path: Path, algorithm: str, passphrase: str | None, form: str
) -> None:
    if form == "pkcs1-pem" and algorithm == "ssh-ed25519":
        pytest.skip("Ed25519 has no such form")
    key = asyncssh.generate_private_key(algorithm)
    file = tmp_path / "id"
    file.write_bytes(key.export_private_key(form, passphrase=passphrase))
    cli.authorized_key = key.export_public_key().decode()
    cli.methods = ("publickey",)
    session(ssh_params, key_file=str(file), key_passphrase=passphrase).close()
    assert set(cli.attempts) == {"publickey"}


def test_an_encrypted_key_needs_its_passphrase(ssh_params: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key(passphrase="Op3n-sesame"))
    for given in (None, "wrong"):
        with pytest.raises(InvalidOption, match=r"ssh\.key_passphrase"):
            session(ssh_params, key_file=str(file), key_passphrase=given)


def test_a_key_that_is_none(ssh_params: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("hello")
    with pytest.raises(InvalidOption, match=r"Ed25519, ECDSA or RSA"):
        session(ssh_params, key_file=str(file))


# --- host keys ---


def test_unknown_host_key(ssh_params: dict[str, Any], ssh_server: SshServer, tmp_path: Path, cli: Cli) -> None:
    missing = tmp_path / "none"
    with pytest.raises(HostKeyFailure, match="is unknown") as caught:
        session(ssh_params, known_hosts=str(missing))
    assert "ssh.known_hosts" in caught.value.message
    assert ssh_server.key.get_fingerprint() in caught.value.message
    assert caught.value.remedy.endswith(f"ssh-keyscan -p {ssh_server.port} 127.0.0.1 >> {missing}")
    assert cli.attempts == []


@pytest.mark.parametrize(
    "changes",
    [
        {"known_hosts": "/no/such/file"},
        {"known_hosts": "/"},
        {"known_hosts": "a\0b"},
        {"key_file": __file__},
        {"password": "wrong"},
        {"accept_banner": False},
    ],
)
def test_options_are_named_as_they_were_given(cli: Cli, ssh_params: dict[str, Any], changes: dict[str, Any]) -> None:
    cli.banner = "accept_banner" in changes
    cli.methods = ("keyboard-interactive",)
    with pytest.raises(ExpectedFailure) as caught:
        CliSession(options_of({**ssh_params, **changes}, "decryption_connection."), 30)
    told = caught.value.message + caught.value.remedy
    assert told.count("decryption_connection.ssh.") == told.count("ssh.") > 0


def test_changed_host_key(ssh_params: dict[str, Any], ssh_server: SshServer, tmp_path: Path, cli: Cli) -> None:
    file = tmp_path / "changed"
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    file.write_text(f"[127.0.0.1]:{ssh_server.port} {other}\n")
    with pytest.raises(HostKeyFailure, match="has changed") as caught:
        session(ssh_params, known_hosts=str(file))
    assert f"ssh-keygen -R '[127.0.0.1]:{ssh_server.port}'" in caught.value.remedy
    assert cli.attempts == []


def test_hashed_known_hosts_and_lines_of_others(
    ssh_params: dict[str, Any], ssh_server: SshServer, tmp_path: Path
) -> None:
    file = tmp_path / "hashed"
    file.write_text(
        "# comment\n@cert-authority *.example.com ssh-ed25519 AAAA\nnonsense\n"
        + ssh_server.known_hosts_line(hashed=True)
    )
    session(ssh_params, known_hosts=str(file)).close()


def test_host_key_checking_can_be_turned_off(ssh_params: dict[str, Any], tmp_path: Path) -> None:
    session(ssh_params, known_hosts=str(tmp_path / "none"), host_key_checking=False).close()


# --- what may be sent ---


@pytest.mark.parametrize("command", ["show clock\nshow system info", "show \x1b[A", "show \x03", "show é"])
def test_only_one_printable_line_is_sent(cli: Cli, ssh_params: dict[str, Any], command: str) -> None:
    opened = session(ssh_params)
    with pytest.raises(InvalidOption):
        opened.run(Command(command))
    opened.close()
    assert len(cli.received) == 3


@pytest.mark.parametrize("value", ["ml.service.paloaltonetworks.com", "192.0.2.1", "2001:db8::1", "devsrv.log", "::1"])
def test_safe_argument(value: str) -> None:
    assert safe_argument(value) == value


@pytest.mark.parametrize("value", ["", "a b", "a|b", "a\n", 'a"b', "-x", "a;b", "a?", "<x>", "a" * 256, "é"])
def test_unsafe_argument(value: str) -> None:
    with pytest.raises(InvalidOption):
        safe_argument(value)
