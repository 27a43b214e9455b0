# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong when a device is asked something, as a small hierarchy.

Every error carries a stable ``kind`` (used in results), a message that names what would be right, and its ``origin``:
only the device's own word may become evidence of its state.
Sources: XML API error codes and refusal texts, PAN-OS documentation "PAN-OS XML API Error Codes".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

# device: PAN-OS said so itself, in answer to the very question. transport: the question or its answer did not get
# through, or something else than PAN-OS answered. here: it was not asked at all.
Origin = Literal["device", "transport", "here"]


class ExpectedFailure(Exception):
    """What can go wrong without a defect of ours. ``remedy`` is the recommended action.

    ``unsent``: a check before the request failed, so the request itself was not sent.
    """

    kind = "failure"
    origin: Origin = "here"
    unsent = False

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def data(self) -> Mapping[str, Any]:
        """What a module's result says beside the message, by its name there."""
        return {}


class DeviceError(ExpectedFailure):
    """The device could not be queried, or did not answer usefully."""

    kind = "device_error"
    origin: Origin = "device"


class Unreachable(DeviceError):
    """No connection: the name does not resolve, the port is closed, the connection was cut."""

    kind = "unreachable"
    origin = "transport"


class Overloaded(DeviceError):
    """HTTP 429, 502, 503 or 504: the web server, or a service in front of it, is overloaded. Whatever the body says."""

    kind = "overloaded"
    origin = "transport"


class TlsFailure(DeviceError):
    """The certificate did not verify, the fingerprint differs, or the handshake failed."""

    kind = "tls"
    origin = "transport"


class HostKeyFailure(DeviceError):
    """The SSH host key is unknown or has changed."""

    kind = "host_key"
    origin = "transport"


class AuthenticationFailure(DeviceError):
    """Wrong user name, password or key; an expired API key; a session that timed out."""

    kind = "authentication"
    origin = "device"


class SessionFailure(DeviceError):
    """A session could not be set up: the login failed for another reason than its credentials, or a setting did.

    Whatever the device says in that, it is no answer to the question for which the session was meant.
    """

    kind = "session"
    origin = "transport"


class PermissionFailure(DeviceError):
    """The account's admin role lacks a right."""

    kind = "permission"
    origin = "device"


class CommandRefused(DeviceError):
    """The device does not take this command on this transport; it says nothing about the cloud."""

    kind = "refused"
    origin = "device"


class DeviceBusy(DeviceError):
    """The device answered this very question: it, or one of its daemons, is busy or unavailable."""

    kind = "busy"
    origin = "device"


class CallTimeout(DeviceError):
    """A call took longer than its time limit."""

    kind = "timeout"
    origin = "transport"


class MalformedAnswer(DeviceError):
    """The answer is truncated, not XML, or declares entities."""

    kind = "malformed"
    origin = "transport"


class ForeignAnswer(MalformedAnswer):
    """The answer is not in PAN-OS's form: an HTTP error without it, a redirect, a page of a proxy or a login portal."""

    kind = "foreign_answer"
    origin = "transport"


class OversizedAnswer(MalformedAnswer):
    """The answer is larger than any to that question can be: bytes, elements, attributes or depth."""

    kind = "oversized"
    origin = "transport"


class NotObtainable(ExpectedFailure):
    """This source cannot hold the answer (a live ping from an archive, a log without SSH)."""

    kind = "not_obtainable"
    origin = "here"


class DeviceChanged(DeviceError):
    """Another device answers at the address than the one that the session is bound to."""

    kind = "device_changed"
    origin = "transport"


class NotBound(DeviceError):
    """The session cannot be bound to one device: its serial number or the connection is not to be had."""

    kind = "not_bound"
    origin = "transport"


class MissingLibrary(ExpectedFailure):
    """A Python library that is needed is not installed; the remedy is its pip command."""

    kind = "missing_library"
    origin = "here"


class InvalidOption(ExpectedFailure):
    """An option's value cannot be used; the message names the option, the value and what would be right."""

    kind = "invalid_option"
    origin = "here"
