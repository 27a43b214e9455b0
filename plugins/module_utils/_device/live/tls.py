# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verified TLS: shared contexts, pinning by fingerprint, and messages that say what would help."""

from __future__ import annotations

import functools
import hashlib
import io
import re
import socket
import ssl
from pathlib import Path
from typing import Any

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import InvalidOption, TlsFailure, Unreachable
from ansible_collections.panops.mlav.plugins.module_utils._device.given_file import UnusableFile
from ansible_collections.panops.mlav.plugins.module_utils._device.live.network import Deadline
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions

_CA_CERTIFICATES = "CA certificates in PEM form"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")


class DeadlineSocket(ssl.SSLSocket):
    """A TLS socket whose every read and write ends with the call's deadline, however slowly bytes trickle.

    ``spent``: something came behind the end of what was read through the last ``makefile``, or the connection's end.
    """

    deadline: Deadline | None = None
    spent = False

    def makefile(self, *_arguments: Any, **_named: Any) -> Any:
        """What ``http.client`` reads an answer through: a buffered reader of bytes."""
        return _Reader(super().makefile("rb", buffering=0), self)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self._limit()
        return super().recv_into(buffer, nbytes, flags)

    def send(self, data: Any, flags: int = 0) -> int:
        self._limit()
        return super().send(data, flags)

    def _limit(self) -> None:
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining())


class _Reader(io.BufferedReader):
    """Looks at its end for bytes that nobody asked for: in its buffer, in OpenSSL's, and on the wire."""

    def __init__(self, raw: socket.SocketIO, connection: DeadlineSocket) -> None:
        super().__init__(raw)
        self._connection = connection

    def close(self) -> None:
        if not self.closed:
            self._connection.spent = self._holds_more()
        super().close()

    def _holds_more(self) -> bool:
        try:
            self._connection.deadline = None
            self._connection.settimeout(0)
            self.peek(1)
        except (OSError, ValueError):
            # Nothing is there yet, which TLS says with an error; or the connection is no longer open.
            return False
        return True


def _verifying_context(ca_path: str | None) -> ssl.SSLContext:
    if ca_path is None:
        context = ssl.create_default_context()
    else:
        context = ssl.create_default_context(cadata=_certificates(Path(ca_path)))
    # From Python 3.13 the default is strict about extensions that certificates made by PAN-OS often lack; the same
    # certificate has to verify with every supported Python. A trusted intermediate CA is enough (3.13's default too).
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.sslsocket_class = DeadlineSocket
    return context


def _certificates(path: Path) -> str:
    """The PEM certificates of a file, or of every file in a folder. Raises UnusableFile."""
    try:
        files = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
        # Not as ASCII, whose codec each of Ansible's workers would have to import.
        texts = [file.read_text(encoding="utf-8", errors="ignore") for file in files]
    except OSError as error:
        raise UnusableFile("readable files", error.strerror or str(error)) from error
    found = "\n".join(block for text in texts for block in _CERTIFICATE.findall(text))
    if not found:
        raise UnusableFile(_CA_CERTIFICATES, "none")
    return found


# Loading the system's CA certificates takes 20 ms; done at import, a controller pays once, before it forks.
_SYSTEM_CONTEXT = _verifying_context(None)


@functools.lru_cache(maxsize=16)
def _private_context(ca_path: str) -> ssl.SSLContext:
    try:
        return _verifying_context(ca_path)
    except ssl.SSLError as error:
        raise UnusableFile(_CA_CERTIFICATES, _reason(error)) from error


@functools.lru_cache(maxsize=1)
def _unverified_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = DeadlineSocket
    return context


def context_for(options: ConnectionOptions) -> ssl.SSLContext:
    """The shared context that these options ask for.

    Raises:
        InvalidOption: ``ca_path`` holds no certificates.
    """
    if options.cert_fingerprint is not None or not options.validate_certs:
        return _unverified_context()
    if options.ca_path is None:
        return _SYSTEM_CONTEXT
    try:
        return _private_context(options.ca_path)
    except UnusableFile as error:
        raise InvalidOption(f"option {options.beside}ca_path is {options.ca_path!r}: {error}") from error


def wrap(connection: socket.socket, options: ConnectionOptions, deadline: Deadline) -> DeadlineSocket:
    """Does the handshake and the check of the fingerprint, before anything secret is sent. Owns ``connection``.

    Raises:
        TlsFailure: the certificate does not verify, the fingerprint differs, or there is no TLS.
        CallTimeout: the deadline passed.
        Unreachable: the connection was cut.
    """
    try:
        connection.settimeout(deadline.remaining())
        wrapped = context_for(options).wrap_socket(connection, server_hostname=options.host)
    except TimeoutError:
        connection.close()
        raise deadline.exceeded() from None
    except ssl.SSLError as error:
        connection.close()
        raise _failure(options, error) from error
    except OSError as error:
        connection.close()
        raise Unreachable(
            f"{options.host} port {options.port} closed the connection during the TLS handshake: "
            f"{error.strerror or error}",
            remedy=f"Check that {options.option}.port is the port of the web interface and API.",
        ) from error
    except BaseException:
        connection.close()
        raise
    if not isinstance(wrapped, DeadlineSocket):  # pragma: no cover - what sslsocket_class promises
        raise TypeError("the TLS context gave a socket of another class")
    if options.cert_fingerprint is not None:
        _check_fingerprint(wrapped, options)
    return wrapped


def _check_fingerprint(connection: DeadlineSocket, options: ConnectionOptions) -> None:
    actual = hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()
    if actual != options.cert_fingerprint:
        connection.close()
        raise TlsFailure(
            f"the certificate of {options.host} port {options.port} has another fingerprint: "
            f"expected SHA256:{options.cert_fingerprint}, got SHA256:{actual}",
            remedy="If the certificate was renewed, check the new one on the firewall and set "
            f"{options.beside}cert_fingerprint to it. Otherwise find out which host answers at this address.",
        )


def _failure(options: ConnectionOptions, error: ssl.SSLError) -> TlsFailure:
    where, beside = f"{options.host} port {options.port}", options.beside
    if isinstance(error, ssl.SSLCertVerificationError):
        trusted = (
            f"the CA certificates in {beside}ca_path ({options.ca_path})" if options.ca_path else "the system's CAs"
        )
        return TlsFailure(
            f"the certificate of {where} is not trusted: {error.verify_message or _reason(error)}; expected a "
            "certificate "
            f"for {options.host}, valid now and issued by {trusted} (options {beside}ca_path, {beside}cert_fingerprint "
            f"and {beside}validate_certs)",
            remedy=f"Set {beside}ca_path to the CA certificate that issued the firewall's certificate, or "
            f"{beside}cert_fingerprint to the certificate's SHA-256 fingerprint; connect to the firewall by a "
            "name in its "
            f"certificate. {beside}validate_certs: false disables the check, and with it the protection of the "
            "credentials.",
        )
    return TlsFailure(
        f"the TLS handshake with {where} failed: {_reason(error)}",
        remedy=f"Check that {options.option}.port is the port of the web interface and API, and that TLS 1.2 is "
        "enabled there.",
    )


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()
