# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one sentence that a person acts on: evidence in, the verdict and the whole sentence out."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis.diagnose import diagnose
from ansible_collections.panops.mlav.plugins.module_utils._evidence import model as m
from ansible_collections.panops.mlav.tests.unit.diagnosis.builders import (
    dataplane,
    devsrv,
    exclusion,
    firewall,
    policy,
    rule,
    x509,
)

DECRYPTED = {"service_route": dataplane(), "devsrv_log": devsrv(*x509(20))}
OWN_RULE = (
    "The certificate shown for ml.service.paloaltonetworks.com does not validate (x509 code 20: unable to get local "
    "issuer certificate), and this firewall's own decryption policy can match the traffic (rule decrypt-all); "
)

SAID: list[tuple[str, m.EvidenceSet, str, str]] = [
    ("an own rule decrypts", firewall(decryption=policy(rule()), **DECRYPTED), "broken",
     OWN_RULE + "exclude *.paloaltonetworks.com from decryption on this firewall."),
    ("an own rule decrypts, an exclusion is off",
     firewall(decryption=policy(rule(), exclusions=(exclusion(False),)), **DECRYPTED), "broken",
     OWN_RULE + "switch on the exclusion of *.paloaltonetworks.com on this firewall."),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "verdict", "summary"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_the_summary_says(evidence: m.EvidenceSet, verdict: str, summary: str) -> None:
    found = diagnose(evidence)
    assert (found.verdict, found.summary) == (verdict, summary)
