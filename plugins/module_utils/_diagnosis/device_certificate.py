# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the device certificate says of itself: its own word and its dates, against the device's time.

A firewall renews it by itself 15 days before its end (documentation "Restore an Expired Device Certificate"): only a
renewal that failed, or fewer days than that, call for a person.

This is a private module: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name, shown

RENEWED_BEFORE_END = timedelta(days=15)

# Without the firewall's clock its time may differ from the controller's by as much.
_ANOTHER_ZONE = timedelta(hours=26)

_BAD_WORDS = ("invalid", "expired", "revoked", "not valid")


@dataclass(frozen=True)
class DeviceCertificateJudgement:
    """``fault``: why it is not accepted. ``overdue``: why it is due for renewal. Both empty where there is nothing."""

    status: str | None
    fault: str
    overdue: str
    valid: bool


def judge_device_certificate(case: Case) -> DeviceCertificateJudgement:
    """Words other than those known are no fault: what they mean is not known."""
    found, device = case.evidence.device_certificate.value, case.evidence.device.value
    said = found.status if found is not None else device.device_certificate_status if device is not None else None
    word = brief_name(said) if said else None
    now = case.now or case.evidence.collected_at.replace(tzinfo=None)
    after = case.local(found.not_after) if found is not None else None
    if after is not None and after < now - (_ANOTHER_ZONE if case.now is None else timedelta(0)):
        return DeviceCertificateJudgement(word, f"it expired at {shown(after)}", "", False)
    before = case.local(found.not_before) if found is not None else None
    # With a clock that is not known to be right it is the clock that is behind.
    if before is not None and before > now and case.clock_right:
        return DeviceCertificateJudgement(word, f"it is not valid before {shown(before)}", "", False)
    if word is not None and any(bad in word.lower() for bad in _BAD_WORDS):
        return DeviceCertificateJudgement(word, f"its status is {word}", "", False)
    overdue = ""
    if after is not None and case.now is not None and after - now < RENEWED_BEFORE_END:
        overdue = f"it ends at {shown(after)}, in {_days(after - now)}"
    fetched = (found.last_fetched_status or "").strip() if found is not None else ""
    if fetched and fetched.lower() != "success":
        info = f" ({brief(found.last_fetched_info, 80)})" if found is not None and found.last_fetched_info else ""
        failed = f"the last fetch ended with {brief_name(fetched)}{info}"
        overdue = f"{failed}; {overdue}" if overdue else failed
    return DeviceCertificateJudgement(word, "", overdue, (word or "").lower() == "valid")


def _days(left: timedelta) -> str:
    return "less than a day" if left.days < 1 else "1 day" if left.days == 1 else f"{left.days} days"
