# Copyright (c) 2026 panops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence as plain data."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta, timezone

from ansible_collections.panops.mlav.plugins.module_utils._device.codec import encode
from ansible_collections.panops.mlav.plugins.module_utils._evidence.gather import gather
from ansible_collections.panops.mlav.plugins.module_utils._evidence.model import Clock, EvidenceSet, LogSignature
from ansible_collections.panops.mlav.plugins.module_utils._evidence.options import GatherOptions
from ansible_collections.panops.mlav.tests.unit.evidence.fake_device import FULL, NOW, FakeDevice


def test_a_whole_session_is_plain_data() -> None:
    found = encode(gather(FakeDevice(FULL), "fw", GatherOptions(now=lambda: NOW)))
    assert json.loads(json.dumps(found)) == found
    assert set(found) == {field.name for field in fields(EvidenceSet)}


def test_the_shape() -> None:
    at = datetime(2024, 7, 11, 15, tzinfo=timezone(timedelta(hours=2)))
    signature = LogSignature("http", 404, "", datetime(2024, 7, 11, 13, tzinfo=timezone.utc), at, 2, "line")
    assert encode((signature,)) == [
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
    assert encode(Clock(datetime(2024, 7, 11, 15), None, None, NOW, 0))["device_time"] == "2024-07-11T15:00:00"
