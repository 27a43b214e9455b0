# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proof that a clock is wrong without a second clock to compare it with.

No certificate is issued, and no content released, in the future: a clock that is earlier than one of them is behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DeviceCertificate, DeviceInfo

# Either time may be of another zone than the clock.
_ANOTHER_ZONE = timedelta(hours=26)


@dataclass(frozen=True)
class ClockProof:
    """The clock is at least ``behind_s`` seconds behind, as ``reason`` shows."""

    behind_s: int
    reason: str


def clock_proof(
    now: datetime | None, certificate: DeviceCertificate | None, device: DeviceInfo | None
) -> ClockProof | None:
    """The strongest proof. All times are device-local."""
    if now is None:
        return None
    moments = {
        "device certificate valid from": certificate.not_before if certificate is not None else None,
        "applications content released": device.app_release_date if device is not None else None,
        "threat content released": device.threat_release_date if device is not None else None,
        "antivirus content released": device.av_release_date if device is not None else None,
        "WildFire content released": device.wildfire_release_date if device is not None else None,
    }
    later = [
        (moment.replace(tzinfo=None) - now, f"{words} {moment:%Y-%m-%d}")
        for words, moment in moments.items()
        if moment is not None and moment.replace(tzinfo=None) - now > _ANOTHER_ZONE
    ]
    if not later:
        return None
    ahead, reason = max(later)
    return ClockProof(round(ahead.total_seconds()), reason)
