# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device certificate: its status and its dates against the firewall's time.

A firewall renews it automatically 15 days before it expires (documentation "Restore an Expired Device Certificate"):
only a failed renewal, or fewer days left, needs action.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.case import Case
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.timeline import brief, brief_name
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import DeviceCertificate

RENEWED_BEFORE_END = timedelta(days=15)

# Without the firewall's clock, its time zone may put its time this far from the controller's.
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
    """An unrecognized status is no fault: its meaning is unknown."""
    found, device = case.evidence.device_certificate.value, case.evidence.device.value
    reported = found.status if found is not None else device.device_certificate_status if device is not None else None
    status = brief_name(reported) if reported else None
    now = case.now or case.evidence.collected_at.replace(tzinfo=None)
    after = case.local(found.not_after) if found is not None else None
    if after is not None and after < now - (_ANOTHER_ZONE if case.now is None else timedelta(0)):
        return DeviceCertificateJudgement(status, f"expired {case.time.describe(after)}", "", False)
    before = case.local(found.not_before) if found is not None else None
    # If the clock is not known to be right, the clock may be behind instead.
    if before is not None and before > now and case.clock_right:
        return DeviceCertificateJudgement(status, f"becomes valid {case.time.describe(before)}", "", False)
    if status is not None and any(word in status.lower() for word in _BAD_WORDS):
        return DeviceCertificateJudgement(status, f'status "{status}"', "", False)
    expiry = ""
    if after is not None and case.now is not None and after - case.now < RENEWED_BEFORE_END:
        expiry = f"expires {case.time.describe(after)}"
    fetch = _failed_fetch(found)
    overdue = "; ".join(part for part in (expiry, fetch) if part)
    return DeviceCertificateJudgement(status, "", overdue, (status or "").lower() == "valid")


def _failed_fetch(found: DeviceCertificate | None) -> str:
    """The last fetch in the firewall's words; empty where it succeeded or none is known."""
    result = (found.last_fetched_status or "").strip() if found is not None else ""
    if found is None or not result or result.lower() == "success":
        return ""
    return f'last fetch: "{brief(found.last_fetched_info or result, 80)}"'
