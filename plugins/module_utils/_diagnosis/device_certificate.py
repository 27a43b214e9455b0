# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the device certificate says of itself: its own word and its dates, against the device's time.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief_name, shown

# A device certificate that ends within this time will break the connection next.
ENDS_SOON = timedelta(days=30)

_BAD_WORDS = ("invalid", "expired", "revoked", "not valid")


@dataclass(frozen=True)
class DeviceCertificateJudgement:
    """``fault`` is why it is not accepted, ``ends`` the moment it ends when that is soon, both empty otherwise."""

    word: str | None
    fault: str
    ends: str
    valid: bool


def judge_device_certificate(case: Case) -> DeviceCertificateJudgement:
    """Words other than those known are no fault: what they mean is not known."""
    found, device = case.evidence.device_certificate.value, case.evidence.device.value
    said = found.status if found is not None else device.device_certificate_status if device is not None else None
    word = brief_name(said) if said else None
    now = case.now or case.evidence.collected_at.replace(tzinfo=None)
    after = case.local(found.not_after) if found is not None else None
    before = case.local(found.not_before) if found is not None else None
    if after is not None and after < now:
        return DeviceCertificateJudgement(word, f"it expired at {shown(after)}", "", False)
    if before is not None and before > now:
        return DeviceCertificateJudgement(word, f"it is not valid before {shown(before)}", "", False)
    if word is not None and any(bad in word.lower() for bad in _BAD_WORDS):
        return DeviceCertificateJudgement(word, f"its status is {word}", "", False)
    ends = shown(after) if after is not None and after - now <= ENDS_SOON else ""
    return DeviceCertificateJudgement(word, "", ends, (word or "").lower() == "valid")
