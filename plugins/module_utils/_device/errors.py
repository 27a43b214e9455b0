# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong when a device is asked something, as a small hierarchy.

Every error carries a stable ``kind`` (used in results) and a message that names what would be right.
Sources: XML API error codes and refusal texts, PAN-OS documentation "PAN-OS XML API Error Codes".

This is a private module: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DeviceError(Exception):
    """The device could not be asked, or did not answer usefully. ``remedy`` says what would help."""

    kind = "device_error"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def data(self) -> Mapping[str, Any]:
        """What a module's result says beside the message, by its name there."""
        return {}


class Unreachable(DeviceError):
    """No connection: the name does not resolve, the port is closed, the connection was cut."""

    kind = "unreachable"


class TlsFailure(DeviceError):
    """The certificate did not verify, the fingerprint differs, or the handshake failed."""

    kind = "tls"


class HostKeyFailure(DeviceError):
    """The SSH host key is unknown or has changed."""

    kind = "host_key"


class AuthenticationFailure(DeviceError):
    """Wrong user name, password or key; an expired API key; a session that timed out."""

    kind = "authentication"


class PermissionFailure(DeviceError):
    """The account's admin role lacks a right."""

    kind = "permission"


class CommandRefused(DeviceError):
    """The device does not take this command on this transport; it says nothing about the cloud."""

    kind = "refused"


class DeviceBusy(DeviceError):
    """The device answered that it, or one of its daemons, is busy or unavailable."""

    kind = "busy"


class CallTimeout(DeviceError):
    """A call took longer than its time limit."""

    kind = "timeout"


class MalformedAnswer(DeviceError):
    """The answer is truncated, not XML, too large, or declares entities."""

    kind = "malformed"


class NotObtainable(DeviceError):
    """This source cannot hold the answer (a live ping from an archive, a log without SSH)."""

    kind = "not_obtainable"


class DeviceChanged(DeviceError):
    """Another device answers at the address than the one that the session is bound to."""

    kind = "device_changed"


class NotBound(DeviceError):
    """The session cannot be bound to one device: its serial number or the connection is not to be had."""

    kind = "not_bound"


class MissingLibrary(DeviceError):
    """A Python library that is needed is not installed; the remedy is its pip command."""

    kind = "missing_library"


class InvalidOption(DeviceError):
    """An option's value cannot be used; the message names the option, the value and what would be right."""

    kind = "invalid_option"
