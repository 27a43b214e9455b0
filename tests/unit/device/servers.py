# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small servers for these tests: an XML API over TLS with a CA of its own, and a CLI over SSH."""

from __future__ import annotations

import asyncio
import base64
import datetime
import hmac
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEY = "LUFRPT1SYW5kb21LZXlGb3JUZXN0cz09"
KEYGEN = f"<response status='success'><result><key>{KEY}</key></result></response>".encode()


@dataclass
class Certificate:
    """PEM files of a key and its certificate, and the certificate's SHA-256 fingerprint."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def certificate(
    folder: Path,
    name: str,
    issuer: Certificate | None = None,
    hosts: tuple[str, ...] = (),
    expired: bool = False,
    authority: bool = False,
) -> Certificate:
    """Makes a certificate, self-signed without an issuer. Without the extensions that PAN-OS leaves out, too."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=30)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(end)
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if hosts:
        names: list[x509.GeneralName] = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signed = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return Certificate(file, key, signed)


@dataclass
class Reply:
    """What the API answers. ``raw`` writes to the connection by itself, in place of all the rest."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Callable[[Any], None] | None = None
    close: bool = False


@dataclass
class Request:
    fields: dict[str, str]
    headers: dict[str, str]
    path: str


Script = Callable[[Request], Reply | bytes | str]


class ApiServer:
    """Answers with ``script``; remembers the requests and counts the connections. keygen is answered with ``KEY``."""

    def __init__(self, cert: Certificate) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.script: Script = lambda request: "<response status='success'><result>ok</result></response>"
        self.keygen: Reply | bytes = KEYGEN
        outer = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert.file)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body are two writes: the second would wait for the client's delayed acknowledgement.
            disable_nagle_algorithm = True

            def setup(self) -> None:
                self.request = context.wrap_socket(self.request, server_side=True)
                outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                fields = dict(parse_qsl(body, keep_blank_values=True))
                request = Request(fields, {k.lower(): v for k, v in self.headers.items()}, self.path)
                outer.requests.append(request)
                reply = outer.keygen if fields.get("type") == "keygen" else outer.script(request)
                if isinstance(reply, str):
                    reply = reply.encode()
                if isinstance(reply, bytes):
                    reply = Reply(reply)
                if reply.raw is not None:
                    self.close_connection = True
                    reply.raw(self.wfile)
                    return
                self.send_response(reply.status)
                headers = {
                    "Content-Type": "application/xml; charset=UTF-8",
                    "Content-Length": str(len(reply.body)),
                    **reply.headers,
                }
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
                self.close_connection = reply.close

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sent(self, name: str) -> list[str | None]:
        """One field of every request but keygen's."""
        return [request.fields.get(name) for request in self.requests if request.fields.get("type") != "keygen"]


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A plain TCP port that treats each connection by ``answer``."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    answer(connection)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


# A server that stalls does so for longer than a busy machine takes for a test.
STALL_S = 60
NOT_STALLED_S = 20


@dataclass
class Cli:
    """How the simulated CLI behaves. ``answers`` maps a command to its text, or to pieces with pauses (seconds)."""

    user: str = "admin"
    password: str = "secret-Pa55"
    prompt: str = "admin@fw-1> "
    motd: str = ""
    answers: dict[str, str | list[str | float]] = field(default_factory=dict)
    methods: tuple[str, ...] = ("password", "publickey", "keyboard-interactive")
    banner: bool = False
    question: str | None = None
    authorized_key: str | None = None
    confirms_empty_lines: bool = True
    ciphers: str = "default"
    received: list[str] = field(default_factory=list)
    logins: int = 0
    attempts: list[str] = field(default_factory=list)
    cipher: str = ""


class SshServer:
    """A CLI over SSH, behaving as its ``cli`` says."""

    def __init__(self, cli: Cli, algorithm: str = "ssh-ed25519") -> None:
        self.cli = cli
        self.key = asyncssh.generate_private_key(algorithm)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def known_hosts_line(self, hashed: bool = False) -> str:
        name = f"[127.0.0.1]:{self.port}"
        if hashed:
            salt = b"0123456789abcdefghij"
            digest = hmac.new(salt, name.encode(), "sha1").digest()
            name = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
        return f"{name} {self.key.export_public_key().decode().strip()}\n"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        cli = self.cli

        class Server(asyncssh.SSHServer):
            def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
                self._connection = connection
                self._round = 0

            def begin_auth(self, username: str) -> bool:
                cli.cipher = self._connection.get_extra_info("recv_cipher")
                return True

            def password_auth_supported(self) -> bool:
                return "password" in cli.methods

            def kbdint_auth_supported(self) -> bool:
                return "keyboard-interactive" in cli.methods

            def public_key_auth_supported(self) -> bool:
                return "publickey" in cli.methods

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                cli.attempts.append("publickey")
                return cli.authorized_key is not None and (
                    key.export_public_key().split()[1] == cli.authorized_key.split()[1].encode()
                )

            def validate_password(self, username: str, password: str) -> bool:
                cli.attempts.append("password")
                return (username, password) == (cli.user, cli.password)

            def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
                cli.attempts.append("keyboard-interactive")
                if cli.banner:
                    prompt = "Do you accept and acknowledge the statement above ? (yes/no) : "
                    return "", "Authorised use only.", "", [(prompt, True)]
                return "", "", "", [(cli.question or "Password: ", False)]

            def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:
                self._round += 1
                if cli.banner and self._round == 1:
                    if list(responses) != ["yes"]:
                        return False
                    return "", "", "", [("Password: ", False)]
                return (username, list(responses)) == (cli.user, [cli.password])

        async def start() -> None:
            acceptor = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[self.key],
                server_factory=Server,
                encryption_algs=cli.ciphers,
                process_factory=self._session,
                line_editor=False,
                encoding="utf-8",
            )
            self.port = acceptor.get_port()
            self._ready.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _session(self, process: Any) -> None:
        cli = self.cli
        cli.logins += 1
        scripting, xml, paging = False, False, True
        out = process.stdout

        def write(text: str) -> None:
            out.write(text.replace("\n", "\r\n"))

        write(cli.motd + cli.prompt)
        pending = ""
        try:
            while True:
                data = await process.stdin.read(1024)
                if not data:
                    break
                pending += data
                while "\n" in pending:
                    line, pending = pending.split("\n", 1)
                    if not line:
                        write("\n" + (cli.prompt if cli.confirms_empty_lines else ""))
                        continue
                    cli.received.append(line)
                    if not scripting:
                        write("\r".join(cli.prompt + line[: i + 1] for i in range(len(line))) + "\n")
                    else:
                        write(line + "\n")
                    if line == "set cli scripting-mode on":
                        scripting = True
                    elif line == "set cli pager off":
                        paging = False
                    elif line.startswith("set cli op-command-xml-output "):
                        xml = line.endswith("on")
                    setting = line.startswith("set cli")
                    if line in cli.answers or not setting:
                        key = f"xml:{line}" if xml and not setting else line
                        answer = cli.answers.get(key, f"Unknown command: {line}\n")
                        if paging and not setting:
                            answer = "lines 1-24 "
                        for piece in [answer] if isinstance(answer, str) else answer:
                            if process.is_closing():
                                return
                            if isinstance(piece, str):
                                write(piece)
                            else:
                                await out.drain()
                                await asyncio.sleep(piece)
                    write(cli.prompt)
        except (asyncssh.Error, BrokenPipeError, OSError):
            pass
        process.exit(0)
