# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is concluded from tech-support files in real devices' words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.model import DiagnosisOptions
from ansible_collections.panops.mlav.tests.unit.evidence.real_techsupport import (
    CUT,
    DUMP,
    Changes,
    archive,
    decrypting,
    in_both,
    logged,
)

CONNECTED: Changes = ((DUMP, b"connection: disconnected", b"connection: connected"),)
SHORT: Changes = ((DUMP, b"Internet Edge   ", b"untrust         "),)
UNTRUSTED = "Peer certificate cannot be authenticated with given CA certificates"
OF_2019: Changes = (
    (DUMP, b"Tue Jun  9 10:00:00 UTC 2026", b"Tue Jan  1 00:20:00 UTC 2019"),
    (DUMP, b"time: Tue Jun  9 10:00:00 2026", b"time: Tue Jan  1 00:20:00 2019"),
)
DAYS_29: Changes = (
    (DUMP, b"before: 2026/05/25", b"before: 2026/04/09"),
    (DUMP, b"after: 2026/08/23", b"after: 2026/07/08"),
    (DUMP, b"timestamp: 2026/05/25", b"timestamp: 2026/04/09"),
)
VM_50: Changes = ((DUMP, b"family: 400\nmodel: PA-460", b"family: vm\nvm-license: VM-50\nmodel: PA-VM"),)


@dataclass(frozen=True)
class Row:
    """``cause`` and ``confidence`` of the first cause; ``never`` is none of them; ``said`` stands in the summary."""

    changes: tuple[Changes, ...]
    verdict: str
    cause: str | None
    confidence: str = "unknown"
    never: str = ""
    said: str = ""
    decrypts: str | None = None


ROWS = {
    "a zone with a space": Row((), "broken", None, never="service_route_invalid"),
    "a zone that is cut": Row(
        (CUT, decrypting(b"Branch_Surveillance"), logged(UNTRUSTED)),
        "broken",
        "tls_interception",
        "likely",
        # The whole name of the zone is not there: it can match, and nobody else is said to decrypt.
        decrypts="unknown",
        said="rule decrypt-out of this firewall may match",
    ),
    "a short zone": Row(
        (SHORT, decrypting(b"untrust"), logged(UNTRUSTED)),
        "broken",
        "tls_interception",
        "likely",
        decrypts="this_firewall",
    ),
    "a clock of 2019": Row(
        (OF_2019, logged(UNTRUSTED, "2019-01-01 00:15:00.123 +0000")), "broken", "clock_skew", "likely"
    ),
    "a cut handshake": Row(
        (logged("SSL connect error"),), "broken", "tls_handshake_cut", "likely", said="SSL connect error"
    ),
    "a certificate of 29 days": Row((CONNECTED, DAYS_29), "healthy", None),
    "a build of a fixed release": Row(
        (((DUMP, b"11.1.8", b"11.2.5-h1.aingfw"),), logged("Couldn't resolve host name")),
        "broken",
        # Whether the name resolves now, the file does not tell.
        "name_resolution_failed",
        "possible",
        never="defect_pan_229832",
    ),
    "a byte of Latin-1": Row(
        (in_both(b"<ip-address>", b"<login-banner>Z\xfcrich</login-banner><ip-address>"),),
        "broken",
        None,
        never="service_route_invalid",
    ),
    "a VM-50": Row((VM_50,), "not_applicable", None),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_concluded(name: str) -> None:
    row = ROWS[name]
    found = diagnose(archive(*row.changes), DiagnosisOptions())
    first = found.causes[0] if found.causes else None
    assert found.verdict == row.verdict, found.summary
    assert (first.id if first else None, found.cause_confidence) == (row.cause, row.confidence), found.summary
    assert row.never not in [cause.id for cause in found.causes]
    assert row.said in found.summary
    if row.decrypts is not None:
        assert first is not None
        assert first.details["decrypts"] == row.decrypts
