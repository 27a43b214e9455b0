# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The other clouds behind the same service route."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import (
    CallTimeout,
    CommandRefused,
    ExpectedFailure,
    NotObtainable,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence import siblings
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import NOT_ASKED, Sibling, Siblings
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import CONNECTED, FULL, NOW, FakeDevice

URL_CLOUD = """PAN-DB URL Filtering
License :                          valid
Current cloud server :             serverlist.urlcloud.paloaltonetworks.com
Cloud connection :                 {}
Cloud mode :                       public
"""


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("connected", "connected"),
        ("Connected", "connected"),
        ("connected (primary)", "connected"),
        ("not connected", "disconnected"),
        ("Not connected", "disconnected"),
        ("not-connected", "disconnected"),
        ("disconnected", "disconnected"),
        ("dis-connected", "disconnected"),
        ("connecting", "other"),
        ("was connected", "other"),
        ("no license", "other"),
    ],
)
def test_the_word_of_the_connection(word: str, state: str) -> None:
    for text in (URL_CLOUD.format(word), URL_CLOUD.format(word).replace(" :", ":").replace("\n", "\r\n")):
        assert siblings.parse(text) == Sibling(state, word)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A private cloud: of the way to the vendor's, nothing is said.
        ("Cloud status:                Up\nURL database version:        20260609.20003\n", Sibling("other", "Up")),
        ("Cloud status: Down\n", Sibling("other", "Down")),
        ("Connection info:\n        Signature verification:        enable\n", Sibling("unknown")),
        ("Cloud connection :\n", Sibling("unknown")),
        ("connected\n", Sibling("unknown")),
        ("Last cloud connection: connected\n", Sibling("unknown")),
        ("", Sibling("unknown")),
        # Of several connections, one that is down decides.
        (
            "  Cloud connection:       connected\n  Cloud connection:       not connected\n",
            Sibling("disconnected", "not connected"),
        ),
        ("Cloud connection: connected\nCloud connection: connecting\n", Sibling("other", "connecting")),
        ("Cloud connection: " + "x" * 500, Sibling("other", "x" * 80)),
    ],
)
def test_other_answers(text: str, expected: Sibling) -> None:
    assert siblings.parse(text) == expected


def firewall(*answers: str | ExpectedFailure) -> FakeDevice:
    commands = (siblings.URL_CLOUD.cli, siblings.WILDFIRE.cli, siblings.CTD_AGENT.cli)
    return FakeDevice(dict(zip(commands, answers, strict=False)))


REFUSED = CommandRefused("show -> url-cloud is unexpected")
CONNECTED_SIBLING = Sibling("connected", "connected")


@pytest.mark.parametrize(
    ("answers", "found", "problem"),
    [
        ((URL_CLOUD.format("connected"), "?", "?"), (CONNECTED_SIBLING, Sibling("unknown"), Sibling("unknown")), None),
        ((REFUSED, REFUSED, "Cloud connection: connected"), (None, None, CONNECTED_SIBLING), None),
        # Without a license the firewall may know none of the commands; a file may hold none of the answers.
        ((REFUSED, REFUSED, REFUSED), (None, None, None), None),
        ((NotObtainable("x"),) * 3, (None, None, None), None),
        ((CallTimeout("30 s"), "Cloud connection: connected", REFUSED), (None, CONNECTED_SIBLING, None), "timeout"),
    ],
)
def test_each_is_asked_for_itself(
    answers: tuple[str | ExpectedFailure, ...], found: tuple[Sibling | None, ...], problem: str | None
) -> None:
    evidence = siblings.probe_siblings(firewall(*answers))
    assert evidence.value == Siblings(*found)
    assert (evidence.problem.kind if evidence.problem else None) == problem


def test_where_none_could_be_asked_the_failure_is_the_problem() -> None:
    evidence = siblings.probe_siblings(firewall(REFUSED, CallTimeout("30 s"), CallTimeout("31 s")))
    assert evidence.value is None
    assert evidence.problem is not None
    assert (evidence.problem.kind, evidence.problem.message) == ("timeout", "30 s")


@pytest.mark.parametrize("depth", ["auto", "full"])
def test_only_a_firewall_that_is_not_connected_is_asked(depth: str) -> None:
    options = GatherOptions(depth=depth, now=lambda: NOW, sleep=lambda _seconds: None)  # type: ignore[arg-type]
    found = gather(FakeDevice({**FULL, "show mlav cloud-status": CONNECTED}), "fw", options)
    assert found.siblings.problem == NOT_ASKED
    asked = gather(FakeDevice(FULL), "fw", options)
    assert asked.siblings.value is not None
    assert asked.siblings.value.url_cloud == Sibling("disconnected", "not connected")
