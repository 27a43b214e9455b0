# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line over SSH, asked with a plain SSH client."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.simulator import Firewall, running_firewall

paramiko = pytest.importorskip("paramiko")


@contextmanager
def shell(firewall: Firewall) -> Iterator[Any]:
    client = paramiko.SSHClient()
    client.load_host_keys(str(firewall.known_hosts))
    access = firewall.world.access
    try:
        client.connect(
            "127.0.0.1",
            firewall.ssh_port,
            firewall.username,
            None if access.ssh == "key" else firewall.password,
            key_filename=str(firewall.key_file) if access.ssh == "key" else None,
            look_for_keys=False,
            allow_agent=False,
            timeout=5,
        )
        channel = client.invoke_shell(width=500)
        channel.settimeout(5)
        read_until(channel, "> ")
        yield channel
    finally:
        client.close()


def read_until(channel: Any, end: str) -> str:
    text = ""
    deadline = time.monotonic() + 8
    while not text.endswith(end) and time.monotonic() < deadline:
        text += channel.recv(65536).decode()
    assert text.endswith(end), text
    return text


def say(channel: Any, line: str, end: str = "> ") -> str:
    channel.send(line + "\n")
    return read_until(channel, end)


def quiet(channel: Any) -> None:
    for line in ("set cli scripting-mode on", "set cli pager off", "set cli terminal width 500"):
        say(channel, line)


def test_commands_pipes_and_errors() -> None:
    with running_firewall("port_443_blocked") as firewall, shell(firewall) as channel:
        quiet(channel)
        text = say(channel, "show netstat numeric-hosts yes numeric-ports yes | match 198.51.100.25")
        assert text.count("198.51.100.25") == 2
        assert "SYN_SENT" in text
        assert "SYN_SENT" not in say(channel, "show netstat numeric-hosts yes | except 198.51")
        assert "Unknown command: sow" in say(channel, "sow mlav")
        assert "Invalid syntax." in say(channel, "show mlav nonsense")
        assert "Invalid syntax." in say(channel, "tail lines none mp-log devsrv.log")
        assert "0% packet loss" in say(channel, "ping count 2 host ml.service.paloaltonetworks.com")
        assert "Timeout was reached" in say(channel, "tail lines 5 mp-log devsrv.log")
        assert "engines stopped" in say(channel, "show log system direction equal backward opaque contains MLAV")


TYPED = [
    # What is typed, what is echoed, what is answered.
    ("show clock\n", "show clock\r\n", "UTC"),
    ("show clock\r", "show clock\r\n", "UTC"),
    ("shx\x7fow clock\n", "shx\x08 \x08ow clock\r\n", "UTC"),
    ("\x08show clock\n", "show clock\r\n", "UTC"),
    ("show clo\x03", "show clo^C\r\n", ""),
    ("show clo\x03show clock\n", "show clo^C\r\n", "UTC"),
]


@pytest.mark.parametrize("together", [True, False])
def test_a_line_is_echoed_and_edited_however_it_comes(together: bool) -> None:
    with running_firewall("healthy") as firewall, shell(firewall) as channel:
        quiet(channel)
        for typed, echoed, answered in TYPED:
            for piece in [typed] if together else typed:
                channel.send(piece)
            text = read_until(channel, "> ")
            while answered not in text:
                text += read_until(channel, "> ")
            assert text.startswith(echoed), text


def test_reechoes_without_scripting_mode() -> None:
    with running_firewall("healthy") as firewall, shell(firewall) as channel:
        assert say(channel, "show clock").count("show clock") == 2
        say(channel, "set cli scripting-mode on")
        assert say(channel, "show clock").count("show clock") == 1


def test_pager() -> None:
    with running_firewall("tls_interception") as firewall, shell(firewall) as channel:
        say(channel, "set cli scripting-mode on")
        text = say(channel, "tail lines 100 mp-log devsrv.log", "lines 1-23 ")
        assert text.count("\n") == 24
        channel.send(" ")
        read_until(channel, "lines 24-46 ")
        channel.send("q")
        read_until(channel, "> ")


def test_xml_output_mode() -> None:
    with running_firewall("device_server_unavailable") as firewall, shell(firewall) as channel:
        quiet(channel)
        assert "Server error : device busy or unavailable" in say(channel, "show mlav cloud-status")
        say(channel, "set cli op-command-xml-output on")
        assert '<response status="success"><result><system>' in say(channel, "show system info")
        assert '<response status="error">' in say(channel, "show mlav cloud-status")


