# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pan-os-python over our own session: its objects' model of the configuration, our verified connection.

pan-python sends requests without verifying certificates, opens a connection for each, and reads
``.panrc`` files of the user. Here a subclass of pan-os-python's session class replaces the one method that sends.
Nothing in their modules is changed.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    CallTimeout,
    MissingLibrary,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.options import ConnectionOptions

try:
    from pan.xapi import PanXapiError
    from panos.base import PanDevice
    from panos.device import SslDecryptExcludeCert
    from panos.firewall import Firewall, FirewallCommit
except ImportError as error:
    _IMPORT_ERROR: ImportError | None = error
else:
    _IMPORT_ERROR = None

    class _Response:
        """What pan-python reads of an HTTP response. The body was checked, so its type is known."""

        def __init__(self, body: bytes) -> None:
            self._body = body

        def read(self) -> bytes:
            return self._body

        def getheader(self, name: str) -> str | None:
            return "application/xml; charset=utf-8" if name.lower() == "content-type" else None

        def info(self) -> str:
            return ""

    class _Xapi(PanDevice.XapiWrapper):  # type: ignore[misc]
        """pan-os-python's session; the key, ``target`` and the connection are those of our session."""

        def __init__(self, session: Session, device: Any) -> None:
            options = session.options
            super().__init__(api_key=_KEY_HELD, hostname=options.host, port=options.port, pan_device=device)
            # What a .panrc file may have filled in. A serial number there would send commands to another firewall.
            self.serial = None
            self.api_username = None
            self.api_password = None
            self._panops_session = session

        def _PanXapi__api_request(self, query: Mapping[str, Any]) -> _Response:
            fields = {
                # Some of pan-os-python's commands are bytes.
                name: value.decode() if isinstance(value, bytes) else str(value)
                for name, value in query.items()
                if name not in _CREDENTIAL_FIELDS
            }
            body = self._panops_session.exchange(fields)
            answer = envelope.parse(body)
            if not answer.succeeded and not answer.absent:
                failure = envelope.failure(
                    answer.code, answer.message, fields.get("type", ""), self._panops_session.credential
                )
                # pan-os-python takes these two for a lost connection or for a refused command.
                if isinstance(failure, (AuthenticationFailure, PermissionFailure)):
                    raise failure
            return _Response(body)

    class _Firewall(Firewall):  # type: ignore[misc]
        """pan-os-python's Firewall with our session under it."""

        def __init__(self, session: Session) -> None:
            options = session.options
            super().__init__(hostname=options.host, api_key=_KEY_HELD, port=options.port)
            self._panops_session = session

        def generate_xapi(self) -> _Xapi:
            return _Xapi(self._panops_session, self)


# pan-python wants a key; ours stays in our session.
_KEY_HELD = "held by the session"
_CREDENTIAL_FIELDS = frozenset({"key", "user", "password"})


class Session(Protocol):
    """What is needed of ``api.XmlApi``."""

    options: ConnectionOptions
    credential: str

    def exchange(self, fields: Mapping[str, str]) -> bytes:
        """Sends one request and gives the body of its answer."""


def firewall(session: Session) -> Any:
    """A ``panos.firewall.Firewall`` that talks through ``session``. Its calls belong within ``library_errors``.

    Raises:
        MissingLibrary: pan-os-python is not installed.
    """
    _require()
    return _Firewall(session)


def _require() -> None:
    if _IMPORT_ERROR is not None:
        raise MissingLibrary(
            f"the Python library pan-os-python is needed and cannot be imported: {_IMPORT_ERROR}",
            remedy="pip install pan-os-python",
        )


def firewall_commit(description: str, admins: list[str] | None, force: bool) -> Element:
    """The ``<commit>`` element as pan-os-python builds it.

    Raises:
        MissingLibrary: pan-os-python is not installed.
    """
    _require()
    element: Element = FirewallCommit(description=description, admins=admins, force=force).element()
    return element


def exclusion_xml(name: str, exclude: bool | None, description: str | None) -> str:
    """The ``<entry>`` of an exclusion from decryption as pan-os-python builds it.

    Raises:
        MissingLibrary: pan-os-python is not installed.
    """
    _require()
    built: bytes = SslDecryptExcludeCert(name, description=description, exclude=exclude).element_str()
    return built.decode()


@contextmanager
def library_errors(session: Session) -> Iterator[None]:
    """Turns the errors of pan-os-python into ours, by their texts.

    Raises:
        DeviceError: the subclass that fits.
    """
    if _IMPORT_ERROR is not None:
        yield
        return
    try:
        yield
    except PanXapiError as error:
        if "timeout waiting for job" in str(error).lower():
            raise CallTimeout(str(error), remedy="Look at the job on the firewall: it may still end.") from error
        raise envelope.failure("", str(error), "pan-os-python", session.credential) from error
