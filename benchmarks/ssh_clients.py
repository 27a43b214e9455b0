# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares SSH client libraries: CPU of the import, and one session with a simulated PAN-OS prompt on loopback.

    python benchmarks/ssh_clients.py [--sessions N]

A session logs in with a password, prepares the CLI and asks five commands that are answered at once. Every client runs
in a process of its own, the server in another. A library that is not installed is left out. The last row is this
collection's own session; it needs the collection's parent folder on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from importlib import import_module, metadata

USER, PASSWORD, PROMPT = "admin", "benchmark", "admin@fw-1> "
PREPARATION = ("set cli scripting-mode on", "set cli terminal width 500", "set cli pager off")
COMMANDS = ("show clock", "show system info") * 2 + ("show clock",)
ANSWERS = {
    "show clock": "Thu Jul 11 15:16:54 CEST 2024\n",
    "show system info": "hostname: fw-1\nsw-version: 10.1.12\noperational-mode: normal\n",
}


async def serve() -> None:
    """A server whose answers cost nothing; prints its port."""
    import asyncssh

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    async def session(process: asyncssh.SSHServerProcess[str]) -> None:
        process.stdout.write(PROMPT)
        line = ""
        while data := await process.stdin.read(1024):
            # Like a terminal: every character is echoed as it comes, and a carriage return ends a line as well.
            for character in data.replace("\r", "\n"):
                if character != "\n":
                    line += character
                    process.stdout.write(character)
                    continue
                if line == "exit":
                    process.exit(0)
                    return
                process.stdout.write("\r\n" + ANSWERS.get(line, "").replace("\n", "\r\n") + PROMPT)
                line = ""
        process.exit(0)

    key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], server_factory=Server, process_factory=session, line_editor=False
    )
    print(listener.get_port(), flush=True)
    await listener.wait_closed()


# --- the clients: each runs one session ---


def read_to_prompt(receive: Callable[[], bytes]) -> bytes:
    content = b""
    while not content.endswith(PROMPT.encode()):
        content += receive()
    return content


def use_paramiko(port: int) -> None:
    import paramiko

    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", port, USER, PASSWORD, allow_agent=False, look_for_keys=False)
        channel = client.invoke_shell(width=500)
        read_to_prompt(lambda: channel.recv(65536))
        for command in (*PREPARATION, *COMMANDS):
            channel.sendall(f"{command}\n".encode())
            read_to_prompt(lambda: channel.recv(65536))


def use_asyncssh(port: int) -> None:
    import asyncssh

    async def session() -> None:
        async with asyncssh.connect(
            "127.0.0.1", port, username=USER, password=PASSWORD, known_hosts=None, config=None, client_keys=None
        ) as connection:
            process = await connection.create_process(term_type="vt100", term_size=(500, 1000))
            await process.stdout.readuntil(PROMPT)
            for command in (*PREPARATION, *COMMANDS):
                process.stdin.write(f"{command}\n")
                await process.stdout.readuntil(PROMPT)

    asyncio.run(session())


def use_pylibssh(port: int) -> None:
    from pylibsshext.session import Session

    session = Session()
    session.connect(
        host="127.0.0.1", port=port, user=USER, password=PASSWORD, host_key_checking=False, look_for_keys=False
    )
    channel = session.new_channel()
    channel.request_shell()

    def receive() -> bytes:
        return bytes(channel.read_nonblocking(65536) or b"") or time.sleep(0.002) or b""

    read_to_prompt(receive)
    for command in (*PREPARATION, *COMMANDS):
        channel.sendall(f"{command}\n".encode())
        read_to_prompt(receive)
    channel.close()
    session.close()


def use_scrapli(port: int) -> None:
    from scrapli import AuthOptions, Cli, TransportSsh2Options

    with Cli(
        "127.0.0.1",
        port=port,
        definition_file_or_name="paloalto_panos",
        auth_options=AuthOptions(username=USER, password=PASSWORD),
        transport_options=TransportSsh2Options(),
    ) as client:
        for command in COMMANDS:
            client.send_input(command)


def use_netmiko(port: int) -> None:
    from netmiko import ConnectHandler

    with ConnectHandler(
        device_type="paloalto_panos", host="127.0.0.1", port=port, username=USER, password=PASSWORD
    ) as client:
        for command in COMMANDS:
            client.send_command(command)


def use_this_collection(port: int) -> None:
    from ansible_collections.panops.mlav.plugins.module_utils._device.interface import Command
    from ansible_collections.panops.mlav.plugins.module_utils._device.live.cli import CliSession
    from ansible_collections.panops.mlav.plugins.module_utils._device.options import SshOptions

    session = CliSession(SshOptions("127.0.0.1", USER, port, PASSWORD, host_key_checking=False), 30)
    for command in COMMANDS:
        session.run(Command(command))
    session.close()


CLIENTS: dict[str, tuple[str, str, Callable[[int], None]]] = {
    "scrapli": ("scrapli", "scrapli", use_scrapli),
    "ansible-pylibssh": ("ansible-pylibssh", "pylibsshext.session", use_pylibssh),
    "paramiko": ("paramiko", "paramiko", use_paramiko),
    "asyncssh": ("asyncssh", "asyncssh", use_asyncssh),
    "netmiko": ("netmiko", "netmiko", use_netmiko),
    "panops.mlav": (
        "asyncssh",
        "ansible_collections.panops.mlav.plugins.module_utils._device.live.cli",
        use_this_collection,
    ),
}


def measure(client: str, port: int, sessions: int) -> dict[str, float]:
    """Sessions of one client, in this process: seconds of CPU and of the clock."""
    _, module, use = CLIENTS[client]
    import_module(module)
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(sessions):
        clock, cpu = time.monotonic(), time.process_time()
        use(port)
        walls.append(time.monotonic() - clock)
        cpus.append(time.process_time() - cpu)
    return {"wall": statistics.median(walls), "cpu": statistics.median(cpus)}


def import_seconds(client: str) -> float:
    """CPU of the import in a fresh interpreter."""
    module = CLIENTS[client][1]
    code = f"import time; start = time.process_time(); import {module}; print(time.process_time() - start)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
        for _ in range(5)
    ]
    return statistics.median(float(run.stdout) for run in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares SSH client libraries.")
    parser.add_argument("--sessions", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    if given.client:
        print(json.dumps(measure(given.client, given.port, given.sessions)))
        return
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        socket.create_connection(("127.0.0.1", int(port)), 5).close()
        now = datetime.now(timezone.utc)
        print(f"{now:%Y-%m-%d}, Python {platform.python_version()}, median of {given.sessions} sessions\n")
        print("| client | import CPU, s | session, s | session CPU, s |\n|---|---|---|---|")
        for client, (package, _, _) in CLIENTS.items():
            arguments = [
                sys.executable,
                __file__,
                "--client",
                client,
                "--port",
                port,
                "--sessions",
                str(given.sessions),
            ]
            try:
                version = metadata.version(package)
                run = subprocess.run(arguments, capture_output=True, text=True, timeout=300, check=True)  # noqa: S603
            except metadata.PackageNotFoundError:
                print(f"| {client} | not installed | | |")
            except subprocess.SubprocessError as error:
                print(f"| {client} | failed: {str(getattr(error, 'stderr', None) or error).strip()[-120:]} | | |")
            else:
                found = json.loads(run.stdout)
                name = f"{client} {version}" if client == package else f"{client} (on {package} {version})"
                print(f"| {name} | {import_seconds(client):.2f} | {found['wall']:.2f} | {found['cpu']:.3f} |")
    finally:
        server.terminate()
        server.wait(10)


if __name__ == "__main__":
    main()