def test_endless_ping_ends_with_ctrl_c() -> None:
    with running_firewall("icmp_lost_healthy") as firewall, shell(firewall) as channel:
        quiet(channel)
        say(channel, "ping host ml.service.paloaltonetworks.com", "bytes of data.\r\n")
        channel.send("\x03")
        assert "100% packet loss" in read_until(channel, "> ")


def test_configure_and_commit() -> None:
    with running_firewall("tls_interception_this_firewall") as firewall, shell(firewall) as channel:
        quiet(channel)
        say(channel, "configure", "# ")
        line = 'set shared ssl-decrypt ssl-exclude-cert "*.paloaltonetworks.com" exclude yes description "MLAV cloud"'
        say(channel, line, "# ")
        assert "exclude yes;" in say(channel, "show shared ssl-decrypt", "# ")
        assert "yes" in say(channel, "check pending-changes", "# ")
        assert "Configuration committed successfully" in say(channel, "commit", "# ")
        assert "There are no changes to commit." in say(channel, "commit", "# ")
        say(channel, "exit")
        assert "connection: connected" in say(channel, "show mlav cloud-status")


def test_restart_asks_and_needs_a_forced_commit() -> None:
    with running_firewall("healthy", {"switches": {"restart_asks": True}}) as firewall, shell(firewall) as channel:
        quiet(channel)
        say(channel, "debug software restart process device-server", "(y or n) ")
        assert "restarted" in say(channel, "y")
        firewall.world.busy_until = 0
        assert "disconnected" in say(channel, "show mlav cloud-status")
        say(channel, "configure", "# ")
        assert "100%" in say(channel, 'commit description "c" force', "# ")
        say(channel, "exit")
        assert "connection: connected" in say(channel, "show mlav cloud-status")


@pytest.mark.parametrize("name", ["ssh_key", "passive_ha"])
def test_keys_and_prompts(name: str) -> None:
    with running_firewall(name) as firewall, shell(firewall) as channel:
        state = "(passive)" if name == "passive_ha" else ""
        assert f"admin@fw-1{state}> " in say(channel, "set cli pager off")


def test_banner_question() -> None:
    with running_firewall("ssh_banner") as firewall:
        transport = paramiko.Transport(("127.0.0.1", firewall.ssh_port))
        asked: list[str] = []

        def handler(_title: str, _text: str, prompts: list[tuple[str, bool]]) -> list[str]:
            asked.extend(prompt for prompt, _ in prompts)
            return ["yes" if "Do you accept" in prompt else firewall.password for prompt, _ in prompts]

        transport.connect()
        transport.auth_interactive(firewall.username, handler)
        assert transport.is_authenticated()
        assert len(asked) == 2
        transport.close()


def test_host_keys() -> None:
    for kind, error in (("changed", paramiko.BadHostKeyException), ("unknown", paramiko.SSHException)):
        changes = {"faults": {"ssh_host_key": kind}}
        with running_firewall("healthy", changes) as firewall, pytest.raises(error), shell(firewall):
            pass


def test_wrong_password_and_no_command_line() -> None:
    changes = {"firewall": {"admins": [{"name": "admin", "cli": False}]}}
    refused = pytest.raises(paramiko.AuthenticationException)
    with running_firewall("healthy", changes) as firewall, refused, shell(firewall):
        pass


def test_session_is_counted() -> None:
    with running_firewall("healthy") as firewall:
        with shell(firewall) as channel:
            say(channel, "show clock")
        assert firewall.statistics()["ssh_sessions"] == 1
        assert "ssh show clock" in firewall.statistics()["asked"]


@pytest.mark.skipif(shutil.which("ssh") is None, reason="needs the ssh command")
def test_commands_on_standard_input_without_a_terminal() -> None:
    with running_firewall("ssh_key") as firewall:
        command = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={firewall.known_hosts}"]
        command += ["-i", str(firewall.key_file), "-p", str(firewall.ssh_port), f"{firewall.username}@127.0.0.1"]
        lines = "set cli op-command-xml-output on\nshow mlav cloud-status\nexit\n"
        result = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=20, check=False)
        assert result.returncode == 0
        assert '<response status="success">' in result.stdout
