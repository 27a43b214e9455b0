# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known PAN-OS defects as data: affected releases, symptom, and fix.

A new defect is one row here and one row in tests/unit/diagnosis/test_defects.py. A row matches only if the release is
affected **and** its symptom was seen (rules/defects.py has the symptoms).

Sources: the knowledge-base article kA14u000000HDuDCAW and the vendor's release notes. That 11.2 and later have the
fix of PAN-229832 is inferred, not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import Confidence
from ansible_collections.panops.mlav.plugins.module_utils._evidence.commands import DEVICE_CERTIFICATE_FIXES
from ansible_collections.panops.mlav.plugins.module_utils._evidence.release import Release, parse_release

Affected = Literal["affected", "fixed", "unknown"]
Models = Literal["all", "tpm"]

Symptom = Literal[
    "name_lost_while_it_resolves",
    "content_version_rejected",
    "curl_bad_argument",
    "loopback_source_fails",
    "explicit_mgt_fails",
    "dhcp_name_servers_lost",
    "certificate_not_renewed",
    "certificate_not_fetched",
    "otp_not_valid",
    "certificate_server_not_resolved",
]


@dataclass(frozen=True, kw_only=True)
class Fixes:
    """The releases with a fault, and those with the fix.

    Attributes:
        fixed_in: the first fixed releases, several in one branch where hotfixes of older releases have the fix too.
        affected: ranges, both ends included; empty: every release of a branch before its fix.
        fixed_branch: every branch from here on has the fix from its first release.
    """

    fixed_in: tuple[Release, ...]
    affected: tuple[tuple[Release, Release], ...] = ()
    fixed_branch: tuple[int, int] | None = None

    def fix_for(self, release: Release | None) -> Release | None:
        """The next fixed release of the same branch; None where none is listed."""
        if release is None:
            return None
        newer = sorted(fix for fix in self.fixed_in if fix.branch == release.branch and fix > release)
        # A hotfix fixes its own maintenance release only.
        reachable = (fix for fix in newer if not fix.hotfix or fix.maintenance == release.maintenance)
        return next(reachable, None)

    def affects(self, release: Release | None) -> Affected:
        """Compares within the release's own branch; ``unknown`` where no listed release decides it."""
        if release is None:
            return "unknown"
        if self.fixed_branch is not None and release.branch >= self.fixed_branch:
            return "fixed"
        fixes = [fix for fix in self.fixed_in if fix.branch == release.branch]
        if any(release.includes(fix) for fix in fixes):
            return "fixed"
        if self.affected:
            return "affected" if any(low <= release <= high for low, high in self.affected) else "unknown"
        # Beyond the last listed hotfix, whether the fix was carried on is unknown.
        known = bool(fixes) and release.maintenance <= max(fix.maintenance for fix in fixes)
        return "affected" if known else "unknown"


@dataclass(frozen=True, kw_only=True)
class Defect(Fixes):
    """One defect.

    Attributes:
        models: the affected models.
        confidence: of its symptom on an affected release; ``proven`` only if nothing else causes the symptom.
        cause: the id of the cause that it is.
    """

    id: str
    symptom: Symptom
    title: str
    source: str
    models: Models = "all"
    confidence: Confidence = "likely"
    cause: str = "known_defect"


def releases(text: str) -> tuple[Release, ...]:
    """The releases in a text, ``10.1.14 10.2.11``. Raises ValueError for anything else."""
    found = tuple((name, parse_release(name)) for name in text.split())
    wrong = [name for name, release in found if release is None]
    if wrong:
        raise ValueError(f"no release: {', '.join(wrong)}")
    return tuple(release for _name, release in found if release is not None)


def _ranges(text: str) -> tuple[tuple[Release, Release], ...]:
    """``10.1.0..10.1.9 11.1.0..11.1.1``."""
    ends = [releases(part.replace("..", " ")) for part in text.split()]
    return tuple((low, high) for low, high in ends)


_NOTES = "PAN-OS release notes"

