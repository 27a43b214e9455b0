# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``show mlav cloud-status``: the known answers in every candidate shape, and everything else."""

from __future__ import annotations

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import CommandRefused, DeviceBusy
from ansible_collections.panops.mlav.plugins.module_utils._evidence.cloud_status import parse, probe_cloud_status
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import CloudStatus
from ansible_collections.panops.mlav.plugins.module_utils._evidence.probing import Unrecognized
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import CONNECTED, DISCONNECTED, FakeDevice, xml

DEFAULT = "ml.service.paloaltonetworks.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONNECTED, CloudStatus("connected", DEFAULT)),
        (DISCONNECTED, CloudStatus("disconnected", DEFAULT)),
        (CONNECTED.replace("\n", "\r\n"), CloudStatus("connected", DEFAULT)),
        (" ".join(CONNECTED.split()), CloudStatus("connected", DEFAULT)),
        (CONNECTED.upper(), CloudStatus("connected", DEFAULT.upper())),
        (CONNECTED.replace(DEFAULT, "eu.ml.example.com"), CloudStatus("connected", "eu.ml.example.com")),
        ("Cloud connection: disconnected", CloudStatus("disconnected", None)),
        ("Server error : device busy or unavailable", CloudStatus("busy")),
        ("DEVICE BUSY OR UNAVAILABLE", CloudStatus("busy")),
        ("op command for client dagger timed out as client is not available", CloudStatus("busy")),
        ("Client wf_devsrvr not ready", CloudStatus("busy")),
        ("An error occured. See dagger.log for information .", CloudStatus("busy")),
        (CONNECTED.replace(": connected", ": connecting"), CloudStatus("other", DEFAULT, "connecting")),
        (CONNECTED.replace(": connected", ": not connected"), CloudStatus("disconnected", DEFAULT)),
        (
            CONNECTED.replace("server:", "server :").replace("connection:", "connection :"),
            CloudStatus("connected", DEFAULT),
        ),
        (CONNECTED.replace("connection:", "connection :          not"), CloudStatus("disconnected", DEFAULT)),
        (CONNECTED.replace(": connected", ": connected (stale)"), CloudStatus("other", DEFAULT, "connected (stale)")),
        (CONNECTED + DISCONNECTED, CloudStatus("other", DEFAULT, "connected / disconnected")),
    ],
)
def test_text(text: str, expected: CloudStatus) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "result",
    [
        f"<![CDATA[{DISCONNECTED}]]>",
        f"<member>{DISCONNECTED}</member>",
        DISCONNECTED,
        f"<mlav-cloud><current-cloud-server>{DEFAULT}</current-cloud-server>"
        "<cloud-connection>disconnected</cloud-connection></mlav-cloud>",
        f"<current_cloud_server>{DEFAULT}</current_cloud_server><cloud_connection>disconnected</cloud_connection>",
    ],
)
def test_every_candidate_shape_of_the_api(result: str) -> None:
    element = xml(result)
    assert parse("".join(element.itertext()), element) == CloudStatus("disconnected", DEFAULT)


@pytest.mark.parametrize("text", ["", "MLAV cloud", "Cloud connection:", "Cloud connection: \nconnected", "connected"])
def test_anything_else_is_unrecognized(text: str) -> None:
    with pytest.raises(Unrecognized):
        parse(text, xml(""))


@pytest.mark.parametrize(
    "busy", [DeviceBusy("device busy or unavailable"), "Server error : device busy or unavailable"]
)
def test_busy_is_asked_again_after_a_pause_and_may_recover(busy: str | DeviceBusy) -> None:
    device = FakeDevice({"show mlav cloud-status": [busy, busy, CONNECTED]})
    pauses: list[float] = []
    found = probe_cloud_status(device, busy_retries=3, busy_pause_s=2.5, sleep=pauses.append)
    assert found.value == CloudStatus("connected", DEFAULT, attempts=3)
    assert pauses == [2.5, 2.5]
    assert len(found.asked) == 3


def test_busy_to_the_end_is_busy_and_not_disconnected() -> None:
    device = FakeDevice({"show mlav cloud-status": DeviceBusy("device busy or unavailable")})
    found = probe_cloud_status(device, busy_retries=2, sleep=lambda _seconds: None)
    assert found.value == CloudStatus("busy", attempts=3)
    assert found.asked[-1].raw == "device busy or unavailable"


def test_a_refusal_is_not_asked_again() -> None:
    device = FakeDevice({"show mlav cloud-status": CommandRefused("not here", "Set ssh.")})
    found = probe_cloud_status(device)
    assert found.value is None
    assert found.problem is not None
    assert (found.problem.kind, found.problem.hint) == ("refused", "Set ssh.")
    assert device.asked == ["show mlav cloud-status"]


def test_an_unrecognized_answer_keeps_its_raw_text() -> None:
    found = probe_cloud_status(FakeDevice({"show mlav cloud-status": "what is MLAV?"}))
    assert found.problem is not None
    assert found.problem.kind == "unrecognized"
    assert found.asked[0].raw == "what is MLAV?"
