# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an HTTP status other than 200 means."""

from __future__ import annotations

from ansible_collections.panops.mlav.plugins.module_utils._device import envelope, sizes
from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    AuthenticationFailure,
    ExpectedFailure,
    MalformedAnswer,
    Overloaded,
    PermissionFailure,
)
from ansible_collections.panops.mlav.plugins.module_utils._device.live import overload
from ansible_collections.panops.mlav.plugins.module_utils._device.live.https import HttpAnswer
from ansible_collections.panops.mlav.plugins.module_utils._device.redaction import excerpt


def status_failure(answer: HttpAnswer, asked: str, host: str, credential: str) -> ExpectedFailure:
    """The error for an HTTP status other than 200.

    PAN-OS answers a login or a right that it refuses with HTTP 403, in its own form and with that code (documentation,
    recorded answers). No other status is known to come from its API, whatever the body says.

    Args:
        answer: what came.
        asked: what was asked, for the message.
        host: the address that answered.
        credential: names the login for the message.
    """
    status = f"HTTP {answer.status} {excerpt(answer.reason, 40)}".strip()
    if answer.status in overload.STATUSES:
        return Overloaded(
            f"{status} to {asked}: the web server of {host}, or a load balancer or proxy in front of it, is overloaded "
            "or cannot reach its backend",
            remedy="Wait, then run this again. If it persists, check the load balancer or proxy in front of the "
            "management interface.",
        )
    try:
        said = envelope.parse(answer.body, sizes.limits(sizes.STATUS_BYTES))
    except MalformedAnswer:
        where = f", a redirect to {excerpt(answer.location, 80)!r}," if answer.location is not None else ""
        return envelope.foreign(f"{status} to {asked}{where}", answer.body)
    if answer.status == 403 and said.code == "403" and not said.succeeded:
        error = envelope.failure(said.code, said.message or said.text or status, asked, credential)
        if isinstance(error, (AuthenticationFailure, PermissionFailure)):
            return error
    form = "is in PAN-OS's form, but not with a status that its API is known to use with it"
    return envelope.foreign(f"{status} to {asked}", answer.body, form)