PAN_229832 = Defect(
    id="PAN-229832",
    symptom="name_lost_while_it_resolves",
    title="MLAV and URL cloud connections are lost intermittently",
    fixed_in=releases("10.1.14 10.2.11 11.0.5 11.1.3"),
    fixed_branch=(11, 2),
    source="KB kA14u000000HDuDCAW",
    confidence="proven",
    cause="defect_pan_229832",
)

UNLICENSED_CONTENT = Defect(
    id="unlicensed content version",
    symptom="content_version_rejected",
    title="without a Threat Prevention license, the cloud rejects the content version with HTTP 400",
    fixed_in=releases("10.0.2"),
    fixed_branch=(10, 1),
    source="KB kA14u000000HDuDCAW",
    confidence="proven",
    cause="unlicensed_content_defect",
)

DEFECTS: tuple[Defect, ...] = (
    PAN_229832,
    UNLICENSED_CONTENT,
    Defect(
        id="PAN-204216",
        symptom="curl_bad_argument",
        title="cloud requests fail with a bad libcurl argument",
        fixed_in=releases("10.1.9 10.2.4"),
        source=_NOTES,
        confidence="proven",
    ),
    Defect(
        id="PAN-303791",
        symptom="loopback_source_fails",
        title="a service route from a loopback interface fails (also PAN-305549)",
        fixed_in=releases("11.1.14 11.2.11 12.1.5"),
        source=_NOTES,
    ),
    Defect(
        id="PAN-268522",
        symptom="explicit_mgt_fails",
        title="a service route from MGT fails (also PAN-287688)",
        fixed_in=releases("11.1.6-h17 11.1.10-h4 11.1.11 11.2.4-h11 11.2.7-h2 11.2.8"),
        source=_NOTES,
    ),
    Defect(
        id="PAN-242784",
        symptom="dhcp_name_servers_lost",
        title="DNS servers from DHCP fail (also PAN-231658, PAN-235741)",
        fixed_in=releases("10.1.11-h4 10.2.8 11.1.1"),
        source=_NOTES,
    ),
    Defect(
        id="PAN-208325",
        symptom="certificate_not_renewed",
        title="the device certificate is not renewed automatically",
        fixed_in=releases("10.1.10 10.2.5 11.0.2"),
        affected=_ranges("10.1.0..10.1.9 10.2.0..10.2.4 11.0.0..11.0.1"),
        source=_NOTES,
    ),
    Defect(
        id="PAN-313623",
        symptom="certificate_not_fetched",
        title="a full partition stops device certificate fetches on TPM models",
        fixed_in=DEVICE_CERTIFICATE_FIXES,
        affected=_ranges("11.1.0..11.1.13-h2 11.2.0..11.2.10-h4 12.1.3..12.1.6"),
        models="tpm",
        source=_NOTES,
    ),
    Defect(
        id="PAN-238792",
        symptom="otp_not_valid",
        title="device certificate fetch fails: OTP is not valid",
        fixed_in=(),
        affected=_ranges("10.2.0-h2..11.1.1"),
        source=_NOTES,
    ),
    Defect(
        id="PAN-217024",
        symptom="certificate_server_not_resolved",
        title="certificate.paloaltonetworks.com does not resolve",
        fixed_in=releases("10.1.11 10.2.8 11.0.4"),
        source=_NOTES,
    ),
)

BY_ID: Mapping[str, Defect] = {defect.id: defect for defect in DEFECTS}

# The trusted roots of PAN-OS ran out on 2023-12-31; these releases, or this content, have new ones.
# Source: documentation "New Features, December 2023". That MLAV is among the services lost is likely, not published.
ROOTS = Fixes(
    fixed_in=releases(
        "10.0.8-h10 10.0.11-h3 10.0.12-h3 10.1.3-h2 10.1.5-h3 10.1.6-h7 10.1.8-h6 10.1.9-h3 10.1.10 "
        "10.2.3-h9 10.2.4 11.0.0-h1 11.0.1-h2 11.0.2"
    ),
    fixed_branch=(11, 1),
)
ROOTS_CONTENT = (8776, 8390)
