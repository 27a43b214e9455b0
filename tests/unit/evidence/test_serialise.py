# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence as plain data and back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.panops.mlav.plugins.module_utils._device.errors import MalformedAnswer
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import (
    Clock,
    CloudStatus,
    Evidence,
    EvidenceSet,
    LogSignature,
    Ping,
)
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.plugins.module_utils._evidence.serialise import from_data, to_data

from .conftest import FULL, NOW, FakeDevice


def test_a_whole_session_survives_json() -> None:
    found = gather(FakeDevice(FULL), "fw", GatherOptions(now=lambda: NOW))
    assert from_data(EvidenceSet, json.loads(json.dumps(to_data(found)))) == found


def test_the_shape() -> None:
    at = datetime(2024, 7, 11, 15, tzinfo=timezone(timedelta(hours=2)))
    signature = LogSignature("http", 404, "", datetime(2024, 7, 11, 13, tzinfo=timezone.utc), at, 2, "line")
    assert to_data((signature,)) == [
        {
            "kind": "http",
            "code": 404,
            "text": "",
            "first": "2024-07-11T13:00:00Z",
            "last": "2024-07-11T15:00:00+02:00",
            "count": 2,
            "sample": "line",
        }
    ]
    assert to_data(Clock(datetime(2024, 7, 11, 15), None, None, NOW, 0))["device_time"] == "2024-07-11T15:00:00"


def test_unknown_keys_are_ignored_and_absent_ones_take_their_default() -> None:
    assert from_data(CloudStatus, {"state": "connected", "new": 1}) == CloudStatus("connected")


PING: dict[str, Any] = {"host": "a", "source": None, "outcome": "lost"}


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (Ping, [], "Ping is .* a mapping"),
        (Ping, {"host": "a"}, "Ping lacks source"),
        (Ping, {**PING, "outcome": "fine"}, "Ping.outcome is 'fine'. Expected: one of answered"),
        (Ping, {**PING, "outcome": []}, "Ping.outcome"),
        (Ping, {**PING, "received": "3"}, "Ping.received is '3'. Expected: int"),
        (Ping, {**PING, "received": True}, "Ping.received is 'True'. Expected: int"),
        (Ping, {**PING, "host": None}, "Ping.host"),
        (Clock, {"device_time": "soon"}, "Clock.device_time is 'soon'. Expected: a time in ISO 8601"),
        (Evidence, {"asked": "all"}, "Evidence.asked is 'all'. Expected: a list"),
        (EvidenceSet, {"host": "a", "source": "rumour"}, "EvidenceSet.source is 'rumour'"),
        (
            EvidenceSet,
            {**to_data(EvidenceSet("a", "live", NOW, "full")), "ping": {"value": {"host": 1}}},
            "EvidenceSet.ping.value.host is '1'. Expected: str",
        ),
    ],
)
def test_what_does_not_fit_is_named(kind: type[Any], data: Any, message: str) -> None:
    with pytest.raises(MalformedAnswer, match=message):
        from_data(kind, data)
