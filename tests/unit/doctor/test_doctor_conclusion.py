# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all checks amount to, in one sentence and in lines."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._diagnosis import witnesses
from ansible_collections.panops.mlav.plugins.module_utils._doctor.conclusion import EVIDENCE, conclude, names, unproven
from ansible_collections.panops.mlav.plugins.module_utils._doctor.firewall import STEPS
from ansible_collections.panops.mlav.plugins.module_utils._doctor.lines import lines
from ansible_collections.panops.mlav.plugins.module_utils._doctor.model import Check, Status


def firewall(host: str, **changes: Status) -> list[Check]:
    """A healthy one, but for the checks that differ."""
    return [
        Check(step, changes.get(step, "pass"), "said", "mend it", host, evidence=step not in changes) for step in STEPS
    ]


CONTROLLER = [Check("python", "pass", "Python 3.12.1")]
NO_REPORT = Check("report_dir", "fail", "cannot be written", "Set it.")
SHUT = [Check("variables", "fail", "x needs y", "Define y.", "fw-3")]

#: name -> (checks of firewalls and controller, asked, known, ready, the sentence)
SENTENCES: dict[str, tuple[list[Check], int, int, bool, str]] = {
    "all good": (firewall("fw-1"), 1, 1, True, "Ready, 1 firewall asked: a diagnosis can name causes."),
    "a sample": (
        [*firewall("fw-1"), *firewall("fw-2")],
        2,
        90,
        True,
        "Ready, 2 of 90 firewalls asked: a diagnosis can name causes.",
    ),
    "nobody": ([], 0, 0, False, "Not ready: no firewall was asked."),
    "no report": (
        [NO_REPORT, *firewall("fw-1")],
        1,
        1,
        False,
        "Not ready, 1 firewall asked: the report cannot be written.",
    ),
    "one that cannot be asked": (
        [*firewall("fw-1"), *firewall("fw-2", login="skipped"), *SHUT],
        3,
        3,
        False,
        "Not ready, 3 firewalls asked: 2 of 3 cannot be asked (fw-2, fw-3), failed: variables.",
    ),
    "no ping on one": (
        [*firewall("fw-1"), *firewall("fw-2", ping="fail")],
        2,
        2,
        False,
        "Not ready, 2 firewalls asked: ping will be missing on 1 of 2 (fw-2), so tls_interception, "
        "service_route_invalid, port_443_blocked and 1 more cannot be proven.",
    ),
    "different evidence": (
        [*firewall("fw-1", log="fail"), *firewall("fw-2", netstat="skipped", ssh_known_host="fail")],
        2,
        2,
        False,
        "Not ready, 2 firewalls asked: the system log and the connection table will be missing, so tls_interception, "
        "service_route_invalid, port_443_blocked and 2 more cannot be proven.",
    ),
    "a clock": (
        firewall("fw-1", clock="warn"),
        1,
        1,
        True,
        "Ready, 1 firewall asked: a diagnosis can name causes.",
    ),
    "something else": (
        [Check("key_of_nothing", "fail", "odd", "mend it"), *firewall("fw-1")],
        1,
        1,
        False,
        "Not ready, 1 firewall asked: failed checks: key_of_nothing.",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_the_sentence(name: str) -> None:
    checks, asked, known, ready, sentence = SENTENCES[name]
    found = conclude([*CONTROLLER, *checks], asked, known)
    assert (found.ready, found.sentence) == (ready, sentence)


@pytest.mark.parametrize("step", [step for step in STEPS if step != "clock"])
def test_a_failed_step_is_never_ready(step: str) -> None:
    changes: dict[str, Status] = {step: "fail"}
    assert not conclude([*CONTROLLER, *firewall("fw-1", **changes)], 1, 1).ready


def test_the_evidence_is_that_of_the_witnesses() -> None:
    known = {value.id for value in vars(witnesses).values() if isinstance(value, witnesses.Witness)}
    assert frozenset[str]().union(*(needed for _name, needed in EVIDENCE.values())) <= known
    assert "tls_interception" not in unproven([])
    assert unproven(["ping"])[:2] == ("tls_interception", "service_route_invalid")


def test_names_are_few() -> None:
    hosts = [f"fw-{number}" for number in range(1, 41)]
    assert names(hosts) == "fw-1, fw-2, fw-3 and 37 more"
    assert names(hosts[:3]) == "fw-1, fw-2, fw-3"


def test_lines_group_what_is_the_same() -> None:
    checks = [
        *CONTROLLER,
        NO_REPORT,
        Check("tcp", "pass", "port 443 open", host="fw-1"),
        Check("tcp", "pass", "port 443 open", host="fw-2"),
        *(Check("tcp", "fail", "refused", "Permit it.", f"fw-{number}") for number in range(3, 8)),
        Check("tls", "pass", "verified", host="fw-1"),
        Check("tls", "fail", "has expired", "Renew a.", "fw-2"),
        *(
            Check(step, "skipped", "not checked: TCP failed", host=f"fw-{n}")
            for n in (3, 4)
            for step in ("tls", "login")
        ),
        Check("clock", "warn", "1 day ahead", "Set NTP.", "fw-1"),
    ]
    assert lines(checks, "Firewalls", "The end.") == (
        "Controller",
        "✓ Python 3.12.1",
        "✗ cannot be written. Fix: Set it.",
        "Firewalls",
        "✗ TCP: refused (fw-3, fw-4, fw-5 and 2 more). Fix: Permit it.",
        "✓ TCP: port 443 open (2 of 7)",
        "✗ TLS: has expired (fw-2). Fix: Renew a.",
        "✓ TLS: verified (1 of 7)",
        "! clock: 1 day ahead (fw-1). Fix: Set NTP.",
        "- TLS, API login: not checked: TCP failed (fw-3, fw-4)",
        "The end.",
    )


def test_a_fix_with_an_address_says_whose_it_is() -> None:
    checks = [Check("tls", "fail", "has expired", f"Renew {host}.", host) for host in ("fw-1", "fw-2")]
    assert "✗ TLS: has expired (fw-1, fw-2). Fix for fw-1: Renew fw-1." in lines(checks, "", "")


def test_a_check_is_plain_data() -> None:
    assert {field.name for field in fields(Check)} == {"id", "status", "message", "fix", "host", "evidence"}
